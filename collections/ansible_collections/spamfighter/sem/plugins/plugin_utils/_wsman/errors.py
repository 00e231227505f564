# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Errors of the wire. The layers above never see a library's own exception."""

from __future__ import annotations

from dataclasses import dataclass


class WireError(Exception):
    """Base of everything that sending an envelope can raise."""


class NotSent(WireError):
    """The request did not leave (refused, unreachable, name unknown): nothing can have happened."""


class OutcomeUnknown(WireError):
    """The request left and no answer came: observe again, never repeat blindly."""


class AuthRefused(WireError):
    """401: the credentials were refused, or no scheme is common to both sides."""


class TlsRefused(WireError):
    """The TLS handshake failed: certificate, protocol version, name."""


class HttpStatus(WireError):
    """An HTTP status without SOAP (400 empty, 403, 404, 413, 503)."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(f"HTTP {code}{': ' + text if text else ''}")
        self.code = code
        self.text = text


@dataclass
class WsManFault(WireError):
    """A SOAP fault, classified (wsman 5.1, mscluster 1.1).

    ``win32`` is the Win32 code if one could be found (HRESULT 0x8007xxxx, or a plain code), ``hresult``
    the most specific code, a plain Win32 one as 0x8007xxxx, ``outer`` and ``inner`` the WSManFault codes,
    ``detail`` the FaultDetail name, ``text`` the server's text in its language (shown, never matched).
    """

    win32: int | None = None
    hresult: int | None = None
    outer: int | None = None
    inner: int | None = None
    subcode: str = ""
    detail: str = ""
    text: str = ""
    operation: str = ""

    def __str__(self) -> str:
        codes = [f"Win32 {self.win32}" if self.win32 is not None else ""]
        codes += [f"0x{self.hresult:08X}" if self.hresult else ""]
        codes += [f"WSMan {self.inner or self.outer}" if (self.inner or self.outer) else self.subcode]
        shown = ", ".join(code for code in codes if code)
        return f"{self.operation or 'operation'}: {self.text.strip() or 'fault without text'} ({shown})"

    def has(self, *codes: int) -> bool:
        """Whether one of these codes stands anywhere in the fault."""
        return not {self.hresult, self.outer, self.inner}.isdisjoint(codes)

    @property
    def bare(self) -> bool:
        """No code at all: the subcode is all there is (newer servers, wsman 3.4 and 5.1)."""
        return self.hresult is None and self.outer is None and self.inner is None

    def __hash__(self) -> int:
        return id(self)


class OperationTimedOut(WsManFault):
    """2150858793, or 2150858780 of a Pull: the server stopped waiting; the work may go on (wsman 3.9)."""

    __hash__ = WsManFault.__hash__


class UnsendableValue(WireError, ValueError):
    """A value that the wire cannot carry (a character that XML or WQL does not take, a line too long for cmd);
    nothing was sent."""


class EnvelopeError(WireError):
    """The answer is not what WS-Man allows (not XML, a DOCTYPE, wrong element)."""
