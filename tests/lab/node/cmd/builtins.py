"""Built-in commands of cmd.exe."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import WinError
from .parser import strip_outer_quotes, words
from .session import READ, Interpreter, Program, Session, Streams

SYNTAX = "The syntax of the command is incorrect.\r\n"


def instant(action: Callable[[Session, str, Streams], int]) -> Callable[[Session, str, Streams], Program]:
    """A program that takes no time."""

    def program(session: Session, rest: str, streams: Streams) -> Program:
        return action(session, rest, streams)
        yield 0.0  # a generator that never waits

    return program


def say(session: Session, streams: Streams, text: str) -> None:
    streams.out(session.encode(text + "\r\n"))


def complain(session: Session, streams: Streams, text: str) -> int:
    streams.err(session.encode(text + "\r\n"))
    return 1


def read_all(streams: Streams) -> Program:
    """Wait for the end of standard input."""
    while not streams.is_closed():
        yield READ
    return 0


def echo(session: Session, rest: str, streams: Streams) -> int:
    if not rest:
        say(session, streams, "ECHO is on.")
    elif rest.lower() not in ("on", "off"):
        say(session, streams, rest[1:] if rest.startswith(".") else rest)
    return session.errorlevel


def set_variable(session: Session, rest: str, streams: Streams) -> int:
    text = rest.strip()
    if text.startswith('"') and text.endswith('"'):
        text = text[1:-1]
    name, separator, value = text.partition("=")
    if not separator:
        found = [(key, item) for key, item in session.environment.items() if key.upper().startswith(name.upper())]
        for key, item in sorted(found):
            say(session, streams, f"{key}={item}")
        return 0 if found else complain(session, streams, f"Environment variable {name} not defined")
    for key in [key for key in session.environment if key.upper() == name.upper()]:
        del session.environment[key]
    if value:
        session.environment[name] = value
    return 0


def exit_command(session: Session, rest: str, streams: Streams) -> int:
    text = rest.lower().replace("/b", "").strip()
    session.stopped = True
    return int(text) if re.fullmatch(r"-?\d+", text) else session.errorlevel


def change_directory(session: Session, rest: str, streams: Streams) -> int:
    text = re.sub(r"(?i)^/d\s+", "", rest).strip()
    if not text:
        say(session, streams, session.directory)
        return 0
    path = session.path(text)
    if not session.node.files.is_directory(path):
        return complain(session, streams, "The system cannot find the path specified.")
    session.directory = path
    return 0


def make_directory(session: Session, rest: str, streams: Streams) -> int:
    for item in words(rest) or [""]:
        if not item:
            return complain(session, streams, SYNTAX.strip())
        try:
            session.node.files.make_directory(session.path(item))
        except WinError as error:
            text = f"A subdirectory or file {item} already exists." if error.code == 183 else error.text
            return complain(session, streams, text)
    return 0


def remove_directory(session: Session, rest: str, streams: Streams) -> int:
    items = words(rest)
    recursive = any(item.lower() == "/s" for item in items)
    for item in items:
        if not item.startswith("/"):
            session.node.files.remove_directory(session.path(item), recursive)
    return 0


def delete(session: Session, rest: str, streams: Streams) -> int:
    """``del``: exit code 0 even when nothing was found, as on Windows."""
    for item in words(rest):
        if item.startswith("/"):
            continue
        path = session.path(item)
        folder, _, pattern = path.rpartition("\\")
        if "*" in pattern or "?" in pattern:
            expression = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
            for entry in list(session.node.files.children(folder)):
                if not entry.directory and expression.fullmatch(entry.name):
                    session.node.files.delete(f"{folder}\\{entry.name}")
        elif not session.node.files.exists(path):
            complain(session, streams, f"Could Not Find {path}")
        else:
            session.node.files.delete(path)
    return 0


def type_file(session: Session, rest: str, streams: Streams) -> int:
    for item in words(rest):
        streams.out(session.node.files.read(session.path(item)))
    return 0


def directory(session: Session, rest: str, streams: Streams) -> int:
    items = [item for item in words(rest) if not item.startswith("/")]
    bare = "/b" in rest.lower().split()
    path = session.path(items[0]) if items else session.directory
    found = session.node.files.find(path)
    if found is None:
        return complain(session, streams, "File Not Found")
    entries = session.node.files.children(path) if found.directory else [found]
    for entry in entries:
        size = "<DIR>         " if entry.directory else f"{len(entry.data):14,}"
        say(session, streams, entry.name if bare else f"03/02/2026  08:00 AM    {size} {entry.name}")
    return 0


def copy(session: Session, rest: str, streams: Streams) -> int:
    items = [item for item in words(rest) if not item.startswith("/")]
    if len(items) != 2:
        return complain(session, streams, SYNTAX.strip())
    source, target = (session.path(item) for item in items)
    data = session.node.files.read(source)
    if session.node.files.is_directory(target):
        target = f"{target.rstrip(chr(92))}\\{source.rpartition(chr(92))[2]}"
    session.node.files.write(target, data)
    say(session, streams, "        1 file(s) copied.")
    return 0


def move(session: Session, rest: str, streams: Streams) -> int:
    items = [item for item in words(rest) if not item.startswith("/")]
    if len(items) != 2:
        return complain(session, streams, SYNTAX.strip())
    source, target = (session.path(item) for item in items)
    session.node.files.write(target, session.node.files.read(source))
    session.node.files.delete(source)
    say(session, streams, "        1 file(s) moved.")
    return 0


def version(session: Session, rest: str, streams: Streams) -> int:
    say(session, streams, f"\r\nMicrosoft Windows [Version {session.node.profile.version}]")
    return 0


def nothing(session: Session, rest: str, streams: Streams) -> int:
    return session.errorlevel


class Nesting:
    """The commands that run other commands: cmd, call, start, if."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def cmd(self, session: Session, rest: str, streams: Streams) -> Program:
        """``cmd /c``, with /s /q /v:on; a shell of its own."""
        child = session.child()
        child.delayed = False
        text = rest.strip()
        while match := re.match(r"(?i)/(v:on|v:off|v|e:on|s|q|a|u|d)(?=\s|/|$)\s*", text):
            child.delayed |= match[1].lower() in ("v:on", "v")
            text = text[match.end() :]
        match = re.match(r"(?i)/[ck]\s*", text)
        if match is None:
            return 0
        yield from self._interpreter.line(child, strip_outer_quotes(text[match.end() :]), streams)
        return child.errorlevel

    def call(self, session: Session, rest: str, streams: Streams) -> Program:
        return (yield from self._interpreter.line(session, rest, streams))

    def start(self, session: Session, rest: str, streams: Streams) -> Program:
        """``start "title" [/wait] [/b] command``; without /wait nobody hears of its end."""
        text = rest.strip()
        if text.startswith('"'):
            text = text[1:].partition('"')[2].strip()
        wait = False
        while match := re.match(r"(?i)/(wait|w|b|min|max|d\S*|i|high|low|normal)(?=\s)\s+", text):
            wait |= match[1].lower() in ("wait", "w")
            text = text[match.end() :]
        if wait:
            return (yield from self._interpreter.line(session, text, streams))
        session.node.create_process(text if text.lower().startswith("cmd") else f"cmd /c {text}", session.directory)
        return 0

    def condition(self, session: Session, rest: str, streams: Streams) -> Program:
        """``if [not] exist|errorlevel|a==b command``."""
        text = rest.strip()
        match = re.match(r"(?i)not\s+", text)
        wanted = match is None
        text = text[match.end() :] if match else text
        if match := re.match(r'(?i)exist\s+("[^"]*"|\S+)\s+', text):
            holds = session.node.files.exists(session.path(match[1]))
        elif match := re.match(r"(?i)errorlevel\s+(-?\d+)\s+", text):
            holds = session.errorlevel >= int(match[1])
        elif match := re.match(r'(?i)(/i\s+)?("[^"]*"|[^\s=]+)\s*==\s*("[^"]*"|\S+)\s+', text):
            holds = match[2].lower() == match[3].lower() if match[1] else match[2] == match[3]
        else:
            return complain(session, streams, SYNTAX.strip())
        if holds == wanted:
            return (yield from self._interpreter.line(session, text[match.end() :], streams))
        return session.errorlevel


TABLE = {
    "echo": instant(echo),
    "set": instant(set_variable),
    "exit": instant(exit_command),
    "cd": instant(change_directory),
    "chdir": instant(change_directory),
    "md": instant(make_directory),
    "mkdir": instant(make_directory),
    "rd": instant(remove_directory),
    "rmdir": instant(remove_directory),
    "del": instant(delete),
    "erase": instant(delete),
    "type": instant(type_file),
    "dir": instant(directory),
    "copy": instant(copy),
    "move": instant(move),
    "ver": instant(version),
    "rem": instant(nothing),
    "setlocal": instant(nothing),
    "chcp": instant(nothing),
}
