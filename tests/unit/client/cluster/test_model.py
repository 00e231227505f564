"""Questions to a cluster as data (mscluster 2, 6.1)."""

from __future__ import annotations

from dataclasses import replace

from support.observed import ATTENDANT, DISK, GROUP, LOGS, NETWORK, SEM, STORE, exchange_cluster, sem


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
