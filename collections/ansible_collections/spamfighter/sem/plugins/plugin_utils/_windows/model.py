# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""One Windows node as frozen data."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import dataclass

Membership = t.Literal["none", "stopped", "running"]  # rule 1: three different answers
View = t.Literal[32, 64]


@dataclass(frozen=True, slots=True)
class Service:
    """Win32_Service, with what the registry adds. ``recovery`` False: no automatic recovery action is set."""

    name: str
    display_name: str
    state: str  # Stopped | Start Pending | Stop Pending | Running | Paused ...
    start_mode: str  # Boot | System | Auto | Manual | Disabled
    process_id: int
    path: str
    account: str
    recovery: bool | None = None  # None: not read


@dataclass(frozen=True, slots=True)
class Product:
    """An entry of the Uninstall key."""

    key: str  # {ProductCode} or a name
    display_name: str
    version: str
    publisher: str
    install_location: str
    uninstall: str
    view: View
    windows_installer: bool


@dataclass(frozen=True, slots=True)
class Host:
    """Identity and state of a node, read over the connection in use (rule 4)."""

    computer_name: str
    domain: str
    os_caption: str
    os_version: str
    architecture: str  # "64-bit" | "32-bit"
    booted_at: dt.datetime | None
    membership: Membership
    cluster_name: str | None = None
    cluster_instance_id: str | None = None
    reboot_pending: tuple[str, ...] = ()  # reasons
    system_root: str = "C:\\Windows"


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One entry of a folder's DACL; the trustee by SID, so that no language matters."""

    sid: str
    mask: int
    flags: int  # 1 object inherit, 2 container inherit, 16 inherited
    allow: bool = True


@dataclass(frozen=True, slots=True)
class FolderState:
    path: str
    exists: bool
    protected: bool = False  # inherits nothing from its parent
    entries: tuple[AccessEntry, ...] = ()
