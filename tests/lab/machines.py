"""One server put together: its Windows, its programs, its providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .clock import VirtualClock
from .contract import Account
from .journal import Journal, acting
from .msi.engine import Installer
from .node.cmd.host import CommandHost
from .node.exchange import VERSIONS, add_exchange
from .node.files import SharedStorage
from .node.machine import CLUSTER_SERVICE, WindowsNode
from .node.providers.registry import RegistryProvider
from .node.providers.security import SecurityProvider
from .node.providers.storage import StorageProvider
from .node.providers.system import SystemProvider
from .node.registry import DWORD
from .node.untidy import SVCHOST, furnish
from .product import behaviour
from .profiles import WindowsProfile
from .topology import Credentials

# Services that load the product's DLL once it is installed: the store scans mail in its own process.
HOLDERS = ("MSExchangeIS",)
OLD_CLUSTER_KEY = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Cluster Server"
FILES_COPIED, CONFIGURED = 1, 2  # ClusterInstallationState (mscluster 4.1)


@dataclass(frozen=True)
class Parts:
    """What all machines of a lab share."""

    clock: VirtualClock
    journal: Journal
    seed: int
    credentials: Credentials


def assemble(
    parts: Parts,
    name: str,
    profile: WindowsProfile,
    storage: SharedStorage,
    *,
    exchange: str = "",
    clustered: bool = False,
    services: Mapping[str, str] | None = None,
) -> WindowsNode:
    """A booted server. ``exchange`` is a version; ``services`` are further ones, names to display names."""
    credentials = parts.credentials
    with acting("setup"):
        node = WindowsNode(
            name,
            profile,
            parts.clock,
            parts.journal,
            seed=parts.seed,
            domain=credentials.domain,
            accounts=(Account(credentials.user, credentials.password),),
            storage=storage,
            programs=(behaviour.program,),
        )
        furnish(node, parts.seed)
        if exchange:
            add_exchange(node, VERSIONS[exchange], clustered)
        for service, display in (services or {}).items():
            node.services.create(service, display, SVCHOST, "Manual", "LocalSystem")
        installer = Installer(node, parts.clock)
        installer.holders = HOLDERS
        node.installer = installer
        node.set_shells(CommandHost(node, {"msiexec": installer.msiexec}))
        for provider in (SystemProvider, StorageProvider, RegistryProvider, SecurityProvider):
            node.add_provider(provider(node))
        node.services.boot()
    return node


def preinstall_clustering(node: WindowsNode) -> None:
    """The cluster service as it is on a server that belongs to no cluster: there, and disabled."""
    with acting("setup"):
        node.services.create(CLUSTER_SERVICE, "Cluster Service", f"{SVCHOST} -k cluster", "Disabled", "LocalSystem")
        if node.profile.clustering_preinstalled:
            node.registry.set(OLD_CLUSTER_KEY, "ClusterInstallationState", DWORD, FILES_COPIED)
