"""msiexec on a modelled node: what the Windows Installer service does with a package.

Exit codes, the mutex, the log, rollback and the Restart Manager's side effect (rule 16 of the domain)
follow the Windows Installer documentation.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass

from ..clock import VirtualClock
from ..journal import acting, current_actor
from ..node.cmd.running import RunningCommand
from ..node.cmd.session import Program, Session, Streams
from ..node.errors import WinError
from ..node.machine import WindowsNode
from .apply import Transaction, install_directory
from .command_line import Request, parse
from .database import MsiError, Package
from .registration import forget, register

DURATION_S = 20.0
POLL_S = 0.5
STOP_ON_UNINSTALL = 0x22  # msidbServiceControlEventStop | UninstallStop


@dataclass
class Faults:
    """What goes wrong at the next installation; the lab's fault rules set it."""

    exit_code: int | None = None
    hang: bool = False
    mutex_s: float = 0.0
    reboot: bool = False
    stops_store: str | None = None  # service that the installer stops although told not to


class Installer:
    """The Windows Installer of one node."""

    def __init__(self, node: WindowsNode, clock: VirtualClock) -> None:
        self._node = node
        self._clock = clock
        self.busy = False
        self.faults = Faults()
        self.holders: tuple[str, ...] = ()  # services that load the transport agent when it is installed
        self.packages: dict[str, Package] = {}  # cached packages by product code
        self._lines: list[str] = []
        self._reboot_wanted = False
        self._product = ""
        self._held_until = 0.0  # another installer of the lab's fault rules has the mutex
        self._engine: RunningCommand | None = None
        node.on_power(self._power)

    def msiexec(self, session: Session, rest: str, streams: Streams) -> Program:
        """The program ``msiexec``; returns the full exit code. It only asks: the work is done by the Windows
        Installer service, so killing this program does not stop an installation."""
        request = parse(rest)
        if request is None:
            return 1639
        if not request.quiet:
            while True:
                yield 3600.0
        log = session.path(request.log) if request.log else None
        if log is not None and not self._node.files.is_directory(log.rpartition("\\")[0]):
            return 1622
        if self.faults.mutex_s > 0:
            self._held_until, self.faults.mutex_s = self._clock.now + self.faults.mutex_s, 0.0
        if self.busy or self._clock.now < self._held_until:
            return 1618
        self.busy = True
        path = request.target if request.target.startswith("{") else session.path(request.target)
        quiet = Streams(bytearray(), lambda data: None, lambda data: None, lambda: True)
        program = self._serve(request, path, log, current_actor())
        with acting("msiexec"):
            engine = self._engine = RunningCommand(self._node, program, quiet, self._release)
            engine.begin()
        while engine.running:
            yield POLL_S
        return engine.exit_code or 0

    def _release(self) -> None:
        self.busy = False

    def _power(self, up: bool) -> None:
        if not up and self._engine is not None:
            self._engine.terminate()

    def _serve(self, request: Request, path: str, log: str | None, client: str) -> Program:
        """One request in the service, as actor msiexec; ``client`` is who asked for it."""
        self._lines = [
            f"=== Verbose logging started: {self._clock.wall():%m/%d/%Y  %H:%M:%S}  Calling process: msiexec"
        ]
        if self.faults.hang:
            while True:
                yield 3600.0
        if request.verb == "x":
            code = yield from self._uninstall(path, client)
        else:
            code = yield from self._open(request, path, client)
        if log is not None:
            with contextlib.suppress(WinError):
                self._write_log(log, code)
        return code

    def _write_log(self, path: str, code: int) -> None:
        self.log(
            f"Windows Installer installed the product. Product Name: {self._product}. "
            f"Installation success or error status: {code}."
        )
        self.log(f"MainEngineThread is returning {code}")
        self._lines.append(f"=== Verbose logging stopped: {self._clock.wall():%m/%d/%Y  %H:%M:%S} ===")
        self._node.files.write(path, ("\ufeff" + "\r\n".join(self._lines) + "\r\n").encode("utf-16-le"))

    def log(self, text: str) -> None:
        self._lines.append(f"MSI (s) (10:20) [{self._clock.wall():%H:%M:%S}:000]: {text}")

    def _event(self, number: int, text: str) -> None:
        level = "Error" if number in (11708, 11725) else "Information"
        self._node.log_event("Application", "MsiInstaller", number, level, f"Product: {self._product} -- {text}")

    # ---- installing -------------------------------------------------------------------------
    def _open(self, request: Request, path: str, client: str) -> Program:
        try:
            package = Package(self._node.files.read(path))
        except WinError:
            return 1619
        except MsiError:
            return 1620
        self._product = str(package.property("ProductName"))
        if package.template.startswith("x64") and self._node.profile.architecture != "64-bit":
            return 1633
        code = str(package.property("ProductCode"))
        if code in self.packages and "REINSTALL" not in request.properties:
            # The same package again is maintenance without anything to do; another build of it is refused.
            return 0 if self.packages[code].package_code == package.package_code else 1638
        return (yield from self._install(package, request, path, client))

    def _install(self, package: Package, request: Request, path: str, client: str) -> Program:
        version = str(package.property("ProductVersion"))
        found = self._related(package)
        refused = self._refused(package, request, found)
        if refused is not None:
            self.log(f"Product: {self._product} -- {refused}")
            yield 2.0
            return self._failed(1603)
        before = sorted(f"{key} {value}" for key, value in found.items())
        with acting(client):
            self._node.journal.record(self._clock.now, self._node.name, "msi.install", version, before, path)
        transaction = Transaction(self._node)
        try:
            code = yield from self._replace(package, request, found, transaction)
        except WinError as error:
            self.log(f"Error 1304. {error}")
            code = 1603
        if code:
            transaction.rollback()
            return self._failed(code)
        self._event(11707, "Installation completed successfully.")
        self._event(1033, f"Windows Installer installed the product. Product Version: {version}. Status: 0.")
        return self._exit(request, self._reboot_wanted or self.faults.reboot)

    def _failed(self, code: int) -> int:
        self.log("Action ended: INSTALL. Return value 3.")
        self._event(11708, "Installation failed.")
        self._event(1033, f"Windows Installer installed the product. Status: {code}.")
        return code

    def _exit(self, request: Request, reboot: bool) -> int:
        if not reboot and not request.restart:
            return 0
        if request.properties.get("REBOOT", "").lower() in ("reallysuppress", "r") and not request.restart:
            return 3010
        self._node.reboot(5.0)
        return 1641

    def _replace(self, package: Package, request: Request, found: dict[str, str], transaction: Transaction) -> Program:
        """Remove older versions and install this one: 0, or the code for which to roll back."""
        self._reboot_wanted = self._files_in_use(package, request)
        if self.faults.stops_store:
            self._node.services.stop(self.faults.stops_store)
        yield DURATION_S / 2
        for code in found:
            yield from self._stop_services(self.packages[code], transaction)
            self._remove(code, transaction)
        transaction.install(package)
        if self.faults.exit_code is not None:
            code_wanted, self.faults.exit_code = self.faults.exit_code, None
            return code_wanted
        yield DURATION_S / 2
        if not transaction.custom_actions(package):
            self.log("Error 1722. There is a problem with this Windows Installer package. A program run as part of")
            return 1603
        register(self._node, package, transaction)
        product = str(package.property("ProductCode"))
        transaction.note(functools.partial(self.packages.pop, product, None))
        self.packages[product] = package
        for row in package.table("ServiceControl"):
            if int(row["Event"] or 0) & 1:
                self._node.services.start(str(row["Name"]))
                yield 5.0
        return 0

    def _refused(self, package: Package, request: Request, found: dict[str, str]) -> str | None:
        """The message of a launch condition that does not hold."""
        version = str(package.property("ProductVersion"))
        newer = any(_numbers(item) > _numbers(version) for item in found.values())
        properties = {"WIX_DOWNGRADE_DETECTED"} if newer else set()
        properties |= set(request.properties)
        for row in package.table("LaunchCondition"):
            if not _holds(str(row["Condition"]), properties):
                return str(row["Description"])
        return None

    def _related(self, package: Package) -> dict[str, str]:
        """Installed products of the same upgrade code: product code -> version."""
        code = package.property("UpgradeCode")
        mine = str(package.property("ProductCode"))
        return {
            key: str(item.property("ProductVersion"))
            for key, item in self.packages.items()
            if item.property("UpgradeCode") == code or key == mine
        }

    def _files_in_use(self, package: Package, request: Request) -> bool:
        """Whether a file to be replaced is loaded by a running service. Without
        MSIRESTARTMANAGERCONTROL=Disable the Restart Manager stops that service instead."""
        directory = install_directory(package, self._node.profile)
        agent = any(self._node.files.exists(f"{directory}\\{_long(row)}") for row in package.table("File"))
        holding = [name for name in self.holders if (status := self._node.services.status(name)) and status.process_id]
        if not agent or not holding:
            return False
        if request.properties.get("MSIRESTARTMANAGERCONTROL", "").lower() == "disable":
            self.log("Info 1603. The file is being used; a reboot is needed to replace it.")
            return True
        for name in holding:
            self.log(f"RESTART MANAGER: Will attempt to shut down {name}")
            self._node.services.stop(name)
        return False

    def _stop_services(self, package: Package, transaction: Transaction) -> Program:
        for row in package.table("ServiceControl"):
            name = str(row["Name"])
            if int(row["Event"] or 0) & STOP_ON_UNINSTALL and self._node.services.stop(name) == 0:
                transaction.note_first(functools.partial(self._node.services.start, name))
                for _second in range(30):
                    status = self._node.services.status(name)
                    if status is None or status.state == "Stopped":
                        break
                    yield 1.0
        return 0

    # ---- removing ---------------------------------------------------------------------------
    def _uninstall(self, path: str, client: str) -> Program:
        target = path.upper()
        if not path.startswith("{"):
            try:
                target = str(Package(self._node.files.read(path)).property("ProductCode")).upper()
            except WinError:
                return 1619
            except MsiError:
                return 1620
        code = next((key for key in self.packages if key.upper() == target), None)
        if code is None:
            return 1605
        package = self.packages[code]
        self._product = str(package.property("ProductName"))
        version = str(package.property("ProductVersion"))
        with acting(client):
            self._node.journal.record(self._clock.now, self._node.name, "msi.remove", version, version, None)
        transaction = Transaction(self._node)
        try:
            yield from self._stop_services(package, transaction)
            yield DURATION_S / 2
            self._remove(code, transaction)
        except WinError as error:
            self.log(str(error))
            transaction.rollback()
            self._event(11725, "Removal failed.")
            return 1603
        self._event(11724, "Removal completed successfully.")
        self._event(1034, "Windows Installer removed the product. Status: 0.")
        return 0

    def _remove(self, code: str, transaction: Transaction) -> None:
        package = self.packages.pop(code)
        transaction.note(functools.partial(self.packages.__setitem__, code, package))
        transaction.remove(package)
        forget(package, transaction)


def _holds(condition: str, properties: set[str]) -> bool:
    """Conditions of the forms ``1``, ``NAME`` and ``NOT NAME``."""
    text = condition.strip()
    if text.upper().startswith("NOT "):
        return not _holds(text[4:], properties)
    return text == "1" or text in properties


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _long(row: dict[str, str | int | None]) -> str:
    return str(row["FileName"]).rpartition("|")[2]
