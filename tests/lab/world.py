"""Everything a topology describes, put together: machines, clusters, clock, journal."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import switching
from .clock import VirtualClock
from .cluster import (
    SETTLE_S,
    Cluster,
    ClusterSwitches,
    ClusterVersion,
    Naming,
    Options,
    build,
    groups_of,
)
from .cluster.provider import UnformedProvider
from .cluster.restypes import GENERIC_SERVICE
from .cluster.shapes.builder import VENDOR_RESOURCE
from .faults import FaultRules
from .joining import add_programs, apply_state, join, mount_shared
from .journal import Journal, acting
from .machines import Parts, assemble, preinstall_clustering
from .msi.database import Package
from .msi.engine import Installer
from .node.files import SharedStorage
from .node.machine import WindowsNode
from .node.switches import NodeSwitches
from .product import behaviour
from .product import build as product
from .profiles import adjusted, profile
from .topology import ClusterSpec, MachineSpec, NodeSpec, StandaloneSpec, Topology, TopologyError
from .wire.counters import Counters
from .wire.switches import Switches

PACKAGES = Path(product.__file__).parent
VERSIONS = {item.version: PACKAGES / item.file_name for item in product.BUILDS if item.architecture == "x64"}
VERSIONS_32 = {item.version: PACKAGES / item.file_name for item in product.BUILDS if item.architecture == "x86"}
# Exchange 2003 is a 32-bit product and runs on 32-bit Windows only.
ARCHITECTURE = {"exchange2003_ap": "32-bit"}
EXCHANGE = {"exchange2003_ap": "2003", "application": "", "dag": "2010"}


def split_switches(switches: Mapping[str, Any]) -> tuple[Switches, ClusterSwitches, NodeSwitches]:
    """Raises TopologyError for a name that none of them has, and for a setting that its switch does not have."""
    kinds = (Switches, ClusterSwitches, NodeSwitches)
    unknown = set(switches) - {name for kind in kinds for name in switching.names(kind)}
    if unknown:
        raise TopologyError(f"unknown switches: {', '.join(sorted(unknown))}")
    own = [{name: switches[name] for name in switching.names(kind) if name in switches} for kind in kinds]
    try:
        return (
            switching.make(Switches, own[0]),
            switching.make(ClusterSwitches, own[1]),
            switching.make(NodeSwitches, own[2]),
        )
    except ValueError as error:
        raise TopologyError(str(error)) from error


class World:
    """The state of a whole lab; it knows no socket and no real time."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.clock = VirtualClock()
        self.journal = Journal()
        self.machines: dict[str, WindowsNode] = {}
        self.counters: dict[str, Counters] = {}
        self.clusters: dict[str, Cluster] = {}
        self.cluster_specs: dict[str, ClusterSpec] = {}
        self.naming: dict[str, Naming] = {}
        self._storage: dict[str, SharedStorage] = {}
        self._parts = Parts(self.clock, self.journal, topology.seed, topology.credentials)
        self.switches, self.cluster_switches, self.node_switches = split_switches(topology.wire.switches)
        self.faults = FaultRules(lambda name: self.installer(name))
        for spec in topology.clusters:
            self.add_cluster(spec)
        for alone in topology.standalone:
            self.add_standalone(alone)
        for fault in topology.faults:
            self.faults.inject(fault)

    # ---- machines ---------------------------------------------------------------------------
    def installer(self, name: str) -> Installer:
        installer = self.machines[name].installer
        assert installer is not None
        return installer

    def _machine(
        self, name: str, windows: str, machine: MachineSpec, storage: SharedStorage, shape: str = "", **more: Any
    ) -> WindowsNode:
        if name in self.machines:
            raise TopologyError(f"a machine {name} is already there")
        found = adjusted(
            profile(windows),
            winrm=machine.winrm,
            tls_max=machine.tls,
            without=machine.without,
            extra=machine.extra,
            architecture=ARCHITECTURE.get(shape),
        )
        node = assemble(self._parts, name, self.node_switches.applied(found), storage, **more)
        node.switches = self.node_switches
        self.machines[name] = node
        self.counters[name] = Counters()
        return node

    def add_standalone(self, spec: StandaloneSpec) -> None:
        shape = "exchange2003_ap" if spec.exchange == "2003" else ""
        node = self._machine(spec.name, spec.windows, spec.machine, SharedStorage(), shape, exchange=spec.exchange)
        clustering = node.profile.clustering_preinstalled if spec.clustering is None else spec.clustering
        if clustering:
            preinstall_clustering(node)
            add_programs(node, None)
            node.add_provider(UnformedProvider(ClusterVersion.of_profile(spec.windows), self.cluster_switches))

    # ---- clusters ---------------------------------------------------------------------------
    def add_cluster(self, spec: ClusterSpec) -> Cluster:
        """Build it, form it and let it come to rest."""
        if spec.name in self.clusters:
            raise TopologyError(f"a cluster {spec.name} is already there")
        self._storage[spec.name] = SharedStorage()
        naming = self._naming(spec)
        nodes = [self._member(spec, item, naming) for item in spec.nodes]
        with acting("setup"):
            options = _options(spec, self.cluster_switches)
            cluster = build(spec.shape, spec.name, naming, nodes, self.clock, self.journal, options).cluster
            self.clusters[spec.name], self.naming[spec.name] = cluster, naming
            self.cluster_specs[spec.name] = spec
            mount_shared(cluster, self._storage[spec.name])
            for node in nodes:
                join(cluster, node)
            cluster.form()
            self.clock.advance(SETTLE_S)
            for item in spec.nodes:
                apply_state(cluster, self.machines[item.name], item.state)
            self.clock.advance(SETTLE_S)
        return cluster

    def _naming(self, spec: ClusterSpec) -> Naming:
        seed = zlib.crc32(f"{self.topology.seed}/{spec.name}".encode())
        without_disks = spec.shape in ("exchange2007_ccr", "dag")
        found = Naming.from_seed(
            seed,
            0 if without_disks else spec.disks,
            spec.databases,
            spec.localised,
            groups_of(spec.shape, len(spec.nodes)),
        )
        named = {index: item.name for index, item in spec.groups.items() if item.name}
        groups = tuple(replace(item, group=named.get(index, item.group)) for index, item in enumerate(found.groups))
        services = (*found.services, "MSExchangeMTA") if spec.shape == "exchange2003_ap" else found.services
        return replace(
            found,
            groups=groups,
            services=services,
            application_type=spec.application.get("type", found.application_type),
            application_service=spec.application.get("service", found.application_service),
        )

    def _member(self, spec: ClusterSpec, node: NodeSpec, naming: Naming) -> WindowsNode:
        exchange = spec.exchange or EXCHANGE.get(spec.shape, "2007")
        if spec.shape == "dag" and spec.exchange is None:
            exchange = max(exchange, profile(spec.windows).exchange)
        own = {naming.application_service: naming.main.application} if spec.shape == "application" else {}
        return self._machine(
            node.name,
            spec.windows,
            node.machine or spec.machine,
            self._storage[spec.name],
            spec.shape,
            exchange=exchange,
            clustered=True,
            services=own,
        )

    def add_node(self, cluster_name: str, name: str) -> WindowsNode:
        """Another node joins; Exchange set-up makes it a possible owner of the Exchange resources."""
        cluster, spec = self.clusters[cluster_name], self.cluster_specs[cluster_name]
        naming = self.naming[cluster_name]
        node = self._member(spec, NodeSpec(name), naming)
        with acting("setup"):
            known = cluster.add_node(node)
            join(cluster, node)
            self.clock.advance(SETTLE_S)
            for each in naming.groups:
                for item in cluster.core.members(cluster.core.group(each.group)):
                    # Set-up knows its own: neither others' services nor a vendor's resource.
                    own = item.name in known and item.type != GENERIC_SERVICE and item.name != VENDOR_RESOURCE
                    if own and name not in cluster.core.owners(item):
                        cluster.add_possible_owner(item.name, name)
        self.cluster_specs[cluster_name] = replace(spec, nodes=(*spec.nodes, NodeSpec(name)))
        return node

    def remove_cluster(self, name: str) -> list[str]:
        """Switch a cluster off for good and forget it; the names of its machines."""
        nodes = [node.name for node in self.cluster_specs.pop(name).nodes]
        for node in nodes:
            self.machines.pop(node).crash()
            del self.counters[node]
        for table in (self.clusters, self.naming, self._storage):
            table.pop(name)
        self.journal.forget({name, *nodes})
        return nodes

    # ---- what the inventory says of SEM -----------------------------------------------------
    def sem_variables(self, package: Path = VERSIONS["4.1.0"]) -> dict[str, Any]:
        """The role variables of an admin who wants the stand-in SEM 4.1.0 (design: product profile)."""
        key, _, subkey = behaviour.SETTINGS.rpartition("\\")
        return {
            "sem_package": {
                "src": str(package),
                "version": "4.1.0",
                "checksum": "sha256:" + hashlib.sha256(package.read_bytes()).hexdigest(),
                "upgrade_code": Package.open(package).property("UpgradeCode"),
            },
            "sem_profile": {
                "service": behaviour.SERVICE,
                "registry_key": key,
                "settings_subkey": subkey,
                "data_value": "DataDir",
            },
        }

    def cluster_variables(self) -> dict[str, dict[str, Any]]:
        """What differs for a cluster: 32-bit Windows takes the 32-bit package."""
        narrow = {name for name, spec in self.cluster_specs.items() if spec.shape in ARCHITECTURE}
        package = self.sem_variables(VERSIONS_32["4.1.0"])["sem_package"]
        return {name: {"sem_package": package} for name in narrow}


def _options(spec: ClusterSpec, switches: ClusterSwitches) -> Options:
    shared = "share" if spec.shape == "exchange2007_ccr" else "disk"
    if spec.shape == "dag":  # Exchange itself changes the quorum model with the number of nodes
        shared = "share" if len(spec.nodes) % 2 == 0 else "none"
    return Options(
        version=ClusterVersion.of_profile(spec.windows),
        switches=switches,
        localised=spec.localised,
        third_party_disks=spec.disk_type == "third_party",
        vendor_type=spec.vendor_type,
        witness=spec.witness or shared,
        access_point=spec.access_point,
        groups=spec.groups,
    )
