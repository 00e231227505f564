"""Cmdlets that change something, by the verbs that WMI ends in too (mscluster 8)."""

from __future__ import annotations

from ....cluster import Cluster
from ....cluster.model import Group, Node, Private
from .cmdlets import Arguments, Outcome, confirmed, find_group, find_resource, names_of, piped, seconds_of, text_of
from .lexer import ScriptError
from .shown import Item, Row


def add_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    group = item.name if isinstance(item, Group) else text_of(arguments, "Group")
    own = bool(arguments.get("SeparateMonitor"))
    return Outcome(
        [cluster.create_resource(group, text_of(arguments, "Name"), text_of(arguments, "ResourceType"), own)]
    )


def remove_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    confirmed(arguments)
    names = names_of(arguments, "Name") or [piped(item).name]
    for name in names:
        cluster.delete_resource(name)
    return Outcome()


def set_parameter(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = piped(item)
    table = arguments.get("Multiple")
    if table is None and isinstance(arguments.get("Name"), dict):
        table = arguments["Name"]  # the hash table is the first position of its own parameter set
    if table is not None and not isinstance(table, dict):
        raise ScriptError(
            "Cannot bind parameter 'Multiple'. Cannot convert the value to type System.Collections.Hashtable."
        )
    given = table if table is not None else {text_of(arguments, "Name"): arguments.get("Value")}
    types = {name.lower(): cim for name, cim in cluster.core.type_of(resource).private}
    unknown = [name for name in given if name.lower() not in types and name not in resource.private]
    if unknown and not arguments.get("Create"):
        raise ScriptError(f"Unable to save property changes: parameter '{unknown[0]}' does not exist on the object.")
    changed = {name: _converted(value, types.get(name.lower(), "string")) for name, value in given.items()}
    stored = cluster.set_private(resource.name, changed)
    text = "The properties were stored, but not all changes will take effect until "
    return Outcome(warnings=[f"{text}{resource.name} is taken offline and then online again."] if stored else [])


def _converted(value: object, cim: str) -> Private:
    if isinstance(value, bool):
        return int(value)
    if cim == "string" or value is None:
        return None if value is None else str(value)
    if isinstance(value, int):
        return value
    text = str(value)
    if not text.isdecimal():
        raise ScriptError(f'Cannot convert value "{text}" to type "System.UInt32".')
    return int(text)


def add_dependency(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item, "Resource")
    cluster.add_dependency(resource.name, text_of(arguments, "Provider"))
    return Outcome([resource])


def remove_dependency(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item, "Resource")
    cluster.remove_dependency(resource.name, text_of(arguments, "Provider"))
    return Outcome([resource])


def set_dependency(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item, "Resource")
    cluster.set_dependencies(resource.name, str(arguments.get("Dependency") or ""))
    return Outcome()


def set_owner_node(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    """Replaces the list (mscluster 10.20)."""
    wanted = [cluster.core.node(name).name for name in names_of(arguments, "Owners")]
    if not wanted:
        raise ScriptError("Cannot process command because of one or more missing mandatory parameters: Owners.")
    if isinstance(item, Group) or "Group" in arguments:
        group = item if isinstance(item, Group) else cluster.core.group(text_of(arguments, "Group"))
        cluster.set_preferred_owners(group.name, wanted)
        return Outcome()
    resource = find_resource(cluster, arguments, item, "Resource")
    before = cluster.core.owners(resource)
    for name in [name for name in wanted if name not in before]:
        cluster.add_possible_owner(resource.name, name)
    for name in [name for name in before if name not in wanted]:
        cluster.remove_possible_owner(resource.name, name)
    return Outcome()


def start_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item)
    return Outcome([resource], [cluster.bring_online(resource.name, seconds_of(arguments))])


def stop_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item)
    return Outcome([resource], [cluster.take_offline(resource.name, seconds_of(arguments))])


def fail_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item)
    cluster.fail_resource(resource.name)
    return Outcome([resource])


def move_resource(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item)
    cluster.move_to_group(resource.name, text_of(arguments, "Group"))
    return Outcome([resource])


def add_checkpoint(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    resource = find_resource(cluster, arguments, item, "ResourceName")
    path = text_of(arguments, "RegistryCheckpoint")
    cluster.add_registry_checkpoint(resource.name, path)
    return Outcome([Row(("Resource", "Name"), (resource.name, path))])


def remove_checkpoint(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    confirmed(arguments)
    resource = find_resource(cluster, arguments, item, "ResourceName")
    cluster.remove_registry_checkpoint(resource.name, text_of(arguments, "CheckpointName"))
    return Outcome()


def move_group(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    group = find_group(cluster, arguments, item)
    node = arguments.get("Node")
    pending = cluster.move_group(group.name, None if node is None else str(node), seconds_of(arguments))
    return Outcome([group], [pending])


def suspend_node(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    node = item if isinstance(item, Node) else cluster.core.node(text_of(arguments, "Name"))
    cluster.pause_node(node.name, bool(arguments.get("Drain")))
    return Outcome([node])


def resume_node(cluster: Cluster, arguments: Arguments, item: Item | None) -> Outcome:
    node = item if isinstance(item, Node) else cluster.core.node(text_of(arguments, "Name"))
    cluster.resume_node(node.name)
    return Outcome([node])
