# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Reading a whole cluster with about ten enumerations (mscluster 2.8: whole association classes, joined here)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._windows.registry import Registry
from .._wsman.errors import WsManFault
from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, CimValue, ClassSchema, Reference
from .._wsman.wql import select
from . import schema
from .model import (
    Cluster,
    Group,
    GroupState,
    Node,
    NodeState,
    Partition,
    Resource,
    ResourceState,
    RestartPolicy,
)

TORN_READS = 3
State = t.TypeVar("State", NodeState, GroupState, ResourceState)


class ClusterReadError(Exception):
    """The cluster cannot be read; the text says why."""


def read_cluster(ws: WsManOperations, computer_name: str) -> Cluster:
    """The cluster as this node shows it. It takes several requests, so a picture in which a resource has no
    group (somebody made it in between) is taken again.

    Raises:
        WsManFault: 1753 when the cluster service is stopped here, 0x8004100E without the feature.
        ClusterReadError: the node shows no cluster.
    """
    for _attempt in range(TORN_READS):
        cluster = _read_once(ws, computer_name)
        if all(item.group for item in cluster.resources.values()):
            break
    return cluster


def _read_once(ws: WsManOperations, computer_name: str) -> Cluster:
    clusters = ws.enumerate(schema.CLUSTER)
    if not clusters:
        raise ClusterReadError(f"{computer_name} shows no cluster")
    owners = pairs(ws, schema.NODE_TO_ACTIVE_GROUP)
    members = pairs(ws, schema.GROUP_TO_RESOURCE)
    preferred = pairs(ws, schema.GROUP_TO_PREFERRED)
    group_of = {resource: group for group, resource in members}
    resources = [_resource(item, group_of) for item in ws.enumerate(schema.RESOURCE)]
    names = {resource.name: resource for resource in resources}
    nodes = [Node(_text(item, "Name"), _state(NodeState, item), _version(item)) for item in ws.enumerate(schema.NODE)]
    return Cluster(
        name=_text(clusters[0], "Name"),
        instance_id=Registry(ws).text("Cluster", "ClusterInstanceID") or "",
        seen_from=computer_name,
        nodes={node.name: node for node in nodes},
        groups={group.name: group for group in _groups(ws, owners, preferred)},
        resources=names,
        providers=_join(names, pairs(ws, schema.DEPENDENCIES, "Antecedent", "Dependent")),
        possible_owners=_join(names, pairs(ws, schema.RESOURCE_TO_OWNER)),
        partitions=_partitions(ws, names),
    )


def read_group_owner(ws: WsManOperations, group: str) -> str | None:
    """The node that owns the group now; None when there is no such group."""
    for node, name in pairs(ws, schema.NODE_TO_ACTIVE_GROUP):
        if name.lower() == group.lower():
            return node
    return None


def read_resource(ws: WsManOperations, name: str) -> CimInstance | None:
    """One resource as it is; None when there is none of that name (both shapes of mscluster 1.1)."""
    found = ws.enumerate(schema.RESOURCE, wql=select("MSCluster_Resource", Name=name))
    return found[0] if found else None


def read_state(ws: WsManOperations, name: str) -> ResourceState:
    """The state of a resource; UNKNOWN when it is gone."""
    found = read_resource(ws, name)
    return ResourceState.UNKNOWN if found is None else _state(ResourceState, found)


def cluster_service_stopped(fault: WsManFault) -> bool:
    return fault.win32 == 1753


def no_cluster_namespace(fault: WsManFault) -> bool:
    return fault.hresult == 0x8004100E


def _groups(
    ws: WsManOperations, owners: Iterable[tuple[str, str]], preferred: Iterable[tuple[str, str]]
) -> Iterable[Group]:
    owner_of = {group: node for node, group in owners}
    for item in ws.enumerate(schema.GROUP):
        name = _text(item, "Name")
        wanted = tuple(node for group, node in preferred if group == name)
        failback = item.get("AutoFailbackType") == 1
        yield Group(name, _state(GroupState, item), owner_of.get(name), wanted, failback)


def _resource(item: CimInstance, group_of: Mapping[str, str]) -> Resource:
    name = _text(item, "Name")
    private = item.get("PrivateProperties")
    status = item.get("LastOperationStatusCode")
    checkpoints = item.get("RegistryCheckpoints")
    return Resource(
        name=name,
        type=_text(item, "Type"),
        group=group_of.get(name) or _text(item, "OwnerGroup"),
        state=_state(ResourceState, item),
        persistent_state=item.get("PersistentState") is True,
        separate_monitor=item.get("SeparateMonitor") is True,
        restart=RestartPolicy(
            _number(item, "RestartAction"),
            _number(item, "RestartThreshold"),
            _number(item, "RestartPeriod"),
            _number(item, "RetryPeriodOnFailure"),
        ),
        pending_timeout_ms=_number(item, "PendingTimeout"),
        resource_class=_number(item, "ResourceClass"),
        core=item.get("CoreResource") is True,
        private=_private(private) if isinstance(private, CimInstance) else {},
        checkpoints=tuple(str(path) for path in checkpoints) if isinstance(checkpoints, tuple) else (),
        last_operation_status=status if isinstance(status, int) else None,
    )


def _private(item: CimInstance) -> dict[str, str | int | None]:
    return {
        name: value if isinstance(value, int) or value is None else str(value)
        for name, value in item.properties.items()
    }


def _text(item: CimInstance, name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _number(item: CimInstance, name: str) -> int:
    value = item.get(name)
    return value if isinstance(value, int) else 0


def _version(item: CimInstance) -> str:
    """Windows' version of a node (mscluster 2.2); empty unless all three parts are told."""
    parts = [item.get(name) for name in ("MajorVersion", "MinorVersion", "BuildNumber")]
    return ".".join(str(part) for part in parts) if all(isinstance(part, int) for part in parts) else ""


def _state(kind: type[State], item: CimInstance) -> State:
    """A state number; -1 and 4294967295 alike are unknown (mscluster 2.5)."""
    value: CimValue = item.get("State")
    number = value if isinstance(value, int) else -1
    try:
        return kind(number)
    except ValueError:
        return kind(-1)


def pairs(
    ws: WsManOperations, association: ClassSchema, first: str = "GroupComponent", second: str = "PartComponent"
) -> list[tuple[str, str]]:
    """The names at both ends of every association instance."""
    found = []
    for item in ws.enumerate(association):
        ends = (item.get(first), item.get(second))
        if isinstance(ends[0], Reference) and isinstance(ends[1], Reference):
            found.append((_name(ends[0]), _name(ends[1])))
    return found


def _name(reference: Reference) -> str:
    """The one key there is, whatever the server calls it."""
    return reference.keys[0][1] if reference.keys else ""


def _join(resources: Mapping[str, Resource], pairs: list[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {name: set() for name in resources}
    for left, right in pairs:
        found.setdefault(left, set()).add(right)
    return {name: frozenset(items) for name, items in found.items()}


def _partitions(ws: WsManOperations, resources: Mapping[str, Resource]) -> dict[str, tuple[Partition, ...]]:
    """Volumes by disk resource; only while the disk is online, else the fields mean nothing (mscluster 2.7)."""
    by_path = {_text(item, "Path").lower(): item for item in ws.enumerate(schema.PARTITION)}
    found: dict[str, list[Partition]] = {}
    for disk, path in pairs(ws, schema.RESOURCE_TO_PARTITION):
        resource = resources.get(disk)
        item = by_path.get(path.lower())
        if resource is None or item is None or resource.state != ResourceState.ONLINE:
            continue
        mounts = item.get("MountPoints")
        found.setdefault(disk, []).append(
            Partition(
                path=_text(item, "Path"),
                label=_text(item, "VolumeLabel"),
                total_mb=_number(item, "TotalSize"),
                free_mb=_number(item, "FreeSpace"),
                mount_points=tuple(str(mount) for mount in mounts) if isinstance(mounts, tuple) else (),
            )
        )
    return {disk: tuple(items) for disk, items in found.items()}
