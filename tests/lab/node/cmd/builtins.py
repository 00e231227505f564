"""Built-in commands of cmd.exe."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from ..errors import WinError
from ..files import Entry, walk
from .session import READ, Program, Session, Streams, wildcard
from .text import words

BACKSLASH = "\\"
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
    if not rest.strip(" \t"):
        say(session, streams, "ECHO is on.")
    elif rest.strip().lower() not in ("on", "off"):
        say(session, streams, rest[1:])
    return 0


def set_variable(session: Session, rest: str, streams: Streams) -> int:
    text = rest.lstrip()
    if text.startswith('"') and '"' in text[1:]:
        text = text[1 : text.rindex('"')]
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
    code = int(text) if re.fullmatch(r"-?\d{1,10}", text) else session.errorlevel
    session.stopped, session.errorlevel, session.result = True, code, code
    return code


def change_directory(session: Session, rest: str, streams: Streams) -> int:
    text = re.sub(r"(?i)^\s*/d\s+", "", rest).strip()
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
    """The exit code of ``cmd /c rd`` is the Win32 code of what failed."""
    items = words(rest)
    recursive = any(item.lower() == "/s" for item in items)
    for item in items:
        if item.startswith("/"):
            continue
        try:
            session.node.files.remove_directory(session.path(item), recursive)
        except WinError as error:
            complain(session, streams, error.text)
            return error.code
    return 0


def delete(session: Session, rest: str, streams: Streams) -> int:
    """``del``: 0 even when nothing was found or a file is in use, as on Windows; read back what matters."""
    items = [item for item in words(rest) if not re.fullmatch(r"(?i)/[pfsq]|/a:?\w*", item)]
    if not items:
        return complain(session, streams, SYNTAX.strip())
    files = session.node.files
    for item in items:
        path = session.path(item)
        found = files.find(path)
        names = [f"{item}\\{entry.name}" for entry in files.children(path)] if found and found.directory else None
        for name in names if names is not None else session.glob(item):
            try:
                files.delete(session.path(name))
            except WinError as error:
                missing = error.code in (2, 3)
                complain(
                    session, streams, f"Could Not Find {path}" if missing else f"{session.path(name)}\r\n{error.text}"
                )
    return 0


def type_file(session: Session, rest: str, streams: Streams) -> int:
    for item in words(rest):
        streams.out(session.node.files.read(session.path(item)))
    return 0


def directory(session: Session, rest: str, streams: Streams) -> int:
    """``dir [/b] [/a[:]-d|d] [/s]`` of a folder, a file or a pattern."""
    options = " ".join(item.lower() for item in words(rest) if item.startswith("/"))
    items = [item for item in words(rest) if not item.startswith("/")]
    path = session.path(items[0]).rstrip("\\") if items else session.directory
    folder, _, pattern = path.rpartition("\\")
    files = session.node.files
    if files.is_directory(path + "\\"):
        folder, pattern = path, "*"
    if not files.is_directory(folder + "\\"):
        missing_drive = not files.is_directory(folder[:2] + "\\")
        return complain(
            session, streams, "The system cannot find the path specified." if missing_drive else "File Not Found"
        )
    shown = _list(session, streams, folder, pattern, options)
    return 0 if shown or (pattern == "*" and "/b" not in options) else complain(session, streams, "File Not Found")


def _list(session: Session, streams: Streams, folder: str, pattern: str, options: str) -> int:
    bare, deep = "/b" in options, "/s" in options
    expression = wildcard(pattern)
    entries = session.node.files.children(folder + "\\")
    chosen = [item for item in entries if expression.fullmatch(item.name)]
    if match := re.search(r"/a:?(-?d)", options):
        chosen = [item for item in chosen if item.directory == (match[1] == "d")]
    if not bare and (chosen or not deep):
        say(session, streams, f"\r\n Directory of {folder}\r\n")
    for entry in chosen:
        size = "   <DIR>         " if entry.directory else f"{len(entry.data):17,}"
        name = f"{folder}\\{entry.name}" if deep and bare else entry.name
        say(session, streams, name if bare else f"03/02/2026  08:00 AM {size} {name}")
    if not bare and chosen:
        plain = [item for item in chosen if not item.directory]
        say(session, streams, f"{len(plain):16} File(s) {sum(len(item.data) for item in plain):14,} bytes")
    count = len(chosen)
    for entry in entries if deep else ():
        if entry.directory:
            count += _list(session, streams, f"{folder}\\{entry.name}", pattern, options)
    return count


def copy(session: Session, rest: str, streams: Streams) -> int:
    """One file, a pattern, or ``/b a+b target``, which joins."""
    items = [item for item in words(rest) if not re.fullmatch(r"(?i)/(-?y|v|n|z|a|b|d)", item)]
    if len(items) not in (1, 2):
        return complain(session, streams, SYNTAX.strip())
    files = session.node.files
    target = session.path(items[1] if len(items) == 2 else session.directory)
    sources = items[0].split("+")
    if len(sources) > 1:
        files.write(target, b"".join(files.read(session.path(item)) for item in sources))
        count = 1
    else:
        names = session.glob(items[0])
        for name in names:
            data = files.read(session.path(name))
            last = session.path(name).rpartition("\\")[2]
            files.write(f"{target.rstrip(BACKSLASH)}\\{last}" if files.is_directory(target) else target, data)
        count = len(names)
    say(session, streams, f"{count:9} file(s) copied.")
    return 0 if count else 1


def move(session: Session, rest: str, streams: Streams) -> int:
    items = [item for item in words(rest) if not re.fullmatch(r"(?i)/-?y", item)]
    if len(items) != 2:
        return complain(session, streams, SYNTAX.strip())
    source, target = (session.path(item) for item in items)
    files = session.node.files
    found = files.entry(source)
    if files.is_directory(target):
        target = f"{target.rstrip(BACKSLASH)}\\{found.name}"
    if found.directory:
        _move_tree(session, found, target)
        files.remove_directory(source, recursive=True)
        say(session, streams, "        1 dir(s) moved.")
        return 0
    if found.locked:
        raise WinError(32, source)
    if source.lower() != target.lower():
        files.write(target, files.read(source))
        files.delete(source)
    say(session, streams, "        1 file(s) moved.")
    return 0


def _move_tree(session: Session, entry: Entry, target: str) -> None:
    if any(item.locked for item in walk(entry)):
        raise WinError(5, target)
    session.node.files.make_directory(target)
    for child in entry.children.values():
        path = f"{target}\\{child.name}"
        if child.directory:
            _move_tree(session, child, path)
        else:
            session.node.files.write(path, child.data)


def rename(session: Session, rest: str, streams: Streams) -> int:
    """The new name has no path."""
    items = words(rest)
    if len(items) != 2 or "\\" in items[1] or ":" in items[1]:
        return complain(session, streams, SYNTAX.strip())
    folder = session.path(items[0]).rpartition("\\")[0]
    if session.node.files.exists(f"{folder}\\{items[1]}"):
        return complain(session, streams, "A duplicate file name exists, or the file\r\ncannot be found.")
    quiet = Streams(bytearray(), lambda data: None, streams.err, lambda: True)
    return move(session, f'"{items[0]}" "{folder}\\{items[1]}"', quiet)


def volume(session: Session, rest: str, streams: Streams) -> int:
    letter = (rest.strip() or session.directory)[:2].upper()
    found = session.node.files.drive(letter)
    label = f"is {found.label}" if found.label else "has no label."
    say(session, streams, f" Volume in drive {letter[0]} {label}")
    serial = zlib.crc32(found.volume_id.encode())
    say(session, streams, f" Volume Serial Number is {serial >> 16:04X}-{serial & 0xFFFF:04X}")
    return 0


def codepage(session: Session, rest: str, streams: Streams) -> int:
    if rest.strip().isdecimal():
        session.codepage = int(rest)
    say(session, streams, f"Active code page: {session.codepage}")
    return 0


def version(session: Session, rest: str, streams: Streams) -> int:
    say(session, streams, f"\r\nMicrosoft Windows [Version {session.node.profile.version}]")
    return 0


def nothing(session: Session, rest: str, streams: Streams) -> int:
    return 0


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
    "endlocal": instant(nothing),
    "title": instant(nothing),
    "ren": instant(rename),
    "rename": instant(rename),
    "vol": instant(volume),
    "chcp": instant(codepage),
}
