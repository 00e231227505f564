"""Clusters, nodes, groups, resource types and disks as classes, by version (mscluster 2.1-2.3, 2.6, 2.7)."""

from __future__ import annotations

from ..contract import ClassDef, MethodDef
from .properties import GROUP_2008R2, GROUP_COMMON
from .schema_terms import NAMESPACE, common, control, given, key, logical, out, prop, several, void
from .versions import ClusterVersion as V


def cluster(version: V) -> ClassDef:
    found = [key("Name"), *several("string", "QuorumType", "QuorumPath")]
    found += [prop("IgnorePersistentStateOnStartup", "uint32"), prop("Security_Descriptor", "uint8", array=True)]
    methods: tuple[MethodDef, ...] = ()
    if version >= V.WIN2008:
        methods = (void("GetNodeClusterState", out("ClusterState", "sint32"), static=True),)
    if version >= V.WIN2008R2:
        found += several("string", "SharedVolumesRoot")
    if version.owner_properties:
        found += [*several("string", "Fqdn"), *several("uint32", "QuorumTypeValue", "AdminAccessPoint")]
        found += several("uint32", "DrainOnShutdown")
        path = (given("Path", "string", optional=False), given("Group", "string", optional=False))
        methods += (void("VerifyPath", *path, out("result", "uint32")),)
    if version.since_2016:
        found += several("uint32", "ClusterFunctionalLevel")
    return ClassDef(NAMESPACE, "MSCluster_Cluster", tuple(found), methods)


def node(version: V, most: bool) -> ClassDef:
    """``most``: Pause and Resume exist; on 2003 that is open."""
    found = [key("Name"), *several("uint32", "State", "MajorVersion", "MinorVersion", "BuildNumber")]
    found += several("string", "NodeInstanceID", "CSDVersion")
    found += several("uint32", "NodeHighestVersion", "NodeLowestVersion")
    methods: tuple[MethodDef, ...] = (void("Pause"), void("Resume")) if most else ()
    if version.owner_properties:
        found += several("string", "Id", "NodeDrainTarget")
        found += [*several("uint32", "NodeDrainStatus", "DynamicWeight"), prop("NodeWeight", "uint32", writable=True)]
        methods = (
            void("Pause", given("DrainType", "uint32"), given("TargetNode", "string")),
            void("Resume", given("FailbackType", "uint32")),
            MethodDef("WillEvictLoseQuorum"),
            MethodDef("WillOfflineLoseQuorum"),
        )
    if version.since_2016:
        found += several("uint32", "StatusInformation")
    return ClassDef(NAMESPACE, "MSCluster_Node", tuple(found), methods)


def group(version: V, most: bool) -> ClassDef:
    found = [key("Name"), prop("State", "uint32"), *common(GROUP_COMMON), *logical(version.owner_properties)]
    if version >= V.WIN2008:
        found += [prop("AntiAffinityClassNames", "string", array=True)]
    if version >= V.WIN2008R2:
        found += [*common(GROUP_2008R2), *several("uint32", "GroupType", "DefaultOwner")]
    if version.owner_properties:
        found += [*several("string", "OwnerNode", "Id"), prop("IsCore", "boolean"), prop("StatusInformation", "uint64")]
    return ClassDef(NAMESPACE, "MSCluster_ResourceGroup", tuple(found), _group_methods(version) if most else ())


def _group_methods(version: V) -> tuple[MethodDef, ...]:
    seconds, flags = given("TimeOut", "uint32"), given("Flags", "uint32")
    offline = (seconds, given("Parameters", "object"), flags) if version.owner_properties else (seconds,)
    found: tuple[MethodDef, ...] = (
        void("BringOnline", seconds, *((flags,) if version.since_2016 else ())),
        void("TakeOffline", *offline),
        void("MoveToNewNode", given("NodeName", "string", optional=False), seconds),
        void("CreateGroup", given("GroupName", "string", optional=False), static=True),
        void("DeleteGroup"),
        void("Rename", given("newName", "string", optional=False)),
        void("SetPreferredOwners", given("NodeNames", "string", array=True, optional=False)),
    )
    if version >= V.WIN2008:
        found += (control("ExecuteGroupControl"),)
    if version.owner_properties:
        found += (void("GetPreferredOwners", out("NodeNames", "string", array=True)),)
    return found


def resource_type(version: V) -> ClassDef:
    found = [key("Name"), *several("string", "DisplayName", "DllName"), prop("QuorumCapable", "boolean")]
    found += several("uint32", "IsAlivePollInterval", "LooksAlivePollInterval", "PendingTimeout", "DeadlockTimeout")
    methods: tuple[MethodDef, ...] = ()
    if version.owner_properties:
        found += several("uint32", "ResourceClass")
        methods = (void("GetPossibleOwners", out("NodeNames", "string", array=True)),)
    return ClassDef(NAMESPACE, "MSCluster_ResourceType", tuple(found), methods)


def disks(version: V) -> tuple[ClassDef, ...]:
    """Number, Size and MountPoints are not on these classes before 2012."""
    disk = [key("Id"), *several("string", "Name", "GptGuid"), *several("uint32", "Signature")]
    disk += several("uint32", "ScsiPort", "ScsiBus", "ScsiTargetID", "ScsiLUN")
    partition = [key("Path"), *several("string", "VolumeLabel", "FileSystem", "VolumeGuid")]
    partition += several("uint32", "SerialNumber", "TotalSize", "FreeSpace", "PartitionNumber", "FileSystemFlags")
    if version.owner_properties:
        disk += [*several("uint64", "Size"), *several("uint32", "Number"), *several("string", "VirtualDiskId")]
        partition += [prop("MountPoints", "string", array=True)]
    if version.since_2016:
        disk += several("string", "UniqueId")
    return (
        ClassDef(NAMESPACE, "MSCluster_Disk", tuple(disk)),
        ClassDef(NAMESPACE, "MSCluster_DiskPartition", tuple(partition)),
    )


def service() -> ClassDef:
    """The cluster service of a node, not the clustered ones."""
    return ClassDef(NAMESPACE, "MSCluster_Service", (key("Name"), key("SystemName"), prop("State", "string")))
