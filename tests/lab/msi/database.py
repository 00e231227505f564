"""Reads the tables and files of a real Windows Installer package.

An MSI is an OLE compound file. Stream names of tables are packed two characters to one; strings live
in a pool; tables are stored by column. (Layout as the open implementations libmsi and Wine read it.)
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import olefile

Row = dict[str, str | int | None]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
TABLE_MARK = "\u4840"
STRING, BINARY = 0x0800, 0x0100
LONG_REFERENCES = 0x8000
# What the parsers beneath raise on bytes that are no package.
DAMAGE = (OSError, LookupError, struct.error, zlib.error, ValueError, TypeError, AttributeError, OverflowError)


class MsiError(Exception):
    """Not a usable package (1620)."""


def decode_name(name: str) -> str:
    """A stream's name as people write it."""
    out = []
    for char in name:
        code = ord(char)
        if 0x3800 <= code < 0x4800:
            code -= 0x3800
            out += [ALPHABET[code & 0x3F], ALPHABET[code >> 6]]
        elif 0x4800 <= code < 0x4840:
            out.append(ALPHABET[code - 0x4800])
        else:
            out.append(char)
    return "".join(out)


def _ansi(value: object) -> str:
    return value.decode("ascii", errors="replace").rstrip("\0") if isinstance(value, bytes) else ""


class Package:
    """The tables of one package, all read at once, and its files."""

    def __init__(self, data: bytes) -> None:
        try:
            with olefile.OleFileIO(io.BytesIO(data)) as ole:
                summary = ole.getproperties("\x05SummaryInformation")
                self.template = _ansi(summary.get(7))  # "x64;1033"
                self.package_code = _ansi(summary.get(9))
                self._streams = {decode_name("/".join(path)): ole.openstream(path).read() for path in ole.listdir()}
            self._strings, self._reference = self._read_strings()
            self.tables = self._read_tables()
        except DAMAGE as error:
            raise MsiError(str(error)) from error

    @classmethod
    def open(cls, path: Path) -> Package:
        return cls(path.read_bytes())

    def _read_strings(self) -> tuple[list[str], int]:
        pool, data = self._streams[TABLE_MARK + "_StringPool"], self._streams[TABLE_MARK + "_StringData"]
        codepage, flags = struct.unpack_from("<HH", pool)
        codec = "utf-8" if codepage in (0, 65001) else f"cp{codepage}"
        strings = [""]
        position = 0
        entries = [struct.unpack_from("<HH", pool, offset) for offset in range(4, len(pool) - 3, 4)]
        index = 0
        while index < len(entries):
            length, references = entries[index]
            if length == 0 and references:
                index += 1
                length = (references << 16) | entries[index][0]
            strings.append(data[position : position + length].decode(codec, errors="replace"))
            position += length
            index += 1
        return strings, 3 if flags & LONG_REFERENCES else 2

    def _read_tables(self) -> dict[str, list[Row]]:
        columns: dict[str, list[tuple[int, str, int]]] = {}
        system = [("Table", STRING), ("Number", 2), ("Name", STRING), ("Type", 2)]
        for row in self._rows("_Columns", system):
            entry = (int(row["Number"] or 0), str(row["Name"]), int(row["Type"] or 0))
            columns.setdefault(str(row["Table"]), []).append(entry)
        tables = {}
        for table, found in columns.items():
            tables[table] = self._rows(table, [(name, kind) for _number, name, kind in sorted(found)])
        return tables

    def _rows(self, table: str, columns: list[tuple[str, int]]) -> list[Row]:
        data = self._streams.get(TABLE_MARK + table, b"")
        widths = [self._width(kind) for _name, kind in columns]
        count = len(data) // sum(widths)
        rows: list[Row] = [{} for _ in range(count)]
        offset = 0
        for (name, kind), width in zip(columns, widths, strict=True):
            for row in rows:
                row[name] = self._cell(data[offset : offset + width], kind)
                offset += width
        return rows

    def _width(self, kind: int) -> int:
        if kind & STRING:
            return self._reference if not kind & BINARY or kind & 0xFF else 2
        return 4 if kind & 0xFF == 4 else 2

    def _cell(self, data: bytes, kind: int) -> str | int | None:
        number = int.from_bytes(data, "little")
        if number == 0:
            return None
        if kind & STRING:
            return self._strings[number] if number < len(self._strings) else None
        return number - (0x80000000 if len(data) == 4 else 0x8000)

    def table(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def property(self, name: str) -> str | None:
        """A row of the Property table."""
        for row in self.table("Property"):
            if row["Property"] == name:
                return str(row["Value"])
        return None

    def files(self) -> dict[str, bytes]:
        """Contents by the key of the File table, from the embedded cabinets."""
        found: dict[str, bytes] = {}
        for row in self.table("Media"):
            cabinet = str(row.get("Cabinet") or "")
            if cabinet.startswith("#"):
                found |= read_cabinet(self._streams.get(cabinet[1:], b""))
        return found


def read_cabinet(data: bytes) -> dict[str, bytes]:
    """The files of a cabinet, stored or MSZIP. Raises MsiError."""
    if data[:4] != b"MSCF":
        raise MsiError("not a cabinet")
    try:
        return _contents(data)
    except DAMAGE as reason:
        raise MsiError("the cabinet is damaged") from reason


def _contents(data: bytes) -> dict[str, bytes]:
    (files_offset,) = struct.unpack_from("<I", data, 16)
    folders, files, flags = struct.unpack_from("<HHH", data, 26)
    offset = 36
    folder_reserve = block_reserve = 0
    if flags & 4:
        header_reserve, folder_reserve, block_reserve = struct.unpack_from("<HBB", data, offset)
        offset += 4 + header_reserve
    contents = []
    for _ in range(folders):
        start, blocks, kind = struct.unpack_from("<IHH", data, offset)
        offset += 8 + folder_reserve
        contents.append(_unpack(data, start, blocks, kind & 0xF, block_reserve))
    found = {}
    for _ in range(files):
        size, start, folder = struct.unpack_from("<IIH", data, files_offset)
        end = data.index(b"\0", files_offset + 16)
        name = data[files_offset + 16 : end].decode("utf-8", errors="replace")
        found[name] = contents[folder][start : start + size]
        files_offset = end + 1
    return found


def _unpack(data: bytes, offset: int, blocks: int, kind: int, reserve: int) -> bytes:
    out = bytearray()
    for _ in range(blocks):
        _checksum, packed, unpacked = struct.unpack_from("<IHH", data, offset)
        body = data[offset + 8 + reserve : offset + 8 + reserve + packed]
        offset += 8 + reserve + packed
        if kind == 0:
            out += body
        elif kind == 1 and body[:2] == b"CK":
            inflate = zlib.decompressobj(-15, zdict=bytes(out[-32768:])) if out else zlib.decompressobj(-15)
            out += inflate.decompress(body[2:], unpacked)
        else:
            raise MsiError(f"compression {kind} is not supported")
    return bytes(out)
