"""root/MSCluster on one node: what WMI shows of the cluster and what it lets a client do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ..contract import CimValue, ClassDef, Instance, MethodDef, NotFound
from . import calls, schema
from .calls import Answer, Arguments
from .cluster import Cluster
from .errors import refusal
from .model import Private
from .restypes import builtin_types
from .switches import ClusterSwitches
from .versions import ClusterVersion
from .views import Views

NOT_CONFIGURED, NOT_RUNNING, RUNNING = 1, 3, 19  # GetNodeClusterState (mscluster 2.1)

NOT_FOUND = 0x80041002


class MsClusterProvider:
    """Implements ``contract.CimProvider`` for ``node_name``; any member answers for the whole cluster."""

    def __init__(self, cluster: Cluster, node_name: str) -> None:
        self.cluster = cluster
        self.node_name = node_name
        self.views = Views(cluster)
        self._classes = _qualified(
            schema.classes(cluster.version, tuple(cluster.core.types.values()), cluster.switches),
            static=not cluster.switches.static_needs_selectors,
        )
        self._calls: dict[str, Mapping[str, calls.Call]] = {
            "MSCluster_Resource": calls.resource_calls(cluster),
            "MSCluster_ResourceGroup": calls.group_calls(cluster),
            "MSCluster_Node": calls.node_calls(cluster),
            "MSCluster_ResourceType": calls.type_calls(cluster),
        }

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
            return {"ClusterState": RUNNING if running else NOT_RUNNING}
        self._answering()
        with self.cluster.core.operation(f"{class_def.name}.{method.name}"):
            if keys is not None:
                self.get(class_def, keys)
            if method.name == "CreateResource":
                return self._create_resource(arguments)
            if method.name == "CreateGroup":
                self.cluster.create_group(calls.text(arguments, "GroupName"))
                return {}
            found = self.get(class_def, keys or {})
            if method.name == "VerifyPath":
                return calls.verify_path(self.cluster, arguments)
            return self._calls[class_def.name][method.name](str(found.properties["Name"]), arguments)

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Arguments) -> Instance:
        """Common properties and the embedded PrivateProperties, as far as the switches let it."""
        self._answering()
        name = str(self.get(class_def, keys).properties["Name"])
        with self.cluster.core.operation("PutInstance"):
            common = {key: value for key, value in changed.items() if key != "PrivateProperties"}
            if class_def.name == "MSCluster_Resource":
                self._put_resource(name, common, changed.get("PrivateProperties"))
            elif class_def.name == "MSCluster_ResourceGroup":
                self._allowed(
                    self._may_put(self.cluster.switches.put_common), lambda: self.cluster.set_group_common(name, common)
                )
            elif changed:
                raise refusal(87)
        return self.get(class_def, keys)

    def _put_resource(self, name: str, common: Mapping[str, CimValue], embedded: CimValue) -> None:
        if common:
            allowed = self._may_put(self.cluster.switches.put_common)
            self._allowed(allowed, lambda: self.cluster.set_common(name, common))
        if isinstance(embedded, Instance):
            values = self._private(name, embedded)
            allowed = self._may_put(self.cluster.switches.put_private)
            self._allowed(allowed, lambda: self.cluster.set_private(name, values))

    def _may_put(self, switch: bool) -> bool:
        old = self.cluster.version == ClusterVersion.WIN2003
        return switch and (self.cluster.switches.put_2003 or not old)

    def _private(self, name: str, embedded: Instance) -> dict[str, Private]:
        """An embedded object arrives as text; its class says what is a number (wsman 3.3)."""
        core = self.cluster.core
        types = {key.lower(): cim for key, cim in core.type_of(core.resource(name)).private}
        values: dict[str, Private] = {}
        for key, value in embedded.properties.items():
            if value is not None and not isinstance(value, str | int):
                raise refusal(5895)
            number = types.get(key.lower(), "string") != "string" and isinstance(value, str)
            try:
                values[key] = int(str(value)) if number else value
            except ValueError as error:
                raise refusal(5895) from error
        return values

    def _allowed(self, switch: bool, write: Callable[[], object]) -> None:
        """A way of writing that is switched off is refused, or drops the change without a word."""
        if switch:
            write()
        elif self.cluster.switches.write_refusal == "fault":
            raise refusal(87)

    def _create_resource(self, arguments: Arguments) -> Answer:
        made = self.cluster.create_resource(
            calls.text(arguments, "Group"),
            calls.text(arguments, "ResourceName"),
            calls.text(arguments, "ResourceType"),
            bool(arguments.get("SeparateMonitor")),
        )
        return {"Id": made.id} if self.cluster.version.owner_properties else {}

    def _answering(self) -> None:
        if not self.cluster.service_running(self.node_name):
            raise refusal(1753)


def _qualified(classes: Iterable[ClassDef], static: bool) -> list[ClassDef]:
    """The classes, their class-level methods with or without the qualifier Static (mscluster 11)."""
    if static:
        return list(classes)
    return [replace(item, methods=tuple(replace(method, static=False) for method in item.methods)) for item in classes]


class UnformedProvider:
    """The feature on a server that belongs to no cluster: the classes without a cluster behind them (mscluster 1.1)."""

    def __init__(self, version: ClusterVersion, switches: ClusterSwitches) -> None:
        self._classes = schema.classes(version, builtin_types(version), switches)
        self._switches = switches

    def classes(self) -> Iterable[ClassDef]:
        return self._classes

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        self._refuse()
        return ()

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        self._refuse()
        raise NotFound("The object could not be found.", hresult=NOT_FOUND)

    def invoke(
        self, class_def: ClassDef, method: MethodDef, keys: Mapping[str, CimValue] | None, arguments: Arguments
    ) -> Answer:
        if method.name == "GetNodeClusterState":
            return {"ClusterState": NOT_CONFIGURED}
        raise refusal(1753)

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Arguments) -> Instance:
        raise refusal(1753)

    def _refuse(self) -> None:
        if self._switches.unformed_cluster == "1753":
            raise refusal(1753)
