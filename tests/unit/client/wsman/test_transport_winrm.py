"""pywinrm's answers as ours, and when a session is built anew (wsman 1.2, 1.6)."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    HttpStatus,
    OutcomeUnknown,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport_winrm import WinrmTransport
from support.adapter import ASKED, FAULT, GOOD, Node, response, target


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
