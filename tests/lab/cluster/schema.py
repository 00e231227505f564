"""The classes of root/MSCluster per version, as data (mscluster 2)."""

from __future__ import annotations

from ..contract import ClassDef, MethodDef, ParameterDef, PropertyDef
from . import schema_objects as objects
from .model import ResourceType
from .properties import RESOURCE_COMMON
from .schema_terms import NAMESPACE, common, control, given, key, logical, out, prop, several, void
from .switches import ClusterSwitches
from .versions import ClusterVersion

# class -> (first role, its class, second role, its class); mscluster 2.8. In
# MSCluster_ResourceToDependentResource the antecedent is the resource that depends.
ASSOCIATIONS = {
    "NodeToActiveGroup": ("GroupComponent", "Node", "PartComponent", "ResourceGroup"),
    "NodeToActiveResource": ("GroupComponent", "Node", "PartComponent", "Resource"),
    "NodeToHostedService": ("Antecedent", "Node", "Dependent", "Service"),
    "ResourceGroupToResource": ("GroupComponent", "ResourceGroup", "PartComponent", "Resource"),
    "ResourceGroupToPreferredNode": ("GroupComponent", "ResourceGroup", "PartComponent", "Node"),
    "ResourceToPossibleOwner": ("GroupComponent", "Resource", "PartComponent", "Node"),
    "ResourceToDisk": ("GroupComponent", "Resource", "PartComponent", "Disk"),
    "DiskToDiskPartition": ("GroupComponent", "Disk", "PartComponent", "DiskPartition"),
    "ResourceToDiskPartition": ("GroupComponent", "Resource", "PartComponent", "DiskPartition"),
    "ResourceTypeToResource": ("GroupComponent", "ResourceType", "PartComponent", "Resource"),
    "ResourceTypeToPossibleOwner": ("GroupComponent", "ResourceType", "PartComponent", "Node"),
    "ResourceToDependentResource": ("Antecedent", "Resource", "Dependent", "Resource"),
    "ClusterToNode": ("GroupComponent", "Cluster", "PartComponent", "Node"),
    "ClusterToResource": ("GroupComponent", "Cluster", "PartComponent", "Resource"),
    "ClusterToResourceGroup": ("GroupComponent", "Cluster", "PartComponent", "ResourceGroup"),
    "ClusterToResourceType": ("GroupComponent", "Cluster", "PartComponent", "ResourceType"),
    "ClusterToQuorumResource": ("GroupComponent", "Cluster", "PartComponent", "Resource"),
}


def embedded_name(type_name: str) -> str:
    """The class of PrivateProperties (mscluster 3.2)."""
    return "MSCluster_Property_Resource_" + type_name.replace(" ", "_")


def classes(
    version: ClusterVersion, types: tuple[ResourceType, ...], switches: ClusterSwitches | None = None
) -> tuple[ClassDef, ...]:
    """Every class of the namespace on that version."""
    chosen = switches or ClusterSwitches()
    most = version >= ClusterVersion.WIN2008 or chosen.methods_2003 == "most"
    main = (
        objects.cluster(version),
        objects.node(version, most),
        objects.group(version, most),
        _resource(version, most, chosen.control_2003),
        objects.resource_type(version),
        objects.service(),
        *objects.disks(version),
    )
    private = tuple(
        ClassDef(NAMESPACE, embedded_name(item.name), tuple(prop(n, c, writable=True) for n, c in item.private))
        for item in types
    )
    links = tuple(
        ClassDef(
            NAMESPACE,
            f"MSCluster_{name}",
            (PropertyDef(roles[0], "reference", key=True), PropertyDef(roles[2], "reference", key=True)),
        )
        for name, roles in ASSOCIATIONS.items()
    )
    return (*main, *private, *links)


def _resource(version: ClusterVersion, most: bool, control_2003: bool) -> ClassDef:
    found = [key("Name"), prop("Type", "string"), prop("State", "uint32"), *common(RESOURCE_COMMON)]
    found += [prop("PrivateProperties", "object", writable=True), *logical(version.owner_properties)]
    found += [prop("RegistryCheckpoints", "string", array=True), prop("CryptoCheckpoints", "string", array=True)]
    found += several("boolean", "CoreResource", "QuorumCapable", "LocalQuorumCapable", "DeleteRequiresAllNodes")
    found += several("uint32", "ResourceClass")
    methods: tuple[MethodDef, ...] = tuple(
        void(name, given("Resource", "string", optional=False)) for name in ("AddDependency", "RemoveDependency")
    )
    if most:
        methods += _life(version)
    if version >= ClusterVersion.WIN2008:
        methods += _since_2008(version)
    if version >= ClusterVersion.WIN2008 or control_2003:
        methods += (control("ExecuteResourceControl"),)
    if version >= ClusterVersion.WIN2008R2:
        found += several("boolean", "IsClusterSharedVolume")
    if version.owner_properties:
        found += several("string", "Id", "OwnerGroup", "OwnerNode")
        found += several("uint64", "LastOperationStatusCode", "StatusInformation")
        found += [prop("EmbeddedFailureAction", "uint32", writable=True), prop("MonitorProcessId", "uint32")]
        found += [prop("RequiredDependencyTypes", "string", array=True)]
        found += [prop("RequiredDependencyClasses", "uint32", array=True)]
        methods += (void("GetPossibleOwners", out("NodeNames", "string", array=True)),)
    return ClassDef(NAMESPACE, "MSCluster_Resource", tuple(found), methods)


def _life(version: ClusterVersion) -> tuple[MethodDef, ...]:
    """Coming, going, online, offline; whether 2003 has these is open."""
    new = version.owner_properties
    create = [given(name, "string", optional=False) for name in ("Group", "ResourceName", "ResourceType")]
    create += [given("SeparateMonitor", "boolean")]
    if new:
        create += [ParameterDef("Id", "string", direction="inout", optional=True)]
    seconds = given("TimeOut", "uint32")
    flags = given("Flags", "uint32")
    offline = (seconds, given("Parameters", "object"), flags) if new else (seconds,)
    raw = (seconds, given("Parameters", "uint8", array=True), flags)
    found = (
        void("CreateResource", *create, static=True),
        void("DeleteResource", given("Options", "uint32")),
        void("MoveToNewGroup", given("Group", "string", optional=False)),
        void("BringOnline", seconds),
        void("TakeOffline", *offline),
        void("FailResource"),
        void("Rename", given("newName", "string", optional=False)),
    )
    return (*found, void("TakeOfflineParams", *raw)) if new else found


def _since_2008(version: ClusterVersion) -> tuple[MethodDef, ...]:
    ids = [given("AsResourceIds", "boolean")] if version.owner_properties else []
    checkpoint = given("CheckpointName", "string", optional=False)
    owner = given("NodeName", "string", optional=False)
    return (
        void("SetDependencies", given("Expression", "string", optional=False)),
        void("GetDependencies", out("Expression", "string"), *ids),
        void("AddRegistryCheckpoint", checkpoint),
        void("RemoveRegistryCheckpoint", checkpoint),
        void("AddPossibleOwner", owner),
        void("RemovePossibleOwner", owner),
    )
