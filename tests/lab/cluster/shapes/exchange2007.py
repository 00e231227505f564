"""Exchange 2007: single copy clusters with one or several mail servers, and cluster continuous replication."""

from __future__ import annotations

from collections.abc import Sequence

from ...clock import VirtualClock
from ...contract import Host
from ...journal import Journal
from ..exchange_types import DATABASE_INSTANCE, INFORMATION_STORE, SYSTEM_ATTENDANT, exchange2007_types
from ..naming import Naming
from ..switches import ClusterSwitches
from ..versions import ClusterVersion
from .builder import Builder, Options, Shape


def exchange2007_scc(
    name: str,
    naming: Naming,
    hosts: Sequence[Host],
    clock: VirtualClock,
    journal: Journal,
    *,
    version: ClusterVersion = ClusterVersion.WIN2008R2,
    switches: ClusterSwitches | None = None,
    localised: bool = False,
) -> Shape:
    """A single copy cluster: one Exchange 2007 group on shared disks, and foreign things beside it.

    The hosts must have ``naming.hosted_services``, start mode Manual.
    """
    options = Options(version, switches or ClusterSwitches(), localised)
    return single_copy(name, naming, hosts, clock, journal, options)


def single_copy(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """As :func:`exchange2007_scc`, with everything a topology can say."""
    build = _builder(name, naming, hosts, clock, journal, options)
    build.core_groups()
    mail_server(build, 0, build.nodes[:1])
    build.foreign_group()
    return Shape(build.cluster, naming)


def spare_node(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """N+1: each mail server on a node of its own, the last node for whichever fails."""
    build = _builder(name, naming, hosts, clock, journal, options)
    build.core_groups()
    for number in range(len(naming.groups)):
        mail_server(build, number, [build.nodes[number], build.nodes[-1]])
    build.foreign_group()
    return Shape(build.cluster, naming)


def continuous_replication(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """CCR: each node has its own copy of the databases; the group has no disk (mscluster 4.2)."""
    build = _builder(name, naming, hosts, clock, journal, options)
    build.core_groups()
    mail_server(build, 0, build.nodes[:1])
    return Shape(build.cluster, naming)


def _builder(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Builder:
    if not options.version.exchange_types:
        raise ValueError(f"Exchange 2007 does not run on {options.version.name}")
    return Builder(name, naming, hosts, clock, journal, options, exchange2007_types())


def mail_server(build: Builder, number: int, home: Sequence[str]) -> None:
    """Attendant on the name, store on the attendant, each database on the store and its own disk."""
    names = build.naming.groups[number]
    group, network, disks = build.role_group(number, home)
    attendant_service, store_service = build.naming.services[:2]
    attendant = build.resource(
        group, names.system_attendant, SYSTEM_ATTENDANT, [network], attendant_service, role="attendant"
    )
    store = build.resource(group, names.information_store, INFORMATION_STORE, [attendant], store_service, role="store")
    for index, database in enumerate(names.databases):
        needs = [store, disks[index % len(disks)]] if disks else [store]
        build.resource(group, database, DATABASE_INSTANCE, needs, role="database")
    build.vendor(group, [attendant, store, *disks[:1]])
