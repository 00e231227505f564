"""StdRegProv, in root/default and root/cimv2 (wsman 8.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ... import wmi_context
from ...contract import CimValue, ClassDef, Instance, MethodDef
from ...define import cut, method
from ..errors import WinError
from ..machine import WindowsNode
from ..registry import BINARY, DWORD, EXPAND_SZ, HKLM, MULTI_SZ, QWORD, SZ, Data, redirect
from .common import ReadOnly, not_capable

KEY = "in hDefKey? uint32,in sSubKeyName string"
VALUE = KEY + ",in sValueName? string"
TYPE_MISMATCH = 2147749893  # 0x80041005
GETTERS = {
    "GetStringValue": ("sValue", (SZ, EXPAND_SZ)),
    "GetExpandedStringValue": ("sValue", (SZ, EXPAND_SZ)),
    "GetMultiStringValue": ("sValue", (MULTI_SZ,)),
    "GetDWORDValue": ("uValue", (DWORD,)),
    "GetQWORDValue": ("uValue", (QWORD,)),
    "GetBinaryValue": ("uValue", (BINARY,)),
}
SETTERS = {
    "SetStringValue": ("sValue", SZ),
    "SetExpandedStringValue": ("sValue", EXPAND_SZ),
    "SetMultiStringValue": ("sValue", MULTI_SZ),
    "SetDWORDValue": ("uValue", DWORD),
    "SetQWORDValue": ("uValue", QWORD),
    "SetBinaryValue": ("uValue", BINARY),
}
CIM_TYPES = {
    SZ: "string",
    EXPAND_SZ: "string",
    MULTI_SZ: "string[]",
    DWORD: "uint32",
    QWORD: "uint64",
    BINARY: "uint8[]",
}


def _methods() -> tuple[MethodDef, ...]:
    found = [
        method("EnumKey", KEY + ",out sNames string[]", static=True),
        method("EnumValues", KEY + ",out sNames string[],out Types sint32[]", static=True),
        method("CreateKey", KEY, static=True),
        method("DeleteKey", KEY, static=True),
        method("DeleteValue", VALUE, static=True),
        method("CheckAccess", KEY + ",in uRequired? uint32,out bGranted boolean", static=True),
    ]
    for name, (field, kinds) in GETTERS.items():
        found.append(method(name, f"{VALUE},out {field} {CIM_TYPES[kinds[0]]}", static=True))
    for name, (field, kind) in SETTERS.items():
        found.append(method(name, f"{VALUE},in {field}? {CIM_TYPES[kind]}", static=True))
    return tuple(found)


class RegistryProvider(ReadOnly):
    """Answers with Win32 codes in ReturnValue, never with a fault."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node
        methods = _methods()
        spaces = ("root/cimv2", "root/default")
        self._classes = cut((ClassDef(space, "StdRegProv", (), methods) for space in spaces), node.profile.absent)

    def classes(self) -> Iterable[ClassDef]:
        return self._classes

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        return ()

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        raise not_capable()

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue]:
        hive = arguments.get("hDefKey")
        hive = hive if isinstance(hive, int) else HKLM
        path = str(arguments.get("sSubKeyName") or "").strip("\\")
        if hive == HKLM:
            path = redirect(path, 32 if wmi_context.values().get(wmi_context.ARCHITECTURE) == "32" else 64)
        name = str(arguments.get("sValueName") or "")
        try:
            return self._call(method.name, hive, path, name, arguments)
        except WinError as error:
            return {"ReturnValue": error.code}

    def _call(
        self, method: str, hive: int, path: str, name: str, arguments: Mapping[str, CimValue]
    ) -> Mapping[str, CimValue]:
        registry = self._node.registry
        if method in GETTERS:
            return self._read(method, hive, path, name)
        if method in SETTERS:
            field, kind = SETTERS[method]
            if registry.find(path, hive) is None:
                return {"ReturnValue": 2}
            registry.set(path, name, kind, _data(kind, arguments.get(field)), hive)
            return {"ReturnValue": 0}
        if method == "CreateKey":
            registry.create(path, hive)
        elif method == "DeleteKey":
            registry.delete_key(path, hive)
        elif method == "DeleteValue":
            registry.delete_value(path, name, hive)
        elif registry.find(path, hive) is None:
            return {"ReturnValue": 2}
        elif method == "CheckAccess":
            return {"bGranted": True, "ReturnValue": 0}
        else:
            return self._list(method, hive, path)
        return {"ReturnValue": 0}

    def _list(self, method: str, hive: int, path: str) -> Mapping[str, CimValue]:
        key = self._node.registry.find(path, hive)
        assert key is not None
        if method == "EnumKey":
            names = tuple(item.name for item in key.keys.values())
            return {"sNames": names or None, "ReturnValue": 0}
        values = list(key.values.values())
        return {
            "sNames": tuple(item.name for item in values) or None,
            "Types": tuple(item.type for item in values) or None,
            "ReturnValue": 0,
        }

    def _read(self, method: str, hive: int, path: str, name: str) -> Mapping[str, CimValue]:
        field, kinds = GETTERS[method]
        if self._node.registry.find(path, hive) is None:
            return {"ReturnValue": 2}
        value = self._node.registry.value(path, name, hive)
        if value is None:
            return {"ReturnValue": 1}
        if value.type not in kinds:
            return {"ReturnValue": TYPE_MISMATCH}
        data = value.data
        if isinstance(data, bytes):
            return {field: tuple(data) or None, "ReturnValue": 0}
        if isinstance(data, str) and method == "GetExpandedStringValue":
            data = self._node.expand(data)
        return {field: data, "ReturnValue": 0}


def _data(kind: int, value: CimValue) -> Data:
    if kind in (DWORD, QWORD):
        return value if isinstance(value, int) else 0
    if kind == BINARY:
        return bytes(item for item in value if isinstance(item, int)) if isinstance(value, tuple) else b""
    if kind == MULTI_SZ:
        return tuple(str(item) for item in value) if isinstance(value, tuple) else ()
    return str(value or "")
