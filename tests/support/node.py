"""One modelled node with its command interpreter, for unit tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lab.clock import VirtualClock
from lab.contract import Account
from lab.journal import Journal, acting
from lab.msi.engine import Installer
from lab.node.cmd.host import CommandHost
from lab.node.cmd.running import RunningCommand
from lab.node.files import SharedStorage
from lab.node.machine import WindowsNode
from lab.product import behaviour
from lab.profiles import adjusted, profile


@dataclass
class Result:
    """A command and what it wrote so far."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    finished: bool = False
    command: RunningCommand | None = None

    @property
    def code(self) -> int | None:
        return None if self.command is None else self.command.exit_code

    @property
    def out(self) -> str:
        return self.stdout.decode("cp437")

    @property
    def err(self) -> str:
        return self.stderr.decode("cp437")


class Bench:
    """A node on a clock of its own. ``options`` are those of :func:`lab.profiles.adjusted`."""

    def __init__(self, windows: str = "windows2008r2", **options: Any) -> None:
        self.clock = VirtualClock()
        self.journal = Journal()
        self.node = WindowsNode(
            "NODE1",
            adjusted(profile(windows), **options),
            self.clock,
            self.journal,
            seed=1,
            domain="LAB",
            accounts=(Account("Administrator", "unused"),),
            storage=SharedStorage(),
            programs=(behaviour.program,),
        )
        self.installer = Installer(self.node, self.clock)
        self.node.installer = self.installer
        self.host = CommandHost(self.node, {"msiexec": self.installer.msiexec})
        self.node.set_shells(self.host)
        folders = self.node.profile.folders
        for folder in (folders.home, f"{folders.windows}\\Temp", folders.program_data, folders.program_files):
            if not self.node.files.exists(folder):
                self.node.files.make_directory(folder)

    def start(self, line: str, stdin: bytes | None = b"", codepage: int = 437) -> Result:
        """Start as WinRS would; ``stdin`` None leaves standard input open."""
        result = Result()

        def output(stream: str, data: bytes) -> None:
            (result.stdout if stream == "stdout" else result.stderr).extend(data)

        def done() -> None:
            result.finished = True

        with acting("client"):
            result.command = self.host.start_command(
                line, environment={}, directory=None, codepage=codepage, output=output, done=done
            )
            if stdin is not None and not result.finished:
                result.command.stdin(stdin, True)
        return result

    def run(self, line: str, stdin: bytes = b"", seconds: float = 600.0, codepage: int = 437) -> Result:
        """Start, let ``seconds`` pass, and insist that it ended."""
        result = self.start(line, stdin, codepage)
        if not result.finished:
            self.clock.advance(seconds)
        assert result.finished, f"{line!r} did not end in {seconds} s"
        return result
