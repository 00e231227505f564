"""The cluster as others see it: every verb, and pictures of its state."""

from __future__ import annotations

from typing import Any

from ..contract import Pending
from ..journal import acting
from .group_verbs import GroupVerbs
from .model import Event, Group, GroupSnapshot, NodeSnapshot, Resource, ResourceSnapshot, Snapshot
from .properties import RESOURCE_COMMON
from .resource_verbs import ResourceVerbs

ADMIN_VERBS = (
    "create_resource",
    "delete_resource",
    "rename_resource",
    "bring_online",
    "take_offline",
    "fail_resource",
    "set_common",
    "set_private",
    "add_dependency",
    "remove_dependency",
    "set_dependencies",
    "add_possible_owner",
    "remove_possible_owner",
    "add_registry_checkpoint",
    "remove_registry_checkpoint",
    "move_to_group",
    "create_group",
    "delete_group",
    "rename_group",
    "group_online",
    "group_offline",
    "move_group",
    "set_preferred_owners",
    "set_group_common",
    "pause_node",
    "resume_node",
    "stop_cluster_service",
    "start_cluster_service",
    "node_crashed",
    "node_booted",
    "lose_quorum",
    "break_disk",
    "lock_resource",
)


class Cluster(ResourceVerbs, GroupVerbs):
    """A failover cluster. Every verb raises ``CimError(win32=...)`` as Windows refuses it."""

    def form(self) -> None:
        """The cluster service starts on all nodes; give the clock time for the resources."""
        with acting("cluster"):
            self.mover.form()

    def admin(self, verb: str, **arguments: Any) -> object:
        """The second admin, or a fault: the same verbs, as actor "admin"; never waits.

        Raises:
            ValueError: no such verb.
            CimError: refused.
        """
        if verb not in ADMIN_VERBS:
            raise ValueError(f"no verb {verb!r}; known are {', '.join(sorted(ADMIN_VERBS))}")
        with acting("admin"):
            result = getattr(self, verb)(**arguments)
        if isinstance(result, Pending | Resource | Group):
            return None
        return result

    def events_since(self, time: float) -> list[Event]:
        return [event for event in self.events if event.time > time]

    def snapshot(self) -> Snapshot:
        """Everything that is configured or running, frozen and sorted."""
        core = self.core
        return Snapshot(
            core.name,
            core.instance_id,
            tuple(sorted(NodeSnapshot(node.name, node.state.name) for node in core.nodes)),
            tuple(sorted(self._group_snapshot(group) for group in core.groups.values())),
            tuple(sorted(self._resource_snapshot(item) for item in core.resources.values())),
        )

    def _group_snapshot(self, group: Group) -> GroupSnapshot:
        state = self.core.group_state(group).name
        return GroupSnapshot(group.name, group.owner, state, group.persistent_state, tuple(group.preferred))

    def _resource_snapshot(self, item: Resource) -> ResourceSnapshot:
        return ResourceSnapshot(
            item.name,
            item.type,
            self.core.group_of(item).name,
            item.state.name,
            item.persistent_state,
            tuple((each.name, getattr(item, each.attribute)) for each in RESOURCE_COMMON),
            tuple(sorted((name, str(value)) for name, value in item.private.items())),
            self.get_dependencies(item.name),
            tuple(sorted(self.core.owners(item))),
            tuple(sorted((each.path, each.view) for each in item.checkpoints.values())),
        )

    def tree(self) -> str:
        """Nodes, groups, resources with their dependencies, for people."""
        lines = [f"cluster {self.name} ({self.version.name}, {'formed' if self.core.formed else 'no quorum'})"]
        lines += [f"  node {node.name}: {node.state.name.capitalize()}" for node in self.core.nodes]
        for group in sorted(self.core.groups.values(), key=lambda group: group.name.lower()):
            lines.append(f"  group {group.name} on {group.owner}: {self.core.group_state(group).name}")
            for item in sorted(self.core.members(group), key=lambda item: item.name.lower()):
                needs = self.get_dependencies(item.name)
                lines.append(f"    {item.name} [{item.type}]: {item.state.name}" + (f" <- {needs}" if needs else ""))
        return "\n".join(lines)
