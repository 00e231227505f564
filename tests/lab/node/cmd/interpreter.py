"""Evaluating a parsed command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from ..errors import WinError
from . import parser
from . import text as text_of
from .parser import Binary, Block, For, If, Node, Redirect, Simple, SyntaxFault
from .redirection import Redirected
from .session import CommandTable, Program, Session, Streams, Wait, split_name

NOT_FOUND = "'{name}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"
QUOTA = "Not enough quota is available to process this command.\r\n"
# Commands that leave ERRORLEVEL as it was when they succeed ("Which cmd.exe internal commands clear the ERRORLEVEL
# to 0 upon success", measured list on Stack Overflow, question 34968009).
KEEPS_ERRORLEVEL = frozenset({"echo", "endlocal", "popd", "rd", "rmdir", "rem", "set", "start", "title"})
NOT_FOUND_LEVEL = 9009  # what %ERRORLEVEL% says; the exit code of cmd /c itself is 1
ITERATION_LIMIT = 10_000


@dataclass
class Interpreter:
    """Evaluates trees; ``commands`` maps lower-case names to programs. Each method returns the command's own
    code, by which ``&&`` and ``||`` go; ERRORLEVEL is kept apart in the session."""

    commands: CommandTable = field(default_factory=dict)

    def line(self, session: Session, text: str, streams: Streams) -> Program:
        """A whole command line; returns what ``cmd /c`` exits with."""
        if session.level > session.node.settings.max_processes_per_shell:
            streams.err(session.encode(QUOTA))
            session.errorlevel = session.result = 1
            return 1
        try:
            tree = parser.parse(text_of.expand_percent(text, session.lookup))
        except SyntaxFault as error:
            streams.err(session.encode(f"{error}\r\n"))
            session.errorlevel = session.result = 1 if "long" in str(error) else 255
            return session.result
        if tree is not None:
            yield from self.run(session, tree, streams)
        return session.result

    def run(self, session: Session, tree: Node, streams: Streams) -> Program:
        if session.stopped:
            return session.result
        if isinstance(tree, Simple):
            return (yield from self._simple(session, tree, streams))
        if isinstance(tree, Block):
            return (yield from self._block(session, tree, streams))
        if isinstance(tree, If):
            return (yield from self._if(session, tree, streams))
        if isinstance(tree, For):
            return (yield from self._for(session, tree, streams))
        return (yield from self._chain(session, tree, streams))

    def _chain(self, session: Session, tree: Node, streams: Streams) -> Program:
        """A line of many commands is a loop here, so that its length needs no stack."""
        later: list[Binary] = []
        while isinstance(tree, Binary) and tree.operator != "|":
            later.append(tree)
            tree = tree.left
        code = yield from self._pipe(session, tree, streams)
        for item in reversed(later):
            if not session.stopped and (item.operator == "&" or (item.operator == "&&") == (code == 0)):
                code = yield from self.run(session, item.right, streams)
        return code

    def _pipe(self, session: Session, tree: Node, streams: Streams) -> Program:
        """Each part is a cmd of its own, and sees all that the one before it wrote. The last one's code counts."""
        parts: list[Node] = []
        while isinstance(tree, Binary) and tree.operator == "|":
            parts.append(tree.right)
            tree = tree.left
        if not parts:
            return (yield from self.run(session, tree, streams))
        source = streams
        for part in (tree, *reversed(parts[1:])):
            collected = bytearray()
            yield from self.run(
                session.child(), part, Streams(source.stdin, collected.extend, streams.err, source.is_closed)
            )
            source = Streams(collected, streams.out, streams.err, lambda: True)
        child = session.child()
        code = yield from self.run(child, parts[0], source)
        session.errorlevel, session.result = child.errorlevel, child.result
        return code

    def _block(self, session: Session, tree: Block, streams: Streams) -> Program:
        inner = self._redirected(session, tree.redirects, streams)
        if inner is None:
            return 1
        try:
            return (yield from self.run(session, tree.body, inner.streams))
        finally:
            inner.close()

    def _if(self, session: Session, tree: If, streams: Streams) -> Program:
        left, right = (_delayed(session, text) for text in (tree.left, tree.right))
        if tree.test == "exist":
            holds = session.exists(left)
        elif tree.test == "errorlevel":
            holds = left.lstrip("-").isdecimal() and session.errorlevel >= int(left)
        elif tree.test == "defined":
            holds = session.lookup(left) is not None
        else:
            holds = _compare(tree.test, left, right, tree.ignore_case)
        if holds == tree.wanted:
            return (yield from self.run(session, tree.body, streams))
        if tree.otherwise is not None:
            return (yield from self.run(session, tree.otherwise, streams))
        return 0

    def _for(self, session: Session, tree: For, streams: Streams) -> Program:
        code = 0
        for value in (yield from self._items(session, tree, streams)):
            body = parser.substitute(tree.body, _replacer(tree.variable, value))
            code = yield from self.run(session, body, streams)
            if session.stopped:
                break
        return code

    def _items(self, session: Session, tree: For, streams: Streams) -> Generator[Wait, None, list[str]]:
        if tree.switch == "/l":
            numbers = [int(item) for item in re.findall(r"-?\d+", tree.items)]
            if len(numbers) != 3 or numbers[1] == 0:
                return []
            first, step, last = numbers
            return [str(item) for item in range(first, last + (1 if step > 0 else -1), step)][:ITERATION_LIMIT]
        if tree.switch != "/f":
            return [item for word in tree.items.split() for item in session.glob(word)]
        text = tree.items
        if text.startswith("'"):
            collected = bytearray()
            inner = Streams(bytearray(), collected.extend, streams.err, lambda: True)
            yield from self.line(session.child(), text.strip("'"), inner)
            text = collected.decode("latin-1")
        elif text.startswith('"'):
            text = text.strip('"')
        else:
            text = session.node.files.read(session.path(text)).decode("latin-1")
        whole = "delims=" in tree.options.lower() and "delims= " not in tree.options.lower()
        lines = [line for line in text.splitlines() if line.strip()]
        return lines if whole else [line.split()[0] for line in lines]

    def _redirected(self, session: Session, redirects: tuple[Redirect, ...], streams: Streams) -> Redirected | None:
        """Streams with the redirections in force; None after an error."""
        result = Redirected(session, streams)
        try:
            for item in redirects:
                result.apply(item)
        except WinError as error:
            result.close()
            streams.err(session.encode(error.text + "\r\n"))
            session.errorlevel = session.result = 1
            return None
        return result

    def _simple(self, session: Session, command: Simple, streams: Streams) -> Program:
        inner = self._redirected(session, command.redirects, streams)
        if inner is None:
            return 1
        try:
            text = _delayed(session, command.text).lstrip("@ \t,;=")
            code = yield from self._program(session, text, inner.streams) if text else _nothing()
        except WinError as error:
            inner.streams.err(session.encode(error.text + "\r\n"))
            session.errorlevel = session.result = code = 1
        finally:
            inner.close()
        return code

    def _program(self, session: Session, text: str, streams: Streams) -> Program:
        name, rest = split_name(text)
        program = self.commands.get(name.lower())
        if program is None or name.lower() in session.node.profile.missing_programs:
            streams.err(session.encode(NOT_FOUND.format(name=name)))
            session.errorlevel, session.result = NOT_FOUND_LEVEL, 1
            return 1
        code = yield from program(session, rest, streams)
        if code or name.lower() not in KEEPS_ERRORLEVEL:
            session.errorlevel = session.result = code
        return code


def _nothing() -> Program:
    return 0
    yield 0.0


def _delayed(session: Session, text: str) -> str:
    return text_of.expand_delayed(text, session.lookup) if session.delayed else text


def _compare(test: str, left: str, right: str, ignore_case: bool) -> bool:
    """``==`` compares text, the others numbers when both sides are numbers (``if /?``)."""
    if ignore_case:
        left, right = left.lower(), right.lower()
    if test == "==":
        return left == right
    try:
        order = int(left, 0) - int(right, 0)
    except ValueError:
        order = (left > right) - (left < right)
    return {"equ": order == 0, "neq": order != 0, "lss": order < 0, "leq": order <= 0, "gtr": order > 0}.get(
        test, order >= 0
    )


def _replacer(variable: str, value: str) -> Callable[[str], str]:
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value

    def change(text: str) -> str:
        return text.replace(f"%~{variable}", bare).replace(f"%{variable}", value)

    return change
