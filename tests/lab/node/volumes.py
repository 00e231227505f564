"""Volumes and what lies on them: entries with their security; the shared ones of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..contract import VolumeInfo

FULL = 0x1F01FF
READ_EXECUTE = 0x1200A9
OBJECT_INHERIT, CONTAINER_INHERIT, INHERITED = 1, 2, 16


@dataclass(frozen=True, slots=True)
class Ace:
    """One access control entry; the trustee by SID."""

    sid: str
    mask: int
    flags: int
    allow: bool = True


# What a freshly formatted data volume grants (Windows default for volume roots).
ROOT_ACL = (
    Ace("S-1-5-32-544", FULL, OBJECT_INHERIT | CONTAINER_INHERIT),
    Ace("S-1-5-18", FULL, OBJECT_INHERIT | CONTAINER_INHERIT),
    Ace("S-1-5-32-545", READ_EXECUTE, OBJECT_INHERIT | CONTAINER_INHERIT),
)


@dataclass
class Entry:
    name: str
    directory: bool
    data: bytes = b""
    children: dict[str, Entry] = field(default_factory=dict)
    explicit: tuple[Ace, ...] = ()
    protected: bool = False
    locked: bool = False
    mounted: str | None = None  # a mount point: what lies below is the root of this volume


@dataclass
class Volume:
    volume_id: str
    letter: str | None
    label: str
    size_mb: int
    root: Entry = field(default_factory=lambda: Entry("", True, explicit=ROOT_ACL))
    reserved_mb: int = 0  # used by what is not modelled

    def used_bytes(self) -> int:
        return sum(len(item.data) for item in walk(self.root)) + self.reserved_mb * 1024 * 1024

    def free_mb(self) -> int:
        return max(0, self.size_mb - self.used_bytes() // (1024 * 1024))


def walk(entry: Entry) -> Iterator[Entry]:
    yield entry
    for child in entry.children.values():
        yield from walk(child)


class SharedStorage:
    """The shared volumes of a cluster, whoever sees them now."""

    def __init__(self) -> None:
        self._volumes: dict[str, Volume] = {}

    def volume(self, info: VolumeInfo) -> Volume:
        if info.volume_id not in self._volumes:
            self._volumes[info.volume_id] = Volume(info.volume_id, info.letter, info.label, info.size_mb)
        return self._volumes[info.volume_id]

    def mount(self, info: VolumeInfo, among: Sequence[VolumeInfo]) -> None:
        """Make the folders that ``info.mount_points`` names on the volumes ``among`` that have those letters."""
        for path in info.mount_points:
            letter, *parts = [part for part in path.split("\\") if part]
            host = next(item for item in among if item.letter == letter)
            entry = self.volume(host).root
            for part in parts:
                entry = entry.children.setdefault(part.lower(), Entry(part, True))
            entry.mounted = info.volume_id
