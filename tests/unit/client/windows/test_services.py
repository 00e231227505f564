"""Services (wsman 8.2)."""

from __future__ import annotations

import struct
import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows import services
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Service
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult
from support.answers import timed_out
from support.hand_made import HandMade, HandMadeRegistry
from support.replay import Wire
from support.scripted_shell import ScriptedShell

KEY = "SYSTEM\\CurrentControlSet\\Services\\sem svc"
NAME = "sem svc"
LOST = OutcomeUnknown("reset")


def actions(*kinds: int, declared: int | None = None) -> bytes:
    """SERVICE_FAILURE_ACTIONS as the registry keeps it."""
    head = struct.pack("<5I", 86400, 0, 0, len(kinds) if declared is None else declared, 0x14)
    return head + b"".join(struct.pack("<II", kind, 60000) for kind in kinds)


class Machine(HandMade):
    """One service. ``course``: the states it goes through, one per look."""

    def __init__(self, *course: str, **changed: t.Any) -> None:
        super().__init__()
        self.course = list(course)
        row = {"Name": NAME, "DisplayName": "SEM", "State": "Stopped", "StartMode": "Manual", "ProcessId": 0}
        self.row: dict[str, t.Any] | None = {**row, "PathName": '"C:\\sem.exe"', "StartName": "LocalSystem", **changed}
        self.store = HandMadeRegistry({KEY: {}})
        self.methods.update(self.store.methods())
        self.enumerations["Win32_Service"] = self._look

    def _look(self) -> bytes | None:
        if self.course and self.row is not None:
            self.row["State"] = self.course.pop(0)
        self.rows["Win32_Service"] = [self.row] if self.row else []
        return None

    def says(self, method: str, *answers: t.Any) -> None:
        left = list(answers)

        def call(_arguments: dict[str, list[str]]) -> t.Any:
            found = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(found, Exception):
                raise found
            return found if isinstance(found, bytes) else {"ReturnValue": found}

        self.methods[f"Win32_Service.{method}"] = call


def run(machine: Machine, verb: str, timeout_s: float = 60.0) -> Wire:
    made = machine.wire()
    getattr(services, verb)(made.ws, NAME, made.clock, timeout_s)
    return made


# ---- reading ------------------------------------------------------------------------------------
def test_a_service_by_its_short_name() -> None:
    machine = Machine(ProcessId=4294967295)
    found = services.read_service(machine.wire().ws, "SEM SVC")
    assert found == Service(NAME, "SEM", "Stopped", "Manual", 4294967295, '"C:\\sem.exe"', "LocalSystem", None)
    assert services.read_service(machine.wire().ws, "sem'svc") is None


def test_a_service_without_values() -> None:
    """A driver-like row: nil everywhere."""
    machine = Machine(DisplayName=None, ProcessId=None, PathName=None, StartName=None)
    found = services.read_service(machine.wire().ws, NAME)
    assert found == Service(NAME, "", "Stopped", "Manual", 0, "", "", None)


def test_all_services() -> None:
    assert [item.name for item in services.list_services(Machine().wire().ws)] == [NAME]


@pytest.mark.parametrize(
    ("data", "acts"),
    [
        (None, False),
        (b"", False),
        (actions()[:19], False),
        (actions(), False),
        (actions(0, 0, 0), False),
        (actions(1, 0, 0), True),
        (actions(0, 0, 2), True),
        (actions(0, declared=3), False),
        (actions(1, declared=0), False),
        (actions(0, declared=0xFFFFFFFF), False),
    ],
)
def test_recovery_actions(data: bytes | None, acts: bool) -> None:
    """type 0 is "none"; a count that is larger than the data must not be counted to."""
    machine = Machine()
    if data is not None:
        machine.store.keys[KEY]["FailureActions"] = data
    found = services.read_service(machine.wire().ws, NAME, recovery=True)
    assert found is not None
    assert found.recovery is acts
    assert services.read_recovery(machine.wire().ws, NAME) is acts


# ---- changing -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("mode", "sent"), [("Auto", "Automatic"), ("Manual", "Manual"), ("Disabled", "Disabled")])
def test_a_start_mode_has_two_spellings(mode: str, sent: str) -> None:
    machine = Machine()
    machine.says("ChangeStartMode", 0)
    services.set_start_mode(machine.wire().ws, NAME, mode)
    assert machine.called("Win32_Service.ChangeStartMode") == [{"StartMode": [sent]}]


@pytest.mark.parametrize(
    ("password", "sent"), [("p<&>w", {"StartPassword": ["p<&>w"]}), (None, {}), ("", {"StartPassword": [""]})]
)
def test_an_account(password: str | None, sent: dict[str, list[str]]) -> None:
    machine = Machine()
    machine.says("Change", 0)
    services.set_account(machine.wire().ws, NAME, "CORP\\sem", password)
    assert machine.called("Win32_Service.Change") == [{"StartName": ["CORP\\sem"], **sent}]


@pytest.mark.parametrize("code", [code for code in range(1, 25) if code != 10])
def test_every_refusal_has_a_text(code: int) -> None:
    machine = Machine()
    machine.says("ChangeStartMode", code)
    machine.says("Change", code)
    with pytest.raises(WindowsError) as refused:
        services.set_start_mode(machine.wire().ws, NAME, "Manual")
    assert (refused.value.code, bool(refused.value.text)) == (code, True)
    with pytest.raises(WindowsError, match=rf"the account of the service sem svc .*code {code}") as refused:
        services.set_account(machine.wire().ws, NAME, "x", "geheim")
    assert "geheim" not in str(refused.value)


# ---- starting -----------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [0, 10])
def test_starting_waits_for_running(code: int) -> None:
    machine = Machine("Start Pending", "Start Pending", "Running")
    machine.says("StartService", code)
    made = run(machine, "start")
    assert made.clock.naps == [0.1, 0.2]
    assert made.sent[0].selectors == {"Name": NAME}


@pytest.mark.parametrize("code", [2, 7, 14, 15])
def test_a_start_that_is_refused(code: int) -> None:
    machine = Machine("Stopped")
    machine.says("StartService", code)
    with pytest.raises(WindowsError, match="start the service sem svc") as refused:
        run(machine, "start")
    assert refused.value.code == code


def test_a_service_that_ends_while_starting() -> None:
    machine = Machine("Start Pending", "Stopped")
    machine.says("StartService", 0)
    with pytest.raises(WindowsError, match="ended while starting"):
        run(machine, "start")


def test_a_service_that_never_gets_there() -> None:
    machine = Machine("Start Pending")
    machine.says("StartService", 0)
    with pytest.raises(WindowsError, match="did not reach the state Running in 60 s"):
        run(machine, "start")


def test_a_service_that_is_gone() -> None:
    machine = Machine()
    machine.row = None
    machine.says("StartService", 0)
    with pytest.raises(WindowsError, match="is gone"):
        run(machine, "start")


@pytest.mark.parametrize("lost", [LOST, timed_out()])
def test_a_start_whose_answer_was_lost_is_seen_by_its_state(lost: t.Any) -> None:
    machine = Machine("Stopped", "Start Pending", "Running")
    machine.says("StartService", lost)
    run(machine, "start")
    assert len(machine.called("Win32_Service.StartService")) == 1


def test_a_start_that_never_arrived_is_not_repeated() -> None:
    machine = Machine("Stopped")
    machine.says("StartService", LOST)
    with pytest.raises(WindowsError, match=r"answer to the start .* was lost.*run the playbook again"):
        run(machine, "start")
    assert len(machine.called("Win32_Service.StartService")) == 1


# ---- stopping -----------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [0, 6])
def test_stopping_waits_for_stopped(code: int) -> None:
    machine = Machine("Stop Pending", "Stopped")
    machine.says("StopService", code)
    run(machine, "stop")


def test_a_service_that_cannot_accept_the_control_yet_is_asked_again() -> None:
    machine = Machine("Stopped")
    machine.says("StopService", 5, 5, 0)
    run(machine, "stop")
    assert len(machine.called("Win32_Service.StopService")) == 3


def test_a_service_that_never_accepts_the_control_but_has_stopped() -> None:
    machine = Machine("Stopped")
    machine.says("StopService", 5)
    run(machine, "stop")


def test_a_service_that_never_accepts_the_control() -> None:
    machine = Machine("Running")
    machine.says("StopService", 5)
    with pytest.raises(WindowsError, match="cannot accept control now, code 5"):
        run(machine, "stop")


@pytest.mark.parametrize("code", [2, 3, 8])
def test_a_stop_that_is_refused(code: int) -> None:
    machine = Machine("Running")
    machine.says("StopService", code)
    with pytest.raises(WindowsError, match="stop the service") as refused:
        run(machine, "stop")
    assert refused.value.code == code


@pytest.mark.parametrize("lost", [LOST, timed_out()])
def test_a_stop_whose_answer_was_lost_is_seen_by_its_state(lost: t.Any) -> None:
    machine = Machine("Running", "Stop Pending", "Stopped")
    machine.says("StopService", lost)
    run(machine, "stop")
    assert len(machine.called("Win32_Service.StopService")) == 1


# ---- recovery -----------------------------------------------------------------------------------
def test_recovery_is_switched_off_and_read_back() -> None:
    machine = Machine()
    machine.store.keys[KEY]["FailureActions"] = actions(1)

    def sc(_line: str) -> CommandResult:
        machine.store.keys[KEY]["FailureActions"] = actions(0)
        return CommandResult(0, "", "")

    shell = ScriptedShell({"sc failure": sc})
    services.disable_recovery(machine.wire().ws, shell, NAME)
    assert shell.lines == ['sc failure "sem svc" reset= 0 actions= ""']


def test_recovery_that_stays_is_an_error() -> None:
    machine = Machine()
    machine.store.keys[KEY]["FailureActions"] = actions(1)
    with pytest.raises(WindowsError, match="still set"):
        services.disable_recovery(machine.wire().ws, ScriptedShell({"sc failure": ""}), NAME)


def test_a_refusal_of_sc() -> None:
    shell = ScriptedShell({"sc failure": CommandResult(5, " Zugriff verweigert \r\n", "")})
    with pytest.raises(WindowsError, match=r"\(Zugriff verweigert, code 5\)"):
        services.disable_recovery(Machine().wire().ws, shell, NAME)
