"""The open enumerations of one listener: contexts, pages and their limits (wsman 3.5)."""

from __future__ import annotations

import itertools
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from ..contract import Machine
from .faults import Fault
from .names import XSI, N, W, q
from .soap import Request
from .switches import Switches

Element = Any
ENVELOPE_OVERHEAD = 2048


@dataclass
class Enumeration:
    """What is left to be pulled."""

    items: list[Element]
    uri: str
    expires: float
    max_envelope: int  # bytes, of the Enumerate; a Pull must not change it
    empty_page: bool = False


@dataclass
class Enumerations:
    machine: Machine
    switches: Switches
    open: dict[str, Enumeration] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def admit(self) -> None:
        """Raises Fault when the user has as many open as the node allows."""
        self._expire()
        if len(self.open) >= self.machine.settings.max_operations_per_user:
            raise Fault(2150859174, "The maximum number of concurrent operations for this user was exceeded.")

    def begin(self, request: Request, body: Element, items: list[Element]) -> Element:
        """The answer to an Enumerate that found ``items``."""
        opened = Enumeration(
            items, request.uri.lower(), self._deadline(), request.max_envelope, self.switches.empty_page
        )
        answer = etree.Element(q(N, "EnumerateResponse"), nsmap={"n": N, "w": W, "xsi": XSI})
        context = etree.SubElement(answer, q(N, "EnumerationContext"))
        if body.find(q(W, "OptimizeEnumeration")) is not None:
            # 2003 fills the first answer as far as the client allows; later ones bring a single item (wsman 3.5).
            wanted = self.machine.settings.optimized_first_items or _max_elements(body, W)
            page = self._page(opened, wanted)
            etree.SubElement(answer, q(W, "Items")).extend(page)
            if not opened.items:
                etree.SubElement(answer, q(W, "EndOfSequence"))
                return answer
        context.text = self._store(opened)
        return answer

    def pull(self, request: Request) -> Element:
        self._expire()
        body = request.body.find(q(N, "Pull"))
        name = "" if body is None else (body.findtext(q(N, "EnumerationContext")) or "").strip()
        enumeration = self.open.pop(name, None)
        if body is None or enumeration is None or enumeration.uri != request.uri.lower():
            raise Fault(2150858779, "The enumeration context is not valid.")
        if enumeration.max_envelope != request.max_envelope:
            raise Fault(2150859181, "MaxEnvelopeSize differs from that of the Enumerate.")
        wanted = _max_elements(body)
        page = [] if enumeration.empty_page else self._page(enumeration, wanted)
        enumeration.empty_page = False
        answer = etree.Element(q(N, "PullResponse"), nsmap={"n": N, "w": W, "xsi": XSI})
        namespace = N if self.switches.end_of_sequence == "n" else W
        if enumeration.items:
            context = etree.SubElement(answer, q(N, "EnumerationContext"))
            enumeration.expires = self._deadline()
            context.text = self._store(enumeration, None if self.switches.changing_contexts else name)
        etree.SubElement(answer, q(namespace, "Items")).extend(page)
        if not enumeration.items:
            etree.SubElement(answer, q(namespace, "EndOfSequence"))
        return answer

    def release(self, request: Request) -> None:
        text = request.body.findtext(f"{q(N, 'Release')}/{q(N, 'EnumerationContext')}") or ""
        if self.open.pop(text.strip(), None) is None:
            raise Fault(2150858779, "The enumeration context is not valid.")

    def _deadline(self) -> float:
        return time.monotonic() + self.machine.settings.enumeration_timeout_ms / 1000

    def _store(self, enumeration: Enumeration, name: str | None = None) -> str:
        name = name or f"uuid:{str(uuid.uuid4()).upper()}-{next(self._numbers)}"
        self.open[name] = enumeration
        return name

    def _expire(self) -> None:
        now = time.monotonic()
        for name in [name for name, item in self.open.items() if item.expires < now]:
            del self.open[name]

    def _page(self, enumeration: Enumeration, wanted: int) -> list[Element]:
        """As many items as fit; the envelope is counted as UTF-16 (wsman 2.3)."""
        page: list[Element] = []
        size = ENVELOPE_OVERHEAD
        for element in enumeration.items[: min(wanted, self.machine.settings.max_batch_items)]:
            size += 2 * len(etree.tostring(element))
            if size > enumeration.max_envelope:
                break
            page.append(element)
        if enumeration.items and not page:
            raise Fault(2150858824, "One item is larger than the envelope that was asked for.")
        enumeration.items = enumeration.items[len(page) :]
        return page


def _max_elements(body: Element, namespace: str = N) -> int:
    text = (body.findtext(q(namespace, "MaxElements")) or "1").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 18 or int(text) < 1:
        raise Fault(2150858817, "MaxElements is not a number above zero.")
    return int(text)
