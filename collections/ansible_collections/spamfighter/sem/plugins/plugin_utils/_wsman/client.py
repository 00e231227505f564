# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM over WS-Man: Get, Put, Enumerate with Pull, Invoke, and shells (wsman 3)."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping

from .._wait import Clock, RealClock, retry
from . import envelope as env
from .again import for_reading, not_yet
from .enumeration import PAGE_SIZES, Enumeration
from .envelope import X, local
from .errors import EnvelopeError, OperationTimedOut, OutcomeUnknown, WsManFault
from .faults import fault_in, is_too_large, read_fault
from .operations import Shell
from .shell import WinrsShell
from .transport import Transport
from .types import CimInstance, CimValue, ClassSchema, Reference
from .values import class_uri, read_instance, read_output
from .writing import write_input, write_instance

OPERATION_S = 20.0
RETRY_S = 30.0

T = t.TypeVar("T")


class WsMan:
    """Operations of one node over one transport; implements ``operations.WsManOperations``.

    Reads that got no answer are sent once more over a new session, because a duplicate is harmless; Invoke and
    Put are not: they raise ``OutcomeUnknown`` and the caller observes again. What the service refused for want of
    room is sent again for ``RETRY_S``, reads also what is transient (wsman 5.3, mscluster 9).
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
        """The Body of the answer. The response's Action is not looked at: servers differ (wsman 2.2).

        Raises:
            WsManFault: the server refused; WireError: no answer, or nothing that can be sent.
        """
        wait = timeout_s if timeout_s is not None else message.timeout_s or OPERATION_S
        root = env.parse(self._transport.send(message.to_bytes(), wait))
        body = env.body_of(root)
        fault = fault_in(body)
        if fault is not None:
            raise read_fault(fault, operation)
        return body

    def _change(self, message: env.Message, operation: str) -> ET.Element:
        return retry(lambda: self.request(message, operation), not_yet, self._clock, RETRY_S)

    def _reading(self, call: Callable[[], T]) -> T:
        """A read as a whole: once more after a lost answer, again while the fault is a passing one."""
        lost: list[Exception] = []

        def once() -> T:
            try:
                return call()
            except (OutcomeUnknown, OperationTimedOut) as error:
                if lost:
                    raise
                lost.append(error)
                if isinstance(error, OutcomeUnknown):
                    self._transport.reauthenticate()
            return call()

        return retry(once, for_reading(), self._clock, RETRY_S)

    # ---- operations -------------------------------------------------------------------------
    def get(self, schema: ClassSchema, keys: Mapping[str, str | Reference] | None = None) -> CimInstance:
        """One instance.

        Raises:
            WsManFault: 2150858752 when it is not there (wsman 3.4).
        """
        operation = f"Get {schema.name}"
        message = env.Message(f"{X}/Get", class_uri(schema), keys or {}, timeout_s=OPERATION_S)
        body = self._reading(lambda: self.request(message, operation))
        first = next(iter(body), None)
        if first is None:
            raise EnvelopeError(f"{operation}: the answer holds no instance")
        return read_instance(first, schema)

    def put(self, schema: ClassSchema, keys: Mapping[str, str | Reference], instance: CimInstance) -> None:
        body = write_instance(instance, schema)
        self._change(env.Message(f"{X}/Put", class_uri(schema), keys, body=body), f"Put {schema.name}")

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
        body = self._change(message, f"{schema.name}.{method}")
        output = next((item for item in body if local(item).lower() == f"{method}_output".lower()), None)
        return read_output(output, known)

    def enumerate(
        self, schema: ClassSchema, *, wql: str | None = None, selectors: Mapping[str, str] | None = None
    ) -> list[CimInstance]:
        """All instances, page by page. Contexts may change with every page and a page may be empty; the
        end is EndOfSequence or a missing context (wsman 3.5)."""
        uri = class_uri(schema) if wql is None else class_uri(schema).rpartition("/")[0] + "/*"
        walk = Enumeration(self.request, uri, f"Enumerate {schema.name}", self._clock, wql, selectors or {})
        sizes = iter(PAGE_SIZES)
        size = next(sizes)
        while True:
            try:
                found = self._all(walk, size)
            except WsManFault as fault:
                smaller = next(sizes, None)
                if smaller is None or not is_too_large(fault):
                    raise
                size = smaller
            else:
                return [read_instance(item, schema) for item in found]

    def _all(self, walk: Enumeration, size: int) -> list[ET.Element]:
        return self._reading(lambda: walk.all(size))

    def shell(self, codepage: int = 65001) -> Shell:
        return WinrsShell(self.request, codepage, self._clock)
