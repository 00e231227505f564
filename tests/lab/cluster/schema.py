"""The classes of root/MSCluster per version, as data (mscluster 2)."""

from __future__ import annotations

from ..contract import ClassDef, MethodDef, ParameterDef, PropertyDef
from .model import ResourceType
from .properties import GROUP_2008R2, GROUP_COMMON, RESOURCE_COMMON, Property
from .versions import ClusterVersion

NAMESPACE = "root/mscluster"

# class -> (first role, its class, second role, its class); mscluster 2.8. In
# MSCluster_ResourceToDependentResource the antecedent is the resource that depends.
ASSOCIATIONS = {
    "NodeToActiveGroup": ("GroupComponent", "Node", "PartComponent", "ResourceGroup"),
    "NodeToActiveResource": ("GroupComponent", "Node", "PartComponent", "Resource"),
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


def _p(name: str, cim: str, array: bool = False, writable: bool = False) -> PropertyDef:
    return PropertyDef(name, cim, array, False, writable)


def _key(name: str) -> PropertyDef:
    return PropertyDef(name, "string", key=True)


def _in(name: str, cim: str, array: bool = False, optional: bool = True) -> ParameterDef:
    return ParameterDef(name, cim, array, "in", optional)


def _out(name: str, cim: str, array: bool = False) -> ParameterDef:
    return ParameterDef(name, cim, array, "out", True)


def _void(name: str, *parameters: ParameterDef, static: bool = False) -> MethodDef:
    return MethodDef(name, parameters, static, returns=False)


def _control(name: str) -> MethodDef:
    return _void(
        name,
        _in("ControlCode", "sint32", optional=False),
        _in("InputBuffer", "uint8", array=True),
        _out("OutputBuffer", "uint8", array=True),
        _out("OutputBufferSize", "sint32"),
    )


def _common(table: tuple[Property, ...]) -> tuple[PropertyDef, ...]:
    return tuple(_p(item.name, item.type, writable=item.writable) for item in table)


def embedded_name(type_name: str) -> str:
    """The class of PrivateProperties (mscluster 3.2)."""
    return "MSCluster_Property_Resource_" + type_name.replace(" ", "_")


def classes(version: ClusterVersion, types: tuple[ResourceType, ...]) -> tuple[ClassDef, ...]:
    """Every class of the namespace on that version."""
    main = (_cluster(version), _node(version), _group(version), _resource(version), _resource_type(version), *_disks())
    private = tuple(
        ClassDef(NAMESPACE, embedded_name(item.name), tuple(_p(n, c, writable=True) for n, c in item.private))
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


def _cluster(version: ClusterVersion) -> ClassDef:
    found = [_key("Name"), _p("QuorumType", "string"), _p("QuorumPath", "string")]
    found.append(_p("IgnorePersistentStateOnStartup", "uint32"))
    methods: tuple[MethodDef, ...] = ()
    if version >= ClusterVersion.WIN2008:
        methods = (_void("GetNodeClusterState", _out("ClusterState", "sint32"), static=True),)
    if version >= ClusterVersion.WIN2012R2:
        found += [_p("Fqdn", "string"), _p("QuorumTypeValue", "uint32"), _p("AdminAccessPoint", "uint32")]
    return ClassDef(NAMESPACE, "MSCluster_Cluster", tuple(found), methods)


def _node(version: ClusterVersion) -> ClassDef:
    found = [_key("Name"), *(_p(name, "uint32") for name in ("State", "MajorVersion", "MinorVersion", "BuildNumber"))]
    found += [_p("NodeInstanceID", "string")]
    pause, resume = _void("Pause"), _void("Resume")
    if version.owner_properties:
        found += [_p("Id", "string"), _p("NodeDrainStatus", "uint32"), _p("NodeWeight", "uint32")]
        pause = _void("Pause", _in("DrainType", "uint32"), _in("TargetNode", "string"))
        resume = _void("Resume", _in("FailbackType", "uint32"))
    methods = (pause, resume) if version >= ClusterVersion.WIN2008 else ()
    return ClassDef(NAMESPACE, "MSCluster_Node", tuple(found), methods)


def _group(version: ClusterVersion) -> ClassDef:
    found = [_key("Name"), _p("State", "uint32"), *_common(GROUP_COMMON)]
    if version >= ClusterVersion.WIN2008R2:
        found += [*_common(GROUP_2008R2), _p("GroupType", "uint32")]
    seconds = _in("TimeOut", "uint32")
    methods: tuple[MethodDef, ...] = ()
    if version >= ClusterVersion.WIN2008:
        methods = (
            _void("BringOnline", seconds),
            _void("TakeOffline", seconds),
            _void("MoveToNewNode", _in("NodeName", "string", optional=False), seconds),
            _void("CreateGroup", _in("GroupName", "string", optional=False), static=True),
            _void("DeleteGroup"),
            _void("Rename", _in("newName", "string", optional=False)),
            _void("SetPreferredOwners", _in("NodeNames", "string", array=True, optional=False)),
        )
    if version.owner_properties:
        found += [_p("OwnerNode", "string"), _p("Id", "string"), _p("IsCore", "boolean")]
        methods += (_void("GetPreferredOwners", _out("NodeNames", "string", array=True)),)
    return ClassDef(NAMESPACE, "MSCluster_ResourceGroup", tuple(found), methods)


def _resource(version: ClusterVersion) -> ClassDef:
    found = [_key("Name"), _p("Type", "string"), _p("State", "uint32"), *_common(RESOURCE_COMMON)]
    found += [_p("PrivateProperties", "object", writable=True)]
    found += [_p("RegistryCheckpoints", "string", array=True), _p("CryptoCheckpoints", "string", array=True)]
    found += [_p(name, "boolean") for name in ("CoreResource", "QuorumCapable", "DeleteRequiresAllNodes")]
    found += [_p("ResourceClass", "uint32")]
    methods: tuple[MethodDef, ...] = tuple(
        _void(name, _in("Resource", "string", optional=False)) for name in ("AddDependency", "RemoveDependency")
    )
    if version >= ClusterVersion.WIN2008:
        methods += _resource_methods(version)
    if version.owner_properties:
        found += [_p(name, "string") for name in ("Id", "OwnerGroup", "OwnerNode")]
        found += [_p("LastOperationStatusCode", "uint64"), _p("StatusInformation", "uint64")]
        found += [_p("EmbeddedFailureAction", "uint32", writable=True)]
        methods += (_void("GetPossibleOwners", _out("NodeNames", "string", array=True)),)
    return ClassDef(NAMESPACE, "MSCluster_Resource", tuple(found), methods)


def _resource_methods(version: ClusterVersion) -> tuple[MethodDef, ...]:
    new = version.owner_properties
    create = [_in("Group", "string", optional=False), _in("ResourceName", "string", optional=False)]
    create += [_in("ResourceType", "string", optional=False), _in("SeparateMonitor", "boolean")]
    seconds = _in("TimeOut", "uint32")
    offline = [seconds, _in("Flags", "uint32")] if new else [seconds]
    ids = [_in("AsResourceIds", "boolean")] if new else []
    created = [ParameterDef("Id", "string", direction="inout", optional=True)] if new else []
    checkpoint = _in("CheckpointName", "string", optional=False)
    owner = _in("NodeName", "string", optional=False)
    return (
        _void("CreateResource", *create, *created, static=True),
        _void("DeleteResource", _in("Options", "uint32")),
        _void("MoveToNewGroup", _in("Group", "string", optional=False)),
        _void("SetDependencies", _in("Expression", "string", optional=False)),
        _void("GetDependencies", _out("Expression", "string"), *ids),
        _void("BringOnline", seconds),
        _void("TakeOffline", *offline),
        _void("FailResource"),
        _void("Rename", _in("newName", "string", optional=False)),
        _void("AddRegistryCheckpoint", checkpoint),
        _void("RemoveRegistryCheckpoint", checkpoint),
        _void("AddPossibleOwner", owner),
        _void("RemovePossibleOwner", owner),
        _control("ExecuteResourceControl"),
    )


def _resource_type(version: ClusterVersion) -> ClassDef:
    found = [_key("Name"), _p("DisplayName", "string"), _p("DllName", "string"), _p("QuorumCapable", "boolean")]
    found += [_p("IsAlivePollInterval", "uint32"), _p("LooksAlivePollInterval", "uint32")]
    found += [_p("PendingTimeout", "uint32")]
    if version.owner_properties:
        found += [_p("ResourceClass", "uint32")]
    return ClassDef(NAMESPACE, "MSCluster_ResourceType", tuple(found))


def _disks() -> tuple[ClassDef, ...]:
    disk = (_key("Id"), _p("Name", "string"), _p("Signature", "uint32"), _p("Size", "uint64"), _p("Number", "uint32"))
    names = ("VolumeLabel", "FileSystem", "VolumeGuid")
    sizes = ("SerialNumber", "TotalSize", "FreeSpace", "PartitionNumber")
    partition = (_key("Path"), *(_p(n, "string") for n in names), *(_p(n, "uint32") for n in sizes))
    points = _p("MountPoints", "string", array=True)
    return (
        ClassDef(NAMESPACE, "MSCluster_Disk", disk),
        ClassDef(NAMESPACE, "MSCluster_DiskPartition", (*partition, points)),
    )
