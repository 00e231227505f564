"""Win32_LogicalFileSecuritySetting: the DACL of a file or folder, trustees by SID."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...contract import CimValue, ClassDef, Instance, MethodDef
from ...define import cim_class, method
from ..files import INHERITED, Ace
from ..machine import WindowsNode
from .common import ReadOnly, not_found, whole_disk

SPACE = "root/cimv2"
SE_DACL_PRESENT, SE_DACL_PROTECTED, SE_SELF_RELATIVE = 0x4, 0x1000, 0x8000
NAMES = {
    "S-1-5-18": ("NT AUTHORITY", "SYSTEM"),
    "S-1-5-32-544": ("BUILTIN", "Administrators"),
    "S-1-5-32-545": ("BUILTIN", "Users"),
    "S-1-5-20": ("NT AUTHORITY", "NETWORK SERVICE"),
    "S-1-1-0": ("", "Everyone"),
}


def sid_bytes(sid: str) -> tuple[int, ...]:
    """The binary form of a SID, as uint8[]."""
    revision, authority, *parts = (int(part) for part in sid.split("-")[1:])
    data = bytes([revision, len(parts)]) + authority.to_bytes(6, "big")
    return tuple(data + b"".join(part.to_bytes(4, "little") for part in parts))


class SecurityProvider(ReadOnly):
    CLASS = cim_class(
        SPACE,
        "Win32_LogicalFileSecuritySetting",
        "Path* string,Caption string,Description string,SettingID string,ControlFlags uint32,OwnerPermissions boolean",
        (
            method("GetSecurityDescriptor", "out Descriptor object"),
            method("SetSecurityDescriptor", "in Descriptor object"),
        ),
    )

    def __init__(self, node: WindowsNode) -> None:
        self._node = node

    def classes(self) -> Iterable[ClassDef]:
        return (self.CLASS,)

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        raise whole_disk()

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        path = str(keys["Path"])
        if not self._node.files.exists(path):
            raise not_found()
        protected, _ = self._node.files.acl(path)
        flags = SE_SELF_RELATIVE | SE_DACL_PRESENT | (SE_DACL_PROTECTED if protected else 0)
        return Instance(SPACE, self.CLASS.name, {"Path": path, "ControlFlags": flags, "OwnerPermissions": True})

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue]:
        path = str((keys or {}).get("Path"))
        if not self._node.files.exists(path):
            raise not_found()
        if method.name == "GetSecurityDescriptor":
            return {"Descriptor": self._descriptor(path), "ReturnValue": 0}
        # Writing goes through icacls: the embedded form is unverified over WS-Man (mscluster 11).
        return {"ReturnValue": 9}

    def _descriptor(self, path: str) -> Instance:
        protected, entries = self._node.files.acl(path)
        flags = SE_SELF_RELATIVE | SE_DACL_PRESENT | (SE_DACL_PROTECTED if protected else 0)
        dacl = tuple(_ace(item) for item in entries)
        return Instance(SPACE, "Win32_SecurityDescriptor", {"ControlFlags": flags, "DACL": dacl or None})


def _ace(item: Ace) -> Instance:
    domain, name = NAMES.get(item.sid, ("", item.sid))
    trustee: dict[str, CimValue] = {"Domain": domain, "Name": name, "SID": sid_bytes(item.sid), "SIDString": item.sid}
    return Instance(
        SPACE,
        "Win32_ACE",
        {
            "AccessMask": item.mask,
            "AceFlags": item.flags & (INHERITED | 15),
            "AceType": 0 if item.allow else 1,
            "Trustee": Instance(SPACE, "Win32_Trustee", trustee),
        },
    )
