"""Every call on a resource, with its refusals (mscluster 6.3-6.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..contract import Pending
from . import expression, properties
from .base import Base
from .errors import refusal
from .model import Group, NodeState, Private, Resource, ResourceState
from .versions import ClusterVersion

MAX_DEPTH = 100
ON, OFF, FAILED = ResourceState.ONLINE, ResourceState.OFFLINE, ResourceState.FAILED


class ResourceVerbs(Base):
    # ---- life -------------------------------------------------------------------------------
    def create_resource(self, group: str, name: str, type_name: str, separate_monitor: bool = False) -> Resource:
        """A new resource: Offline, should be offline, RestartAction 2 (mscluster 5 step 3)."""
        home = self.core.group(group)
        kind = self.core.types.get(type_name.lower())
        if kind is None:
            raise refusal(5078)
        if not name.strip():
            raise refusal(123)
        if self.core.find(name) is not None:
            raise refusal(5010)
        threshold = self.core.version.restart_threshold
        made = Resource(self.core.new_id(), name, kind.name, home.id, restart_threshold=threshold)
        made.separate_monitor = separate_monitor
        made.pending_timeout_ms = kind.pending_timeout_ms
        self.core.resources[made.id] = made
        self.core.record("resource.create", name, None, {"group": home.name, "type": kind.name})
        self.core.emit(home.owner, "resource_created", name, "", kind.name, self.core.cause())
        return made

    def delete_resource(self, name: str) -> None:
        """Raises 5026 core, 5019 not offline, 5001 something depends on it."""
        resource = self.core.resource(name)
        if resource.core:
            raise refusal(5026)
        if resource.state not in (OFF, FAILED):
            raise refusal(5019)
        if self.core.dependents(resource):
            raise refusal(5001)
        if resource.retry is not None:
            resource.retry.cancel()
        resource.epoch += 1
        owner = self.core.owner_of(resource).name
        del self.core.resources[resource.id]
        self.core.record("resource.delete", resource.name, resource.type, None)
        self.core.emit(owner, "resource_deleted", resource.name, resource.type, "", self.core.cause())
        self.engine.step()

    def rename_resource(self, name: str, new_name: str) -> None:
        resource = self.core.resource(name)
        if not new_name.strip():
            raise refusal(123)
        other = self.core.find(new_name)
        if other is not None and other is not resource:
            raise refusal(183)
        self.core.record("resource.rename", resource.name, resource.name, new_name)
        resource.name = new_name

    # ---- online, offline, fail --------------------------------------------------------------
    def bring_online(self, name: str, timeout_s: int = 0) -> Pending:
        """mscluster 6.3. The answer comes when it is online or failed; 997 after ``timeout_s``."""
        resource = self.core.resource(name)
        if resource.state is ResourceState.OFFLINE_PENDING:
            raise refusal(5023)
        group = self.core.group_of(resource)
        if group.moving_to is not None:
            raise refusal(5908)
        self._set_persistent(resource, True)
        if resource.state is ON and resource.want is None:
            return self._wait(timeout_s, dict)
        if resource.state is ResourceState.ONLINE_PENDING:
            raise refusal(5023)
        if resource.locked:
            raise refusal(5960)
        owner = self.core.owner_of(resource)
        if owner.state is NodeState.PAUSED:
            raise refusal(70)
        if owner.name not in self.core.owners(resource):
            raise refusal(5071)
        self.core.record("resource.online", resource.name, resource.state.name, "ONLINE")
        self.engine.want_online(resource, self.core.cause())
        return self._wait(timeout_s, lambda: self._online_outcome(resource))

    def take_offline(self, name: str, timeout_s: int = 0, flags: int = 0) -> Pending:
        """mscluster 6.4. Only the named resource's persistent state changes."""
        resource = self.core.resource(name)
        if resource.state.pending:
            raise refusal(5023)
        if self.core.group_of(resource).moving_to is not None:
            raise refusal(5908)
        keep = bool(flags & 4) and self.core.version.keep_persistent_state_flag
        if not keep:
            self._set_persistent(resource, False)
        if resource.state is FAILED:
            if self.switches.offline_of_failed == "5038":
                raise refusal(5038)
            self.core.set_state(resource, OFF, self.core.cause())
        if resource.state is OFF:
            return self._wait(timeout_s, dict)
        if resource.locked and not flags & 1:
            raise refusal(5960)
        self.core.record("resource.offline", resource.name, resource.state.name, "OFFLINE")
        self.engine.want_offline(resource, self.core.cause())
        return self._wait(timeout_s, lambda: self._offline_outcome(resource))

    def fail_resource(self, name: str) -> None:
        """The test hook; raises 5023 unless online or pending."""
        resource = self.core.resource(name)
        if resource.state is not ON and not resource.state.pending:
            raise refusal(5023)
        self.engine.fail(resource, self.core.cause(), run=resource.state is ON)

    def _set_persistent(self, resource: Resource, value: bool) -> None:
        if resource.persistent_state is not value:
            change = (("PersistentState", resource.persistent_state), ("PersistentState", value))
            self.core.record("resource.property", resource.name, *change)
            resource.persistent_state = value

    # ---- properties -------------------------------------------------------------------------
    def set_common(self, name: str, changed: Mapping[str, object], restart_delay: bool = False) -> None:
        """``restart_delay``: by a cmdlet, which can write RestartDelay; WMI only shows it (mscluster 2.4)."""
        resource = self.core.resource(name)
        table = properties.RESOURCE_BY_CMDLET if restart_delay else properties.RESOURCE_COMMON
        properties.set_common(self.core, resource, table, changed, "resource.property")

    def set_private(self, name: str, changed: Mapping[str, Private]) -> bool:
        """True: stored, but effective at the next online (5024)."""
        return properties.set_private(self.core, self.core.resource(name), changed)

    def clear_private(self, name: str, names: Sequence[str]) -> bool:
        """As :func:`set_private`, for properties that go."""
        return properties.clear_private(self.core, self.core.resource(name), names)

    # ---- dependencies -----------------------------------------------------------------------
    def add_dependency(self, name: str, provider: str) -> None:
        resource, other = self.core.resource(name), self.core.resource(provider)
        if other.id in resource.depends_on():
            raise refusal(5003)
        self._check_dependable(resource)
        self._check_sets(resource, (*resource.dependencies, (other.id,)))
        self._check_live(resource, (other,))
        self._store_sets(resource, (*resource.dependencies, (other.id,)))

    def remove_dependency(self, name: str, provider: str) -> None:
        resource, other = self.core.resource(name), self.core.resource(provider)
        if other.id not in resource.depends_on():
            raise refusal(5002)
        if self.core.version == ClusterVersion.WIN2003:
            if {resource.state, other.state} - {OFF, FAILED}:
                raise refusal(5023)
        elif resource.state is ON and self._leaves_no_member(resource, other):
            raise refusal(5019)
        kept = (tuple(item for item in members if item != other.id) for members in resource.dependencies)
        self._store_sets(resource, tuple(members for members in kept if members))

    def set_dependencies(self, name: str, text: str) -> None:
        """Replace all dependencies by an expression; "" clears."""
        resource = self.core.resource(name)
        wanted = tuple(tuple(self.core.resource(item).id for item in members) for members in expression.parse(text))
        named = [item for members in wanted for item in members]
        if len(named) != len(set(named)):
            raise refusal(5003)
        if wanted:
            self._check_dependable(resource)
        self._check_sets(resource, wanted)
        if resource.state is ON or resource.state is ResourceState.ONLINE_PENDING:
            for members in wanted:
                self._check_live(resource, tuple(self.core.resources[item] for item in members))
        if wanted != resource.dependencies:
            self._store_sets(resource, wanted)

    def get_dependencies(self, name: str, as_ids: bool = False) -> str:
        resource = self.core.resource(name)
        names = [[item if as_ids else self.core.resources[item].name for item in s] for s in resource.dependencies]
        return expression.render(names)

    def _leaves_no_member(self, resource: Resource, leaving: Resource) -> bool:
        for members in resource.dependencies:
            others = [self.core.resources[item] for item in members if item != leaving.id]
            if leaving.id in members and others and not any(item.state is ON for item in others):
                return True
        return False

    def _check_dependable(self, resource: Resource) -> None:
        if resource.quorum:
            raise refusal(5069)
        if self.core.version == ClusterVersion.WIN2003:
            if resource.state not in (OFF, FAILED, ResourceState.INITIALIZING):
                raise refusal(5019)
        elif resource.state is ResourceState.ONLINE_PENDING:
            raise refusal(5019)

    def _check_live(self, resource: Resource, members: tuple[Resource, ...]) -> None:
        if resource.state is ResourceState.ONLINE_PENDING:
            raise refusal(5019)
        if resource.state is ON and not any(item.state is ON for item in members):
            raise refusal(5019)

    def _check_sets(self, resource: Resource, wanted: tuple[tuple[str, ...], ...]) -> None:
        for provider in (self.core.resources[item] for members in wanted for item in members):
            if provider is resource or provider.group != resource.group:
                raise refusal(87)
            if resource in self.core.closure(provider, upwards=True):
                raise refusal(1059)
        below = max((self._depth(self.core.resources[i]) for s in wanted for i in s), default=-1) + 1
        if below + self._height(resource) > MAX_DEPTH:
            raise refusal(5929)

    def _depth(self, resource: Resource) -> int:
        return max((self._depth(item) + 1 for item in self.core.providers(resource)), default=0)

    def _height(self, resource: Resource) -> int:
        return max((self._height(item) + 1 for item in self.core.dependents(resource)), default=0)

    def _store_sets(self, resource: Resource, wanted: tuple[tuple[str, ...], ...]) -> None:
        before = self.get_dependencies(resource.name)
        resource.dependencies = wanted
        self.core.record("resource.dependency", resource.name, before, self.get_dependencies(resource.name))

    # ---- owners, checkpoints, group ---------------------------------------------------------
    def add_possible_owner(self, name: str, node: str) -> None:
        resource, owner = self.core.resource(name), self.core.node(node)
        if owner.name in self.core.type_of(resource).missing_on:
            raise refusal(5079)
        before = tuple(self.core.owners(resource))
        if resource.possible_owners is None or len(before) == len(self.core.nodes):
            return
        if owner.name in resource.possible_owners:
            raise refusal(5010)
        resource.possible_owners.add(owner.name)
        self.core.record("resource.owner", resource.name, before, tuple(self.core.owners(resource)))

    def remove_possible_owner(self, name: str, node: str) -> None:
        resource, owner = self.core.resource(name), self.core.node(node)
        before = tuple(self.core.owners(resource))
        if owner.name not in before:
            raise refusal(5042)
        hosting = self.core.owner_of(resource) is owner
        if hosting and (resource.state is ON or resource.state.pending):
            raise refusal(5023)
        resource.possible_owners = set(before) - {owner.name}
        self.core.record("resource.owner", resource.name, before, tuple(self.core.owners(resource)))

    def add_registry_checkpoint(self, name: str, path: str, view: int = 64) -> None:
        self.engine.checkpoints.add(self.core.resource(name), path, view)

    def remove_registry_checkpoint(self, name: str, path: str) -> None:
        self.engine.checkpoints.remove(self.core.resource(name), path)

    def move_to_group(self, name: str, group: str) -> None:
        """The whole dependency tree moves along."""
        resource, home = self.core.resource(name), self.core.group(group)
        if resource.group == home.id:
            raise refusal(183)
        tree = self._tree(resource)
        if any(item.state.pending for item in tree):
            raise refusal(5023)
        self._check_new_home(tree, home)
        for item in tree:
            before = self.core.group_of(item).name
            item.group = home.id
            self.core.record("resource.group", item.name, before, home.name)

    def _check_new_home(self, tree: list[Resource], home: Group) -> None:
        elsewhere = any(self.core.group_of(item).owner != home.owner for item in tree)
        if elsewhere and any(item.state is ON for item in tree):
            raise refusal(5019)
        if any(home.owner not in self.core.owners(item) for item in tree):
            raise refusal(5015)

    def _tree(self, resource: Resource) -> list[Resource]:
        seen = {resource.id: resource}
        todo = [resource]
        while todo:
            item = todo.pop()
            for other in (*self.core.providers(item), *self.core.dependents(item)):
                if other.id not in seen:
                    seen[other.id] = other
                    todo.append(other)
        return list(seen.values())
