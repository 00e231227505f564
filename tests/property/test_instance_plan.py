"""Any cluster, any wish: the plan leads there, the cluster refuses none of its steps, and nothing else is touched.

The changes are made by the lab's verbs and read back from the lab's state (support.cluster_hands).
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Change, Plan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.exchange import find_resource
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import (
    InstanceSeen,
    InstanceWanted,
    plan_instance,
)
from lab.cluster import Snapshot
from lab.contract import CimError
from support import cluster_hands
from support.drifting_cluster import REST_S, Scenario, build, scenarios, wishes
from support.observed import codes
from support.small_cluster import SEM, World

SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONFIGURING = ("property", "private", "dependency", "owner", "checkpoint")


def of_world(wish: InstanceWanted, world: World) -> InstanceWanted:
    """The wish with the disk's name."""
    disk = None if wish.disk is None else world.names.disks[int(wish.disk)].resource
    return replace(wish, disk=disk)


def observe(world: World, wanted: InstanceWanted) -> tuple[InstanceSeen, Plan]:
    cluster = cluster_hands.read(world)
    group = cluster.groups[world.names.exchange_group]
    adoption = find_resource(cluster, group, wanted.name, wanted.resource_type, wanted.service)
    key = cluster_hands.has_key(world, wanted.checkpoint) if wanted.checkpoint else None
    seen = InstanceSeen(cluster, group, adoption.resource, key)
    if adoption.problems:
        return seen, Plan(problems=adoption.problems)
    return seen, plan_instance(wanted, seen)


def apply(world: World, changes: t.Iterable[Change]) -> None:
    for change in changes:
        cluster_hands.make(world, change)


def without_sem(snapshot: Snapshot) -> tuple[object, ...]:
    """Nodes, owners of groups and every resource except SEM's, with its state."""
    others = tuple(item for item in snapshot.resources if item.name != SEM)
    owners = tuple((item.name, item.owner, item.persistent_state, item.preferred) for item in snapshot.groups)
    return snapshot.nodes, owners, others


@SETTINGS
@given(scenario=scenarios, wish=wishes())
def test_a_plan_leads_where_nothing_is_left_to_plan(scenario: Scenario, wish: InstanceWanted) -> None:
    world = build(scenario)
    wanted = of_world(wish, world)
    seen, plan = observe(world, wanted)
    if plan.problems:
        event(f"refused: {plan.problems[0].code}")
        assert_the_refusal_is_right(world, wanted, seen, plan)
        return
    event(f"{wish.state} of {seen.resource.state.name if seen.resource else 'nothing'}")
    before, written = without_sem(world.cluster.snapshot()), len(world.cluster.core.journal.writes)
    owners = world.cluster.core.owners(world.cluster.core.resource(SEM)) if seen.resource else []

    apply(world, plan.changes)

    assert without_sem(world.cluster.snapshot()) == before  # rules 7, 10 and 12
    assert_only_sem_was_written(world, written)
    _seen, again = observe(world, wanted)
    assert (again.changes, again.problems) == ((), ())
    assert_as_declared(world, wanted, owners)


@SETTINGS
@given(scenario=scenarios, wish=wishes(("present", "online", "offline")), cut=st.integers(0, 12))
def test_an_aborted_run_is_finished_by_the_next_one(scenario: Scenario, wish: InstanceWanted, cut: int) -> None:
    """Rule 30. A first online that was not reached is not an admin's choice of offline: state online makes it."""
    world = build(scenario)
    wanted = of_world(wish, world)
    _seen, plan = observe(world, wanted)
    if plan.problems:
        return
    apply(world, plan.changes[:cut])
    world.advance(REST_S)
    _seen, rest = observe(world, wanted)
    assert not rest.problems
    apply(world, rest.changes)
    _seen, again = observe(world, wanted)
    assert (again.changes, again.problems) == ((), ())
    assert_as_declared(world, wanted, [])


@SETTINGS
@given(scenario=scenarios, wish=wishes(), node=st.integers(1, 4))
def test_after_a_move_of_the_group_the_plan_is_finished_there(
    scenario: Scenario, wish: InstanceWanted, node: int
) -> None:
    """Rule 13: the group moves between two steps, and the next run goes on."""
    world = build(scenario)
    wanted = of_world(wish, world)
    _seen, plan = observe(world, wanted)
    if plan.problems or not plan.changes:
        return
    apply(world, plan.changes[: len(plan.changes) // 2])
    owner = world.owner
    with contextlib.suppress(CimError):
        world.cluster.move_group(world.names.exchange_group, f"N{node}")
    world.advance(REST_S)
    event("moved" if world.owner != owner else "stayed")
    _seen, rest = observe(world, wanted)
    if rest.problems:
        return
    before = without_sem(world.cluster.snapshot())
    apply(world, rest.changes)
    assert without_sem(world.cluster.snapshot()) == before
    _seen, again = observe(world, wanted)
    assert (again.changes, again.problems) == ((), ())


# ---- what is asserted ---------------------------------------------------------------------------
def assert_only_sem_was_written(world: World, since: int) -> None:
    """Rules 6 to 8 and 12, by the lab's journal: only SEM's resource, its owners only more, online at the end."""
    writes = [entry for entry in world.cluster.core.journal.writes[since:] if entry.where == world.cluster.name]
    assert {entry.target for entry in writes} <= {SEM}
    kinds = [entry.kind.removeprefix("cluster.resource.") for entry in writes]
    assert not [kind for kind in kinds if kind.startswith("cluster.")]
    for entry in writes:
        if entry.kind.endswith(".owner"):
            assert set(t.cast("tuple[str, ...]", entry.before)) < set(t.cast("tuple[str, ...]", entry.after))
    if "online" in kinds:
        assert not set(kinds[kinds.index("online") :]) & set(CONFIGURING)


def assert_as_declared(world: World, wanted: InstanceWanted, owners: list[str]) -> None:
    """Said again without the planner: the resource in the lab is as the admin wished."""
    core, names = world.cluster.core, world.names
    found = core.find(SEM)
    if wanted.state == "absent":
        assert found is None
        return
    assert found is not None
    policy = (found.restart_action, found.restart_threshold, found.restart_period_ms, found.retry_period_ms)
    assert policy == (1, wanted.restart.threshold, wanted.restart.period_ms, wanted.restart.retry_ms)
    assert found.pending_timeout_ms == wanted.pending_timeout_ms
    assert found.separate_monitor
    assert str(found.private["ServiceName"]).lower() == wanted.service
    assert (found.private.get("UseNetworkName") or 0) == int(wanted.use_network_name)
    needs = {names.system_attendant, names.information_store} | ({wanted.disk} - {None})
    needs |= {names.network_name} if wanted.use_network_name else set()
    needs |= set(names.databases) if wanted.depends_on == "all" else set()
    assert {item.name for item in core.providers(found)} == needs
    assert not core.dependents(found)
    others = [set(core.owners(item)) for item in core.members(core.group(names.exchange_group)) if item is not found]
    assert set(core.owners(found)) >= set.intersection(*others) | set(owners)
    assert wanted.checkpoint is None or wanted.checkpoint.lower() in found.checkpoints
    ready = all(item.state.name == "ONLINE" for item in core.closure(found, upwards=True))
    if wanted.state == "offline":
        assert found.state.name in ("OFFLINE", "FAILED")
        assert not found.persistent_state
    elif wanted.state == "online":
        assert found.persistent_state
        assert found.state.name == "ONLINE" or not ready


def assert_the_refusal_is_right(world: World, wanted: InstanceWanted, seen: InstanceSeen, plan: Plan) -> None:
    """A plan is refused only for what is so, or what the cluster itself would refuse."""
    assert not plan.changes or codes(plan) == ["owner_paused"]
    cluster, core = world.cluster, world.cluster.core
    members = core.members(core.group(world.names.exchange_group))
    found = core.find(SEM)
    for problem in plan.problems:
        if problem.code == "group_pending":
            assert any(item.state.pending for item in members)
        elif problem.code == "depended_on":
            assert found is not None
            assert core.dependents(found)
        elif problem.code == "or_dependency":
            assert " or " in cluster.get_dependencies(SEM).lower()
        elif problem.code == "type_differs":
            assert found is not None
            assert found.type != "Generic Service"
        elif problem.code == "provider_offline":
            down = [item.name for item in members if item.name in problem.what and item.state.name != "ONLINE"]
            with pytest.raises(CimError) as refused:
                cluster.add_dependency(SEM, down[0])
            assert refused.value.win32 == 5019 or core.dependents(core.resource(SEM))
        elif problem.code == "owner_paused":
            if found is None:
                cluster.create_resource(seen.group.name, SEM, "Generic Service", True)
            with pytest.raises(CimError) as refused:
                cluster.bring_online(SEM)
            assert refused.value.win32 == 70
        else:
            raise AssertionError(f"not foreseen here: {problem}")
