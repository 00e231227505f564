# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What a node can be asked over WS-Man: the seam between the wire and everything above it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .types import CimInstance, CimValue, ClassSchema, Reference


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Exit code signed 32-bit; output decoded, CR LF kept as the program wrote it."""

    exit_code: int
    stdout: str
    stderr: str


class Shell(t.Protocol):
    """One WinRS cmd shell; use as a context manager, it deletes the shell at the end."""

    def __enter__(self) -> Shell:
        """The shell itself."""

    def __exit__(self, *exc: object) -> None:
        """Delete the shell on the node."""

    def run(self, line: str, *, stdin: Iterable[bytes] | None = None, timeout_s: float = 60.0) -> CommandResult:
        """Run one command line under ``cmd /c`` (wsman 4). The caller quotes (``_windows.quoting``).

        Raises: OutcomeUnknown when the connection is lost while it runs; WaitTimeout after ``timeout_s``
        (the command is sent a terminate signal).
        """


class WsManOperations(t.Protocol):
    """What the layers above may ask of a node. :class:`WsMan` in ``client.py`` is the real one; tests fake it.

    Every call raises the errors of ``_wsman.errors``. ``keys`` maps key names to text or references.
    """

    def get(self, schema: ClassSchema, keys: Mapping[str, str | Reference] | None = None) -> CimInstance:
        """The instance that the keys name; no keys for the only one of its class."""

    def enumerate(
        self, schema: ClassSchema, *, wql: str | None = None, selectors: Mapping[str, str] | None = None
    ) -> list[CimInstance]:
        """All instances; optimised enumeration, all pages pulled. ``wql`` is a whole query made with
        ``_wsman.wql``; ``selectors`` is the selector-filter dialect (wsman 3.5)."""

    def invoke(
        self,
        schema: ClassSchema,
        method: str,
        keys: Mapping[str, str | Reference] | None,
        arguments: Mapping[str, CimValue] | None = None,
        *,
        timeout_s: float | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Mapping[str, CimValue]:
        """Out parameters and ``ReturnValue`` (int or None). A non-zero ReturnValue is not an error here."""

    def put(self, schema: ClassSchema, keys: Mapping[str, str | Reference], instance: CimInstance) -> None:
        """Put the whole instance (wsman 3.7). The caller reads back."""

    def shell(self, codepage: int = 65001) -> Shell:
        """A new cmd shell whose input and output are in ``codepage``."""
