"""The commands that run other commands: cmd, call, start."""

from __future__ import annotations

import re

from .interpreter import Interpreter
from .session import Program, Session, Streams, split_name
from .text import strip_outer_quotes


class Nesting:
    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def is_program(self, text: str) -> bool:
        """Whether cmd would find an executable file of this name."""
        return split_name(f'"{text}"')[0].lower() in self._interpreter.commands

    def cmd(self, session: Session, rest: str, streams: Streams) -> Program:
        """``cmd /c``, with /s /q /d /v:on; a shell of its own. Without /c it would wait for a console: it ends."""
        child = session.child()
        keep = True
        text = rest.lstrip()
        while match := re.match(r"(?i)/(v:on|v:off|v|e:on|e:off|s|q|a|u|d)(?=\s|/|$)\s*", text):
            child.delayed = match[1].lower() in ("v:on", "v") or (child.delayed and match[1].lower() != "v:off")
            keep &= match[1].lower() != "s"
            text = text[match.end() :]
        match = re.match(r"(?i)/[ckr]\s*", text)
        if match is None:
            return 0
        return (
            yield from self._interpreter.line(
                child, strip_outer_quotes(text[match.end() :], self.is_program, keep), streams
            )
        )

    def call(self, session: Session, rest: str, streams: Streams) -> Program:
        """Expands variables once more. Labels exist in batch files only."""
        text = re.sub(r"(?i)^(\s*call\s+)+", "", rest.strip())
        if text.startswith(":"):
            streams.err(session.encode("Invalid attempt to call batch label outside of batch script.\r\n"))
            return 1
        return (yield from self._interpreter.line(session, text, streams))

    def start(self, session: Session, rest: str, streams: Streams) -> Program:
        """``start "title" [/wait] [/b] command``; without /wait nobody hears of its end."""
        text = rest.strip()
        if text.startswith('"'):
            text = text[1:].partition('"')[2].strip()
        wait = False
        while match := re.match(r"(?i)/(wait|w|b|min|max|d\s*(?:\"[^\"]*\"|\S+)|i|high|low|normal)(?=\s)\s+", text):
            wait |= match[1].lower() in ("wait", "w")
            text = text[match.end() :]
        if wait:
            return (yield from self._interpreter.line(session.child(), text, streams))
        if text and split_name(text)[0].lower() not in self._interpreter.commands:
            streams.err(session.encode(f"The system cannot find the file {split_name(text)[0]}.\r\n"))
            return 9059
        if text:
            session.node.create_process(text if text.lower().startswith("cmd") else f"cmd /c {text}", session.directory)
        return 0
