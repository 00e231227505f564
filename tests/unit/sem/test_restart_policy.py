"""Rule 6 by behaviour: somebody crashes SEM whenever it runs, and Exchange stays where it is."""

from __future__ import annotations

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import RestartPolicy
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Change
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import (
    InstanceSeen,
    InstanceWanted,
    plan_instance,
)
from support import cluster_hands
from support.small_cluster import SEM, SEM_SERVICE, World

POLICY = RestartPolicy(1, 3, 900_000, 900_000)


def changes(world: World) -> tuple[Change, ...]:
    disk = world.names.disks[0].resource
    wanted = InstanceWanted("online", SEM, "Generic Service", SEM_SERVICE, POLICY, 60_000, disk, None)
    cluster = cluster_hands.read(world)
    group = cluster.groups[world.names.exchange_group]
    return plan_instance(wanted, InstanceSeen(cluster, group, cluster.resource(SEM), None)).changes


def crash(world: World, times: int) -> None:
    """Each time it runs: its process dies, and the cluster has time to notice and to act."""
    for _ in range(times):
        found = world.cluster.core.find(SEM)
        if found is not None and found.state.name == "ONLINE":
            world.host.service_kill(SEM_SERVICE)
            world.advance(12)


def test_rule_6_no_number_of_crashes_moves_exchange_whenever_they_happen() -> None:
    """After every single step of a new resource; the policy has to be there before SEM first runs."""
    world = World()
    owner = world.owner
    steps = changes(world)
    assert "online" in [step.kind for step in steps]
    for step in steps:
        cluster_hands.make(world, step)
        crash(world, POLICY.threshold + 1)
        world.advance(60)
        assert world.whats("group_moved") == [], f"SEM moved Exchange after {step.kind}"
    assert world.owner == owner
    assert world.state(world.names.information_store) == "ONLINE"


def test_rule_6_sem_is_restarted_and_after_too_many_crashes_again_later() -> None:
    world = World()
    for step in changes(world):
        cluster_hands.make(world, step)
    crash(world, POLICY.threshold)
    assert world.state(SEM) == "ONLINE"
    crash(world, 1)
    assert world.state(SEM) == "FAILED"
    world.advance(POLICY.retry_ms / 1000 + 30)
    assert world.state(SEM) == "ONLINE"
    assert world.whats("group_moved") == []


def test_rule_6_the_clusters_own_policy_would_move_exchange() -> None:
    """What the rule is for, and what the first test would see."""
    world = World()
    for step in changes(world):
        if step.kind != "restart_policy":
            cluster_hands.make(world, step)
    crash(world, 2)
    world.advance(60)
    assert world.whats("group_moved") == [world.names.exchange_group]
