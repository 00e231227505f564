"""Putting a package's contents onto a node, and taking them off again, with rollback."""

from __future__ import annotations

import functools
from collections.abc import Callable

from ..node.machine import WindowsNode
from ..node.registry import SZ
from .database import Package

ROOTS = {
    "ProgramFiles64Folder": "C:\\Program Files",
    "ProgramFilesFolder": "C:\\Program Files (x86)",
    "CommonAppDataFolder": "C:\\ProgramData",
    "TARGETDIR": "C:",
}
START_TYPES = {0: "Boot", 1: "System", 2: "Auto", 3: "Manual", 4: "Disabled"}
INSTALL_STOP, UNINSTALL_DELETE = 0x2, 0x80


def directories(package: Package) -> dict[str, str]:
    """Absolute paths by the key of the Directory table."""
    rows = {str(row["Directory"]): row for row in package.table("Directory")}

    def path(key: str) -> str:
        if key in ROOTS:
            return ROOTS[key]
        row = rows[key]
        name = str(row["DefaultDir"]).rpartition("|")[2]
        return f"{path(str(row['Directory_Parent']))}\\{name}"

    return {key: path(key) for key in rows}


def install_directory(package: Package) -> str:
    """Where most of the product goes: the directory of its first component."""
    return directories(package)[str(package.table("Component")[0]["Directory_"])]


class Transaction:
    """Each step leaves behind how to undo it."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node
        self._undo: list[Callable[[], object]] = []

    def note(self, undo: Callable[[], object]) -> None:
        self._undo.append(undo)

    def rollback(self) -> None:
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    # ---- install ----------------------------------------------------------------------------
    def install(self, package: Package) -> str:
        """Files, registry values and services; returns the install directory."""
        folders = directories(package)
        components = {str(row["Component"]): folders[str(row["Directory_"])] for row in package.table("Component")}
        contents = package.files()
        for row in package.table("File"):
            folder = components[str(row["Component_"])]
            self._directory(folder)
            self._file(f"{folder}\\{str(row['FileName']).rpartition('|')[2]}", contents[str(row["File"])])
        values = {f"[{key}]": f"{path}\\" for key, path in folders.items()}
        for row in package.table("Registry"):
            text = str(row["Value"] or "")
            for key, path in values.items():
                text = text.replace(key, path)
            self._node.registry.set(str(row["Key"]).rstrip("\\"), str(row["Name"] or ""), SZ, text)
        self._services(package, components)
        return install_directory(package)

    def _services(self, package: Package, components: dict[str, str]) -> None:
        keys = {str(row["File"]): str(row["FileName"]).rpartition("|")[2] for row in package.table("File")}
        key_files = {str(row["Component"]): keys.get(str(row["KeyPath"]), "") for row in package.table("Component")}
        for row in package.table("ServiceInstall"):
            component = str(row["Component_"])
            name = str(row["Name"])
            self._node.services.create(
                name,
                str(row["DisplayName"] or name),
                f'"{components[component]}\\{key_files[component]}"',
                START_TYPES[int(row["StartType"] or 3)],
                str(row["StartName"] or "LocalSystem"),
                description=str(row.get("Description") or ""),
            )
            # Vendors let Windows restart a crashed service; on a cluster that fights with the cluster.
            self._node.services.set_recovery(name, ((1, 60_000), (1, 60_000), (0, 0)))
            self.note(functools.partial(self._node.services.delete, name))

    def _directory(self, path: str) -> None:
        if not self._node.files.exists(path):
            self._node.files.make_directory(path)

    def _file(self, path: str, data: bytes) -> None:
        self._node.files.write(path, data)
        self.note(lambda: self._node.files.delete(path))

    # ---- remove -----------------------------------------------------------------------------
    def remove(self, package: Package) -> None:
        """What install made; data that the program wrote stays."""
        folders = directories(package)
        components = {str(row["Component"]): folders[str(row["Directory_"])] for row in package.table("Component")}
        self._remove_services(package)
        for row in package.table("File"):
            path = f"{components[str(row['Component_'])]}\\{str(row['FileName']).rpartition('|')[2]}"
            if self._node.files.exists(path):
                data = self._node.files.read(path)
                self._node.files.delete(path)
                self.note(functools.partial(self._node.files.write, path, data))
        for folder in set(components.values()):
            found = self._node.files.find(folder)
            if found is not None and not found.children:
                self._node.files.remove_directory(folder)
                self.note(functools.partial(self._directory, folder))
        for row in package.table("Registry"):
            self.delete_value(str(row["Key"]).rstrip("\\"), str(row["Name"] or ""))

    def _remove_services(self, package: Package) -> None:
        services = self._node.services
        for row in package.table("ServiceControl"):
            name = str(row["Name"])
            if not int(row["Event"] or 0) & UNINSTALL_DELETE or services.find(name) is None:
                continue
            display, path = services.config(name, "DisplayName"), services.config(name, "ImagePath")
            mode, account = services.start_mode(name), services.config(name, "ObjectName")
            recovery = services.recovery(name)
            services.delete(name)
            self.note(functools.partial(services.set_recovery, name, recovery))
            self.note(functools.partial(services.create, name, display, path, mode, account))

    def delete_value(self, path: str, name: str) -> None:
        registry = self._node.registry
        value = registry.value(path, name)
        if value is not None:
            registry.delete_value(path, name)
            self.note(lambda: registry.set(path, value.name, value.type, value.data))

    def delete_key(self, path: str) -> None:
        registry = self._node.registry
        key = registry.find(path)
        if key is None:
            return
        registry.delete_key(path, recursive=True)

        def again() -> None:
            for value in key.values.values():
                registry.set(path, value.name, value.type, value.data)

        self.note(again)
