# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM values and schemas, as the layers above the wire see them (facts: wsman 3.1 to 3.6)."""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

CimType = t.Literal[
    "string", "boolean", "uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64",
    "real32", "real64", "datetime", "interval", "reference", "object",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A CIM reference. Names are as the server spelled them; compare case-insensitively."""

    namespace: str
    class_name: str
    keys: tuple[tuple[str, str], ...]

    def key(self, name: str) -> str:
        """The value of one key, by name in any case. Raises KeyError."""
        for found, value in self.keys:
            if found.lower() == name.lower():
                return value
        raise KeyError(name)


@dataclass(frozen=True)
class CimInstance:
    """An instance or embedded object. Properties that were absent on the wire are absent here."""

    class_name: str
    properties: Mapping[str, CimValue]
    namespace: str = ""

    def get(self, name: str) -> CimValue:
        """The property, or None where it is NULL or was not sent."""
        return self.properties.get(name)


CimValue: t.TypeAlias = (
    bool | int | float | str | dt.datetime | dt.timedelta | Reference | CimInstance | tuple["CimValue", ...] | None
)


@dataclass(frozen=True, slots=True)
class Field:
    """Type of a property or parameter. Needed because the wire tells neither (wsman 3.3)."""

    type: CimType = "string"
    array: bool = False


@dataclass(frozen=True)
class MethodSchema:
    """``inputs`` in MOF order; ``returns`` tells whether a ReturnValue is expected."""

    name: str
    inputs: Mapping[str, Field] = field(default_factory=dict)
    outputs: Mapping[str, Field] = field(default_factory=dict)
    returns: bool = True


@dataclass(frozen=True)
class ClassSchema:
    """What the client knows of a class; properties not listed are read as strings."""

    namespace: str
    name: str
    keys: tuple[str, ...]
    properties: Mapping[str, Field] = field(default_factory=dict)
    methods: Mapping[str, MethodSchema] = field(default_factory=dict)
