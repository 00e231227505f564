# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The registry of a node through StdRegProv (wsman 8.1).

The 32-bit view is reached by its physical path: the provider's architecture option is reported to have
no effect (wsman 2.2).
"""

from __future__ import annotations

from .._wsman.errors import WsManFault
from .._wsman.operations import WsManOperations
from .._wsman.types import CimValue
from .errors import WindowsError
from .model import View
from .schema import REGISTRY

HKLM = 2147483650
OK, VALUE_MISSING, KEY_MISSING, ACCESS_DENIED = 0, 1, 2, 5
TYPE_MISMATCH = 2147749893


def physical(path: str, view: View) -> str:
    """The path below HKLM as a 64-bit program names it."""
    parts = [part for part in path.split("\\") if part]
    if view == 64 or not parts or parts[0].upper() != "SOFTWARE" or parts[1:2] == ["Wow6432Node"]:
        return "\\".join(parts)
    return "\\".join([parts[0], "Wow6432Node", *parts[1:]])


class Registry:
    """HKEY_LOCAL_MACHINE of one node; paths are below it, without a leading backslash."""

    def __init__(self, ws: WsManOperations) -> None:
        self._ws = ws

    def _call(self, method: str, path: str, **arguments: CimValue) -> tuple[int, dict[str, CimValue]]:
        result = dict(self._ws.invoke(REGISTRY, method, None, {"hDefKey": HKLM, "sSubKeyName": path, **arguments}))
        code = result.pop("ReturnValue", None)
        return (int(code) & 0xFFFFFFFF if isinstance(code, int) else 0), result

    def _refused(self, what: str, path: str, code: int) -> WindowsError:
        advice = "use an account that is an administrator of the node" if code == ACCESS_DENIED else ""
        return WindowsError(f"{what} HKLM\\{path}", code=code, advice=advice)

    def text(self, path: str, name: str, view: View = 64) -> str | None:
        """A REG_SZ or expanded REG_EXPAND_SZ value; None when key or value is absent or of another type."""
        return _text(self._read("GetStringValue", physical(path, view), name).get("sValue"))

    def number(self, path: str, name: str, view: View = 64) -> int | None:
        found = self._read("GetDWORDValue", physical(path, view), name).get("uValue")
        return found if isinstance(found, int) else None

    def binary(self, path: str, name: str, view: View = 64) -> bytes | None:
        found = self._read("GetBinaryValue", physical(path, view), name).get("uValue")
        return bytes(item for item in found if isinstance(item, int)) if isinstance(found, tuple) else None

    def texts(self, path: str, name: str, view: View = 64) -> tuple[str, ...]:
        """A REG_MULTI_SZ value; empty when absent."""
        found = self._read("GetMultiStringValue", physical(path, view), name).get("sValue")
        return tuple(str(item) for item in found) if isinstance(found, tuple) else ()

    def _read(self, method: str, path: str, name: str) -> dict[str, CimValue]:
        """Raises WindowsError for anything but "there is none"."""
        code, result = self._call(method, path, sValueName=name)
        if code in (VALUE_MISSING, KEY_MISSING, TYPE_MISMATCH):
            return {}
        if code != OK:
            raise self._refused("read", f"{path}\\{name}", code)
        return result

    def subkeys(self, path: str, view: View = 64) -> tuple[str, ...] | None:
        """Names of the subkeys; None when the key is absent. An absent array is an empty key (wsman 8.1)."""
        code, result = self._call("EnumKey", physical(path, view))
        if code == KEY_MISSING:
            return None
        if code != OK:
            raise self._refused("list", path, code)
        names = result.get("sNames")
        return tuple(str(item) for item in names) if isinstance(names, tuple) else ()

    def values(self, path: str, view: View = 64) -> tuple[str, ...] | None:
        """Names of the values; None when the key is absent."""
        code, result = self._call("EnumValues", physical(path, view))
        if code == KEY_MISSING:
            return None
        if code != OK:
            raise self._refused("list", path, code)
        names = result.get("sNames")
        return tuple(str(item) for item in names) if isinstance(names, tuple) else ()

    def exists(self, path: str, view: View = 64) -> bool:
        return self.subkeys(path, view) is not None

    def create(self, path: str, view: View = 64) -> None:
        """The key with its parents."""
        code, _outputs = self._call("CreateKey", physical(path, view))
        if code != OK:
            raise self._refused("create", path, code)

    def write_text(self, path: str, name: str, value: str, view: View = 64) -> None:
        """A REG_SZ value; the key must exist. Read back by the caller's next observation."""
        code, _outputs = self._call("SetStringValue", physical(path, view), sValueName=name, sValue=value)
        if code != OK:
            raise self._refused("write", f"{path}\\{name}", code)

    def delete_value(self, path: str, name: str, view: View = 64) -> None:
        code, _outputs = self._call("DeleteValue", physical(path, view), sValueName=name)
        if code not in (OK, VALUE_MISSING, KEY_MISSING):
            raise self._refused("delete", f"{path}\\{name}", code)


def _text(value: CimValue) -> str | None:
    return value if isinstance(value, str) else None


def provider_missing(fault: WsManFault) -> bool:
    """Whether the fault says that the class or namespace is not there."""
    return 2150858752 in (fault.inner, fault.outer) or fault.hresult in (0x80041010, 0x8004100E)
