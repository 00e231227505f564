# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Comparing dotted version numbers."""

from __future__ import annotations

import re


def parts(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros: 4.1 and 4.1.0.0 are the same.

    Raises:
        ValueError: not numbers with dots between them.
    """
    if not re.fullmatch(r"\d+(\.\d+)*", version.strip()):
        raise ValueError(f"{version!r} is not a version number such as 4.1.0")
    numbers = [int(item) for item in version.strip().split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def compare(left: str, right: str) -> int:
    """Below, equal to or above zero as ``left`` is older than, the same as or newer than ``right``."""
    first, second = parts(left), parts(right)
    return (first > second) - (first < second)
