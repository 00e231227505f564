"""Where TLS fails decides whether a request may have run: real sockets, because only OpenSSL knows its errors."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    NotSent,
    OutcomeUnknown,
    TlsRefused,
    WireError,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport_winrm import WinrmTransport
from support.answers import answer

GOOD = answer("<n:Answer/>")
Talk = Callable[[socket.socket, ssl.SSLContext], None]


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def before_the_handshake(connection: socket.socket, _context: ssl.SSLContext) -> None:
    connection.recv(16)
    reset(connection)


def closed_before_the_handshake(connection: socket.socket, _context: ssl.SSLContext) -> None:
    connection.recv(16)
    connection.close()


def no_tls_at_all(connection: socket.socket, _context: ssl.SSLContext) -> None:
    connection.recv(16)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


def after_the_request(connection: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(65536)
        reset(socket.socket(fileno=secured.detach()))


def broken_records(connection: socket.socket, context: ssl.SSLContext) -> None:
    secured = context.wrap_socket(connection, server_side=True)
    secured.recv(65536)
    with socket.socket(fileno=secured.detach()) as bare:
        bare.sendall(b"no TLS record " * 20)
        bare.recv(65536)


def well(connection: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(connection, server_side=True) as secured:
        received = b""
        while b"</s:Envelope>" not in received:
            received += secured.recv(65536)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(GOOD)}\r\n\r\n"
        secured.sendall(head.encode() + GOOD)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    made = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(path))
    return made, path


@pytest.fixture
def serve(authority: tuple[trustme.CA, Path]) -> Iterator[Callable[[Talk], int]]:
    """Listen, and talk to the first who comes; gives the port."""
    listeners: list[socket.socket] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost").configure_cert(context)

    def start(talk: Talk) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            # The client hangs up where it wants, and the test ends without one where nobody comes.
            with contextlib.suppress(OSError):
                connection, _peer = listener.accept()
                with connection:
                    talk(connection, context)

        threading.Thread(target=run, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        listener.close()


def send(port: int, ca: str | None, host: str = "localhost") -> bytes:
    options = {"server_cert_validation": "validate", "ca_trust_path": ca, "proxy": None}
    target = Target("winrm", host, port, "https", "/wsman", ("ssl",), "u", "p", options)
    transport = WinrmTransport(target)
    try:
        return transport.send(answer("<n:Question/>"), 1.0)
    finally:
        transport.close()


def test_a_trusted_node_answers(serve: t.Any, authority: tuple[trustme.CA, Path]) -> None:
    assert send(serve(well), str(authority[1])) == GOOD


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (before_the_handshake, TlsRefused),
        (closed_before_the_handshake, TlsRefused),
        (no_tls_at_all, TlsRefused),
        (after_the_request, OutcomeUnknown),
        (broken_records, OutcomeUnknown),
    ],
)
def test_before_the_handshake_nothing_ran_and_after_it_nobody_knows(
    serve: t.Any, authority: tuple[trustme.CA, Path], talk: Talk, kind: type[WireError]
) -> None:
    with pytest.raises(WireError) as raised:
        send(serve(talk), str(authority[1]))
    assert type(raised.value) is kind


def test_an_unknown_authority(serve: t.Any, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with pytest.raises(TlsRefused, match=r"(?i)certificate verify failed"):
        send(serve(well), str(other))


def test_another_name(serve: t.Any, authority: tuple[trustme.CA, Path]) -> None:
    with pytest.raises(TlsRefused, match=r"127\.0\.0\.1"):
        send(serve(well), str(authority[1]), "127.0.0.1")


def test_a_file_of_authorities_that_is_not_there(serve: t.Any, tmp_path: Path) -> None:
    with pytest.raises(TlsRefused, match=r"none\.pem"):
        send(serve(well), str(tmp_path / "none.pem"))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    with pytest.raises(NotSent, match="refused"):
        send(port, None)
