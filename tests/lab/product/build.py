"""Builds the stand-in packages with wixl (Debian packages wixl and msitools).

``python -m lab.product.build [DIRECTORY]``; the built files are committed, because wixl is not
everywhere. An MSI is not reproducible bit by bit (product code, time stamps); a test compares tables
and contents.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Build:
    version: str
    setup_exit: int = 0  # what its last installation step exits with; not 0 makes the broken package
    architecture: str = "x64"

    @property
    def file_name(self) -> str:
        suffix = "" if self.architecture == "x64" else f"-{self.architecture}"
        return f"spamfighter-sem-{self.version}{suffix}.msi"

    @property
    def variables(self) -> dict[str, str]:
        """What the source leaves open. The 32-bit packages are for Windows 2003, whose folders have other names."""
        wide = self.architecture == "x64"
        return {
            "Version": self.version,
            "Win64": "yes" if wide else "no",
            "ProgramFiles": "ProgramFiles64Folder" if wide else "ProgramFilesFolder",
            "Data": "C:\\ProgramData" if wide else "C:\\Documents and Settings\\All Users\\Application Data",
        }


BUILDS = (
    Build("4.0.1"),
    Build("4.1.0"),
    Build("4.2.0", setup_exit=1),
    Build("4.0.1", architecture="x86"),
    Build("4.1.0", architecture="x86"),
)


def program_files(version: str, setup_exit: int = 0) -> dict[str, bytes]:
    """The program files: text that the lab's node model recognises, padded to an honest size."""
    service = f"LAB-SERVICE stand-in-sem {version}\r\n".encode() + b"\x90" * 180_000
    agent = f"LAB-TRANSPORT-AGENT stand-in-sem {version}\r\n".encode() + b"\x90" * 60_000
    setup = f"LAB-SETUP exit {setup_exit}\r\n".encode() + b"\x90" * 4_000
    return {"semsvc.exe": service, "semagent.dll": agent, "semsetup.exe": setup}


def build(item: Build, target: Path) -> Path:
    """One package. Raises CalledProcessError when wixl fails."""
    with tempfile.TemporaryDirectory() as directory:
        for name, data in program_files(item.version, item.setup_exit).items():
            (Path(directory) / name).write_bytes(data)
        shutil.copy(HERE / "sem.wxs", directory)
        path = target.resolve() / item.file_name
        defines = (f"{name}={value}" for name, value in item.variables.items())
        command = ["wixl", "-a", item.architecture, *(part for define in defines for part in ("-D", define))]
        subprocess.run([*command, "-o", str(path), "sem.wxs"], cwd=directory, check=True)
    return path


if __name__ == "__main__":
    for entry in BUILDS:
        print(build(entry, Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
