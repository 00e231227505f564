# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The one place where a value enters a command line.

A WinRS line always runs under ``cmd /c`` (wsman 4), so cmd's own characters apply before the program
sees anything. Inside quotation marks only ``%`` and the quotation mark itself keep a meaning; neither can
be carried through safely, so values that hold them are refused.
"""

from __future__ import annotations

import re

REFUSED = re.compile(r'["%\x00-\x1f\x7f]')
# With delayed expansion (cmd /v:on) an exclamation mark is replaced even inside quotation marks.
REFUSED_DELAYED = re.compile(r'["%!\x00-\x1f\x7f]')


class UnsafeValue(ValueError):
    """The value cannot be put on a command line without changing its meaning."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"{value!r} cannot be used on a Windows command line: quotation marks, % and control characters "
            "are not allowed in it"
        )


def quote(value: str, *, delayed: bool = False) -> str:
    """The value as one argument, in quotation marks.

    A backslash before the closing mark would escape it for most programs, so it is doubled there.

    Raises:
        UnsafeValue: it holds a character that cmd or the program would interpret.
    """
    if (REFUSED_DELAYED if delayed else REFUSED).search(value):
        raise UnsafeValue(value)
    stripped = value.rstrip("\\")
    trailing = "\\" * (2 * (len(value) - len(stripped)))
    return f'"{stripped}{trailing}"'


def quote_property(assignment: str, *, delayed: bool = False) -> str:
    """``NAME=value`` for msiexec, the value quoted. Raises UnsafeValue."""
    name, separator, value = assignment.partition("=")
    if not separator or not re.fullmatch(r"[A-Z_][A-Z0-9_.]*", name):
        raise UnsafeValue(assignment)
    return f"{name}={quote(value, delayed=delayed)}"
