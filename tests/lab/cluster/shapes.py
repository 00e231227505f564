"""Clusters of a given shape, made of names and hosts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from ..clock import VirtualClock
from ..contract import Host, VolumeInfo
from ..journal import Journal
from .cluster import Cluster
from .model import Group, Resource
from .naming import DiskName, Naming
from .restypes import (
    DATABASE_INSTANCE,
    GENERIC_SERVICE,
    INFORMATION_STORE,
    IP_ADDRESS,
    NETWORK_NAME,
    PHYSICAL_DISK,
    SYSTEM_ATTENDANT,
    builtin_types,
    exchange2007_types,
)
from .switches import ClusterSwitches
from .versions import ClusterVersion

SETTLE_S = 60.0  # virtual seconds after which a formed cluster of any shape is at rest
DISK_MB = 102_400


@dataclass(frozen=True)
class Shape:
    """A cluster and the names that its seed chose. ``cluster.form()`` has not been called."""

    cluster: Cluster
    naming: Naming


class Builder:
    """Puts groups and resources together, at rest, before the cluster forms."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def group(self, name: str, owner: str, core: bool = False) -> Group:
        made = Group(self.cluster.core.new_id(), name, owner, core=core)
        self.cluster.core.groups[made.id] = made
        return made

    def resource(
        self,
        group: Group,
        name: str,
        type_name: str,
        needs: Sequence[Resource] = (),
        service: str | None = None,
        core: bool = False,
        **private: str | int,
    ) -> Resource:
        made = Resource(
            self.cluster.core.new_id(),
            name,
            type_name,
            group.id,
            persistent_state=True,
            restart_threshold=self.cluster.version.restart_threshold,
            service=service,
            core=core,
        )
        made.dependencies = tuple((item.id,) for item in needs)
        made.private.update(private)
        self.cluster.core.resources[made.id] = made
        return made

    def disk(self, group: Group, name: DiskName, quorum: bool = False) -> Resource:
        guid = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.cluster.instance_id}/{name.letter}")
        made = self.resource(group, name.resource, PHYSICAL_DISK, core=quorum)
        made.quorum = quorum
        if self.cluster.version == ClusterVersion.WIN2003:
            made.private.update(Signature=guid.time_low, SkipChkdsk=0, ConditionalMount=1)
        else:
            made.private.update(DiskIdType=0, DiskSignature=guid.time_low, DiskRunChkDsk=0, MaintenanceMode=0)
        made.volumes = (VolumeInfo(f"{{{guid}}}", name.letter, name.resource[:16], DISK_MB),)
        return made

    def address(self, group: Group, name: str, number: int, core: bool = False) -> Resource:
        return self.resource(
            group, name, IP_ADDRESS, core=core, Address=f"192.0.2.{number}", SubnetMask="255.255.255.0", EnableDhcp=0
        )


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
    if not version.exchange_types:
        raise ValueError(f"Exchange 2007 does not run on {version.name}")
    types = (*builtin_types(version, localised), *exchange2007_types())
    instance = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}/{naming.virtual_server}"))
    cluster = Cluster(name, version, hosts, clock, journal, instance_id=instance, types=types, switches=switches)
    build = Builder(cluster)
    nodes = [host.name for host in hosts]
    _core_groups(build, naming, nodes[-1])
    _exchange_group(build, naming, nodes)
    _foreign_group(build, naming, nodes[1 % len(nodes)])
    return Shape(cluster, naming)


def _core_groups(build: Builder, naming: Naming, owner: str) -> None:
    group = build.group(naming.cluster_group, owner, core=True)
    address = build.address(group, "Cluster IP Address", 10, core=True)
    build.resource(group, "Cluster Name", NETWORK_NAME, [address], core=True, Name=build.cluster.name)
    build.disk(group, naming.quorum_disk, quorum=True)
    if build.cluster.version >= ClusterVersion.WIN2008:
        build.group(naming.available_storage, owner, core=True)


def _exchange_group(build: Builder, naming: Naming, nodes: Sequence[str]) -> None:
    group = build.group(naming.exchange_group, nodes[0])
    group.preferred = [nodes[0]]
    address = build.address(group, naming.ip, 20)
    network = build.resource(group, naming.network_name, NETWORK_NAME, [address], Name=naming.virtual_server)
    disks = [build.disk(group, item) for item in naming.disks]
    attendant_service, store_service = naming.services
    attendant = build.resource(group, naming.system_attendant, SYSTEM_ATTENDANT, [network], attendant_service)
    store = build.resource(group, naming.information_store, INFORMATION_STORE, [attendant], store_service)
    for number, database in enumerate(naming.databases):
        build.resource(group, database, DATABASE_INSTANCE, [store, disks[number % len(disks)]])


def _foreign_group(build: Builder, naming: Naming, owner: str) -> None:
    group = build.group(naming.foreign_group, owner)
    disk = build.disk(group, naming.foreign_disk)
    build.resource(
        group, naming.foreign_resource, GENERIC_SERVICE, [disk], ServiceName=naming.foreign_service, UseNetworkName=0
    )
