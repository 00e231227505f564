"""A machine and its cluster: the cluster service, its hive, its provider, its programs."""

from __future__ import annotations

from collections.abc import Callable

from .cluster import Cluster, ClusterVersion, MsClusterProvider
from .journal import acting
from .machines import CONFIGURED, OLD_CLUSTER_KEY
from .node.cmd.clusterexe import ClusterExe
from .node.cmd.host import CommandHost
from .node.cmd.powershell import PowerShell
from .node.files import SharedStorage
from .node.machine import CLUSTER_SERVICE, WindowsNode
from .node.registry import DWORD, SZ
from .node.untidy import SVCHOST

SERVICES = "SYSTEM\\CurrentControlSet\\Services"


def mount_shared(cluster: Cluster, storage: SharedStorage) -> None:
    """Make the folders in which shared volumes are seen."""
    volumes = [volume for item in cluster.core.resources.values() for volume in item.volumes]
    for volume in volumes:
        storage.mount(volume, volumes)


def join(cluster: Cluster, node: WindowsNode) -> None:
    """The cluster service of one node, its hive and its WMI provider."""
    # Windows 2003 runs it under a domain account (mscluster 7).
    old = cluster.version == ClusterVersion.WIN2003
    account = f"{node.domain}\\svc-cluster" if old else "LocalSystem"
    node.services.create(CLUSTER_SERVICE, "Cluster Service", f"{SVCHOST} -k cluster", "Auto", account)
    node.registry.set(f"{SERVICES}\\{CLUSTER_SERVICE}\\Parameters", "ClusterName", SZ, cluster.name)
    if old:
        node.registry.set(OLD_CLUSTER_KEY, "ClusterInstallationState", DWORD, CONFIGURED)
    node.on_cluster_service(_service_changed(cluster, node))
    node.services.start(CLUSTER_SERVICE)
    add_programs(node, cluster)
    node.add_provider(MsClusterProvider(cluster, node.name))


def add_programs(node: WindowsNode, cluster: Cluster | None) -> None:
    """What comes with the feature: cluster.exe and the cmdlets. Whether this Windows has them, its profile says."""
    shells = node.shells()
    assert isinstance(shells, CommandHost)
    programs = {"cluster": ClusterExe(node, cluster).program, "powershell": PowerShell(node, cluster).program}
    shells.add_programs(programs)


def _service_changed(cluster: Cluster, node: WindowsNode) -> Callable[[bool], None]:
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


def apply_state(cluster: Cluster, node: WindowsNode, state: str) -> None:
    """What a topology says of a member: paused, down, cluster_service_stopped."""
    if state == "paused":
        cluster.pause_node(node.name)
    elif state == "down":
        node.crash()
    elif state == "cluster_service_stopped":
        node.services.stop(CLUSTER_SERVICE)
