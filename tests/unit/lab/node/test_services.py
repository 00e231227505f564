"""Win32_Service and the service control manager behind it."""

from __future__ import annotations

from typing import Any

import pytest

from support.node import Bench
from support.providers import Wmi

NAME = "Demo"
PROGRAM = "C:\\demo.exe"


@pytest.fixture
def wmi(bench: Bench) -> Wmi:
    bench.node.files.write(PROGRAM, b"MZ")
    bench.node.services.create(NAME, "Demo's Service", PROGRAM)
    return Wmi(bench.node)


def call(wmi: Wmi, method: str, name: str = NAME, **arguments: Any) -> int:
    return int(wmi.call("Win32_Service", method, {"Name": name}, **arguments)["ReturnValue"])


def state(wmi: Wmi) -> str:
    return str(wmi.get("Win32_Service", Name=NAME.lower())["State"])


@pytest.mark.fact("wsman 8.2", "S")
def test_start_and_stop_return_before_they_are_done(bench: Bench, wmi: Wmi) -> None:
    assert (call(wmi, "StartService"), state(wmi)) == (0, "Start Pending")
    bench.clock.advance(5)
    assert state(wmi) == "Running"
    assert wmi.get("Win32_Service", Name=NAME)["ProcessId"] > 0
    assert (call(wmi, "StopService"), state(wmi)) == (0, "Stop Pending")
    bench.clock.advance(5)
    assert (state(wmi), wmi.get("Win32_Service", Name=NAME)["ProcessId"]) == ("Stopped", 0)


@pytest.mark.fact("wsman 8.2", "S")
def test_return_values_are_not_win32_codes(bench: Bench, wmi: Wmi) -> None:
    """Running already 10, disabled 14, logon 15, no program 9, a dependency 13, dependents running 3."""
    services = bench.node.services
    call(wmi, "StartService")
    assert call(wmi, "StartService") == 10
    bench.clock.advance(5)
    services.create("Upper", "Upper", PROGRAM, dependencies=(NAME,))
    services.start("Upper")
    bench.clock.advance(5)
    assert call(wmi, "StopService") == 3
    services.create("Off", "Off", PROGRAM, start_mode="Disabled")
    services.create("Gone", "Gone", "C:\\gone.exe")
    services.create("Needs", "Needs", PROGRAM, dependencies=("Off",))
    services.create("Denied", "Denied", PROGRAM)
    services.get("Denied").logon_fails = True
    assert [call(wmi, "StartService", name) for name in ("Off", "Gone", "Needs", "Denied")] == [14, 9, 13, 15]


@pytest.mark.fact("wsman 8.2", "I")
def test_a_stopped_service_cannot_accept_a_control(wmi: Wmi) -> None:
    assert call(wmi, "StopService") == 5


@pytest.mark.fact("wsman 8.2", "S")
@pytest.mark.parametrize(
    ("written", "read"), [("Automatic", "Auto"), ("Manual", "Manual"), ("Disabled", "Disabled"), ("Auto", None)]
)
def test_the_start_mode_is_written_in_other_words_than_it_reads(wmi: Wmi, written: str, read: str | None) -> None:
    assert call(wmi, "ChangeStartMode", StartMode=written) == (0 if read else 21)
    assert wmi.get("Win32_Service", Name=NAME)["StartMode"] == (read or "Manual")


@pytest.mark.fact("wsman 8.2", "S")
def test_the_account_is_changed_and_the_password_is_kept_nowhere(bench: Bench, wmi: Wmi) -> None:
    assert call(wmi, "Change", StartName="EXAMPLE\\sem", StartPassword="canary") == 0
    assert wmi.get("Win32_Service", Name=NAME)["StartName"] == "EXAMPLE\\sem"
    assert "canary" not in repr(bench.journal.writes) + repr(bench.node.registry.capture("SYSTEM", 64))


@pytest.mark.fact("mscluster 9", "D")
def test_a_service_that_does_not_report_is_given_up(bench: Bench, wmi: Wmi) -> None:
    """1053: after half a minute."""
    bench.node.services.get(NAME).hang_start = True
    call(wmi, "StartService")
    bench.clock.advance(29)
    assert state(wmi) == "Start Pending"
    bench.clock.advance(2)
    found = wmi.get("Win32_Service", Name=NAME)
    assert (found["State"], found["ExitCode"]) == ("Stopped", 1053)


@pytest.mark.fact("mscluster 6.11", "I")
def test_recovery_actions_restart_what_crashed_and_not_what_was_stopped(bench: Bench, wmi: Wmi) -> None:
    services = bench.node.services
    assert bench.run(f"sc failure {NAME} reset= 60 actions= restart/5000").code == 0
    call(wmi, "StartService")
    bench.clock.advance(5)
    services.crash(NAME)
    bench.clock.advance(4)
    assert state(wmi) == "Stopped"
    bench.clock.advance(5)
    assert state(wmi) == "Running"
    call(wmi, "StopService")
    bench.clock.advance(60)
    assert state(wmi) == "Stopped"


@pytest.mark.fact("mscluster 6.11", "D")
def test_what_is_automatic_starts_at_boot_and_what_is_manual_does_not(bench: Bench, wmi: Wmi) -> None:
    bench.node.services.create("Auto", "Auto", PROGRAM, start_mode="Auto")
    bench.node.crash()
    bench.node.boot()
    bench.clock.advance(10)
    assert state(wmi) == "Stopped"
    assert wmi.get("Win32_Service", Name="Auto")["State"] == "Running"
