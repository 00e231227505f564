"""Clusters without Exchange types: data availability groups, and a named application."""

from __future__ import annotations

from collections.abc import Sequence

from ...clock import VirtualClock
from ...contract import Host
from ...journal import Journal
from ..model import Driver, ResourceType
from ..naming import Naming
from ..versions import ClusterVersion
from .builder import Builder, Options, Shape


def availability_group(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """Only the cluster's own group, with name and address or without (mscluster 4.2)."""
    if options.version < ClusterVersion.WIN2008:
        raise ValueError(f"Exchange 2010 does not run on {options.version.name}")
    build = Builder(name, naming, hosts, clock, journal, options)
    build.core_groups()
    return Shape(build.cluster, naming)


def application(
    name: str, naming: Naming, hosts: Sequence[Host], clock: VirtualClock, journal: Journal, options: Options
) -> Shape:
    """A group of a fictional application's own type, with name, address and disks."""
    kind = naming.application_type
    types = [ResourceType(kind, kind, "ledgerres.dll", Driver.SERVICE, 32768, private=(("Ledger", "string"),))]
    build = Builder(name, naming, hosts, clock, journal, options, types)
    build.core_groups()
    group, network, disks = build.role_group(0, build.nodes[:1])
    resource = build.resource(
        group, naming.main.application, kind, [network, *disks], naming.application_service, role="application"
    )
    build.vendor(group, [resource, *disks[:1]])
    build.foreign_group()
    return Shape(build.cluster, naming)
