# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM over WS-Man: Get, Put, Enumerate with Pull, Invoke, and shells (wsman 3)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from .._wait import Clock, RealClock
from . import envelope as env
from .envelope import N, W, X, child, local, q, text
from .errors import EnvelopeError, OutcomeUnknown, WsManFault
from .faults import fault_in, read_fault
from .operations import Shell
from .shell import WinrsShell
from .transport import Transport
from .types import CimInstance, CimValue, ClassSchema, Reference
from .values import class_uri, read_instance, read_output, write_input, write_instance

WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
SELECTOR_FILTER = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
MAX_ELEMENTS = 32_000
ENCODING_LIMIT = {2150858790, 2150858823, 2150858824, 2150858825, 2150858805}
OPERATION_S = 20.0
PAGES_LIMIT = 10_000
ENUMERATE_ATTEMPTS = 2


class WsMan:
    """Operations of one node over one transport; implements ``operations.WsManOperations``.

    Reads that got no answer are sent once more over a new session, because a duplicate is harmless;
    Invoke and Put are not: they raise ``OutcomeUnknown`` and the caller observes again.
    """

    def __init__(self, transport: Transport, clock: Clock | None = None) -> None:
        self._transport = transport
        self._clock = clock or RealClock()

    @property
    def transport(self) -> Transport:
        return self._transport

    def close(self) -> None:
        self._transport.close()

    # ---- requests ---------------------------------------------------------------------------
    def request(self, message: env.Message, operation: str, timeout_s: float | None = None) -> ET.Element:
        """The Body of the answer.

        Raises:
            WsManFault: the server refused; WireError: no answer.
        """
        wait = timeout_s if timeout_s is not None else message.timeout_s or OPERATION_S
        root = env.parse(self._transport.send(message.to_bytes(), wait))
        body = env.body_of(root)
        fault = fault_in(body)
        if fault is not None:
            raise read_fault(fault, operation)
        return body

    def _read(self, message: env.Message, operation: str) -> ET.Element:
        try:
            return self.request(message, operation)
        except OutcomeUnknown:
            self._transport.reauthenticate()
            return self.request(message, operation)

    # ---- operations -------------------------------------------------------------------------
    def get(self, schema: ClassSchema, keys: Mapping[str, str | Reference] | None = None) -> CimInstance:
        """One instance.

        Raises:
            WsManFault: 2150858752 when it is not there (wsman 3.4).
        """
        message = env.Message(f"{X}/Get", class_uri(schema), keys or {}, timeout_s=OPERATION_S)
        body = self._read(message, f"Get {schema.name}")
        first = next(iter(body), None)
        if first is None:
            raise EnvelopeError(f"Get {schema.name}: the answer holds no instance")
        return read_instance(first, schema)

    def put(self, schema: ClassSchema, keys: Mapping[str, str | Reference], instance: CimInstance) -> None:
        body = write_instance(instance, schema)
        self.request(env.Message(f"{X}/Put", class_uri(schema), keys, body=body), f"Put {schema.name}")

    def invoke(
        self,
        schema: ClassSchema,
        method: str,
        keys: Mapping[str, str | Reference] | None,
        arguments: Mapping[str, CimValue] | None = None,
        *,
        timeout_s: float | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Mapping[str, CimValue]:
        known = schema.methods[method]
        uri = class_uri(schema)
        message = env.Message(
            f"{uri}/{method}",
            uri,
            keys or {},
            options or {},
            write_input(schema, known, arguments or {}),
            timeout_s=timeout_s or OPERATION_S,
        )
        body = self.request(message, f"{schema.name}.{method}")
        output = next((item for item in body if local(item).lower() == f"{method}_output".lower()), None)
        return read_output(output, known)

    def enumerate(
        self, schema: ClassSchema, *, wql: str | None = None, selectors: Mapping[str, str] | None = None
    ) -> list[CimInstance]:
        """All instances, page by page. Contexts may change with every page and a page may be empty; the
        end is EndOfSequence or a missing context (wsman 3.5)."""
        size = MAX_ELEMENTS
        for _attempt in range(ENUMERATE_ATTEMPTS):
            try:
                return self._enumerate(schema, wql, selectors, size)
            except WsManFault as fault:
                if not ENCODING_LIMIT & {fault.inner, fault.outer}:
                    raise
                size = max(1, size // 100)
            except OutcomeUnknown:
                self._transport.reauthenticate()
        return self._enumerate(schema, wql, selectors, size)

    def _enumerate(
        self, schema: ClassSchema, wql: str | None, selectors: Mapping[str, str] | None, size: int
    ) -> list[CimInstance]:
        uri = class_uri(schema) if wql is None else class_uri(schema).rpartition("/")[0] + "/*"
        operation = f"Enumerate {schema.name}"
        body = self.request(env.Message(f"{N}/Enumerate", uri, body=_enumerate_body(wql, selectors)), operation)
        answer = child(body, "EnumerateResponse")
        found = _items(answer)
        for _page in range(PAGES_LIMIT):
            context = text(child(answer, "EnumerationContext"))
            if not context or child(answer, "EndOfSequence") is not None:
                return [read_instance(item, schema) for item in found]
            try:
                body = self.request(env.Message(f"{N}/Pull", uri, body=_pull_body(context, size)), operation)
            except WsManFault:
                self._release(uri, context)
                raise
            answer = child(body, "PullResponse")
            found += _items(answer)
        raise EnvelopeError(f"{operation}: the enumeration does not end")

    def _release(self, uri: str, context: str) -> None:
        """An enumeration left open counts against the quota until it expires (wsman 3.5)."""
        body = ET.Element(q(N, "Release"))
        ET.SubElement(body, q(N, "EnumerationContext")).text = context
        try:
            self.request(env.Message(f"{N}/Release", uri, body=body), "Release")
        except (WsManFault, EnvelopeError):
            return

    def shell(self, codepage: int = 65001) -> Shell:
        return WinrsShell(self.request, codepage, self._clock)


def _enumerate_body(wql: str | None, selectors: Mapping[str, str] | None) -> ET.Element:
    body = ET.Element(q(N, "Enumerate"))
    ET.SubElement(body, q(W, "OptimizeEnumeration"))
    ET.SubElement(body, q(W, "MaxElements")).text = str(MAX_ELEMENTS)
    if wql is not None:
        ET.SubElement(body, q(W, "Filter"), Dialect=WQL).text = wql
    elif selectors:
        env.write_selectors(ET.SubElement(body, q(W, "Filter"), Dialect=SELECTOR_FILTER), selectors)
    return body


def _pull_body(context: str, size: int) -> ET.Element:
    body = ET.Element(q(N, "Pull"))
    ET.SubElement(body, q(N, "EnumerationContext")).text = context
    ET.SubElement(body, q(N, "MaxElements")).text = str(size)
    return body


def _items(answer: ET.Element | None) -> list[ET.Element]:
    return list(child(answer, "Items") or ())
