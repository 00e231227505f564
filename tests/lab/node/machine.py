"""One Windows server: what its listener serves and what the cluster needs of it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..clock import VirtualClock
from ..contract import Account, CimProvider, ServiceStatus, ShellHost, VolumeInfo, WinrmSettings
from ..journal import Journal, acting
from ..profiles import WindowsProfile
from .environment import environment
from .files import FileSystem, SharedStorage
from .processes import ProcessTable
from .registry import Key, Registry
from .services import Idle, ServiceManager, ServiceProgram
from .switches import NodeSwitches

if TYPE_CHECKING:
    from ..msi.engine import Installer

ProgramFactory = Callable[["WindowsNode", str, bytes], ServiceProgram | None]
CLUSTER_SERVICE = "ClusSvc"


@dataclass(frozen=True, slots=True)
class EventRecord:
    at: dt.datetime
    log: str
    source: str
    event_id: int
    level: str
    message: str


class ClusterService(Idle):
    """The program behind ClusSvc: tells the cluster model when it runs."""

    start_s = 2.0
    stop_s = 2.0

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed

    def start(self) -> int:
        self._changed(True)
        return 0

    def stop(self) -> None:
        self._changed(False)

    def killed(self) -> None:
        self._changed(False)


class WindowsNode:
    """Implements ``contract.Machine`` and ``contract.Host``."""

    def __init__(
        self,
        name: str,
        profile: WindowsProfile,
        clock: VirtualClock,
        journal: Journal,
        *,
        seed: int,
        domain: str,
        accounts: Sequence[Account],
        storage: SharedStorage,
        programs: Sequence[ProgramFactory] = (),
    ) -> None:
        self.name = name
        self.profile = profile
        self.clock = clock
        self.journal = journal
        self.domain = domain
        self.random = random.Random(f"{seed}-{name}")
        self.up = True
        self.booted = clock.wall() - dt.timedelta(days=self.random.randint(3, 200))
        self.files = FileSystem(name, clock, journal, storage)
        self.registry = Registry(name, clock, journal, profile.wow64)
        self.processes = ProcessTable(clock, 1000 + self.random.randint(0, 500) * 4)
        self.services = ServiceManager(
            name, clock, journal, self.registry, self._program, self._start_process, self.processes.end
        )
        self.events: list[EventRecord] = []
        self.installer: Installer | None = None
        self.switches = NodeSwitches()
        self._accounts = tuple(accounts)
        self._programs = tuple(programs)
        self._providers: list[CimProvider] = []
        self._shells: ShellHost | None = None
        self._power_watchers: list[Callable[[bool], None]] = []
        self._cluster_changed: Callable[[bool], None] | None = None

    # ---- contract.Machine -------------------------------------------------------------------
    @property
    def settings(self) -> WinrmSettings:
        return self.profile.settings

    @property
    def os_version(self) -> str:
        return self.profile.version

    def accounts(self) -> Sequence[Account]:
        return self._accounts

    def providers(self) -> Sequence[CimProvider]:
        return self._providers

    def add_provider(self, provider: CimProvider) -> None:
        self._providers.append(provider)

    def shells(self) -> ShellHost:
        assert self._shells is not None, "the command interpreter is set when the node is put together"
        return self._shells

    def set_shells(self, shells: ShellHost) -> None:
        self._shells = shells

    # ---- contract.Host ----------------------------------------------------------------------
    def service_status(self, name: str) -> ServiceStatus | None:
        return self.services.status(name)

    def service_start(self, name: str, arguments: Sequence[str] = ()) -> int:
        return self.services.start(name, tuple(arguments))

    def service_stop(self, name: str) -> int:
        return self.services.stop(name)

    def service_kill(self, name: str) -> None:
        self.services.kill(name)

    def attach_volume(self, volume: VolumeInfo) -> None:
        self.files.attach(volume)

    def detach_volume(self, volume_id: str) -> None:
        self.files.detach(volume_id)

    def volume_free_mb(self, volume_id: str) -> int:
        return self.files.volumes[volume_id].free_mb()

    def registry_capture(self, path: str, view: int) -> object | None:
        return self.registry.capture(path, view)

    def registry_restore(self, path: str, view: int, captured: object) -> int:
        assert isinstance(captured, Key)
        return self.registry.restore(path, view, captured)

    def log_event(self, log: str, source: str, event_id: int, level: str, message: str) -> None:
        self.events.append(EventRecord(self.clock.wall(), log, source, event_id, level, message))

    # ---- cluster service and power ----------------------------------------------------------
    def on_cluster_service(self, changed: Callable[[bool], None]) -> None:
        """Called with True when ClusSvc runs and False when it ended, for whatever reason."""
        self._cluster_changed = changed

    def on_power(self, changed: Callable[[bool], None]) -> None:
        self._power_watchers.append(changed)

    def crash(self) -> None:
        """Power cut: no orderly stop of anything."""
        if not self.up:
            return
        self.up = False
        with acting("system"):
            self.services.power_off()
        self.processes.running.clear()
        for watcher in self._power_watchers:
            watcher(False)

    def boot(self) -> None:
        if self.up:
            return
        self.up = True
        self.booted = self.clock.wall()
        with acting("system"):
            for watcher in self._power_watchers:
                watcher(True)
            self.services.boot()

    def reboot(self, delay_s: float) -> None:
        """Down after ``delay_s`` virtual seconds, up a minute later."""
        self.journal.record(self.clock.now, self.name, "node.reboot", self.name)
        self.clock.call_later(delay_s, self.crash)
        self.clock.call_later(delay_s + 60, self.boot)

    def create_process(self, line: str, directory: str | None) -> int | None:
        """Win32_Process.Create: detached, no output, no exit code (wsman 8.3); None: no such program.

        The process starts on the clock, after the call has returned.
        """
        program = line.split('"')[1] if line.startswith('"') else line.partition(" ")[0]
        if program.rpartition("\\")[2].lower().removesuffix(".exe") not in ("cmd", "msiexec"):
            return None
        process_id = self.processes.start(line, parent_id=800)
        self.journal.record(self.clock.now, self.name, "process.create", line)

        def begin() -> None:
            if process_id not in self.processes.running:
                return
            with acting("client"):
                command = self.shells().start_command(
                    line,
                    environment={},
                    directory=directory,
                    codepage=437,
                    output=lambda stream, data: None,
                    done=lambda: self.processes.end(process_id),
                )
            command.stdin(b"", True)
            running = self.processes.running.get(process_id)
            if running is not None:  # else it has ended already
                running.kill = command.terminate

        self.clock.call_later(0.05, begin)
        return process_id

    # ---- parts ------------------------------------------------------------------------------
    def _program(self, service: str, image_path: str) -> ServiceProgram | None:
        if service.lower() == CLUSTER_SERVICE.lower() and self._cluster_changed is not None:
            return ClusterService(self._cluster_changed)
        path = self.expand(image_path)
        path = path.split('"')[1] if path.startswith('"') else path.split(".exe")[0] + ".exe"
        found = self.files.find(path)
        if found is None or found.directory:
            return None
        for factory in self._programs:
            program = factory(self, service, found.data)
            if program is not None:
                return program
        return Idle()

    def _start_process(self, image_path: str) -> int:
        return self.processes.start(self.expand(image_path), parent_id=500)

    def environment(self) -> dict[str, str]:
        return environment(self.profile, self.name, self.domain, self._accounts[0].user)

    def expand(self, text: str) -> str:
        """``%NAME%`` replaced by the machine's environment; unknown names stay."""
        for name, value in self.environment().items():
            index = text.lower().find(f"%{name.lower()}%")
            if index >= 0:
                text = text[:index] + value + text[index + len(name) + 2 :]
        return text
