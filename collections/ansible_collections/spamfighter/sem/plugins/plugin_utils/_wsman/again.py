# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""When a request may be sent again. Pauses and deadlines are those of ``_wait.retry``."""

from __future__ import annotations

from collections.abc import Callable

from .codes import GLITCHES, NOT_YET, TRANSIENT
from .errors import HttpStatus, WsManFault
from .faults import is_enumeration_gone

BUSY = 170
QUEUE_FULL = 503


def not_yet(error: Exception) -> bool:
    """The service refused before anything ran: a quota, or it is still starting (wsman 5.3)."""
    if not isinstance(error, WsManFault):
        return False
    return error.has(*NOT_YET) or (error.bare and error.subcode == "QuotaLimit")


def is_busy(error: Exception) -> bool:
    """An earlier Send has not been taken yet (wsman 4)."""
    return not_yet(error) or (isinstance(error, WsManFault) and error.win32 == BUSY)


def transient() -> Callable[[Exception], bool]:
    """A decision for one call: the cluster is busy or lost a connection; a glitch counts once (mscluster 9)."""
    glitches: list[Exception] = []

    def again(error: Exception) -> bool:
        if not isinstance(error, WsManFault):
            return False
        if error.win32 in GLITCHES:
            glitches.append(error)
            return len(glitches) == 1
        return error.win32 in TRANSIENT

    return again


def for_reading() -> Callable[[Exception], bool]:
    """A decision for one read, which harms nobody when it is made twice."""
    busy = transient()

    def again(error: Exception) -> bool:
        if isinstance(error, WsManFault) and is_enumeration_gone(error):
            return True
        return not_yet(error) or busy(error) or (isinstance(error, HttpStatus) and error.code == QUEUE_FULL)

    return again
