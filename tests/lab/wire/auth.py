"""Authentication and message encryption of one TCP connection (wsman 1.3, 1.4).

NTLM and Negotiate bind the security context to the connection, so one object of this module lives
as long as its connection does. pyspnego is the acceptor.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spnego
import spnego.channel_bindings
from spnego._ntlm_raw.crypto import ntowfv1

from ..contract import Account, WinrmSettings
from .http import HttpRequest

SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
OCTETS = b"\tContent-Type: application/octet-stream\r\n"


@dataclass(frozen=True, slots=True)
class Challenge:
    """401: the headers to send; ``final`` when the credentials were refused."""

    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request may be served; ``body`` is plain text, ``sealed`` tells how to answer."""

    account: Account
    body: bytes
    sealed: bool
    headers: tuple[tuple[str, str], ...] = ()
    new: bool = False


class Undecipherable(Exception):
    """Encrypted payload without a matching security context: 400 with an empty body (wsman 1.2)."""


class PlainRefused(Exception):
    """Unencrypted payload while AllowUnencrypted is false: 500 with an empty body (wsman 1.2)."""


class UserFile:
    """The NTLM hashes of one machine, as the file pyspnego wants to read.

    It lies in the lab's own ``directory``, never in the temporary one of the system: a lab that is killed
    cannot delete it.
    """

    def __init__(self, directory: Path, accounts: Sequence[Account], names: Sequence[str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix="users-", dir=directory)
        lines = []
        for account in accounts:
            nt = ntowfv1(account.password).hex().upper()
            for domain in ("", ".\\", *(f"{name}\\" for name in names if name)):
                lines.append(f"{domain}{account.user}:1000:{'0' * 32}:{nt}:[U]:LCT-00000000")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
        self.path = Path(path)

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


class ConnectionAuth:
    """The authentication state of one connection."""

    def __init__(
        self, settings: WinrmSettings, accounts: Sequence[Account], users: UserFile, binding: bytes | None, tls: bool
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._users = users
        self._binding = binding
        self._tls = tls
        self._context: Any = None
        self._account: Account | None = None

    def receive(self, request: HttpRequest) -> Challenge | Accepted:
        """Judge one request.

        Raises:
            Undecipherable, PlainRefused: answered without SOAP.
        """
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme.lower() in ("negotiate", "ntlm", "kerberos"):
            return self._leg(scheme, token, request)
        if scheme.lower() == "basic":
            return self._basic(token, request)
        if request.header("content-type").startswith("multipart/"):
            return self._unseal(request)
        if self._account is not None:
            return self._plain(self._account, request)
        return self._offer()

    def seal(self, body: bytes) -> bytes:
        """Encrypt an answer with the connection's context."""
        header, data, _padding = self._context.wrap_winrm(body)
        head = (
            f"--Encrypted Boundary\r\n\tContent-Type: {PROTOCOL}\r\n"
            f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={len(body)}\r\n"
            "--Encrypted Boundary\r\n"
        ).encode("ascii")
        return b"".join((head, OCTETS, struct.pack("<I", len(header)), header, data, b"--Encrypted Boundary--\r\n"))

    def _offer(self) -> Challenge:
        schemes = []
        if self._settings.negotiate:
            schemes += [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")]
        if self._settings.basic:
            schemes.append(("WWW-Authenticate", 'Basic realm="WSMAN"'))
        return Challenge(tuple(schemes))

    def _plain(self, account: Account, request: HttpRequest, **extra: Any) -> Accepted:
        if request.body and not self._tls and not self._settings.allow_unencrypted:
            raise PlainRefused
        return Accepted(account, request.body, False, **extra)

    def _basic(self, token: str, request: HttpRequest) -> Challenge | Accepted:
        if not self._settings.basic:
            return self._offer()
        try:
            user, _, password = base64.b64decode(token, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return self._offer()
        for account in self._accounts:
            if account.user.lower() == user.lower() and account.password == password:
                new = self._account is None
                self._account = account
                return self._plain(account, request, new=new)
        return self._offer()

    def _leg(self, scheme: str, token: str, request: HttpRequest) -> Challenge | Accepted:
        if not self._settings.negotiate:
            return self._offer()
        os.environ["NTLM_USER_FILE"] = str(self._users.path)
        try:
            if self._context is None or self._context.complete:
                self._context = self._acceptor()
                self._account = None
            answer = self._context.step(base64.b64decode(token, validate=True))
        except (spnego.exceptions.SpnegoError, binascii.Error, ValueError, struct.error):
            self._context = None
            return self._offer()
        finally:
            os.environ.pop("NTLM_USER_FILE", None)
        encoded = f"{scheme} {base64.b64encode(answer).decode()}" if answer else ""
        if not self._context.complete:
            return Challenge((("WWW-Authenticate", encoded),))
        self._account = self._known(str(self._context.client_principal or ""))
        if self._account is None:
            self._context = None
            return self._offer()
        headers = (("WWW-Authenticate", encoded),) if encoded else ()
        return self._plain(self._account, request, headers=headers, new=True)

    def _acceptor(self) -> Any:
        bindings = None
        if self._binding is not None and self._settings.cbt_hardening == "Strict":
            bindings = spnego.channel_bindings.GssChannelBindings(application_data=self._binding)
        options = spnego.NegotiateOptions.wrapping_winrm
        return spnego.server(protocol="negotiate", channel_bindings=bindings, options=options)

    def _known(self, principal: str) -> Account | None:
        name = re.split(r"[\\]", principal)[-1].split("@")[0].lower()
        return next((account for account in self._accounts if account.user.lower() == name), None)

    def _unseal(self, request: HttpRequest) -> Accepted:
        if self._account is None or self._context is None:
            raise Undecipherable
        length = re.search(rb"Length=(\d+)", request.body)
        start = request.body.find(b"application/octet-stream\r\n")
        if length is None or start < 0:
            raise Undecipherable
        rest = request.body[start + len(b"application/octet-stream\r\n") :]
        try:
            (header_size,) = struct.unpack("<I", rest[:4])
            header, data = rest[4 : 4 + header_size], rest[4 + header_size : 4 + header_size + int(length[1])]
            plain = self._context.unwrap_winrm(header, data)
        except (struct.error, spnego.exceptions.SpnegoError, ValueError) as error:
            raise Undecipherable from error
        return Accepted(self._account, plain, True)
