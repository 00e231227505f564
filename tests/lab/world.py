"""Everything a topology describes, put together: machines, clusters, clock, journal."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .clock import VirtualClock
from .cluster import SETTLE_S, Cluster, ClusterSwitches, MsClusterProvider, Naming, exchange2007_scc
from .cluster.restypes import GENERIC_SERVICE
from .contract import Account
from .faults import FaultRules
from .journal import Journal, acting
from .msi.database import Package
from .msi.engine import Installer
from .node.cmd.host import CommandHost
from .node.files import SharedStorage
from .node.machine import CLUSTER_SERVICE, WindowsNode
from .node.providers.registry import RegistryProvider
from .node.providers.security import SecurityProvider
from .node.providers.system import SystemProvider
from .node.registry import SZ
from .node.untidy import SVCHOST, add_exchange, furnish
from .product import behaviour, build
from .profiles import profile
from .topology import ClusterSpec, NodeSpec, StandaloneSpec, Topology, TopologyError
from .wire.counters import Counters
from .wire.switches import Switches

PACKAGES = Path(build.__file__).parent
VERSIONS = {item.version: PACKAGES / item.file_name for item in build.BUILDS}
# Services that load the product's DLL once it is installed: the store scans mail in its own process.
HOLDERS = ("MSExchangeIS",)


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
        known = {key: value for key, value in topology.wire.switches.items() if key in Switches.__dataclass_fields__}
        others = {key: value for key, value in topology.wire.switches.items() if key not in known}
        unknown = set(others) - set(ClusterSwitches.__dataclass_fields__)
        if unknown:
            raise TopologyError(f"unknown switches: {', '.join(sorted(unknown))}")
        self.switches = Switches(**known)
        self.cluster_switches = ClusterSwitches(**others)
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

    def _machine(self, name: str, windows: str, storage: SharedStorage, exchange: bool) -> WindowsNode:
        if name in self.machines:
            raise TopologyError(f"a machine {name} is already there")
        credentials = self.topology.credentials
        with acting("setup"):
            node = WindowsNode(
                name,
                profile(windows),
                self.clock,
                self.journal,
                seed=self.topology.seed,
                domain=credentials.domain,
                accounts=(Account(credentials.user, credentials.password),),
                storage=storage,
                programs=(behaviour.program,),
            )
            furnish(node, self.topology.seed)
            if exchange:
                add_exchange(node)
            installer = Installer(node, self.clock)
            installer.holders = HOLDERS
            node.installer = installer
            node.set_shells(CommandHost(node, {"msiexec": installer.msiexec}))
            for provider in (SystemProvider(node), RegistryProvider(node), SecurityProvider(node)):
                node.add_provider(provider)
            node.services.boot()
        self.machines[name] = node
        self.counters[name] = Counters()
        return node

    def add_standalone(self, spec: StandaloneSpec) -> None:
        self._machine(spec.name, spec.windows, SharedStorage(), spec.exchange)

    # ---- clusters ---------------------------------------------------------------------------
    def add_cluster(self, spec: ClusterSpec) -> Cluster:
        """Build it, form it and let it come to rest."""
        if spec.shape != "exchange2007_scc":
            raise TopologyError(f"shape {spec.shape} is not modelled yet")
        if spec.name in self.clusters:
            raise TopologyError(f"a cluster {spec.name} is already there")
        storage = self._storage[spec.name] = SharedStorage()
        nodes = [self._machine(item.name, spec.windows, storage, True) for item in spec.nodes]
        seed = zlib.crc32(f"{self.topology.seed}/{spec.name}".encode())
        naming = Naming.from_seed(seed, spec.disks, localised=spec.localised)
        with acting("setup"):
            shape = exchange2007_scc(
                spec.name,
                naming,
                nodes,
                self.clock,
                self.journal,
                switches=self.cluster_switches,
                localised=spec.localised,
            )
            cluster = shape.cluster
            self.clusters[spec.name], self.naming[spec.name] = cluster, naming
            self.cluster_specs[spec.name] = spec
            for node in nodes:
                self._join(cluster, node)
            cluster.form()
            self.clock.advance(SETTLE_S)
            for item in spec.nodes:
                self._apply_state(cluster, item)
            self.clock.advance(SETTLE_S)
        return cluster

    def _join(self, cluster: Cluster, node: WindowsNode) -> None:
        """The cluster service of one node, its hive and its WMI provider."""
        services = "SYSTEM\\CurrentControlSet\\Services"
        node.services.create(CLUSTER_SERVICE, "Cluster Service", f"{SVCHOST} -k cluster", "Auto", "LocalSystem")
        node.registry.set(f"{services}\\{CLUSTER_SERVICE}\\Parameters", "ClusterName", SZ, cluster.name)
        node.on_cluster_service(self._service_changed(cluster, node))
        node.services.start(CLUSTER_SERVICE)
        node.add_provider(MsClusterProvider(cluster, node.name))

    def _service_changed(self, cluster: Cluster, node: WindowsNode) -> Callable[[bool], None]:
        def changed(running: bool) -> None:
            with acting("cluster"):
                if running:
                    node.registry.set("Cluster", "ClusterName", SZ, cluster.name)
                    node.registry.set("Cluster", "ClusterInstanceID", SZ, cluster.instance_id)
                    cluster.start_cluster_service(node.name)
                    return
                if node.registry.find("Cluster") is not None:  # the hive is loaded by the service
                    node.registry.delete_key("Cluster", recursive=True)
                status = node.service_status(CLUSTER_SERVICE)
                if node.up and status is not None and status.state == "Stop Pending":
                    cluster.stop_cluster_service(node.name)
                else:
                    cluster.node_crashed(node.name)

        return changed

    def _apply_state(self, cluster: Cluster, spec: NodeSpec) -> None:
        if spec.state == "paused":
            cluster.pause_node(spec.name)
        elif spec.state == "down":
            self.machines[spec.name].crash()
        elif spec.state == "cluster_service_stopped":
            self.machines[spec.name].services.stop(CLUSTER_SERVICE)

    def add_node(self, cluster_name: str, name: str) -> WindowsNode:
        """Another node joins; Exchange set-up makes it a possible owner of the Exchange resources."""
        cluster, spec = self.clusters[cluster_name], self.cluster_specs[cluster_name]
        node = self._machine(name, spec.windows, self._storage[cluster_name], True)
        with acting("setup"):
            exchange = cluster.add_node(node)
            self._join(cluster, node)
            self.clock.advance(SETTLE_S)
            group = self.naming[cluster_name].exchange_group
            for item in cluster.core.members(cluster.core.group(group)):
                known = item.name in exchange and item.type != GENERIC_SERVICE  # set-up does not know others' services
                if known and name not in cluster.core.owners(item):
                    cluster.add_possible_owner(item.name, name)
        changed = ClusterSpec(**{**vars(spec), "nodes": (*spec.nodes, NodeSpec(name))})
        self.cluster_specs[cluster_name] = changed
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
    def sem_variables(self) -> dict[str, Any]:
        """The role variables of an admin who wants the stand-in SEM 4.1.0 (design: product profile)."""
        path = VERSIONS["4.1.0"]
        key, _, subkey = behaviour.SETTINGS.rpartition("\\")
        return {
            "sem_package": {
                "src": str(path),
                "version": "4.1.0",
                "checksum": "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
                "upgrade_code": Package.open(path).property("UpgradeCode"),
            },
            "sem_profile": {
                "service": behaviour.SERVICE,
                "registry_key": key,
                "settings_subkey": subkey,
                "data_value": "DataDir",
            },
        }
