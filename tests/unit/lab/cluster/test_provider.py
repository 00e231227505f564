"""root/MSCluster as the wire sees it."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from lab.cluster import ClusterSwitches, ClusterVersion, MsClusterProvider, proplist
from lab.contract import CimError, Instance, NotFound, Pending, Reference
from support.facts import each_setting

SEM = "SEM"
SET_PRIVATE, SET_COMMON, ADD_32 = 20971654, 20971614, 20971714


def refused(code: int) -> Any:
    return pytest.raises(CimError, check=lambda error: error.win32 == code)


class Client:
    def __init__(self, world: Any, node: str = "N2") -> None:
        self.provider = MsClusterProvider(world.cluster, node)
        self.by_name = {item.name: item for item in self.provider.classes()}

    def all(self, name: str) -> list[Instance]:
        return list(self.provider.instances(self.by_name[f"MSCluster_{name}"]))

    def get(self, name: str, key: str) -> Instance:
        return self.provider.get(self.by_name[f"MSCluster_{name}"], {"name": key})

    def call(self, class_name: str, method: str, key: str | None = None, **arguments: Any) -> Any:
        found = self.by_name[f"MSCluster_{class_name}"]
        defined = next(item for item in found.methods if item.name == method)
        return self.provider.invoke(found, defined, {"Name": key} if key else None, arguments)

    def put(self, key: str, **changed: Any) -> Instance:
        return self.provider.put(self.by_name["MSCluster_Resource"], {"Name": key}, changed)

    def control(self, code: int, data: bytes) -> Any:
        return self.call("Resource", "ExecuteResourceControl", SEM, ControlCode=code, InputBuffer=tuple(data))


def links(client: Client, name: str) -> set[tuple[Any, Any]]:
    found = set()
    for instance in client.all(name):
        ends = [value for value in instance.properties.values() if isinstance(value, Reference)]
        found.add((ends[0].keys[0][1], ends[1].keys[0][1]))
    return found


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize("version", list(ClusterVersion))
def test_members_exist_from_their_version_on(make_world: Any, version: ClusterVersion) -> None:
    if not version.exchange_types:
        pytest.skip("the Exchange shape exists up to 2008 R2; see the schema test")
    client = Client(make_world(version=version))
    resource = client.all("Resource")[0].properties
    assert "OwnerNode" not in resource
    assert "Id" not in resource
    methods = {item.name for item in client.by_name["MSCluster_Resource"].methods}
    assert ("SetDependencies" in methods) == (version != ClusterVersion.WIN2003)


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize("version", list(ClusterVersion))
def test_the_schema_knows_owner_properties_from_2012(version: ClusterVersion) -> None:
    from lab.cluster.schema import classes

    table = {item.name: item for item in classes(version, ())}
    names = {item.name for item in table["MSCluster_Resource"].properties}
    assert ("OwnerNode" in names) == (version >= ClusterVersion.WIN2012R2)
    assert ("LastOperationStatusCode" in names) == (version >= ClusterVersion.WIN2012R2)


@pytest.mark.fact("mscluster 0.4", "D")
def test_the_antecedent_depends(world: Any) -> None:
    world.add_sem()
    assert (SEM, world.names.information_store) in links(Client(world), "ResourceToDependentResource")


@pytest.mark.fact("mscluster 0.1", "D")
def test_methods_are_void(world: Any) -> None:
    client = Client(world)
    assert not any(method.returns for item in client.by_name.values() for method in item.methods)
    made = client.call(
        "Resource", "CreateResource", Group=world.names.exchange_group, ResourceName=SEM, ResourceType="Generic Service"
    )
    assert made == {}
    properties = client.get("Resource", "sem").properties
    assert (properties["RestartAction"], properties["RestartThreshold"], properties["State"]) == (2, 1, 3)


@each_setting("static_needs_selectors", "mscluster 11", "U")
def test_create_resource_is_called_on_the_class_or_on_an_instance(
    make_world: Any, static_needs_selectors: bool
) -> None:
    world = make_world(switches=ClusterSwitches(static_needs_selectors=static_needs_selectors))
    client = Client(world)
    (method,) = [item for item in client.by_name["MSCluster_Resource"].methods if item.name == "CreateResource"]
    assert method.static is not static_needs_selectors
    named = {"Group": world.names.exchange_group, "ResourceName": SEM, "ResourceType": "Generic Service"}
    with pytest.raises(NotFound):
        client.call("Resource", "CreateResource", "no such instance", **named)
    client.call("Resource", "CreateResource", world.names.information_store, **named)
    assert world.state(SEM) == "OFFLINE"


@pytest.mark.fact("mscluster 3.6", "D")
def test_private_properties_by_property_list_with_both_paddings(world: Any) -> None:
    world.add_sem(online=False)
    client = Client(world)
    data = proplist.pack([proplist.Property("UseNetworkName", proplist.DWORD, 1)])
    client.control(SET_PRIVATE, data)
    counted = data[:8] + (32).to_bytes(4, "little") + data[12:]
    assert counted != data
    assert proplist.unpack(counted) == proplist.unpack(data)
    embedded = client.get("Resource", SEM).properties["PrivateProperties"]
    assert isinstance(embedded, Instance)
    assert embedded.class_name == "MSCluster_Property_Resource_Generic_Service"
    assert embedded.properties["UseNetworkName"] == 1


@pytest.mark.fact("mscluster 3.6", "D")
def test_the_bytes_of_the_sheet() -> None:
    expected = bytes.fromhex(
        "01000000 03000400 18000000 53006500720076006900630065004e0061006d0065000000"
        "03000100 0c000000 4d005900530056004300 0000 00000000"
    )
    assert proplist.pack([proplist.Property("ServiceName", proplist.SZ, "MYSVC")]) == expected


@each_setting("set_private_answers_5024", "mscluster 3.6", "D")
def test_setting_while_online_is_stored(make_world: Any, set_private_answers_5024: bool) -> None:
    world = make_world(switches=ClusterSwitches(set_private_answers_5024=set_private_answers_5024))
    world.add_sem()
    client = Client(world)
    answer = refused(5024) if set_private_answers_5024 else contextlib.nullcontext()
    with answer:
        client.control(SET_PRIVATE, proplist.pack([proplist.Property("StartupParameters", proplist.SZ, "-x")]))
    assert world.cluster.core.resource(SEM).private["StartupParameters"] == "-x"


@pytest.mark.fact("mscluster 3.6", "D")
def test_what_is_no_property_list_is_refused(world: Any) -> None:
    world.add_sem(online=False)
    client = Client(world)
    with refused(13):
        client.control(SET_PRIVATE, b"\x01\0\0\0garbage")
    with refused(1783):
        client.control(SET_PRIVATE, b"")
    with refused(5895):
        client.control(SET_PRIVATE, proplist.pack([proplist.Property("ServiceName", proplist.DWORD, 1)]))


OTHER = Instance("root/mscluster", "MSCluster_Property_Resource_Generic_Service", {"ServiceName": "other"})
NINE = proplist.pack([proplist.Property("RestartThreshold", proplist.DWORD, 9)])


def write(world: Any, way: str) -> bool:
    """Try to change a property of SEM by one way; whether it is changed afterwards."""
    client = Client(world)
    resource = world.cluster.core.resource(SEM)
    if way == "put_common":
        client.put(SEM, RestartThreshold=9)
    elif way == "control_set_common":
        client.control(SET_COMMON, NINE)
    elif way == "put_private":
        client.put(SEM, PrivateProperties=OTHER)
    else:
        client.control(SET_PRIVATE, proplist.pack([proplist.Property("ServiceName", proplist.SZ, "other")]))
    return bool(resource.restart_threshold == 9 or resource.private["ServiceName"] == "other")


@each_setting("put_private", "mscluster 3.3", "U")
def test_put_of_embedded_private_properties(make_world: Any, put_private: bool) -> None:
    world = make_world(switches=ClusterSwitches(put_private=put_private))
    world.add_sem(online=False)
    assert write(world, "put_private") is put_private


@pytest.mark.fact("wsman 3.3", "R")
def test_numbers_of_an_embedded_object_arrive_as_text(make_world: Any) -> None:
    world = make_world(switches=ClusterSwitches(put_private=True))
    world.add_sem(online=False)
    kind = "MSCluster_Property_Resource_Generic_Service"
    Client(world).put(SEM, PrivateProperties=Instance("root/mscluster", kind, {"UseNetworkName": "1"}))
    assert world.cluster.core.resource(SEM).private["UseNetworkName"] == 1
    with refused(5895):
        Client(world).put(SEM, PrivateProperties=Instance("root/mscluster", kind, {"UseNetworkName": "one"}))


@each_setting("control_set_private", "mscluster 3.3", "I")
def test_private_properties_by_control_code(make_world: Any, control_set_private: bool) -> None:
    world = make_world(switches=ClusterSwitches(control_set_private=control_set_private))
    world.add_sem(online=False)
    assert write(world, "control_set_private") is control_set_private


@each_setting("put_common", "mscluster 3.4", "D")
def test_common_properties_by_put(make_world: Any, put_common: bool) -> None:
    world = make_world(switches=ClusterSwitches(put_common=put_common))
    world.add_sem(online=False)
    assert write(world, "put_common") is put_common


@each_setting("control_set_common", "mscluster 3.4", "D")
def test_common_properties_by_control_code(make_world: Any, control_set_common: bool) -> None:
    world = make_world(switches=ClusterSwitches(control_set_common=control_set_common))
    world.add_sem(online=False)
    assert write(world, "control_set_common") is control_set_common


@each_setting("write_refusal", "mscluster 3.3", "I")
@pytest.mark.parametrize("way", ["put_common", "put_private", "control_set_common", "control_set_private"])
def test_a_way_that_is_closed_changes_nothing(make_world: Any, write_refusal: Any, way: str) -> None:
    world = make_world(switches=ClusterSwitches(**{way: False}, write_refusal=write_refusal))
    world.add_sem(online=False)
    if write_refusal == "fault":
        with refused(1 if way.startswith("control") else 87):
            write(world, way)
    else:
        assert not write(world, way)
    resource = world.cluster.core.resource(SEM)
    assert (resource.restart_threshold, resource.private["ServiceName"]) == (1, "spamfsvc")


@pytest.mark.fact("mscluster 9", "D")
def test_bad_common_values_are_refused(world: Any) -> None:
    world.add_sem(online=False)
    client = Client(world)
    with refused(5089):
        client.put(SEM, RetryPeriodOnFailure=1000)
    with refused(5913):
        client.put(SEM, RestartAction=3)
    assert client.put(SEM, PendingTimeout=60_000, RestartAction=1).properties["RestartAction"] == 1


@pytest.mark.fact("mscluster 5", "D")
def test_the_32_bit_checkpoint_code(world: Any) -> None:
    world.add_sem(online=False)
    world.host.registry[("SOFTWARE\\X", 32)] = "one"
    client = Client(world)
    client.control(ADD_32, "SOFTWARE\\X\0".encode("utf-16-le"))
    assert client.get("Resource", SEM).properties["RegistryCheckpoints"] == ("SOFTWARE\\X",)
    with refused(183):
        client.call("Resource", "AddRegistryCheckpoint", SEM, CheckpointName="software\\x")
    client.call("Resource", "RemoveRegistryCheckpoint", SEM, CheckpointName="SOFTWARE\\X")
    with refused(2):
        client.call("Resource", "RemoveRegistryCheckpoint", SEM, CheckpointName="SOFTWARE\\X")


@pytest.mark.fact("mscluster 1.1", "W")
def test_a_stopped_cluster_service_answers_1753_and_state_3(world: Any) -> None:
    world.crash("N2")
    client = Client(world, "N2")
    with refused(1753):
        client.all("Node")
    assert client.call("Cluster", "GetNodeClusterState") == {"ClusterState": 3}
    assert Client(world, "N1").call("Cluster", "GetNodeClusterState") == {"ClusterState": 19}


@each_setting("missing_resource", "mscluster 1.1", "U")
def test_a_missing_resource(make_world: Any, missing_resource: Any) -> None:
    client = Client(make_world(switches=ClusterSwitches(missing_resource=missing_resource)))
    expected = pytest.raises(NotFound) if missing_resource == "not_found" else refused(5007)
    with expected:
        client.get("Resource", "none")


@pytest.mark.fact("mscluster 2.7", "D")
def test_letters_show_only_while_the_disk_is_online(world: Any) -> None:
    client = Client(world)
    disk = world.names.disks[0]
    assert (disk.resource, disk.letter) in links(client, "ResourceToDiskPartition")
    world.cluster.take_offline(disk.resource)
    world.advance(20)
    shown = dict(links(client, "ResourceToDiskPartition"))[disk.resource]
    assert shown.startswith("\\\\?\\GLOBALROOT\\Device\\Harddisk")


@pytest.mark.fact("mscluster 6.3", "D")
def test_bring_online_is_pending_until_it_is_online(world: Any) -> None:
    world.add_sem(online=False)
    answer = Client(world).call("Resource", "BringOnline", SEM, TimeOut=30)
    assert isinstance(answer, Pending)
    assert answer.result is None
    world.advance(5)
    assert answer.result == {}


@pytest.mark.fact("mscluster 2.8", "D")
@pytest.mark.parametrize("name", ["NodeToActiveGroup", "ResourceGroupToResource", "ResourceToDisk"])
def test_every_association_names_existing_ends(world: Any, name: str) -> None:
    client = Client(world)
    for instance in client.all(name):
        for value in instance.properties.values():
            assert isinstance(value, Reference)
            assert client.provider.get(client.by_name[value.class_name], dict(value.keys))


@pytest.mark.fact("mscluster 2.2", "D")
def test_a_node_tells_the_version_of_windows_on_every_node(make_world: Any) -> None:
    for node in Client(make_world()).all("Node"):
        found = [node.properties[name] for name in ("MajorVersion", "MinorVersion", "BuildNumber")]
        assert found == [6, 1, 7601]


@each_setting("down_nodes_tell_version", "mscluster 2.2", "U")
def test_the_version_of_a_node_that_is_down(make_world: Any, down_nodes_tell_version: bool) -> None:
    world = make_world(switches=ClusterSwitches(down_nodes_tell_version=down_nodes_tell_version))
    world.crash("N3")
    nodes = {item.properties["Name"]: item.properties for item in Client(world).all("Node")}
    assert ("MajorVersion" in nodes["N3"]) is down_nodes_tell_version
    assert "MajorVersion" in nodes["N1"]
