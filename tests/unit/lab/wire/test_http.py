"""The HTTP parser: any cut of the bytes gives the same requests."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.wire.http import HttpError, HttpRequest, expects_continue, parse, response

LIMIT = 1000
BODIES = st.binary(max_size=60)


def raw(body: bytes, path: str = "/wsman") -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: n1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def take_all(buffer: bytearray) -> list[HttpRequest]:
    found = []
    while (request := parse(buffer, LIMIT)) is not None:
        found.append(request)
    return found


def status_of(data: bytes) -> int:
    with pytest.raises(HttpError) as caught:
        parse(bytearray(data), LIMIT)
    return caught.value.status


@given(bodies=st.lists(BODIES, min_size=1, max_size=3), cuts=st.lists(st.integers(0, 500), max_size=6))
def test_the_cut_of_the_bytes_does_not_matter(bodies: list[bytes], cuts: list[int]) -> None:
    data = b"".join(raw(body) for body in bodies)
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    buffer = bytearray()
    found: list[HttpRequest] = []
    for start, end in itertools.pairwise(edges):
        buffer += data[start:end]
        found += take_all(buffer)
    assert [request.body for request in found] == bodies
    assert sum(request.size for request in found) == len(data)
    assert not buffer


@given(body=BODIES)
def test_nothing_is_taken_before_the_last_byte(body: bytes) -> None:
    data = raw(body)
    for end in range(len(data)):
        buffer = bytearray(data[:end])
        assert parse(buffer, LIMIT) is None
        assert buffer == data[:end]


@given(data=st.binary(max_size=300))
def test_garbage_is_refused_or_waited_for(data: bytes) -> None:
    with contextlib.suppress(HttpError):  # and no other exception
        parse(bytearray(data), LIMIT)


@pytest.mark.fact("wsman 1.1", "S")
def test_a_body_above_the_limit_is_413_before_it_arrives() -> None:
    head = f"POST /wsman HTTP/1.1\r\nContent-Length: {LIMIT + 1}\r\n\r\n".encode()
    assert status_of(head) == 413
    assert parse(bytearray(head.replace(b"1001", b"1000")), LIMIT) is None


@pytest.mark.fact("wsman 1.1", "I")
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /wsman HTTP/1.1\r\n\r\n", 411),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST /wsman HTTP/2\r\nContent-Length: 0\r\n\r\n", 400),
        (b"POST /wsman\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nHost : n1\r\n\r\n", 400),
        (b"x" * 70_000, 400),
    ],
)
def test_malformed_heads(data: bytes, status: int) -> None:
    assert status_of(data) == status


def test_header_names_have_no_case() -> None:
    request = parse(bytearray(b"POST / HTTP/1.1\r\nCONTENT-length: 2\r\nX-a:  b \r\n\r\nhi"), LIMIT)
    assert request is not None
    assert (request.body, request.header("x-a"), request.header("absent")) == (b"hi", "b", "")


def test_the_head_may_ask_to_continue() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
    assert not expects_continue(bytearray(head))
    assert expects_continue(bytearray(head + b"\r\n"))
    assert not expects_continue(bytearray(b"POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\n100-continue"))


@pytest.mark.fact("wsman 1.1", "R")
def test_a_response_is_one_piece_with_its_length() -> None:
    data = response(500, b"<x/>", "application/soap+xml;charset=UTF-8")
    head, _, body = data.partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"HTTP/1.1 500 Internal Server Error"
    assert b"Server: Microsoft-HTTPAPI/2.0" in head
    assert b"Content-Length: 4" in head
    assert body == b"<x/>"
