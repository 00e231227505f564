# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What carries envelopes, and what is needed to open it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Stats:
    """Counted since the transport was made; ``authentications`` are logins, not their legs."""

    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    authentications: int = 0


class Transport(t.Protocol):
    """One authenticated session. Not thread-safe; requests are serial."""

    stats: Stats

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        """The body of a 200, or of a 500 that holds SOAP.

        Raises:
            NotSent, OutcomeUnknown, AuthRefused, TlsRefused, HttpStatus.
        """

    def reauthenticate(self) -> None:
        """Drop the session; the next request logs in anew."""

    def close(self) -> None:
        """Give up the connection."""


@dataclass(frozen=True)
class Target:
    """All that opening a connection needs. Made only from a connection plugin's resolved options."""

    kind: t.Literal["winrm", "psrp"]
    host: str
    port: int
    scheme: str
    path: str
    transports: tuple[str, ...]
    username: str
    secret: str = field(repr=False, default="")
    options: Mapping[str, t.Any] = field(repr=False, default_factory=dict)

    @property
    def endpoint(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"
