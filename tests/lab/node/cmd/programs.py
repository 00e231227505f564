"""Console programs of Windows Server that work on files and text."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from ..errors import WinError
from ..files import Entry
from .builtins import complain, instant, read_all, say
from .session import Program, Session, Streams
from .text import arguments as words

INVALID_PARAMETER = -2147024809
LINE_LIMIT = 8191  # findstr cuts nothing but refuses longer lines from a pipe


def findstr(session: Session, rest: str, streams: Streams) -> Program:
    """``findstr [/i /v /r /l /c:"text"] text [file]``: 0 when a line matched."""
    options = [item for item in words(rest) if item.startswith("/")]
    items = [item for item in words(rest) if not item.startswith("/")]
    literal = next((item[3:] for item in options if item.lower().startswith("/c:")), None)
    pattern = literal if literal is not None else (items.pop(0) if items else "")
    if items:
        data = session.node.files.read(session.path(items[0]))
    else:
        yield from read_all(streams)
        data = bytes(streams.stdin)
    flags = re.IGNORECASE if any(item.lower() == "/i" for item in options) else 0
    expressions = [literal] if literal is not None else pattern.split(" ")
    compiled = [re.compile(re.escape(text) if literal is not None else text, flags) for text in expressions]
    inverted = any(item.lower() == "/v" for item in options)
    lines = [raw.decode("latin-1") for raw in data.splitlines()]
    matched = [line for line in lines if any(item.search(line) for item in compiled) != inverted]
    streams.out("".join(line + "\r\n" for line in matched).encode("latin-1"))
    return 0 if matched else 1


def find(session: Session, rest: str, streams: Streams) -> Program:
    match = re.search(r'"([^"]*)"', rest)
    if match is None:
        return complain(session, streams, "FIND: Parameter format not correct") + 1
    yield from read_all(streams)
    found = [line for line in bytes(streams.stdin).splitlines() if match[1].encode() in line]
    for line in found:
        streams.out(line + b"\r\n")
    return 0 if found else 1


def more(session: Session, rest: str, streams: Streams) -> Program:
    """Tabs become blanks, as the real one does; not fit for binary data."""
    yield from read_all(streams)
    streams.out(bytes(streams.stdin).replace(b"\t", b"        "))
    return 0


def certutil(session: Session, rest: str, streams: Streams) -> int:
    """``-decode``, ``-encode`` and ``-hashfile``."""
    items = [item for item in words(rest) if item.lower() not in ("-f", "/f")]
    verb = items[0].lower().lstrip("-/") if items else ""
    files = session.node.files
    try:
        if verb == "decode" and len(items) == 3:
            target = session.path(items[2])
            if files.exists(target) and "-f" not in rest.lower().split():
                raise WinError(80, target)
            text = files.read(session.path(items[1]))
            body = b"".join(line for line in text.split() if not line.startswith(b"-----"))
            files.write(target, base64.b64decode(body, validate=True))
        elif verb == "encode" and len(items) == 3:
            files.write(session.path(items[2]), base64.encodebytes(files.read(session.path(items[1]))))
        elif verb == "hashfile" and not session.node.profile.hashes:
            return complain(session, streams, "CertUtil: Unknown arg: -hashfile") * INVALID_PARAMETER
        elif verb == "hashfile" and len(items) in (2, _most_arguments(session)):
            _hash(session, items, streams)
        else:
            return complain(session, streams, "CertUtil: Too many or too few arguments") * INVALID_PARAMETER
    except WinError as error:
        code = 0x80070000 | error.code
        say(session, streams, f"CertUtil: -{verb} command FAILED: 0x{code:08x} (WIN32: {error.code})")
        say(session, streams, f"CertUtil: {error.text}")
        return code - 0x100000000
    except binascii.Error:
        say(session, streams, f"CertUtil: -{verb} command FAILED: 0x8007000d (WIN32: 13)")
        return 0x8007000D - 0x100000000
    say(session, streams, f"CertUtil: -{verb} command completed successfully.")
    return 0


def _most_arguments(session: Session) -> int:
    """The algorithm can be named where there is more than one."""
    return 3 if len(session.node.profile.hashes) > 1 else 2


def _hash(session: Session, items: list[str], streams: Streams) -> None:
    algorithm = items[2] if len(items) > 2 else "SHA1"
    if algorithm.upper() not in session.node.profile.hashes:
        raise WinError(87, algorithm)
    data = session.node.files.read(session.path(items[1]))
    digest = hashlib.new(algorithm.lower(), data).hexdigest()
    if session.node.profile.spaced_hashes:
        digest = " ".join(digest[index : index + 2] for index in range(0, len(digest), 2))
    name = "SHA1" if algorithm.upper() == "SHA1" else algorithm.upper()
    say(session, streams, f"{name} hash of file {items[1]}:")
    say(session, streams, digest)


def xcopy(session: Session, rest: str, streams: Streams) -> int:
    """``xcopy source target /E /I /Y ...``: 0 copied, 1 nothing found, 4 cannot start."""
    items = [item for item in words(rest) if not item.startswith("/")]
    if len(items) != 2:
        complain(session, streams, "Invalid number of parameters")
        return 4
    source, target = (session.path(item).rstrip("\\") for item in items)
    found = session.node.files.find(source)
    if found is None:
        complain(session, streams, f"File not found - {items[0]}")
        return 4
    if not session.node.files.exists(target):
        session.node.files.make_directory(target)
    count = _copy_tree(session, found, target, "/e" in rest.lower())
    say(session, streams, f"{count} File(s) copied")
    return 0


def _copy_tree(session: Session, entry: Entry, target: str, recursive: bool) -> int:
    count = 0
    for child in entry.children.values():
        path = f"{target}\\{child.name}"
        if not child.directory:
            session.node.files.write(path, child.data)
            count += 1
        elif recursive:
            if not session.node.files.exists(path):
                session.node.files.make_directory(path)
            count += _copy_tree(session, child, path, recursive)
    return count


def hostname(session: Session, rest: str, streams: Streams) -> int:
    say(session, streams, session.node.name)
    return 0


def whoami(session: Session, rest: str, streams: Streams) -> int:
    say(session, streams, f"{session.node.domain}\\{session.environment.get('USERNAME', '')}".lower())
    return 0


def ping(session: Session, rest: str, streams: Streams) -> Program:
    """Used as a pause: one second between two requests."""
    match = re.search(r"-n\s+(\d+)", rest)
    yield float(int(match[1]) - 1 if match else 3)
    return 0


def timeout(session: Session, rest: str, streams: Streams) -> Program:
    """Refuses redirected input, which is all a WinRS shell has."""
    return complain(session, streams, "ERROR: Input redirection is not supported, exiting the process immediately.")
    yield 0.0


TABLE = {
    "findstr": findstr,
    "find": find,
    "more": more,
    "certutil": instant(certutil),
    "xcopy": instant(xcopy),
    "hostname": instant(hostname),
    "whoami": instant(whoami),
    "ping": ping,
    "timeout": timeout,
}
