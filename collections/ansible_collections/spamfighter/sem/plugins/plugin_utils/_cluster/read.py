# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Reading a whole cluster with about ten enumerations (mscluster 2.8: whole association classes, joined here)."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import replace

from .._windows.registry import Registry
from .._wsman.errors import WsManFault
from .._wsman.faults import is_absent, is_method_missing
from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, CimValue
from .._wsman.wql import select
from . import schema
from .associations import ClusterReadError, Pairs, dependencies, join, pairs, speller
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


def read_cluster(ws: WsManOperations, computer_name: str) -> Cluster:
    """The cluster as this node shows it. It takes several requests, so a picture that does not fit together
    (somebody made or deleted a resource in between) is taken again.

    Raises:
        WsManFault: 1753 when the cluster service is stopped here, 0x8004100E without the feature.
        ClusterReadError: the node shows no cluster, or a resource without a group.
    """
    for _attempt in range(TORN_READS):
        cluster, torn = _read_once(ws, computer_name)
        if not torn:
            return cluster
    homeless = sorted(item.name for item in cluster.resources.values() if not item.group)
    if homeless:
        raise ClusterReadError(f"{computer_name} shows no group of {', '.join(homeless)}")
    return cluster


def _read_once(ws: WsManOperations, computer_name: str) -> tuple[Cluster, bool]:
    """The cluster, and whether the picture is torn."""
    clusters = ws.enumerate(schema.CLUSTER)
    if not clusters:
        raise ClusterReadError(f"{computer_name} shows no cluster")
    owners = pairs(ws, schema.NODE_TO_ACTIVE_GROUP)
    members = pairs(ws, schema.GROUP_TO_RESOURCE)
    preferred = pairs(ws, schema.GROUP_TO_PREFERRED)
    group_of = {resource.lower(): group for group, resource in members}
    resources = [_resource(item, group_of) for item in ws.enumerate(schema.RESOURCE)]
    names = {item.name: item for item in resources}
    nodes = [Node(_text(item, "Name"), _state(NodeState, item), _version(item)) for item in ws.enumerate(schema.NODE)]
    needs = dependencies(ws, {item.name: item.type for item in resources})
    allowed = pairs(ws, schema.RESOURCE_TO_OWNER)
    resource, node = speller(names), speller(item.name for item in nodes)
    cluster = Cluster(
        name=_text(clusters[0], "Name"),
        instance_id=Registry(ws).text("Cluster", "ClusterInstanceID") or "",
        seen_from=computer_name,
        nodes={item.name: item for item in nodes},
        groups={group.name: group for group in _groups(ws, owners, preferred)},
        resources=names,
        providers=join(names, [(resource(left), resource(right)) for left, right in needs]),
        possible_owners=join(names, [(resource(left), node(right)) for left, right in allowed]),
        partitions=_partitions(ws, names),
    )
    mentioned = {name for pair in needs for name in pair} | {name for name, _node in allowed}
    mentioned |= {name for _group, name in members}
    unknown = {resource(name) for name in mentioned} - set(names)
    return cluster, bool(unknown) or not all(item.group for item in resources)


def read_group_owner(ws: WsManOperations, group: str) -> str | None:
    """The node that owns the group now; None when there is no such group."""
    for node, name in pairs(ws, schema.NODE_TO_ACTIVE_GROUP):
        if name.lower() == group.lower():
            return node
    return None


def read_resource(ws: WsManOperations, name: str) -> CimInstance | None:
    """One resource as it is; None when there is none of that name: a query that finds nothing is no fault."""
    found = ws.enumerate(schema.RESOURCE, wql=select("MSCluster_Resource", Name=name))
    return found[0] if found else None


def state_of(item: CimInstance) -> ResourceState:
    return _state(ResourceState, item)


def with_or_dependency(ws: WsManOperations, cluster: Cluster, name: str) -> Cluster:
    """The cluster with what only the expression of a resource tells: whether it holds an OR.

    One request, and none for a resource with less than two providers. Windows 2003 has no OR and no such method
    (mscluster 2.4); another node may have deleted the resource since the cluster was read.
    """
    if len(cluster.providers.get(name, ())) < 2:
        return cluster
    try:
        answer = ws.invoke(schema.RESOURCE, "GetDependencies", {"Name": name})
    except WsManFault as fault:
        if not (is_method_missing(fault) or is_absent(fault)):
            raise
        return cluster
    operators = re.sub(r"\[[^\]]*\]", " ", str(answer.get("Expression") or ""))
    has_or = re.search(r"(?i)\bor\b", operators) is not None
    return replace(cluster, or_dependencies=cluster.or_dependencies | {name}) if has_or else cluster


def _groups(ws: WsManOperations, owners: Pairs, preferred: Pairs) -> Iterable[Group]:
    owner_of = {group.lower(): node for node, group in owners}
    for item in ws.enumerate(schema.GROUP):
        name = _text(item, "Name")
        wanted = tuple(node for group, node in preferred if group.lower() == name.lower())
        failback = item.get("AutoFailbackType") == 1
        yield Group(name, _state(GroupState, item), owner_of.get(name.lower()), wanted, failback)


def _resource(item: CimInstance, group_of: Mapping[str, str]) -> Resource:
    name = _text(item, "Name")
    private = item.get("PrivateProperties")
    status = item.get("LastOperationStatusCode")
    checkpoints = item.get("RegistryCheckpoints")
    return Resource(
        name=name,
        type=_text(item, "Type"),
        group=group_of.get(name.lower()) or _text(item, "OwnerGroup"),
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


def _partitions(ws: WsManOperations, resources: Mapping[str, Resource]) -> dict[str, tuple[Partition, ...]]:
    """Volumes by disk resource; only while the disk is online, else the fields mean nothing (mscluster 2.7)."""
    by_path = {_text(item, "Path").lower(): item for item in ws.enumerate(schema.PARTITION)}
    found: dict[str, list[Partition]] = {}
    spell = speller(resources)
    for name, path in pairs(ws, schema.RESOURCE_TO_PARTITION):
        disk = spell(name)
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
