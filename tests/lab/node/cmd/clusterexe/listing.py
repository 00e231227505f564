"""What cluster.exe prints. The shape is known from forum posts only, so nothing should read it (mscluster 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....cluster import Cluster
from ....cluster.model import Group, GroupState, Node, Resource, ResourceState

GROUP_STATES = {
    GroupState.ONLINE: "Online",
    GroupState.OFFLINE: "Offline",
    GroupState.FAILED: "Failed",
    GroupState.PARTIAL_ONLINE: "Partially Online",
    GroupState.PENDING: "Pending",
}
RESOURCE_STATES = {
    ResourceState.INITIALIZING: "Initializing",
    ResourceState.ONLINE: "Online",
    ResourceState.OFFLINE: "Offline",
    ResourceState.FAILED: "Failed",
    ResourceState.ONLINE_PENDING: "Online Pending",
    ResourceState.OFFLINE_PENDING: "Offline Pending",
}
Table = tuple[tuple[str, int], ...]
RESOURCES: Table = (("Resource", 20), ("Group", 20), ("Node", 15), ("Status", 6))
GROUPS: Table = (("Group", 20), ("Node", 15), ("Status", 6))
NODES: Table = (("Node", 14), ("Node ID", 7), ("Status", 21))
VALUES: Table = (("T", 2), ("Resource", 20), ("Name", 30), ("Value", 23))


def table(columns: Table, rows: Iterable[Sequence[str]]) -> list[str]:
    """Longer texts push the others to the right."""
    lines = [" ".join(f"{title:{width}}" for title, width in columns).rstrip()]
    lines.append(" ".join("-" * width for _, width in columns))
    for row in rows:
        cells = zip(row, columns, strict=True)
        lines.append(" ".join(f"{text:{width}}" for text, (_, width) in cells).rstrip())
    return lines


def resources(cluster: Cluster, items: Iterable[Resource], title: str) -> list[str]:
    core = cluster.core
    rows = [
        (item.name, core.group_of(item).name, core.group_of(item).owner, RESOURCE_STATES[item.state]) for item in items
    ]
    return [title, "", *table(RESOURCES, rows)]


def groups(cluster: Cluster, items: Iterable[Group], title: str) -> list[str]:
    rows = [(item.name, item.owner, GROUP_STATES[cluster.core.group_state(item)]) for item in items]
    return [title, "", *table(GROUPS, rows)]


def nodes(items: Iterable[Node], title: str) -> list[str]:
    rows = [(item.name, f"{item.id:>7}", item.state.name.capitalize()) for item in items]
    return [title, "", *table(NODES, rows)]


def values(owner: str, items: Iterable[tuple[str, object]], title: str) -> list[str]:
    """Properties with the letter of their format."""
    return [title, "", *table(VALUES, ((_letter(value), owner, name, _shown(value)) for name, value in items))]


def names(column: str, items: Iterable[str], title: str) -> list[str]:
    return [title, "", *table(((column, 20),), ((item,) for item in items))]


def _letter(value: object) -> str:
    if isinstance(value, int):
        return "D"
    if isinstance(value, bytes):
        return "B"
    return "M" if isinstance(value, tuple) else "S"


def _shown(value: object) -> str:
    if isinstance(value, int):
        return f"{int(value)} (0x{int(value):x})"
    if isinstance(value, bytes):
        return f"{value[:4].hex(' ')} ... ({len(value)} bytes)"
    return ",".join(value) if isinstance(value, tuple) else str(value or "")
