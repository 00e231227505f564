"""pywinrm's and requests' answers and exceptions as ours (wsman 1.2, 1.6)."""

from __future__ import annotations

import base64
import types
import typing as t

import pytest
import requests
import urllib3
from requests import exceptions as library
from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    HttpStatus,
    NotSent,
    OutcomeUnknown,
    TlsRefused,
    WireError,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport_winrm import WinrmTransport
from support.adapter import FakeAdapter, response
from support.answers import answer, wsman_fault

ASKED = answer("<n:Question/>")
GOOD = answer("<n:Answer/>")
FAULT = wsman_fault(5, "Zugriff verweigert: ü")


def target(**changed: t.Any) -> Target:
    options = {"server_cert_validation": "validate", "proxy": None, "ca_trust_path": None}
    values = {"port": 5985, "scheme": "http", "path": "/wsman", "transports": ("basic",), "options": options, **changed}
    return Target("winrm", "toy", username="Administrator", secret="geheim", **values)


class Node:
    """A transport over a fake adapter."""

    def __init__(
        self, patch: pytest.MonkeyPatch, *answers: requests.Response | BaseException, **changed: t.Any
    ) -> None:
        self.adapter = FakeAdapter(list(answers))
        patch.setattr(requests.Session, "get_adapter", lambda _session, url: self.adapter)
        self.transport = WinrmTransport(target(**changed))

    def send(self, timeout_s: float = 20.0) -> bytes:
        return self.transport.send(ASKED, timeout_s)

    @property
    def posts(self) -> int:
        return len(self.adapter.seen)


def test_a_message_and_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, response(200, GOOD))
    assert node.send() == GOOD
    (request,) = node.adapter.seen
    assert (request.method, request.url, request.body) == ("POST", "http://toy:5985/wsman", ASKED)
    assert request.headers["Content-Type"] == "application/soap+xml;charset=UTF-8"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"Administrator:geheim").decode()
    stats = node.transport.stats
    assert (stats.requests, stats.authentications) == (1, 1)
    assert (stats.bytes_sent, stats.bytes_received) == (len(ASKED), len(GOOD))


def test_the_http_read_outlasts_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """wsman 6.1."""
    node = Node(monkeypatch, response(200, GOOD), response(200, GOOD))
    node.send(20.0)
    node.send(60.0)
    assert node.adapter.timeouts == [30.0, 70.0]
    assert node.transport.stats.authentications == 1


def test_a_500_that_holds_soap_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Node(monkeypatch, response(500, FAULT)).send() == FAULT


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (500, b"", "AllowUnencrypted"),
        (500, b"  \r\n", "AllowUnencrypted"),
        (500, b"<html>Internal Server Error</html>", "Internal Server Error"),
        (400, b"<h1>Bad Request - Invalid Header</h1>", "Invalid Header"),
        (403, b"", "HTTP 403"),
        (404, b"", "HTTP 404"),
        (413, b"Request Entity Too Large", "Too Large"),
        (503, b"", "HTTP 503"),
    ],
)
def test_other_statuses_are_said_as_they_are_and_sent_once(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, text: str
) -> None:
    node = Node(monkeypatch, response(status, body))
    with pytest.raises(HttpStatus, match=text) as refused:
        node.send()
    assert (refused.value.code, node.posts) == (status, 1)


def test_a_long_page_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HttpStatus) as refused:
        Node(monkeypatch, response(403, b"x" * 100_000)).send()
    assert len(refused.value.text) == 300


def test_a_page_in_another_encoding_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """pywinrm decodes error pages as UTF-8 whatever they are."""
    with pytest.raises(OutcomeUnknown, match="UnicodeDecodeError"):
        Node(monkeypatch, response(502, "Verboten: ü".encode("latin-1"))).send()


# ---- the session --------------------------------------------------------------------------------
def test_an_empty_400_logs_in_anew_and_sends_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server could not decrypt it: nothing ran (wsman 1.6)."""
    node = Node(monkeypatch, response(200, GOOD), response(400), response(200, GOOD))
    node.send()
    assert node.send() == GOOD
    assert (node.posts, node.transport.stats.authentications) == (3, 2)


def test_a_second_empty_400_is_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, response(400), response(400))
    with pytest.raises(HttpStatus, match="400"):
        node.send()
    assert node.posts == 2


def test_a_401_of_the_first_message_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another attempt would only help to lock the account."""
    node = Node(monkeypatch, response(401))
    with pytest.raises(AuthRefused):
        node.send()
    assert node.posts == 1


def test_a_401_in_a_session_that_worked_logs_in_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection below it was closed idle; the server acted on nothing (wsman 1.6)."""
    node = Node(monkeypatch, response(200, GOOD), response(401), response(200, GOOD))
    node.send()
    assert node.send() == GOOD


def test_a_401_that_stays_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, response(200, GOOD), response(401), response(401))
    node.send()
    with pytest.raises(AuthRefused):
        node.send()
    assert node.posts == 3


def test_an_answer_with_a_fault_proves_the_session_too(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, response(500, FAULT), response(401), response(200, GOOD))
    node.send()
    assert node.send() == GOOD


def test_closing_drops_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, response(200, GOOD), response(200, GOOD))
    node.send()
    node.transport.close()
    node.send()
    assert node.transport.stats.authentications == 2
    WinrmTransport(target()).close()


# ---- exceptions of requests ---------------------------------------------------------------------
POOL = urllib3.HTTPConnectionPool("n1")


def caused(outer: type[Exception], *inner: BaseException) -> Exception:
    return outer(*inner)


NEW_CONNECTION = urllib3.exceptions.NewConnectionError(t.cast(t.Any, POOL), "[Errno 111] Connection refused")
REFUSED = urllib3.exceptions.MaxRetryError(POOL, "/wsman", NEW_CONNECTION)
RESET = urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "Connection reset by peer"))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (caused(library.ConnectionError, REFUSED), NotSent),
        (caused(library.ConnectTimeout, "timed out"), NotSent),
        (caused(library.ProxyError, "Cannot connect to proxy."), NotSent),
        (caused(library.InvalidURL, "no host"), NotSent),
        (caused(library.InvalidSchema, "ftp"), NotSent),
        (caused(library.ConnectionError, RESET), OutcomeUnknown),
        (caused(library.ReadTimeout, "Read timed out."), OutcomeUnknown),
        (caused(library.ChunkedEncodingError, "cut off"), OutcomeUnknown),
        (caused(library.SSLError, "[SSL: DECRYPTION_FAILED]"), OutcomeUnknown),
        (OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /x"), TlsRefused),
        (PermissionError("Access denied: Server did not respond with NTLM challenge token"), AuthRefused),
        (KeyError("www-authenticate"), OutcomeUnknown),
        (ConnectionResetError("reset"), OutcomeUnknown),
    ],
)
def test_what_requests_raises_while_a_message_is_under_way(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[WireError]
) -> None:
    node = Node(monkeypatch, error)
    with pytest.raises(kind) as raised:
        node.send()
    assert type(raised.value) is kind
    assert node.posts == 1
    assert "object at 0x" not in str(raised.value)


def test_the_innermost_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotSent, match=r"^.*Connection refused$"):
        Node(monkeypatch, library.ConnectionError(REFUSED)).send()
    with pytest.raises(OutcomeUnknown, match="reset by peer"):
        Node(monkeypatch, library.ConnectionError(RESET)).send()


def test_a_reason_without_a_text_gives_way_to_the_one_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError())
    with pytest.raises(OutcomeUnknown, match="Connection aborted"):
        Node(monkeypatch, library.ConnectionError(silent)).send()


def test_an_exception_without_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutcomeUnknown, match="RuntimeError"):
        Node(monkeypatch, RuntimeError()).send()


# ---- a scripted pywinrm -------------------------------------------------------------------------
class Scripted:
    """Stands in for pywinrm's Transport: what logging in and sending do is the test's choice."""

    def __init__(self, login: list[BaseException | None], sends: list[BaseException | bytes]) -> None:
        self.login, self.sends = login, sends
        self.session: object = None
        self.encryption: object = "set"
        self.read_timeout_sec = 0.0

    def build_session(self) -> object:
        self.session = object()  # as pywinrm does, before the login that may fail
        found = self.login.pop(0)
        if found is not None:
            raise found
        return self.session

    def close_session(self) -> None:
        self.session = None

    def send_message(self, message: bytes) -> bytes:
        found = self.sends.pop(0)
        if isinstance(found, BaseException):
            raise found
        return found


def scripted(
    patch: pytest.MonkeyPatch, login: list[BaseException | None], sends: list[BaseException | bytes]
) -> tuple[WinrmTransport, Scripted]:
    fake = Scripted(login, sends)
    patch.setattr("winrm.protocol.Protocol", lambda *_given, **_named: types.SimpleNamespace(transport=fake))
    return WinrmTransport(target(transports=("ntlm",))), fake


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidCredentialsError("rejected"), AuthRefused),
        (PermissionError("no challenge"), AuthRefused),
        (WinRMError("message encryption is set to 'always' but the selected auth method does not support it"), NotSent),
        (WinRMTransportError("http", 404, ""), HttpStatus),
        (WinRMTransportError("http", 500, "<s:Envelope/>"), HttpStatus),
        (library.ConnectionError(RESET), NotSent),
        (library.ReadTimeout("timed out"), NotSent),
        (KeyError("www-authenticate"), NotSent),
    ],
)
def test_a_login_sends_nothing_that_could_run(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, kind: type[WireError]
) -> None:
    transport, fake = scripted(monkeypatch, [error, None], [GOOD])
    with pytest.raises(kind):
        transport.send(ASKED, 20.0)
    assert fake.session is None
    assert transport.stats.authentications == 0
    assert transport.send(ASKED, 20.0) == GOOD


def test_an_answer_that_cannot_be_decrypted_says_nothing_of_what_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """pywinrm: "message has been tampered with". The request has left all the same."""
    transport, _fake = scripted(monkeypatch, [None], [WinRMError("message has been tampered with")])
    with pytest.raises(OutcomeUnknown, match="tampered"):
        transport.send(ASKED, 20.0)


def test_a_new_login_forgets_the_old_cipher(monkeypatch: pytest.MonkeyPatch) -> None:
    transport, fake = scripted(monkeypatch, [None, None], [WinRMTransportError("http", 400, ""), GOOD])
    assert transport.send(ASKED, 20.0) == GOOD
    assert fake.encryption is None


def test_the_first_transport_whose_libraries_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def protocol(_endpoint: str, transport: str, **_named: t.Any) -> t.Any:
        tried.append(transport)
        if transport == "kerberos":
            raise WinRMError("pykerberos is not installed")
        return types.SimpleNamespace(transport=Scripted([None], [GOOD]))

    monkeypatch.setattr("winrm.protocol.Protocol", protocol)
    assert WinrmTransport(target(transports=("kerberos", "ntlm", "basic"))).send(ASKED, 20.0) == GOOD
    assert tried == ["kerberos", "ntlm"]


def test_no_transport_is_usable() -> None:
    with pytest.raises(NotSent, match=r"no usable WinRM transport .*none is given"):
        WinrmTransport(target(transports=())).send(ASKED, 20.0)
    without_password = Target("winrm", "toy", 5985, "http", "/wsman", ("ntlm",), "", "")
    with pytest.raises(NotSent, match="ntlm: auth method ntlm requires a username"):
        WinrmTransport(without_password).send(ASKED, 20.0)


def test_the_secret_is_in_no_representation() -> None:
    assert "geheim" not in repr(target())
    assert target(options={}).endpoint == "http://toy:5985/wsman"
    assert Target("winrm", "fd00::1", 5986, "https", "/wsman", (), "u").endpoint == "https:" + "//[fd00::1]:5986/wsman"
