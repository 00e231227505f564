"""Putting a package's contents onto a node, and taking them off again, with rollback."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from ..node.files import walk
from ..node.machine import WindowsNode
from ..node.registry import SZ
from ..profiles import WindowsProfile
from .database import Package, Row

START_TYPES = {0: "Boot", 1: "System", 2: "Auto", 3: "Manual", 4: "Disabled"}
UNINSTALL_DELETE = 0x80
INSTALLED_PROGRAM, DEFERRED, CONTINUE = 18, 0x400, 0x40  # custom action types


def _roots(profile: WindowsProfile) -> dict[str, str]:
    """The Directory table's standard keys on that Windows."""
    return {
        "ProgramFiles64Folder": profile.folders.program_files,
        "ProgramFilesFolder": profile.program_files_x86,
        "CommonAppDataFolder": profile.folders.program_data,
        "TARGETDIR": "C:",
    }


def view_of(package: Package) -> int:
    """The registry view that the package writes: a 32-bit package has the 32-bit one (where there are two)."""
    return 64 if package.template.startswith("x64") else 32


def directories(package: Package, profile: WindowsProfile) -> dict[str, str]:
    """Absolute paths by the key of the Directory table."""
    roots = _roots(profile)
    rows = {str(row["Directory"]): row for row in package.table("Directory")}

    def path(key: str) -> str:
        if key in roots:
            return roots[key]
        row = rows[key]
        name = str(row["DefaultDir"]).rpartition("|")[2]
        return f"{path(str(row['Directory_Parent']))}\\{name}"

    return {key: path(key) for key in rows}


def install_directory(package: Package, profile: WindowsProfile) -> str:
    """Where most of the product goes: the directory of its first component."""
    return directories(package, profile)[str(package.table("Component")[0]["Directory_"])]


class Transaction:
    """Each step leaves behind how to undo it."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node
        self._undo: list[Callable[[], object]] = []

    def note(self, undo: Callable[[], object]) -> None:
        self._undo.append(undo)

    def note_first(self, undo: Callable[[], object]) -> None:
        """To be undone after everything else: a service starts when all is back."""
        self._undo.insert(0, undo)

    def rollback(self) -> None:
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    # ---- install ----------------------------------------------------------------------------
    def install(self, package: Package) -> str:
        """Files, registry values and services; returns the install directory."""
        folders = directories(package, self._node.profile)
        components = {str(row["Component"]): folders[str(row["Directory_"])] for row in package.table("Component")}
        contents, view = package.files(), view_of(package)
        for row in package.table("File"):
            folder = components[str(row["Component_"])]
            self._directory(folder)
            self._file(f"{folder}\\{str(row['FileName']).rpartition('|')[2]}", contents[str(row["File"])])
        values = {f"[{key}]": f"{path}\\" for key, path in folders.items()}
        for row in package.table("Registry"):
            text = str(row["Value"] or "")
            for key, path in values.items():
                text = text.replace(key, path)
            target = str(row["Key"]).rstrip("\\")
            self.keep(target, view)
            self._node.registry.set(target, str(row["Name"] or ""), SZ, text, view=view)
        self._services(package, components)
        return install_directory(package, self._node.profile)

    def custom_actions(self, package: Package) -> bool:
        """The deferred programs of the package, run from where they were installed; False when one fails."""
        folders = directories(package, self._node.profile)
        places = {str(row["Component"]): folders[str(row["Directory_"])] for row in package.table("Component")}
        files = {str(row["File"]): f"{places[str(row['Component_'])]}\\{_long(row)}" for row in package.table("File")}
        order = {str(row["Action"]): int(row["Sequence"] or 0) for row in package.table("InstallExecuteSequence")}
        for row in sorted(package.table("CustomAction"), key=lambda item: order.get(str(item["Action"]), 0)):
            kind = int(row["Type"] or 0)
            if str(row["Action"]) not in order or kind & 0x3F != INSTALLED_PROGRAM or not kind & DEFERRED:
                continue
            match = re.match(rb"LAB-SETUP exit (\d+)", self._node.files.read(files[str(row["Source"])]))
            if match is not None and int(match[1]) and not kind & CONTINUE:
                return False
        return True

    def _services(self, package: Package, components: dict[str, str]) -> None:
        keys = {str(row["File"]): str(row["FileName"]).rpartition("|")[2] for row in package.table("File")}
        key_files = {str(row["Component"]): keys.get(str(row["KeyPath"]), "") for row in package.table("Component")}
        services = self._node.services
        for row in package.table("ServiceInstall"):
            component = str(row["Component_"])
            name = str(row["Name"])
            mode = START_TYPES[int(row["StartType"] or 3)]
            self.keep(services.key(name))
            if services.find(name) is not None:
                services.set_start_mode(name, mode)
            else:
                services.create(
                    name,
                    str(row["DisplayName"] or name),
                    f'"{components[component]}\\{key_files[component]}"',
                    mode,
                    str(row["StartName"] or "LocalSystem"),
                    description=str(row.get("Description") or ""),
                )
                self.note(functools.partial(services.delete, name))
            # Vendors let Windows restart a crashed service; on a cluster that fights with the cluster.
            services.set_recovery(name, ((1, 60_000), (1, 60_000), (0, 0)))

    def keep(self, path: str, view: int = 64) -> None:
        """Remember a key as it is, or that it and perhaps some of its parents are not there."""
        registry = self._node.registry
        captured = registry.capture(path, view)
        if captured is not None:
            self.note(functools.partial(registry.restore, path, view, captured))
            return
        while (parent := path.rpartition("\\")[0]) and registry.find(parent, view=view) is None:
            path = parent

        def gone() -> None:
            if registry.find(path, view=view) is not None:
                registry.delete_key(path, view=view, recursive=True)

        self.note(gone)

    def _directory(self, path: str) -> None:
        files = self._node.files
        if files.exists(path):
            return
        first = path
        while len(parent := first.rpartition("\\")[0]) > 2 and not files.exists(parent):
            first = parent
        files.make_directory(path)
        self.note(functools.partial(self._remove_if_empty, first))

    def _remove_if_empty(self, path: str) -> None:
        found = self._node.files.find(path)
        if found is not None and not any(not item.directory for item in walk(found)):
            self._node.files.remove_directory(path, recursive=True)

    def _file(self, path: str, data: bytes) -> None:
        files = self._node.files
        if files.exists(path):
            self.note(functools.partial(files.write, path, files.read(path)))
        else:
            self.note(functools.partial(self._delete_if_there, path))
        files.write(path, data)

    def _delete_if_there(self, path: str) -> None:
        if self._node.files.exists(path):
            self._node.files.delete(path)

    # ---- remove -----------------------------------------------------------------------------
    def remove(self, package: Package) -> None:
        """What install made; data that the program wrote stays."""
        folders = directories(package, self._node.profile)
        components = {str(row["Component"]): folders[str(row["Directory_"])] for row in package.table("Component")}
        self._remove_services(package)
        for row in package.table("File"):
            path = f"{components[str(row['Component_'])]}\\{str(row['FileName']).rpartition('|')[2]}"
            if self._node.files.exists(path):
                data = self._node.files.read(path)
                self._node.files.delete(path)
                self.note(functools.partial(self._node.files.write, path, data))
        root = _roots(self._node.profile)["ProgramFiles64Folder" if view_of(package) == 64 else "ProgramFilesFolder"]
        for folder in set(components.values()):
            found = self._node.files.find(folder)
            while found is not None and not found.children and len(folder) > len(root):
                self._node.files.remove_directory(folder)
                self.note(functools.partial(self._directory, folder))
                folder = folder.rpartition("\\")[0]
                found = self._node.files.find(folder)
        for row in package.table("Registry"):
            self.delete_value(str(row["Key"]).rstrip("\\"), str(row["Name"] or ""), view_of(package))

    def _remove_services(self, package: Package) -> None:
        services = self._node.services
        for row in package.table("ServiceControl"):
            name = str(row["Name"])
            if not int(row["Event"] or 0) & UNINSTALL_DELETE or services.find(name) is None:
                continue
            display, path = (services.config(name, value) for value in ("DisplayName", "ImagePath"))
            self.keep(services.key(name))
            services.delete(name)
            self.note(functools.partial(services.create, name, display, path))

    def delete_value(self, path: str, name: str, view: int = 64) -> None:
        """A value, and its key when nothing is left in it."""
        registry = self._node.registry
        if registry.value(path, name, view=view) is None:
            return
        self.keep(path, view)
        registry.delete_value(path, name, view=view)
        key = registry.find(path, view=view)
        while key is not None and not key.values and not key.keys and path.count("\\"):
            registry.delete_key(path, view=view)
            path = path.rpartition("\\")[0]
            key = registry.find(path, view=view)

    def delete_key(self, path: str, view: int = 64) -> None:
        if self._node.registry.find(path, view=view) is not None:
            self.keep(path, view)
            self._node.registry.delete_key(path, view=view, recursive=True)


def _long(row: Row) -> str:
    """The long name of a ``FileName`` cell (``SHORT|long``)."""
    return str(row["FileName"]).rpartition("|")[2]
