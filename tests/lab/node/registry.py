"""HKEY_LOCAL_MACHINE and the other hives, with the 32-bit view (wsman 8.1)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

from ..clock import VirtualClock
from ..journal import Journal
from .errors import WinError

HKCR, HKCU, HKLM, HKU, HKCC = 2147483648, 2147483649, 2147483650, 2147483651, 2147483653
SZ, EXPAND_SZ, BINARY, DWORD, MULTI_SZ, QWORD = 1, 2, 3, 4, 7, 11
Data = str | int | bytes | tuple[str, ...]
# Parts of SOFTWARE that both views share (WOW64 registry redirection pages).
SHARED = ("classes\\installer", "policies", "microsoft\\windows nt\\currentversion\\time zones")


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    type: int
    data: Data


@dataclass
class Key:
    name: str
    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)


def redirect(path: str, view: int) -> str:
    """The physical path of a path below HKLM as a 32- or 64-bit program names it."""
    parts = [part for part in path.split("\\") if part]
    if view == 64 or not parts or parts[0].lower() != "software":
        return "\\".join(parts)
    rest = "\\".join(parts[1:])
    if rest.lower().startswith(("wow6432node", *SHARED)):
        return "\\".join(parts)
    return "\\".join([parts[0], "Wow6432Node", *parts[1:]])


class Registry:
    """The registry of one node. ``changed`` is called with the physical path after each mutation. Without
    ``wow64`` (32-bit Windows) there is one view, whatever is asked for."""

    def __init__(self, node: str, clock: VirtualClock, journal: Journal, wow64: bool = True) -> None:
        self._wow64 = wow64
        self._node = node
        self._clock = clock
        self._journal = journal
        self._hives = {HKLM: Key("HKLM"), HKU: Key("HKU"), HKCU: Key("HKCU"), HKCC: Key("HKCC")}
        self.open_handles: set[str] = set()  # physical paths below HKLM, lower case
        self.watchers: list[Callable[[str], None]] = []

    def _redirect(self, path: str, view: int) -> str:
        return redirect(path, view if self._wow64 else 64)

    def find(self, path: str, hive: int = HKLM, view: int = 64) -> Key | None:
        if hive == HKCR:
            hive, path = HKLM, "SOFTWARE\\Classes\\" + path
        key = self._hives.get(hive)
        for part in self._redirect(path, view).split("\\") if path.strip("\\") else ():
            key = key.keys.get(part.lower()) if key else None
        return key

    def create(self, path: str, hive: int = HKLM, view: int = 64) -> Key:
        """With parents; no error when it exists."""
        if hive == HKCR:
            hive, path = HKLM, "SOFTWARE\\Classes\\" + path
        if hive not in self._hives:
            raise WinError(87, path)
        physical = self._redirect(path, view)
        existed = self.find(physical, hive) is not None
        key = self._hives[hive]
        for part in physical.split("\\"):
            key = key.keys.setdefault(part.lower(), Key(part))
        if not existed:
            self._record("registry.set", physical, None, "key")
        return key

    def set(self, path: str, name: str, kind: int, data: Data, hive: int = HKLM, view: int = 64) -> None:
        key = self.create(path, hive, view)
        before = key.values.get(name.lower())
        key.values[name.lower()] = Value(name, kind, data)
        target = f"{self._redirect(path, view)}\\{name}"
        self._record("registry.set", target, before.data if before else None, data)

    def value(self, path: str, name: str, hive: int = HKLM, view: int = 64) -> Value | None:
        key = self.find(path, hive, view)
        return None if key is None else key.values.get(name.lower())

    def text(self, path: str, name: str, view: int = 64) -> str | None:
        """The value as text, or None when it is absent or of another type."""
        found = self.value(path, name, view=view)
        return found.data if found is not None and isinstance(found.data, str) else None

    def delete_value(self, path: str, name: str, hive: int = HKLM, view: int = 64) -> None:
        """Raises WinError 2."""
        key = self.find(path, hive, view)
        if key is None or name.lower() not in key.values:
            raise WinError(2, path)
        before = key.values.pop(name.lower())
        self._record("registry.delete", f"{self._redirect(path, view)}\\{name}", before.data, None)

    def delete_key(self, path: str, hive: int = HKLM, view: int = 64, recursive: bool = False) -> None:
        """Raises WinError 2, or 5 when there are subkeys and ``recursive`` is not asked for."""
        if hive == HKCR:
            hive, path = HKLM, "SOFTWARE\\Classes\\" + path
        physical = self._redirect(path, view)
        key = self.find(physical, hive)
        if key is None:
            raise WinError(2, path)
        if key.keys and not recursive:
            raise WinError(5, path)
        parent_path, _, name = physical.rpartition("\\")
        parent = self.find(parent_path, hive) if parent_path else self._hives[hive]
        if parent is not None:
            del parent.keys[name.lower()]
        self._record("registry.delete", physical, "key", None)

    def capture(self, path: str, view: int) -> Key | None:
        found = self.find(path, view=view)
        return copy.deepcopy(found) if found is not None else None

    def restore(self, path: str, view: int, captured: Key) -> int:
        """Replace the key with the captured one; 32 when a handle is open inside (event 1024)."""
        physical = self._redirect(path, view)
        if any(handle.startswith(physical.lower()) for handle in self.open_handles):
            return 32
        key = self.create(path, view=view)
        if key == captured:
            return 0
        key.values = copy.deepcopy(captured.values)
        key.keys = copy.deepcopy(captured.keys)
        self._record("registry.set", physical, "key", "restored")
        return 0

    def _record(self, kind: str, target: str, before: object, after: object) -> None:
        self._journal.record(self._clock.now, self._node, kind, target, before, after)
        for watcher in self.watchers:
            watcher(target)
