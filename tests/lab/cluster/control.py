"""ExecuteResourceControl: control codes and their bytes (mscluster 3.5, 3.6)."""

from __future__ import annotations

from . import proplist
from .cluster import Cluster
from .errors import refusal
from .model import Group, Private, Resource, ResourceState
from .properties import GROUP_COMMON, RESOURCE_COMMON
from .versions import ClusterVersion

GET_NAME, GET_TYPE, GET_ID = 0x01000029, 0x0100002D, 0x01000039
GET_COMMON, SET_COMMON = 0x01000059, 0x0140005E
GET_PRIVATE, SET_PRIVATE = 0x01000081, 0x01400086
VALIDATE_COMMON, VALIDATE_PRIVATE = 0x01000061, 0x01000089
ADD_CHECKPOINT, DELETE_CHECKPOINT, GET_CHECKPOINTS = 0x014000A2, 0x014000A6, 0x010000A9
ADD_CHECKPOINT_64, ADD_CHECKPOINT_32 = 0x014000BE, 0x014000C2
GET_MOUNTPOINTS = 0x01000211
GROUP_GET_COMMON, GROUP_SET_COMMON = 0x03000059, 0x0340005E


def execute(cluster: Cluster, resource: Resource, code: int, data: bytes) -> bytes:
    """Run a control code; its output bytes.

    Raises:
        CimError: 5024 stored but effective at the next online, 13 no property list, 1783 no input,
            1 the code is not known, and what the verb itself refuses.
    """
    if code in (GET_NAME, GET_TYPE, GET_ID):
        text = {GET_NAME: resource.name, GET_TYPE: resource.type, GET_ID: resource.id}[code]
        return (text + "\0").encode("utf-16-le")
    if code == GET_CHECKPOINTS:
        paths = [item.path for item in resource.checkpoints.values()]
        return "".join(path + "\0" for path in paths).encode("utf-16-le") + b"\0\0" if paths else b""
    if code == GET_PRIVATE:
        return proplist.pack([_packed(name, value) for name, value in resource.private.items() if value is not None])
    if code == GET_COMMON:
        return proplist.pack([_packed(p.name, getattr(resource, p.attribute)) for p in RESOURCE_COMMON])
    if code == GET_MOUNTPOINTS:
        return _mount_points(cluster, resource, data)
    if code in (SET_PRIVATE, SET_COMMON, VALIDATE_PRIVATE, VALIDATE_COMMON):
        return _properties(cluster, resource, code, data)
    if code in (ADD_CHECKPOINT, ADD_CHECKPOINT_64, ADD_CHECKPOINT_32, DELETE_CHECKPOINT):
        path = _path(data)
        if code == DELETE_CHECKPOINT:
            cluster.remove_registry_checkpoint(resource.name, path)
        else:
            cluster.add_registry_checkpoint(resource.name, path, 32 if code == ADD_CHECKPOINT_32 else 64)
        return b""
    raise refusal(1)


def _properties(cluster: Cluster, resource: Resource, code: int, data: bytes) -> bytes:
    if not data:
        raise refusal(1783)
    listed = proplist.unpack(data)
    if code in (VALIDATE_PRIVATE, VALIDATE_COMMON):
        return b""
    private = code == SET_PRIVATE
    allowed = cluster.switches.control_set_private if private else cluster.switches.control_set_common
    if not allowed:
        if cluster.switches.write_refusal == "fault":
            raise refusal(1)
        return b""
    if private:
        changed: dict[str, Private] = {item.name: item.value for item in listed}
        if cluster.set_private(resource.name, changed) and cluster.switches.set_private_answers_5024:
            raise refusal(5024)
    else:
        cluster.set_common(resource.name, {item.name: item.value for item in listed})
    return b""


def execute_group(cluster: Cluster, group: Group, code: int, data: bytes) -> bytes:
    """The common properties of a group. Raises CimError as :func:`execute`."""
    if code == GROUP_GET_COMMON:
        return proplist.pack([_packed(p.name, getattr(group, p.attribute)) for p in GROUP_COMMON])
    if code != GROUP_SET_COMMON:
        raise refusal(1)
    if not data:
        raise refusal(1783)
    cluster.set_group_common(group.name, {item.name: item.value for item in proplist.unpack(data)})
    return b""


def _mount_points(cluster: Cluster, resource: Resource, data: bytes) -> bytes:
    """The volume path names of one partition, by its number, as a MULTI_SZ ([MS-CMRP] 3.1.4.3.1.47)."""
    if cluster.version == ClusterVersion.WIN2003 or not resource.volumes:
        raise refusal(1)
    if len(data) < 4:
        raise refusal(87)
    number = int.from_bytes(data[:4], "little")
    if not 1 <= number <= len(resource.volumes) or resource.state is not ResourceState.ONLINE:
        raise refusal(2)
    volume = resource.volumes[number - 1]
    paths = [*((volume.letter,) if volume.letter else ()), *volume.mount_points]
    return ("".join(f"{path}\\\0" for path in paths) + "\0").encode("utf-16-le")


def _packed(name: str, value: object) -> proplist.Property:
    if isinstance(value, str):
        return proplist.Property(name, proplist.SZ, value)
    if isinstance(value, int):
        return proplist.Property(name, proplist.DWORD, int(value))
    if isinstance(value, bytes):
        return proplist.Property(name, proplist.BINARY, value)
    raise TypeError(f"{name} has no form in a property list")


def _path(data: bytes) -> str:
    """NUL-terminated UTF-16LE."""
    if len(data) < 4 or len(data) % 2 or data[-2:] != b"\0\0":
        raise refusal(87)
    return data.decode("utf-16-le", "replace").rstrip("\0")
