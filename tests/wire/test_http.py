"""What a listener answers when it does not answer with SOAP."""

from __future__ import annotations

import base64
import http.client
import socket
import time
from pathlib import Path

import pytest

from support.envelopes import TRANSFER, message, wrap
from support.listening import ADDRESS, Listening, listening

SOAP = {"Content-Type": "application/soap+xml;charset=UTF-8"}
IDENTIFY = wrap("", "<wsmid:Identify/>").encode()
SERVICE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def basic(lab: Listening, user: str | None = None, password: str | None = None) -> dict[str, str]:
    text = f"{user or lab.user}:{password or lab.password}"
    return {**SOAP, "Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def post(
    lab: Listening, body: bytes, headers: dict[str, str], path: str = "/wsman", verb: str = "POST"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(ADDRESS, lab.ports["http"], timeout=10)
    connection.request(verb, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


@pytest.mark.fact("wsman 1.3", "R")
def test_401_offers_every_scheme_that_is_on(lab: Listening) -> None:
    answer, content = post(lab, IDENTIFY, SOAP)
    assert (answer.status, content) == (401, b"")
    assert answer.headers.get_all("WWW-Authenticate") == ["Negotiate", "NTLM", 'Basic realm="WSMAN"']


@pytest.mark.fact("wsman 1.3", "S")
def test_basic_is_off_by_default(tmp_path: Path) -> None:
    with listening(tmp_path) as lab:
        answer, _ = post(lab, IDENTIFY, basic(lab))
    assert answer.status == 401
    assert not any("Basic" in text for text in answer.headers.get_all("WWW-Authenticate") or ())


@pytest.mark.fact("wsman 1.2", "R")
@pytest.mark.parametrize(
    "value",
    [
        "Basic !",
        "Basic " + base64.b64encode(b"\xff").decode(),
        "Negotiate !",
        "Negotiate AAAA",
        "NTLM TlRMTVNTUAAD",
        "X y",
    ],
)
def test_a_token_that_is_none_is_401(lab: Listening, value: str) -> None:
    answer, _ = post(lab, b"", {**SOAP, "Authorization": value})
    assert answer.status == 401


@pytest.mark.fact("wsman 1.2", "C")
def test_a_sealed_body_without_a_context_is_400_and_empty(lab: Listening) -> None:
    answer, content = post(lab, b"--Encrypted Boundary\r\n", {"Content-Type": SEALED})
    assert (answer.status, content) == (400, b"")


@pytest.mark.fact("wsman 1.2", "C")
def test_plain_basic_over_http_is_500_and_empty(lab: Listening) -> None:
    before = len(lab.counters.log)
    answer, content = post(lab, IDENTIFY, basic(lab))
    assert (answer.status, content) == (500, b"")
    assert len(lab.counters.log) == before


@pytest.mark.fact("wsman 1.2", "C")
@pytest.mark.parametrize(("path", "status"), [("/wsma", 404), ("/wsman/x", 404), ("/", 404), ("/WSMAN?x=1", 401)])
def test_the_path(lab: Listening, path: str, status: int) -> None:
    answer, content = post(lab, IDENTIFY, SOAP, path)
    assert (answer.status, content) == (status, b"")


@pytest.mark.fact("wsman 1.1", "S")
def test_only_post_is_answered(lab: Listening) -> None:
    assert post(lab, b"", {}, verb="GET")[0].status == 405


@pytest.mark.fact("wsman 1.1", "S")
@pytest.mark.parametrize("size", [160_000, 3_000_000])
def test_a_request_above_the_envelope_is_413(lab: Listening, size: int) -> None:
    answer, content = post(lab, b"x" * size, basic(lab))
    assert (answer.status, content) == (413, b"")


@pytest.mark.fact("wsman 9", "S")
def test_identify_without_authentication(lab: Listening) -> None:
    answer, content = post(lab, IDENTIFY, {**SOAP, "WSMANIDENTIFY": "unauthenticated"})
    assert answer.status == 200
    assert b"Microsoft Corporation" in content


@pytest.mark.fact("wsman 9", "S")
def test_only_identify_is_free(lab: Listening) -> None:
    body = message(TRANSFER + "Get", SERVICE, selectors={"Name": "Svc1"}).encode()
    assert post(lab, body, {**SOAP, "WSMANIDENTIFY": "unauthenticated"})[0].status == 401
    both = body.replace(b"<s:Body>", b"<s:Body><wsmid:Identify/><wsmid:Other/>")
    assert post(lab, both, {**SOAP, "WSMANIDENTIFY": "unauthenticated"})[0].status == 401


@pytest.mark.fact("wsman 1.3", "S")
def test_requests_on_one_connection_are_answered_in_order(tmp_path: Path) -> None:
    with listening(tmp_path, basic=True, allow_unencrypted=True) as lab:
        head = "".join(f"{name}: {value}\r\n" for name, value in basic(lab).items())
        data = b""
        for index in range(3):
            body = message(TRANSFER + "Get", SERVICE, selectors={"Name": f"Svc{index}"}).encode()
            data += f"POST /wsman HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        with socket.create_connection((ADDRESS, lab.ports["http"]), 10) as connection:
            connection.sendall(data)
            found = b""
            while found.count(b"</s:Envelope>") < 3:
                found += connection.recv(65536)
    places = [found.index(f"Service {index} &amp;".encode()) for index in range(3)]
    assert places == sorted(places)


@pytest.mark.fact("wsman 1.6", "C")
def test_an_idle_connection_is_closed(tmp_path: Path) -> None:
    with listening(tmp_path, idle_close_s=0.2) as lab:
        with socket.create_connection((ADDRESS, lab.ports["http"]), 10) as connection:
            started = time.monotonic()
            assert connection.recv(1) == b""
        assert time.monotonic() - started >= 0.15


def test_a_node_without_power_answers_nobody(tmp_path: Path) -> None:
    with listening(tmp_path) as lab:
        lab.node.up = False
        with pytest.raises(OSError):
            post(lab, IDENTIFY, SOAP)
