"""msiexec, detached (rules 16 and 18; wsman 8.3)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.installer import (
    CODES,
    InstallerFailed,
    Job,
    Msiexec,
    Outcome,
    command_line,
    judge,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import UnsafeValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult
from support.answers import timed_out
from support.hand_made import HandMade
from support.replay import Wire
from support.scripted_shell import ScriptedShell

JOB = Job("C:\\Windows\\Temp\\sem dir", "msi-1")
PACKAGE = "C:\\Windows\\Temp\\sem dir\\sem & co.msi"
LOST = OutcomeUnknown("reset")


def test_the_line_that_is_started() -> None:
    """Quiet, no restart, no restart manager, a verbose log; the exit code is read after msiexec has ended."""
    assert command_line("/i", PACKAGE, JOB, ("INSTALLDIR=D:\\a b", "X=")) == (
        'cmd /v:on /s /c "start "" /wait msiexec /i "C:\\Windows\\Temp\\sem dir\\sem & co.msi" '
        "/qn /norestart REBOOT=ReallySuppress MSIRESTARTMANAGERCONTROL=Disable "
        'INSTALLDIR="D:\\a b" X="" /l*v "C:\\Windows\\Temp\\sem dir\\msi-1.log" '
        '& echo !errorlevel!> "C:\\Windows\\Temp\\sem dir\\msi-1.exit""'
    )


@pytest.mark.parametrize("value", ["C:\\%TEMP%\\x.msi", 'C:\\a"b.msi', "C:\\a!b.msi"])
def test_a_path_that_cmd_would_change_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValue):
        command_line("/i", value, JOB)
    with pytest.raises(UnsafeValue):
        command_line("/i", PACKAGE, JOB, (f"X={value}",))


# ---- exit codes ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "ok", "reboot"),
    [
        (0, True, False),
        (3010, True, True),
        (1641, False, True),
        (1603, False, False),
        (1618, False, False),
        (42, False, False),
    ],
)
def test_exit_codes_by_table(code: int, ok: bool, reboot: bool) -> None:
    found = judge(code, {})
    assert (found.ok, found.reboot_required) == (ok, reboot)
    assert found.meaning
    assert found.advice or ok


def test_every_known_failure_says_what_to_do() -> None:
    assert {1602, 1603, 1605, 1618, 1619, 1620, 1622, 1633, 1638, 1639, 1641} <= set(CODES)
    assert all(item.ok or item.advice for item in CODES.values())


@pytest.mark.parametrize(
    ("word", "ok", "reboot"), [("success", True, False), ("reboot", True, True), ("failure", False, False)]
)
@pytest.mark.parametrize(("declared", "code"), [(3010, 3010), (0, 0), (2147944003, -2147023293), (-5, 4294967291)])
def test_a_declared_code_wins_signed_or_unsigned(declared: int, code: int, word: str, ok: bool, reboot: bool) -> None:
    found = judge(code, {declared: word, 1: "failure"})
    assert (found.ok, found.reboot_required, found.meaning) == (ok, reboot, f"declared as {word}")


# ---- a run --------------------------------------------------------------------------------------
class Machine(HandMade):
    """A node on which the created process lives for ``looks`` looks and leaves ``codes``, one per run."""

    def __init__(self, *codes: str, looks: int = 2, created: t.Any = None) -> None:
        super().__init__()
        self.codes, self.looks = list(codes), looks
        self.left = 0
        self.process = {"Name": "cmd.exe", "ProcessId": 4711, "CommandLine": ""}
        self.created = created if created is not None else {"ProcessId": 4711, "ReturnValue": 0}
        self.methods["Win32_Process.Create"] = self._create
        self.enumerations["Win32_Process"] = self._look
        self.exit_text = ""
        log = CommandResult(0, "\ufefferste\r\n\r\nletzte \ufffd\r\n", "")
        answers: dict[str, t.Any] = {"if not exist": "", "del ": self._deleted}
        answers[f'if exist "{JOB.exit_file}" type'] = lambda _line: CommandResult(0, self.exit_text, "")
        answers[f'if exist "{JOB.log}" type'] = log
        self.shell = ScriptedShell(answers)

    def _deleted(self, _line: str) -> CommandResult:
        self.exit_text = ""
        return CommandResult(0, "", "")

    def _create(self, arguments: dict[str, list[str]]) -> t.Any:
        self.process["CommandLine"] = arguments["CommandLine"][0]
        self.left = self.looks
        if isinstance(self.created, Exception):
            raise self.created
        return self.created

    def _look(self) -> bytes | None:
        self.left -= 1
        self.rows["Win32_Process"] = [self.process] if self.left >= 0 else []
        if self.left < 0 and self.process["CommandLine"] and not self.exit_text:
            self.exit_text = self.codes.pop(0) if self.codes else ""
        return None

    def run(self, timeout_s: float = 600.0, **how: t.Any) -> tuple[Outcome, Wire]:
        made = self.wire()
        self.clock = made.clock
        installer = Msiexec(made.ws, self.shell, made.clock, timeout_s, how.pop("exit_codes", {}))
        return installer.run("/i", PACKAGE, JOB, **how), made

    @property
    def runs(self) -> int:
        return len(self.called("Win32_Process.Create"))


def test_a_good_run() -> None:
    machine = Machine("0\r\n")
    outcome, made = machine.run()
    assert outcome == Outcome(0, "success", False, JOB.log)
    assert machine.called("Win32_Process.Create") == [{"CommandLine": [command_line("/i", PACKAGE, JOB)]}]
    assert made.clock.naps == [0.1, 0.2]
    assert machine.shell.lines[:2] == [
        'if not exist "C:\\Windows\\Temp\\sem dir" md "C:\\Windows\\Temp\\sem dir"',
        f'del /f /q "{JOB.exit_file}" "{JOB.log}" 2>nul',
    ]


def test_a_reboot_is_reported_not_made() -> None:
    outcome, _made = Machine("3010").run()
    assert (outcome.exit_code, outcome.reboot_required) == (3010, True)
    outcome, _made = Machine("7").run(exit_codes={7: "reboot"})
    assert (outcome.exit_code, outcome.reboot_required) == (7, True)


@pytest.mark.parametrize("code", [1603, 1641, 1620, 1638, -2147023293])
def test_a_bad_end_comes_with_the_last_lines_of_the_log(code: int) -> None:
    with pytest.raises(InstallerFailed) as failed:
        Machine(f"{code}\r\n").run()
    assert (failed.value.code, failed.value.log, failed.value.tail) == (code, JOB.log, ("erste", "letzte"))
    assert str(failed.value).startswith("msiexec: ")


def test_another_installer_is_waited_for() -> None:
    machine = Machine("1618", "1618", "0", looks=0)
    outcome, made = machine.run()
    assert (outcome.exit_code, machine.runs) == (0, 3)
    assert made.clock.naps == [5.0, 5.0]


def test_another_installer_is_not_waited_for_for_ever() -> None:
    machine = Machine(*["1618"] * 100, looks=0)
    with pytest.raises(InstallerFailed, match="another installation is in progress") as failed:
        machine.run(timeout_s=60.0)
    assert failed.value.code == 1618
    assert machine.clock.slept == pytest.approx(60.0)


def test_time_spent_in_a_run_counts_too() -> None:
    """The deadline is the clock's, not the sum of the pauses."""
    machine = Machine("1618", "1618", looks=20)
    with pytest.raises(InstallerFailed):
        machine.run(timeout_s=40.0)
    assert machine.runs == 2


def test_an_installer_that_hangs_is_left_alone() -> None:
    machine = Machine("0", looks=10_000)
    with pytest.raises(InstallerFailed, match=r"process 4711.*has not ended after 600 s; it was left alone") as failed:
        machine.run()
    assert failed.value.tail == ("erste", "letzte")
    assert not [line for line in machine.shell.lines if "taskkill" in line]
    assert machine.runs == 1


def test_an_installer_that_vanished() -> None:
    with pytest.raises(InstallerFailed, match="without an exit code: it was killed, or the node rebooted"):
        Machine().run()


@pytest.mark.parametrize(
    "created",
    [
        {"ReturnValue": 2},
        {"ReturnValue": 9, "ProcessId": None},
        {"ReturnValue": None},
        {"ReturnValue": 0},
        {},
    ],
)
def test_a_process_that_was_not_created(created: dict[str, t.Any]) -> None:
    """Without an id it would wait for process 0, which never ends."""
    machine = Machine(created=created)
    with pytest.raises(WindowsError, match="start msiexec"):
        machine.run()
    assert machine.clock.naps == []


# ---- the answer to the start is lost ------------------------------------------------------------
@pytest.mark.parametrize("lost", [LOST, timed_out()])
def test_a_started_installer_is_found_again(lost: t.Any) -> None:
    machine = Machine("0", created=lost, looks=3)
    outcome, _made = machine.run()
    assert (outcome.exit_code, machine.runs) == (0, 1)


def test_a_found_installer_that_hangs_is_named_by_its_process() -> None:
    machine = Machine("0", created=LOST, looks=10_000)
    with pytest.raises(InstallerFailed, match=r"process 4711.*it was left alone"):
        machine.run()
    assert machine.runs == 1


def test_an_installer_that_has_ended_meanwhile() -> None:
    machine = Machine("1603", created=LOST, looks=0)
    with pytest.raises(InstallerFailed) as failed:
        machine.run()
    assert (failed.value.code, machine.runs) == (1603, 1)


def test_an_installer_that_never_showed_is_not_started_again() -> None:
    machine = Machine(created=LOST, looks=0)
    with pytest.raises(InstallerFailed, match="answer to the start of msiexec was lost, and no process"):
        machine.run()
    assert (machine.runs, machine.clock.slept) == (1, pytest.approx(10.0))


def test_the_process_of_somebody_else_is_not_taken_for_it() -> None:
    machine = Machine(created=LOST, looks=10_000)
    other = {"Name": "cmd.exe", "ProcessId": 1, "CommandLine": "cmd /c msiexec /i other.msi"}
    nobody = {"Name": "cmd.exe", "ProcessId": 2, "CommandLine": None}
    machine.enumerations["Win32_Process"] = lambda: machine.rows.update(Win32_Process=[other, nobody])
    with pytest.raises(InstallerFailed, match="was lost"):
        machine.run()


# ---- somebody else's installer --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("C:\\Windows\\system32\\msiexec.exe /V", False),
        ("C:\\Windows\\syswow64\\MsiExec.exe -Embedding 1234", False),
        (None, False),
        ("msiexec /i x.msi /qn", True),
        ("MsiExec.exe /I{11111111-2222-3333-4444-555555555555}", True),
        ("msiexec /X{11111111-2222-3333-4444-555555555555}", True),
        ('msiexec -i"C:\\x y.msi"', True),
        ("msiexec /package x.msi", True),
        ("msiexec /fa x.msi", True),
    ],
)
def test_whether_an_installer_runs(line: str | None, runs: bool) -> None:
    machine = HandMade()
    machine.rows["Win32_Process"] = [{"Name": "msiexec.exe", "ProcessId": 1, "CommandLine": line}]
    made = machine.wire()
    assert Msiexec(made.ws, ScriptedShell(), made.clock, 1.0, {}).running() is runs
