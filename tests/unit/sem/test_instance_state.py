"""When SEM's resource is not touched, and how it goes online, offline and away (rules 7, 8, 10, 12 and 30)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import (
    Cluster,
    GroupState,
    NodeState,
    ResourceState,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import (
    plan_instance,
    waiting_for,
    without_acting,
)
from support.observed import (
    ADDRESS,
    ATTENDANT,
    DATABASE,
    DISK,
    GROUP,
    LOGS,
    NETWORK,
    NEW_POLICY,
    OTHER,
    SEM,
    STORE,
    codes,
    exchange_cluster,
    integrated,
    kinds,
    resource,
    seen,
    sem,
    wanted,
    with_group,
)

STATES = ("present", "online", "offline", "absent")
NEEDS = {SEM: (ATTENDANT, STORE, DISK)}
DOWN = [ResourceState.OFFLINE, ResourceState.FAILED, ResourceState.UNKNOWN, ResourceState.INHERITED]
PENDING = [state for state in ResourceState if state.pending]


def paused(cluster: Cluster, node: str = "N1") -> Cluster:
    return replace(cluster, nodes={**cluster.nodes, node: replace(cluster.nodes[node], state=NodeState.PAUSED)})


# ---- preconditions ------------------------------------------------------------------------------
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "cluster",
    [
        with_group(integrated(), state=GroupState.PENDING),
        *(integrated(state=state) for state in PENDING),
        *(exchange_cluster(sem(), providers=NEEDS, states={DATABASE: state}) for state in PENDING),
        with_group(
            exchange_cluster(
                sem(), providers=NEEDS, states={SEM: ResourceState.FAILED, STORE: ResourceState.ONLINE_PENDING}
            ),
            state=GroupState.FAILED,
        ),
    ],
)
def test_nothing_is_done_while_the_group_changes_its_state(cluster: Cluster, state: str) -> None:
    """Also when a failed resource hides that: the group is Failed then, not pending (mscluster 6.2)."""
    plan = plan_instance(wanted(state), seen(cluster))
    assert codes(plan) == ["group_pending"]
    assert plan.changes == ()


def test_another_group_may_be_pending() -> None:
    item = resource("x", "Generic Service", OTHER, state=ResourceState.ONLINE_PENDING)
    cluster = with_group(exchange_cluster(sem(), item, providers=NEEDS), OTHER, state=GroupState.PENDING)
    assert codes(plan_instance(wanted(), seen(cluster))) == []


@pytest.mark.parametrize("state", STATES)
def test_rule_7_nothing_may_depend_on_sem(state: str) -> None:
    """Taking SEM offline would take Exchange along; so this holds for removing it too."""
    cluster = exchange_cluster(sem(), providers={**NEEDS, STORE: (ATTENDANT,), DATABASE: (STORE, SEM)})
    plan = plan_instance(wanted(state), seen(cluster))
    assert codes(plan) == ["depended_on"]
    assert plan.changes == ()
    assert DATABASE in plan.problems[0].what


@pytest.mark.parametrize(("state", "expected"), [(state, ["or_dependency"]) for state in STATES[:3]] + [("absent", [])])
def test_a_dependency_with_or_is_not_taken_apart_but_can_be_removed(state: str, expected: list[str]) -> None:
    cluster = replace(integrated(), or_dependencies=frozenset({SEM}))
    assert codes(plan_instance(wanted(state), seen(cluster))) == expected
    other = replace(integrated(), or_dependencies=frozenset({DATABASE}))
    assert codes(plan_instance(wanted(state), seen(other))) == []


@pytest.mark.parametrize("gone", [ATTENDANT, STORE])
def test_exchange_without_one_of_its_two_resources_is_refused(gone: str) -> None:
    plan = plan_instance(wanted(), seen(exchange_cluster(without=(gone,))))
    assert codes(plan) == ["exchange_incomplete"]
    assert codes(plan_instance(wanted("absent"), seen(exchange_cluster(sem(), without=(gone,))))) == []


def test_a_network_name_to_use_has_to_be_there() -> None:
    plan = plan_instance(wanted(use_network_name=True), seen(exchange_cluster(without=(NETWORK,))))
    assert codes(plan) == ["no_network_name"]
    assert codes(plan_instance(wanted(use_network_name=True), seen(exchange_cluster()))) == []
    assert codes(plan_instance(wanted(), seen(exchange_cluster(without=(NETWORK,))))) == []


def test_rule_2_another_applications_group_needs_nothing_of_exchange() -> None:
    cluster = exchange_cluster(without=(ATTENDANT, STORE, DATABASE))
    plan = plan_instance(wanted(), seen(cluster))
    assert codes(plan) == []
    assert [change.after for change in plan.changes if change.kind == "add_dependency"] == [DISK]


@pytest.mark.parametrize("state", STATES[:3])
def test_a_new_resource_needs_to_know_its_service(state: str) -> None:
    assert codes(plan_instance(wanted(state, service=""), seen(exchange_cluster()))) == ["service_unknown"]


@pytest.mark.parametrize("down", DOWN)
@pytest.mark.parametrize("state", ["present", "online"])
def test_the_cluster_refuses_a_provider_that_is_down_to_a_resource_that_is_online(
    state: str, down: ResourceState
) -> None:
    """mscluster 6.5: 5019. The plan says so before anything is touched."""
    cluster = exchange_cluster(sem(), providers={SEM: (ATTENDANT, DISK)}, states={STORE: down})
    plan = plan_instance(wanted(state), seen(cluster))
    assert codes(plan) == ["provider_offline"]
    assert STORE in plan.problems[0].what
    assert plan.changes == ()
    offline = plan_instance(wanted("offline"), seen(cluster))
    assert kinds(offline) == ["offline", "add_dependency"]


# ---- rule 10 ------------------------------------------------------------------------------------
@pytest.mark.parametrize("down", DOWN)
@pytest.mark.parametrize("provider", [ATTENDANT, STORE, DISK, NETWORK, ADDRESS])
@pytest.mark.parametrize("existing", [True, False])
def test_rule_10_sem_waits_for_every_provider_also_indirect_ones(
    provider: str, down: ResourceState, existing: bool
) -> None:
    more = [sem(state=ResourceState.OFFLINE, persistent_state=False)] if existing else []
    cluster = exchange_cluster(*more, providers=NEEDS if existing else {}, states={provider: down})
    plan = plan_instance(wanted(), seen(cluster))
    assert "online" not in kinds(plan)
    assert kinds(plan)[-1] == "persistent_state"
    assert plan.changes[-1].after is True
    assert provider in plan.notes[-1]
    assert not plan.problems


def test_rule_10_waiting_sem_has_nothing_left_to_change() -> None:
    cluster = exchange_cluster(sem(state=ResourceState.OFFLINE), providers=NEEDS, states={STORE: ResourceState.OFFLINE})
    plan = plan_instance(wanted(), seen(cluster))
    assert plan.changes == ()
    assert STORE in plan.notes[0]


def test_rule_10_a_dismounted_database_or_the_other_disk_does_not_matter() -> None:
    states = {DATABASE: ResourceState.OFFLINE, LOGS: ResourceState.FAILED}
    cluster = exchange_cluster(sem(state=ResourceState.OFFLINE), providers=NEEDS, states=states)
    assert kinds(plan_instance(wanted(), seen(cluster))) == ["online"]
    assert kinds(plan_instance(wanted(depends_on="all"), seen(cluster))) == ["add_dependency"]


def test_rule_10_a_provider_that_nobody_can_see_is_not_online() -> None:
    assert waiting_for(exchange_cluster(), frozenset({"gone", STORE})) == ("gone",)


@pytest.mark.parametrize("existing", [True, False])
def test_a_paused_owner_is_a_problem_only_when_sem_has_to_come_online_there(existing: bool) -> None:
    cluster = integrated(state=ResourceState.OFFLINE) if existing else exchange_cluster()
    assert codes(plan_instance(wanted(), seen(paused(cluster)))) == ["owner_paused"]
    assert codes(plan_instance(wanted(), seen(paused(cluster, "N2")))) == []
    assert codes(plan_instance(wanted(), seen(paused(integrated())))) == []


# ---- present, offline, absent -------------------------------------------------------------------
@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("state", [ResourceState.OFFLINE, ResourceState.FAILED])
def test_present_leaves_the_state_that_an_admin_chose(state: ResourceState, persistent: bool) -> None:
    plan = plan_instance(wanted("present"), seen(integrated(state=state, persistent_state=persistent)))
    assert plan.changes == ()
    assert state.name in plan.notes[0]


def test_present_still_repairs_the_rest() -> None:
    plan = plan_instance(wanted("present"), seen(integrated(state=ResourceState.OFFLINE, pending_timeout_ms=1)))
    assert kinds(plan) == ["pending_timeout"]


@pytest.mark.parametrize(
    ("drift", "expected"),
    [
        ({}, ["offline"]),
        ({"state": ResourceState.OFFLINE, "persistent_state": False}, []),
        ({"state": ResourceState.FAILED, "persistent_state": False}, []),
        ({"state": ResourceState.OFFLINE}, ["persistent_state"]),
        ({"state": ResourceState.FAILED}, ["persistent_state"]),
        ({"pending_timeout_ms": 1, "needs": (ATTENDANT,)}, ["offline", "pending_timeout", *["add_dependency"] * 2]),
    ],
)
def test_offline_is_sem_alone_stays_so_and_comes_first(drift: t.Any, expected: list[str]) -> None:
    plan = plan_instance(wanted("offline"), seen(integrated(**drift)))
    assert kinds(plan) == expected
    first = plan.changes[0] if plan.changes else None
    if first is not None and first.kind == "offline":
        assert (first.target, first.after, first.interrupts) == (SEM, "OFFLINE", "sem")
    elif first is not None:
        assert (first.before, first.after) == (True, False)


def test_rule_30_removal_takes_sem_offline_and_deletes_only_the_resource() -> None:
    plan = plan_instance(wanted("absent"), seen(integrated(pending_timeout_ms=1, needs=())))
    assert kinds(plan) == ["offline", "delete_resource"]
    assert {change.target for change in plan.changes} == {SEM}
    assert {change.interrupts for change in plan.changes} == {"sem"}


@pytest.mark.parametrize("state", [ResourceState.OFFLINE, ResourceState.FAILED])
def test_rule_30_a_resource_at_rest_is_only_deleted(state: ResourceState) -> None:
    assert kinds(plan_instance(wanted("absent"), seen(integrated(state=state)))) == ["delete_resource"]


def test_rule_30_nothing_to_remove_is_said_also_while_the_group_is_pending() -> None:
    plan = plan_instance(wanted("absent"), seen(with_group(exchange_cluster(), state=GroupState.PENDING)))
    assert (plan.changes, plan.problems, plan.notes) == ((), (), ("the resource is not there",))


@pytest.mark.parametrize("state", STATES)
def test_rule_12_no_change_is_aimed_at_a_group_a_node_or_another_resource(state: str) -> None:
    for cluster in (exchange_cluster(), integrated(), integrated(needs=(), restart=NEW_POLICY, checkpoints=())):
        plan = plan_instance(wanted(state), seen(cluster, settings_key=False))
        for change in plan.changes:
            assert change.target == SEM or change.kind == "settings_key"
            assert GROUP not in (change.target, change.after)


def test_a_node_that_leaves_the_work_to_another_keeps_notes_and_says_so() -> None:
    plan = without_acting(plan_instance(wanted(checkpoint=None), seen(exchange_cluster())), "N2 does it")
    assert plan.changes == ()
    assert len(plan.notes) == 2
    assert plan.notes[-1] == "N2 does it"
