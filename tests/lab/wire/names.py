"""Namespaces and actions of WS-Man (wsman 0)."""

from __future__ import annotations

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
X = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
P = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
B = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
F = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CFG = "http://schemas.microsoft.com/wbem/wsman/1/config"
WSMID = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
CMD = RSP + "/cmd"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
ASSOCIATION_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
ANONYMOUS = A + "/role/anonymous"
FAULT_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
PREFIXES = {"s": S, "a": A, "w": W, "p": P}

GET, PUT, CREATE, DELETE = (f"{X}/{verb}" for verb in ("Get", "Put", "Create", "Delete"))
ENUMERATE, PULL, RELEASE = (f"{N}/{verb}" for verb in ("Enumerate", "Pull", "Release"))
COMMAND, SEND, RECEIVE, SIGNAL = (f"{RSP}/{verb}" for verb in ("Command", "Send", "Receive", "Signal"))


def q(namespace: str, name: str) -> str:
    """A qualified name as lxml spells it."""
    return f"{{{namespace}}}{name}"
