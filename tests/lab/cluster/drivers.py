"""What the resource DLLs do on a node: logical work, a disk, a service (mscluster 6.10, 6.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .core import Core
from .model import Driver, Resource, ResourceState

SERVICE_POLL_S = 0.5
Done = Callable[[int], None]  # a Win32 code, 0 for success


class ResourceDriver(Protocol):
    def online(self, resource: Resource, done: Done) -> None: ...

    def offline(self, resource: Resource, done: Done) -> None: ...

    def terminate(self, resource: Resource) -> None: ...

    def alive(self, resource: Resource) -> bool: ...


class LogicalDriver:
    """Takes its time and succeeds."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def online(self, resource: Resource, done: Done) -> None:
        if not resource.start_hangs:
            self.core.later(self.core.type_of(resource).work_s, lambda: done(0))

    def offline(self, resource: Resource, done: Done) -> None:
        self.core.later(self.core.type_of(resource).work_s, lambda: done(0))

    def terminate(self, resource: Resource) -> None:
        """Nothing of it runs."""

    def alive(self, resource: Resource) -> bool:
        return not resource.broken


class DiskDriver(LogicalDriver):
    """Mounts its volumes on the owner while online, nowhere else."""

    def online(self, resource: Resource, done: Done) -> None:
        def mount() -> None:
            if resource.broken:
                owner = self.core.owner_of(resource)
                self.core.log(owner.name, 1034, resource.name, f"Disk of {resource.name} is missing.", "cluster")
                done(2)
                return
            done(0)

        if not resource.start_hangs:
            self.core.later(self.core.type_of(resource).work_s, mount)

    def attach(self, resource: Resource) -> None:
        for volume in resource.volumes:
            self.core.owner_of(resource).host.attach_volume(volume)

    def detach(self, resource: Resource) -> None:
        for volume in resource.volumes:
            self.core.owner_of(resource).host.detach_volume(volume.volume_id)


class ServiceDriver(LogicalDriver):
    """Generic Service, and the Exchange types that run a service of their own."""

    def online(self, resource: Resource, done: Done) -> None:
        host = self.core.owner_of(resource).host
        service = self.core.service_of(resource)
        status = host.service_status(service) if service else None
        if service is None or status is None:
            self._log(resource, 1040, "cannot open the service (error 1060)")
            self.core.later(0, lambda: done(1060))
            return
        if self._occupied(resource):
            self._log(resource, 1041, "another instance runs on this node (error 5071)")
            self.core.later(0, lambda: done(5071))
            return
        if status.state == "Running":
            if self.core.switches.already_running_service == "success":
                self.core.later(0, lambda: done(0))
                return
            host.service_stop(service)
            self._when_stopped(resource, resource.epoch, lambda code: self._start(resource, service, done))
            return
        self._start(resource, service, done)

    def _occupied(self, resource: Resource) -> bool:
        """Exchange 2007 runs one clustered mailbox server on a node; a switch (mscluster 4.2 is silent)."""
        if resource.service is None or not self.core.switches.one_mailbox_server_a_node:
            return False
        busy = (ResourceState.ONLINE, ResourceState.ONLINE_PENDING, ResourceState.OFFLINE_PENDING)
        return any(
            item is not resource
            and (item.type, item.service) == (resource.type, resource.service)
            and item.state in busy
            and (item.started or item.state is not ResourceState.ONLINE_PENDING)
            and self.core.owner_of(item) is self.core.owner_of(resource)
            for item in self.core.resources.values()
        )

    def _start(self, resource: Resource, service: str, done: Done) -> None:
        arguments = resource.private.get("StartupParameters")
        words = arguments.split() if isinstance(arguments, str) else []
        code = self.core.owner_of(resource).host.service_start(service, words)
        if code:
            self._log(resource, 1041, f"cannot start the service (error {code})")
            self.core.later(0, lambda: done(code))
            return
        self._when_running(resource, resource.epoch, service, done)

    def _when_running(self, resource: Resource, epoch: int, service: str, done: Done) -> None:
        def look() -> None:
            if resource.epoch != epoch:
                return
            status = self.core.owner_of(resource).host.service_status(service)
            if status is not None and status.state == "Running":
                done(0)
            elif status is None or status.state == "Stopped":
                code = (status.exit_code if status else 1060) or 1053
                self._log(resource, 1041, f"the service stopped while starting (error {code})")
                done(code)
            else:
                self.core.later(SERVICE_POLL_S, look)

        self.core.later(SERVICE_POLL_S, look)

    def offline(self, resource: Resource, done: Done) -> None:
        service = self._running_service(resource)
        if service is not None:
            self.core.owner_of(resource).host.service_stop(service)
        self._when_stopped(resource, resource.epoch, done)

    def _when_stopped(self, resource: Resource, epoch: int, done: Done) -> None:
        service = self._running_service(resource)

        def look() -> None:
            if resource.epoch != epoch:
                return
            status = self.core.owner_of(resource).host.service_status(service) if service else None
            if status is None or status.state == "Stopped":
                done(0)
            else:
                self.core.later(SERVICE_POLL_S, look)

        self.core.later(SERVICE_POLL_S, look)

    def terminate(self, resource: Resource) -> None:
        service = self._running_service(resource)
        host = self.core.owner_of(resource).host
        status = host.service_status(service) if service else None
        if service and status is not None and status.state != "Stopped":
            host.service_kill(service)

    def alive(self, resource: Resource) -> bool:
        service = self._running_service(resource)
        status = self.core.owner_of(resource).host.service_status(service) if service else None
        return status is not None and status.state == "Running" and not resource.broken

    def _running_service(self, resource: Resource) -> str | None:
        """The service it was started with: a changed ServiceName counts from the next online."""
        name = resource.running_private.get("ServiceName")
        return name if isinstance(name, str) and name else self.core.service_of(resource)

    def _log(self, resource: Resource, event_id: int, what: str) -> None:
        owner = self.core.owner_of(resource)
        self.core.log(owner.name, event_id, resource.name, f"Generic Service {resource.name}: {what}.", "cluster")


class Drivers:
    """The driver of each resource, and the disk driver, which also mounts."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.disk = DiskDriver(core)
        self._by_kind: dict[Driver, ResourceDriver] = {
            Driver.LOGICAL: LogicalDriver(core),
            Driver.DISK: self.disk,
            Driver.SERVICE: ServiceDriver(core),
        }

    def of(self, resource: Resource) -> ResourceDriver:
        return self._by_kind[self.core.type_of(resource).driver]
