"""WS-Man requests as text, written by hand: they share no code with the lab or the client."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "n": "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "b": "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "wsmid": "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/"
SHELL = NAMESPACES["rsp"] + "/"
CMD = SHELL + "cmd"
ANONYMOUS = NAMESPACES["a"] + "/role/anonymous"
REQUIRED = {
    "a:To": "<a:To>http://toy:5985/wsman</a:To>",
    "a:ReplyTo": f"<a:ReplyTo><a:Address>{ANONYMOUS}</a:Address></a:ReplyTo>",
    "a:MessageID": "<a:MessageID>uuid:1</a:MessageID>",
}


def wrap(header: str, body: str) -> str:
    return f"<s:Envelope {DECLARED}><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>"


def selector_set(selectors: Mapping[str, str]) -> str:
    items = "".join(f"<w:Selector Name={quoteattr(n)}>{escape(text)}</w:Selector>" for n, text in selectors.items())
    return f"<w:SelectorSet>{items}</w:SelectorSet>" if items else ""


def message(
    action: str,
    uri: str,
    body: str = "",
    selectors: Mapping[str, str] | None = None,
    changed: Mapping[str, str] | None = None,
) -> str:
    """A request; ``changed`` replaces, adds or (with an empty text) leaves out header elements."""
    header = {
        **REQUIRED,
        "a:Action": f"<a:Action>{escape(action)}</a:Action>",
        "w:ResourceURI": f"<w:ResourceURI>{escape(uri)}</w:ResourceURI>",
        "w:SelectorSet": selector_set(selectors or {}),
        **(changed or {}),
    }
    return wrap("".join(header.values()), body)


def filtered(dialect: str, content: str, extra: str = "") -> str:
    return f'<n:Enumerate>{extra}<w:Filter Dialect="{dialect}">{content}</w:Filter></n:Enumerate>'


def wql(query: str, extra: str = "") -> str:
    return filtered("http://schemas.microsoft.com/wbem/wsman/1/WQL", escape(query), extra)


def pull(context: str, elements: str = "32000") -> str:
    return (
        f"<n:Pull><n:EnumerationContext>{escape(context)}</n:EnumerationContext>"
        f"<n:MaxElements>{elements}</n:MaxElements></n:Pull>"
    )
