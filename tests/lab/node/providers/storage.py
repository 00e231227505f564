"""Drives, volumes, mount points, folders and files of one node (wsman 8.5, mscluster 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...contract import CimValue, ClassDef, Instance, Reference
from ...define import cim_class
from ..errors import WinError
from ..files import Entry, Volume
from ..machine import WindowsNode
from .common import ReadOnly, find, not_found, whole_disk

SPACE = "root/cimv2"
MB = 1024 * 1024
LOGICAL_DISK = cim_class(
    SPACE,
    "Win32_LogicalDisk",
    "DeviceID* string,Caption string,DriveType uint32,FileSystem string,FreeSpace uint64,Name string,Size uint64,"
    "VolumeName string",
)
VOLUME = cim_class(
    SPACE,
    "Win32_Volume",
    "DeviceID* string,Capacity uint64,Caption string,DriveLetter string,DriveType uint32,FileSystem string,"
    "FreeSpace uint64,Label string,Name string,SystemName string",
)
MOUNT_POINT = cim_class(SPACE, "Win32_MountPoint", "Directory* reference,Volume* reference")
DIRECTORY = cim_class(
    SPACE,
    "Win32_Directory",
    "Name* string,Caption string,Drive string,FileName string,FileType string,Path string,Readable boolean,"
    "Writeable boolean",
)
DATA_FILE = cim_class(
    SPACE,
    "CIM_DataFile",
    "Name* string,Caption string,Drive string,Extension string,FileName string,FileSize uint64,Path string",
)


class StorageProvider(ReadOnly):
    """What is mounted here now; Win32_Volume and Win32_MountPoint exist on servers from 2003 on."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node

    def classes(self) -> Iterable[ClassDef]:
        return (LOGICAL_DISK, VOLUME, MOUNT_POINT, DIRECTORY, DATA_FILE)

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        volumes = list(self._node.files.volumes.values())
        if class_def == LOGICAL_DISK:
            return [Instance(SPACE, LOGICAL_DISK.name, _disk(item)) for item in volumes if item.letter]
        if class_def == VOLUME:
            return [Instance(SPACE, VOLUME.name, self._volume(item)) for item in volumes]
        if class_def == MOUNT_POINT:
            return [
                Instance(SPACE, MOUNT_POINT.name, _mount(path, item))
                for item in volumes
                for path in self._node.files.mount_paths(item)
            ]
        raise whole_disk()

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        if class_def in (DIRECTORY, DATA_FILE):
            return self._file(class_def, str(keys["Name"]))
        return find(self.instances(class_def), keys)

    def _volume(self, item: Volume) -> Mapping[str, CimValue]:
        """``Name`` is the path of one mount point, the drive letter first, with a backslash at its end."""
        paths = self._node.files.mount_paths(item)
        return {
            "DeviceID": device_id(item),
            "Capacity": item.size_mb * MB,
            "Caption": paths[0] if paths else device_id(item),
            "DriveLetter": item.letter,
            "DriveType": 3,
            "FileSystem": "NTFS",
            "FreeSpace": item.free_mb() * MB,
            "Label": item.label,
            "Name": paths[0] if paths else device_id(item),
            "SystemName": self._node.name.upper(),
        }

    def _file(self, class_def: ClassDef, path: str) -> Instance:
        try:
            entry = self._node.files.entry(path)
        except WinError as error:
            raise not_found() from error
        if entry.directory != (class_def == DIRECTORY):
            raise not_found()
        return Instance(SPACE, class_def.name, _file_properties(path, entry))


def device_id(item: Volume) -> str:
    return f"\\\\?\\Volume{item.volume_id}\\"


def _disk(item: Volume) -> Mapping[str, CimValue]:
    return {
        "DeviceID": item.letter,
        "Caption": item.letter,
        "DriveType": 3,
        "FileSystem": "NTFS",
        "FreeSpace": item.free_mb() * MB,
        "Name": item.letter,
        "Size": item.size_mb * MB,
        "VolumeName": item.label,
    }


def _mount(path: str, item: Volume) -> Mapping[str, CimValue]:
    directory = path if path.endswith(":\\") else path.rstrip("\\")
    return {
        "Directory": Reference(SPACE, DIRECTORY.name, (("Name", directory),)),
        "Volume": Reference(SPACE, VOLUME.name, (("DeviceID", device_id(item)),)),
    }


def _file_properties(path: str, entry: Entry) -> Mapping[str, CimValue]:
    drive, _, rest = path.partition(":")
    parent, _, name = rest.rpartition("\\")
    found: dict[str, CimValue] = {
        "Name": path.lower(),
        "Caption": path.lower(),
        "Drive": drive.lower() + ":",
        "FileName": name.lower(),
        "Path": parent.lower() + "\\",
    }
    if entry.directory:
        return found | {"FileType": "File Folder", "Readable": True, "Writeable": True}
    return found | {"FileSize": len(entry.data), "Extension": name.rpartition(".")[2].lower()}
