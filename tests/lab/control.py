"""The lab's control channel: JSON lines over a Unix socket, one object in, one object out.

A request is ``{"verb": ..., **arguments}``; the answer ``{"ok": true, "result": ...}`` or
``{"ok": false, "error": ...}``. The socket is for tests and people; nothing of the collection knows it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Handler = Callable[[Mapping[str, Any]], Any]
LIMIT = 64 * 1024 * 1024


class ControlError(Exception):
    """The lab refused a request; the text is the lab's own."""


class ControlServer:
    """Serves the verbs of one lab; handlers run in the lab's own event loop, one at a time."""

    def __init__(self, verbs: Mapping[str, Handler]) -> None:
        self._verbs = verbs
        self._server: asyncio.Server | None = None

    async def start(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, path=str(path), limit=LIMIT)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(self._answer(line), default=str).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            verb = request.pop("verb")
            if verb not in self._verbs:
                raise ControlError(f"unknown verb {verb!r}; known are {', '.join(sorted(self._verbs))}")
            return {"ok": True, "result": self._verbs[verb](request)}
        except Exception as error:
            return {"ok": False, "error": str(error) or repr(error), "type": type(error).__name__}


class ControlClient:
    """A blocking connection to a running lab."""

    def __init__(self, path: Path, timeout_s: float = 60.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout_s)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rwb")

    def call(self, verb: str, **arguments: Any) -> Any:
        """The result of one verb.

        Raises:
            ControlError: the lab refused, or is gone.
        """
        self._file.write(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise ControlError("the lab closed the control socket")
        answer = json.loads(line)
        if not answer["ok"]:
            raise ControlError(f"{answer['type']}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what was not sent to a lab that is gone
            self._file.close()
        self._socket.close()
