"""The lab process: a world, its listeners, its clock's heartbeat and its control socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import inventory
from .control import ControlServer
from .inventory import Endpoint
from .topology import ClusterSpec, Topology
from .verbs import Verbs
from .wire.endpoint import Endpoint as WsManEndpoint
from .wire.server import WinrmServer
from .wire.tls import CertificateAuthority
from .world import World

ADDRESS = "127.0.0.1"
HEARTBEAT_S = 0.01


@dataclass(frozen=True)
class Options:
    directory: Path
    ports: int = 0  # first port; 0: any free one
    speed: float = 100.0
    inventory: Path | None = None
    parent: int | None = None


class LabProcess:
    """Everything that runs; made and driven by :func:`run`."""

    def __init__(self, topology: Topology, options: Options) -> None:
        self.topology = topology
        self.options = options
        self.speed = options.speed
        self.world = World(topology)
        self.authority = CertificateAuthority.create(options.directory / "tls")
        self.listeners: dict[str, list[WinrmServer]] = {}
        self.endpoints: dict[str, Endpoint] = {}
        self.stopping = asyncio.Event()
        self._next_port = options.ports
        self._background: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Serve until told to stop, by verb, by signal or because the parent is gone."""
        for name in self.world.machines:
            await self.listen(name)
        control = ControlServer(Verbs(self).table())
        socket_path = self.options.directory / "ctl"
        await control.start(socket_path)
        self._write_files(socket_path)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)
        heartbeat = asyncio.create_task(self._heartbeat())
        heartbeat.add_done_callback(lambda _task: self.stopping.set())
        await self.stopping.wait()
        broken = heartbeat.done()
        heartbeat.cancel()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await control.stop()
        for servers in self.listeners.values():
            for server in servers:
                await server.stop()
        if broken:
            heartbeat.result()  # a defect of the model: a lab whose time stands still would run for ever

    async def listen(self, name: str) -> Endpoint:
        """Open the listeners of one machine."""
        machine = self.world.machines[name]
        ports: dict[str, int] = {}
        servers: list[WinrmServer] = []
        self.listeners[name] = servers
        endpoint = WsManEndpoint(machine, self.world.switches, self.world.counters[name])
        for scheme in self.topology.wire.listeners:
            tls = self.authority.server(machine.name, ADDRESS, machine.settings.tls_max) if scheme == "https" else None
            counters = self.world.counters[name]
            server = WinrmServer(machine, self.world.switches, self.world.faults, counters, endpoint)
            servers.append(server)
            ports[scheme] = await server.start(ADDRESS, self._port(), tls, self.options.directory / "users")
        machine.on_power(lambda up: _cut(servers, up))
        self.endpoints[name] = Endpoint(name, ADDRESS, ports.get("http"), ports.get("https"))
        return self.endpoints[name]

    def _port(self) -> int:
        if self._next_port == 0:
            return 0
        self._next_port += 1
        return self._next_port - 1

    async def _heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            now = loop.time()
            self.world.clock.advance((now - last) * self.speed)
            last = now
            if self.options.parent is not None and os.getppid() != self.options.parent:
                self.stopping.set()

    def build_inventory(self) -> dict[str, Any]:
        clusters = {
            spec.name: [self.endpoints[node.name] for node in spec.nodes] for spec in self.world.cluster_specs.values()
        }
        alone = [self.endpoints[spec.name] for spec in self.topology.standalone]
        shared = inventory.connection_variables(self.topology.credentials, self.authority.path)
        everything = shared | self.world.sem_variables()
        return inventory.build(clusters, alone, everything, own=self.world.cluster_variables())

    def _write_files(self, socket_path: Path) -> None:
        written = self.options.inventory or self.options.directory / "inventory.yml"
        inventory.write(written, self.build_inventory())
        ready = {
            "pid": os.getpid(),
            "inventory": str(written),
            "ca": str(self.authority.path),
            "ctl": str(socket_path),
            "clusters": list(self.world.clusters),
            "nodes": {name: vars_of(endpoint) for name, endpoint in self.endpoints.items()},
        }
        temporary = self.options.directory / "ready.json.new"
        temporary.write_text(json.dumps(ready, indent=1))
        temporary.rename(self.options.directory / "ready.json")

    def close_listeners(self, names: Sequence[str]) -> None:
        """Close those of machines that are gone."""
        for name in names:
            del self.endpoints[name]
            for server in self.listeners.pop(name):
                self._spawn(server.stop())

    def spawn_listeners(self, spec: ClusterSpec) -> None:
        """Open listeners of machines that were added while the lab runs."""
        for node in spec.nodes:
            if node.name not in self.listeners:
                self._spawn(self.listen(node.name))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _cut(servers: list[WinrmServer], up: bool) -> None:
    """A node without power answers nobody."""
    for server in servers if not up else ():
        server.drop()


def vars_of(endpoint: Endpoint) -> Mapping[str, Any]:
    return {"address": endpoint.address, "http": endpoint.http, "https": endpoint.https}


def run(topology: Topology, options: Options) -> None:
    """Run a lab until it is stopped. ``ready.json`` appears when every listener is open."""
    options.directory.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(topology, options))
    (options.directory / "ready.json").unlink(missing_ok=True)


async def _run(topology: Topology, options: Options) -> None:
    await LabProcess(topology, options).run()
