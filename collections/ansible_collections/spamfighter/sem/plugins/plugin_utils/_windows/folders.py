# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Folders and their permissions. CIM can read both but make neither (wsman 8.5), so a shell writes."""

from __future__ import annotations

import re

from .._wsman.errors import WsManFault
from .._wsman.faults import is_absent
from .._wsman.operations import Shell, WsManOperations
from .._wsman.types import CimInstance, CimValue
from .errors import WindowsError
from .model import AccessEntry, FolderState
from .quoting import quote
from .schema import DATA_FILE, DIRECTORY, FILE_SECURITY, LOGICAL_DISK

SE_DACL_PROTECTED = 0x1000
INHERITED = 16
OBJECT_INHERIT, CONTAINER_INHERIT = 1, 2
FULL_CONTROL = 0x1F01FF
SYSTEM, ADMINISTRATORS = "S-1-5-18", "S-1-5-32-544"
FORBIDDEN = re.compile(r'[<>:"/\\|?*%!\x00-\x1f]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?")


def illegal_name(name: str) -> str | None:
    """Why a folder may not be called so; None when it may. Checked before anything is touched."""
    if not name.strip() or name != name.strip() or name.endswith("."):
        return "a folder name may not be empty, begin or end with a blank, or end with a dot"
    if FORBIDDEN.search(name):
        return 'a folder name may not hold < > : " / \\ | ? * % ! or control characters'
    if RESERVED.fullmatch(name):
        return "this name is reserved by Windows"
    return None


def exists(ws: WsManOperations, path: str, *, directory: bool = True) -> bool:
    """Whether the folder (or file) is there; also False when the drive is not."""
    try:
        ws.get(DIRECTORY if directory else DATA_FILE, {"Name": path})
    except WsManFault as fault:
        if is_absent(fault):
            return False
        raise
    return True


def read_folder(ws: WsManOperations, path: str) -> FolderState:
    """The folder with its DACL, trustees by SID so that no language matters."""
    if not exists(ws, path):
        return FolderState(path, False)
    result = ws.invoke(FILE_SECURITY, "GetSecurityDescriptor", {"Path": path})
    descriptor = result.get("Descriptor")
    if result.get("ReturnValue") not in (0, None) or not isinstance(descriptor, CimInstance):
        raise WindowsError(f"read the permissions of {path}", code=_number(result.get("ReturnValue")))
    flags = _number(descriptor.get("ControlFlags"))
    dacl = descriptor.get("DACL")
    items = dacl if isinstance(dacl, tuple) else (dacl,)
    entries = tuple(_entry(item) for item in items if isinstance(item, CimInstance))
    return FolderState(path, True, bool(flags & SE_DACL_PROTECTED), entries)


def _number(value: CimValue) -> int:
    return int(value) if isinstance(value, (int, str)) and str(value).lstrip("-").isdigit() else 0


def _entry(item: CimInstance) -> AccessEntry:
    trustee = item.get("Trustee")
    sid = str(trustee.get("SIDString") or "") if isinstance(trustee, CimInstance) else ""
    return AccessEntry(
        sid=sid,
        mask=_number(item.get("AccessMask")) & 0xFFFFFFFF,
        flags=_number(item.get("AceFlags")),
        allow=_number(item.get("AceType")) == 0,
    )


def create_folder(shell: Shell, path: str) -> None:
    """With its parents. Raises WindowsError, UnsafeValue."""
    result = shell.run(f"if not exist {quote(path)} md {quote(path)}")
    if result.exit_code != 0:
        raise WindowsError(f"create the folder {path}", code=result.exit_code, text=_first(result.stderr))


def set_permissions(shell: Shell, path: str, sids: tuple[str, ...]) -> None:
    """Full control for the SIDs and nothing for others: nothing inherited, nothing left over.

    Everything explicit is dropped first (/reset), then the SIDs are granted before inheritance is cut, so
    that no step locks us out.
    """
    grants = " ".join(f"*{sid}:(OI)(CI)F" for sid in sids)
    for arguments in ("/reset", f"/grant:r {grants}", "/inheritance:r"):
        result = shell.run(f"icacls {quote(path)} {arguments} /q")
        if result.exit_code != 0:
            text = _first(result.stderr or result.stdout)
            raise WindowsError(f"set the permissions of {path}", code=result.exit_code, text=text)


def wanted_entries(sids: tuple[str, ...]) -> frozenset[tuple[str, int, int, bool]]:
    """What :func:`set_permissions` leaves, comparable with :func:`comparable`."""
    return frozenset((sid.upper(), FULL_CONTROL, OBJECT_INHERIT | CONTAINER_INHERIT, True) for sid in sids)


def comparable(state: FolderState) -> frozenset[tuple[str, int, int, bool]]:
    return frozenset((item.sid.upper(), item.mask, item.flags, item.allow) for item in state.entries)


def free_mb(ws: WsManOperations, drive: str) -> int | None:
    """Free space of a drive letter in MB; None when the drive is not there."""
    for item in ws.enumerate(LOGICAL_DISK):
        size = item.get("FreeSpace")
        if str(item.get("DeviceID")).upper() == drive.upper() and isinstance(size, int):
            return size // (1024 * 1024)
    return None


def list_folder(shell: Shell, path: str) -> tuple[str, ...] | None:
    """Names in the folder; None when it is not there. ``dir`` answers 1 for a folder with nothing in it.

    Raises:
        WindowsError: another code.
    """
    result = shell.run(f"if exist {quote(path)} (dir /b /a {quote(path)}) else (exit /b 3)")
    if result.exit_code == 3:
        return None
    if result.exit_code not in (0, 1):
        raise WindowsError(f"list the folder {path}", code=result.exit_code, text=_first(result.stderr))
    return tuple(line for line in result.stdout.splitlines() if line.strip())


def copy_folder(shell: Shell, source: str, target: str, timeout_s: float) -> None:
    """Copy the contents once, with subfolders; existing files are never overwritten silently: the caller
    has seen that the target is empty. Raises WindowsError."""
    result = shell.run(f"xcopy {quote(source)} {quote(target)} /E /I /H /K /Y /Q", timeout_s=timeout_s)
    if result.exit_code not in (0, 1):
        text = _first(result.stderr or result.stdout)
        raise WindowsError(f"copy {source} to {target}", code=result.exit_code, text=text)


def _first(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
