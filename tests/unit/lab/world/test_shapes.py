"""Every shape on every Windows that has it: it forms, comes to rest, and is what the facts say."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cluster import ClusterVersion
from lab.contract import Instance
from lab.node.registry import HKLM
from lab.world import World
from support.facts import each_setting
from support.shapes import ALL, Seen, world


def types(found: World) -> dict[str, str]:
    return {item.name: item.type for item in found.clusters["C1"].snapshot().resources}


def needs(found: World, name: str) -> set[str]:
    core = found.clusters["C1"].core
    return {item.name for item in core.providers(core.resource(name))}


@pytest.mark.parametrize(("windows", "shape", "nodes"), ALL)
def test_a_formed_cluster_comes_to_rest_online(windows: str, shape: str, nodes: int) -> None:
    found = world(windows, shape, nodes)
    snapshot = found.clusters["C1"].snapshot()
    assert [item.name for item in snapshot.resources if item.state != "ONLINE"] == []
    assert {item.state for item in snapshot.nodes} == {"UP"}
    assert (
        found.machines["N1"].os_version
        == {
            "windows2003r2": "5.2.3790",
            "windows2008": "6.0.6002",
            "windows2008r2": "6.1.7601",
            "windows2012r2": "6.3.9600",
            "windows2022": "10.0.20348",
        }[windows]
    )


@pytest.mark.parametrize(("windows", "shape", "nodes"), ALL)
def test_every_instance_shows_only_members_of_its_class(windows: str, shape: str, nodes: int) -> None:
    """Whatever the version and the shape, the wire gets what the schema says."""
    seen = Seen(world(windows, shape, nodes))
    for name, definition in seen.classes.items():
        if name.startswith("Property_"):
            continue
        known = {item.name for item in definition.properties}
        for instance in seen.all(name):
            assert set(instance.properties) <= known
            assert seen.provider.get(
                definition, {k.name: instance.properties[k.name] for k in definition.properties if k.key}
            )


@pytest.mark.fact("mscluster 4.2", "D")
def test_exchange_2003_is_the_picture_of_the_manual() -> None:
    """Two nodes; the attendant needs the name and the disks, store, MTA and protocols need the attendant (KB821833)."""
    found = world("windows2003r2", "exchange2003_ap", 2, disks=2)
    names = found.naming["C1"].main
    kinds = types(found)
    assert needs(found, names.system_attendant) == {names.network_name, *(disk.resource for disk in names.disks)}
    exchange = {name for name, kind in kinds.items() if kind.startswith("Microsoft Exchange")}
    for name in exchange - {names.system_attendant}:
        assert needs(found, name) == {names.system_attendant}
    assert {"Microsoft Exchange Message Transfer Agent", "Microsoft Exchange SMTP Server Instance"} <= set(
        kinds.values()
    )
    for service in ("MSExchangeSA", "MSExchangeIS", "MSExchangeMTA"):
        running = {name: node.service_status(service) for name, node in found.machines.items()}
        assert [name for name, status in running.items() if status and status.state == "Running"] == ["N1"]


@each_setting("exchange_2003_types", "mscluster 4.2", "U")
def test_the_types_of_protocols_in_2003(exchange_2003_types: str) -> None:
    """Their exact names are not verified; they begin with Microsoft Exchange and name the protocol."""
    kinds = types(world("windows2003r2", "exchange2003_ap", 2, {"exchange_2003_types": exchange_2003_types})).values()
    for protocol in ("SMTP", "HTTP", "IMAP4", "POP3"):
        assert f"Microsoft Exchange {protocol} {exchange_2003_types}" in kinds


@pytest.mark.fact("Exchange 2003, supported platforms", "D")
def test_exchange_2003_runs_on_32_bit_windows() -> None:
    found = world("windows2003r2", "exchange2003_ap", 2)
    profile = found.machines["N1"].profile
    assert (profile.architecture, profile.wow64) == ("32-bit", False)
    assert "x86.msi" in found.cluster_variables()["C1"]["sem_package"]["src"]
    assert world("windows2003r2", "exchange2007_scc", 1).machines["N1"].profile.architecture == "64-bit"


@pytest.mark.fact("mscluster 4.2", "D")
@pytest.mark.parametrize("windows", ["windows2003r2", "windows2008r2"])
def test_ccr_has_exchange_types_and_no_shared_disk(windows: str) -> None:
    found = world(windows, "exchange2007_ccr", 2)
    core = found.clusters["C1"].core
    assert any(kind == "Microsoft Exchange Database Instance" for kind in types(found).values())
    assert [item.name for item in core.resources.values() if item.volumes] == []
    for database in found.naming["C1"].databases:
        assert needs(found, database) == {found.naming["C1"].information_store}


@pytest.mark.fact("mscluster 6.7", "D")
def test_ccr_survives_one_node_with_its_file_share() -> None:
    found = world("windows2008r2", "exchange2007_ccr", 2)
    found.machines["N1"].crash()
    found.clock.advance(120)
    group = found.clusters["C1"].core.group(found.naming["C1"].exchange_group)
    assert (group.owner, found.clusters["C1"].core.group_state(group).name) == ("N2", "ONLINE")


@pytest.mark.fact("mscluster 4.2", "D")
def test_n_plus_1_has_a_mail_server_on_each_node_but_the_last() -> None:
    found = world("windows2008r2", "exchange_nplus1", 3)
    core = found.clusters["C1"].core
    groups = [core.group(item.group) for item in found.naming["C1"].groups]
    assert [group.owner for group in groups] == ["N1", "N2"]
    assert len({group.name for group in groups}) == 2
    letters = [disk.letter for item in found.naming["C1"].groups for disk in item.disks]
    assert len(set(letters)) == len(letters)
    found.machines["N2"].crash()
    found.clock.advance(180)
    assert [group.owner for group in groups] == ["N1", "N3"]
    assert core.group_state(groups[1]).name == "ONLINE"


@each_setting("one_mailbox_server_a_node", "Exchange 2007, clustered mailbox servers", "I")
def test_two_mail_servers_on_one_node(one_mailbox_server_a_node: bool) -> None:
    """Exchange 2007 runs one clustered mailbox server on a node; the second cannot come online there."""
    found = world("windows2008r2", "exchange_nplus1", 3, {"one_mailbox_server_a_node": one_mailbox_server_a_node})
    second = found.naming["C1"].groups[1]
    found.clusters["C1"].admin("move_group", name=second.group, node="N1")
    found.clock.advance(20)
    core = found.clusters["C1"].core
    here = core.group(second.group).owner == "N1"
    store = core.resource(second.information_store).state.name
    assert (here and store == "ONLINE") is not one_mailbox_server_a_node


@pytest.mark.fact("mscluster 4.2", "D")
@pytest.mark.parametrize(
    ("windows", "nodes", "version"),
    [("windows2008r2", 2, 14), ("windows2012r2", 3, 15), ("windows2022", 4, 15)],
)
def test_a_dag_has_the_cluster_group_and_nothing_of_exchange(windows: str, nodes: int, version: int) -> None:
    found = world(windows, "dag", nodes)
    seen = Seen(found)
    groups = {str(item.properties["Name"]) for item in seen.all("ResourceGroup")}
    assert groups == {"Cluster Group", "Available Storage"}
    kinds = set(types(found).values())
    assert {"Network Name", "IP Address"} <= kinds
    assert ("File Share Witness" in kinds) == (nodes % 2 == 0)
    node = found.machines["N1"]
    for service in ("MSExchangeIS", "MSExchangeRepl"):
        status = node.service_status(service)
        assert status is not None
        assert (status.state, status.start_mode) == ("Running", "Auto")
    assert node.registry.find(f"SOFTWARE\\Microsoft\\ExchangeServer\\v{version}", HKLM) is not None


@pytest.mark.fact("mscluster 4.2", "D")
@pytest.mark.parametrize(("access_point", "kind"), [(True, 1), (False, 0)])
def test_a_dag_without_access_point_has_neither_name_nor_address(access_point: bool, kind: int) -> None:
    found = world("windows2012r2", "dag", 2, access_point=access_point)
    assert ("Network Name" in types(found).values()) is access_point
    row = Seen(found).all("Cluster")[0].properties
    assert (row["Name"], row["AdminAccessPoint"], row["QuorumTypeValue"]) == ("C1", kind, 2)


@pytest.mark.parametrize(("windows"), ["windows2008r2", "windows2022"])
def test_an_application_has_a_type_of_its_own(windows: str) -> None:
    found = world(windows, "application", 2, application={"type": "Fabrikam Engine", "service": "FabEngine"})
    names = found.naming["C1"].main
    core = found.clusters["C1"].core
    resource = core.resource(names.application)
    assert (resource.type, core.type_of(resource).resource_class) == ("Fabrikam Engine", 32768)
    assert needs(found, names.application) == {names.network_name, names.disks[0].resource}
    found.machines["N1"].crash()
    found.clock.advance(120)
    assert core.owner_of(resource).name == "N2"
    status = found.machines["N2"].service_status("FabEngine")
    assert status is not None
    assert status.state == "Running"


@pytest.mark.fact("mscluster 4.3", "I")
def test_a_third_party_disk_is_storage_by_its_class_only() -> None:
    found = world("windows2008r2", "exchange2007_scc", 2, disk_type="third_party")
    seen = Seen(found)
    disk = found.naming["C1"].disks[0]
    row = seen.row("Resource", disk.resource).properties
    assert (row["Type"], row["ResourceClass"]) == ("Volume Manager Disk Group", 1)
    assert (disk.resource, str(disk.letter)) in seen.links("ResourceToDiskPartition")
    assert seen.row("Resource", "Quorum").properties["Type"] == "Physical Disk"


@pytest.mark.fact("mscluster 2.6", "D")
def test_localised_names_and_neutral_types() -> None:
    seen = Seen(world("windows2008r2", "exchange2007_scc", 2, localised=True))
    groups = {str(item.properties["Name"]) for item in seen.all("ResourceGroup")}
    assert {"Clustergruppe", "Verfügbarer Speicher"} <= groups
    shown = {item.properties["Name"]: item.properties["DisplayName"] for item in seen.all("ResourceType")}
    assert shown["Generic Service"] == "Allgemeiner Dienst"
    assert {item.properties["Type"] for item in seen.all("Resource")} <= set(shown)


@pytest.mark.fact("mscluster 4.4", "D")
def test_owners_that_differ_between_resources() -> None:
    groups = {"group": {"owner": "N2", "preferred": ["N3", "N2"], "possible_owners": {"store": ["N2", "N3"]}}}
    found = world("windows2008r2", "exchange2007_scc", 3, groups=groups)
    names = found.naming["C1"].main
    core = found.clusters["C1"].core
    assert core.owners(core.resource(names.information_store)) == ["N2", "N3"]
    assert core.owners(core.resource(names.system_attendant)) == ["N1", "N2", "N3"]
    assert core.group(names.group).owner == "N2"
    assert Seen(found).links("ResourceGroupToPreferredNode") >= {(names.group, "N3"), (names.group, "N2")}


def test_eight_nodes_and_several_disks() -> None:
    found = world("windows2003r2", "exchange2007_scc", 8, disks=6, databases=6)
    names = found.naming["C1"].main
    assert len(found.machines) == 8
    assert len({disk.letter for disk in names.disks}) == 6
    for index, database in enumerate(names.databases):
        assert names.disks[index].resource in needs(found, database)


def test_a_vendors_resource_waits_for_its_product() -> None:
    """A resource of a product's own type, set up before SEM is installed: offline, and everything else online."""
    found = world("windows2008r2", "exchange2007_scc", 2, vendor_type="SPAMfighter SEM")
    core = found.clusters["C1"].core
    resource = core.resource("SPAMfighter Cluster Instance")
    assert (resource.type, resource.state.name, resource.persistent_state) == ("SPAMfighter SEM", "OFFLINE", False)
    states = {item.name: item.state.name for item in core.resources.values() if item is not resource}
    assert set(states.values()) == {"ONLINE"}
    embedded = Seen(found).row("Resource", resource.name).properties["PrivateProperties"]
    assert isinstance(embedded, Instance)
    assert embedded.class_name == "MSCluster_Property_Resource_SPAMfighter_SEM"


@pytest.mark.parametrize("windows", ["windows2003r2", "windows2012r2"])
def test_the_cluster_service_and_its_account(windows: str) -> None:
    """Windows 2003 runs it under a domain account and says in the registry that it is configured (mscluster 4.1, 7)."""
    shape = "exchange2003_ap" if windows == "windows2003r2" else "application"
    node = world(windows, shape, 2).machines["N1"]
    account = node.services.config("ClusSvc", "ObjectName")
    assert account.endswith("svc-cluster") is (windows == "windows2003r2")
    old = node.registry.value(
        "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Cluster Server", "ClusterInstallationState"
    )
    assert (old.data if old else None) == (2 if windows == "windows2003r2" else None)


def test_a_node_that_joins_later_is_one_of_its_kind() -> None:
    found = world("windows2003r2", "exchange2003_ap", 2)
    found.add_node("C1", "N3")
    core = found.clusters["C1"].core
    assert core.owners(core.resource(found.naming["C1"].information_store)) == ["N1", "N2", "N3"]
    assert found.machines["N3"].profile.architecture == "32-bit"


def quorum(found: World) -> Any:
    return found.clusters["C1"].mover.has_quorum()


@pytest.mark.fact("mscluster 6.7", "D")
def test_one_node_and_the_quorum_disk_are_a_cluster_on_2003() -> None:
    for windows, survives in (("windows2003r2", True), ("windows2008r2", False)):
        found = world(windows, "exchange2007_scc", 4)
        for name in ("N2", "N3", "N4"):
            found.machines[name].crash()
        found.clock.advance(60)
        assert found.clusters["C1"].core.formed is survives
        assert ClusterVersion.of_profile(windows) == found.clusters["C1"].version
