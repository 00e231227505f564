"""Online, offline, failure and restart policy."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cluster import ClusterSwitches
from lab.contract import CimError
from lab.journal import acting
from support.facts import each_setting

SEM = "SEM"
SERVICE = "spamfsvc"


def refused(code: int) -> Any:
    return pytest.raises(CimError, check=lambda error: error.win32 == code)


@pytest.mark.fact("mscluster 6.7", "D")
def test_a_formed_cluster_is_online(world: Any) -> None:
    assert {item.state for item in world.cluster.snapshot().resources} == {"ONLINE"}
    assert world.group_state() == "ONLINE"


@pytest.mark.fact("mscluster 6.3", "D")
def test_online_brings_providers_online_first(world: Any) -> None:
    world.add_sem(online=False)
    world.cluster.take_offline(world.names.information_store)
    world.advance(30)
    before = len(world.cluster.events)
    world.cluster.bring_online(SEM)
    world.advance(30)
    online = [e.subject for e in world.cluster.events[before:] if e.after == "ONLINE" and e.what == "resource_state"]
    assert online == [world.names.information_store, SEM]


@pytest.mark.fact("mscluster 6.3", "D")
def test_a_failing_provider_leaves_the_resource_down_with_5942(world: Any) -> None:
    world.add_sem(online=False)
    world.cluster.set_common(world.names.information_store, {"RestartAction": 0})
    world.cluster.take_offline(world.names.information_store)
    world.advance(30)
    world.host.refuse[world.names.services[1]] = 1069
    answer = world.cluster.bring_online(SEM, 120)
    world.advance(30)
    assert isinstance(answer.result, CimError)
    assert answer.result.win32 == 5942
    assert world.state(SEM) == "OFFLINE"
    assert 1041 in world.host.log


@pytest.mark.fact("mscluster 6.3", "D")
def test_a_paused_owner_refuses_online_but_keeps_the_persistent_state(world: Any) -> None:
    world.add_sem(online=False)
    world.cluster.pause_node(world.owner)
    with refused(70):
        world.cluster.bring_online(SEM)
    assert world.cluster.core.resource(SEM).persistent_state


@pytest.mark.fact("mscluster 6.4", "D")
def test_offline_takes_dependents_down_and_keeps_their_persistent_state(world: Any) -> None:
    world.add_sem()
    world.cluster.take_offline(world.names.information_store)
    world.advance(30)
    assert world.state(SEM) == "OFFLINE"
    assert world.cluster.core.resource(SEM).persistent_state
    assert not world.cluster.core.resource(world.names.information_store).persistent_state


@each_setting("offline_of_failed", "mscluster 6.4", "D")
def test_offline_of_a_failed_resource(make_world: Any, offline_of_failed: Any) -> None:
    world = make_world(switches=ClusterSwitches(offline_of_failed=offline_of_failed))
    world.add_sem(RestartAction=0)
    world.host.service_kill(SERVICE)
    world.advance(6)
    if offline_of_failed == "5038":
        with refused(5038):
            world.cluster.take_offline(SEM)
        assert world.state(SEM) == "FAILED"
    else:
        world.cluster.take_offline(SEM)
        assert world.state(SEM) == "OFFLINE"
    assert not world.cluster.core.resource(SEM).persistent_state


@each_setting("terminated_offline", "mscluster 6.4", "D")
def test_a_service_that_does_not_stop_is_killed_at_pending_timeout(make_world: Any, terminated_offline: Any) -> None:
    world = make_world(switches=ClusterSwitches(terminated_offline=terminated_offline))
    world.add_sem(PendingTimeout=60_000)
    world.host.slow.add(SERVICE)
    world.cluster.take_offline(SEM)
    world.advance(59)
    assert world.state(SEM) == "OFFLINE_PENDING"
    world.advance(2)
    assert world.state(SEM) == terminated_offline.upper()
    assert world.host.services[SERVICE] == "Stopped"


@pytest.mark.fact("mscluster 6.6", "D")
def test_a_killed_service_is_noticed_within_the_poll_and_restarted_once_by_default(world: Any) -> None:
    world.add_sem()
    world.host.service_kill(SERVICE)
    world.advance(5.1)
    assert world.whats("1069") == [SEM]
    world.advance(5)
    assert world.state(SEM) == "ONLINE"
    assert [event for event in world.host.log if event in (1042, 1069)] == [1042, 1069]


@pytest.mark.fact("mscluster 10.1", "D")
def test_with_the_default_policy_the_second_crash_moves_exchange(world: Any) -> None:
    world.add_sem()
    for _ in range(2):
        world.host.service_kill(SERVICE)
        world.advance(12)
    world.advance(60)
    assert world.owner == "N2"
    assert world.state(SEM) == "ONLINE"
    assert [e.cause for e in world.cluster.events if e.what == "group_moved"] == ["cluster"]


@pytest.mark.fact("mscluster 6.6", "D")
def test_restart_action_1_never_moves_the_group_and_retries_after_the_retry_period(world: Any) -> None:
    world.add_sem(RestartAction=1, RestartThreshold=3, RetryPeriodOnFailure=900_000)
    for _ in range(4):
        assert world.state(SEM) == "ONLINE"
        world.host.service_kill(SERVICE)
        world.advance(12)
    assert world.state(SEM) == "FAILED"
    assert world.group_state() == "FAILED"
    assert world.state(world.names.information_store) == "ONLINE"
    world.advance(880)
    assert world.state(SEM) == "FAILED"
    world.advance(30)
    assert world.state(SEM) == "ONLINE"
    assert world.owner == "N1"


@pytest.mark.fact("mscluster 6.6", "D")
def test_dependents_come_back_with_a_restarted_provider(world: Any) -> None:
    world.add_sem()
    world.host.service_kill(world.names.services[1])
    world.advance(6)
    assert world.state(SEM) != "ONLINE"
    world.advance(30)
    assert world.state(SEM) == "ONLINE"
    assert world.group_state() == "ONLINE"


@pytest.mark.fact("mscluster 6.11", "D")
def test_a_missing_service_fails_with_event_1040(world: Any) -> None:
    world.add_sem(online=False, RestartAction=0)
    for host in world.hosts.values():
        del host.services[SERVICE]
    world.cluster.bring_online(SEM)
    world.advance(5)
    assert world.state(SEM) == "FAILED"
    assert 1040 in world.host.log
    assert world.cluster.core.resource(SEM).last_status == 1060


@each_setting("already_running_service", "mscluster 6.11", "U")
def test_a_service_that_already_runs(make_world: Any, already_running_service: Any) -> None:
    world = make_world(switches=ClusterSwitches(already_running_service=already_running_service))
    world.add_sem(online=False)
    world.host.services[SERVICE] = "Running"
    world.cluster.bring_online(SEM)
    world.advance(0.6)
    assert world.state(SEM) == ("ONLINE" if already_running_service == "success" else "ONLINE_PENDING")
    world.advance(10)
    assert world.state(SEM) == "ONLINE"
    assert world.host.services[SERVICE] == "Running"


@each_setting("timeout_zero", "mscluster 11", "U")
def test_time_out_zero(make_world: Any, timeout_zero: Any) -> None:
    world = make_world(switches=ClusterSwitches(timeout_zero=timeout_zero))
    world.add_sem(online=False)
    result = world.cluster.bring_online(SEM, 0).result
    assert (result == {}) if timeout_zero == "return" else (result.win32 == 997)
    world.advance(10)
    assert world.state(SEM) == "ONLINE"


@pytest.mark.fact("mscluster 0.2", "D")
def test_the_time_out_is_in_seconds(world: Any) -> None:
    world.add_sem(online=False)
    world.host.slow.add(SERVICE)
    answer = world.cluster.bring_online(SEM, 20)
    world.advance(19)
    assert answer.result is None
    world.advance(2)
    assert answer.result.win32 == 997


@pytest.mark.fact("mscluster 6.9", "D")
def test_a_checkpoint_beats_what_was_written_while_offline(world: Any) -> None:
    path, key = "SOFTWARE\\X\\Settings", ("SOFTWARE\\X\\Settings", 32)
    world.add_sem()
    world.host.registry[key] = "one"
    world.cluster.add_registry_checkpoint(SEM, path, 32)
    world.host.registry[key] = "two"
    world.cluster.take_offline(SEM)
    world.advance(10)
    world.host.registry[key] = "three"
    world.cluster.bring_online(SEM)
    world.advance(10)
    assert world.host.registry[key] == "two"
    world.cluster.move_group(world.names.exchange_group, "N2")
    world.advance(60)
    assert world.hosts["N2"].registry[key] == "two"
    with refused(183):
        world.cluster.add_registry_checkpoint(SEM, path.upper(), 64)


@each_setting("event_1024_blocks_online", "mscluster 6.9", "I")
def test_an_open_handle_logs_1024(make_world: Any, event_1024_blocks_online: bool) -> None:
    world = make_world(switches=ClusterSwitches(event_1024_blocks_online=event_1024_blocks_online))
    world.add_sem(online=False, RestartAction=0)
    world.host.registry[("SOFTWARE\\X", 64)] = "one"
    world.cluster.add_registry_checkpoint(SEM, "SOFTWARE\\X")
    world.host.restore_code = 5
    world.cluster.bring_online(SEM)
    world.advance(10)
    assert 1024 in world.host.log
    assert world.state(SEM) == ("FAILED" if event_1024_blocks_online else "ONLINE")


def test_effects_carry_the_cause_and_the_journal_the_actor(world: Any) -> None:
    world.add_sem(online=False)
    with acting("client"):
        world.cluster.bring_online(SEM)
    world.advance(10)
    caused = {e.cause for e in world.cluster.events if e.subject == SEM and e.what == "resource_state"}
    assert caused == {"client"}
    assert [w.kind for w in world.journal.by("client")] == ["cluster.resource.property", "cluster.resource.online"]
