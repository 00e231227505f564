"""Clusters, nodes and services as the planners see them, built from a few words."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import (
    Cluster,
    Group,
    GroupState,
    Node,
    NodeState,
    Partition,
    Resource,
    ResourceState,
    RestartPolicy,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Plan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.acting import Peers
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import InstanceSeen, InstanceWanted
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import SemNode

NODES = ("N1", "N2", "N3")
GROUP, OTHER = "Mail", "Files"
ADDRESS, NETWORK, DISK, LOGS = "Mail IP", "Mail Name", "Disk S", "Disk L"
ATTENDANT, STORE, DATABASE = "Attendant", "Store", "First Database"
SEM, SERVICE = "SPAMfighter Cluster Instance", "spamfsvc"
CHECKPOINT = "SOFTWARE\\SPAMfighter\\SEM\\Settings"
PROGRAM = '"C:\\Program Files\\SPAMfighter\\sem.exe" -service'
NEW_POLICY = RestartPolicy(2, 1, 900_000, 3_600_000)  # what the cluster gives a new resource
POLICY = RestartPolicy(1, 3, 900_000, 900_000)
EXCHANGE = "Microsoft Exchange "

_TYPES = {
    ADDRESS: ("IP Address", ()),
    NETWORK: ("Network Name", (ADDRESS,)),
    DISK: ("Physical Disk", ()),
    LOGS: ("Physical Disk", ()),
    ATTENDANT: (EXCHANGE + "System Attendant", (NETWORK,)),
    STORE: (EXCHANGE + "Information Store", (ATTENDANT,)),
    DATABASE: (EXCHANGE + "Database Instance", (STORE, LOGS)),
}


def resource(name: str, kind: str, group: str = GROUP, **changed: t.Any) -> Resource:
    """Online, in Exchange's group, as the cluster makes it."""
    made = Resource(name, kind, group, ResourceState.ONLINE, True, False, NEW_POLICY, 180_000)
    return replace(made, **{"resource_class": 1 if kind == "Physical Disk" else 0, **changed})


def sem(**changed: t.Any) -> Resource:
    """SEM's resource with nothing left to change."""
    values = {
        "separate_monitor": True,
        "restart": POLICY,
        "pending_timeout_ms": 60_000,
        "private": {"ServiceName": SERVICE, "UseNetworkName": 0},
        "checkpoints": (CHECKPOINT,),
    }
    return resource(str(changed.pop("name", SEM)), "Generic Service", **{**values, **changed})


def exchange_cluster(
    *more: Resource,
    providers: t.Mapping[str, Iterable[str]] | None = None,
    owners: t.Mapping[str, Iterable[str]] | None = None,
    states: t.Mapping[str, ResourceState] | None = None,
    without: Iterable[str] = (),
    **changed: t.Any,
) -> Cluster:
    """Three nodes and an Exchange group on N1 with two disks. ``more``: further resources; with ``providers`` their
    dependencies, with ``owners`` possible owners that are not all nodes, with ``states`` what is not online."""
    gone = set(without)
    resources = {name: resource(name, kind) for name, (kind, _) in _TYPES.items() if name not in gone}
    resources |= {item.name: item for item in more}
    for name, state in (states or {}).items():
        resources[name] = replace(resources[name], state=state)
    links = {name: frozenset(needs) - gone for name, (_, needs) in _TYPES.items() if name not in gone}
    links |= {name: frozenset(needs) for name, needs in (providers or {}).items()}
    listed = {name: frozenset(NODES) for name in resources}
    listed |= {name: frozenset(nodes) for name, nodes in (owners or {}).items()}
    groups = {name: Group(name, GroupState.ONLINE, "N1") for name in (GROUP, OTHER)}
    partitions = {
        disk: (Partition(letter, disk, 10_000, 9_000),)
        for disk, letter in ((DISK, "S:"), (LOGS, "L:"))
        if disk not in gone
    }
    nodes = {name: Node(name, NodeState.UP) for name in NODES}
    made = Cluster("C1", "id-1", "N1", nodes, groups, resources, links, listed, partitions)
    return replace(made, **changed)


def integrated(**changed: t.Any) -> Cluster:
    """The cluster with SEM as it should be; ``changed`` are SEM's drifts."""
    needs = changed.pop("needs", (ATTENDANT, STORE, DISK))
    owners = changed.pop("owners", NODES)
    return exchange_cluster(sem(**changed), providers={SEM: needs}, owners={SEM: owners})


def with_group(cluster: Cluster, name: str = GROUP, **changed: t.Any) -> Cluster:
    """The cluster with one group changed."""
    return replace(cluster, groups={**cluster.groups, name: replace(cluster.groups[name], **changed)})


def wanted(state: t.Any = "online", **changed: t.Any) -> InstanceWanted:
    return replace(InstanceWanted(state, SEM, "Generic Service", SERVICE, POLICY, 60_000, DISK, CHECKPOINT), **changed)


def seen(cluster: Cluster, name: str = SEM, settings_key: bool | None = True) -> InstanceSeen:
    return InstanceSeen(cluster, cluster.groups[GROUP], cluster.resource(name), settings_key)


def published(node: str, **changed: t.Any) -> SemNode:
    """What a node with SEM installed and normalised tells the others."""
    entry = SemNode("run", node, "id-1", "SEM", "4.1.0", SERVICE, PROGRAM, "Manual", "Stopped", False)
    return replace(entry, **changed)


def peers(*entries: SemNode, absent: t.Mapping[str, str] | None = None) -> Peers:
    """By default every node of the cluster, ready."""
    listed = entries or tuple(published(node) for node in NODES)
    return Peers({entry.node.lower(): entry for entry in listed}, absent or {})


def kinds(plan: Plan) -> list[str]:
    return [change.kind for change in plan.changes]


def codes(plan: t.Any) -> list[str]:
    """Of anything that has problems; each says where, what and what to do, ready for a sentence (rule 31)."""
    for problem in plan.problems:
        for text in (problem.code, problem.where, problem.what, problem.advice):
            assert text.strip() == text != ""
            assert not text.endswith((".", "\n"))
    return [problem.code for problem in plan.problems]
