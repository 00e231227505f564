# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""pywinrm as a Transport: its authentication and message encryption, none of its shell."""

from __future__ import annotations

import typing as t

from .errors import AuthRefused, HttpStatus, NotSent, OutcomeUnknown, WireError
from .library_errors import reason_of, translate
from .transport import Stats, Target

# The HTTP read must outlast the operation time-out that the envelope asks for (wsman 6.1).
READ_SLACK_S = 10.0
UNENCRYPTED = "empty answer: the node wants encrypted messages (AllowUnencrypted is false)"
TEXT_LIMIT = 300


class WinrmTransport:
    """One pywinrm session; every library exception becomes one of ``errors``.

    ``connect_timeout_s``: how long TCP may take, when not as long as the answer.
    """

    def __init__(self, target: Target, connect_timeout_s: float | None = None) -> None:
        self._target = target
        self._connect_timeout_s = connect_timeout_s
        self._transport: t.Any = None
        self._answered = False  # whether this session has carried a message
        self.stats = Stats()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        """As ``Transport.send``. An empty 400 means that the server could not decrypt the message, a 401 in a
        session that worked that the connection under it is a new one; so nothing ran, and the message is sent
        once more over a new session (wsman 1.6)."""
        try:
            return self._post(envelope, timeout_s)
        except HttpStatus as error:
            if error.code != 400 or error.text.strip():
                raise
        except AuthRefused:
            if not self._answered:
                raise
        self.reauthenticate()
        return self._post(envelope, timeout_s)

    def reauthenticate(self) -> None:
        self._answered = False
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
        self._answered = True
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
        from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

        try:
            return call()
        except InvalidCredentialsError as error:
            raise AuthRefused("the node refused the credentials (401)") from error
        except WinRMTransportError as error:
            return _soap_of(int(error.code), str(error.response_text or ""), sent, error)
        except PermissionError as error:
            # requests_ntlm: the server stopped the login half-way, before any message was accepted.
            raise AuthRefused(reason_of(error)) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise translate(error, sent) from error
        except Exception as error:
            # Whatever else the libraries raise: of a login, or of an answer that cannot be decrypted.
            text = f"{type(error).__name__}: {reason_of(error)}"
            raise (OutcomeUnknown if sent else NotSent)(text) from error


def _soap_of(code: int, text: str, sent: bool, cause: Exception) -> bytes:
    """The body of a 500 that holds SOAP. Raises HttpStatus for every other answer, and for every one to a login:
    taken for a success it would leave the session without encryption."""
    if sent and code == 500 and "Envelope" in text:
        return text.encode("utf-8")
    if code == 500 and not text.strip():
        text = UNENCRYPTED
    raise HttpStatus(code, text.strip()[:TEXT_LIMIT]) from cause
