# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""A failover cluster as frozen data. Names are as the cluster spells them (facts: mscluster 2)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class NodeState(enum.IntEnum):
    """mscluster 2.2."""

    UNKNOWN = -1
    UP = 0
    DOWN = 1
    PAUSED = 2
    JOINING = 3


class GroupState(enum.IntEnum):
    """mscluster 2.3."""

    UNKNOWN = -1
    ONLINE = 0
    OFFLINE = 1
    FAILED = 2
    PARTIAL_ONLINE = 3
    PENDING = 4


class ResourceState(enum.IntEnum):
    """mscluster 2.5."""

    UNKNOWN = -1
    INHERITED = 0
    INITIALIZING = 1
    ONLINE = 2
    OFFLINE = 3
    FAILED = 4
    PENDING = 128
    ONLINE_PENDING = 129
    OFFLINE_PENDING = 130

    @property
    def pending(self) -> bool:
        return self in (self.INITIALIZING, self.PENDING, self.ONLINE_PENDING, self.OFFLINE_PENDING)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for: neither pending nor one of the two unknown ones."""
        return not self.pending and self not in (self.UNKNOWN, self.INHERITED)


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    state: NodeState
    version: str = ""  # of Windows, such as 6.1.7601; empty when the cluster does not tell


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    state: GroupState
    owner: str | None  # node that owns it now
    preferred_owners: tuple[str, ...] = ()  # order is known on 2012+ only (mscluster 11)
    auto_failback: bool = False


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """RestartAction 0 never, 1 restart without failover, 2 restart then fail over; times in ms."""

    action: int
    threshold: int
    period_ms: int
    retry_ms: int


@dataclass(frozen=True)
class Resource:
    name: str
    type: str  # registered type name, never localised
    group: str
    state: ResourceState
    persistent_state: bool
    separate_monitor: bool
    restart: RestartPolicy
    pending_timeout_ms: int
    resource_class: int = 0  # 0 unknown, 1 storage, 2 network, 32768 user
    core: bool = False
    private: Mapping[str, str | int | None] = field(default_factory=dict)
    checkpoints: tuple[str, ...] = ()  # paths under HKLM
    last_operation_status: int | None = None  # 2012+


@dataclass(frozen=True, slots=True)
class Partition:
    """A volume of a disk resource; letters are meaningful only while the disk is online (mscluster 2.7)."""

    path: str  # "S:" or \\?\Volume{...}
    label: str
    total_mb: int
    free_mb: int
    mount_points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """Everything the planners look at. Mappings are by name, keys spelled as the cluster does."""

    name: str
    instance_id: str
    seen_from: str  # computer name of the node that was asked
    nodes: Mapping[str, Node]
    groups: Mapping[str, Group]
    resources: Mapping[str, Resource]
    providers: Mapping[str, frozenset[str]]  # resource -> what it depends on, directly
    possible_owners: Mapping[str, frozenset[str]]  # resource -> node names
    partitions: Mapping[str, tuple[Partition, ...]]  # disk resource -> partitions
    or_dependencies: frozenset[str] = frozenset()  # resources whose expression contains OR

    def resource(self, name: str) -> Resource | None:
        """By name in any case (mscluster 6.1)."""
        return next((found for key, found in self.resources.items() if key.lower() == name.lower()), None)

    def group(self, name: str) -> Group | None:
        return next((found for key, found in self.groups.items() if key.lower() == name.lower()), None)

    def in_group(self, name: str) -> tuple[Resource, ...]:
        """The resources of a group, by name."""
        found = (item for item in self.resources.values() if item.group.lower() == name.lower())
        return tuple(sorted(found, key=lambda item: item.name.lower()))

    def transitive_providers(self, name: str) -> frozenset[str]:
        """All that the resource depends on, directly or not."""
        seen: set[str] = set()
        todo = list(self.providers.get(name, ()))
        while todo:
            item = todo.pop()
            if item not in seen:
                seen.add(item)
                todo.extend(self.providers.get(item, ()))
        return frozenset(seen)

    def dependents(self, name: str) -> frozenset[str]:
        """What depends on the resource directly."""
        return frozenset(item for item, providers in self.providers.items() if name in providers)
