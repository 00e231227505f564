# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Property lists of the cluster API as bytes (mscluster 3.6)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

NAME_TAG, DWORD_TAG, SZ_TAG = 0x00040003, 0x00010002, 0x00010003
Value = str | int


class PropertyListError(ValueError):
    """Not a property list."""


def encode(properties: Mapping[str, Value]) -> bytes:
    """Little-endian; lengths without the padding to four bytes.

    Raises:
        PropertyListError: a number outside 32 bits; NUL or half a surrogate pair in a text.
    """
    out = struct.pack("<I", len(properties))
    for name, value in properties.items():
        out += _entry(NAME_TAG, _text(name))
        if isinstance(value, int):
            if not 0 <= value <= 0xFFFFFFFF:
                raise PropertyListError(f"{name}: {value} does not fit into 32 bits")
            out += _entry(DWORD_TAG, struct.pack("<I", int(value)))
        else:
            out += _entry(SZ_TAG, _text(value))
        out += struct.pack("<I", 0)
    return out


def _text(value: str) -> bytes:
    if "\0" in value:
        raise PropertyListError("a text cannot hold NUL")
    try:
        return (value + "\0").encode("utf-16-le")
    except UnicodeEncodeError as error:
        raise PropertyListError("a text cannot hold half a surrogate pair") from error


def _entry(tag: int, data: bytes) -> bytes:
    return struct.pack("<II", tag, len(data)) + data + b"\0" * (-len(data) % 4)


def decode(data: bytes) -> dict[str, Value]:
    """Names and values; other formats than DWORD and SZ are skipped.

    The specification's own example counts padding once, so both readings are accepted (mscluster 3.6).

    Raises:
        PropertyListError.
    """
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        offset = 4
        found: dict[str, Value] = {}
        for _index in range(count):
            tag, raw, offset = _read(data, offset)
            if tag != NAME_TAG:
                raise PropertyListError(f"a name was expected, tag {tag:#x} found")
            name = _string(raw)
            while True:
                tag, raw, offset = _read(data, offset)
                if tag == 0:
                    break
                if tag == DWORD_TAG:
                    found[name] = int(struct.unpack_from("<I", raw)[0])
                elif tag == SZ_TAG:
                    found[name] = _string(raw)
    except (struct.error, UnicodeDecodeError) as error:
        raise PropertyListError(str(error)) from error
    return found


def _read(data: bytes, offset: int) -> tuple[int, bytes, int]:
    (tag,) = struct.unpack_from("<I", data, offset)
    if tag == 0:
        return 0, b"", offset + 4
    (length,) = struct.unpack_from("<I", data, offset + 4)
    start = offset + 8
    if start + length > len(data):
        raise PropertyListError("cut off")
    return tag, data[start : start + length], start + length + (-length % 4)


def _string(raw: bytes) -> str:
    return raw.decode("utf-16-le").partition("\0")[0]
