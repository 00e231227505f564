"""Programs that look at volumes and copy trees: fsutil, robocopy."""

from __future__ import annotations

from ..errors import WinError
from ..files import Entry
from .builtins import complain, instant, say
from .session import Session, Streams
from .text import arguments as words

COPIED, FATAL = 1, 16  # robocopy's exit code is a set of bits; below 8 nothing failed


def fsutil(session: Session, rest: str, streams: Streams) -> int:
    """``fsutil volume diskfree path``, which follows mount points."""
    items = words(rest)
    if [item.lower() for item in items[:2]] != ["volume", "diskfree"] or len(items) != 3:
        return complain(session, streams, "---- Commands Supported ----")
    path = session.path(items[2])
    try:
        volume = session.node.files.volume_of(path)
    except WinError as error:
        return complain(session, streams, f"Error:  {error.text}")
    free, size = volume.free_mb() * 1024 * 1024, volume.size_mb * 1024 * 1024
    for title, number in (("free bytes", free), ("bytes", size), ("avail free bytes", free)):
        say(session, streams, f"Total # of {title:18}: {number}")
    return 0


def robocopy(session: Session, rest: str, streams: Streams) -> int:
    """``robocopy source target [/E] [/S]``; files that are the same are left alone."""
    items = words(rest)
    paths = [session.path(item).rstrip("\\") for item in items if not item.startswith("/")]
    options = [item.upper() for item in items if item.startswith("/")]
    if len(paths) != 2:
        complain(session, streams, "ERROR : Invalid Parameter")
        return FATAL
    source = session.node.files.find(paths[0])
    if source is None or not source.directory:
        complain(session, streams, f"ERROR 2 (0x00000002) Accessing Source Directory {paths[0]}\\")
        return FATAL
    try:
        count = _mirror(session, source, paths[1], "/E" in options or "/S" in options)
    except WinError as error:
        complain(session, streams, f"ERROR {error.code} (0x{error.code:08X}) {error.text}")
        return FATAL
    say(session, streams, f"   Files : {count}")
    return COPIED if count else 0


def _mirror(session: Session, source: Entry, target: str, deep: bool) -> int:
    files = session.node.files
    if not files.exists(target):
        files.make_directory(target)
    count = 0
    for child in source.children.values():
        path = f"{target}\\{child.name}"
        if child.directory:
            count += _mirror(session, child, path, deep) if deep else 0
        elif not files.exists(path) or files.read(path) != child.data:
            files.write(path, child.data)
            count += 1
    return count


TABLE = {"fsutil": instant(fsutil), "robocopy": instant(robocopy)}
