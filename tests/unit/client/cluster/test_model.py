"""Questions to a cluster as data (mscluster 2, 6.1)."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import GroupState, NodeState, ResourceState
from support.observed import ATTENDANT, DISK, GROUP, LOGS, NETWORK, SEM, STORE, exchange_cluster, sem


def test_the_numbers_of_the_states() -> None:
    """mscluster 2.2, 2.3 and 2.5."""
    nodes, groups, resources = (
        {item.name: int(item) for item in kind} for kind in (NodeState, GroupState, ResourceState)
    )
    assert nodes == {"UNKNOWN": -1, "UP": 0, "DOWN": 1, "PAUSED": 2, "JOINING": 3}
    assert groups == {"UNKNOWN": -1, "ONLINE": 0, "OFFLINE": 1, "FAILED": 2, "PARTIAL_ONLINE": 3, "PENDING": 4}
    pending = {"INITIALIZING": 1, "PENDING": 128, "ONLINE_PENDING": 129, "OFFLINE_PENDING": 130}
    assert resources == {"UNKNOWN": -1, "INHERITED": 0, "ONLINE": 2, "OFFLINE": 3, "FAILED": 4, **pending}


def test_providers_of_providers_once_each() -> None:
    """A diamond: two ways to the same provider."""
    cluster = exchange_cluster(sem(), providers={SEM: (ATTENDANT, STORE, DISK), DISK: (), STORE: (ATTENDANT, LOGS)})
    assert cluster.transitive_providers(SEM) == {ATTENDANT, STORE, DISK, LOGS, NETWORK, "Mail IP"}
    assert cluster.transitive_providers(DISK) == frozenset()
    assert cluster.transitive_providers("None") == frozenset()


def test_a_loop_among_providers_ends() -> None:
    """The cluster refuses one (1059), but a picture may be torn."""
    cluster = replace(exchange_cluster(), providers={"A": frozenset("B"), "B": frozenset("A")})
    assert cluster.transitive_providers("A") == {"A", "B"}


def test_dependents_are_direct_ones() -> None:
    cluster = exchange_cluster(sem(), providers={SEM: (STORE,)})
    assert cluster.dependents(STORE) == {SEM, "First Database"}
    assert cluster.dependents(SEM) == frozenset()


def test_names_have_no_case() -> None:
    cluster = exchange_cluster(sem())
    assert cluster.resource(SEM.upper()) is cluster.resources[SEM]
    assert cluster.group(GROUP.lower()) is cluster.groups[GROUP]
    assert (cluster.resource("none"), cluster.group("none")) == (None, None)
    members = [item.name for item in cluster.in_group(GROUP.upper())]
    assert members == sorted(members, key=str.lower)
    assert SEM in members
