"""What the stand-in SEM's service does: its database lives in the data directory of its registry key."""

from __future__ import annotations

from ..node.errors import WinError
from ..node.machine import WindowsNode

MARK = b"LAB-SERVICE stand-in-sem "
KEY = "SOFTWARE\\SPAMfighter\\Exchange Module"
SETTINGS = KEY + "\\Settings"
LOCAL_DATA = "C:\\ProgramData\\SPAMfighter\\Exchange Module"
DATABASE = "sem.db"
LOG = "sem.log"
ERROR_PATH_NOT_FOUND = 3


class SemService:
    """Opens the database at start, refuses to start without its directory, logs start and stop.

    The local default directory is made by the program itself; a configured one has to exist.
    """

    start_s = 3.0
    stop_s = 2.0

    def __init__(self, node: WindowsNode, version: str) -> None:
        self._node = node
        self.version = version

    @property
    def directory(self) -> str:
        return (self._node.registry.text(KEY, "DataDir") or LOCAL_DATA).rstrip("\\")

    def start(self) -> int:
        files = self._node.files
        if not files.exists(self.directory):
            if self.directory.lower() != LOCAL_DATA.lower():
                return ERROR_PATH_NOT_FOUND
            files.make_directory(self.directory)
        database = f"{self.directory}\\{DATABASE}"
        try:
            if not files.exists(database):
                files.write(database, f"format {self.version}\r\n".encode())
            files.write(database, f"opened by {self._node.name} {self.version}\r\n".encode(), append=True)
            self._log("started")
        except WinError as error:
            return error.code
        return 0

    def stop(self) -> None:
        self._log("stopped gracefully")

    def killed(self) -> None:
        """Nothing is written: the process was gone."""

    def _log(self, text: str) -> None:
        try:
            line = f"{self._node.clock.wall():%Y-%m-%d %H:%M:%S} {self._node.name} {self.version} {text}\r\n"
            self._node.files.write(f"{self.directory}\\{LOG}", line.encode(), append=True)
        except WinError:
            pass  # the disk went away under the service


def program(node: WindowsNode, service: str, image: bytes) -> SemService | None:
    """The behaviour of an image file, when it is the stand-in's."""
    if not image.startswith(MARK):
        return None
    return SemService(node, image[len(MARK) :].split(b"\r\n")[0].decode("ascii"))
