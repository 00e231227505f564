# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""WinRS: a cmd shell on the node (wsman 4)."""

from __future__ import annotations

import base64
import typing as t
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

from .._wait import Clock, Deadline, WaitTimeout, backoff, retry
from . import envelope as env
from .again import is_busy, not_yet
from .envelope import RSP, X, child, descendants, q, text
from .errors import EnvelopeError, OperationTimedOut, OutcomeUnknown, UnsendableValue, WireError, WsManFault
from .faults import is_shell_gone
from .operations import CommandResult

CMD = RSP + "/cmd"
RECEIVE_S = 20.0  # how long the server may keep a Receive that has nothing to say
RETRY_S = 30.0
STDIN_CHUNK = 60_000  # bytes per Send: base64 and envelope stay below 150 kB, the limit up to 2008 R2 (wsman 2.3)
OPERATIONS_QUOTA = 2150859174  # also after that many commands in one shell, running or not (wsman 4)
PROFILE_UNLOADING = 2147943418  # the logon's profile is just being unloaded: a new shell helps (wsman 5.3)
LINE_LIMIT = 8191

Request = t.Callable[[env.Message, str], ET.Element]


class WinrsShell:
    """One shell, opened with its first command; use it as a context manager.

    A shell that the server has given up meanwhile is replaced: no command leaves anything in it.
    """

    def __init__(self, request: Request, codepage: int, clock: Clock) -> None:
        self._request = request
        self._codepage = codepage
        self._clock = clock
        self._identifier: str | None = None

    def __enter__(self) -> WinrsShell:
        return self

    def __exit__(self, *exc: object) -> None:
        self._delete()

    def run(self, line: str, *, stdin: Iterable[bytes] | None = None, timeout_s: float = 60.0) -> CommandResult:
        """Run one command line and wait for its end.

        Raises:
            UnsendableValue: the line is longer than cmd takes.
            WaitTimeout: it was told to end after ``timeout_s``.
            OutcomeUnknown: the connection was lost while it ran, or it ended without an exit code.
        """
        if len(line) > LINE_LIMIT:
            raise UnsendableValue(f"the command line has {len(line)} characters, cmd takes {LINE_LIMIT}")
        command = self._start(line)
        try:
            for chunk in stdin or ():
                for index in range(0, len(chunk), STDIN_CHUNK):
                    self._send(command, chunk[index : index + STDIN_CHUNK], end=False)
            if stdin is not None:
                self._send(command, b"", end=True)
            return self._receive(command, line, timeout_s)
        finally:
            self._signal(command)

    # ---- the shell ----------------------------------------------------------------------------
    def _message(self, verb: str, body: ET.Element | None, timeout_s: float = RECEIVE_S) -> env.Message:
        selectors = {"ShellId": self._identifier or ""}
        action = f"{X}/{verb}" if verb == "Delete" else f"{RSP}/{verb}"
        return env.Message(action, CMD, selectors, body=body, timeout_s=timeout_s)

    def _open(self) -> str:
        body = ET.Element(q(RSP, "Shell"))
        ET.SubElement(body, q(RSP, "InputStreams")).text = "stdin"
        ET.SubElement(body, q(RSP, "OutputStreams")).text = "stdout stderr"
        options = {"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": str(self._codepage)}
        answer = self._request(env.Message(f"{X}/Create", CMD, options=options, body=body), "open a shell")
        for item in descendants(answer, "Selector"):
            if item.get("Name") == "ShellId" and text(item):
                return text(item)
        raise EnvelopeError("open a shell: the answer names no ShellId")

    def _ensure_open(self) -> None:
        if self._identifier is None:
            self._identifier = retry(self._open, _is_worth_opening_again, self._clock, RETRY_S)

    def _delete(self) -> None:
        if self._identifier is not None:
            self._quietly(self._message("Delete", None))
            self._identifier = None

    # ---- one command --------------------------------------------------------------------------
    def _start(self, line: str) -> str:
        """The command's id."""
        self._ensure_open()
        try:
            return self._command(line)
        except WsManFault as fault:
            if not _is_used_up(fault):
                raise
        self._delete()
        self._ensure_open()
        return retry(lambda: self._command(line), not_yet, self._clock, RETRY_S)

    def _command(self, line: str) -> str:
        body = ET.Element(q(RSP, "CommandLine"))
        ET.SubElement(body, q(RSP, "Command")).text = line
        message = self._message("Command", body)
        options = {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
        message = env.Message(message.action, message.resource_uri, message.selectors, options, body)
        answer = self._request(message, "run a command")
        found = text(next(descendants(answer, "CommandId"), None))
        if not found:
            raise EnvelopeError("run a command: the answer names no CommandId")
        return found

    def _send(self, command: str, data: bytes, end: bool) -> None:
        body = ET.Element(q(RSP, "Send"))
        stream = ET.SubElement(body, q(RSP, "Stream"), Name="stdin", CommandId=command)
        if end:
            stream.set("End", "true")
        stream.text = base64.b64encode(data).decode("ascii")
        message = self._message("Send", body)
        retry(lambda: self._request(message, "send to a command"), is_busy, self._clock, RETRY_S, _send_pauses)

    def _receive(self, command: str, line: str, timeout_s: float) -> CommandResult:
        streams: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        deadline = Deadline.after(self._clock, timeout_s)
        while True:
            left = deadline.remaining()
            if left <= 0:
                raise WaitTimeout(f"the command {line[:60]!r}", timeout_s, self._text(streams["stdout"]))
            state = self._receive_once(command, streams, min(RECEIVE_S, max(left, 0.5)))
            if state is not None and state.get("State", "").endswith("Done"):
                code = _exit_code(state, line)
                return CommandResult(code, self._text(streams["stdout"]), self._text(streams["stderr"]))

    def _receive_once(self, command: str, streams: dict[str, bytearray], wait_s: float) -> ET.Element | None:
        """Collect what has come; the command's state where the answer tells it."""
        body = ET.Element(q(RSP, "Receive"))
        ET.SubElement(body, q(RSP, "DesiredStream"), CommandId=command).text = "stdout stderr"
        try:
            answer = self._request(self._message("Receive", body, wait_s), "wait for a command")
        except OperationTimedOut:
            return None
        for item in descendants(answer, "Stream"):
            # A character can straddle two pieces: bytes are collected, text is made at the end.
            streams.setdefault(item.get("Name", ""), bytearray()).extend(_piece(item))
        return next(descendants(answer, "CommandState"), None)

    def _text(self, data: bytearray) -> str:
        codec = "utf-8" if self._codepage == 65001 else f"cp{self._codepage}"
        return bytes(data).decode(codec, errors="replace")

    def _signal(self, command: str) -> None:
        """Tell the server that we are done with the command; it may be gone already."""
        body = ET.Element(q(RSP, "Signal"), CommandId=command)
        ET.SubElement(body, q(RSP, "Code")).text = RSP + "/signal/terminate"
        self._quietly(self._message("Signal", body))

    def _quietly(self, message: env.Message) -> None:
        """Clean up: whatever the server says to it changes nothing (wsman 4)."""
        try:
            self._request(message, "clean up")
        except WireError:
            return


def _is_worth_opening_again(error: Exception) -> bool:
    return not_yet(error) or (isinstance(error, WsManFault) and error.has(PROFILE_UNLOADING))


def _is_used_up(fault: WsManFault) -> bool:
    """Nothing ran, and a new shell may do: the old one is gone (idle too long), or has had its commands."""
    return fault.has(OPERATIONS_QUOTA, PROFILE_UNLOADING) or is_shell_gone(fault)


def _send_pauses() -> Iterator[float]:
    return backoff(1.0, 5.0)


def _piece(stream: ET.Element) -> bytes:
    """Raises EnvelopeError."""
    try:
        return base64.b64decode(stream.text or "")
    except ValueError as error:
        raise EnvelopeError(f"wait for a command: the output is not base64: {error}") from error


def _exit_code(state: ET.Element, line: str) -> int:
    """Raises OutcomeUnknown where there is none, which happens when the server had to end it (wsman 4)."""
    written = text(child(state, "ExitCode"))
    if not written:
        raise OutcomeUnknown(f"the command {line[:60]!r} ended without an exit code")
    try:
        return signed(int(written))
    except ValueError as error:
        raise EnvelopeError(f"wait for a command: {written[:40]!r} is not an exit code") from error


def signed(code: int) -> int:
    """An exit code as a signed 32-bit number: servers print either (wsman 4)."""
    code &= 0xFFFFFFFF
    return code - 0x100000000 if code & 0x80000000 else code
