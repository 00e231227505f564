"""icacls: access control lists, by SID."""

from __future__ import annotations

import re

from ..errors import WinError
from ..files import CONTAINER_INHERIT, FULL, INHERITED, OBJECT_INHERIT, READ_EXECUTE, Ace
from . import sddl
from .builtins import complain, instant, say
from .session import Session, Streams
from .text import arguments as words

BACKSLASH = "\\"
RIGHTS = {"F": FULL, "M": 0x1301BF, "RX": READ_EXECUTE, "R": 0x120089, "W": 0x100116}
WELL_KNOWN = {
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-32-544": "BUILTIN\\Administrators",
    "S-1-5-32-545": "BUILTIN\\Users",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-1-0": "Everyone",
}


def icacls(session: Session, rest: str, streams: Streams) -> int:
    """``icacls path [/grant[:r] *SID:(OI)(CI)F ...] [/remove *SID] [/reset] [/inheritance:r|d|e]``, ``/save file``
    and ``folder /restore file``. The last two are the only way to cut inheritance before 2008 R2."""
    items = words(rest)
    path = session.path(items[0]) if items else ""
    if not items or not session.node.files.exists(path):
        complain(session, streams, f"{items[0] if items else ''}: The system cannot find the file specified.")
        return 2
    options = [item.lower() for item in items[1:]]
    try:
        if "/save" in options or "/restore" in options:
            return _file(session, streams, path, items, options)
        return _change(session, streams, path, items)
    except WinError as error:
        complain(session, streams, error.text)
        return error.code


def _change(session: Session, streams: Streams, path: str, items: list[str]) -> int:
    protected, entries = session.node.files.acl(path)
    explicit = [ace for ace in entries if not ace.flags & INHERITED]
    before = (protected, tuple(explicit))
    modern = session.node.profile.icacls_inheritance
    index = 1
    while index < len(items):
        option = items[index].lower()
        index += 1
        if option.startswith("/inheritance:") and modern:
            protected = option[-1] in "rd"
            if option.endswith("d"):
                explicit += [Ace(ace.sid, ace.mask, ace.flags & ~INHERITED, ace.allow) for ace in entries]
        elif option in ("/grant", "/grant:r"):
            while index < len(items) and not items[index].startswith("/"):
                ace = _grant(items[index])
                if ace is None:
                    return _invalid(session, streams, items[index])
                if option == "/grant:r":
                    explicit = [other for other in explicit if other.sid != ace.sid]
                explicit.append(ace)
                index += 1
        elif option == "/remove" and index < len(items):
            sid = items[index].lstrip("*").upper()
            explicit = [other for other in explicit if other.sid != sid]
            index += 1
        elif option == "/reset":
            explicit, protected = [], False
        elif option not in ("/c", "/t", "/l", *(("/q",) if modern else ())):
            return _invalid(session, streams, option)
    if (protected, tuple(explicit)) != before:
        session.node.files.set_acl(path, tuple(explicit), protected)
    if len(items) == 1:
        _print_acl(session, streams, items[0], entries)
    else:
        say(session, streams, f"processed file: {items[0]}")
    return _processed(session, streams)


def _invalid(session: Session, streams: Streams, what: str) -> int:
    complain(session, streams, f'Invalid parameter "{what}"')
    return 87


def _processed(session: Session, streams: Streams) -> int:
    say(session, streams, "Successfully processed 1 files; Failed processing 0 files")
    return 0


def _file(session: Session, streams: Streams, path: str, items: list[str], options: list[str]) -> int:
    """Lines in pairs, UTF-16: a name relative to the folder, and its DACL."""
    files = session.node.files
    verb = "/save" if "/save" in options else "/restore"
    at = options.index(verb) + 1
    if at >= len(options) or set(options) - {verb, options[at], "/t", "/c"}:
        return _invalid(session, streams, verb)
    name = session.path(items[at + 1])
    if verb == "/save":
        text = f"{path.rpartition(BACKSLASH)[2]}\r\n{sddl.render(*files.acl(path))}\r\n"
        files.write(name, text.encode("utf-16-le"))
        return _processed(session, streams)
    lines = files.read(name).decode("utf-16-le", errors="replace").removeprefix("\ufeff").splitlines()
    for target, text in zip(lines[::2], lines[1::2], strict=False):
        found = sddl.parse(text)
        if found is None:
            raise WinError(13, target)
        protected, entries = found
        kept = tuple(ace for ace in entries if not ace.flags & INHERITED)
        files.set_acl(f"{path.rstrip(BACKSLASH)}\\{target}", kept, protected)
    return _processed(session, streams)


def _grant(text: str) -> Ace | None:
    match = re.fullmatch(r"\*?(S-1-[\d-]+):((?:\((?:OI|CI|IO|NP)\))*)\(?(F|M|RX|R|W)\)?", text, re.IGNORECASE)
    if match is None:
        return None
    flags = OBJECT_INHERIT if "(OI)" in match[2].upper() else 0
    flags |= CONTAINER_INHERIT if "(CI)" in match[2].upper() else 0
    return Ace(match[1].upper(), RIGHTS[match[3].upper()], flags)


def _print_acl(session: Session, streams: Streams, path: str, entries: tuple[Ace, ...]) -> None:
    lead = path
    for ace in entries:
        rights = next((name for name, mask in RIGHTS.items() if mask == ace.mask), f"0x{ace.mask:x}")
        flags = "(I)" if ace.flags & INHERITED else ""
        flags += ("(OI)" if ace.flags & OBJECT_INHERIT else "") + ("(CI)" if ace.flags & CONTAINER_INHERIT else "")
        say(session, streams, f"{lead} {WELL_KNOWN.get(ace.sid, ace.sid)}:{flags}({rights})")
        lead = " " * len(path)
    say(session, streams, "")


TABLE = {"icacls": instant(icacls)}
