# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""msiexec, detached from our connection (rules 16 and 18).

It is started with Win32_Process.Create (wsman 8.3) under a cmd that writes the exit code into a file when
msiexec has ended. So a lost connection, a task time-out or a killed ansible-playbook never kills an
installer in the middle, and its outcome can still be found.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._wait import Clock, Deadline, WaitTimeout, wait_for
from .._wsman.errors import OperationTimedOut, OutcomeUnknown
from .._wsman.operations import Shell, WsManOperations
from .._wsman.wql import select
from .delivery import read_text_tail
from .errors import WindowsError
from .quoting import quote, quote_property
from .schema import PROCESS

FIXED = "/qn /norestart REBOOT=ReallySuppress MSIRESTARTMANAGERCONTROL=Disable"
BUSY = 1618
BUSY_PAUSE_S = 5.0
GRACE_S = 10.0  # for a process whose creation was not answered to show
OPTION = re.compile(r"(?i)\s[/-](i|x|p|a|f\w*|j\w*|package|uninstall|update)(\s|\{|\"|$)")
LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class ExitCode:
    """What an exit code of the Windows Installer means."""

    meaning: str
    ok: bool = False
    reboot_required: bool = False
    advice: str = ""


CODES: t.Final[dict[int, ExitCode]] = {
    0: ExitCode("success", ok=True),
    3010: ExitCode("success, a reboot is required to finish", ok=True, reboot_required=True),
    1641: ExitCode(
        "the installer has started a reboot",
        reboot_required=True,
        advice="the package ignores REBOOT=ReallySuppress; do not install it on a node that owns Exchange",
    ),
    1602: ExitCode("the installation was cancelled", advice="look who cancelled it; run the playbook again"),
    1603: ExitCode(
        "fatal error during installation, rolled back", advice="the last lines of the log say which step failed"
    ),
    1605: ExitCode("this product is not installed", advice="run the playbook again: it reads what is there"),
    1618: ExitCode(
        "another installation is in progress",
        advice="wait until the other installer has ended, then run the playbook again",
    ),
    1619: ExitCode("the package could not be opened", advice="check that the file is on the node and readable"),
    1620: ExitCode("the package is not a valid Windows Installer package", advice="check the file and its checksum"),
    1622: ExitCode(
        "the log file could not be opened", advice="check the node's temporary directory and its free space"
    ),
    1633: ExitCode("the package is not for this processor", advice="use the package for this Windows"),
    1638: ExitCode(
        "another version of this product is installed", advice="remove it first, or use a package that upgrades it"
    ),
    1639: ExitCode("invalid command line", advice="check sem_package.arguments"),
}


class InstallerFailed(WindowsError):
    """msiexec ended badly, or did not end. The log's last lines are part of the message."""

    def __init__(self, what: str, code: int | None, log: str, tail: tuple[str, ...], advice: str) -> None:
        super().__init__(what, code=code, advice=advice)
        self.log = log
        self.tail = tail


@dataclass(frozen=True, slots=True)
class Outcome:
    exit_code: int
    meaning: str
    reboot_required: bool
    log: str


@dataclass(frozen=True, slots=True)
class Job:
    """The files of one run on the node; ``name`` is unique per run and verb."""

    directory: str
    name: str

    @property
    def log(self) -> str:
        return f"{self.directory}\\{self.name}.log"

    @property
    def exit_file(self) -> str:
        return f"{self.directory}\\{self.name}.exit"


def command_line(verb: str, target: str, job: Job, properties: tuple[str, ...] = ()) -> str:
    """The detached line. ``verb`` is /i or /x; delayed expansion reads the exit code after msiexec ended.

    Raises:
        UnsafeValue: a path or property cannot be quoted.
    """
    words = [f"msiexec {verb} {quote(target, delayed=True)}", FIXED]
    words += [quote_property(item, delayed=True) for item in properties]
    words.append(f"/l*v {quote(job.log, delayed=True)}")
    exit_file = quote(job.exit_file, delayed=True)
    return f'cmd /v:on /s /c "start "" /wait {" ".join(words)} & echo !errorlevel!> {exit_file}"'


def judge(code: int, declared: Mapping[int, str]) -> ExitCode:
    """The meaning of an exit code; ``declared`` (sem_package.exit_codes, signed or not) wins: success, reboot or
    failure."""
    word = next((word for known, word in declared.items() if (known - code) % 0x100000000 == 0), None)
    if word is not None:
        return ExitCode(f"declared as {word}", ok=word in ("success", "reboot"), reboot_required=word == "reboot")
    return CODES.get(code, ExitCode("unknown exit code", advice="the last lines of the log may say more"))


@dataclass(frozen=True)
class Msiexec:
    """Runs the Windows Installer on one node."""

    ws: WsManOperations
    shell: Shell
    clock: Clock
    timeout_s: float
    exit_codes: Mapping[int, str]

    def run(self, verb: str, target: str, job: Job, properties: tuple[str, ...] = ()) -> Outcome:
        """Run to the end; waits while another installer holds the mutex (1618).

        Raises:
            InstallerFailed: with the code, the log's path and its last lines; what ran is left as it is.
        """
        deadline = Deadline.after(self.clock, self.timeout_s)
        while (code := self._once(verb, target, job, properties)) == BUSY and deadline.remaining() > 0:
            self.clock.sleep(BUSY_PAUSE_S)
        verdict = judge(code, self.exit_codes)
        if verdict.ok:
            return Outcome(code, verdict.meaning, verdict.reboot_required, job.log)
        tail = read_text_tail(self.shell, job.log, LOG_LINES)
        raise InstallerFailed(f"msiexec: {verdict.meaning}", code, job.log, tail, verdict.advice)

    def _once(self, verb: str, target: str, job: Job, properties: tuple[str, ...]) -> int:
        directory = quote(job.directory)
        self.shell.run(f"if not exist {directory} md {directory}")
        self.shell.run(f"del /f /q {quote(job.exit_file)} {quote(job.log)} 2>nul")
        process_id = self._create(command_line(verb, target, job, properties), job)
        try:
            wait_for("msiexec", lambda: self._alive(process_id), lambda alive: not alive, self.clock, self.timeout_s)
        except WaitTimeout as error:
            raise self._hung(process_id, job) from error
        code = self._exit_code(job)
        if code is None:
            tail = read_text_tail(self.shell, job.log, LOG_LINES)
            what = "msiexec ended without an exit code: it was killed, or the node rebooted"
            raise InstallerFailed(what, None, job.log, tail, "run the playbook again: it reads what is there")
        return code

    def _create(self, line: str, job: Job) -> int:
        """Start the line; its process id. An installer is never started twice: after a lost answer the process
        is looked for by the file that only this run names."""
        try:
            result = self.ws.invoke(PROCESS, "Create", None, {"CommandLine": line})
        except (OperationTimedOut, OutcomeUnknown):
            return self._find(job)
        code, process_id = result.get("ReturnValue"), result.get("ProcessId")
        if code not in (0, None) or not isinstance(process_id, int):
            raise WindowsError("start msiexec", code=code if isinstance(code, int) else None)
        return process_id

    def _find(self, job: Job) -> int:
        """The process of this job; 0 when it has ended already. Raises InstallerFailed when it never showed."""

        def look() -> int | None:
            for item in self.ws.enumerate(PROCESS, wql=select("Win32_Process", Name="cmd.exe")):
                process_id = item.get("ProcessId")
                line = str(item.get("CommandLine"))
                if "msiexec" in line and job.exit_file in line and isinstance(process_id, int):
                    return process_id
            return None if self._exit_code(job) is None else 0

        try:
            return wait_for("msiexec started", look, lambda seen: seen is not None, self.clock, GRACE_S) or 0
        except WaitTimeout as error:
            what = "the answer to the start of msiexec was lost, and no process of it shows"
            advice = "run the playbook again: it reads what is there"
            raise InstallerFailed(what, None, job.log, (), advice) from error

    def _alive(self, process_id: int) -> bool:
        return process_id != 0 and bool(self.ws.enumerate(PROCESS, wql=select("Win32_Process", ProcessId=process_id)))

    def _hung(self, process_id: int, job: Job) -> InstallerFailed:
        what = (
            f"msiexec (process {process_id}) has not ended after {self.timeout_s:g} s; it was left alone: "
            "SEM may be down on this node, Exchange is not touched by it"
        )
        tail = read_text_tail(self.shell, job.log, LOG_LINES)
        advice = "look at the installer on the node; when it has ended, run the playbook again"
        return InstallerFailed(what, None, job.log, tail, advice)

    def _exit_code(self, job: Job) -> int | None:
        result = self.shell.run(f"if exist {quote(job.exit_file)} type {quote(job.exit_file)}")
        match = re.search(r"-?\d+", result.stdout)
        return int(match[0]) if match else None

    def running(self) -> bool:
        """Whether an installer that somebody started still runs."""
        found = self.ws.enumerate(PROCESS, wql=select("Win32_Process", Name="msiexec.exe"))
        return any(OPTION.search(str(item.get("CommandLine"))) for item in found)
