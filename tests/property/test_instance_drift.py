"""An integrated instance that somebody changed: every drift is repaired, by its own change and no other."""

from __future__ import annotations

import typing as t

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import Cluster, RestartPolicy
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Plan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import (
    InstanceSeen,
    InstanceWanted,
    plan_instance,
)
from lab.journal import acting
from support import cluster_hands
from support.small_cluster import SEM, SEM_SERVICE, World

KEY = "SOFTWARE\\Vendor\\Settings"
POLICY = RestartPolicy(1, 3, 900_000, 900_000)
Drift = t.Callable[[World], object]


def common(**values: object) -> Drift:
    return lambda world: world.cluster.set_common(SEM, values)


def private(**values: str | int) -> Drift:
    return lambda world: world.cluster.set_private(SEM, values)


# What somebody did, and the kind of change that undoes it. All leave a running instance running, but "stopped".
DRIFTS: dict[str, tuple[Drift, str]] = {
    "action": (common(RestartAction=2), "restart_policy"),
    "threshold": (common(RestartThreshold=1), "restart_policy"),
    "period": (common(RestartPeriod=600_000), "restart_policy"),
    "retry": (common(RetryPeriodOnFailure=0xFFFFFFFF), "restart_policy"),
    "timeout": (common(PendingTimeout=180_000), "pending_timeout"),
    "monitor": (common(SeparateMonitor=False), "separate_monitor"),
    "service": (private(ServiceName="other"), "private"),
    "network name": (private(UseNetworkName=1), "private"),
    "disk": (lambda world: world.cluster.remove_dependency(SEM, world.names.disks[0].resource), "add_dependency"),
    "store": (lambda world: world.cluster.remove_dependency(SEM, world.names.information_store), "add_dependency"),
    "database": (lambda world: world.cluster.add_dependency(SEM, world.names.databases[0]), "remove_dependency"),
    "other disk": (
        lambda world: world.cluster.add_dependency(SEM, world.names.disks[1].resource),
        "remove_dependency",
    ),
    "owner": (lambda world: world.cluster.remove_possible_owner(SEM, "N3"), "add_owner"),
    "checkpoint": (lambda world: world.cluster.remove_registry_checkpoint(SEM, KEY), "checkpoint"),
    "description": (common(Description="do not touch", IsAlivePollInterval=30_000), ""),
    "start parameters": (private(StartupParameters="-verbose"), ""),
    "other checkpoint": (lambda world: world.cluster.add_registry_checkpoint(SEM, KEY + "\\Other", 64), ""),
    "stopped": (lambda world: world.cluster.take_offline(SEM), "online"),
}
LAST = "stopped"


def desired(world: World) -> InstanceWanted:
    disk = world.names.disks[0].resource
    return InstanceWanted("online", SEM, "Generic Service", SEM_SERVICE, POLICY, 60_000, disk, KEY)


def look(world: World) -> tuple[Cluster, Plan]:
    cluster = cluster_hands.read(world)
    group = cluster.groups[world.names.exchange_group]
    key = cluster_hands.has_key(world, KEY)
    return cluster, plan_instance(desired(world), InstanceSeen(cluster, group, cluster.resource(SEM), key))


def integrated() -> World:
    """A fresh cluster, planned and applied."""
    world = World()
    world.host.registry[(KEY + "\\Other", 64)] = {}
    for change in look(world)[1].changes:
        cluster_hands.make(world, change)
    return world


@settings(max_examples=150, deadline=None)
@given(names=st.sets(st.sampled_from(sorted(DRIFTS)), max_size=6))
def test_every_drift_has_its_change_and_nothing_else_is_changed(names: set[str]) -> None:
    world = integrated()
    right, plan = look(world)
    assert (plan.changes, plan.problems, world.state(SEM)) == ((), (), "ONLINE")

    with acting("admin"):
        for name in sorted(names, key=lambda name: name == LAST):
            DRIFTS[name][0](world)
    world.advance(30)
    _drifted, plan = look(world)

    expected = {DRIFTS[name][1] for name in names} - {""}
    assert {change.kind for change in plan.changes} == expected
    assert all(change.target == SEM for change in plan.changes)
    for change in plan.changes:
        cluster_hands.make(world, change)
    after, plan = look(world)
    assert (plan.changes, plan.problems) == ((), ())
    kept = names & {"description", "start parameters", "other checkpoint"}
    if not kept:
        assert after == right
    assert ("-verbose" in after.resources[SEM].private.values()) is ("start parameters" in names)
    assert (KEY + "\\Other" in after.resources[SEM].checkpoints) is ("other checkpoint" in names)
