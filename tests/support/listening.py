"""A node behind real sockets, for unmodified clients; windows2008r2 if nothing is said."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lab.clock import VirtualClock
from lab.contract import Account
from lab.journal import Journal
from lab.node.cmd.host import CommandHost
from lab.node.files import SharedStorage
from lab.node.machine import WindowsNode
from lab.node.providers.registry import RegistryProvider
from lab.node.providers.security import SecurityProvider
from lab.node.providers.storage import StorageProvider
from lab.node.providers.system import SystemProvider
from lab.profiles import adjusted, profile
from lab.wire.counters import Counters
from lab.wire.endpoint import Endpoint
from lab.wire.server import WinrmServer
from lab.wire.switches import Switches
from lab.wire.tls import CertificateAuthority

ADDRESS = "127.0.0.1"
HEARTBEAT_S = 0.005
SERVICES = 40


@dataclass
class Listening:
    """A node that listens. ``speed`` is virtual seconds per heartbeat; 0 makes time stand still."""

    node: WindowsNode
    counters: Counters
    authority: Path
    user: str
    password: str
    ports: dict[str, int] = field(default_factory=dict)
    speed: float = 1.0

    def url(self, scheme: str) -> str:
        return f"{scheme}://{ADDRESS}:{self.ports[scheme]}/wsman"


def make_node(
    user: str, password: str, windows: str = "windows2008r2", winrm: str | None = None, **settings: Any
) -> tuple[WindowsNode, VirtualClock]:
    """``settings`` are those of WinRM; ``winrm`` "1.1" takes the update away that brings 2.0."""
    known = adjusted(profile(windows), winrm=winrm)
    known = replace(known, settings=replace(known.settings, **settings))
    clock = VirtualClock()
    accounts = [Account(user, password), Account("Operator", password, administrator=False)]
    node = WindowsNode(
        "NODE1", known, clock, Journal(), seed=1, domain="LAB", accounts=accounts, storage=SharedStorage()
    )
    for provider in (SystemProvider, StorageProvider, RegistryProvider, SecurityProvider):
        node.add_provider(provider(node))
    node.set_shells(CommandHost(node))
    for folder in (known.folders.home, "C:\\Windows\\Temp"):
        if not node.files.exists(folder):
            node.files.make_directory(folder)
    node.files.write("C:\\x.exe", b"x")
    for index in range(SERVICES):
        node.services.create(f"Svc{index}", f"Service {index} & <b>", "C:\\x.exe")
    return node, clock


@contextmanager
def listening(directory: Path, switches: Switches | None = None, **settings: Any) -> Iterator[Listening]:
    """Serve a node over http and https in a thread of its own until the block ends."""
    user, password = "Administrator", "p'\"&<>%^! pass"
    node, clock = make_node(user, password, **settings)
    authority = CertificateAuthority.create(directory)
    found = Listening(node, Counters(), authority.path, user, password)
    ready, stopping = threading.Event(), threading.Event()

    tls_max = node.settings.tls_max

    async def serve() -> None:
        endpoint = Endpoint(node, switches or Switches(), found.counters)
        servers = [WinrmServer(node, switches or Switches(), None, found.counters, endpoint) for _ in range(2)]
        found.ports["http"] = await servers[0].start(ADDRESS, 0, None, directory)
        tls = authority.server(node.name, ADDRESS, tls_max)
        found.ports["https"] = await servers[1].start(ADDRESS, 0, tls, directory)
        ready.set()
        while not stopping.is_set():
            await asyncio.sleep(HEARTBEAT_S)
            clock.advance(found.speed)
        for server in servers:
            await server.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10), "the listener did not start"
    try:
        yield found
    finally:
        stopping.set()
        thread.join(10)
