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
from .._wsman.faults import is_class_missing
from .._wsman.operations import WsManOperations
from .._wsman.types import CimValue
from .errors import WindowsError
from .model import View
from .schema import REGISTRY, REGISTRY_DEFAULT

HKLM = 2147483650
WOW = "Wow6432Node"
OK, VALUE_MISSING, KEY_MISSING, ACCESS_DENIED = 0, 1, 2, 5
TYPE_MISMATCH = 2147749893


def physical(path: str, view: View) -> str:
    """The path below HKLM as a 64-bit program names it."""
    parts = [part for part in path.split("\\") if part]
    lower = [part.lower() for part in parts[:2]]
    if view == 64 or lower[:1] != ["software"] or lower[1:] == [WOW.lower()]:
        return "\\".join(parts)
    return "\\".join([parts[0], WOW, *parts[1:]])


class Registry:
    """HKEY_LOCAL_MACHINE of one node; paths are below it, without a leading backslash.

    The class is looked for in root/cimv2 and then in root/default, where every Windows has it (wsman 8.1).
    """

    def __init__(self, ws: WsManOperations) -> None:
        self._ws = ws
        self._schema = REGISTRY

    def _call(self, method: str, path: str, **arguments: CimValue) -> tuple[int, dict[str, CimValue]]:
        """ReturnValue, printed signed or unsigned, and the other outputs. Raises WindowsError, WsManFault."""
        given = {"hDefKey": HKLM, "sSubKeyName": path, **arguments}
        try:
            result = dict(self._ws.invoke(self._schema, method, None, given))
        except WsManFault as fault:
            if self._schema is REGISTRY_DEFAULT or not is_class_missing(fault):
                raise
            self._schema = REGISTRY_DEFAULT
            return self._call(method, path, **arguments)
        code = result.pop("ReturnValue", None)
        if not isinstance(code, int):
            raise WindowsError(f"{method} of HKLM\\{path} gave no result")
        return code & 0xFFFFFFFF, result

    def _refused(self, what: str, path: str, code: int) -> WindowsError:
        advice = "use an account that is an administrator of the node" if code == ACCESS_DENIED else ""
        return WindowsError(f"{what} HKLM\\{path}", code=code, advice=advice)

    def text(self, path: str, name: str, view: View = 64) -> str | None:
        """A REG_SZ or expanded REG_EXPAND_SZ value; None when key or value is absent or of another type.

        GetStringValue is documented for REG_SZ only, so another type is asked for a second time (wsman 8.1).
        """
        place = physical(path, view)
        code, result = self._get("GetStringValue", place, name)
        if code == TYPE_MISMATCH:
            code, result = self._get("GetExpandedStringValue", place, name)
        value = result.get("sValue")
        return value if isinstance(value, str) else None

    def number(self, path: str, name: str, view: View = 64) -> int | None:
        found = self._read("GetDWORDValue", physical(path, view), name).get("uValue")
        return found if isinstance(found, int) else None

    def binary(self, path: str, name: str, view: View = 64) -> bytes | None:
        found = self._read("GetBinaryValue", physical(path, view), name).get("uValue")
        return bytes(item & 0xFF for item in found if isinstance(item, int)) if isinstance(found, tuple) else None

    def texts(self, path: str, name: str, view: View = 64) -> tuple[str, ...]:
        """A REG_MULTI_SZ value; empty when absent."""
        found = self._read("GetMultiStringValue", physical(path, view), name).get("sValue")
        return tuple(str(item) for item in found) if isinstance(found, tuple) else ()

    def _read(self, method: str, path: str, name: str) -> dict[str, CimValue]:
        return self._get(method, path, name)[1]

    def _get(self, method: str, path: str, name: str) -> tuple[int, dict[str, CimValue]]:
        """The code and, with OK, the value. Raises WindowsError for anything but "there is none"."""
        code, result = self._call(method, path, sValueName=name)
        if code not in (OK, VALUE_MISSING, KEY_MISSING, TYPE_MISMATCH):
            raise self._refused("read", f"{path}\\{name}", code)
        return code, result if code == OK else {}

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
