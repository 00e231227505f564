"""Cmdlets that only look (mscluster 8)."""

from __future__ import annotations

from collections.abc import Mapping

from ....cluster import Cluster
from ....cluster.model import Group, Node, Private, Resource
from .cmdlets import Arguments, Outcome, find_resource, names_of, piped, text_of
from .lexer import ScriptError
from .shown import Item, Row


def get_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    names = names_of(arguments, "Name")
    if names:
        return Outcome([cluster.core.resource(name) for name in names])
    if isinstance(item, Group):
        return Outcome([*cluster.core.members(item)])
    return Outcome([*cluster.core.resources.values()])


def get_group(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    names = names_of(arguments, "Name")
    if names:
        return Outcome([cluster.core.group(name) for name in names])
    found = cluster.core.groups.values()
    return Outcome([group for group in found if not isinstance(item, Node) or group.owner == item.name])


def get_node(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    names = names_of(arguments, "Name")
    return Outcome([cluster.core.node(name) for name in names] if names else [*cluster.core.nodes])


def get_parameter(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = piped(item)
    types = dict(cluster.core.type_of(resource).private)
    wanted = [name.lower() for name in names_of(arguments, "Name")]
    known = {name.lower() for name in (*types, *resource.private)}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise ScriptError(f"Unable to get parameter: the property '{missing[0]}' does not exist.")
    names = dict.fromkeys((*types, *resource.private))
    rows: list[Item] = [
        Row(
            ("Object", "Name", "Value", "Type"),
            (resource.name, name, _plain(resource.private.get(name)), _kind(types, name)),
        )
        for name in names
        if not wanted or name.lower() in wanted
    ]
    return Outcome(rows)


def _plain(value: Private) -> str:
    return f"{{{', '.join(value)}}}" if isinstance(value, tuple) else str("" if value is None else value)


def _kind(types: Mapping[str, str], name: str) -> str:
    return "UInt32" if types.get(name) == "uint32" else "String"


def get_owner_node(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    if isinstance(item, Group) or "Group" in arguments:
        group = item if isinstance(item, Group) else cluster.core.group(text_of(arguments, "Group"))
        owner, nodes = group.name, group.preferred
    else:
        resource = find_resource(cluster, arguments, item, "Resource")
        owner, nodes = resource.name, cluster.core.owners(resource)
    return Outcome([Row(("ClusterObject", "OwnerNodes"), (owner, f"{{{', '.join(nodes)}}}"))])


def get_dependency(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item, "Resource")
    expression = cluster.get_dependencies(resource.name)
    return Outcome([Row(("Resource", "DependencyExpression"), (resource.name, expression))])


def get_checkpoint(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    names = names_of(arguments, "ResourceName")
    wanted = [cluster.core.resource(name) for name in names] if names else []
    if not wanted:
        wanted = [item] if isinstance(item, Resource) else list(cluster.core.resources.values())
    return Outcome([Row(("Resource", "Name"), (r.name, each.path)) for r in wanted for each in r.checkpoints.values()])
