# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Envelopes: built with ElementTree, parsed with expat, a DOCTYPE refused (wsman 2.1, 2.2)."""

from __future__ import annotations

import codecs
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from .errors import EnvelopeError, UnsendableValue
from .types import Reference

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
X = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
P = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CFG = "http://schemas.microsoft.com/wbem/wsman/1/config"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
ANONYMOUS = A + "/role/anonymous"
MAX_ENVELOPE = 512_000  # bytes announced; the server lowers it to its own limit (wsman 2.3)
DEPTH_LIMIT = 100
# Everything that XML 1.0 does not allow, not even as a character reference.
UNSENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _namespace in (("s", S), ("a", A), ("x", X), ("n", N), ("w", W), ("p", P), ("rsp", RSP), ("xsi", XSI)):
    ET.register_namespace(_prefix, _namespace)


def q(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def local(element: ET.Element) -> str:
    """The name without its namespace: prefixes and even namespaces vary between servers (wsman 3.1)."""
    return element.tag.rpartition("}")[2]


def child(element: ET.Element | None, name: str) -> ET.Element | None:
    """The first child with that local name."""
    return next((item for item in element if local(item) == name), None) if element is not None else None


def descendants(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (item for item in element.iter() if local(item) == name)


def text(element: ET.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


@dataclass(frozen=True)
class Message:
    """A request before it is written."""

    action: str
    resource_uri: str
    selectors: Mapping[str, str | Reference] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    body: ET.Element | None = None
    timeout_s: float | None = 20.0  # OperationTimeout; None leaves the header out
    max_envelope: int = MAX_ENVELOPE

    def to_bytes(self, to: str = "http://windows-host:5985/wsman") -> bytes:
        """The envelope. Values are escaped here and nowhere else.

        Raises:
            UnsendableValue: a control character or half a surrogate pair in a value.
        """
        root = ET.Element(q(S, "Envelope"))
        header = ET.SubElement(root, q(S, "Header"))
        ET.SubElement(header, q(A, "To")).text = to
        _must(header, q(W, "ResourceURI"), self.resource_uri)
        _must(ET.SubElement(header, q(A, "ReplyTo")), q(A, "Address"), ANONYMOUS)
        _must(header, q(A, "Action"), self.action)
        _must(header, q(W, "MaxEnvelopeSize"), str(self.max_envelope))
        ET.SubElement(header, q(A, "MessageID")).text = f"uuid:{str(uuid.uuid4()).upper()}"
        for name in (q(W, "Locale"), q(P, "DataLocale")):
            ET.SubElement(header, name, {q(S, "mustUnderstand"): "false", q(XML, "lang"): "en-US"})
        if self.timeout_s is not None:
            ET.SubElement(header, q(W, "OperationTimeout")).text = f"PT{self.timeout_s:.3f}S"
        write_selectors(header, self.selectors)
        if self.options:
            holder = ET.SubElement(header, q(W, "OptionSet"))
            for name, value in self.options.items():
                ET.SubElement(holder, q(W, "Option"), Name=name).text = value
        body = ET.SubElement(root, q(S, "Body"))
        if self.body is not None:
            body.append(self.body)
        return _serialised(root)


def _serialised(root: ET.Element) -> bytes:
    written = ET.tostring(root, encoding="unicode")
    found = UNSENDABLE.search(written)
    if found:
        raise UnsendableValue(f"a value holds the character U+{ord(found[0]):04X}, which XML cannot carry")
    # A reader turns a plain carriage return into a line feed; ElementTree writes it plain in texts.
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + written.replace("\r", "&#13;").encode()


def _must(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name, {q(S, "mustUnderstand"): "true"}).text = value


def write_selectors(parent: ET.Element, selectors: Mapping[str, str | Reference]) -> None:
    """A SelectorSet; a reference-valued key becomes an endpoint reference (wsman 3.2)."""
    if not selectors:
        return
    holder = ET.SubElement(parent, q(W, "SelectorSet"))
    for name, value in selectors.items():
        item = ET.SubElement(holder, q(W, "Selector"), Name=name)
        if isinstance(value, Reference):
            write_reference(ET.SubElement(item, q(A, "EndpointReference")), value)
        else:
            item.text = value


def write_reference(parent: ET.Element, value: Reference) -> None:
    ET.SubElement(parent, q(A, "Address")).text = ANONYMOUS
    parameters = ET.SubElement(parent, q(A, "ReferenceParameters"))
    ET.SubElement(parameters, q(W, "ResourceURI")).text = f"{WMI}{value.namespace}/{value.class_name}"
    write_selectors(parameters, dict(value.keys))


def parse(data: bytes) -> ET.Element:
    """The envelope's root.

    Raises:
        EnvelopeError: empty, not XML, a document type declaration, not an envelope, nested too deeply.
    """
    root = _parse_xml(data)
    if local(root) != "Envelope":
        raise EnvelopeError(f"the answer is not a SOAP envelope but <{local(root)}>")
    return root


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 told by its first bytes; the declaration is not believed (wsman 1.1)."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return data.decode("utf-16")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[:1] == b"<" else "utf-16-be")
    return data.decode("utf-8-sig")


def _parse_xml(data: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def name_of(name: str) -> str:
        return "{" + name if "}" in name else name

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_LIMIT:
            raise EnvelopeError("the answer is nested too deeply")
        builder.start(name_of(name), {name_of(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name_of(name))

    def doctype(*_: object) -> None:
        raise EnvelopeError("the answer holds a document type declaration")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(_decoded(data), True)
    except (expat.ExpatError, ValueError) as error:
        raise EnvelopeError(f"the answer is not XML: {error}") from error
    return builder.close()


def body_of(root: ET.Element) -> ET.Element:
    """Raises EnvelopeError when there is no Body."""
    body = child(root, "Body")
    if body is None:
        raise EnvelopeError("the answer has no Body")
    return body
