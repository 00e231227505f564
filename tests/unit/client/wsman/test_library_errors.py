"""What pywinrm and requests raise, as ours: has a request left, and can it have run (wsman 1.6)."""

from __future__ import annotations

import types
import typing as t

import pytest
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
from support.adapter import ASKED, GOOD, Node, target

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


def test_closing_gives_up_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    transport, fake = scripted(monkeypatch, [None], [GOOD])
    transport.send(ASKED, 20.0)
    assert fake.session is not None
    transport.close()
    assert (fake.session, fake.encryption) == (None, None)


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
