"""root/MSCluster on one node: what WMI shows of the cluster and what it lets a client do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ..contract import CimValue, ClassDef, Instance, MethodDef, NotFound, Pending
from . import control, schema
from .cluster import Cluster
from .errors import refusal
from .model import Private
from .views import Views

Answer = Mapping[str, CimValue] | Pending
Arguments = Mapping[str, CimValue]
NOT_FOUND = 0x80041002


def _text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise refusal(87)
    return value


def _number(arguments: Arguments, name: str) -> int:
    value = arguments.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(87)
    return value


class MsClusterProvider:
    """Implements ``contract.CimProvider`` for ``node_name``; any member answers for the whole cluster."""

    def __init__(self, cluster: Cluster, node_name: str) -> None:
        self.cluster = cluster
        self.node_name = node_name
        self.views = Views(cluster)
        self._classes = schema.classes(cluster.version, tuple(cluster.core.types.values()))
        self._resource_calls = _resource_calls(cluster)
        self._group_calls = _group_calls(cluster)

    def classes(self) -> Iterable[ClassDef]:
        return self._classes

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        self._answering()
        return self.views.instances(class_def)

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        """Raises NotFound; which code a missing resource gives is a switch (mscluster 1.1)."""
        self._answering()
        wanted = {name.lower(): str(value).lower() for name, value in keys.items()}
        names = [item.name for item in class_def.properties if item.key]
        for instance in self.views.instances(class_def):
            if all(str(instance.properties.get(name)).lower() == wanted.get(name.lower()) for name in names):
                return instance
        if class_def.name == "MSCluster_Resource" and self.cluster.switches.missing_resource == "5007":
            raise refusal(5007)
        raise NotFound("The object could not be found.", hresult=NOT_FOUND)

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Arguments,
    ) -> Answer:
        if method.name == "GetNodeClusterState":
            running = self.cluster.service_running(self.node_name)
            return {"ClusterState": 19 if running else 3}
        self._answering()
        with self.cluster.core.operation(f"{class_def.name}.{method.name}"):
            if method.name == "CreateResource":
                return self._create_resource(arguments)
            if method.name == "CreateGroup":
                self.cluster.create_group(_text(arguments, "GroupName"))
                return {}
            found = self.get(class_def, keys or {})
            name = str(found.properties["Name"])
            if class_def.name == "MSCluster_Resource":
                return self._resource_calls[method.name](name, arguments)
            if class_def.name == "MSCluster_ResourceGroup":
                return self._group_calls[method.name](name, arguments)
            if method.name == "Pause":
                self.cluster.pause_node(name, _number(arguments, "DrainType") > 0)
            elif method.name == "Resume":
                self.cluster.resume_node(name)
            return {}

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Arguments) -> Instance:
        """Common properties and the embedded PrivateProperties, as far as the switches let it."""
        self._answering()
        name = str(self.get(class_def, keys).properties["Name"])
        with self.cluster.core.operation("PutInstance"):
            common = {key: value for key, value in changed.items() if key != "PrivateProperties"}
            if class_def.name == "MSCluster_Resource":
                self._put_resource(name, common, changed.get("PrivateProperties"))
            elif class_def.name == "MSCluster_ResourceGroup":
                self._allowed(self.cluster.switches.put_common, lambda: self.cluster.set_group_common(name, common))
            elif changed:
                raise refusal(87)
        return self.get(class_def, keys)

    def _put_resource(self, name: str, common: Mapping[str, CimValue], embedded: CimValue) -> None:
        if common:
            self._allowed(self.cluster.switches.put_common, lambda: self.cluster.set_common(name, common))
        if isinstance(embedded, Instance):
            values: dict[str, Private] = {}
            for key, value in embedded.properties.items():
                if value is not None and not isinstance(value, str | int):
                    raise refusal(5895)
                values[key] = value
            self._allowed(self.cluster.switches.put_private, lambda: self.cluster.set_private(name, values))

    def _allowed(self, switch: bool, write: Callable[[], object]) -> None:
        """A way of writing that is switched off is refused, or drops the change without a word."""
        if switch:
            write()
        elif self.cluster.switches.write_refusal == "fault":
            raise refusal(87)

    def _create_resource(self, arguments: Arguments) -> Answer:
        made = self.cluster.create_resource(
            _text(arguments, "Group"),
            _text(arguments, "ResourceName"),
            _text(arguments, "ResourceType"),
            bool(arguments.get("SeparateMonitor")),
        )
        return {"Id": made.id} if self.cluster.version.owner_properties else {}

    def _answering(self) -> None:
        if not self.cluster.service_running(self.node_name):
            raise refusal(1753)


Call = Callable[[str, Arguments], Answer]


def _done(call: Callable[[str, Arguments], object]) -> Call:
    def run(name: str, arguments: Arguments) -> Answer:
        call(name, arguments)
        return {}

    return run


def _resource_calls(c: Cluster) -> dict[str, Call]:
    def run_control(name: str, arguments: Arguments) -> Answer:
        raw = arguments.get("InputBuffer") or ()
        if not isinstance(raw, tuple):
            raise refusal(87)
        data = bytes(item for item in raw if isinstance(item, int))
        out = control.execute(c, c.core.resource(name), _number(arguments, "ControlCode"), data)
        return {"OutputBuffer": tuple(out) or None, "OutputBufferSize": len(out)}

    return {
        "DeleteResource": _done(lambda n, a: c.delete_resource(n)),
        "MoveToNewGroup": _done(lambda n, a: c.move_to_group(n, _text(a, "Group"))),
        "AddDependency": _done(lambda n, a: c.add_dependency(n, _text(a, "Resource"))),
        "RemoveDependency": _done(lambda n, a: c.remove_dependency(n, _text(a, "Resource"))),
        "SetDependencies": _done(lambda n, a: c.set_dependencies(n, _text(a, "Expression"))),
        "GetDependencies": lambda n, a: {"Expression": c.get_dependencies(n, bool(a.get("AsResourceIds")))},
        "BringOnline": lambda n, a: c.bring_online(n, _number(a, "TimeOut")),
        "TakeOffline": lambda n, a: c.take_offline(n, _number(a, "TimeOut"), _number(a, "Flags")),
        "FailResource": _done(lambda n, a: c.fail_resource(n)),
        "Rename": _done(lambda n, a: c.rename_resource(n, _text(a, "newName"))),
        "AddRegistryCheckpoint": _done(lambda n, a: c.add_registry_checkpoint(n, _text(a, "CheckpointName"))),
        "RemoveRegistryCheckpoint": _done(lambda n, a: c.remove_registry_checkpoint(n, _text(a, "CheckpointName"))),
        "AddPossibleOwner": _done(lambda n, a: c.add_possible_owner(n, _text(a, "NodeName"))),
        "RemovePossibleOwner": _done(lambda n, a: c.remove_possible_owner(n, _text(a, "NodeName"))),
        "GetPossibleOwners": lambda n, a: {"NodeNames": tuple(c.core.owners(c.core.resource(n)))},
        "ExecuteResourceControl": run_control,
    }


def _group_calls(c: Cluster) -> dict[str, Call]:
    def preferred(name: str, arguments: Arguments) -> None:
        nodes = arguments.get("NodeNames")
        if not isinstance(nodes, tuple):
            raise refusal(87)
        c.set_preferred_owners(name, [str(item) for item in nodes])

    return {
        "BringOnline": lambda n, a: c.group_online(n, _number(a, "TimeOut")),
        "TakeOffline": lambda n, a: c.group_offline(n, _number(a, "TimeOut")),
        "MoveToNewNode": lambda n, a: c.move_group(n, _text(a, "NodeName"), _number(a, "TimeOut")),
        "DeleteGroup": _done(lambda n, a: c.delete_group(n)),
        "Rename": _done(lambda n, a: c.rename_group(n, _text(a, "newName"))),
        "SetPreferredOwners": _done(preferred),
        "GetPreferredOwners": lambda n, a: {"NodeNames": tuple(c.core.group(n).preferred)},
    }
