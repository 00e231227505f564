"""Whatever is done to the cluster, it stays a cluster."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lab.contract import CimError

from .conftest import World  # type: ignore[import-not-found]

NODES = st.sampled_from(["N1", "N2", "N3"])
PICK = st.integers(0, 30)


class ClusterMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 3))
    def build(self, seed: int) -> None:
        self.world: Any = World(seed=seed)
        self.world.add_sem(online=False)

    def name(self, pick: int) -> str:
        names = sorted(item.name for item in self.world.cluster.core.resources.values())
        return str(names[pick % len(names)])

    @rule(
        verb=st.sampled_from(["bring_online", "take_offline", "fail_resource", "delete_resource"]),
        pick=PICK,
    )
    def resource(self, verb: str, pick: int) -> None:
        with contextlib.suppress(CimError):
            self.world.cluster.admin(verb, name=self.name(pick))

    @rule(verb=st.sampled_from(["add_dependency", "remove_dependency"]), pick=PICK, other=PICK)
    def depend(self, verb: str, pick: int, other: int) -> None:
        with contextlib.suppress(CimError):
            self.world.cluster.admin(verb, name=self.name(pick), provider=self.name(other))

    @rule(node=NODES)
    def move(self, node: str) -> None:
        with contextlib.suppress(CimError):
            self.world.cluster.admin("move_group", name=self.world.names.exchange_group, node=node)

    @rule(verb=st.sampled_from(["pause_node", "resume_node", "stop_cluster_service"]), node=NODES)
    def node(self, verb: str, node: str) -> None:
        with contextlib.suppress(CimError):
            self.world.cluster.admin(verb, name=node)

    @rule(node=NODES)
    def crash(self, node: str) -> None:
        self.world.crash(node)

    @rule(node=NODES)
    def boot(self, node: str) -> None:
        self.world.boot(node)

    @rule(node=NODES, pick=PICK)
    def kill(self, node: str, pick: int) -> None:
        services = sorted(self.world.hosts[node].services)
        self.world.hosts[node].service_kill(services[pick % len(services)])

    @rule(seconds=st.sampled_from([0.3, 1, 6, 70, 1000]))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    @invariant()
    def disks_are_mounted_exactly_where_they_are_online(self) -> None:
        core = self.world.cluster.core
        expected = {
            (core.owner_of(item).name, volume.volume_id)
            for item in core.resources.values()
            for volume in item.volumes
            if item.state.name in ("ONLINE", "OFFLINE_PENDING")
        }
        actual = {(host.name, volume) for host in self.world.hosts.values() for volume in host.volumes}
        assert actual == expected

    @invariant()
    def nothing_is_online_without_its_providers(self) -> None:
        core = self.world.cluster.core
        for item in core.resources.values():
            for provider in core.providers(item):
                if item.state.name == "ONLINE" and item.want is None:  # else it is on its way down
                    assert provider.state.name == "ONLINE", (item.name, provider.name, provider.state)

    @invariant()
    def dependencies_are_acyclic_and_inside_the_group(self) -> None:
        core = self.world.cluster.core
        for item in core.resources.values():
            assert item not in core.closure(item, upwards=True)
            assert all(provider.group == item.group for provider in core.providers(item))

    @invariant()
    def nothing_is_online_on_a_dead_node(self) -> None:
        core = self.world.cluster.core
        for item in core.resources.values():
            if item.state.name == "ONLINE":
                assert core.owner_of(item).member


ClusterMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestClusterMachine = ClusterMachine.TestCase
