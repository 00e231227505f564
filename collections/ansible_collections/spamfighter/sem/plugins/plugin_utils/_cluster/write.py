# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Writing to a cluster: each capability with its routes, each verified by reading back (mscluster 3.3, 3.4).

Success is the state read back, never the absence of a fault; after a lost answer the state is read before
anything is repeated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from .._wait import Clock, WaitTimeout, wait_for
from .._windows.model import View
from .._wsman.codes import microsoft_text
from .._wsman.errors import WsManFault
from .._wsman.faults import needs_selectors
from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, CimValue, ClassSchema
from . import property_list, schema
from .associations import pairs
from .model import ResourceState
from .read import read_resource, state_of
from .routes import ClusterError, Route, Routes

# BringOnline's own wait; shorter than the operation time-out, so that the fault is never the transport's.
METHOD_WAIT_S = 10
FAILED = 5038  # the resource has failed
GRACE_S = 10.0  # for a request without an answer to show in the state


@dataclass(frozen=True)
class ClusterWriter:
    """The writing verbs of one cluster through one node. Names are resource names; times in seconds."""

    ws: WsManOperations
    clock: Clock
    route: str = "auto"  # auto | control_code | put

    @property
    def _routes(self) -> Routes:
        return Routes(self.ws, self.clock, self.route)

    def _read(self, name: str) -> CimInstance:
        found = read_resource(self.ws, name)
        if found is None:
            raise ClusterError(f"the resource {name!r} is gone: it was deleted or renamed meanwhile")
        return found

    # ---- resources --------------------------------------------------------------------------
    def create_resource(self, group: str, name: str, kind: str, separate_monitor: bool) -> str:
        """One of that name elsewhere, or of another type, is not taken for it (5010, mscluster 5.3)."""
        arguments: dict[str, CimValue] = {
            "Group": group,
            "ResourceName": name,
            "ResourceType": kind,
            "SeparateMonitor": separate_monitor,
        }

        def reached() -> bool:
            found = read_resource(self.ws, name)
            if found is None or str(found.get("Type")).lower() != kind.lower():
                return False
            return self._related(schema.GROUP_TO_RESOURCE, group, name)

        return self._routes.verified(
            f"create the resource {name!r}", [("method", lambda: self._create(group, arguments))], reached
        )

    def _create(self, group: str, arguments: Mapping[str, CimValue]) -> bool:
        """Of the class; through another resource of the group where the server wants an instance (mscluster 11)."""
        try:
            return self._routes.invoke("CreateResource", None, arguments)
        except WsManFault as fault:
            if not needs_selectors(fault):
                raise
            found = pairs(self.ws, schema.GROUP_TO_RESOURCE)
            members = [resource for owner, resource in found if owner.lower() == group.lower()]
            if not members:
                raise
        return self._routes.invoke("CreateResource", members[0], arguments)

    def delete_resource(self, name: str) -> str:
        return self._routes.verified(
            f"delete the resource {name!r}",
            [("method", lambda: self._routes.invoke("DeleteResource", name, {}))],
            lambda: read_resource(self.ws, name) is None,
        )

    def set_common(self, name: str, values: Mapping[str, int | bool]) -> str:
        """Common properties: Put of the whole instance, then the control code (mscluster 3.4)."""

        def reached() -> bool:
            item = self._read(name)
            return all(item.get(key) == value for key, value in values.items())

        numbers = {key: int(value) for key, value in values.items()}
        return self._routes.verified(
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
            return all(_same(found.get(key), value) for key, value in values.items())

        return self._routes.verified(
            f"set {', '.join(values)} of {name!r}",
            [
                ("control_code", lambda: self._control(name, schema.SET_PRIVATE_PROPERTIES, values)),
                ("put", lambda: self._put_private(name, values)),
            ],
            reached,
        )

    def _control(self, name: str, code: int, values: Mapping[str, str | int]) -> bool:
        data = property_list.encode(values)
        return self._routes.invoke("ExecuteResourceControl", name, {"ControlCode": code, "InputBuffer": tuple(data)})

    def _put(self, name: str, values: Mapping[str, CimValue]) -> bool:
        """Get, change, Put the whole instance (wsman 3.7)."""
        item = self._read(name)
        changed = CimInstance(item.class_name, {**item.properties, **values}, item.namespace)
        return self._routes.put(name, changed)

    def _put_private(self, name: str, values: Mapping[str, str | int]) -> bool:
        private = self._read(name).get("PrivateProperties")
        before = (
            private if isinstance(private, CimInstance) else CimInstance("MSCluster_Property", {}, schema.NAMESPACE)
        )
        after = CimInstance(before.class_name, {**before.properties, **values}, before.namespace)
        return self._put(name, {"PrivateProperties": after})

    # ---- dependencies, owners, checkpoints ----------------------------------------------------
    def _related(
        self, kind: ClassSchema, left: str, right: str, first: str = "GroupComponent", second: str = "PartComponent"
    ) -> bool:
        wanted = (left.lower(), right.lower())
        return any((one.lower(), other.lower()) == wanted for one, other in pairs(self.ws, kind, first, second))

    def _depends(self, name: str, provider: str) -> bool:
        """Whichever end the server calls the antecedent (mscluster 0.4): both ways at once would be a loop."""
        found = {(one.lower(), other.lower()) for one, other in pairs(self.ws, schema.DEPENDENCIES, *schema.ENDS)}
        ends = (name.lower(), provider.lower())
        return not found.isdisjoint((ends, ends[::-1]))

    def add_dependency(self, name: str, provider: str) -> str:
        return self._routes.verified(
            f"make {name!r} depend on {provider!r}",
            [("method", lambda: self._routes.invoke("AddDependency", name, {"Resource": provider}))],
            lambda: self._depends(name, provider),
        )

    def remove_dependency(self, name: str, provider: str) -> str:
        return self._routes.verified(
            f"remove the dependency of {name!r} on {provider!r}",
            [("method", lambda: self._routes.invoke("RemoveDependency", name, {"Resource": provider}))],
            lambda: not self._depends(name, provider),
        )

    def add_possible_owner(self, name: str, node: str) -> str:
        return self._routes.verified(
            f"add {node} to the possible owners of {name!r}",
            [("method", lambda: self._routes.invoke("AddPossibleOwner", name, {"NodeName": node}))],
            lambda: self._related(schema.RESOURCE_TO_OWNER, name, node),
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
            lambda: self._routes.invoke("ExecuteResourceControl", name, {"ControlCode": code, "InputBuffer": data}),
        )
        method: Route = (
            "method",
            lambda: self._routes.invoke("AddRegistryCheckpoint", name, {"CheckpointName": path}),
        )
        routes = [control] if view == 32 else [method, control]
        return self._routes.verified(f"add the checkpoint {path} to {name!r}", routes, reached)

    # ---- states -----------------------------------------------------------------------------
    def set_persistent_state(self, name: str, online: bool) -> str:
        return self.set_common(name, {"PersistentState": online})

    def bring_online(self, name: str, timeout_s: float) -> ResourceState:
        """Ask for online and wait for the end of it; the state reached.

        Raises:
            ClusterError: it failed, or is still pending after ``timeout_s``.
        """
        state, refused = self._change_state("BringOnline", name, ResourceState.ONLINE, timeout_s)
        if state == ResourceState.ONLINE:
            return state
        if refused is not None:
            raise ClusterError(f"bring {name!r} online", refused) from refused
        status = self._read(name).get("LastOperationStatusCode")
        code = f" (code {status}: {microsoft_text(status)})" if isinstance(status, int) and status else ""
        what = f"{name!r} is {state.name} after it was asked to come online{code}"
        raise ClusterError(what + "; see events 1040 to 1042 and 1069 in the System log of the owner")

    def take_offline(self, name: str, timeout_s: float) -> ResourceState:
        """SEM alone; a Failed resource answers 5038 or success (mscluster 6.4), both are fine.

        Raises:
            ClusterError: it is neither offline nor failed, or still pending after ``timeout_s``.
        """
        state, refused = self._change_state("TakeOffline", name, ResourceState.OFFLINE, timeout_s)
        failed = state == ResourceState.FAILED and (refused is None or refused.win32 == FAILED)
        if state == ResourceState.OFFLINE or failed:
            return state
        if refused is not None:
            raise ClusterError(f"take {name!r} offline", refused) from refused
        raise ClusterError(f"{name!r} is {state.name} after it was asked to go offline")

    def _change_state(
        self, method: str, name: str, wanted: ResourceState, timeout_s: float
    ) -> tuple[ResourceState, WsManFault | None]:
        """The state that it comes to, and the fault if it was refused."""
        try:
            answered = self._routes.invoke(method, name, {"TimeOut": METHOD_WAIT_S}, METHOD_WAIT_S + 5.0)
        except WsManFault as fault:
            return self._settled(name, timeout_s, fault), fault
        if not answered:
            self._begun(name, wanted)
        return self._settled(name, timeout_s), None

    def _begun(self, name: str, wanted: ResourceState) -> None:
        """Whether an unanswered request was received shows in the state, but not at once."""

        def shows(state: ResourceState) -> bool:
            return state == wanted or state.pending

        with contextlib.suppress(WaitTimeout):
            wait_for(f"{name!r} begins", lambda: state_of(self._read(name)), shows, self.clock, GRACE_S)

    def _settled(self, name: str, timeout_s: float, refused: WsManFault | None = None) -> ResourceState:
        """The state once there is nothing to wait for."""
        try:
            return wait_for(
                f"{name!r} settled",
                lambda: state_of(self._read(name)),
                lambda state: state.settled,
                self.clock,
                timeout_s,
            )
        except WaitTimeout as error:
            state = error.last.name if isinstance(error.last, ResourceState) else error.last
            what = f"{name!r} has not settled after {timeout_s:g} s; its state is {state}"
            raise ClusterError(what, refused) from error


def _same(found: CimValue, wanted: str | int) -> bool:
    """As text: the values of embedded objects have no type here. An empty text may be read back as NULL."""
    return str("" if found is None else found) == str(wanted)
