# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Getting the installer onto a node, and log files back (design: files reach a node).

In order: it is there already with the right checksum; it lies on the node; our own upload through a
shell. The upload sends base64 lines to ``findstr "^"``, which copies its input line by line as it is
(``more`` would change tabs and stop at a page on some systems), and ``certutil -decode`` makes the file.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from .._wsman.operations import Shell
from .errors import WindowsError
from .quoting import quote

LINE = 76
CHUNK = 57 * 768  # bytes of the file per Send: base64 with line ends stays below 60 kB
HASH = re.compile(r"[0-9a-f]{64}")


def staging_directory(system_root: str) -> str:
    """Where everything that we put on a node lies."""
    return f"{system_root}\\Temp\\spamfighter_sem"


def local_checksum(path: Path) -> str:
    """SHA-256 of a file on the controller, in lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def remote_checksum(shell: Shell, path: str) -> str | None:
    """SHA-256 of a file on the node; None when there is no such file.

    certutil prints blanks between the bytes before Server 2012 and its words in the system's language, so
    the line that is a hash is looked for. Raises WindowsError.
    """
    result = shell.run(f"if exist {quote(path)} (certutil -hashfile {quote(path)} SHA256) else (exit /b 2)")
    for line in result.stdout.splitlines():
        found = HASH.fullmatch(line.replace(" ", "").strip().lower())
        if found:
            return found[0]
    if result.exit_code == 2:
        return None
    raise WindowsError(f"certutil gave no checksum of {path}", code=result.exit_code, text=result.stdout.strip()[:200])


def _lines(path: Path) -> Iterator[bytes]:
    """The file as base64 lines, in pieces."""
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            text = base64.b64encode(block)
            yield b"".join(text[index : index + LINE] + b"\r\n" for index in range(0, len(text), LINE))


def upload(shell: Shell, source: Path, target: str, checksum: str, timeout_s: float) -> None:
    """Put a controller's file on the node; verified by checksum, the parts removed whatever happens.

    Raises:
        WindowsError: the file did not arrive as it left.
    """
    folder = target.rpartition("\\")[0]
    part = f"{target}.b64"
    result = shell.run(f"if not exist {quote(folder)} md {quote(folder)}")
    if result.exit_code != 0:
        raise WindowsError(f"create {folder}", code=result.exit_code, text=result.stderr.strip())
    try:
        sent = shell.run(f'findstr "^" > {quote(part)}', stdin=_lines(source), timeout_s=timeout_s)
        if sent.exit_code != 0:
            raise WindowsError(f"upload {source.name}", code=sent.exit_code, text=sent.stderr.strip())
        made = shell.run(f"certutil -f -decode {quote(part)} {quote(target)}", timeout_s=timeout_s)
        if made.exit_code != 0:
            raise WindowsError(f"decode {source.name}", code=made.exit_code, text=made.stdout.strip()[:200])
    finally:
        shell.run(f"del /f /q {quote(part)}")
    found = remote_checksum(shell, target)
    if found != checksum:
        shell.run(f"del /f /q {quote(target)}")
        raise WindowsError(
            f"{source.name} arrived changed (SHA-256 {found or 'none'} instead of {checksum})",
            advice="copy the file to the node yourself and give its path there as src",
        )


def read_text_tail(shell: Shell, path: str, lines: int = 20) -> tuple[str, ...]:
    """The last lines of a text file on the node; msi logs are UTF-16. Empty when it is not there."""
    result = shell.run(f"if exist {quote(path)} type {quote(path)}")
    text = result.stdout.replace("\x00", "").replace("\ufeff", "").replace("\ufffd", "")
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())[-lines:]
