"""Puts groups and resources together, at rest, before the cluster forms."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...clock import VirtualClock
from ...contract import Host, VolumeInfo
from ...journal import Journal
from ..cluster import Cluster
from ..model import Group, Resource, ResourceType
from ..naming import DiskName, GroupNaming, Naming
from ..restypes import (
    FILE_SHARE_WITNESS,
    GENERIC_SERVICE,
    IP_ADDRESS,
    MAJORITY_NODE_SET,
    NETWORK_NAME,
    PHYSICAL_DISK,
    THIRD_PARTY_DISK,
    TRANSACTIONS,
    builtin_types,
    third_party_disk,
    vendor_type,
)
from ..switches import ClusterSwitches
from ..versions import ClusterVersion

SETTLE_S = 60.0  # virtual seconds after which a formed cluster of any shape is at rest
DISK_MB = 102_400
ROLES = ("ip", "name", "disk", "attendant", "store", "database", "mta", "protocol", "application", "vendor")
WITNESSES = ("disk", "share", "none")
VENDOR_RESOURCE = "SPAMfighter Cluster Instance"
VENDOR_SERVICE = "SfExchangeFilter"


@dataclass(frozen=True)
class GroupOptions:
    """What a topology says of one group; ``possible_owners`` by role of its resources."""

    name: str | None = None
    owner: str | None = None
    preferred: tuple[str, ...] | None = None
    possible_owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What a topology says of a shape. ``groups``: one entry for each group with options, from 0."""

    version: ClusterVersion = ClusterVersion.WIN2008R2
    switches: ClusterSwitches = field(default_factory=ClusterSwitches)
    localised: bool = False
    third_party_disks: bool = False
    vendor_type: str | None = None
    witness: str = "disk"
    access_point: bool = True
    groups: Mapping[int, GroupOptions] = field(default_factory=dict)

    @property
    def quorum(self) -> str:
        if self.witness == "disk" and self.version == ClusterVersion.WIN2003:
            return "disk_only"  # any node that has the quorum disk is a cluster
        return {"disk": "node_and_disk", "share": "node_and_share", "none": "node_majority"}[self.witness]


@dataclass(frozen=True)
class Shape:
    """A cluster and the names that its seed chose. ``cluster.form()`` has not been called."""

    cluster: Cluster
    naming: Naming


class Builder:
    """``nodes`` in the order in which they joined."""

    def __init__(
        self,
        name: str,
        naming: Naming,
        hosts: Sequence[Host],
        clock: VirtualClock,
        journal: Journal,
        options: Options,
        types: Sequence[ResourceType] = (),
    ) -> None:
        self.naming = naming
        self.options = options
        self.nodes = [host.name for host in hosts]
        known = [*builtin_types(options.version, options.localised), *types]
        known += [third_party_disk()] if options.third_party_disks else []
        known += [vendor_type(options.vendor_type)] if options.vendor_type else []
        seed = naming.main.virtual_server if naming.groups else "dag"
        self.cluster = Cluster(
            name,
            options.version,
            hosts,
            clock,
            journal,
            instance_id=str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}/{seed}")),
            types=known,
            switches=options.switches,
            quorum=options.quorum,
        )
        self._owners: Mapping[str, tuple[str, ...]] = {}

    # ---- pieces -----------------------------------------------------------------------------
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
        role: str = "",
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
        if role in self._owners:
            made.possible_owners = set(self._owners[role])
        self.cluster.core.resources[made.id] = made
        return made

    def disk(self, group: Group, name: DiskName, needs: Sequence[Resource] = (), quorum: bool = False) -> Resource:
        guid = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.cluster.instance_id}/{name.letter or name.mount}")
        foreign = self.options.third_party_disks and not quorum
        type_name = THIRD_PARTY_DISK if foreign else PHYSICAL_DISK
        made = self.resource(group, name.resource, type_name, needs, core=quorum, role="disk")
        made.quorum = quorum
        if foreign:
            made.private.update(DiskGroupName=f"dg_{(name.letter or name.resource)[:8].strip(':')}")
        elif self.cluster.version == ClusterVersion.WIN2003:
            made.private.update(Signature=guid.time_low, SkipChkdsk=0, ConditionalMount=1)
        else:
            made.private.update(DiskIdType=0, DiskSignature=guid.time_low, DiskRunChkDsk=0, MaintenanceMode=0)
        mounts = (name.mount,) if name.mount else ()
        made.volumes = (VolumeInfo(f"{{{guid}}}", name.letter, name.resource[:16], DISK_MB, mounts),)
        return made

    def address(self, group: Group, name: str, number: int, core: bool = False) -> Resource:
        address = f"192.0.2.{number}"
        return self.resource(
            group,
            name,
            IP_ADDRESS,
            core=core,
            role="ip",
            Address=address,
            SubnetMask="255.255.255.0",
            EnableDhcp=0,
        )

    # ---- groups that every shape has --------------------------------------------------------
    def core_groups(self, transactions: bool = False) -> None:
        """Name, address and witness of the cluster itself; 2008 and later also have Available Storage."""
        owner, names = self.nodes[-1], self.naming
        group = self.group(names.cluster_group, owner, core=True)
        if self.options.access_point:
            address = self.address(group, names.cluster_ip, 10, core=True)
            self.resource(group, names.cluster_name, NETWORK_NAME, [address], core=True, Name=self.cluster.name)
        quorum = self._witness(group)
        if transactions and quorum is not None:
            self.resource(group, "MSDTC", TRANSACTIONS, [quorum])
        if self.cluster.version.available_storage:
            self.group(names.available_storage, owner, core=True)

    def _witness(self, group: Group) -> Resource | None:
        if self.options.witness == "none":
            return None
        if self.options.witness == "disk":
            return self.disk(group, self.naming.quorum_disk, quorum=True)
        share = f"\\\\hub.example.com\\{self.cluster.name}"
        if self.cluster.version == ClusterVersion.WIN2003:
            made = self.resource(group, "Majority Node Set", MAJORITY_NODE_SET, core=True, MNSFileShare=share)
        else:
            made = self.resource(
                group, f"{self.naming.witness} ({share})", FILE_SHARE_WITNESS, core=True, SharePath=share
            )
        made.quorum = True
        return made

    def foreign_group(self) -> None:
        """Somebody else's service, on its own disk where the cluster shares any."""
        names = self.naming
        group = self.group(names.foreign_group, self.nodes[1 % len(self.nodes)])
        needs = [self.disk(group, names.foreign_disk)] if self.options.witness == "disk" else []
        made = self.resource(group, names.foreign_resource, GENERIC_SERVICE, needs)
        made.private.update(ServiceName=names.foreign_service, UseNetworkName=0)

    def role_group(self, number: int, home: Sequence[str]) -> tuple[Group, Resource, list[Resource]]:
        """The group of one mail server or application: itself, its network name, its disks. ``home``: the nodes
        that it prefers if the topology says nothing."""
        names: GroupNaming = self.naming.groups[number]
        chosen = self.options.groups.get(number, GroupOptions())
        self._owners = chosen.possible_owners
        preferred = home if chosen.preferred is None else chosen.preferred
        group = self.group(names.group, chosen.owner or (preferred[0] if preferred else home[0]))
        group.preferred = list(preferred)
        address = self.address(group, names.ip, 20 + number)
        network = self.resource(
            group, names.network_name, NETWORK_NAME, [address], role="name", Name=names.virtual_server
        )
        disks: list[Resource] = []
        for item in names.disks:
            disks.append(self.disk(group, item, disks[:1] if item.mount else ()))
        return group, network, disks

    def vendor(self, group: Group, needs: Sequence[Resource]) -> None:
        """A resource of the vendor's own type, set up and never brought online: SEM is not installed yet."""
        if self.options.vendor_type is None:
            return
        made = self.resource(
            group, VENDOR_RESOURCE, self.options.vendor_type, needs, VENDOR_SERVICE, role="vendor", DataPath=""
        )
        made.persistent_state = False
