"""Strategies: clusters that admins, crashes and old versions have been at, all by the lab's own verbs."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import RestartPolicy
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import InstanceWanted
from lab.cluster import ClusterVersion
from lab.contract import CimError
from lab.journal import acting

from .cluster_hands import VIEW
from .small_cluster import SEM, SEM_SERVICE, World

KEY = "SOFTWARE\\Vendor\\Settings"
OTHER_KEY = "SOFTWARE\\Vendor\\Other"
MIN_MS = 600_000  # restart periods long enough that nothing happens of its own while a plan is applied
REST_S = 60.0


@dataclass(frozen=True)
class Instance:
    """SEM's resource as somebody left it. ``needs`` and ``owners`` are picks among what there is."""

    kind: str
    monitor: bool
    needs: tuple[int, ...]
    either: bool  # the needs are alternatives (OR)
    service: str | None
    network_name: int | None
    common: t.Mapping[str, int]
    keys: tuple[str, ...]
    owners: tuple[int, ...]  # taken away
    life: t.Literal["new", "online", "failed", "stopped", "waiting"]
    dependent: int | None  # a resource that somebody made depend on SEM


@dataclass(frozen=True)
class Scenario:
    """A cluster with a past. ``disturb``: (verb, pick) in their order."""

    version: ClusterVersion
    nodes: int
    seed: int
    key_there: bool
    narrow: tuple[tuple[int, int], ...]  # (resource, node) taken from the possible owners of Exchange's resources
    instance: Instance | None
    disturb: tuple[tuple[str, int], ...]
    rest: bool  # wait until all is at rest


picks = st.integers(0, 11)
_periods = st.integers(MIN_MS, 2 * MIN_MS)
_common = st.fixed_dictionaries(
    {},
    optional={
        "RestartAction": st.integers(0, 2),
        "RestartThreshold": st.integers(0, 5),
        "RestartPeriod": _periods,
        "RetryPeriodOnFailure": st.sampled_from([2 * MIN_MS, 3_600_000, 0xFFFFFFFF]),
        "PendingTimeout": st.sampled_from([60_000, 180_000]),
        "IsAlivePollInterval": st.just(30_000),
    },
)
instances = st.builds(
    Instance,
    kind=st.sampled_from(["Generic Service"] * 9 + ["IP Address"]),
    monitor=st.booleans(),
    needs=st.lists(picks, max_size=5).map(tuple),
    either=st.sampled_from([False] * 9 + [True]),
    service=st.sampled_from([SEM_SERVICE, SEM_SERVICE, SEM_SERVICE.upper(), "other", None]),
    network_name=st.sampled_from([None, 0, 1]),
    common=_common,
    keys=st.lists(st.sampled_from([KEY, KEY.upper(), OTHER_KEY]), max_size=2, unique_by=str.lower).map(tuple),
    owners=st.lists(picks, max_size=2).map(tuple),
    life=st.sampled_from(["new", "online", "online", "failed", "stopped", "waiting"]),
    dependent=st.one_of(*[st.none()] * 7, picks),
)
scenarios = st.builds(
    Scenario,
    version=st.sampled_from([ClusterVersion.WIN2008, ClusterVersion.WIN2008R2]),
    nodes=st.integers(2, 4),
    seed=st.integers(0, 40),
    key_there=st.booleans(),
    narrow=st.lists(st.tuples(picks, picks), max_size=3).map(tuple),
    instance=st.one_of(instances, instances, instances, st.none()),
    disturb=st.lists(
        st.tuples(st.sampled_from(["take_offline", "pause_node", "crash", "move_group", "bring_online"]), picks),
        max_size=3,
    ).map(tuple),
    rest=st.sampled_from([True] * 5 + [False]),
)


@st.composite
def wishes(draw: st.DrawFn, states: Iterable[str] = ("present", "online", "offline", "absent")) -> InstanceWanted:
    """What an admin declares; ``disk`` is the number of a disk until :func:`of_world` knows its name."""
    period = draw(_periods)
    policy = RestartPolicy(1, draw(st.integers(0, 5)), period, period + draw(st.sampled_from([0, 1, 900_000])))
    return InstanceWanted(
        state=t.cast("t.Any", draw(st.sampled_from(list(states)))),
        name=SEM,
        resource_type="Generic Service",
        service=SEM_SERVICE,
        restart=policy,
        pending_timeout_ms=draw(st.sampled_from([60_000, 120_000])),
        disk=draw(st.sampled_from([None, "0", "1"])),
        checkpoint=draw(st.sampled_from([KEY, None])),
        depends_on=t.cast("t.Any", draw(st.sampled_from(["required", "all"]))),
        use_network_name=draw(st.booleans()),
    )


def build(scenario: Scenario) -> World:
    """The cluster with its past behind it. What the cluster refuses did not happen."""
    world = World(scenario.version, nodes=scenario.nodes, seed=scenario.seed)
    for host in world.hosts.values():
        host.services["other"] = "Stopped"
    if scenario.key_there:
        world.host.registry[(KEY, VIEW)] = {}
    with acting("admin"):
        for resource, node in scenario.narrow:
            with contextlib.suppress(CimError):
                world.cluster.remove_possible_owner(_member(world, resource), _node(world, node))
        if scenario.instance is not None:
            _instance(world, scenario.instance)
        for verb, pick in scenario.disturb:
            with contextlib.suppress(CimError):
                _disturb(world, verb, pick)
    if scenario.rest:
        world.advance(REST_S)
    return world


def _members(world: World) -> list[str]:
    core = world.cluster.core
    return [item.name for item in core.members(core.group(world.names.exchange_group)) if item.name != SEM]


def _member(world: World, pick: int) -> str:
    names = _members(world)
    return names[pick % len(names)]


def _node(world: World, pick: int) -> str:
    return f"N{pick % len(world.hosts) + 1}"


def _instance(world: World, past: Instance) -> None:
    cluster = world.cluster
    cluster.create_resource(world.names.exchange_group, SEM, past.kind, past.monitor)
    runs = past.life in ("online", "failed", "stopped")
    service = SEM_SERVICE if runs else past.service
    if past.kind == "Generic Service" and service is not None:
        cluster.set_private(SEM, {"ServiceName": service})
    needs = list(dict.fromkeys(_member(world, pick) for pick in past.needs))
    if needs:
        cluster.set_dependencies(SEM, (" OR " if past.either else " AND ").join(f"[{name}]" for name in needs))
    for key in past.keys:
        world.host.registry.setdefault((key, VIEW), {})
        cluster.add_registry_checkpoint(SEM, key, VIEW)
    cluster.set_common(SEM, {"RestartAction": 0})
    if runs:
        cluster.bring_online(SEM)
        world.advance(REST_S)
    if past.life == "failed":
        cluster.fail_resource(SEM)
    elif past.life == "stopped":
        cluster.take_offline(SEM)
    elif past.life == "waiting":
        cluster.set_common(SEM, {"PersistentState": True})
    world.advance(10)
    _drift(world, past)


def _drift(world: World, past: Instance) -> None:
    cluster = world.cluster
    with contextlib.suppress(CimError):
        cluster.set_common(SEM, past.common)
    if past.kind == "Generic Service" and past.service is not None:
        cluster.set_private(SEM, {"ServiceName": past.service})
    if past.kind == "Generic Service" and past.network_name is not None:
        cluster.set_private(SEM, {"UseNetworkName": past.network_name})
    for pick in past.owners:
        with contextlib.suppress(CimError):
            cluster.remove_possible_owner(SEM, _node(world, pick))
    if past.dependent is not None:
        with contextlib.suppress(CimError):
            cluster.add_dependency(_member(world, past.dependent), SEM)


def _disturb(world: World, verb: str, pick: int) -> None:
    cluster, node = world.cluster, _node(world, pick)
    if verb == "crash":
        if sum(host.up for host in world.hosts.values()) > 1 and world.hosts[node].up:
            world.crash(node)
    elif verb == "pause_node":
        cluster.pause_node(node)
    elif verb == "move_group":
        cluster.move_group(world.names.exchange_group, node)
        world.advance(REST_S)
    elif verb == "bring_online" and cluster.core.find(SEM) is None:
        return
    else:
        getattr(cluster, verb)(SEM if verb == "bring_online" else _member(world, pick))
