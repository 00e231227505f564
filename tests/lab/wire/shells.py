"""WinRS command shells (wsman 4)."""

from __future__ import annotations

import asyncio
import base64
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from ..contract import Command, Machine, WinrmSettings
from .faults import Fault, wmi_error
from .names import CMD, RSP, A, W, X, q
from .soap import Request
from .switches import Switches

Element = Any
STATE = RSP + "/CommandState/"
SHELL_QUOTA = 2150859173
CHUNK = 100_000  # bytes of output per Receive: base64 of it stays under the smallest envelope limit


@dataclass
class Running:
    """One command of a shell and the output that waits for a Receive."""

    command: Command | None = None
    chunks: list[tuple[str, bytes]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    done: bool = False

    def output(self, stream: str, data: bytes) -> None:
        if data:
            self.chunks.append((stream, data))
            self.changed.set()

    def finished(self) -> None:
        self.done = True
        self.changed.set()


@dataclass
class Shell:
    identifier: str
    owner: str
    codepage: int
    environment: dict[str, str]
    directory: str | None
    commands: dict[str, Running] = field(default_factory=dict)
    started: int = 0
    used: float = field(default_factory=time.monotonic)  # real seconds


class ShellService:
    """The shells of one machine, over all its listeners' connections."""

    def __init__(self, machine: Machine, switches: Switches) -> None:
        self._machine = machine
        self._switches = switches
        self.shells: dict[str, Shell] = {}

    def create(self, request: Request, user: str) -> list[Element]:
        self._drop_idle()
        owned = sum(1 for shell in self.shells.values() if shell.owner == user)
        if owned >= self._machine.settings.max_shells_per_user:
            raise _too_many_shells(self._switches)
        body = request.body.find(q(RSP, "Shell"))
        if body is None:
            raise Fault(2150858817, "The Shell element is missing.")
        environment = {
            item.get("Name", ""): item.text or ""
            for item in body.iterfind(f"{q(RSP, 'Environment')}/{q(RSP, 'Variable')}")
        }
        shell = Shell(
            identifier=str(uuid.uuid4()).upper(),
            owner=user,
            codepage=_codepage(request),
            environment=environment,
            directory=body.findtext(q(RSP, "WorkingDirectory")),
        )
        self.shells[shell.identifier] = shell
        return _created(shell, request.to, self._machine.settings)

    def _shell(self, request: Request) -> Shell:
        self._drop_idle()
        shell = self.shells.get((request.selector("ShellId") or "").upper())
        if shell is None:
            raise Fault(2150858843, "The shell was not found on the server.")
        shell.used = time.monotonic()
        return shell

    def _drop_idle(self) -> None:
        """A shell that nobody has used for IdleTimeout goes, with its commands; real time (wsman 2.3)."""
        limit = self._machine.settings.shell_idle_s
        now = time.monotonic()
        for shell in [item for item in self.shells.values() if limit and now - item.used > limit]:
            self._end(shell)
            del self.shells[shell.identifier]

    def command(self, request: Request) -> Element:
        shell = self._shell(request)
        line = _command_line(request)
        settings = self._machine.settings
        if shell.started >= settings.max_operations_per_user:
            raise Fault(2150859174, "This user has exceeded the maximum number of concurrent operations.")
        if len([item for item in shell.commands.values() if not item.done]) >= settings.max_processes_per_shell:
            raise Fault(2150859175, "The maximum number of processes per shell was exceeded.")
        if request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() == "TRUE" and settings.skip_cmd_shell_honoured:
            program = line.split('"')[1] if line.startswith('"') else line.partition(" ")[0]
            if ":\\" not in program:
                raise Fault(2147942402, "The system cannot find the file specified.")
        shell.started += 1
        identifier = str(uuid.uuid4()).upper()
        running = Running()
        shell.commands[identifier] = running
        running.command = self._machine.shells().start_command(
            line,
            environment=shell.environment,
            directory=shell.directory,
            codepage=shell.codepage,
            output=running.output,
            done=running.finished,
        )
        answer = etree.Element(q(RSP, "CommandResponse"), nsmap={"rsp": RSP})
        etree.SubElement(answer, q(RSP, "CommandId")).text = identifier
        return answer

    def _running(self, shell: Shell, identifier: str | None) -> Running:
        if not identifier:
            raise Fault(87, "The parameter is incorrect.")
        running = shell.commands.get(identifier.upper())
        if running is None:
            raise Fault(2150858843, "The command was not found on the server.")
        return running

    def send(self, request: Request) -> Element:
        shell = self._shell(request)
        for stream in request.body.iterfind(f"{q(RSP, 'Send')}/{q(RSP, 'Stream')}"):
            running = self._running(shell, stream.get("CommandId"))
            try:
                data = base64.b64decode("".join((stream.text or "").split()), validate=True)
            except ValueError as error:
                raise Fault(2150858817, "A stream is not base64.") from error
            if running.command is not None and not running.done:
                running.command.stdin(data, stream.get("End", "").lower() in ("true", "1"))
        return etree.Element(q(RSP, "SendResponse"), nsmap={"rsp": RSP})

    async def receive(self, request: Request) -> Element:
        """Output and state; 2150858793 when nothing came before the time-out, which is normal."""
        shell = self._shell(request)
        wanted = request.body.find(f"{q(RSP, 'Receive')}/{q(RSP, 'DesiredStream')}")
        identifier = None if wanted is None else wanted.get("CommandId")
        running = self._running(shell, identifier)
        limit = self._machine.settings.max_timeout_ms
        if not running.chunks and not running.done:
            running.changed.clear()
            try:
                await asyncio.wait_for(running.changed.wait(), min(request.timeout_ms or limit, limit) / 1000)
            except TimeoutError as error:
                raise Fault(2150858793, "The operation did not complete within the time-out.") from error
        return _received(str(identifier).upper(), running)

    def signal(self, request: Request) -> Element:
        shell = self._shell(request)
        element = request.body.find(q(RSP, "Signal"))
        identifier = None if element is None else element.get("CommandId")
        running = self._running(shell, identifier)
        code = "" if element is None else element.findtext(q(RSP, "Code")) or ""
        if running.command is not None and not running.done:
            running.command.terminate()
        if code.lower().endswith("terminate"):
            del shell.commands[str(identifier).upper()]
        return etree.Element(q(RSP, "SignalResponse"), nsmap={"rsp": RSP})

    def delete(self, request: Request) -> None:
        """The shell's job ends, and its processes with it (wsman 4)."""
        shell = self._shell(request)
        self._end(shell)
        del self.shells[shell.identifier]

    def drop_all(self) -> None:
        """The node went down."""
        for shell in self.shells.values():
            self._end(shell)
        self.shells.clear()

    def _end(self, shell: Shell) -> None:
        for running in shell.commands.values():
            if running.command is not None and not running.done:
                running.command.terminate()


def _too_many_shells(switches: Switches) -> Fault:
    text = "The maximum number of concurrent shells for this user was exceeded."
    if switches.shell_quota == "wsman":
        return Fault(SHELL_QUOTA, text)
    # Recorded as MSFT_WmiError of the DMTF schema with CIM status 27 (wsman 5.3).
    uri = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
    return Fault(SHELL_QUOTA, text, detail=wmi_error(uri, text, SHELL_QUOTA, status=27))


def _codepage(request: Request) -> int:
    text = request.options.get("WINRS_CODEPAGE") or "437"
    if not (text.isascii() and text.isdigit()) or len(text) > 5:
        raise Fault(2150858835, "WINRS_CODEPAGE is not a code page.")
    return int(text)


def _command_line(request: Request) -> str:
    element = request.body.find(q(RSP, "CommandLine"))
    if element is None:
        raise Fault(2150858817, "The CommandLine element is missing.")
    parts = [element.findtext(q(RSP, "Command")) or ""]
    parts += [item.text or "" for item in element.iterfind(q(RSP, "Arguments"))]
    return " ".join(part for part in parts if part)


def _created(shell: Shell, to: str, settings: WinrmSettings) -> list[Element]:
    created = etree.Element(q(X, "ResourceCreated"), nsmap={"x": X, "a": A, "w": W})
    etree.SubElement(created, q(A, "Address")).text = to
    parameters = etree.SubElement(created, q(A, "ReferenceParameters"))
    etree.SubElement(parameters, q(W, "ResourceURI")).text = CMD
    selectors = etree.SubElement(parameters, q(W, "SelectorSet"))
    etree.SubElement(selectors, q(W, "Selector"), Name="ShellId").text = shell.identifier
    if not settings.describes_shells:
        return [created]
    info = etree.Element(q(RSP, "Shell"), nsmap={"rsp": RSP})
    for name, value in (
        ("ShellId", shell.identifier),
        ("ResourceUri", CMD),
        ("Owner", shell.owner),
        ("ClientIP", "127.0.0.1"),
        ("IdleTimeOut", f"PT{settings.shell_idle_s}.000S"),
        ("InputStreams", "stdin"),
        ("OutputStreams", "stdout stderr"),
        ("ShellRunTime", "P0DT0H0M0S"),
        ("ShellInactivity", "P0DT0H0M0S"),
    ):
        etree.SubElement(info, q(RSP, name)).text = value
    return [created, info]


def _received(identifier: str, running: Running) -> Element:
    answer = etree.Element(q(RSP, "ReceiveResponse"), nsmap={"rsp": RSP})
    size = 0
    while running.chunks and size < CHUNK:
        stream, data = running.chunks.pop(0)
        if len(data) > CHUNK - size:
            running.chunks.insert(0, (stream, data[CHUNK - size :]))
            data = data[: CHUNK - size]
        size += len(data)
        element = etree.SubElement(answer, q(RSP, "Stream"), Name=stream, CommandId=identifier)
        element.text = base64.b64encode(data).decode("ascii")
    finished = running.done and not running.chunks
    if finished:
        for stream in ("stdout", "stderr"):
            etree.SubElement(answer, q(RSP, "Stream"), Name=stream, CommandId=identifier, End="true")
    state = etree.SubElement(answer, q(RSP, "CommandState"), CommandId=identifier)
    state.set("State", STATE + ("Done" if finished else "Running"))
    if finished and running.command is not None and running.command.exit_code is not None:
        etree.SubElement(state, q(RSP, "ExitCode")).text = str(running.command.exit_code)
    return answer
