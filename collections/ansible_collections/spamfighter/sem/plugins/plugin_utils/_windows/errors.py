# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What reading or changing a node can end with."""

from __future__ import annotations


class WindowsError(Exception):
    """An operation on a node failed: ``where`` (node or object), ``what``, code, Microsoft's text, advice."""

    def __init__(self, what: str, *, code: int | None = None, text: str = "", advice: str = "") -> None:
        shown = f" ({text}{', ' if text and code is not None else ''}{f'code {code}' if code is not None else ''})"
        super().__init__(what + (shown if text or code is not None else "") + (f"; {advice}" if advice else ""))
        self.what = what
        self.code = code
        self.text = text
        self.advice = advice
