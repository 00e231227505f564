"""What years of use leave on a server: programs, services and keys that are none of our business."""

from __future__ import annotations

import random
import uuid

from .machine import WindowsNode
from .registry import DWORD, SZ

UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
FOREIGN_PRODUCTS = 120
FOREIGN_SERVICES = 40
SVCHOST = "C:\\Windows\\System32\\svchost.exe"
VENDORS = ("Contoso", "O'Neill & Sons", "Fabrikam 100%", "Büro Müller", "SPAMfighter ApS", "A.Datum")
THINGS = ("Backup Agent", "Driver's Pack", "R&D Tools", "Monitor %TEMP%", "Mail Gateway", "Runtime", "Outlook Add-in")


def furnish(node: WindowsNode, seed: int) -> None:
    """Directories, system services, foreign products and services; the same for the same seed and name."""
    pick = random.Random(f"untidy/{seed}/{node.name}")
    for path in _directories(node):
        if not node.files.exists(path):
            node.files.make_directory(path)
    node.files.write(SVCHOST, b"MZ svchost")
    for name, display, mode in (
        ("RpcSs", "Remote Procedure Call (RPC)", "Auto"),
        ("WinRM", "Windows Remote Management (WS-Management)", "Auto"),
        ("Spooler", "Print Spooler", "Manual"),
        ("RemoteRegistry", "Remote Registry", "Disabled"),
    ):
        node.services.create(name, display, f"{SVCHOST} -k netsvcs", mode, "LocalSystem")
    _services(node, pick)
    for number in range(FOREIGN_PRODUCTS):
        _product(node, pick, number)


def _directories(node: WindowsNode) -> list[str]:
    folders = node.profile.folders
    programs = dict.fromkeys((folders.program_files, node.profile.program_files_x86))
    return [
        *(f"{folders.windows}\\{name}" for name in ("System32", "Temp", "Installer")),
        *(f"{path}\\Common Files" for path in programs),
        folders.program_data,
        folders.home,
    ]


def _services(node: WindowsNode, pick: random.Random) -> None:
    for number in range(FOREIGN_SERVICES):
        vendor, thing = pick.choice(VENDORS), pick.choice(THINGS)
        mode = pick.choice(("Auto", "Manual", "Manual", "Disabled"))
        account = pick.choice(("LocalSystem", "NT AUTHORITY\\NetworkService", "EXAMPLE\\svc 'o&m'"))
        node.services.create(f"{thing.split()[0]}{number:02}", f"{vendor} {thing}", SVCHOST, mode, account)


def _product(node: WindowsNode, pick: random.Random, number: int) -> None:
    vendor, thing = pick.choice(VENDORS), pick.choice(THINGS)
    view = pick.choice((64, 64, 32))
    guid = "{" + str(uuid.UUID(int=pick.getrandbits(128), version=4)).upper() + "}"
    key = f"{UNINSTALL}\\{pick.choice((guid, guid, f'KB{900000 + number}', f'{thing} {number}'))}"
    if number % 17 == 0:  # what a failed removal leaves: a key without a name
        node.registry.set(key, "Publisher", SZ, vendor, view=view)
        return
    node.registry.set(key, "DisplayName", SZ, f"{vendor} {thing} {number}", view=view)
    node.registry.set(key, "DisplayVersion", SZ, f"{pick.randrange(12)}.{pick.randrange(90)}.{number}", view=view)
    node.registry.set(key, "Publisher", SZ, vendor, view=view)
    if key.endswith("}"):
        node.registry.set(key, "WindowsInstaller", DWORD, 1, view=view)
        node.registry.set(key, "UninstallString", SZ, "MsiExec.exe /X" + guid, view=view)
