"""Property lists as bytes (mscluster 3.6)."""

from __future__ import annotations

import struct

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.property_list import (
    PropertyListError,
    decode,
    encode,
)

SERVICE = bytes.fromhex(
    "01 00 00 00 03 00 04 00 18 00 00 00 53 00 65 00 72 00 76 00 69 00 63 00 65 00 4e 00 61 00 6d 00 65 00 00 00"
    "03 00 01 00 0c 00 00 00 4d 00 59 00 53 00 56 00 43 00 00 00 00 00 00 00"
)


def entry(tag: int, data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<II", tag, len(data) if length is None else length) + data + b"\0" * (-len(data) % 4)


def name(text: str) -> bytes:
    return entry(0x00040003, (text + "\0").encode("utf-16-le"))


END = b"\0\0\0\0"


def one(*values: bytes, count: int = 1) -> bytes:
    return struct.pack("<I", count) + name("X") + b"".join(values) + END


def test_the_examples_of_the_facts() -> None:
    assert encode({"ServiceName": "MYSVC"}) == SERVICE
    assert decode(SERVICE) == {"ServiceName": "MYSVC"}
    padded = encode({"UseNetworkName": 1})
    assert padded[8:12] == b"\x1e\0\0\0"
    assert padded[12 + 30 : 12 + 32] == b"\0\0"
    empty = encode({"StartupParameters": ""})
    assert empty[-12:] == b"\x02\0\0\0" + b"\0\0" + b"\0\0" + END


def test_nothing_and_several() -> None:
    assert (encode({}), decode(END)) == (END, {})
    values = {"A": 0, "Größe": "🙂", "C": 4294967295, "D": ""}
    assert decode(encode(values)) == values
    assert encode({"A": True}) == encode({"A": 1})


@pytest.mark.parametrize("value", [-1, 4294967296])
def test_a_number_that_does_not_fit(value: int) -> None:
    with pytest.raises(PropertyListError, match="32 bits"):
        encode({"X": value})


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_a_text_that_cannot_be(value: str) -> None:
    with pytest.raises(PropertyListError, match="cannot hold"):
        encode({"X": value})
    with pytest.raises(PropertyListError, match="cannot hold"):
        encode({value: 1})


def test_both_ways_to_count_the_padding() -> None:
    """The specification's own example counts it once."""
    raw = "AB\0".encode("utf-16-le")
    assert decode(one(entry(0x00010003, raw))) == {"X": "AB"}
    assert decode(one(entry(0x00010003, raw + b"\0\0", 8))) == {"X": "AB"}


def test_other_formats_are_skipped() -> None:
    others = [entry(tag, b"\1\2\3") for tag in (0x00010001, 0x00010004, 0x00010005, 0x00010006, 0x00010007)]
    assert decode(one(*others, entry(0x00010002, b"\5\0\0\0"))) == {"X": 5}
    assert decode(one(*others)) == {}


def test_what_stands_behind_the_list_is_not_part_of_it() -> None:
    assert decode(SERVICE + b"rest of the buffer") == {"ServiceName": "MYSVC"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\1\0\0",
        SERVICE[:-1],
        SERVICE[:20],
        struct.pack("<I", 2) + SERVICE[4:],
        struct.pack("<I", 0xFFFFFFFF) + SERVICE[4:],
        b"\1\0\0\0" + entry(0x00010003, b"A\0\0\0"),
        one(entry(0x00010002, b"\1\0")),
        one(entry(0x00010003, b"\0\xd8\0\0")),
        one(entry(0x00010003, b"A")),
        one(struct.pack("<II", 0x00010003, 0xFFFFFFFF)),
    ],
)
def test_what_is_no_property_list(data: bytes) -> None:
    with pytest.raises(PropertyListError):
        decode(data)
