"""What the provider has on which Windows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lab.cluster import ClusterSwitches, ClusterVersion, MsClusterProvider, proplist
from lab.cluster.schema import classes
from lab.contract import CimError
from support.facts import each_setting
from support.shapes import Seen, world

V = ClusterVersion
SET_COMMON, GET_MOUNTPOINTS = 20971614, 16777745
# class, member, first version; mscluster 2.1-2.7 and the pages of the classes
MEMBERS = [
    ("Cluster", "Security_Descriptor", V.WIN2003),
    ("Cluster", "GetNodeClusterState", V.WIN2008),
    ("Cluster", "SharedVolumesRoot", V.WIN2008R2),
    ("Cluster", "Fqdn", V.WIN2012R2),
    ("Cluster", "AdminAccessPoint", V.WIN2012R2),
    ("Cluster", "VerifyPath", V.WIN2012R2),
    ("Cluster", "ClusterFunctionalLevel", V.WIN2022),
    ("Node", "State", V.WIN2003),
    ("Node", "Pause", V.WIN2008),
    ("Node", "Id", V.WIN2012R2),
    ("Node", "NodeDrainStatus", V.WIN2012R2),
    ("Node", "WillEvictLoseQuorum", V.WIN2012R2),
    ("Node", "StatusInformation", V.WIN2022),
    ("ResourceGroup", "PersistentState", V.WIN2003),
    ("ResourceGroup", "AntiAffinityClassNames", V.WIN2008),
    ("ResourceGroup", "SetPreferredOwners", V.WIN2008),
    ("ResourceGroup", "ExecuteGroupControl", V.WIN2008),
    ("ResourceGroup", "Priority", V.WIN2008R2),
    ("ResourceGroup", "DefaultOwner", V.WIN2008R2),
    ("ResourceGroup", "OwnerNode", V.WIN2012R2),
    ("ResourceGroup", "IsCore", V.WIN2012R2),
    ("ResourceGroup", "GetPreferredOwners", V.WIN2012R2),
    ("Resource", "AddDependency", V.WIN2003),
    ("Resource", "RegistryCheckpoints", V.WIN2003),
    ("Resource", "CreateResource", V.WIN2008),
    ("Resource", "BringOnline", V.WIN2008),
    ("Resource", "SetDependencies", V.WIN2008),
    ("Resource", "GetDependencies", V.WIN2008),
    ("Resource", "AddPossibleOwner", V.WIN2008),
    ("Resource", "AddRegistryCheckpoint", V.WIN2008),
    ("Resource", "ExecuteResourceControl", V.WIN2008),
    ("Resource", "IsClusterSharedVolume", V.WIN2008R2),
    ("Resource", "OwnerNode", V.WIN2012R2),
    ("Resource", "OwnerGroup", V.WIN2012R2),
    ("Resource", "LastOperationStatusCode", V.WIN2012R2),
    ("Resource", "EmbeddedFailureAction", V.WIN2012R2),
    ("Resource", "GetPossibleOwners", V.WIN2012R2),
    ("Resource", "TakeOfflineParams", V.WIN2012R2),
    ("ResourceType", "DeadlockTimeout", V.WIN2003),
    ("ResourceType", "ResourceClass", V.WIN2012R2),
    ("ResourceType", "GetPossibleOwners", V.WIN2012R2),
    ("Disk", "Signature", V.WIN2003),
    ("Disk", "Size", V.WIN2012R2),
    ("Disk", "Number", V.WIN2012R2),
    ("Disk", "UniqueId", V.WIN2022),
    ("DiskPartition", "VolumeGuid", V.WIN2003),
    ("DiskPartition", "MountPoints", V.WIN2012R2),
]


def members(version: V, name: str, switches: ClusterSwitches | None = None) -> set[str]:
    found = {item.name: item for item in classes(version, (), switches)}[f"MSCluster_{name}"]
    return {item.name for item in (*found.properties, *found.methods)}


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize(("name", "member", "first"), MEMBERS, ids=lambda value: str(value))
def test_a_member_exists_from_its_version_on(name: str, member: str, first: V) -> None:
    assert [version for version in V if member in members(version, name)] == [v for v in V if v >= first]


@pytest.mark.fact("mscluster 2.4", "D")
def test_parameters_that_came_later() -> None:
    def parameters(version: V, class_name: str, method: str) -> list[str]:
        found = {item.name: item for item in classes(version, ())}[f"MSCluster_{class_name}"]
        return [item.name for item in next(each for each in found.methods if each.name == method).parameters]

    assert parameters(V.WIN2008R2, "Resource", "TakeOffline") == ["TimeOut"]
    assert parameters(V.WIN2012R2, "Resource", "TakeOffline") == ["TimeOut", "Parameters", "Flags"]
    assert parameters(V.WIN2012R2, "ResourceGroup", "BringOnline") == ["TimeOut"]
    assert parameters(V.WIN2022, "ResourceGroup", "BringOnline") == ["TimeOut", "Flags"]
    assert parameters(V.WIN2008, "Node", "Pause") == []
    assert parameters(V.WIN2012R2, "Node", "Pause") == ["DrainType", "TargetNode"]


@each_setting("methods_2003", "mscluster 2.4", "U")
def test_methods_of_2003(methods_2003: Any) -> None:
    """Only the dependency methods are documented beyond doubt; owners, expressions and checkpoints never exist."""
    found = members(V.WIN2003, "Resource", ClusterSwitches(methods_2003=methods_2003))
    assert {"AddDependency", "RemoveDependency"} <= found
    assert ("BringOnline" in found) is ("CreateResource" in found) is (methods_2003 == "most")
    never = {"AddPossibleOwner", "SetDependencies", "GetDependencies", "AddRegistryCheckpoint"}
    assert not never & found
    group = members(V.WIN2003, "ResourceGroup", ClusterSwitches(methods_2003=methods_2003))
    assert ("MoveToNewNode" in group) is (methods_2003 == "most")


@each_setting("control_2003", "mscluster 11", "U")
def test_control_codes_of_2003(make_world: Any, control_2003: bool) -> None:
    small = make_world(version=V.WIN2003, switches=ClusterSwitches(control_2003=control_2003, control_set_common=True))
    small.add_sem(online=False)
    provider = MsClusterProvider(small.cluster, "N1")
    definition = next(item for item in provider.classes() if item.name == "MSCluster_Resource")
    method = [item for item in definition.methods if item.name == "ExecuteResourceControl"]
    assert bool(method) is control_2003
    if control_2003:
        data = proplist.pack([proplist.Property("RestartAction", proplist.DWORD, 1)])
        provider.invoke(definition, method[0], {"Name": "SEM"}, {"ControlCode": SET_COMMON, "InputBuffer": tuple(data)})
        assert small.cluster.core.resource("SEM").restart_action == 1


@each_setting("put_2003", "mscluster 11", "U")
def test_put_on_2003(make_world: Any, put_2003: bool) -> None:
    small = make_world(version=V.WIN2003, switches=ClusterSwitches(put_2003=put_2003))
    small.add_sem(online=False)
    provider = MsClusterProvider(small.cluster, "N1")
    definition = next(item for item in provider.classes() if item.name == "MSCluster_Resource")
    provider.put(definition, {"Name": "SEM"}, {"RestartAction": 1})
    assert small.cluster.core.resource("SEM").restart_action == (1 if put_2003 else 2)


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize(("version", "threshold"), [(V.WIN2003, 3), (V.WIN2008, 1), (V.WIN2008R2, 1)])
def test_a_new_resource_has_the_versions_own_threshold(make_world: Any, version: V, threshold: int) -> None:
    small = make_world(version=version)
    small.add_sem(online=False)
    assert small.cluster.core.resource("SEM").restart_threshold == threshold


@pytest.mark.fact("mscluster 6.2", "D")
@pytest.mark.parametrize(("version", "state"), [(V.WIN2003, "PARTIAL_ONLINE"), (V.WIN2008, "OFFLINE")])
def test_the_state_of_a_group_looks_at_all_resources_or_at_the_top_ones(
    make_world: Any, version: V, state: str
) -> None:
    """With every top-level resource offline the group of 2008 is Offline, that of 2003 partially online."""
    small = make_world(version=version)
    names = small.names
    for name in (*names.databases, names.disks[1].resource):
        small.cluster.take_offline(name)
    small.advance(30)
    assert small.group_state() == state


@pytest.mark.fact("mscluster 6.5", "D")
@pytest.mark.parametrize(("version", "works"), [(V.WIN2003, False), (V.WIN2008, True)])
def test_dependencies_of_an_online_resource(make_world: Any, version: V, works: bool) -> None:
    small = make_world(version=version)
    small.add_sem()
    for change in (small.cluster.add_dependency, small.cluster.remove_dependency):
        if works:
            change("SEM", small.names.network_name)
        else:
            with pytest.raises(CimError) as caught:
                change(
                    "SEM",
                    small.names.network_name
                    if change == small.cluster.add_dependency
                    else small.names.disks[0].resource,
                )
            assert caught.value.win32 == (5019 if change == small.cluster.add_dependency else 5023)


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize(("windows", "kept"), [("windows2012r2", False), ("windows2022", True)])
def test_flag_4_keeps_the_persistent_state_from_2019_on(windows: str, kept: bool) -> None:
    found = world(windows, "application", 2)
    name = found.naming["C1"].main.application
    Seen(found).call("Resource", "TakeOffline", name, TimeOut=30, Flags=4)
    found.clock.advance(30)
    resource = found.clusters["C1"].core.resource(name)
    assert (resource.state.name, resource.persistent_state) == ("OFFLINE", kept)


@pytest.mark.fact("mscluster 2.4", "D")
def test_the_last_status_tells_why_an_online_failed() -> None:
    found = world("windows2012r2", "application", 2)
    name = found.naming["C1"].main.application
    cluster = found.clusters["C1"]
    for node in found.machines.values():
        node.services.set_start_mode("ContosoLedger", "Disabled")
    cluster.admin("set_common", name=name, changed={"RestartAction": 0})
    cluster.admin("take_offline", name=name)
    found.clock.advance(20)
    cluster.admin("bring_online", name=name)
    found.clock.advance(20)
    row = Seen(found).row("Resource", name).properties
    assert (row["State"], row["LastOperationStatusCode"]) == (4, 1058)


@pytest.mark.fact("mscluster 2.1", "D")
def test_verify_path_knows_the_groups_disks() -> None:
    found = world("windows2022", "application", 2)
    names, seen = found.naming["C1"], Seen(found)
    letter = names.main.disks[0].letter

    def result(path: str) -> int:
        return int(seen.call("Cluster", "VerifyPath", "C1", Path=path, Group=names.main.group)["result"])

    assert result(f"{letter}\\SPAMfighter") == 0
    assert result(f"{names.foreign_disk.letter}\\x") == 130
    assert result("C:\\x") == 3
    assert result("nonsense") == 128


@pytest.mark.fact("mscluster 2.2", "D")
@pytest.mark.parametrize(("nodes", "evict", "offline"), [(2, False, False), (3, False, False)])
def test_a_witness_lets_a_node_go(nodes: int, evict: bool, offline: bool) -> None:
    seen = Seen(world("windows2012r2", "application", nodes))
    assert seen.call("Node", "WillEvictLoseQuorum", "N1") == {"ReturnValue": evict}
    assert seen.call("Node", "WillOfflineLoseQuorum", "N1") == {"ReturnValue": offline}


@pytest.mark.fact("mscluster 2.2", "D")
def test_without_a_witness_the_second_node_is_missed() -> None:
    found = world("windows2012r2", "application", 2, witness="none")
    assert Seen(found).call("Node", "WillOfflineLoseQuorum", "N1") == {"ReturnValue": True}


# ---- mount points -----------------------------------------------------------------------------
def mount_points(seen: Seen, resource: str, partition: int = 1) -> list[str]:
    answer = seen.call(
        "Resource",
        "ExecuteResourceControl",
        resource,
        ControlCode=GET_MOUNTPOINTS,
        InputBuffer=tuple(partition.to_bytes(4, "little")),
    )
    return re.findall("[^\0]+", bytes(answer["OutputBuffer"] or ()).decode("utf-16-le"))


@pytest.mark.fact("mscluster 4.3", "D")
@pytest.mark.parametrize("windows", ["windows2008", "windows2012r2"])
def test_a_volume_without_a_letter_shows_where_it_is_mounted(windows: str) -> None:
    """By its property from 2012 on, by a control code before ([MS-CMRP] 3.1.4.3.1.47)."""
    shape = "exchange2007_scc" if windows == "windows2008" else "application"
    found = world(windows, shape, 2, disks=["letter", "mount_point"])
    seen = Seen(found)
    first, second = found.naming["C1"].main.disks
    assert second.letter is None
    path = dict(seen.links("ResourceToDiskPartition"))[second.resource]
    assert path.startswith("\\\\?\\Volume{")
    row = next(item.properties for item in seen.all("DiskPartition") if item.properties["Path"] == path)
    if windows == "windows2012r2":
        assert row["MountPoints"] == (f"{second.mount}\\",)
    else:
        assert "MountPoints" not in seen.properties("DiskPartition")
    assert mount_points(seen, second.resource) == [f"{second.mount}\\"]
    assert mount_points(seen, first.resource) == [f"{first.letter}\\"]
    with pytest.raises(CimError):
        mount_points(seen, second.resource, 2)


@pytest.mark.fact("MS-CMRP 3.1.4.3.1.47", "S")
def test_the_code_for_mount_points_does_not_exist_on_2003() -> None:
    found = world("windows2003r2", "exchange2003_ap", 2, {"control_2003": True})
    with pytest.raises(CimError) as caught:
        mount_points(Seen(found), found.naming["C1"].disks[0].resource)
    assert caught.value.win32 == 1


# ---- the feature without a cluster ------------------------------------------------------------
@each_setting("unformed_cluster", "mscluster 1.1", "U")
def test_a_server_with_the_feature_and_no_cluster(unformed_cluster: str) -> None:
    from lab.topology import parse
    from lab.world import World

    text = f"schema: 1\nwire: {{switches: {{unformed_cluster: '{unformed_cluster}'}}}}\n"
    text += "standalone: {S1: {windows: windows2012r2, clustering: true}, S2: {windows: windows2003r2}}\n"
    found = World(parse(text))
    for name, state in (("S1", None), ("S2", 1)):
        node = found.machines[name]
        status = node.service_status("ClusSvc")
        assert status is not None
        assert (status.state, status.start_mode) == ("Stopped", "Disabled")
        key = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Cluster Server"
        value = node.registry.value(key, "ClusterInstallationState")
        assert (value.data if value else None) == state
    provider = next(item for item in found.machines["S1"].providers() if type(item).__name__ == "UnformedProvider")
    definition = {item.name: item for item in provider.classes()}["MSCluster_Cluster"]
    if unformed_cluster == "empty":
        assert list(provider.instances(definition)) == []
    else:
        with pytest.raises(CimError) as caught:
            provider.instances(definition)
        assert caught.value.win32 == 1753
    method = next(item for item in definition.methods if item.name == "GetNodeClusterState")
    assert provider.invoke(definition, method, None, {}) == {"ClusterState": 1}
