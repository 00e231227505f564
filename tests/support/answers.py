"""WS-Man answers as text, written by hand from the fact sheets: they share no code with the lab or the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from .envelopes import NAMESPACES

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
COMMON = "http://schemas.dmtf.org/wbem/wscim/1/common"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CIM2 = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
DETAILS = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
NAMED = {**NAMESPACES, "x": TRANSFER, "cim": COMMON, "f": FAULT}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMED.items())


def answer(body: str, header: str = "") -> bytes:
    return f"<s:Envelope {DECLARED}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>".encode()


# ---- instances ----------------------------------------------------------------------------------
def instance(name: str, properties: str, namespace: str = "root/cimv2", prefix: str = "p") -> str:
    """``properties`` is XML that uses the prefix."""
    uri = f"{WMI}{namespace}/{name}"
    head = f'{prefix}:{name} xmlns:{prefix}={quoteattr(uri)} xsi:type="{prefix}:{name}_Type"'
    return f"<{head}>{properties}</{prefix}:{name}>"


def properties(values: Mapping[str, object], prefix: str = "p") -> str:
    """Plain properties: None is nil, a list repeats, XML goes in as it is when it begins with a tag."""
    return "".join(_property(name, value, prefix) for name, value in values.items())


def _property(name: str, value: object, prefix: str) -> str:
    if isinstance(value, (list, tuple)):
        return "".join(_property(name, item, prefix) for item in value)
    if value is None:
        return f'<{prefix}:{name} xsi:nil="true"/>'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{prefix}:{name}>{text if text.startswith('<') else escape(text)}</{prefix}:{name}>"


def reference(name: str, keys: Mapping[str, str], namespace: str = "root/mscluster") -> str:
    """The content of a reference-valued property (wsman 3.3)."""
    items = "".join(f"<w:Selector Name={quoteattr(key)}>{escape(value)}</w:Selector>" for key, value in keys.items())
    return (
        f"<a:Address>{NAMESPACES['a']}/role/anonymous</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{WMI}{namespace}/{name}</w:ResourceURI><w:SelectorSet>{items}</w:SelectorSet>"
        "</a:ReferenceParameters>"
    )


# ---- operations ---------------------------------------------------------------------------------
def enumerated(items: Sequence[str], context: str = "", end: bool | None = None) -> bytes:
    """The answer to an optimised Enumerate; the recorded servers give one item and a context (wsman 3.5)."""
    done = "<w:EndOfSequence/>" if (not context if end is None else end) else ""
    return answer(
        f"<n:EnumerateResponse><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<w:Items>{''.join(items)}</w:Items>{done}</n:EnumerateResponse>"
    )


def pulled(items: Sequence[str], context: str | None = None, end: bool | None = None, prefix: str = "n") -> bytes:
    """The answer to a Pull; ``prefix``: n as recorded, w as some servers have it. At the end no context."""
    done = f"<{prefix}:EndOfSequence/>" if (context is None if end is None else end) else ""
    place = "" if context is None else f"<n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
    return answer(f"<n:PullResponse>{place}<{prefix}:Items>{''.join(items)}</{prefix}:Items>{done}</n:PullResponse>")


def output(name: str, method: str, parameters: str = "", namespace: str = "root/cimv2") -> bytes:
    uri = f"{WMI}{namespace}/{name}"
    return answer(f"<p:{method}_OUTPUT xmlns:p={quoteattr(uri)}>{parameters}</p:{method}_OUTPUT>")


# ---- shells -------------------------------------------------------------------------------------
def shell_created(identifier: str = "11111111-AAAA") -> bytes:
    return answer(
        f"<x:ResourceCreated><a:Address>http://windows-host:5985/wsman</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{NAMESPACES['rsp']}/cmd</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{identifier}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{identifier}</rsp:ShellId></rsp:Shell>"
    )


def command_started(identifier: str = "22222222-BBBB") -> bytes:
    return answer(f"<rsp:CommandResponse><rsp:CommandId>{identifier}</rsp:CommandId></rsp:CommandResponse>")


def received(streams: str = "", state: str = "", code: int | str | None = None) -> bytes:
    """``streams`` is XML; ``state`` is Running, Pending or Done."""
    ended = "" if code is None else f"<rsp:ExitCode>{code}</rsp:ExitCode>"
    named = f"{NAMESPACES['rsp']}/CommandState/{state}"
    told = f'<rsp:CommandState CommandId="22222222-BBBB" State="{named}">{ended}</rsp:CommandState>' if state else ""
    return answer(f"<rsp:ReceiveResponse>{streams}{told}</rsp:ReceiveResponse>")


# ---- faults -------------------------------------------------------------------------------------
def fault(subcode: str = "w:InternalError", detail: str = "", reason: str = "", code: str = "s:Receiver") -> bytes:
    """``detail`` is the content of Detail."""
    return answer(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="">{escape(reason)}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>'
    )


def wsman_fault(code: int | str, message: str = "", subcode: str = "w:InternalError", named: str = "") -> bytes:
    """A WSManFault; ``message`` is XML, ``named`` the last word of a FaultDetail."""
    about = f"<w:FaultDetail>{DETAILS}{named}</w:FaultDetail>" if named else ""
    return fault(
        subcode, f'{about}<f:WSManFault Code="{code}" Machine="n1"><f:Message>{message}</f:Message></f:WSManFault>'
    )


def provider_fault(outer: int, content: str) -> bytes:
    """A fault of the WMI plug-in; ``content`` is what its ProviderFault holds."""
    path = r"C:\Windows\system32\WsmWmiPl.dll"
    return wsman_fault(outer, f'<f:ProviderFault provider="WMI Provider" path="{path}">{content}</f:ProviderFault>')


def extended(status: int | None, name: str = "__ExtendedStatus", uri: str = CIM2 + "__ExtendedStatus") -> str:
    """What ExtendedError holds; typed, as 2012 R2 writes it."""
    value = (
        '<q:StatusCode xsi:type="cim:cimUnsignedInt" xsi:nil="true"/>'
        if status is None
        else f'<q:StatusCode xsi:type="cim:cimUnsignedInt">{status}</q:StatusCode>'
    )
    return (
        f'<f:ExtendedError><q:{name} xmlns:q="{uri}" xsi:type="q:{name}_Type">'
        f'<q:Description xsi:type="cim:cimString">Beschreibung</q:Description>'
        f'<q:Operation xsi:type="cim:cimString">ExecMethod</q:Operation>{value}</q:{name}></f:ExtendedError>'
    )


def wmi_error(uri: str = CIM2 + "MSFT_WmiError", subcode: str = "w:InternalError", **values: object) -> bytes:
    """MSFT_WmiError in place of a WSManFault, with its namespace."""
    listed = "".join(
        f'<e:{name} xsi:type="cim:cimString">{escape(str(value))}</e:{name}>' for name, value in values.items()
    )
    return fault(
        subcode, f'<e:MSFT_WmiError xmlns:e="{uri}" xsi:type="e:MSFT_WmiError_Type">{listed}</e:MSFT_WmiError>'
    )


def win32_fault(code: int) -> bytes:
    """The cluster provider's usual fault: an HRESULT at the end of the text (mscluster 1.1)."""
    return provider_fault(
        2150858778,
        f'<f:WSManFault Code="2150858778"><f:Message>HRESULT 0x{0x80070000 | code:08x}</f:Message></f:WSManFault>',
    )


def timed_out() -> bytes:
    return wsman_fault(2150858793, "The operation did not complete in time.", "w:TimedOut")
