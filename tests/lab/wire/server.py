"""A listener: TCP connections, HTTP, authentication, and the endpoint behind them."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path

from ..contract import Machine
from .auth import Accepted, Challenge, ConnectionAuth, PlainRefused, Undecipherable, UserFile
from .counters import Counters
from .endpoint import Answer, Endpoint, FaultHook
from .http import HttpError, HttpRequest, expects_continue, parse, response
from .serving import serve
from .switches import Switches
from .tls import ServerTls

SOAP = "application/soap+xml;charset=UTF-8"
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
# What sealing and HTTP add to an envelope of the largest size.
BODY_SLACK = 4096
LINGER_S = 5.0


class WinrmServer:
    """One listener of a machine. Several listeners of a machine share its endpoint through ``endpoint``."""

    def __init__(
        self,
        machine: Machine,
        switches: Switches,
        faults: FaultHook | None,
        counters: Counters,
        endpoint: Endpoint | None = None,
    ) -> None:
        self.machine = machine
        self.faults = faults
        self.counters = counters
        self.endpoint = endpoint or Endpoint(machine, switches, counters)
        self.tls: ServerTls | None = None
        self.connections: set[Connection] = set()
        self._users: UserFile | None = None
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ServerTls | None, directory: Path) -> int:
        """Listen; returns the port (the one bound when ``port`` is 0). ``directory`` is the lab's own.

        Raises:
            OSError: the port is taken.
        """
        self.tls = tls
        names = [self.machine.name, getattr(self.machine, "domain", "")]
        self._users = UserFile(directory, self.machine.accounts(), names)
        loop = asyncio.get_running_loop()
        context = tls.context if tls else None
        try:
            self._server = await loop.create_server(lambda: Connection(self), host, port, ssl=context)
        except BaseException:
            self._users.close()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.drop()
        if self._users is not None:
            self._users.close()

    def drop(self) -> None:
        """Cut every connection: the node went down."""
        for connection in list(self.connections):
            connection.cut()
        self.endpoint.shells.drop_all()

    def authentication(self) -> ConnectionAuth:
        assert self._users is not None
        binding = self.tls.binding if self.tls else None
        return ConnectionAuth(
            self.machine.settings, self.machine.accounts(), self._users, binding, tls=self.tls is not None
        )


class Connection(asyncio.Protocol):
    """One TCP connection; it is the authentication state, and requests on it are strictly serial."""

    def __init__(self, server: WinrmServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._queue: deque[HttpRequest] = deque()
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._continued = False
        self._refused = False
        self._transport: asyncio.Transport | None = None
        self._auth: ConnectionAuth | None = None

    # ---- asyncio ----------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if not self._server.machine.up:
            transport.abort()
            return
        self._auth = self._server.authentication()
        self._server.connections.add(self)
        self._restart_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._idle is not None:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._buffer += data
        limit = self._server.machine.settings.max_envelope_kb * 1024 + BODY_SLACK
        try:
            while (request := parse(self._buffer, limit)) is not None:
                self._continued = False
                self._queue.append(request)
        except HttpError as error:
            self._refuse(error.status)
            return
        if not self._continued and expects_continue(self._buffer):
            self._continued = True
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._queue and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    def _refuse(self, status: int) -> None:
        """Answer at once and swallow the rest: closing with bytes unread resets the connection, and the
        client, still writing, would never see the status."""
        self._refused = True
        self._buffer.clear()
        self._write(response(status, headers=(("Connection", "close"),)))
        asyncio.get_running_loop().call_later(LINGER_S, self._close)

    # ---- requests ---------------------------------------------------------------------------
    async def _work(self) -> None:
        while self._queue and self._alive():
            self._restart_idle()
            request = self._queue.popleft()
            self._server.counters.requests += 1
            self._server.counters.bytes_in += request.size
            try:
                await self._serve(request)
            except Exception:
                self.cut()  # a defect of the lab: the client learns at once, asyncio logs the trace
                raise
            self._restart_idle()

    async def _serve(self, request: HttpRequest) -> None:
        if request.path.split("?")[0].rstrip("/").lower() != "/wsman":
            self._write(response(404))
            return
        if request.method != "POST":
            self._write(response(405))
            return
        assert self._auth is not None
        if request.header("wsmanidentify").lower() == "unauthenticated":
            answer = self._server.endpoint.identify(request.body)
            if answer is not None:
                self._write(response(answer.status, answer.body, SOAP))
                return
        try:
            outcome = self._auth.receive(request)
        except Undecipherable:
            self._write(response(400))
            return
        except PlainRefused:
            self._write(response(500))
            return
        if isinstance(outcome, Challenge):
            self._write(response(401, headers=outcome.headers))
            return
        self._server.counters.authentications += outcome.new
        if not outcome.body:
            self._write(response(200, headers=outcome.headers))
            return
        await self._answer(outcome)

    async def _answer(self, accepted: Accepted) -> None:
        answer = await serve(self._server.endpoint, self._server.faults, accepted.body, accepted.account)
        if answer is None:
            self.cut()
        else:
            self._send(answer, accepted)

    def _send(self, answer: Answer, accepted: Accepted) -> None:
        if not self._alive():
            return
        assert self._auth is not None
        if not answer.body:
            self._write(response(answer.status))
            return
        body = self._auth.seal(answer.body) if accepted.sealed else answer.body
        kind = SEALED if accepted.sealed else SOAP
        self._write(response(answer.status, body, kind, accepted.headers))

    # ---- the connection's life --------------------------------------------------------------
    def _alive(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _write(self, data: bytes) -> None:
        if self._alive() and self._transport is not None:
            self._server.counters.bytes_out += len(data)
            self._transport.write(data)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """End the connection at once, without an answer."""
        if self._transport is not None:
            self._transport.abort()

    def _restart_idle(self) -> None:
        """HTTP.SYS closes an idle connection after about 120 s, real time (wsman 1.6)."""
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(self._server.machine.settings.idle_close_s, self._close_idle)

    def _close_idle(self) -> None:
        if self._task is None or self._task.done():
            self._close()
