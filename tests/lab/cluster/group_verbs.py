"""Every call on a group or a node, with its refusals (mscluster 6.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..contract import Host, Pending
from . import properties
from .base import Base
from .errors import refusal
from .model import Group, Node, NodeState, ResourceState
from .versions import ClusterVersion


class GroupVerbs(Base):
    def create_group(self, name: str, owner: str | None = None) -> Group:
        if not name.strip():
            raise refusal(123)
        if any(item.name.lower() == name.lower() for item in self.core.groups.values()):
            raise refusal(5010)
        home = self.core.node(owner) if owner else next(iter(self.core.up_nodes()), self.core.nodes[0])
        made = Group(self.core.new_id(), name, home.name)
        self.core.groups[made.id] = made
        self.core.record("group.create", name)
        return made

    def delete_group(self, name: str) -> None:
        group = self.core.group(name)
        if group.core:
            raise refusal(1372)
        if self.core.members(group):
            raise refusal(145)
        del self.core.groups[group.id]
        self.core.record("group.delete", name)

    def rename_group(self, name: str, new_name: str) -> None:
        group = self.core.group(name)
        if not new_name.strip():
            raise refusal(123)
        if any(item.name.lower() == new_name.lower() and item is not group for item in self.core.groups.values()):
            raise refusal(183)
        self.core.record("group.rename", group.name, group.name, new_name)
        group.name = new_name

    def group_online(self, name: str, timeout_s: int = 0) -> Pending:
        group = self._settled(name)
        owner = self.core.node(group.owner)
        if owner.state is NodeState.PAUSED:
            raise refusal(70)
        if not self.core.can_host(group, owner):
            raise refusal(5071)
        self.core.record("group.online", group.name)
        group.persistent_state = True
        for item in self.core.members(group):
            item.persistent_state = True
        cause = self.core.cause()
        for item in self.core.members(group):
            self.engine.want_online(item, cause)
        return self._wait(timeout_s, lambda: self._group_outcome(group))

    def group_offline(self, name: str, timeout_s: int = 0) -> Pending:
        group = self._settled(name)
        if group.core and any(item.quorum for item in self.core.members(group)):
            raise refusal(1372)
        self.core.record("group.offline", group.name)
        group.persistent_state = False
        cause = self.core.cause()
        for item in self.core.members(group):
            item.persistent_state = False
            self.engine.want_offline(item, cause)
        return self._wait(timeout_s, lambda: self._group_outcome(group))

    def move_group(self, name: str, node: str | None = None, timeout_s: int = 0) -> Pending:
        """To ``node``, or to the best one; persistent states stay as they are."""
        group = self._settled(name)
        target = self.core.node(node) if node else self.mover.destination(group)
        if target is None:
            raise refusal(5005)
        if target.name == group.owner:
            return self._wait(timeout_s, dict)
        if target.state is NodeState.PAUSED:
            raise refusal(70)
        if target.state is not NodeState.UP:
            raise refusal(5005)
        if not self.core.can_host(group, target):
            raise refusal(5016)
        self.core.record("group.move", group.name, group.owner, target.name)
        self.mover.move(group, target, self.core.cause())
        return self._wait(timeout_s, lambda: self._group_outcome(group))

    def _settled(self, name: str) -> Group:
        """The group, unless something of it is on its way."""
        group = self.core.group(name)
        if group.moving_to is not None:
            raise refusal(5908)
        if any(item.state.pending for item in self.core.members(group)):
            raise refusal(5023)
        return group

    def set_preferred_owners(self, name: str, nodes: Sequence[str]) -> None:
        group = self.core.group(name)
        wanted = [self.core.node(item).name for item in nodes]
        if wanted != group.preferred:
            self.core.record("group.property", group.name, tuple(group.preferred), tuple(wanted))
            group.preferred = wanted

    def set_group_common(self, name: str, changed: Mapping[str, object]) -> None:
        table: tuple[properties.Property, ...] = properties.GROUP_COMMON
        if self.core.version >= ClusterVersion.WIN2008R2:
            table += properties.GROUP_2008R2
        properties.set_common(self.core, self.core.group(name), table, changed, "group.property")

    # ---- nodes ------------------------------------------------------------------------------
    def add_node(self, host: Host) -> frozenset[str]:
        """A further member, whose cluster service has not started; the names of the resources there were.

        Whether it becomes a possible owner of resources whose list nobody touched is open (mscluster 4.4).
        """
        if not self.switches.late_node_becomes_possible_owner:
            for item in self.core.resources.values():
                item.possible_owners = set(self.core.owners(item))
        self.core.nodes.append(Node(host.name, host, str(len(self.core.nodes) + 1), member=False))
        return frozenset(item.name for item in self.core.resources.values())

    def pause_node(self, name: str, drain: bool = False) -> None:
        node = self.core.node(name)
        if node.state is NodeState.DOWN:
            raise refusal(5050)
        if drain and node.draining:
            raise refusal(5962)
        if drain and not [item for item in self.core.up_nodes() if item is not node]:
            raise refusal(5050)
        if not node.paused:
            before, node.paused = node.state, True
            self.core.record("node.pause", node.name)
            self.core.emit(node.name, "node_state", node.name, before.name, node.state.name, self.core.cause())
        if drain:
            self.mover.drain(node, self.core.cause())

    def resume_node(self, name: str) -> None:
        node = self.core.node(name)
        if not node.paused:
            raise refusal(5058)
        before, node.paused, node.draining = node.state, False, False
        self.core.record("node.resume", node.name)
        self.core.emit(node.name, "node_state", node.name, before.name, node.state.name, self.core.cause())

    def node_crashed(self, name: str) -> None:
        """The node lost power; call it after the host is down."""
        self.mover.crash(self.core.node(name))
        self.engine.step()

    def node_booted(self, name: str) -> None:
        """The node is up again and its cluster service starts; call it after the host is up."""
        self.mover.boot(self.core.node(name))

    def stop_cluster_service(self, name: str) -> None:
        self.mover.stop_service(self.core.node(name), self.core.cause())

    def start_cluster_service(self, name: str) -> None:
        self.mover.boot(self.core.node(name))

    def lose_quorum(self) -> None:
        """Fault: the partition of every node that is left has no majority."""
        self.mover.lose_quorum()
        self.engine.step()

    def break_disk(self, name: str, broken: bool = True) -> None:
        """Fault: the disk behind the resource is gone, or back."""
        self.core.resource(name).broken = broken

    def lock_resource(self, name: str, locked: bool = True) -> None:
        """A backup holds the resource (5960)."""
        self.core.resource(name).locked = locked

    def any_pending(self) -> bool:
        return any(item.state.pending or item.want is not None for item in self.core.resources.values())

    def service_running(self, name: str) -> bool:
        """Whether the cluster service on that node answers; else WMI says 1753."""
        return self.core.node(name).member and self.core.formed

    def online_resources(self, node: str) -> list[str]:
        found = (item for item in self.core.resources.values() if item.state is ResourceState.ONLINE)
        return sorted(item.name for item in found if self.core.owner_of(item).name == node)
