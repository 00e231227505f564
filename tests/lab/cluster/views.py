"""The cluster's objects as CIM instances (mscluster 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..contract import CimValue, ClassDef, Instance, Reference
from .cluster import Cluster
from .disk_views import DiskViews, disk_id
from .model import NEVER, Group, Node, Private, Resource, ResourceState, ResourceType
from .properties import GROUP_2008R2, GROUP_COMMON, RESOURCE_COMMON
from .restypes import IP_ADDRESS, NETWORK_NAME
from .schema import ASSOCIATIONS, embedded_name
from .schema_terms import NAMESPACE

CORE_FLAG = 1  # CLUS_FLAG_CORE
DISK_CHARACTERISTICS = 2081  # as a real row of a Physical Disk shows (mscluster 2.4)
Link = tuple[str, str]  # the keys of the two ends


class Views:
    """Makes the instances of each class, cut to the properties that the version has."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.core = cluster.core
        self.disks = DiskViews(cluster)

    def instances(self, class_def: ClassDef) -> Iterator[Instance]:
        short = class_def.name.removeprefix("MSCluster_")
        if short in ASSOCIATIONS:
            yield from self._associations(class_def, short)
            return
        known = {item.name for item in class_def.properties}
        for values in self._rows(short):
            yield Instance(NAMESPACE, class_def.name, {k: v for k, v in values.items() if k in known and v is not None})

    def _rows(self, short: str) -> Iterable[dict[str, CimValue]]:
        core = self.core
        if short == "Cluster":
            return [self._cluster()]
        if short == "Node":
            return [self._node(item) for item in core.nodes]
        if short == "ResourceGroup":
            return [self._group(item) for item in core.groups.values()]
        if short == "Resource":
            return [self._resource(item) for item in core.resources.values()]
        if short == "ResourceType":
            return [self._type(item) for item in core.types.values()]
        if short == "Disk":
            return [self.disks.disk(item) for item in self.disks.all()]
        if short == "DiskPartition":
            return [self.disks.partition(item, volume) for item in self.disks.all() for volume in item.volumes]
        if short == "Service":
            return [self._service(item) for item in core.nodes]
        return []

    # ---- rows -------------------------------------------------------------------------------
    def _cluster(self) -> dict[str, CimValue]:
        quorum = next((item for item in self.core.resources.values() if item.quorum), None)
        kind = 1 if quorum is None else 3 if quorum.volumes else 2
        named = any(item.core and item.type == NETWORK_NAME for item in self.core.resources.values())
        return {
            "Name": self.core.name,
            "Fqdn": f"{self.core.name}.example.com",
            "QuorumType": quorum.name if quorum else "Majority",
            "QuorumTypeValue": kind,
            "IgnorePersistentStateOnStartup": 0,
            "AdminAccessPoint": 1 if named else 0,
            "DrainOnShutdown": 1,
            "ClusterFunctionalLevel": 10,
            "SharedVolumesRoot": "C:\\ClusterStorage",
        }

    def _node(self, node: Node) -> dict[str, CimValue]:
        drain = 1 if node.draining else 0
        major, minor, build = (int(part) for part in node.host.os_version.split("."))
        found: dict[str, CimValue] = {"Name": node.name, "State": int(node.state), "NodeInstanceID": node.id}
        if node.member or self.cluster.switches.down_nodes_tell_version:
            found |= {"MajorVersion": major, "MinorVersion": minor, "BuildNumber": build, "CSDVersion": ""}
            found |= {"NodeHighestVersion": build, "NodeLowestVersion": build}
        found |= {"Id": node.id, "NodeDrainStatus": drain, "NodeWeight": 1, "DynamicWeight": int(node.member)}
        return found | {"StatusInformation": 0}

    def _service(self, node: Node) -> dict[str, CimValue]:
        return {"Name": "ClusSvc", "SystemName": node.name, "State": "Running" if node.member else "Stopped"}

    def _group(self, group: Group) -> dict[str, CimValue]:
        found: dict[str, CimValue] = {"Name": group.name, "State": int(self.core.group_state(group))}
        for item in (*GROUP_COMMON, *GROUP_2008R2):
            found[item.name] = getattr(group, item.attribute)
        found |= {"GroupType": group.group_type, "OwnerNode": group.owner, "Id": group.id, "IsCore": group.core}
        flags = CORE_FLAG if group.core else 0
        return found | {"Flags": flags, "Characteristics": 0, "StatusInformation": 0, "DefaultOwner": NEVER}

    def _resource(self, item: Resource) -> dict[str, CimValue]:
        kind = self.core.type_of(item)
        found: dict[str, CimValue] = {"Name": item.name, "Type": item.type, "State": int(item.state)}
        for each in RESOURCE_COMMON:
            found[each.name] = getattr(item, each.attribute)
        private = {name: _plain(value) for name, value in item.private.items()}
        paths = tuple(each.path for each in item.checkpoints.values())
        group = self.core.group_of(item)
        found |= {
            "PrivateProperties": Instance(NAMESPACE, embedded_name(item.type), private),
            "RegistryCheckpoints": paths or None,
            "CoreResource": item.core,
            "QuorumCapable": kind.quorum_capable,
            "DeleteRequiresAllNodes": False,
            "ResourceClass": kind.resource_class,
            "Id": item.id,
            "OwnerGroup": group.name,
            "OwnerNode": group.owner,
            "LastOperationStatusCode": item.last_status,
            "StatusInformation": 1 if item.locked else 0,
            "EmbeddedFailureAction": item.embedded_failure_action,
            "LocalQuorumCapable": False,
            "IsClusterSharedVolume": False,
            "MonitorProcessId": 0 if item.state is not ResourceState.ONLINE else 1200,
            "Flags": CORE_FLAG if item.core else 0,
            "Characteristics": DISK_CHARACTERISTICS if kind.resource_class == 1 else 0,
            "RequiredDependencyTypes": (IP_ADDRESS,) if item.type == NETWORK_NAME else None,
        }
        return found

    def _type(self, kind: ResourceType) -> dict[str, CimValue]:
        return {
            "Name": kind.name,
            "DisplayName": kind.display,
            "DllName": kind.dll,
            "QuorumCapable": kind.quorum_capable,
            "IsAlivePollInterval": kind.is_alive_ms,
            "LooksAlivePollInterval": kind.looks_alive_ms,
            "PendingTimeout": kind.pending_timeout_ms,
            "DeadlockTimeout": 300_000,
            "ResourceClass": kind.resource_class,
        }

    # ---- associations -----------------------------------------------------------------------
    def _associations(self, class_def: ClassDef, short: str) -> Iterator[Instance]:
        first, first_class, second, second_class = ASSOCIATIONS[short]
        for left, right in self._links(short):
            ends: dict[str, CimValue] = {first: _reference(first_class, left), second: _reference(second_class, right)}
            yield Instance(NAMESPACE, class_def.name, ends)

    def _links(self, short: str) -> list[Link]:
        core = self.core
        resources, groups = list(core.resources.values()), list(core.groups.values())
        table: dict[str, Callable[[], list[Link]]] = {
            "NodeToActiveGroup": lambda: [(g.owner, g.name) for g in groups],
            "NodeToActiveResource": lambda: [(core.owner_of(r).name, r.name) for r in resources],
            "ResourceGroupToResource": lambda: [(core.group_of(r).name, r.name) for r in resources],
            "ResourceGroupToPreferredNode": lambda: [(g.name, n) for g in groups for n in sorted(g.preferred)],
            "ResourceToPossibleOwner": lambda: [(r.name, n) for r in resources for n in core.owners(r)],
            "ResourceToDisk": lambda: [(r.name, disk_id(r)) for r in self.disks.all()],
            "DiskToDiskPartition": lambda: [(disk_id(r), self.disks.path(r, v)) for r, v in self.disks.volumes()],
            "ResourceToDiskPartition": lambda: [(r.name, self.disks.path(r, v)) for r, v in self.disks.volumes()],
            "NodeToHostedService": lambda: [(n.name, n.name) for n in core.nodes],
            "ResourceTypeToResource": lambda: [(r.type, r.name) for r in resources],
            "ResourceTypeToPossibleOwner": self._type_owners,
            "ResourceToDependentResource": lambda: [(r.name, p.name) for r in resources for p in core.providers(r)],
            "ClusterToNode": lambda: [(core.name, n.name) for n in core.nodes],
            "ClusterToResource": lambda: [(core.name, r.name) for r in resources],
            "ClusterToResourceGroup": lambda: [(core.name, g.name) for g in groups],
            "ClusterToResourceType": lambda: [(core.name, t.name) for t in core.types.values()],
            "ClusterToQuorumResource": lambda: [(core.name, r.name) for r in resources if r.quorum],
        }
        return table[short]()

    def _type_owners(self) -> list[Link]:
        kinds = self.core.types.values()
        return [(t.name, n.name) for t in kinds for n in self.core.nodes if n.name not in t.missing_on]


def _plain(value: Private) -> CimValue:
    return tuple(value) if isinstance(value, bytes) else value


def _reference(short: str, key: str) -> Reference:
    if short == "Service":
        return Reference(NAMESPACE, "MSCluster_Service", (("Name", "ClusSvc"), ("SystemName", key)))
    name = {"Disk": "Id", "DiskPartition": "Path"}.get(short, "Name")
    return Reference(NAMESPACE, f"MSCluster_{short}", ((name, key),))
