# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Writing to a cluster: each capability with its routes, each verified by reading back (mscluster 3.3, 3.4).

Success is the state read back, never the absence of a fault; after a lost answer the state is read before
anything is repeated.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .._wait import Clock, WaitTimeout, backoff, wait_for
from .._windows.model import View
from .._wsman.codes import TRANSIENT, advice, microsoft_text
from .._wsman.errors import OperationTimedOut, OutcomeUnknown, WsManFault
from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, CimValue
from . import property_list, schema
from .model import ResourceState
from .read import pairs, read_resource, read_state

# BringOnline's own wait; shorter than the operation time-out, so that the fault is never the transport's.
METHOD_WAIT_S = 10
RETRY_S = 30.0
STORED, PENDING = 5024, 997
Route = tuple[str, Callable[[], None]]


class ClusterError(Exception):
    """A change to the cluster failed: what, the code, Microsoft's text, what to do."""

    def __init__(self, what: str, fault: Exception | None = None) -> None:
        win32 = getattr(fault, "win32", None)
        parts = [what]
        if fault is not None:
            parts.append(microsoft_text(win32) or str(fault))
        if win32 is not None:
            parts.append(f"code {win32}")
        hint = advice(win32, getattr(fault, "inner", None), getattr(fault, "outer", None))
        super().__init__("; ".join([*parts, *([hint] if hint else [])]))
        self.win32 = win32


class CapabilityError(ClusterError):
    """No route of a capability worked; the message names each with its fault."""


@dataclass(frozen=True)
class ClusterWriter:
    """The writing verbs of one cluster through one node. Names are resource names; times in seconds."""

    ws: WsManOperations
    clock: Clock
    route: str = "auto"  # auto | control_code | put

    # ---- calling ----------------------------------------------------------------------------
    def _invoke(self, method: str, name: str | None, arguments: Mapping[str, CimValue], wait_s: float = 20.0) -> None:
        """One method call; "busy" is retried for a while, "stored" and "pending" are success.

        Raises:
            WsManFault: everything else. An unknown outcome is left to the caller's reading back.
        """
        keys = None if name is None else {"Name": name}
        waited = 0.0
        for pause in backoff():
            try:
                self.ws.invoke(schema.RESOURCE, method, keys, arguments, timeout_s=wait_s)
                return
            except (OperationTimedOut, OutcomeUnknown):
                return
            except WsManFault as fault:
                if fault.win32 in (STORED, PENDING):
                    return
                if fault.win32 not in TRANSIENT or waited >= RETRY_S:
                    raise
            self.clock.sleep(pause)
            waited += pause

    def _verified(self, what: str, routes: list[Route], reached: Callable[[], bool]) -> str:
        """Try the routes in order until the state read back is the wanted one; the route that worked."""
        chosen = [item for item in routes if self.route in ("auto", item[0])] or routes
        problems: list[str] = []
        last: Exception | None = None
        for name, act in chosen:
            try:
                act()
            except WsManFault as fault:
                last = fault
                problems.append(f"{name}: {fault}")
                if reached():
                    return name
                continue
            if reached():
                return name
            problems.append(f"{name}: no error, but the value did not change")
        if len(chosen) == 1 and last is not None:
            raise ClusterError(what, last)
        raise CapabilityError(f"{what}: no way worked ({'; '.join(problems)})", last)

    def _read(self, name: str) -> CimInstance:
        found = read_resource(self.ws, name)
        if found is None:
            raise ClusterError(f"the resource {name!r} is gone: it was deleted or renamed meanwhile")
        return found

    # ---- resources --------------------------------------------------------------------------
    def create_resource(self, group: str, name: str, kind: str, separate_monitor: bool) -> str:
        arguments: dict[str, CimValue] = {
            "Group": group,
            "ResourceName": name,
            "ResourceType": kind,
            "SeparateMonitor": separate_monitor,
        }
        return self._verified(
            f"create the resource {name!r}",
            [("method", lambda: self._invoke("CreateResource", None, arguments))],
            lambda: read_resource(self.ws, name) is not None,
        )

    def delete_resource(self, name: str) -> str:
        return self._verified(
            f"delete the resource {name!r}",
            [("method", lambda: self._invoke("DeleteResource", name, {}))],
            lambda: read_resource(self.ws, name) is None,
        )

    def set_common(self, name: str, values: Mapping[str, int | bool]) -> str:
        """Common properties: Put of the whole instance, then the control code (mscluster 3.4)."""

        def reached() -> bool:
            item = self._read(name)
            return all(item.get(key) == value for key, value in values.items())

        numbers = {key: int(value) for key, value in values.items()}
        return self._verified(
            f"set {', '.join(values)} of {name!r}",
            [
                ("put", lambda: self._put(name, values)),
                ("control_code", lambda: self._control(name, schema.SET_COMMON_PROPERTIES, numbers)),
            ],
            reached,
        )

    def set_private(self, name: str, values: Mapping[str, str | int]) -> str:
        """Private properties: the control code, then Put of the embedded object (mscluster 3.3)."""

        def reached() -> bool:
            private = self._read(name).get("PrivateProperties")
            found = private.properties if isinstance(private, CimInstance) else {}
            return all(str(found.get(key)) == str(value) for key, value in values.items())

        return self._verified(
            f"set {', '.join(values)} of {name!r}",
            [
                ("control_code", lambda: self._control(name, schema.SET_PRIVATE_PROPERTIES, values)),
                ("put", lambda: self._put_private(name, values)),
            ],
            reached,
        )

    def _control(self, name: str, code: int, values: Mapping[str, str | int]) -> None:
        data = property_list.encode(values)
        self._invoke("ExecuteResourceControl", name, {"ControlCode": code, "InputBuffer": tuple(data)})

    def _put(self, name: str, values: Mapping[str, CimValue]) -> None:
        """Get, change, Put the whole instance (wsman 3.7)."""
        item = self._read(name)
        changed = CimInstance(item.class_name, {**item.properties, **values}, item.namespace)
        try:
            self.ws.put(schema.RESOURCE, {"Name": name}, changed)
        except (OperationTimedOut, OutcomeUnknown):
            return

    def _put_private(self, name: str, values: Mapping[str, str | int]) -> None:
        private = self._read(name).get("PrivateProperties")
        before = (
            private if isinstance(private, CimInstance) else CimInstance("MSCluster_Property", {}, schema.NAMESPACE)
        )
        namespace = before.namespace or schema.NAMESPACE
        after = CimInstance(before.class_name, {**before.properties, **values}, namespace)
        self._put(name, {"PrivateProperties": after})

    # ---- dependencies, owners, checkpoints ----------------------------------------------------
    def _relation(
        self, what: str, method: str, name: str, argument: str, value: str, reached: Callable[[], bool]
    ) -> str:
        return self._verified(what, [("method", lambda: self._invoke(method, name, {argument: value}))], reached)

    def _related(self, kind: t.Any, name: str, value: str, first: str, second: str) -> bool:
        wanted = (name.lower(), value.lower())
        return any((left.lower(), right.lower()) == wanted for left, right in pairs(self.ws, kind, first, second))

    def add_dependency(self, name: str, provider: str) -> str:
        return self._relation(
            f"make {name!r} depend on {provider!r}",
            "AddDependency",
            name,
            "Resource",
            provider,
            lambda: self._related(schema.DEPENDENCIES, name, provider, "Antecedent", "Dependent"),
        )

    def remove_dependency(self, name: str, provider: str) -> str:
        return self._relation(
            f"remove the dependency of {name!r} on {provider!r}",
            "RemoveDependency",
            name,
            "Resource",
            provider,
            lambda: not self._related(schema.DEPENDENCIES, name, provider, "Antecedent", "Dependent"),
        )

    def add_possible_owner(self, name: str, node: str) -> str:
        return self._relation(
            f"add {node} to the possible owners of {name!r}",
            "AddPossibleOwner",
            name,
            "NodeName",
            node,
            lambda: self._related(schema.RESOURCE_TO_OWNER, name, node, "GroupComponent", "PartComponent"),
        )

    def add_checkpoint(self, name: str, path: str, view: View) -> str:
        """A registry checkpoint; the path below HKLM without a leading backslash. The 32-bit view has a
        control code only (mscluster 5.8)."""

        def reached() -> bool:
            found = self._read(name).get("RegistryCheckpoints")
            return any(str(item).lower() == path.lower() for item in found) if isinstance(found, tuple) else False

        data = tuple((path + "\0").encode("utf-16-le"))
        code = schema.ADD_CHECKPOINT_32 if view == 32 else schema.ADD_CHECKPOINT_64
        control: Route = (
            "control_code",
            lambda: self._invoke("ExecuteResourceControl", name, {"ControlCode": code, "InputBuffer": data}),
        )
        method: Route = ("method", lambda: self._invoke("AddRegistryCheckpoint", name, {"CheckpointName": path}))
        routes = [control] if view == 32 else [method, control]
        return self._verified(f"add the checkpoint {path} to {name!r}", routes, reached)

    # ---- states -----------------------------------------------------------------------------
    def set_persistent_state(self, name: str, online: bool) -> str:
        return self.set_common(name, {"PersistentState": online})

    def bring_online(self, name: str, timeout_s: float) -> ResourceState:
        """Ask for online and wait for the end of it; the state reached.

        Raises:
            ClusterError: it failed, or is still pending after ``timeout_s``.
        """
        try:
            self._invoke("BringOnline", name, {"TimeOut": METHOD_WAIT_S}, METHOD_WAIT_S + 5.0)
        except WsManFault as fault:
            if self._settled(name, timeout_s) == ResourceState.ONLINE:
                return ResourceState.ONLINE
            raise ClusterError(f"bring {name!r} online", fault) from fault
        state = self._settled(name, timeout_s)
        if state != ResourceState.ONLINE:
            status = self._read(name).get("LastOperationStatusCode")
            code = f" (code {status}: {microsoft_text(status)})" if isinstance(status, int) and status else ""
            what = f"{name!r} is {state.name} after it was asked to come online{code}"
            raise ClusterError(what + "; see events 1040 to 1042 and 1069 in the System log of the owner")
        return state

    def take_offline(self, name: str, timeout_s: float) -> ResourceState:
        """SEM alone; a Failed resource answers 5038 or success (mscluster 6.4), both are fine."""
        try:
            self._invoke("TakeOffline", name, {"TimeOut": METHOD_WAIT_S}, METHOD_WAIT_S + 5.0)
        except WsManFault as fault:
            if fault.win32 != 5038:
                raise ClusterError(f"take {name!r} offline", fault) from fault
        state = self._settled(name, timeout_s)
        if state not in (ResourceState.OFFLINE, ResourceState.FAILED):
            raise ClusterError(f"{name!r} is {state.name} after it was asked to go offline")
        return state

    def _settled(self, name: str, timeout_s: float) -> ResourceState:
        """The state once it is no longer pending."""
        try:
            return wait_for(
                f"{name!r} settled",
                lambda: read_state(self.ws, name),
                lambda state: not state.pending and state != ResourceState.UNKNOWN,
                self.clock,
                timeout_s,
            )
        except WaitTimeout as error:
            raise ClusterError(f"{name!r} has not settled after {timeout_s:g} s; its state is {error.last}") from error
