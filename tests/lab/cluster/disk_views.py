"""Disks and partitions as CIM instances (mscluster 2.7)."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import CimValue, VolumeInfo
from .cluster import Cluster
from .model import Resource, ResourceState


class DiskViews:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.core = cluster.core

    def all(self) -> list[Resource]:
        return [item for item in self.core.resources.values() if item.volumes]

    def volumes(self) -> Iterator[tuple[Resource, VolumeInfo]]:
        for item in self.all():
            for volume in item.volumes:
                yield item, volume

    def disk(self, item: Resource) -> dict[str, CimValue]:
        size = sum(volume.size_mb for volume in item.volumes) * 1024 * 1024
        number = self._number(item)
        found: dict[str, CimValue] = {"Id": disk_id(item), "Name": f"\\\\.\\PHYSICALDRIVE{number}"}
        found |= {"Signature": signature(item), "Size": size, "Number": number}
        return found | {"ScsiPort": 2, "ScsiBus": 0, "ScsiTargetID": 0, "ScsiLUN": number}

    def _number(self, item: Resource) -> int:
        return self.all().index(item) + 1

    def partition(self, item: Resource, volume: VolumeInfo) -> dict[str, CimValue]:
        """While the disk is offline only a device path is left."""
        number = item.volumes.index(volume) + 1
        found: dict[str, CimValue] = {"Path": self.path(item, volume), "PartitionNumber": number}
        if item.state is not ResourceState.ONLINE:
            return found
        return found | {
            "VolumeLabel": volume.label,
            "FileSystem": "NTFS",
            "FileSystemFlags": 0xE,
            "VolumeGuid": volume.volume_id,
            "TotalSize": volume.size_mb,
            "FreeSpace": self.core.owner_of(item).host.volume_free_mb(volume.volume_id),
            "MountPoints": tuple(f"{path}\\" for path in volume.mount_points) or None,
        }

    def path(self, item: Resource, volume: VolumeInfo) -> str:
        if item.state is ResourceState.ONLINE:
            return volume.letter or f"\\\\?\\Volume{volume.volume_id}"
        number = item.volumes.index(volume) + 1
        return f"\\\\?\\GLOBALROOT\\Device\\Harddisk{self._number(item)}\\Partition{number}"


def signature(item: Resource) -> int:
    """An MBR disk's; a volume manager does not show one of its own."""
    value = item.private.get("DiskSignature", item.private.get("Signature"))
    return value if isinstance(value, int) else int(item.id[:8], 16)


def disk_id(item: Resource) -> str:
    """An MBR disk is known by its signature as text."""
    return str(signature(item))
