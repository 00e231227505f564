"""Drives, directories, files and their security: what one node sees.

A shared volume's tree lives in :class:`SharedStorage` and is seen only where it is attached, so the
contents move with the disk (mscluster 6.10). A volume can be mounted in a folder of another one instead of having
a letter, or besides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..clock import VirtualClock
from ..contract import VolumeInfo
from ..journal import Journal
from .errors import WinError
from .volumes import (
    CONTAINER_INHERIT,
    FULL,
    INHERITED,
    OBJECT_INHERIT,
    READ_EXECUTE,
    Ace,
    Entry,
    SharedStorage,
    Volume,
    walk,
)

__all__ = [
    "CONTAINER_INHERIT",
    "FULL",
    "INHERITED",
    "OBJECT_INHERIT",
    "READ_EXECUTE",
    "Ace",
    "Entry",
    "FileSystem",
    "SharedStorage",
    "Volume",
    "walk",
]

FORBIDDEN = re.compile(r'[<>:"/|?*\x00-\x1f]')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?")
PATH_LIMIT = 260


def split(path: str) -> tuple[str, list[str]]:
    """Drive and parts of an absolute path. Raises WinError 123 or 3."""
    text = path.strip().strip('"').replace("/", "\\")
    match = re.fullmatch(r"([A-Za-z]:)(\\.*)?", text, re.DOTALL)
    if match is None:
        raise WinError(123 if text else 3, path)
    parts = [part for part in (match[2] or "").split("\\") if part not in ("", ".")]
    if len(text) > PATH_LIMIT:
        raise WinError(3, path)
    for part in parts:
        if FORBIDDEN.search(part):
            raise WinError(123, path)
    return match[1].upper(), [part.rstrip(". ") or part for part in parts]


class FileSystem:
    """The drives of one node. Paths are absolute and compared without case."""

    def __init__(self, node: str, clock: VirtualClock, journal: Journal, storage: SharedStorage) -> None:
        self._node = node
        self._clock = clock
        self._journal = journal
        self._storage = storage
        self.volumes: dict[str, Volume] = {}
        self.add_volume(Volume("{local-" + node.lower() + "}", "C:", "", 120_000, reserved_mb=60_000))

    def add_volume(self, volume: Volume) -> None:
        self.volumes[volume.volume_id] = volume

    def attach(self, info: VolumeInfo) -> None:
        self.volumes[info.volume_id] = self._storage.volume(info)

    def detach(self, volume_id: str) -> None:
        self.volumes.pop(volume_id, None)

    def drive(self, letter: str) -> Volume:
        """Raises WinError 3 when no such drive is there."""
        for volume in self.volumes.values():
            if volume.letter and volume.letter.upper() == letter.upper():
                return volume
        raise WinError(3, letter)

    def _enter(self, volume: Volume, entry: Entry) -> tuple[Volume, Entry] | None:
        """Through a mount point, if it is one; None while its volume is not here."""
        if entry.mounted is None:
            return volume, entry
        below = self.volumes.get(entry.mounted)
        return None if below is None else (below, below.root)

    def mount_paths(self, volume: Volume) -> list[str]:
        """Where a volume is reached, with a backslash at the end: its letter, then folders."""
        found = [f"{volume.letter}\\"] if volume.letter else []
        for host in self.volumes.values():
            for path in _mounts(host.root, volume.volume_id, f"{host.letter}\\") if host.letter else ():
                found.append(f"{path}\\")
        return found

    def locate(self, path: str) -> tuple[Volume, Entry] | None:
        """The entry and the volume it lies on; None for what is not there, also for a drive that is not."""
        try:
            drive, parts = split(path)
            volume = self.drive(drive)
        except WinError:
            return None
        here: tuple[Volume, Entry] | None = (volume, volume.root)
        for part in parts:
            here = None if here is None else self._enter(*here)
            child = None if here is None else here[1].children.get(part.lower())
            here = None if here is None or child is None else (here[0], child)
        if here is None:
            return None
        return self._enter(*here) or here

    def find(self, path: str) -> Entry | None:
        """The entry, or None; also None for a drive that is not there."""
        found = self.locate(path)
        return None if found is None else found[1]

    def volume_of(self, path: str) -> Volume:
        """The volume that a folder lies on, through mount points. Raises WinError 2, 3."""
        self.entry(path)
        found = self.locate(path)
        assert found is not None
        return found[0]

    def entry(self, path: str) -> Entry:
        """Raises WinError 2 or 3."""
        found = self.find(path)
        if found is not None:
            return found
        drive, parts = split(path)
        self.drive(drive)
        parent = self.find(drive + "\\" + "\\".join(parts[:-1]))
        raise WinError(2 if parent is not None else 3, path)

    def exists(self, path: str) -> bool:
        return self.find(path) is not None

    def is_directory(self, path: str) -> bool:
        found = self.find(path)
        return found is not None and found.directory

    def make_directory(self, path: str) -> None:
        """With parents, as ``md`` with command extensions. Raises WinError 183, 3, 123."""
        drive, parts = split(path)
        here = (self.drive(drive), self.drive(drive).root)
        if self.find(path) is not None:
            raise WinError(183, path)
        for part in parts:
            if RESERVED.fullmatch(part):
                raise WinError(267, path)
            child = here[1].children.setdefault(part.lower(), Entry(part, True))
            below = self._enter(here[0], child)
            if below is None or not child.directory:
                raise WinError(3, path)
            here = below
        self._record("dir.create", path, None, "directory")

    def read(self, path: str) -> bytes:
        found = self.entry(path)
        if found.directory:
            raise WinError(5, path)
        return found.data

    def write(self, path: str, data: bytes, append: bool = False) -> None:
        """Raises WinError 3, 5, 32, 112, 123."""
        drive, parts = split(path)
        self.drive(drive)
        where = self.locate(drive + "\\" + "\\".join(parts[:-1]))
        if where is None or not where[1].directory or where[1].mounted or not parts:
            raise WinError(3, path)
        volume, parent = where
        found = parent.children.get(parts[-1].lower())
        if found is not None and (found.directory or found.locked):
            raise WinError(32 if found.locked else 5, path)
        if RESERVED.fullmatch(parts[-1]):
            return
        before = found.data if found is not None else b""
        after = before + data if append else data
        if len(after) > len(before) and (len(after) - len(before)) // (1024 * 1024) >= max(volume.free_mb(), 1):
            raise WinError(112, path)
        if found is None:
            found = parent.children[parts[-1].lower()] = Entry(parts[-1], False)
        found.data = after
        self._record("file.write", path, len(before), len(after))

    def delete(self, path: str) -> None:
        """One file. Raises WinError 2, 3, 5, 32."""
        found = self.entry(path)
        if found.directory or found.locked:
            raise WinError(32 if found.locked else 5, path)
        self._parent(path).children.pop(found.name.lower())
        self._record("file.delete", path, len(found.data), None)

    def remove_directory(self, path: str, recursive: bool = False) -> None:
        """Raises WinError 2, 3, 32, 145, 267."""
        found = self.entry(path)
        if not found.directory:
            raise WinError(267, path)
        if self._parent(path).children.get(split(path)[1][-1].lower()) is not found:
            raise WinError(5, path)  # a mount point
        if found.children and not recursive:
            raise WinError(145, path)
        if any(item.locked for item in walk(found)):
            raise WinError(32, path)
        self._parent(path).children.pop(found.name.lower())
        self._record("dir.delete", path, "directory", None)

    def children(self, path: str) -> list[Entry]:
        """By name. Raises WinError 2, 3, 267."""
        found = self.entry(path)
        if not found.directory:
            raise WinError(267, path)
        return sorted(found.children.values(), key=lambda item: item.name.lower())

    def _parent(self, path: str) -> Entry:
        drive, parts = split(path)
        return self.entry(drive + "\\" + "\\".join(parts[:-1]))

    def acl(self, path: str) -> tuple[bool, tuple[Ace, ...]]:
        """(protected, entries) with what is inherited, explicit ones first. Raises WinError 2, 3."""
        drive, parts = split(path)
        self.entry(path)
        entry = self.drive(drive).root
        inherited: tuple[Ace, ...] = ()
        for part in parts:
            passed = (*entry.explicit, *inherited)
            entry = entry.children[part.lower()]
            inherited = () if entry.protected else tuple(_inherit(passed, entry.directory))
            if entry.mounted in self.volumes:  # nothing is inherited from another volume
                entry, inherited = self.volumes[str(entry.mounted)].root, ()
        return entry.protected, (*entry.explicit, *inherited)

    def set_acl(self, path: str, explicit: tuple[Ace, ...], protected: bool) -> None:
        found = self.entry(path)
        before = (found.protected, found.explicit)
        found.explicit, found.protected = explicit, protected
        self._record("acl.set", path, before, (protected, explicit))

    def _record(self, kind: str, target: str, before: object, after: object) -> None:
        self._journal.record(self._clock.now, self._node, kind, target, before, after)


def _inherit(entries: tuple[Ace, ...], directory: bool) -> Iterator[Ace]:
    for ace in entries:
        if directory and ace.flags & CONTAINER_INHERIT:
            yield Ace(ace.sid, ace.mask, ace.flags | INHERITED, ace.allow)
        elif not directory and ace.flags & OBJECT_INHERIT:
            yield Ace(ace.sid, ace.mask, INHERITED, ace.allow)


def _mounts(entry: Entry, volume_id: str, path: str) -> Iterator[str]:
    for child in entry.children.values():
        below = f"{path}{child.name}"
        if child.mounted == volume_id:
            yield below
        yield from _mounts(child, volume_id, below + "\\")
