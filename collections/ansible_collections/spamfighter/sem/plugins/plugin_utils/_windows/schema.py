# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The classes of root/cimv2 that we use (wsman 8)."""

from __future__ import annotations

import typing as t

from .._wsman.types import ClassSchema, Field, MethodSchema

CIMV2: t.Final = "root/cimv2"
U32 = Field("uint32")
TEXTS = Field("string", array=True)


def _method(name: str, inputs: dict[str, Field], outputs: dict[str, Field] | None = None) -> MethodSchema:
    return MethodSchema(name, inputs, outputs or {})


SERVICE: t.Final = ClassSchema(
    CIMV2,
    "Win32_Service",
    ("Name",),
    {"ProcessId": U32, "ExitCode": U32, "Started": Field("boolean")},
    {
        "StartService": _method("StartService", {}),
        "StopService": _method("StopService", {}),
        "ChangeStartMode": _method("ChangeStartMode", {"StartMode": Field()}),
        "Change": _method("Change", {"StartName": Field(), "StartPassword": Field()}),
    },
)
OPERATING_SYSTEM: t.Final = ClassSchema(
    CIMV2, "Win32_OperatingSystem", (), {"LastBootUpTime": Field("datetime"), "ProductType": U32}
)
COMPUTER_SYSTEM: t.Final = ClassSchema(CIMV2, "Win32_ComputerSystem", ("Name",), {"DomainRole": Field("uint16")})
PROCESS: t.Final = ClassSchema(
    CIMV2,
    "Win32_Process",
    ("Handle",),
    {"ProcessId": U32, "ParentProcessId": U32},
    {"Create": _method("Create", {"CommandLine": Field(), "CurrentDirectory": Field()}, {"ProcessId": U32})},
)
DIRECTORY: t.Final = ClassSchema(CIMV2, "Win32_Directory", ("Name",))
DATA_FILE: t.Final = ClassSchema(CIMV2, "CIM_DataFile", ("Name",), {"FileSize": Field("uint64")})
LOGICAL_DISK: t.Final = ClassSchema(
    CIMV2, "Win32_LogicalDisk", ("DeviceID",), {"FreeSpace": Field("uint64"), "Size": Field("uint64"), "DriveType": U32}
)
FILE_SECURITY: t.Final = ClassSchema(
    CIMV2,
    "Win32_LogicalFileSecuritySetting",
    ("Path",),
    {"ControlFlags": U32},
    {"GetSecurityDescriptor": _method("GetSecurityDescriptor", {}, {"Descriptor": Field("object")})},
)

_KEY = {"hDefKey": U32, "sSubKeyName": Field()}
_VALUE = {**_KEY, "sValueName": Field()}
_BYTES = Field("uint8", array=True)
_REGISTRY_METHODS = {
    "EnumKey": _method("EnumKey", _KEY, {"sNames": TEXTS}),
    "EnumValues": _method("EnumValues", _KEY, {"sNames": TEXTS, "Types": Field("sint32", array=True)}),
    "CreateKey": _method("CreateKey", _KEY),
    "DeleteValue": _method("DeleteValue", _VALUE),
    "GetStringValue": _method("GetStringValue", _VALUE, {"sValue": Field()}),
    "GetExpandedStringValue": _method("GetExpandedStringValue", _VALUE, {"sValue": Field()}),
    "GetMultiStringValue": _method("GetMultiStringValue", _VALUE, {"sValue": TEXTS}),
    "GetDWORDValue": _method("GetDWORDValue", _VALUE, {"uValue": U32}),
    "GetBinaryValue": _method("GetBinaryValue", _VALUE, {"uValue": _BYTES}),
    "SetStringValue": _method("SetStringValue", {**_VALUE, "sValue": Field()}),
    "SetDWORDValue": _method("SetDWORDValue", {**_VALUE, "uValue": U32}),
}
REGISTRY: t.Final = ClassSchema(CIMV2, "StdRegProv", (), {}, _REGISTRY_METHODS)
REGISTRY_DEFAULT: t.Final = ClassSchema("root/default", "StdRegProv", (), {}, _REGISTRY_METHODS)
