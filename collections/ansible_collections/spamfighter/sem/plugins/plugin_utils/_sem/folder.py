# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The folder on the group's shared disk, and the value that leads SEM to it (rules 10 and 11)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._cluster.model import Cluster, Group, Resource, ResourceState
from .._plan import Change, Plan, Problem
from .._windows.folders import comparable, illegal_name, wanted_entries
from .._windows.model import FolderState
from .exchange import PHYSICAL_DISK, STORAGE

LETTER = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class FolderWanted:
    """``disk``: a resource name or drive letter; None: the only one. ``sids`` get full control, nobody else any."""

    name: str
    disk: str | None
    sids: tuple[str, ...]
    min_free_mb: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The disk that holds the folder. ``path`` None without problems: the group has no shared disk."""

    disk: str | None = None
    path: str | None = None
    free_mb: int | None = None
    note: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class FolderSeen:
    """``folder`` and the two below are None on nodes that do not own the disk. ``data_directory``: the value on
    this node; None: not set. ``data_key_exists``: SEM's registry key is there."""

    node: str
    is_owner: bool
    folder: FolderState | None
    folder_content: tuple[str, ...] | None
    data_directory: str | None
    data_key_exists: bool
    local_content: tuple[str, ...] | None  # of the present data directory, when it is a local one
    fresh: bool  # SEM was installed in this run: its local data is empty
    sem_expected: bool  # SEM is there or, in check mode, will be


def is_disk(resource: Resource) -> bool:
    return resource.resource_class == STORAGE or resource.type == PHYSICAL_DISK


def choose_disk(
    cluster: Cluster, group: Group, wanted: FolderWanted, resource: Resource | None, data_directory: str | None
) -> Choice:
    """The disk of the folder: an existing choice always wins; several candidates need a name (rule 11)."""
    problem = illegal_name(wanted.name)
    if problem is not None:
        return Choice(
            problems=(Problem("folder_name", group.name, f"{wanted.name!r}: {problem}", "correct folder_name"),)
        )
    disks = [item for item in cluster.in_group(group.name) if is_disk(item)]
    if not disks:
        return Choice(note=f"the group {group.name!r} has no shared disk (CCR): SEM's data stays local on every node")
    existing = _existing(cluster, disks, resource, data_directory)
    named = _named(cluster, disks, wanted.disk) if wanted.disk else None
    if wanted.disk and named is None:
        known = ", ".join(_label(cluster, item) for item in disks)
        what = f"the group {group.name!r} has no disk {wanted.disk!r}"
        return Choice(problems=(Problem("disk_missing", group.name, what, f"set disk to one of {known}"),))
    chosen = existing or named or (disks[0] if len(disks) == 1 else None)
    if chosen is None:
        known = ", ".join(_label(cluster, item) for item in disks)
        what = f"the group {group.name!r} has several disks: {known}"
        return Choice(problems=(Problem("several_disks", group.name, what, "name the one for SEM with disk"),))
    note = ""
    if existing is not None and named is not None and named.name != existing.name:
        note = f"the folder stays on {existing.name!r}, where SEM's data is; disk names {named.name!r}"
    return _located(cluster, chosen, wanted, data_directory, note)


def _located(cluster: Cluster, disk: Resource, wanted: FolderWanted, data_directory: str | None, note: str) -> Choice:
    """The folder on the volume that has SEM's data, else on the one that is named, else on the first."""
    if disk.state != ResourceState.ONLINE:
        what = f"the disk {disk.name!r} is {ResourceState(disk.state).name}"
        return Choice(problems=(Problem("disk_offline", disk.name, what, "bring the disk online first"),))
    letters = [item for item in cluster.partitions.get(disk.name, ()) if LETTER.fullmatch(item.path)]
    if not letters:
        what = f"no volume of the disk {disk.name!r} has a drive letter"
        return Choice(problems=(Problem("no_letter", disk.name, what, "name a disk that has one with disk"),))
    drives = (_drive(data_directory), _drive(wanted.disk))
    volume = next((item for drive in drives for item in letters if item.path.lower() == drive), letters[0])
    if volume.free_mb < wanted.min_free_mb:
        what = f"the disk {disk.name!r} ({volume.path}) has {volume.free_mb} MB free of {volume.total_mb} MB"
        advice = f"free space, or lower min_free_mb (now {wanted.min_free_mb})"
        return Choice(problems=(Problem("disk_full", disk.name, what, advice),))
    return Choice(disk.name, f"{volume.path.upper()}\\{wanted.name}", volume.free_mb, note)


def _label(cluster: Cluster, disk: Resource) -> str:
    letters = " ".join(item.path for item in cluster.partitions.get(disk.name, ()))
    return f"{disk.name!r}{f' ({letters})' if letters else ''}"


def _named(cluster: Cluster, disks: list[Resource], wanted: str) -> Resource | None:
    text = wanted.rstrip("\\").lower()
    for item in disks:
        letters = [volume.path.lower() for volume in cluster.partitions.get(item.name, ())]
        if item.name.lower() == wanted.lower() or text in letters:
            return item
    return None


def _existing(
    cluster: Cluster, disks: list[Resource], resource: Resource | None, data_directory: str | None
) -> Resource | None:
    """The disk that SEM uses already: the one its resource depends on, or the one its data directory is on."""
    if resource is not None:
        used = [item for item in disks if item.name in cluster.providers.get(resource.name, ())]
        if len(used) == 1:
            return used[0]
    return next((item for item in disks if _holds(cluster, item, data_directory)), None)


def _holds(cluster: Cluster, disk: Resource, path: str | None) -> bool:
    return any(volume.path.lower() == _drive(path) for volume in cluster.partitions.get(disk.name, ()))


def _drive(path: str | None) -> str | None:
    """``s:`` of a path that begins with a drive letter."""
    found = LETTER.match(path or "")
    return found[0].lower() if found else None


def plan_folder(wanted: FolderWanted, choice: Choice, seen: FolderSeen, value: str | None) -> Plan:
    """The owner's steps and this node's own. ``value`` names the data-directory value for messages."""
    if choice.problems or choice.path is None:
        return Plan(notes=(choice.note,) if choice.note else (), problems=choice.problems)
    path, notes, changes = choice.path, [choice.note] if choice.note else [], []
    if seen.is_owner:
        changes += _owner_changes(wanted, path, seen, notes)
    else:
        notes.append("the folder itself is the owner's task")
    if value is None:
        what = "where SEM's data directory is set is not known, so its database would stay on one node"
        advice = "set sem_profile.registry_key and sem_profile.data_value (where SEM stores its data directory)"
        return Plan(notes=tuple(notes), problems=(Problem("data_value_unknown", seen.node, what, advice),))
    if not seen.sem_expected:
        notes.append("SEM is not installed here: its data directory is set when it is")
    elif not same_path(seen.data_directory, path):
        why = "SEM's data belongs on the shared disk"
        changes.append(Change("data_directory", value, seen.data_directory, path, why))
    return Plan(tuple(changes), tuple(notes))


def _owner_changes(wanted: FolderWanted, path: str, seen: FolderSeen, notes: list[str]) -> list[Change]:
    changes: list[Change] = []
    folder = seen.folder or FolderState(path, False)
    if not folder.exists:
        changes.append(Change("folder", path, None, "present", "SEM keeps its database on the shared disk"))
    if comparable(folder) != wanted_entries(wanted.sids) or not folder.protected:
        before = None if not folder.exists else sorted(f"{item.sid}:{item.mask:#x}" for item in folder.entries)
        after = [f"{sid}: full control" for sid in sorted(wanted.sids)]
        changes.append(Change("permissions", path, before, after, "SEM's data is for the system and administrators"))
    if seen.local_content and not seen.fresh and not same_path(seen.data_directory, path):
        if seen.folder_content:
            notes.append(f"{path} holds data already, so the data in {seen.data_directory} was left where it is")
        else:
            why = "the data that SEM has here comes with it"
            changes.append(Change("copy_data", path, seen.data_directory, "copied", why, "sem"))
    return changes


def same_path(left: str | None, right: str | None) -> bool:
    def plain(text: str | None) -> str:
        return (text or "").replace("/", "\\").rstrip("\\").lower()

    return plain(left) == plain(right)
