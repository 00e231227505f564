# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Exceptions of requests and urllib3 as ours: what has left, and what cannot have run."""

from __future__ import annotations

import traceback

from .errors import NotSent, OutcomeUnknown, TlsRefused, WireError

# urllib3's names for "no connection was made", wherever it is vendored.
UNCONNECTED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")
TLS_SETUP = ("ssl_wrap_socket", "do_handshake")


def translate(error: Exception, sent: bool) -> WireError:
    """An exception of requests as one of ours; ``sent``: whether a message may have left."""
    import requests.exceptions as library

    causes = chain(error)
    text = _innermost(causes)
    if any(_in_tls_setup(item) for item in causes):
        # Also a connection that was reset there. An SSL error after it says nothing of what has run.
        return TlsRefused(text)
    if not isinstance(error, (library.RequestException, ConnectionError, TimeoutError)):
        # The only plain OSError: requests misses a certificate file that the inventory names.
        return TlsRefused(text)
    unusable = (library.InvalidURL, library.InvalidSchema, library.MissingSchema, library.ProxyError)
    unconnected = isinstance(error, (library.ConnectTimeout, *unusable)) or any(
        type(item).__name__ in UNCONNECTED for item in causes
    )
    return NotSent(text) if unconnected or not sent else OutcomeUnknown(text)


def _in_tls_setup(error: BaseException) -> bool:
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_code.co_name in TLS_SETUP for frame, _line in frames)


def chain(error: BaseException) -> list[BaseException]:
    """The exception, its arguments that are exceptions, and its causes."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [*item.args, getattr(item, "reason", None), item.__cause__]
    return found


def reason_of(error: BaseException) -> str:
    """The innermost text of an exception."""
    return _innermost(chain(error))


def _innermost(causes: list[BaseException]) -> str:
    """Without the pool and object representations of the libraries."""
    texts = [str(item) for item in causes if str(item) and "object at 0x" not in str(item)]
    return texts[-1] if texts else str(causes[0])
