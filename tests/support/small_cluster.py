"""A small host and a cluster of three, formed and at rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.clock import VirtualClock
from lab.cluster import SETTLE_S, Cluster, ClusterSwitches, ClusterVersion, Naming, exchange2007_scc
from lab.contract import ServiceStatus, VolumeInfo
from lab.journal import Journal

SEM = "SEM"
SEM_SERVICE = "spamfsvc"


@dataclass
class FakeHost:
    """Services that start in one second, volumes, a flat registry."""

    name: str
    clock: VirtualClock
    up: bool = True
    os_version: str = "6.1.7601"
    services: dict[str, str] = field(default_factory=dict)
    refuse: dict[str, int] = field(default_factory=dict)  # code of service_start
    slow: set[str] = field(default_factory=set)  # never leaves a pending state
    volumes: set[str] = field(default_factory=set)
    registry: dict[tuple[str, int], object] = field(default_factory=dict)
    restore_code: int = 0
    log: list[int] = field(default_factory=list)

    def _known(self, name: str) -> str:
        """Service names are the same in any case."""
        return next((item for item in self.services if item.lower() == name.lower()), name)

    def service_status(self, name: str) -> ServiceStatus | None:
        name = self._known(name)
        state = self.services.get(name)
        return None if state is None else ServiceStatus(state, "Manual", 7 if state == "Running" else 0)

    def _become(self, name: str, state: str) -> None:
        if name not in self.slow and self.services.get(name, "").endswith("Pending"):
            self.services[name] = state

    def service_start(self, name: str, arguments: Sequence[str] = ()) -> int:
        name = self._known(name)
        if name not in self.services:
            return 1060
        if name in self.refuse:
            return self.refuse[name]
        if self.services[name] != "Stopped":
            return 1056
        self.services[name] = "Start Pending"
        self.clock.call_later(1.0, lambda: self._become(name, "Running"))
        return 0

    def service_stop(self, name: str) -> int:
        name = self._known(name)
        if self.services.get(name) != "Running":
            return 1062
        self.services[name] = "Stop Pending"
        self.clock.call_later(1.0, lambda: self._become(name, "Stopped"))
        return 0

    def service_kill(self, name: str) -> None:
        self.services[self._known(name)] = "Stopped"

    def attach_volume(self, volume: VolumeInfo) -> None:
        self.volumes.add(volume.volume_id)

    def detach_volume(self, volume_id: str) -> None:
        self.volumes.discard(volume_id)

    def volume_free_mb(self, volume_id: str) -> int:
        return 50_000

    def registry_capture(self, path: str, view: int) -> object | None:
        return self.registry.get((path, view))

    def registry_restore(self, path: str, view: int, captured: object) -> int:
        if not self.restore_code:
            self.registry[(path, view)] = captured
        return self.restore_code

    def log_event(self, log: str, source: str, event_id: int, level: str, message: str) -> None:
        self.log.append(event_id)


class World:
    """A cluster of the main shape with a SEM resource, ready to be brought online."""

    def __init__(
        self,
        version: ClusterVersion = ClusterVersion.WIN2008R2,
        switches: ClusterSwitches | None = None,
        nodes: int = 3,
        seed: int = 7,
    ) -> None:
        self.clock = VirtualClock()
        self.journal = Journal()
        self.names = Naming.from_seed(seed)
        self.hosts = {f"N{number}": FakeHost(f"N{number}", self.clock) for number in range(1, nodes + 1)}
        for host in self.hosts.values():
            host.services = dict.fromkeys((*self.names.hosted_services, SEM_SERVICE), "Stopped")
        self.cluster: Cluster = exchange2007_scc(
            "C1",
            self.names,
            list(self.hosts.values()),
            self.clock,
            self.journal,
            version=version,
            switches=switches,
        ).cluster
        self.cluster.form()
        self.advance(SETTLE_S)

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def state(self, name: str) -> str:
        return self.cluster.core.resource(name).state.name

    def group_state(self) -> str:
        return self.cluster.core.group_state(self.cluster.core.group(self.names.exchange_group)).name

    @property
    def owner(self) -> str:
        return self.cluster.core.group(self.names.exchange_group).owner

    @property
    def host(self) -> FakeHost:
        return self.hosts[self.owner]

    def add_sem(self, online: bool = True, **common: int) -> None:
        self.cluster.create_resource(self.names.exchange_group, SEM, "Generic Service", True)
        self.cluster.set_private(SEM, {"ServiceName": SEM_SERVICE})
        self.cluster.set_common(SEM, common)
        for provider in (self.names.information_store, self.names.disks[0].resource):
            self.cluster.add_dependency(SEM, provider)
        if online:
            self.cluster.bring_online(SEM)
            self.advance(10)
            assert self.state(SEM) == "ONLINE"

    def crash(self, name: str) -> None:
        host = self.hosts[name]
        host.up = False
        host.services = dict.fromkeys(host.services, "Stopped")
        self.cluster.node_crashed(name)

    def boot(self, name: str) -> None:
        self.hosts[name].up = True
        self.cluster.node_booted(name)

    def whats(self, what: str) -> list[str]:
        return [event.subject for event in self.cluster.events if event.what == what]
