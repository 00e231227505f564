# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Installed products, found with few requests."""

from __future__ import annotations

import fnmatch
import re

from .._wsman.operations import Shell, WsManOperations
from .errors import WindowsError
from .model import Product, View
from .registry import Registry, physical

UNINSTALL = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
UPGRADE_CODES = "SOFTWARE\\Classes\\Installer\\UpgradeCodes"
GUID = re.compile(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
PACKED = re.compile(r"[0-9A-Fa-f]{32}")
VIEWS: tuple[View, ...] = (64, 32)


def packed(guid: str) -> str:
    """A GUID as the Installer keys spell it: parts reversed, the last two by pairs.

    Raises:
        ValueError: not a GUID in braces.
    """
    if not GUID.fullmatch(guid):
        raise ValueError(f"{guid!r} is not a GUID in braces")
    parts = guid.strip("{}").upper().split("-")
    tail = "".join(parts[3:])
    return "".join(part[::-1] for part in parts[:3]) + "".join(
        tail[index + 1] + tail[index] for index in range(0, len(tail), 2)
    )


def unpacked(text: str) -> str:
    """The GUID of a packed one. Raises ValueError."""
    if not PACKED.fullmatch(text):
        raise ValueError(f"{text!r} is not a packed GUID")
    head = [text[0:8][::-1], text[8:12][::-1], text[12:16][::-1]]
    tail = "".join(text[index + 1] + text[index] for index in range(16, 32, 2))
    return "{" + "-".join([*head, tail[:4], tail[4:]]).upper() + "}"


def find_products(
    ws: WsManOperations, pattern: str, upgrade_code: str | None, shell: Shell | None
) -> tuple[Product, ...]:
    """Products by upgrade code, or else by display name.

    ``shell`` is needed only for the search by name: one ``reg query`` reads every display name, where
    StdRegProv would need a request per key. Leftovers (a key without a display name) are not products.
    """
    registry = Registry(ws)
    if upgrade_code is not None:
        codes = registry.values(f"{UPGRADE_CODES}\\{packed(upgrade_code)}") or ()
        keys = [(unpacked(code), view) for code in codes if PACKED.fullmatch(code) for view in VIEWS]
    elif shell is not None:
        keys = [(key, view) for view in VIEWS for key in _matching_keys(shell, pattern, view)]
    else:
        raise WindowsError("a search by display name needs a shell")
    found = (read_product(registry, key, view) for key, view in keys)
    products = (item for item in found if item is not None)
    return tuple(item for item in products if upgrade_code is not None or matches(item.display_name, pattern))


def matches(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name.lower(), pattern.lower())


def read_product(registry: Registry, key: str, view: View) -> Product | None:
    """One uninstall entry; None when it has no display name."""
    path = f"{UNINSTALL}\\{key}"
    name = registry.text(path, "DisplayName", view)
    if not name:
        return None
    return Product(
        key=key,
        display_name=name,
        version=registry.text(path, "DisplayVersion", view) or "",
        publisher=registry.text(path, "Publisher", view) or "",
        install_location=(registry.text(path, "InstallLocation", view) or "").rstrip("\\"),
        uninstall=registry.text(path, "UninstallString", view) or "",
        view=view,
        windows_installer=registry.number(path, "WindowsInstaller", view) == 1,
    )


def _matching_keys(shell: Shell, pattern: str, view: View) -> list[str]:
    """Key names from ``reg query``; its words are translated, its layout and names are not."""
    path = physical(UNINSTALL, view)
    result = shell.run(f'reg query "HKLM\\{path}" /s /v DisplayName')
    found: list[str] = []
    key = ""
    for line in result.stdout.splitlines():
        if line.startswith("HKEY_LOCAL_MACHINE\\"):
            key = line[len("HKEY_LOCAL_MACHINE\\") :]
        elif match := re.match(r"\s+DisplayName\s+REG_(?:EXPAND_)?SZ\s+(.*)$", line):
            below = key[len(path) + 1 :]
            if matches(match[1].strip(), pattern) and below and "\\" not in below:
                found.append(below)
    return found
