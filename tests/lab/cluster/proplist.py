"""Property lists: the bytes of control codes (mscluster 3.6)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import refusal

NAME = 0x00040003
BINARY, DWORD, SZ, EXPAND_SZ, MULTI_SZ, ULARGE, LONG = range(0x00010001, 0x00010008)
Value = int | str | bytes | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    tag: int
    value: Value


def pack(properties: Sequence[Property]) -> bytes:
    """Lengths without padding, as a writer should."""
    out = struct.pack("<I", len(properties))
    for item in properties:
        out += _field(NAME, _wide(item.name)) + _field(item.tag, _bytes(item)) + struct.pack("<I", 0)
    return out


def unpack(data: bytes) -> list[Property]:
    """Read a list; lengths may count the padding or not.

    Raises:
        CimError: 13, the bytes are not a property list.
    """
    reader = _Reader(data)
    found = []
    for _ in range(reader.number()):
        tag, raw = reader.field()
        if tag != NAME:
            raise refusal(13)
        name = _text(raw)
        if not name:
            raise refusal(13)
        tag, raw = reader.field()
        found.append(Property(name, tag, _value(tag, raw)))
        if reader.number() != 0:
            raise refusal(13)
    return found


def _field(tag: int, data: bytes) -> bytes:
    return struct.pack("<II", tag, len(data)) + data + bytes(-len(data) % 4)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def _bytes(item: Property) -> bytes:
    value = item.value
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _wide(value)
    if isinstance(value, tuple):
        return b"".join(_wide(text) for text in value) + b"\0\0"
    if item.tag == ULARGE:
        return struct.pack("<Q", value)
    return struct.pack("<i" if item.tag == LONG else "<I", value)


def _text(raw: bytes) -> str:
    try:
        return raw[: len(raw) // 2 * 2].decode("utf-16-le").split("\0")[0]
    except UnicodeDecodeError as error:
        raise refusal(13) from error


def _value(tag: int, raw: bytes) -> Value:
    sizes = {DWORD: "<I", LONG: "<i", ULARGE: "<Q"}
    if tag in sizes:
        size = struct.calcsize(sizes[tag])
        if len(raw) != size:
            raise refusal(13)
        return int(struct.unpack(sizes[tag], raw)[0])
    if tag in (SZ, EXPAND_SZ):
        return _text(raw)
    if tag == MULTI_SZ:
        return tuple(part for part in raw.decode("utf-16-le", "replace").split("\0") if part)
    if tag == BINARY:
        return raw
    raise refusal(13)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise refusal(13)
        found = self.data[self.at : self.at + size]
        self.at += size
        return found

    def number(self) -> int:
        return int(struct.unpack("<I", self.take(4))[0])

    def field(self) -> tuple[int, bytes]:
        tag, length = struct.unpack("<II", self.take(8))
        raw = self.take(length)
        self.take(-length % 4)
        return tag, raw
