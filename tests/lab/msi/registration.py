"""Where Windows Installer keeps what is installed."""

from __future__ import annotations

from ..node.machine import WindowsNode
from ..node.registry import DWORD, EXPAND_SZ, SZ
from .apply import Transaction, view_of
from .database import Package

UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
UPGRADE_CODES = "SOFTWARE\\Classes\\Installer\\UpgradeCodes"
PRODUCTS = "SOFTWARE\\Classes\\Installer\\Products"


def packed(guid: str) -> str:
    """A GUID as the Installer keys spell it: each part reversed, the last two by pairs."""
    parts = guid.strip("{}").split("-")
    head = "".join(part[::-1] for part in parts[:3])
    tail = "".join(parts[3:])
    return (head + "".join(tail[index + 1] + tail[index] for index in range(0, len(tail), 2))).upper()


def register(node: WindowsNode, package: Package, transaction: Transaction) -> None:
    """Make the product known: Uninstall, UpgradeCodes and Products."""
    code = str(package.property("ProductCode"))
    registry = node.registry
    key = f"{UNINSTALL}\\{code}"
    upgrade = f"{UPGRADE_CODES}\\{packed(str(package.property('UpgradeCode')))}"
    product = f"{PRODUCTS}\\{packed(code)}"
    view = view_of(package)
    transaction.keep(key, view)
    for path in (upgrade, product):
        transaction.keep(path)
    for name, value in (
        ("DisplayName", package.property("ProductName")),
        ("DisplayVersion", package.property("ProductVersion")),
        ("Publisher", package.property("Manufacturer")),
        ("InstallLocation", str(package.property("ARPINSTALLLOCATION") or "")),  # empty unless the package sets it
        ("InstallSource", f"{node.profile.folders.windows}\\Temp\\"),
    ):
        registry.set(key, name, SZ, str(value), view=view)
    registry.set(key, "UninstallString", EXPAND_SZ, f"MsiExec.exe /X{code}", view=view)
    registry.set(key, "WindowsInstaller", DWORD, 1, view=view)
    registry.set(upgrade, packed(code), SZ, "")
    registry.set(product, "ProductName", SZ, str(package.property("ProductName")))
    registry.set(product, "PackageCode", SZ, packed(package.package_code))


def forget(package: Package, transaction: Transaction) -> None:
    code = str(package.property("ProductCode"))
    transaction.delete_key(f"{UNINSTALL}\\{code}", view_of(package))
    transaction.delete_key(f"{PRODUCTS}\\{packed(code)}")
    transaction.delete_value(f"{UPGRADE_CODES}\\{packed(str(package.property('UpgradeCode')))}", packed(code))
