"""Refusals of the verbs, and groups between nodes."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cluster import ClusterSwitches, ClusterVersion, expression
from lab.contract import CimError
from support.facts import each_setting
from support.small_cluster import FakeHost

SEM = "SEM"
SEM_SERVICE = "spamfsvc"


def refused(code: int) -> Any:
    return pytest.raises(CimError, check=lambda error: error.win32 == code)


@pytest.mark.fact("mscluster 6.5", "D")
def test_create_and_delete(world: Any) -> None:
    """Creating and deleting a resource, with each refusal."""
    cluster, group = world.cluster, world.names.exchange_group
    for arguments, code in [
        (("none", SEM, "Generic Service"), 5013),
        ((group, SEM, "Allgemeiner Dienst"), 5078),
        ((world.names.foreign_group, world.names.information_store.upper(), "Generic Service"), 5010),
    ]:
        with refused(code):
            cluster.create_resource(*arguments)
    world.add_sem()
    with refused(5019):
        cluster.delete_resource(SEM)
    cluster.take_offline(SEM)
    world.advance(10)
    cluster.delete_resource(SEM)
    with refused(5007):
        cluster.bring_online(SEM)
    with refused(5026):
        cluster.delete_resource(world.names.quorum_disk.resource)


@pytest.mark.fact("mscluster 6.5", "D")
def test_dependencies(world: Any) -> None:
    """Adding and removing dependencies, with each refusal."""
    names, cluster = world.names, world.cluster
    world.add_sem()
    with refused(5003):
        cluster.add_dependency(SEM, names.information_store)
    with refused(1059):
        cluster.add_dependency(names.information_store, SEM)
    with refused(87):
        cluster.add_dependency(SEM, SEM)
    with refused(87):
        cluster.add_dependency(SEM, names.foreign_resource)
    with refused(5002):
        cluster.remove_dependency(SEM, names.ip)
    cluster.add_dependency(SEM, names.network_name)
    cluster.take_offline(names.databases[0])
    world.advance(10)
    with refused(5019):
        cluster.add_dependency(SEM, names.databases[0])
    cluster.set_dependencies(SEM, f"[{names.information_store}] AND ([{names.ip}] or [{names.network_name}])")
    assert len(cluster.core.resource(SEM).dependencies) == 2
    with refused(5001):
        _delete_provider(world)


def _delete_provider(world: Any) -> None:
    world.cluster.take_offline(world.names.information_store)
    world.advance(30)
    world.cluster.delete_resource(world.names.information_store)


@pytest.mark.fact("mscluster 6.5", "D")
def test_2003_wants_the_dependent_offline(make_world: Any) -> None:
    world = make_world(version=ClusterVersion.WIN2003)
    world.add_sem()
    with refused(5019):
        world.cluster.add_dependency(SEM, world.names.network_name)


@pytest.mark.fact("mscluster 6.5", "D")
@pytest.mark.parametrize("text", ["[A] [B]", "[A] and", "([A]", "[]", "A and B", "[A] or ([B] and [C])"])
def test_bad_expressions(text: str) -> None:
    """Dependency expressions that it refuses."""
    with refused(87):
        expression.parse(text)


@pytest.mark.fact("mscluster 6.5", "D")
def test_good_expressions() -> None:
    """Dependency expressions that the cluster takes."""
    assert expression.parse("") == ()
    assert expression.parse("([Disk E] and [EVS1 Name])") == (("Disk E",), ("EVS1 Name",))
    assert expression.parse("[A] And ([B] OR [C])") == (("A",), ("B", "C"))
    assert expression.parse(expression.render((("A",), ("B", "C")))) == (("A",), ("B", "C"))


@each_setting("possible_owners_limit_group", "mscluster 6.8", "I")
def test_a_narrowed_owner_list_keeps_exchange_away(make_world: Any, possible_owners_limit_group: bool) -> None:
    world = make_world(switches=ClusterSwitches(possible_owners_limit_group=possible_owners_limit_group))
    world.add_sem()
    world.cluster.remove_possible_owner(SEM, "N2")
    with refused(5042):
        world.cluster.remove_possible_owner(SEM, "N2")
    with refused(5023):
        world.cluster.remove_possible_owner(SEM, "N1")
    if possible_owners_limit_group:
        with refused(5016):
            world.cluster.move_group(world.names.exchange_group, "N2")
    world.crash("N1")
    world.advance(60)
    assert world.owner == ("N3" if possible_owners_limit_group else "N2")


@each_setting("restarts_survive_move", "mscluster 6.6", "I")
def test_restarts_before_a_move_count_or_not(make_world: Any, restarts_survive_move: bool) -> None:
    """Two restarts are allowed in the period; one was on the other node."""
    world = make_world(switches=ClusterSwitches(restarts_survive_move=restarts_survive_move))
    world.add_sem(RestartAction=1, RestartThreshold=2)
    for node in (None, "N2", None):
        if node is not None:
            world.cluster.move_group(world.names.exchange_group, node)
            world.advance(60)
        assert world.state(SEM) == "ONLINE"
        world.host.service_kill(SEM_SERVICE)
        world.advance(12)
    assert world.owner == "N2"
    assert world.state(SEM) == ("FAILED" if restarts_survive_move else "ONLINE")


@each_setting("late_node_becomes_possible_owner", "mscluster 4.4", "U")
def test_a_node_that_joins_later_owns_or_not(make_world: Any, late_node_becomes_possible_owner: bool) -> None:
    """A list that somebody has made is left as it is in any case."""
    switches = ClusterSwitches(late_node_becomes_possible_owner=late_node_becomes_possible_owner)
    world = make_world(switches=switches)
    world.add_sem(online=False)
    disk = world.names.disks[0].resource
    world.cluster.remove_possible_owner(disk, "N3")
    world.cluster.add_node(FakeHost("N4", world.clock))
    core = world.cluster.core
    assert ("N4" in core.owners(core.resource(SEM))) is late_node_becomes_possible_owner
    assert core.owners(core.resource(disk)) == ["N1", "N2"]


@pytest.mark.fact("mscluster 6.5", "D")
def test_move_keeps_persistent_states_and_the_disk_follows(world: Any) -> None:
    world.add_sem()
    world.cluster.take_offline(SEM)
    world.advance(10)
    volumes = {v.volume_id for d in world.names.disks for v in world.cluster.core.resource(d.resource).volumes}
    assert volumes <= world.hosts["N1"].volumes
    world.cluster.move_group(world.names.exchange_group, "N2")
    with refused(5908):
        world.cluster.bring_online(SEM)
    world.advance(60)
    assert world.state(SEM) == "OFFLINE"
    assert world.state(world.names.information_store) == "ONLINE"
    assert volumes <= world.hosts["N2"].volumes
    assert not volumes & world.hosts["N1"].volumes
    world.cluster.pause_node("N3")
    with refused(70):
        world.cluster.move_group(world.names.exchange_group, "N3")


@pytest.mark.fact("mscluster 6.7", "D")
def test_a_crash_brings_the_group_up_elsewhere(world: Any) -> None:
    world.add_sem()
    world.crash("N1")
    assert world.state(SEM) == "OFFLINE"
    world.advance(60)
    assert (world.owner, world.state(SEM)) == ("N2", "ONLINE")
    assert 1135 in world.hosts["N2"].log
    world.boot("N1")
    world.advance(60)
    assert world.owner == "N2"


@pytest.mark.fact("mscluster 6.7", "D")
def test_failback_only_when_allowed(world: Any) -> None:
    world.cluster.set_group_common(world.names.exchange_group, {"AutoFailbackType": 1})
    world.crash("N1")
    world.advance(60)
    world.boot("N1")
    world.advance(60)
    assert world.owner == "N1"


@pytest.mark.fact("mscluster 6.7", "D")
def test_past_the_threshold_the_group_stays_failed(world: Any) -> None:
    world.add_sem(RestartThreshold=0)
    for _ in range(3):
        world.host.service_kill(SEM_SERVICE)
        world.advance(60)
    assert len(world.whats("group_moved")) == 2
    assert world.group_state() == "FAILED"
    assert world.whats("1254") == [world.names.exchange_group]


@pytest.mark.fact("mscluster 6.7", "D")
def test_without_quorum_the_service_stops_and_forms_again(world: Any) -> None:
    world.crash("N1")
    world.advance(30)
    world.crash("N2")
    world.advance(30)
    assert not world.cluster.service_running("N3")
    assert 1177 in world.hosts["N3"].log
    for name in ("N2", "N3"):
        world.boot(name)
    world.advance(90)
    assert world.group_state() == "ONLINE"


@pytest.mark.fact("mscluster 6.5", "D")
def test_pause_and_resume(world: Any) -> None:
    with refused(5058):
        world.cluster.resume_node("N2")
    world.cluster.pause_node("N2")
    world.cluster.pause_node("N2")
    world.crash("N1")
    world.advance(60)
    assert world.owner == "N3"


@pytest.mark.fact("mscluster 6.5", "D")
def test_a_stopped_cluster_service_gives_its_groups_away(world: Any) -> None:
    world.cluster.admin("stop_cluster_service", name="N1")
    world.advance(90)
    assert world.owner == "N2"
    assert not world.cluster.service_running("N1")
    assert {e.cause for e in world.cluster.events if e.what == "group_moved"} == {"admin"}


@pytest.mark.fact("mscluster 6.2", "D")
@pytest.mark.parametrize("version", [ClusterVersion.WIN2003, ClusterVersion.WIN2008R2])
def test_the_group_state_counts_top_level_resources_from_2008(make_world: Any, version: Any) -> None:
    world = make_world(version=version)
    cluster = world.cluster
    group = cluster.create_group("G", "N1")
    assert cluster.core.group_state(group).name == "OFFLINE"
    for name in ("A", "B"):
        cluster.create_resource("G", name, "IP Address")
    cluster.add_dependency("B", "A")
    cluster.bring_online("A")
    world.advance(10)
    assert cluster.core.group_state(group).name == ("PARTIAL_ONLINE" if version == 20030 else "OFFLINE")


def test_the_snapshot_is_comparable_and_the_tree_readable(world: Any) -> None:
    before = world.cluster.snapshot()
    world.advance(600)
    assert world.cluster.snapshot() == before
    assert f"group {world.names.exchange_group} on N1: ONLINE" in world.cluster.tree()
    with pytest.raises(ValueError, match="no verb"):
        world.cluster.admin("core")
