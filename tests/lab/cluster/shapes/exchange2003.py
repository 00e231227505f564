"""Exchange 2003, active and passive: the picture of SEM's manual."""

from __future__ import annotations

from collections.abc import Sequence

from ...clock import VirtualClock
from ...contract import Host
from ...journal import Journal
from ..exchange_types import (
    COMPONENTS_2003,
    INFORMATION_STORE,
    MESSAGE_TRANSFER_AGENT,
    PROTOCOLS_2003,
    SYSTEM_ATTENDANT,
    component_2003,
    exchange2003_types,
    protocol_2003,
)
from ..naming import Naming
from ..versions import ClusterVersion
from .builder import Builder, Options, Shape


def active_passive(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """The attendant depends on the name and every disk, all else of Exchange on the attendant (KB821833)."""
    if options.version != ClusterVersion.WIN2003:
        raise ValueError(f"Exchange 2003 does not run on {options.version.name}")
    suffix = options.switches.exchange_2003_types
    build = Builder(name, naming, hosts, clock, journal, options, exchange2003_types(suffix))
    build.core_groups(transactions=True)
    names = naming.main
    group, network, disks = build.role_group(0, build.nodes[:1])
    services = dict(zip((SYSTEM_ATTENDANT, INFORMATION_STORE, MESSAGE_TRANSFER_AGENT), naming.services, strict=True))
    attendant = build.resource(
        group,
        names.system_attendant,
        SYSTEM_ATTENDANT,
        [network, *disks],
        services[SYSTEM_ATTENDANT],
        role="attendant",
    )
    store = build.resource(
        group, names.information_store, INFORMATION_STORE, [attendant], services[INFORMATION_STORE], role="store"
    )
    agent = names.further("Message Transfer Agent")
    build.resource(group, agent, MESSAGE_TRANSFER_AGENT, [attendant], services[MESSAGE_TRANSFER_AGENT], role="mta")
    for protocol in PROTOCOLS_2003:
        title = names.further(f"{protocol} Virtual Server")
        build.resource(group, title, protocol_2003(protocol, suffix), [attendant], role="protocol")
    for component in COMPONENTS_2003:
        build.resource(group, names.further(component), component_2003(component), [attendant], role="protocol")
    build.vendor(group, [attendant, store, *disks[:1]])
    build.foreign_group()
    return Shape(build.cluster, naming)
