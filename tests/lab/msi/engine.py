"""msiexec on a modelled node: what the Windows Installer service does with a package.

Exit codes, the mutex, the log, rollback and the Restart Manager's side effect (rule 16 of the domain)
follow the Windows Installer documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..clock import VirtualClock
from ..journal import acting
from ..node.cmd.text import words
from ..node.cmd.session import Program, Session, Streams
from ..node.errors import WinError
from ..node.machine import WindowsNode
from ..node.registry import DWORD, EXPAND_SZ, SZ
from .apply import Transaction, install_directory
from .database import MsiError, Package

UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
UPGRADE_CODES = "SOFTWARE\\Classes\\Installer\\UpgradeCodes"
PRODUCTS = "SOFTWARE\\Classes\\Installer\\Products"
DURATION_S = 20.0


def packed(guid: str) -> str:
    """A GUID as the Installer keys spell it: each part reversed, the last two by pairs."""
    parts = guid.strip("{}").split("-")
    head = "".join(part[::-1] for part in parts[:3])
    tail = "".join(parts[3:])
    return (head + "".join(tail[index + 1] + tail[index] for index in range(0, len(tail), 2))).upper()


@dataclass
class Faults:
    """What goes wrong at the next installation; the lab's fault rules set it."""

    exit_code: int | None = None
    hang: bool = False
    mutex_s: float = 0.0
    reboot: bool = False
    stops_store: str | None = None  # service that the installer stops although told not to


@dataclass(frozen=True)
class Request:
    """A parsed msiexec command line."""

    verb: str  # i | x
    target: str
    log: str | None
    properties: dict[str, str]


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

    def msiexec(self, session: Session, rest: str, streams: Streams) -> Program:
        """The program ``msiexec``; returns the full exit code."""
        request = parse(rest)
        if request is None:
            return 1639
        self._lines = [
            f"=== Verbose logging started: {self._clock.wall():%m/%d/%Y  %H:%M:%S}  Calling process: msiexec"
        ]
        log = session.path(request.log) if request.log else None
        if log is not None and not self._node.files.is_directory(log.rpartition("\\")[0]):
            return 1622
        if self.busy or self.faults.mutex_s > 0:
            if self.faults.mutex_s > 0:
                self.busy, pause = True, self.faults.mutex_s
                self.faults.mutex_s = 0
                self._clock.call_later(pause, self._release)
            return 1618
        self.busy = True
        try:
            code = yield from self._run(session, request)
        finally:
            self.busy = False
        self._write_log(log, code)
        return code

    def _release(self) -> None:
        self.busy = False

    def _run(self, session: Session, request: Request) -> Program:
        if self.faults.hang:
            while True:
                yield 3600.0
        if request.verb == "x":
            return (yield from self._uninstall(request))
        path = session.path(request.target)
        try:
            package = Package(self._node.files.read(path))
        except WinError:
            return 1619
        except MsiError:
            return 1620
        return (yield from self._install(package, request, path))

    def _write_log(self, path: str | None, code: int) -> None:
        if path is None:
            return
        self._lines += [
            f"MSI (s) (10:20) [08:00:00:000]: MainEngineThread is returning {code}",
            f"MSI (s) (10:20) [08:00:00:000]: Windows Installer installed the product. "
            f"Installation success or error status: {code}.",
            "=== Verbose logging stopped ===",
        ]
        with acting("msiexec"):
            self._node.files.write(path, ("\ufeff" + "\r\n".join(self._lines) + "\r\n").encode("utf-16-le"))

    def log(self, text: str) -> None:
        self._lines.append(f"MSI (s) (10:20) [08:00:00:000]: {text}")

    # ---- installing -------------------------------------------------------------------------
    def _install(self, package: Package, request: Request, path: str) -> Program:
        code = str(package.property("ProductCode"))
        version = str(package.property("ProductVersion"))
        found = self._related(package)
        if code in found:
            return 1638
        refused = self._refused(package, request, found)
        if refused is not None:
            self.log(f"Product: {package.property('ProductName')} -- {refused}")
            yield 2.0
            return 1603
        before = sorted(f"{key} {value}" for key, value in found.items())
        self._node.journal.record(self._clock.now, self._node.name, "msi.install", version, before, path)
        with acting("msiexec"):
            outcome = yield from self._replace(package, request, found)
        if outcome:
            return outcome
        return self._exit(request, self._reboot_wanted or self.faults.reboot)

    def _exit(self, request: Request, reboot: bool) -> int:
        if not reboot:
            return 0
        if request.properties.get("REBOOT", "").lower() in ("reallysuppress", "r"):
            return 3010
        self._node.reboot(5.0)
        return 1641

    def _replace(self, package: Package, request: Request, found: dict[str, str]) -> Program:
        """Remove older versions and install this one: 0, or the failure's code after a rollback."""
        transaction = Transaction(self._node)
        self._reboot_wanted = self._files_in_use(package, request)
        if self.faults.stops_store:
            self._node.services.stop(self.faults.stops_store)
        yield DURATION_S / 2
        for code in found:
            yield from self._stop_services(self.packages[code])
            self._remove(code, transaction, upgrading=True)
        if self.faults.exit_code is not None:
            transaction.rollback()
            self.log("Rolling back. Return value 3.")
            failure, self.faults.exit_code = self.faults.exit_code, None
            return failure
        directory = transaction.install(package)
        self._register(package, directory)
        yield DURATION_S / 2
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
        directory = install_directory(package)
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

    def _stop_services(self, package: Package) -> Program:
        for row in package.table("ServiceControl"):
            name = str(row["Name"])
            if int(row["Event"] or 0) & 0x22 and self._node.services.stop(name) == 0:
                for _second in range(30):
                    status = self._node.services.status(name)
                    if status is None or status.state == "Stopped":
                        break
                    yield 1.0
        return 0

    def _register(self, package: Package, directory: str) -> None:
        code = str(package.property("ProductCode"))
        registry = self._node.registry
        key = f"{UNINSTALL}\\{code}"
        for name, value in (
            ("DisplayName", package.property("ProductName")),
            ("DisplayVersion", package.property("ProductVersion")),
            ("Publisher", package.property("Manufacturer")),
            ("InstallLocation", directory + "\\"),
            ("InstallSource", "C:\\Windows\\Temp\\"),
        ):
            registry.set(key, name, SZ, str(value))
        registry.set(key, "UninstallString", EXPAND_SZ, f"MsiExec.exe /X{code}")
        registry.set(key, "WindowsInstaller", DWORD, 1)
        upgrade = packed(str(package.property("UpgradeCode")))
        registry.set(f"{UPGRADE_CODES}\\{upgrade}", packed(code), SZ, "")
        registry.set(f"{PRODUCTS}\\{packed(code)}", "ProductName", SZ, str(package.property("ProductName")))
        self.packages[code] = package

    # ---- removing ---------------------------------------------------------------------------
    def _uninstall(self, request: Request) -> Program:
        target = request.target.upper() if request.target.startswith("{") else ""
        if not target:
            try:
                target = str(Package(self._node.files.read(request.target)).property("ProductCode")).upper()
            except (WinError, MsiError):
                return 1619
        code = next((key for key in self.packages if key.upper() == target), None)
        if code is None:
            return 1605
        version = str(self.packages[code].property("ProductVersion"))
        self._node.journal.record(self._clock.now, self._node.name, "msi.remove", version, version, None)
        with acting("msiexec"):
            yield from self._stop_services(self.packages[code])
            yield DURATION_S / 2
            self._remove(code, Transaction(self._node), upgrading=False)
        return 0

    def _remove(self, code: str, transaction: Transaction, upgrading: bool) -> None:
        package = self.packages.pop(code)
        transaction.note(lambda: self.packages.__setitem__(code, package))
        transaction.remove(package)
        registry = self._node.registry
        for path in (f"{UNINSTALL}\\{code}", f"{PRODUCTS}\\{packed(code)}"):
            transaction.delete_key(path)
        upgrade = f"{UPGRADE_CODES}\\{packed(str(package.property('UpgradeCode')))}"
        transaction.delete_value(upgrade, packed(code))
        key = registry.find(upgrade)
        if key is not None and not key.values and not upgrading:
            registry.delete_key(upgrade)


def parse(rest: str) -> Request | None:
    """msiexec's options; None for a line it answers with 1639."""
    verb = target = ""
    log: str | None = None
    properties: dict[str, str] = {}
    items = words(rest)
    index = 0
    while index < len(items):
        item = items[index]
        lower = item.lower()
        index += 1
        if re.fullmatch(r"[A-Z_][A-Z0-9_.]*=.*", item, re.DOTALL):
            name, _, value = item.partition("=")
            properties[name] = value
        elif lower in ("/i", "-i", "/package", "/x", "-x", "/uninstall") and index < len(items):
            verb = "x" if lower[1] in "xu" else "i"
            target = items[index]
            index += 1
        elif re.fullmatch(r"[/-]x\{[0-9a-f-]+\}", lower):
            verb, target = "x", item[2:]
        elif re.fullmatch(r"[/-]l[*a-z!+]*", lower) or lower == "/log":
            log = items[index] if index < len(items) else None
            index += 1
        elif not re.fullmatch(r"[/-](q[nbrf]?[+-]?!?|quiet|passive|norestart|forcerestart|promptrestart)", lower):
            return None
    return Request(verb, target, log, properties) if verb and target else None


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
