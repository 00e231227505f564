# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""One enumeration, from Enumerate to its last Pull (wsman 3.5)."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from .._wait import Clock, retry
from . import envelope as env
from .envelope import N, W, child, q, text
from .errors import EnvelopeError, HttpStatus, OperationTimedOut, WireError, WsManFault
from .faults import is_enumeration_gone

WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
# Elements per page; the next number where a page does not fit the envelope. A Pull must ask for as many as its
# Enumerate, so the enumeration is started again with it.
PAGE_SIZES = (32_000, 320, 20, 1)
PAGES_LIMIT = 10_000
PULL_S = 60.0

Request = t.Callable[[env.Message, str], ET.Element]


@dataclass(frozen=True)
class Enumeration:
    """``wql`` is a whole query, ``selectors`` the selector filter; at most one of them."""

    request: Request
    uri: str
    operation: str
    clock: Clock
    wql: str | None
    selectors: Mapping[str, str]

    def all(self, size: int) -> list[ET.Element]:
        """Every item, ``size`` at a time.

        Raises:
            WsManFault, EnvelopeError, HttpStatus: the rest was given up and released.
        """
        answer = self._ask("Enumerate", self._body(size))
        found = _items(answer)
        for _page in range(PAGES_LIMIT):
            context = text(child(answer, "EnumerationContext"))
            if not context or child(answer, "EndOfSequence") is not None:
                return found
            answer = self._pull(context, size)
            found += _items(answer)
        self._release(text(child(answer, "EnumerationContext")))
        raise EnvelopeError(f"{self.operation}: the enumeration does not end")

    def _body(self, size: int) -> ET.Element:
        body = ET.Element(q(N, "Enumerate"))
        ET.SubElement(body, q(W, "OptimizeEnumeration"))
        ET.SubElement(body, q(W, "MaxElements")).text = str(size)
        if self.wql is not None:
            ET.SubElement(body, q(W, "Filter"), Dialect=WQL).text = self.wql
        elif self.selectors:
            env.write_selectors(ET.SubElement(body, q(W, "Filter"), Dialect=SELECTOR_FILTER), self.selectors)
        return body

    def _ask(self, verb: str, body: ET.Element) -> ET.Element:
        found = self.request(env.Message(f"{N}/{verb}", self.uri, body=body), self.operation)
        answer = child(found, f"{verb}Response")
        if answer is None:
            raise EnvelopeError(f"{self.operation}: the answer holds no {verb}Response")
        return answer

    def _pull(self, context: str, size: int) -> ET.Element:
        """One page. A Pull that had nothing to give in time is asked again; an enumeration given up is released."""
        body = ET.Element(q(N, "Pull"))
        ET.SubElement(body, q(N, "EnumerationContext")).text = context
        ET.SubElement(body, q(N, "MaxElements")).text = str(size)
        try:
            return retry(lambda: self._ask("Pull", body), _is_late, self.clock, PULL_S)
        except (WsManFault, EnvelopeError, HttpStatus) as error:
            if not (isinstance(error, WsManFault) and is_enumeration_gone(error)):
                self._release(context)
            raise

    def _release(self, context: str) -> None:
        """An enumeration left open counts against the quota until it expires."""
        body = ET.Element(q(N, "Release"))
        ET.SubElement(body, q(N, "EnumerationContext")).text = context
        try:
            self.request(env.Message(f"{N}/Release", self.uri, body=body), "Release")
        except WireError:
            return


def _is_late(error: Exception) -> bool:
    return isinstance(error, OperationTimedOut)


def _items(answer: ET.Element) -> list[ET.Element]:
    found = child(answer, "Items")
    return [] if found is None else list(found)
