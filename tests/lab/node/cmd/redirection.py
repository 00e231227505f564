"""Redirections: ``> >> < 2> 2>&1`` and the null device."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

from ..errors import WinError
from .parser import Redirect
from .session import Session, Streams


class Redirected:
    """The streams of one command. What goes into a file is written when the command ends: one write."""

    def __init__(self, session: Session, streams: Streams) -> None:
        self.streams = Streams(streams.stdin, streams.out, streams.err, streams.is_closed)
        self._session = session
        self._files: list[tuple[str, bytearray]] = []

    def apply(self, item: Redirect) -> None:
        """Raises WinError when the file cannot be opened."""
        if item.target.startswith("&"):
            target = self.streams.out if item.target == "&1" else self.streams.err
            self._set(item.stream, target)
        elif re.fullmatch(r"(?i)(.*\\)?nul:?", item.target):
            if item.stream == 0:
                self.streams.stdin, self.streams.is_closed = bytearray(), lambda: True
            else:
                self._set(item.stream, lambda data: None)
        elif item.stream == 0:
            content = self._session.node.files.read(self._session.path(item.target))
            self.streams.stdin, self.streams.is_closed = bytearray(content), lambda: True
        else:
            path = self._session.path(item.target)
            if not item.append or not self._session.node.files.exists(path):
                self._session.node.files.write(path, b"")
            buffer = bytearray()
            self._files.append((path, buffer))
            self._set(item.stream, buffer.extend)

    def _set(self, stream: int, write: Callable[[bytes], object]) -> None:
        if stream == 2:
            self.streams.err = write
        else:
            self.streams.out = write

    def close(self) -> None:
        """A file that can no longer be written to (its disk went away) loses what was meant for it."""
        for path, buffer in self._files:
            if buffer:
                with contextlib.suppress(WinError):
                    self._session.node.files.write(path, bytes(buffer), append=True)
        self._files.clear()
