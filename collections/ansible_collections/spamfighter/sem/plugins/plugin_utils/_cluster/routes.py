# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""How a change is asked for and verified: by several routes, each read back (mscluster 3.3, 3.4, 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .._wait import Clock, WaitTimeout, retry, wait_for
from .._wsman.again import transient
from .._wsman.codes import advice, microsoft_text
from .._wsman.errors import OperationTimedOut, OutcomeUnknown, WsManFault
from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, CimValue
from . import schema

RETRY_S = 30.0  # for a busy cluster
UNKNOWN_S = 30.0  # for what was asked without an answer to show
STORED, PENDING = 5024, 997

# Asks for a change; whether the answer came. Raises WsManFault.
Act = Callable[[], bool]
Route = tuple[str, Act]


class ClusterError(Exception):
    """A change to the cluster failed: what, the code, Microsoft's text, what to do."""

    def __init__(self, what: str, fault: WsManFault | None = None) -> None:
        win32 = fault.win32 if fault is not None else None
        parts = [what]
        hint = ""
        if fault is not None:
            parts.append(microsoft_text(win32) or str(fault))
            hint = advice(win32, fault.hresult, fault.inner, fault.outer)
        if win32 is not None:
            parts.append(f"code {win32}")
        super().__init__("; ".join([*parts, *([hint] if hint else [])]))
        self.win32 = win32


class CapabilityError(ClusterError):
    """No route of a capability worked; the message names each with its fault."""


@dataclass(frozen=True)
class Routes:
    """Calls of one cluster through one node. ``route``: auto, or the name of the only one to take."""

    ws: WsManOperations
    clock: Clock
    route: str = "auto"

    def invoke(self, method: str, name: str | None, arguments: Mapping[str, CimValue], wait_s: float = 20.0) -> bool:
        """One method call of a resource, or of the class without a name."""
        keys = None if name is None else {"Name": name}
        return self._asked(lambda: self.ws.invoke(schema.RESOURCE, method, keys, arguments, timeout_s=wait_s))

    def put(self, name: str, item: CimInstance) -> bool:
        """Put of the whole resource (wsman 3.7)."""
        return self._asked(lambda: self.ws.put(schema.RESOURCE, {"Name": name}, item))

    def _asked(self, call: Callable[[], object]) -> bool:
        """Ask; "busy" is tried again for a while, "stored" and "pending" are success. False when the answer was
        lost, or was not there in time: the request may be carried out or not (wsman 3.9).

        Raises:
            WsManFault: everything else.
        """

        def once() -> None:
            try:
                call()
            except WsManFault as fault:
                if fault.win32 not in (STORED, PENDING):
                    raise

        try:
            retry(once, transient(), self.clock, RETRY_S)
        except (OperationTimedOut, OutcomeUnknown):
            return False
        return True

    def verified(self, what: str, routes: list[Route], reached: Callable[[], bool]) -> str:
        """Try the routes in order until the state read back is the wanted one; the route that worked.

        Raises:
            ClusterError: none did. A CapabilityError when there were several, or one that changed nothing.
        """
        chosen = [item for item in routes if self.route in ("auto", item[0])] or routes
        problems: list[str] = []
        last: WsManFault | None = None
        for name, act in chosen:
            try:
                answered = act()
            except WsManFault as fault:
                last = fault
                problems.append(f"{name}: {fault}")
                answered = True
            else:
                said = "no error" if answered else "no answer"
                problems.append(f"{name}: {said}, but the value did not change")
            if reached() or (not answered and self._comes_true(what, reached)):
                return name
        if len(chosen) == 1 and last is not None:
            raise ClusterError(what, last)
        raise CapabilityError(f"{what}: no way worked ({'; '.join(problems)})", last)

    def _comes_true(self, what: str, reached: Callable[[], bool]) -> bool:
        try:
            return wait_for(what, reached, bool, self.clock, UNKNOWN_S)
        except WaitTimeout:
            return False
