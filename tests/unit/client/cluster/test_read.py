"""Reading a whole cluster from hand-made instances (mscluster 2)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster import read
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.associations import ClusterReadError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import (
    Cluster,
    GroupState,
    NodeState,
    Partition,
    ResourceState,
    RestartPolicy,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import WsManFault
from support.answers import provider_fault, win32_fault
from support.hand_cluster import ADDRESS, DISK, GROUP, NAME, SEM, HandCluster, resource

UNKNOWN = 4294967295


def cluster(node: HandCluster | None = None) -> Cluster:
    return read.read_cluster((node or HandCluster()).wire().ws, "N2")


# ---- the model ----------------------------------------------------------------------------------
def test_the_whole_cluster() -> None:
    found = cluster()
    assert (found.name, found.instance_id, found.seen_from) == ("C1", "id-1", "N2")
    assert {name: node.state for name, node in found.nodes.items()} == {"N1": NodeState.UP, "N2": NodeState.PAUSED}
    assert found.providers == {
        ADDRESS: frozenset(), NAME: {ADDRESS}, DISK: frozenset(), SEM: {DISK, NAME}, "Quorum": frozenset(),
    }  # fmt: skip
    assert found.possible_owners == {key: {"N1", "N2"} for key in (ADDRESS, NAME, DISK, SEM, "Quorum")}


def test_a_group_with_its_owner_and_its_preferences() -> None:
    group = cluster().groups[GROUP]
    assert (group.state, group.owner, group.preferred_owners) == (GroupState.ONLINE, "N1", ("N2", "N1"))
    assert group.auto_failback
    other = cluster().groups["Cluster Group"]
    assert (other.owner, other.preferred_owners, other.auto_failback) == ("N2", (), False)


def test_a_resource() -> None:
    found = cluster().resources[SEM]
    assert (found.type, found.group, found.state) == ("Generic Service", GROUP, ResourceState.OFFLINE)
    assert (found.persistent_state, found.separate_monitor, found.core) == (True, True, False)
    assert found.restart == RestartPolicy(2, 1, 900000, 3600000)
    assert found.pending_timeout_ms == 180000
    assert found.private == {"ServiceName": "spamfsvc", "UseNetworkName": "0"}
    assert found.checkpoints == ("SOFTWARE\\A",)
    assert found.last_operation_status is None
    assert cluster().resources["Quorum"].core
    assert cluster().resources[DISK].resource_class == 1


def test_what_2012_adds() -> None:
    node = HandCluster()
    node.row().update(LastOperationStatusCode=1069, OwnerGroup=GROUP, OwnerNode="N1", Id="x")
    assert cluster(node).resources[SEM].last_operation_status == 1069


def test_a_group_from_the_property_where_the_association_lacks_it() -> None:
    """OwnerGroup is there on 2012+ (mscluster 0.3)."""
    node = HandCluster()
    node.row()["OwnerGroup"] = GROUP
    node.links["MSCluster_ResourceGroupToResource"].remove((GROUP, SEM))
    assert cluster(node).resources[SEM].group == GROUP


def test_null_and_missing_properties() -> None:
    node = HandCluster()
    for name in ("RegistryCheckpoints", "RestartAction", "ResourceClass", "PendingTimeout"):
        node.row().pop(name, None)
    node.private = {}
    found = cluster(node).resources[SEM]
    assert (found.checkpoints, found.restart.action, found.pending_timeout_ms, found.private) == ((), 0, 0, {})


def test_private_properties_that_are_null() -> None:
    node = HandCluster()
    node.private[SEM] = {"ServiceName": "x", "StartupParameters": None, "Empty": ""}
    assert cluster(node).resources[SEM].private == {"ServiceName": "x", "StartupParameters": None, "Empty": ""}


def test_partitions_of_disks_that_are_online() -> None:
    """While a disk is offline its other fields mean nothing (mscluster 2.7)."""
    assert cluster().partitions == {DISK: (Partition("S:", "Data", 1000, 900, ("S:\\m",)),)}
    node = HandCluster()
    node.row("Quorum")["State"] = 2
    assert cluster(node).partitions["Quorum"] == (Partition("Q:", "Q", 10, 9, ()),)


def test_a_partition_that_nobody_describes() -> None:
    node = HandCluster()
    node.add_links("MSCluster_ResourceToDiskPartition", [(DISK, "T:"), ("Gone", "S:")])
    assert [item.path for item in cluster(node).partitions[DISK]] == ["S:"]


def test_without_an_instance_id() -> None:
    node = HandCluster()
    node.instance_id = None
    assert cluster(node).instance_id == ""


def test_a_node_that_shows_no_cluster() -> None:
    node = HandCluster()
    node.rows["MSCluster_Cluster"] = []
    with pytest.raises(ClusterReadError, match="N2 shows no cluster"):
        cluster(node)


@pytest.mark.parametrize("refused", [win32_fault(5), provider_fault(2150858778, "0x8004100e")])
def test_a_namespace_that_refuses(refused: bytes) -> None:
    node = HandCluster()
    node.enumerations["MSCluster_Cluster"] = lambda: refused
    with pytest.raises(WsManFault):
        cluster(node)


# ---- states -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "state"),
    [
        (-1, ResourceState.UNKNOWN), (UNKNOWN, ResourceState.UNKNOWN), (77, ResourceState.UNKNOWN),
        (None, ResourceState.UNKNOWN), ("", ResourceState.UNKNOWN), (0, ResourceState.INHERITED),
        (1, ResourceState.INITIALIZING), (2, ResourceState.ONLINE), (3, ResourceState.OFFLINE),
        (4, ResourceState.FAILED), (128, ResourceState.PENDING), (129, ResourceState.ONLINE_PENDING),
        (130, ResourceState.OFFLINE_PENDING),
    ],
)  # fmt: skip
def test_states_of_a_resource(number: t.Any, state: ResourceState) -> None:
    """Unknown comes signed and unsigned (mscluster 2.5)."""
    node = HandCluster()
    node.row()["State"] = number
    assert cluster(node).resources[SEM].state is state


@pytest.mark.parametrize("number", [-1, UNKNOWN])
def test_unknown_nodes_and_groups(number: int) -> None:
    node = HandCluster()
    node.rows["MSCluster_Node"][0]["State"] = number
    node.rows["MSCluster_ResourceGroup"][0]["State"] = number
    found = cluster(node)
    assert (found.nodes["N1"].state, found.groups[GROUP].state) == (NodeState.UNKNOWN, GroupState.UNKNOWN)


@pytest.mark.parametrize("state", list(ResourceState))
def test_what_there_is_to_wait_for(state: ResourceState) -> None:
    """mscluster 2.5: 1, 128, 129, 130 wait; -1 and 0 ask again."""
    assert state.pending is (state in (1, 128, 129, 130))
    assert state.settled is (state in (2, 3, 4))


# ---- names --------------------------------------------------------------------------------------
def test_keys_of_associations_in_another_case() -> None:
    """The values of selectors have no case (wsman 2.2)."""
    node = HandCluster()
    node.links = {kind: [(one.upper(), other.upper()) for one, other in items] for kind, items in node.links.items()}
    found, plain = cluster(node), cluster()
    assert found.providers == plain.providers
    assert found.possible_owners == plain.possible_owners
    assert found.partitions == plain.partitions
    assert {name: item.group.lower() for name, item in found.resources.items()} == {
        name: item.group.lower() for name, item in plain.resources.items()
    }
    assert found.groups[GROUP].owner == "N1"
    assert found.groups[GROUP].preferred_owners == ("N2", "N1")


def test_names_with_every_character() -> None:
    name = "Größe & <\"'> \\ [1]"
    node = HandCluster()
    node.rows["MSCluster_Resource"].append(resource(name, "Generic Service"))
    node.add_links("MSCluster_ResourceGroupToResource", [(GROUP, name)])
    node.add_links("MSCluster_ResourceToDependentResource", [(name, DISK)])
    found = cluster(node)
    assert found.resources[name].group == GROUP
    assert found.providers[name] == {DISK}
    seen = read.read_resource(node.wire().ws, name)
    assert seen is not None
    assert seen.get("Name") == name
