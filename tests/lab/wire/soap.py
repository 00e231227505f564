"""Envelopes in and out, and the header rules of wsman 2.2."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from .faults import Fault
from .names import ANONYMOUS, PREFIXES, A, P, S, W, q

Element = Any
DURATION = re.compile(r"^P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$", re.ASCII)
MIN_ENVELOPE = 8192
MESSAGE_ID_LIMIT = 2048
TIMEOUT_LIMIT_MS = 2**32 - 1
UNDERSTOOD = (A, W, P)


@dataclass(frozen=True)
class Selector:
    name: str
    value: str | Element  # text, or an endpoint reference


@dataclass(frozen=True)
class Request:
    """A checked request; ``uri`` as sent, options by name."""

    action: str
    uri: str
    message_id: str
    to: str
    selectors: tuple[Selector, ...]
    options: Mapping[str, str]
    max_envelope: int  # bytes
    timeout_ms: int | None
    fragment: str | None
    body: Element

    def selector(self, name: str) -> str | None:
        for item in self.selectors:
            if item.name.lower() == name.lower() and isinstance(item.value, str):
                return item.value
        return None


def parse_xml(data: bytes) -> Element:
    """The document element; no DTD, no entity, no network.

    Raises:
        Fault: 2150858819.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Fault(2150858819, "The XML is not valid.") from error
    if root.getroottree().docinfo.doctype:
        raise Fault(2150858819, "The XML holds a document type declaration.")
    return root


def body_of(root: Element) -> Element:
    body = root.find(q(S, "Body"))
    if root.tag != q(S, "Envelope") or body is None:
        raise Fault(2150858819, "This is not a SOAP 1.2 envelope.")
    return body


def read(root: Element, max_envelope_kb: int) -> Request:
    """Check the headers and take them apart.

    Raises:
        Fault: by the rules of wsman 2.2; it carries the message id where one was sent.
    """
    body = body_of(root)
    header = root.find(q(S, "Header"))
    if header is None:
        raise Fault(2150858769, "The SOAP header is missing.")
    message_id = _message_id(header)
    try:
        return _read(header, body, message_id, max_envelope_kb)
    except Fault as fault:
        fault.relates_to = message_id
        raise


def _message_id(header: Element) -> str:
    text = header.findtext(q(A, "MessageID")) or ""
    if not text.strip() or len(text) > MESSAGE_ID_LIMIT:
        raise Fault(2150858767, "The MessageID header is missing or not valid.")
    return str(text)


def _read(header: Element, body: Element, message_id: str, max_envelope_kb: int) -> Request:
    action = (header.findtext(q(A, "Action")) or "").strip()
    if not action:
        raise Fault(2150858769, "The Action header is missing.")
    uri = (header.findtext(q(W, "ResourceURI")) or "").strip()
    if not uri:
        raise Fault(2150858752, "The ResourceURI header is missing.")
    _check_understood(header)
    _check_reply_to(header)
    _check_locale(header)
    fragment = header.find(q(W, "FragmentTransfer"))
    if fragment is not None and fragment.get(q(S, "mustUnderstand"), "").lower() not in ("true", "1"):
        raise Fault(2150858767, "FragmentTransfer needs mustUnderstand.")
    return Request(
        action=action,
        uri=uri,
        message_id=message_id,
        to=(header.findtext(q(A, "To")) or "").strip(),
        selectors=read_selectors(header.find(q(W, "SelectorSet"))),
        options=_options(header.find(q(W, "OptionSet"))),
        max_envelope=_max_envelope(header, max_envelope_kb),
        timeout_ms=_timeout(header),
        fragment=None if fragment is None else (fragment.text or "").strip(),
        body=body,
    )


def _check_reply_to(header: Element) -> None:
    address = header.findtext(f"{q(A, 'ReplyTo')}/{q(A, 'Address')}")
    if address is None:
        raise Fault(2150858769, "The ReplyTo header is missing.")
    if address.strip() != ANONYMOUS:
        raise Fault(2150858870, "ReplyTo must be the anonymous address.")


def _check_understood(header: Element) -> None:
    """SOAP 1.2: a header that must be understood and is not makes the whole message fail (wsman 5.4)."""
    for item in header:
        if not isinstance(item.tag, str) or etree.QName(item).namespace in UNDERSTOOD:
            continue
        if item.get(q(S, "mustUnderstand"), "").lower() in ("true", "1"):
            raise Fault(2150858768, f"The header {etree.QName(item).localname} is not understood.")


def _check_locale(header: Element) -> None:
    for name in (q(W, "Locale"), q(P, "DataLocale")):
        element = header.find(name)
        if element is not None and element.get(q(S, "mustUnderstand"), "").lower() in ("true", "1"):
            raise Fault(2150858887, "Locale cannot be mandatory.")


def read_selectors(element: Element | None) -> tuple[Selector, ...]:
    """The selectors of a SelectorSet. Raises Fault 2150858847 for a name that stands twice."""
    found: list[Selector] = []
    for item in element if element is not None else ():
        if not isinstance(item.tag, str) or etree.QName(item).localname != "Selector":
            continue
        name = item.get("Name", "")
        reference = item.find(q(A, "EndpointReference"))
        if any(name.lower() == other.name.lower() for other in found):
            raise Fault(2150858847, f"The selector {name} stands twice.")
        found.append(Selector(name, reference if reference is not None else item.text or ""))
    return tuple(found)


def _options(element: Element | None) -> dict[str, str]:
    return {item.get("Name", ""): item.text or "" for item in (element if element is not None else ())}


def _max_envelope(header: Element, server_kb: int) -> int:
    text = (header.findtext(q(W, "MaxEnvelopeSize")) or "").strip()
    if not text:
        return server_kb * 1024
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Fault(2150858767, "MaxEnvelopeSize is not a number.")
    if int(text) < MIN_ENVELOPE:
        raise Fault(2150858878, f"MaxEnvelopeSize must be at least {MIN_ENVELOPE}.")
    return min(int(text), server_kb * 1024)


def _timeout(header: Element) -> int | None:
    text = (header.findtext(q(W, "OperationTimeout")) or "").strip()
    if not text:
        return None
    match = DURATION.match(text)
    if match is None:
        raise Fault(2150858881, "OperationTimeout is not a valid duration.")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return int(min((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000, TIMEOUT_LIMIT_MS))


def envelope(action: str, relates_to: str | None, body: Element | None) -> bytes:
    """A reply. ``body`` is the child of Body, or None; without an action (Identify) the header is empty."""
    root = etree.Element(
        q(S, "Envelope"), nsmap=PREFIXES, attrib={"{http://www.w3.org/XML/1998/namespace}lang": "en-US"}
    )
    header = etree.SubElement(root, q(S, "Header"))
    if action:
        etree.SubElement(header, q(A, "Action")).text = action
        etree.SubElement(header, q(A, "MessageID")).text = f"uuid:{str(uuid.uuid4()).upper()}"
        etree.SubElement(header, q(A, "To")).text = ANONYMOUS
    if relates_to is not None:
        etree.SubElement(header, q(A, "RelatesTo")).text = relates_to
    holder = etree.SubElement(root, q(S, "Body"))
    if body is not None:
        holder.append(body)
    return bytes(etree.tostring(root, encoding="utf-8"))
