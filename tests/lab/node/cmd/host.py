"""``contract.ShellHost`` of a node: what WinRS and Win32_Process.Create start."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..machine import WindowsNode
from . import administration, builtins, programs
from .parser import strip_outer_quotes
from .session import CommandTable, Interpreter, RunningCommand, Session, Streams


class CommandHost:
    """Every line runs under ``cmd /c`` (wsman 4). ``extra`` adds programs such as msiexec."""

    def __init__(self, node: WindowsNode, extra: CommandTable | None = None) -> None:
        self._node = node
        self._interpreter = Interpreter()
        nesting = builtins.Nesting(self._interpreter)
        self._interpreter.commands = {
            **builtins.TABLE,
            **programs.TABLE,
            **administration.TABLE,
            "cmd": nesting.cmd,
            "call": nesting.call,
            "start": nesting.start,
            "if": nesting.condition,
            **(extra or {}),
        }

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
        session.directory = directory or "C:\\Users\\Administrator"
        command: RunningCommand

        def closed() -> bool:
            return command.closed

        streams = Streams(bytearray(), lambda data: output("stdout", data), lambda data: output("stderr", data), closed)
        stripped = strip_outer_quotes(line)
        command = RunningCommand(self._node, self._interpreter.line(session, stripped, streams), streams, done)
        command.begin()
        return command
