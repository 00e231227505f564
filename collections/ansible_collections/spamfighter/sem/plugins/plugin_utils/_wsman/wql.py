# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""WQL queries. The one place where a value enters a query (wsman 3.5)."""

from __future__ import annotations

import re

from .errors import UnsendableValue

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def literal(value: str) -> str:
    """A string literal: backslash and both quotation marks escaped with a backslash.

    Raises:
        UnsendableValue: a control character, which no name holds.
    """
    if any(ord(char) < 32 for char in value):
        raise UnsendableValue(f"{value!r} holds a control character")
    return "'" + re.sub(r"([\\'\"])", r"\\\1", value) + "'"


def select(class_name: str, **equals: str | int) -> str:
    """``SELECT * FROM class WHERE name = value AND ...``; names are checked, values escaped."""
    for name in (class_name, *equals):
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name")
    conditions = [f"{name} = {value if isinstance(value, int) else literal(value)}" for name, value in equals.items()]
    return f"SELECT * FROM {class_name}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")
