"""What the stand-in SEM's service does: its database lives in the data directory of its registry key."""

from __future__ import annotations

import contextlib

from ..clock import Timer
from ..journal import acting
from ..node.errors import WinError
from ..node.machine import WindowsNode

MARK = b"LAB-SERVICE stand-in-sem "
SERVICE = "SfExchangeFilter"
KEY = "SOFTWARE\\SPAMfighter\\Exchange Module"
SETTINGS = KEY + "\\Settings"
DATA_FOLDER = "SPAMfighter\\Exchange Module"
LOCAL_DATA = f"C:\\ProgramData\\{DATA_FOLDER}"
DATABASE = "sem.db"
LOG = "sem.log"
HEARTBEAT = "sem.heartbeat"
HEARTBEAT_S = 60.0
ERROR_PATH_NOT_FOUND = 3
ERROR_REVISION_MISMATCH = 1306
FORMATS = {"4.0": 1}  # by minor version; later ones write format 2


class SemService:
    """Opens the database at start, refuses to start without its directory, logs start and stop.

    The local default directory is made by the program itself; a configured one has to exist.
    """

    start_s = 3.0
    stop_s = 2.0

    def __init__(self, node: WindowsNode, version: str) -> None:
        self._node = node
        self.version = version
        self._timer: Timer | None = None
        self._beats = 0

    @property
    def format(self) -> int:
        return FORMATS.get(self.version.rpartition(".")[0], 2)

    @property
    def directory(self) -> str:
        return (self._node.registry.text(KEY, "DataDir") or self.local).rstrip("\\")

    @property
    def local(self) -> str:
        """Its own default, in this Windows' folder for program data."""
        return f"{self._node.profile.folders.program_data}\\{DATA_FOLDER}"

    def start(self) -> int:
        files = self._node.files
        if not files.exists(self.directory):
            if self.directory.lower() not in (LOCAL_DATA.lower(), self.local.lower()):
                return ERROR_PATH_NOT_FOUND
            files.make_directory(self.directory)
        database = f"{self.directory}\\{DATABASE}"
        try:
            if not files.exists(database):
                files.write(database, f"format {self.format}\r\n".encode())
            found, _, rest = files.read(database).partition(b"\r\n")
            number = int(found.removeprefix(b"format ") or 0)
            if number > self.format:
                self._log(f"database has format {number}, this version reads up to {self.format}")
                return ERROR_REVISION_MISMATCH
            if number < self.format:
                files.write(database, f"format {self.format}\r\n".encode() + rest)
                self._log(f"database migrated from format {number} to {self.format}")
            files.write(database, f"opened by {self._node.name} {self.version}\r\n".encode(), append=True)
            self._log("started")
        except WinError as error:
            return error.code
        self._beats = 0
        self._timer = self._node.clock.call_later(HEARTBEAT_S, self._beat)
        return 0

    def stop(self) -> None:
        self._end()
        self._log("stopped gracefully")

    def killed(self) -> None:
        """Nothing is written: the process was gone."""
        self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self._beats += 1
        self._timer = self._node.clock.call_later(HEARTBEAT_S, self._beat)
        text = f"{self._beats} {self._node.clock.wall():%Y-%m-%d %H:%M:%S}\r\n"
        with contextlib.suppress(WinError), acting("service"):
            self._node.files.write(f"{self.directory}\\{HEARTBEAT}", text.encode())

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
