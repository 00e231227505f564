# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""pywinrm as a Transport: its authentication and message encryption, none of its shell."""

from __future__ import annotations

import typing as t

from .errors import AuthRefused, HttpStatus, NotSent, OutcomeUnknown, TlsRefused, WireError
from .transport import Stats, Target

# The HTTP read must outlast the operation time-out that the envelope asks for (wsman 6.1).
READ_SLACK_S = 10.0


class WinrmTransport:
    """One pywinrm session; every library exception becomes one of ``errors``.

    ``connect_timeout_s``: how long TCP may take, when not as long as the answer.
    """

    def __init__(self, target: Target, connect_timeout_s: float | None = None) -> None:
        self._target = target
        self._connect_timeout_s = connect_timeout_s
        self._transport: t.Any = None
        self.stats = Stats()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        """As ``Transport.send``. An empty 400 means that the server could not decrypt the message, so
        nothing ran: it is sent once more over a new session (wsman 1.6)."""
        try:
            return self._post(envelope, timeout_s)
        except HttpStatus as error:
            if error.code != 400 or error.text.strip():
                raise
        self.reauthenticate()
        return self._post(envelope, timeout_s)

    def reauthenticate(self) -> None:
        if self._transport is not None:
            self._transport.close_session()
            self._transport.encryption = None

    def close(self) -> None:
        self.reauthenticate()
        self._transport = None

    def _post(self, envelope: bytes, timeout_s: float) -> bytes:
        transport = self._login(timeout_s)
        self.stats.requests += 1
        self.stats.bytes_sent += len(envelope)
        body = bytes(self._guard(lambda: transport.send_message(envelope), sent=True))
        self.stats.bytes_received += len(body)
        return body

    def _login(self, timeout_s: float) -> t.Any:
        """The transport with its session. Logging in sends empty messages only, so nothing can have run."""
        if self._transport is None:
            self._transport = self._first_usable()
        read_s = timeout_s + READ_SLACK_S
        # pywinrm hands it on to requests, which takes one time or two: to connect, to read.
        limits = read_s if self._connect_timeout_s is None else (self._connect_timeout_s, read_s)
        self._transport.read_timeout_sec = limits
        if self._transport.session is None:
            try:
                self._guard(self._transport.build_session, sent=False)
            except WireError:
                self.reauthenticate()
                raise
            self.stats.authentications += 1
        return self._transport

    def _first_usable(self) -> t.Any:
        """The inventory's transports in order; the first whose libraries are there."""
        from winrm.exceptions import WinRMError
        from winrm.protocol import Protocol

        problems = []
        for name in self._target.transports:
            try:
                protocol = Protocol(
                    self._target.endpoint,
                    transport=name,
                    username=self._target.username,
                    password=self._target.secret,
                    **self._target.options,
                )
            except (WinRMError, ImportError, ValueError, TypeError) as error:
                problems.append(f"{name}: {error}")
            else:
                return protocol.transport
        raise NotSent(f"no usable WinRM transport ({'; '.join(problems) or 'none is given'})")

    def _guard(self, call: t.Callable[[], t.Any], sent: bool) -> t.Any:
        """Run a library call and translate what it raises; ``sent``: whether a request may have left."""
        import requests
        from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

        try:
            return call()
        except InvalidCredentialsError as error:
            raise AuthRefused("the node refused the credentials (401)") from error
        except WinRMTransportError as error:
            code, text = int(error.code), str(error.response_text or "")
            if code == 500 and text.strip() and sent:
                return text.encode("utf-8")
            if code == 500 and not text.strip():
                text = "empty answer: the node wants encrypted messages (AllowUnencrypted is false)"
            raise HttpStatus(code, text if code != 400 else "") from error
        except WinRMError as error:
            raise NotSent(str(error)) from error
        except requests.exceptions.RequestException as error:
            raise translate(error, sent) from error


def translate(error: Exception, sent: bool) -> WireError:
    """An exception of requests as one of ours."""
    import requests

    causes = _chain(error)
    if isinstance(error, requests.exceptions.SSLError):
        return TlsRefused(_reason(causes))
    if isinstance(error, requests.exceptions.ConnectTimeout) or any(
        type(item).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError") for item in causes
    ):
        return NotSent(_reason(causes))
    return (OutcomeUnknown if sent else NotSent)(_reason(causes))


def _chain(error: BaseException) -> list[BaseException]:
    """The exception, its arguments that are exceptions, and its causes."""
    found: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        item = todo.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            todo += [*item.args, getattr(item, "reason", None), item.__cause__]
    return found


def _reason(causes: list[BaseException]) -> str:
    """The innermost text, without the pool and object representations of the libraries."""
    texts = [str(item) for item in causes if str(item) and "object at 0x" not in str(item)]
    return texts[-1] if texts else str(causes[0])
