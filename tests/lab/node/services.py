"""The service control manager of one node (wsman 8.2, mscluster 6.11).

A service's configuration lives in the registry as on Windows; this module keeps what runs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..clock import Timer, VirtualClock
from ..contract import ServiceStatus
from ..journal import Journal, acting
from .errors import WinError
from .registry import BINARY, DWORD, EXPAND_SZ, MULTI_SZ, SZ, Registry

SERVICES = "SYSTEM\\CurrentControlSet\\Services"
START = {"Boot": 0, "System": 1, "Auto": 2, "Manual": 3, "Disabled": 4}
MODES = {number: name for name, number in START.items()}
HANG_LIMIT_S = 30.0  # the SCM gives up on a start after 30 s: 1053
SC_ACTION_RESTART = 1


class ServiceProgram(Protocol):
    """What a service's program does. One object per service and node."""

    start_s: float
    stop_s: float

    def start(self) -> int:
        """0, or the Win32 exit code it ends with at once."""
        ...

    def stop(self) -> None:
        """Graceful stop."""
        ...

    def killed(self) -> None: ...


class Idle:
    """A foreign service: it runs and does nothing that the lab looks at."""

    start_s = 1.0
    stop_s = 1.0

    def start(self) -> int:
        return 0

    def stop(self) -> None:
        pass

    def killed(self) -> None:
        pass


@dataclass
class Service:
    name: str
    program: ServiceProgram = field(default_factory=Idle)
    state: str = "Stopped"
    process_id: int = 0
    exit_code: int = 1077  # never started
    hang_start: bool = False
    hang_stop: bool = False
    logon_fails: bool = False
    timer: Timer | None = None
    failures: int = 0
    arguments: tuple[str, ...] = ()


class ServiceManager:
    """Services by name, without case. ``program_for`` gives the behaviour of an image path; None: no such file."""

    def __init__(
        self,
        node: str,
        clock: VirtualClock,
        journal: Journal,
        registry: Registry,
        program_for: Callable[[str, str], ServiceProgram | None],
        new_process: Callable[[str], int],
        end_process: Callable[[int], None],
    ) -> None:
        self._node = node
        self._clock = clock
        self._journal = journal
        self._registry = registry
        self._program_for = program_for
        self._new_process = new_process
        self._end_process = end_process
        self._services: dict[str, Service] = {}
        self.state_watchers: list[Callable[[str, str], None]] = []

    # ---- configuration ----------------------------------------------------------------------
    def create(
        self,
        name: str,
        display_name: str,
        path: str,
        start_mode: str = "Manual",
        account: str = "LocalSystem",
        dependencies: tuple[str, ...] = (),
        description: str = "",
    ) -> None:
        """Raises WinError 1073."""
        if name.lower() in self._services:
            raise WinError(1073, name)
        key = self.key(name)
        self._registry.set(key, "DisplayName", SZ, display_name)
        self._registry.set(key, "ImagePath", EXPAND_SZ, path)
        self._registry.set(key, "Start", DWORD, START[start_mode])
        self._registry.set(key, "Type", DWORD, 16)
        self._registry.set(key, "ErrorControl", DWORD, 1)
        self._registry.set(key, "ObjectName", SZ, account)
        if dependencies:
            self._registry.set(key, "DependOnService", MULTI_SZ, dependencies)
        if description:
            self._registry.set(key, "Description", SZ, description)
        self._services[name.lower()] = Service(name)
        self._record("service.create", name, None, path)

    def delete(self, name: str) -> None:
        service = self.get(name)
        self.kill(name)
        del self._services[service.name.lower()]
        self._registry.delete_key(self.key(name), recursive=True)
        self._record("service.delete", service.name, "present", None)

    def key(self, name: str) -> str:
        return f"{SERVICES}\\{name}"

    def names(self) -> list[str]:
        return [service.name for service in self._services.values()]

    def find(self, name: str) -> Service | None:
        return self._services.get(name.lower())

    def get(self, name: str) -> Service:
        """Raises WinError 1060."""
        found = self.find(name)
        if found is None:
            raise WinError(1060, name)
        return found

    def config(self, name: str, value: str) -> str:
        """A text value of the service's key, empty when absent."""
        found = self._registry.value(self.key(name), value)
        return str(found.data) if found is not None and isinstance(found.data, str) else ""

    def dependencies(self, name: str) -> tuple[str, ...]:
        found = self._registry.value(self.key(name), "DependOnService")
        return found.data if found is not None and isinstance(found.data, tuple) else ()

    def start_mode(self, name: str) -> str:
        found = self._registry.value(self.key(name), "Start")
        return MODES.get(int(found.data), "Manual") if found is not None and isinstance(found.data, int) else "Manual"

    def set_start_mode(self, name: str, mode: str) -> None:
        service = self.get(name)
        before = self.start_mode(name)
        self._registry_quiet(name, "Start", DWORD, START[mode])
        self._record("service.start_mode", service.name, before, mode)

    def set_account(self, name: str, account: str) -> None:
        service = self.get(name)
        before = self.config(name, "ObjectName")
        self._registry_quiet(name, "ObjectName", SZ, account)
        self._record("service.account", service.name, before, account)

    def set_recovery(self, name: str, actions: tuple[tuple[int, int], ...], reset_s: int = 86400) -> None:
        """SERVICE_FAILURE_ACTIONS as the registry has it; an action is (type, delay in ms)."""
        service = self.get(name)
        blob = struct.pack("<5I", reset_s, 0, 0, len(actions), 20)
        blob += b"".join(struct.pack("<II", *action) for action in actions)
        before = self.recovery(name)
        self._registry_quiet(name, "FailureActions", BINARY, blob)
        self._record("service.recovery", service.name, before, actions)

    def recovery(self, name: str) -> tuple[tuple[int, int], ...]:
        found = self._registry.value(self.key(name), "FailureActions")
        if found is None or not isinstance(found.data, bytes) or len(found.data) < 20:
            return ()
        (count,) = struct.unpack_from("<I", found.data, 12)
        return tuple(struct.unpack_from("<II", found.data, 20 + 8 * index) for index in range(count))

    def _registry_quiet(self, name: str, value: str, kind: int, data: str | int | bytes) -> None:
        """One call of the SCM is one write: its registry value is not counted again."""
        with acting("scm"):
            self._registry.set(self.key(name), value, kind, data)

    # ---- running ----------------------------------------------------------------------------
    def status(self, name: str) -> ServiceStatus | None:
        service = self.find(name)
        if service is None:
            return None
        return ServiceStatus(service.state, self.start_mode(name), service.process_id, service.exit_code)

    def start(self, name: str, arguments: tuple[str, ...] = ()) -> int:
        """0, or 1060 1056 1058 1068 1069 2 (no such file); the state follows on the clock."""
        service = self.find(name)
        if service is None:
            return 1060
        if service.state != "Stopped":
            return 1056
        if self.start_mode(name) == "Disabled":
            return 1058
        if service.logon_fails:
            return 1069
        for needed in self.dependencies(name):
            code = self.start(needed) if self.find(needed) else 1068
            if code not in (0, 1056):
                return 1068
        program = self._program_for(service.name, self.config(service.name, "ImagePath"))
        if program is None:
            return 2
        self._record("service.start", service.name, "Stopped", "Running")
        service.arguments = arguments
        service.program = program
        self._begin(service)
        return 0

    def _begin(self, service: Service) -> None:
        self._state(service, "Start Pending")
        service.process_id = self._new_process(self.config(service.name, "ImagePath"))
        delay = HANG_LIMIT_S if service.hang_start else service.program.start_s
        service.timer = self._clock.call_later(delay, lambda: self._started(service))

    def _started(self, service: Service) -> None:
        with acting("scm"):
            code = 1053 if service.hang_start else service.program.start()
            if code:
                self._stopped(service, code)
            else:
                service.exit_code = 0
                self._state(service, "Running")

    def stop(self, name: str) -> int:
        """0, or 1060, 1062, 1051 when running services depend on it."""
        service = self.find(name)
        if service is None:
            return 1060
        if service.state in ("Stopped", "Stop Pending"):
            return 1062
        if any(other.state == "Running" and name.lower() in self._lower(other) for other in self._services.values()):
            return 1051
        self._record("service.stop", service.name, service.state, "Stopped")
        self._cancel(service)
        self._state(service, "Stop Pending")
        if not service.hang_stop:
            service.timer = self._clock.call_later(service.program.stop_s, lambda: self._graceful(service))
        return 0

    def _lower(self, service: Service) -> list[str]:
        return [item.lower() for item in self.dependencies(service.name)]

    def _graceful(self, service: Service) -> None:
        with acting("scm"):
            service.program.stop()
            self._stopped(service, 0)

    def kill(self, name: str) -> None:
        """End the process without a stop control; recovery actions are not taken."""
        service = self.find(name)
        if service is not None and service.state != "Stopped":
            service.program.killed()
            self._stopped(service, 1067)

    def crash(self, name: str) -> None:
        """The process dies of itself: recovery actions apply (mscluster 6.11)."""
        service = self.get(name)
        if service.state == "Stopped":
            return
        self.kill(name)
        actions = self.recovery(name)
        action = actions[min(service.failures, len(actions) - 1)] if actions else (0, 0)
        service.failures += 1
        if action[0] == SC_ACTION_RESTART:
            self._clock.call_later(action[1] / 1000, lambda: self._recover(service))

    def _recover(self, service: Service) -> None:
        with acting("scm"):
            self.start(service.name, service.arguments)

    def _stopped(self, service: Service, code: int) -> None:
        self._cancel(service)
        service.exit_code = code
        if service.process_id:
            self._end_process(service.process_id)
        service.process_id = 0
        self._state(service, "Stopped")

    def _cancel(self, service: Service) -> None:
        if service.timer is not None:
            service.timer.cancel()
            service.timer = None

    def _state(self, service: Service, state: str) -> None:
        service.state = state
        for watcher in list(self.state_watchers):
            watcher(service.name, state)

    def boot(self) -> None:
        """Start what starts by itself."""
        with acting("scm"):
            for service in list(self._services.values()):
                if self.start_mode(service.name) == "Auto":
                    self.start(service.name)

    def power_off(self) -> None:
        """Everything is gone at once."""
        for service in self._services.values():
            self._cancel(service)
            if service.state != "Stopped":
                service.program.killed()
            service.state, service.process_id, service.exit_code = "Stopped", 0, 1077

    def _record(self, kind: str, target: str, before: object, after: object) -> None:
        self._journal.record(self._clock.now, self._node, kind, target, before, after)
