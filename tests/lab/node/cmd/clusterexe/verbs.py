"""What each option of cluster.exe does, by the verbs that WMI ends in too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....cluster import Cluster
from ....cluster.base import MAX_WAIT_S
from ....cluster.errors import refusal
from ....cluster.model import Group, Resource
from ....cluster.properties import GROUP_2008R2, GROUP_COMMON, RESOURCE_COMMON, Property
from ....cluster.versions import ClusterVersion
from ....contract import Pending
from . import listing, properties
from .syntax import CommandLine, SyntaxFault, number

# Seconds that the tool waits when nobody says /wait (TechNet cc785087, cc783967).
RESOURCE_WAIT_S, MOVE_WAIT_S = 10, 20


@dataclass
class Result:
    """What is said at once, what is waited for, and what is shown at the end."""

    said: tuple[str, ...] = ()
    pending: Pending | None = None
    shows: Callable[[], list[str]] | None = None
    stored: bool = False  # with the next online


def run(cluster: Cluster, line: CommandLine, here: str) -> Result:
    """``here``: the node that the tool runs on, which ``cluster node`` means when no other is named.

    Raises:
        CimError: as the cluster refuses it.
        SyntaxFault: a value that the option needs is missing.
    """
    if line.kind == "resource":
        return _Resources(cluster, line).run()
    if line.kind == "group":
        return _Groups(cluster, line).run()
    if line.kind == "node":
        return _nodes(cluster, line, here)
    if line.option.name == "version":
        return Result((f"Cluster Name: {cluster.name}",))
    rows = [("ClusterName", cluster.name), ("ClusterInstanceID", cluster.instance_id)]
    return Result(tuple(listing.values(cluster.name, rows, f"Listing properties for '{cluster.name}':")))


def _value(line: CommandLine) -> str:
    if not line.option.value:
        raise SyntaxFault(line.option.name)
    return line.option.value


def _name(line: CommandLine) -> str:
    if line.name is None:
        raise SyntaxFault(line.option.name)
    return line.name


def _wait(line: CommandLine, usual: int) -> int:
    """/wait without a number waits until the state has changed."""
    if "wait" not in line.further:
        return usual
    text = line.further["wait"]
    if text is None:
        return int(MAX_WAIT_S)
    found = number(text)
    if found is None:
        raise SyntaxFault(text)
    return found


class _Resources:
    def __init__(self, cluster: Cluster, line: CommandLine) -> None:
        self.cluster = cluster
        self.line = line

    def run(self) -> Result:
        option = self.line.option.name
        if option == "status":
            return self._status()
        if option == "create":
            return self._create()
        if option in ("properties", "privproperties"):
            return self._properties(option == "properties")
        name = _name(self.line)
        self.cluster.core.resource(name)
        if option in ("online", "offline"):
            return self._change(name, option == "online")
        if option.startswith("list") or option == "checkpoints":
            return self._list(name, option)
        return self._do(name, option)

    def _all(self) -> list[Resource]:
        return sorted(self.cluster.core.resources.values(), key=lambda item: item.name.lower())

    def _shown(self, name: str) -> Callable[[], list[str]]:
        """The status line at the end; nothing for what was deleted meanwhile."""

        def show() -> list[str]:
            found = self.cluster.core.find(name)
            return listing.resources(self.cluster, [found], f"Listing status for resource '{name}':") if found else []

        return show

    def _status(self) -> Result:
        if self.line.name is None:
            title = "Listing status for all available resources:"
            return Result(tuple(listing.resources(self.cluster, self._all(), title)))
        found = self.cluster.core.resource(self.line.name)
        return Result(tuple(listing.resources(self.cluster, [found], f"Listing status for resource '{found.name}':")))

    def _create(self) -> Result:
        name, group, kind = _name(self.line), self.line.further.get("group"), self.line.further.get("type")
        if not group or not kind:
            raise SyntaxFault("create")
        self.cluster.create_resource(group, name, kind, "separate" in self.line.further)
        return Result((f"Creating resource '{name}'...",), shows=self._shown(name))

    def _change(self, name: str, online: bool) -> Result:
        seconds = _wait(self.line, RESOURCE_WAIT_S)
        verb = self.cluster.bring_online if online else self.cluster.take_offline
        words = f"Bringing resource '{name}' online..." if online else f"Taking resource '{name}' offline..."
        return Result((words,), verb(name, seconds), self._shown(name))

    def _list(self, name: str, option: str) -> Result:
        core = self.cluster.core
        resource = core.resource(name)
        if option == "listowners":
            owners = core.owners(resource)
            return Result(
                tuple(listing.names("Possible Owner Nodes", owners, f"Listing possible owners for resource '{name}':"))
            )
        if option == "checkpoints":
            paths = [item.path for item in resource.checkpoints.values()]
            return Result(
                tuple(listing.names("Registry Checkpoint", paths, f"Listing registry checkpoints for '{name}':"))
            )
        title = f"Listing resource dependencies for '{name}':"
        return Result(tuple(listing.resources(self.cluster, core.providers(resource), title)))

    def _do(self, name: str, option: str) -> Result:
        cluster = self.cluster
        if option in ("delete", "fail"):
            (cluster.delete_resource if option == "delete" else cluster.fail_resource)(name)
        elif option in ("addcheckpoints", "removecheckpoints"):
            change = (
                cluster.add_registry_checkpoint if option == "addcheckpoints" else cluster.remove_registry_checkpoint
            )
            for path in _value(self.line).split(","):
                change(name, path)
        else:
            table: dict[str, Callable[[str, str], object]] = {
                "rename": cluster.rename_resource,
                "addowner": cluster.add_possible_owner,
                "removeowner": cluster.remove_possible_owner,
                "moveto": cluster.move_to_group,
                "adddependency": cluster.add_dependency,
                "removedependency": cluster.remove_dependency,
            }
            table[option](name, _value(self.line))
        new = _value(self.line) if option == "rename" else name
        return Result(shows=self._shown(new))

    def _properties(self, common: bool) -> Result:
        line, core = self.line, self.cluster.core
        if line.settings or "usedefault" in line.further:
            return self._set(core.resource(_name(line)), common)
        wanted = [core.resource(line.name)] if line.name else self._all()
        said: list[str] = []
        for item in wanted:
            rows = _common_rows(item) if common else list(item.private.items())
            words = "properties" if common else "private properties"
            said += ["", *listing.values(item.name, rows, f"Listing {words} for '{item.name}':")]
        return Result(tuple(said[1:]))

    def _set(self, resource: Resource, common: bool) -> Result:
        line = self.line
        if "usedefault" in line.further:
            names = _value(line).split(",")
            if not common:
                return Result(stored=self.cluster.clear_private(resource.name, names))
            fresh = Resource("", "", resource.type, "", restart_threshold=self.cluster.version.restart_threshold)
            self.cluster.set_common(resource.name, properties.defaults(fresh, RESOURCE_COMMON, names))
            return Result()
        if common:
            self.cluster.set_common(resource.name, properties.common(RESOURCE_COMMON, line.settings))
            return Result()
        changed = properties.private(self.cluster.core, resource, line.settings)
        return Result(stored=self.cluster.set_private(resource.name, changed))


def _common_rows(item: Resource) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = [("Name", item.name), ("Type", item.type)]
    return rows + [(each.name, getattr(item, each.attribute)) for each in RESOURCE_COMMON if each.writable]


class _Groups:
    def __init__(self, cluster: Cluster, line: CommandLine) -> None:
        self.cluster = cluster
        self.line = line

    def run(self) -> Result:
        option, cluster = self.line.option.name, self.cluster
        if option == "status":
            return self._status()
        name = _name(self.line)
        if option == "create":
            cluster.create_group(name)
            return Result((f"Creating resource group '{name}'...",), shows=self._shown(name))
        group = cluster.core.group(name)
        if option == "listowners":
            title = f"Listing preferred owners for resource group '{name}':"
            return Result(tuple(listing.names("Preferred Owner Nodes", group.preferred, title)))
        if option == "properties":
            return self._properties(group)
        if option in ("online", "offline", "moveto"):
            return self._move(name, option)
        if option == "delete":
            cluster.delete_group(name)
            return Result()
        if option == "rename":
            cluster.rename_group(name, _value(self.line))
            return Result(shows=self._shown(_value(self.line)))
        cluster.set_preferred_owners(name, _value(self.line).split(","))
        return Result()

    def _shown(self, name: str) -> Callable[[], list[str]]:
        title = f"Listing status for resource group '{name}':"
        return lambda: listing.groups(self.cluster, [self.cluster.core.group(name)], title)

    def _status(self) -> Result:
        if self.line.name is None:
            items = sorted(self.cluster.core.groups.values(), key=lambda item: item.name.lower())
            return Result(
                tuple(listing.groups(self.cluster, items, "Listing status for all available resource groups:"))
            )
        return Result(tuple(self._shown(self.cluster.core.group(self.line.name).name)()))

    def _move(self, name: str, option: str) -> Result:
        cluster, node = self.cluster, self.line.option.value
        if option == "moveto":
            pending = cluster.move_group(name, node, _wait(self.line, MOVE_WAIT_S))
            return Result((f"Moving resource group '{name}'...",), pending, self._shown(name))
        if node is not None and cluster.core.node(node).name != cluster.core.group(name).owner:
            raise refusal(5016)  # what the tool does with another node's name is not documented
        verb = cluster.group_online if option == "online" else cluster.group_offline
        return Result((), verb(name, _wait(self.line, RESOURCE_WAIT_S)), self._shown(name))

    def _properties(self, group: Group) -> Result:
        table: tuple[Property, ...] = GROUP_COMMON
        if self.cluster.version >= ClusterVersion.WIN2008R2:
            table += GROUP_2008R2
        if self.line.settings:
            self.cluster.set_group_common(group.name, properties.common(table, self.line.settings))
            return Result()
        rows = [("Name", group.name), *((item.name, getattr(group, item.attribute)) for item in table)]
        return Result(tuple(listing.values(group.name, rows, f"Listing properties for '{group.name}':")))


def _nodes(cluster: Cluster, line: CommandLine, here: str) -> Result:
    if line.option.name == "status":
        if line.name is None:
            return Result(tuple(listing.nodes(cluster.core.nodes, "Listing status for all available nodes:")))
        node = cluster.core.node(line.name)
        return Result(tuple(listing.nodes([node], f"Listing status for node '{node.name}':")))
    name = line.name or here
    if line.option.name == "pause":
        cluster.pause_node(name)
        return Result((f"Pausing node '{name}'...",))
    cluster.resume_node(name)
    return Result((f"Resuming node '{name}'...",))
