"""``contract.ShellHost`` of a node: what WinRS and Win32_Process.Create start."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..machine import WindowsNode
from . import administration, builtins, permissions, programs, volumes
from .interpreter import Interpreter
from .nesting import Nesting
from .powershell import PowerShell
from .running import RunningCommand
from .session import CommandTable, Session, Streams
from .text import strip_outer_quotes


class CommandHost:
    """Every line runs under ``cmd /c`` (wsman 4). ``extra`` adds programs such as msiexec."""

    def __init__(self, node: WindowsNode, extra: CommandTable | None = None) -> None:
        self._node = node
        self._running: list[RunningCommand] = []
        node.on_power(self._power)
        self._interpreter = Interpreter()
        self._nesting = Nesting(self._interpreter)
        self._interpreter.commands = {
            **builtins.TABLE,
            **programs.TABLE,
            **administration.TABLE,
            **permissions.TABLE,
            **volumes.TABLE,
            "cmd": self._nesting.cmd,
            "call": self._nesting.call,
            "start": self._nesting.start,
            "powershell": PowerShell(node, None).program,
            **(extra or {}),
        }

    def add_programs(self, programs: CommandTable) -> None:
        """Programs that came with a feature or a product."""
        self._interpreter.commands = {**self._interpreter.commands, **programs}

    def start_command(
        self,
        line: str,
        *,
        environment: Mapping[str, str],
        directory: str | None,
        codepage: int,
        output: Callable[[str, bytes], None],
        done: Callable[[], None],
    ) -> RunningCommand:
        session = Session(self._node, {**self._node.environment(), **environment}, codepage=codepage)
        session.directory = directory or self._node.profile.folders.home
        command: RunningCommand

        def closed() -> bool:
            return command.closed

        streams = Streams(bytearray(), lambda data: output("stdout", data), lambda data: output("stderr", data), closed)
        stripped = strip_outer_quotes(line, self._nesting.is_program)
        command = RunningCommand(self._node, self._interpreter.line(session, stripped, streams), streams, done)
        self._running = [item for item in self._running if item.running]
        self._running.append(command)
        command.begin()
        return command

    def _power(self, up: bool) -> None:
        """A power cut ends every command where it stands."""
        for command in self._running if not up else ():
            command.terminate()
