"""Running a parsed line: a scheduler of generators on the virtual clock.

A program is a generator that yields what it waits for: a number of virtual seconds, or ``READ`` for
more standard input; it returns its exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field

from ...clock import Timer
from ...journal import acting, current_actor
from ..errors import WinError
from ..machine import WindowsNode
from . import parser
from .parser import Binary, Block, Node, Redirect, Simple, SyntaxFault

READ = "read"
Wait = float | str
Program = Generator[Wait, None, int]
NOT_FOUND = "'{name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"


@dataclass
class Streams:
    """Where a command reads and writes. ``stdin`` is a buffer that may still grow until ``closed``."""

    stdin: bytearray
    out: Callable[[bytes], None]
    err: Callable[[bytes], None]
    is_closed: Callable[[], bool]


@dataclass
class Session:
    """One cmd.exe: its variables, its directory, its standard streams."""

    node: WindowsNode
    environment: dict[str, str]
    directory: str = "C:\\Users\\Administrator"
    codepage: int = 437
    delayed: bool = False
    errorlevel: int = 0
    stopped: bool = False
    in_console: bool = True

    def lookup(self, name: str) -> str | None:
        base, _, _part = name.partition(":")
        if base.upper() == "ERRORLEVEL":
            return str(self.errorlevel)
        if base.upper() == "CD":
            return self.directory
        for key, value in self.environment.items():
            if key.upper() == base.upper():
                return value
        return None

    def path(self, text: str) -> str:
        """An absolute path for what was typed."""
        text = text.strip('"').replace("/", "\\")
        if len(text) > 1 and text[1] == ":":
            return text if len(text) > 2 else text + "\\"
        if text.startswith("\\"):
            return self.directory[:2] + text
        return self.directory.rstrip("\\") + "\\" + text

    def encode(self, text: str) -> bytes:
        codec = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        try:
            return text.encode(codec, errors="replace")
        except LookupError:
            return text.encode("cp437", errors="replace")

    def child(self) -> Session:
        return Session(self.node, dict(self.environment), self.directory, self.codepage)


CommandTable = Mapping[str, Callable[[Session, str, Streams], Program]]


@dataclass
class Interpreter:
    """Evaluates trees; ``commands`` maps lower-case names to programs."""

    commands: CommandTable = field(default_factory=dict)

    def line(self, session: Session, text: str, streams: Streams) -> Program:
        """A whole command line."""
        try:
            tree = parser.parse(parser.expand_percent(text, session.lookup))
        except SyntaxFault as error:
            streams.err(session.encode(f"{error}\r\n"))
            session.errorlevel = 1 if "long" in str(error) else 255
            return session.errorlevel
        if tree is None:
            return session.errorlevel
        yield from self.run(session, tree, streams)
        return session.errorlevel

    def run(self, session: Session, tree: Node, streams: Streams) -> Program:
        if session.stopped:
            return session.errorlevel
        if isinstance(tree, Simple):
            return (yield from self._simple(session, tree, streams))
        if isinstance(tree, Block):
            inner, flush = self._redirected(session, tree.redirects, streams)
            if inner is None:
                return session.errorlevel
            code = yield from self.run(session, tree.body, inner)
            flush()
            return code
        if tree.operator == "|":
            return (yield from self._pipe(session, tree, streams))
        code = yield from self.run(session, tree.left, streams)
        if tree.operator == "&" or (tree.operator == "&&") == (code == 0):
            code = yield from self.run(session, tree.right, streams)
        return code

    def _pipe(self, session: Session, tree: Binary, streams: Streams) -> Program:
        """Each side is a cmd of its own; the right one sees all that the left one wrote."""
        collected = bytearray()
        left = Streams(streams.stdin, collected.extend, streams.err, streams.is_closed)
        yield from self.run(session.child(), tree.left, left)
        right = Streams(collected, streams.out, streams.err, lambda: True)
        child = session.child()
        session.errorlevel = yield from self.run(child, tree.right, right)
        return session.errorlevel

    def _redirected(
        self, session: Session, redirects: tuple[Redirect, ...], streams: Streams
    ) -> tuple[Streams | None, Callable[[], None]]:
        """Streams with the redirections in force, and what closes the files; None after an error."""
        result = Streams(streams.stdin, streams.out, streams.err, streams.is_closed)
        try:
            for item in redirects:
                self._redirect(session, item, result)
        except WinError as error:
            streams.err(session.encode(error.text + "\r\n"))
            session.errorlevel = 1
            return None, lambda: None
        return result, lambda: None

    def _redirect(self, session: Session, item: Redirect, streams: Streams) -> None:
        if item.target.startswith("&"):
            target = streams.out if item.target == "&1" else streams.err
            if item.stream == 2:
                streams.err = target
            else:
                streams.out = target
            return
        files = session.node.files
        if item.target.lower() == "nul":
            write: Callable[[bytes], None] = lambda data: None  # noqa: E731 - the null device
        else:
            path = session.path(item.target)
            if item.stream == 0:
                streams.stdin = bytearray(files.read(path))
                streams.is_closed = lambda: True
                return
            if not item.append or not files.exists(path):
                files.write(path, b"")
            write = lambda data: files.write(path, data, append=True)  # noqa: E731 - closes over the path
        if item.stream == 0:
            streams.stdin = bytearray()
            streams.is_closed = lambda: True
        elif item.stream == 2:
            streams.err = write
        else:
            streams.out = write

    def _simple(self, session: Session, command: Simple, streams: Streams) -> Program:
        text = parser.expand_delayed(command.text, session.lookup) if session.delayed else command.text
        text = text.lstrip("@ ")
        inner, _ = self._redirected(session, command.redirects, streams)
        if inner is None:
            return session.errorlevel
        name, rest = split_name(text)
        program = self.commands.get(name.lower())
        if program is None or name.lower() in session.node.profile.missing_programs:
            inner.err(session.encode(NOT_FOUND.format(name=name)))
            session.errorlevel = 1
            return 1
        try:
            session.errorlevel = yield from program(session, rest, inner)
        except WinError as error:
            inner.err(session.encode(error.text + "\r\n"))
            session.errorlevel = 1
        return session.errorlevel


def split_name(text: str) -> tuple[str, str]:
    """The command's name (without directory of the system and ``.exe``) and the rest of its line."""
    if text.startswith('"'):
        name, _, rest = text[1:].partition('"')
    else:
        index = next((at for at, char in enumerate(text) if char in ' \t=,;"/' or (char == "." and at > 0)), len(text))
        if text[index : index + 4].lower() == ".exe":
            index += 4
        elif "\\" in text[:3] or text[1:2] == ":":
            index = len(text.split(" ")[0])
        name, rest = text[:index], text[index:]
    lower = name.lower()
    for folder in ("c:\\windows\\system32\\", "c:\\windows\\", "%systemroot%\\system32\\"):
        if lower.startswith(folder):
            name = name[len(folder) :]
    return name.removesuffix(".exe").removesuffix(".EXE"), rest.lstrip(" \t")


class RunningCommand:
    """``contract.Command``: drives one program on the node's clock."""

    def __init__(self, node: WindowsNode, program: Program, streams: Streams, done: Callable[[], None]) -> None:
        self.exit_code: int | None = None
        self._node = node
        self._program: Program | None = program
        self._streams = streams
        self._done = done
        self._actor = current_actor()
        self._timer: Timer | None = None
        self._wants_input = False

    def begin(self) -> None:
        self._step()

    def stdin(self, data: bytes, end: bool) -> None:
        self._streams.stdin.extend(data)
        if end:
            self.closed = True
        if self._wants_input:
            self._wants_input = False
            self._step()

    closed = False

    def terminate(self) -> None:
        """Kill it with everything it started; 1 is what a terminated command leaves."""
        if self._program is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._program.close()
        self._finish(1)

    def _finish(self, code: int) -> None:
        self._program = None
        self.exit_code = code if code < 0x80000000 else code - 0x100000000
        self._done()

    def _step(self) -> None:
        if self._program is None:
            return
        with acting(self._actor):
            try:
                wait = next(self._program)
            except StopIteration as stop:
                self._finish(int(stop.value or 0))
                return
        if wait == READ:
            if self.closed:
                self._timer = self._node.clock.call_later(0, self._step)
            else:
                self._wants_input = True
        else:
            self._timer = self._node.clock.call_later(float(wait), self._step)
