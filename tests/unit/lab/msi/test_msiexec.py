"""msiexec with the stand-in product on a modelled node."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import product
from lab.contract import ServiceStatus
from lab.msi.registration import UNINSTALL, UPGRADE_CODES, packed
from support.node import Bench

FOLDER = Path(product.__file__).parent
SERVICE = "SfExchangeFilter"
TARGET = "C:\\Program Files\\SPAMfighter\\Exchange Module"
QUIET = "/qn /norestart REBOOT=ReallySuppress MSIRESTARTMANAGERCONTROL=Disable"


def stage(bench: Bench, version: str) -> str:
    path = f"C:\\Windows\\Temp\\sem-{version}.msi"
    bench.node.files.write(path, (FOLDER / f"spamfighter-sem-{version}.msi").read_bytes())
    return path


def install(bench: Bench, version: str, extra: str = QUIET) -> int | None:
    return bench.run(f"msiexec /i {stage(bench, version)} {extra}").code


def version(bench: Bench) -> list[str | None]:
    key = bench.node.registry.find(UNINSTALL)
    return (
        [bench.node.registry.text(f"{UNINSTALL}\\{item.name}", "DisplayVersion") for item in key.keys.values()]
        if key
        else []
    )


def status(bench: Bench, name: str = SERVICE) -> ServiceStatus:
    found = bench.node.services.status(name)
    assert found is not None
    return found


def state(bench: Bench) -> dict[str, object]:
    """What a rollback has to bring back."""
    registry = bench.node.registry
    found: dict[str, object] = {
        name: bench.node.files.read(f"{TARGET}\\{name}") for name in ("semsvc.exe", "semagent.dll")
    }
    found["versions"] = version(bench)
    for path in ("SOFTWARE\\SPAMfighter", "SOFTWARE\\Classes\\Installer", UNINSTALL, bench.node.services.key(SERVICE)):
        found[path] = registry.capture(path, 64)
    return found


@pytest.mark.fact("mscluster 10.6", "I")
def test_install_starts_the_service_as_vendors_do(bench: Bench) -> None:
    assert install(bench, "4.0.1") == 0
    assert version(bench) == ["4.0.1"]
    assert (status(bench).state, status(bench).start_mode) == ("Running", "Auto")
    assert bench.node.services.recovery(SERVICE)
    assert bench.node.registry.text("SOFTWARE\\SPAMfighter\\Exchange Module", "InstallDir") == TARGET + "\\"
    assert bench.node.files.exists("C:\\ProgramData\\SPAMfighter\\Exchange Module\\sem.db")


def test_the_client_has_written_one_thing(bench: Bench) -> None:
    """What the engine does is the engine's, also after it has waited."""
    path = stage(bench, "4.0.1")
    bench.run(f"msiexec /i {path} {QUIET}")
    assert [item.kind for item in bench.journal.by("client")] == ["msi.install"]
    bench.run(f"msiexec /x {path} {QUIET}")
    assert [item.kind for item in bench.journal.by("client")] == ["msi.install", "msi.remove"]


@pytest.mark.fact("wine 2", "I")
def test_upgrade_replaces_the_older_version(bench: Bench) -> None:
    install(bench, "4.0.1")
    assert install(bench, "4.1.0") == 0
    assert version(bench) == ["4.1.0"]
    assert b"4.1.0" in bench.node.files.read(TARGET + "\\semsvc.exe")
    upgrade = bench.node.registry.find(f"{UPGRADE_CODES}\\{packed('{6D1A3C52-7E0B-4B7E-9C4D-2F5A8B6E1D70}')}")
    assert upgrade is not None
    assert len(upgrade.values) == 1


@pytest.mark.fact("wine 2", "I")
def test_downgrade_is_refused(bench: Bench) -> None:
    install(bench, "4.1.0")
    before = state(bench)
    assert install(bench, "4.0.1") == 1603
    assert state(bench) == before


@pytest.mark.fact("wine 2", "I")
@pytest.mark.parametrize("running", [True, False])
def test_a_failing_upgrade_leaves_the_old_version(bench: Bench, running: bool) -> None:
    install(bench, "4.0.1")
    if not running:
        bench.node.services.stop(SERVICE)
        bench.clock.advance(10)
    before = state(bench)
    assert install(bench, "4.2.0") == 1603
    assert state(bench) == before
    assert status(bench).state == ("Running" if running else "Stopped")


@pytest.mark.fact("wine 2", "I")
def test_a_failing_first_install_leaves_nothing(bench: Bench) -> None:
    assert install(bench, "4.2.0") == 1603
    assert version(bench) == []
    assert not bench.node.files.exists(TARGET)
    assert bench.node.services.find(SERVICE) is None
    assert bench.node.registry.find("SOFTWARE\\SPAMfighter\\Exchange Module") is None


def test_injected_exit_code_rolls_back(bench: Bench) -> None:
    install(bench, "4.0.1")
    before = state(bench)
    bench.installer.faults.exit_code = 1603
    assert install(bench, "4.1.0") == 1603
    assert state(bench) == before
    assert install(bench, "4.1.0") == 0


@pytest.mark.fact("wine 2", "I")
def test_uninstall_leaves_the_data(bench: Bench) -> None:
    install(bench, "4.0.1")
    path = stage(bench, "4.0.1")
    assert bench.run(f"msiexec /x {path} /qn").code == 0
    assert version(bench) == []
    assert bench.node.services.find(SERVICE) is None
    assert not bench.node.files.exists(TARGET)
    assert bench.node.files.exists("C:\\ProgramData\\SPAMfighter\\Exchange Module\\sem.db")
    assert bench.run(f"msiexec /x {path} /qn").code == 1605


@pytest.mark.fact("wine 2", "I")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("msiexec /i C:\\gone.msi /qn", 1619),
        ("msiexec /i C:\\text.msi /qn", 1620),
        ("msiexec /x {00000000-0000-0000-0000-000000000001} /qn", 1605),
        ("msiexec /i C:\\text.msi /bad", 1639),
        ("msiexec /i C:\\text.msi /qn /l*v C:\\nowhere\\a.log", 1622),
        ("msiexec", 1639),
    ],
)
def test_codes_before_anything_is_touched(bench: Bench, line: str, code: int) -> None:
    bench.node.files.write("C:\\text.msi", b"no compound file")
    assert bench.run(line).code == code
    assert bench.journal.by("client") == []


@pytest.mark.fact("wine 2", "I")
def test_same_product_again(bench: Bench) -> None:
    """The same product code without REINSTALL is maintenance: nothing changes."""
    install(bench, "4.0.1")
    count = len(bench.journal.by("client"))
    assert install(bench, "4.0.1") == 0
    assert len(bench.journal.by("client")) == count
    assert status(bench).state == "Running"


@pytest.mark.fact("mscluster 10.5", "D")
def test_two_at_a_time(bench: Bench) -> None:
    path = stage(bench, "4.0.1")
    first = bench.start(f"msiexec /i {path} {QUIET}")
    bench.clock.advance(1)
    assert bench.run(f"msiexec /i {path} {QUIET}", seconds=0.5).code == 1618
    bench.clock.advance(100)
    assert first.code == 0


def test_a_held_mutex_is_released(bench: Bench) -> None:
    bench.installer.faults.mutex_s = 30
    assert install(bench, "4.0.1") == 1618
    bench.clock.advance(31)
    assert install(bench, "4.0.1") == 0


@pytest.mark.fact("wsman 8.3", "I")
def test_the_service_goes_on_when_its_client_is_killed(bench: Bench) -> None:
    """The engine runs in the Windows Installer service, not in the shell's job."""
    running = bench.start(f"msiexec /i {stage(bench, '4.0.1')} {QUIET}")
    bench.clock.advance(2)
    assert running.command is not None
    running.command.terminate()
    bench.clock.advance(100)
    assert version(bench) == ["4.0.1"]
    assert install(bench, "4.1.0") == 0


def test_a_hung_installer_holds_the_mutex(bench: Bench) -> None:
    bench.installer.faults.hang = True
    running = bench.start(f"msiexec /i {stage(bench, '4.0.1')} {QUIET}")
    bench.clock.advance(7200)
    assert not running.finished
    assert install(bench, "4.1.0") == 1618


def test_a_power_cut_ends_the_engine(bench: Bench) -> None:
    running = bench.start(f"msiexec /i {stage(bench, '4.0.1')} {QUIET}")
    bench.clock.advance(2)
    bench.node.crash()
    bench.node.boot()
    bench.clock.advance(100)
    assert running.finished
    assert version(bench) == []
    assert install(bench, "4.0.1") == 0


@pytest.mark.fact("wine 2", "I")
def test_log_is_utf_16_with_the_lines_people_search_for(bench: Bench) -> None:
    install(bench, "4.2.0", QUIET + " /l*v C:\\Windows\\Temp\\sem.log")
    raw = bench.node.files.read("C:\\Windows\\Temp\\sem.log")
    text = raw.decode("utf-16")
    assert raw[:2] == b"\xff\xfe"
    assert "MainEngineThread is returning 1603" in text
    assert "Installation success or error status: 1603." in text
    assert "Return value 3." in text


@pytest.mark.fact("wine 2", "I")
@pytest.mark.parametrize(
    ("extra", "code", "store"),
    [(QUIET, 3010, "Running"), ("/qn /norestart REBOOT=ReallySuppress", 0, "Stopped")],
)
def test_restart_manager(bench: Bench, extra: str, code: int, store: str) -> None:
    """Unless told not to, the Restart Manager stops who holds the agent: Exchange."""
    install(bench, "4.0.1")
    bench.node.files.write("C:\\Windows\\store.exe", b"MZ")
    bench.node.services.create("MSExchangeTransport", "Transport", "C:\\Windows\\store.exe")
    bench.node.services.start("MSExchangeTransport")
    bench.clock.advance(10)
    bench.installer.holders = ("MSExchangeTransport",)
    assert install(bench, "4.1.0", extra) == code
    assert status(bench, "MSExchangeTransport").state == store


@pytest.mark.fact("wine 2", "I")
def test_reboot_wanted(bench: Bench) -> None:
    bench.installer.faults.reboot = True
    assert install(bench, "4.0.1") == 3010
    assert bench.node.up


@pytest.mark.fact("wine 2", "I")
def test_reboot_not_suppressed(bench: Bench) -> None:
    bench.installer.faults.reboot = True
    assert install(bench, "4.0.1", "/qn") == 1641
    assert [item.kind for item in bench.journal.writes if item.kind == "node.reboot"] == ["node.reboot"]


@pytest.mark.fact("wine 2", "I")
def test_start_wait_gives_the_full_code(bench: Bench) -> None:
    line = f'cmd /v:on /c "start "" /wait msiexec /i {stage(bench, "4.2.0")} {QUIET} & echo !ERRORLEVEL!>C:\\rc.txt"'
    bench.run(line)
    assert bench.node.files.read("C:\\rc.txt") == b"1603\r\n"


@pytest.mark.fact("wine 2", "I")
def test_events(bench: Bench) -> None:
    """MsiInstaller writes 11707 or 11708 and 1033 to the Application log."""
    install(bench, "4.0.1")
    install(bench, "4.2.0")
    found = [item.event_id for item in bench.node.events if item.source == "MsiInstaller"]
    assert found == [11707, 1033, 11708, 1033]


# ---- 32-bit and 64-bit ----------------------------------------------------------------------
def put(bench: Bench, name: str) -> str:
    path = f"{bench.node.profile.folders.windows}\\Temp\\{name}"
    bench.node.files.write(path, (FOLDER / name).read_bytes())
    return path


@pytest.mark.fact("Windows Installer, 64-bit packages", "D")
def test_a_64_bit_package_is_refused_by_32_bit_windows() -> None:
    """Exchange 2003 runs on 32-bit Windows only, where a 64-bit package gives 1633."""
    bench = Bench("windows2003r2", architecture="32-bit")
    assert bench.run(f'msiexec /i "{put(bench, "spamfighter-sem-4.1.0.msi")}" {QUIET}').code == 1633


@pytest.mark.fact("Windows Installer, 64-bit packages", "D")
def test_32_bit_windows_has_one_view_and_one_program_folder() -> None:
    bench = Bench("windows2003r2", architecture="32-bit")
    assert bench.run(f'msiexec /i "{put(bench, "spamfighter-sem-4.1.0-x86.msi")}" {QUIET}').code == 0
    assert bench.node.registry.text("SOFTWARE\\SPAMfighter\\Exchange Module", "InstallDir") == TARGET + "\\"
    assert bench.node.registry.find("SOFTWARE\\Wow6432Node") is None
    assert status(bench).state == "Running"
    data = "C:\\Documents and Settings\\All Users\\Application Data\\SPAMfighter\\Exchange Module"
    assert bench.node.files.exists(f"{data}\\sem.db")


@pytest.mark.fact("Windows Installer, 64-bit packages", "D")
def test_a_32_bit_package_on_64_bit_windows_lives_in_the_32_bit_view(bench: Bench) -> None:
    path = put(bench, "spamfighter-sem-4.0.1-x86.msi")
    assert bench.run(f"msiexec /i {path} {QUIET}").code == 0
    key = "SOFTWARE\\SPAMfighter\\Exchange Module"
    target = "C:\\Program Files (x86)\\SPAMfighter\\Exchange Module"
    assert bench.node.registry.text(key, "InstallDir") is None
    assert bench.node.registry.text(key, "InstallDir", view=32) == target + "\\"
    listed = bench.node.registry.find(UNINSTALL, view=32)
    assert listed is not None
    assert len(listed.keys) == 1
    assert bench.run(f"msiexec /x {path} {QUIET}").code == 0
    assert bench.node.registry.find(key, view=32) is None
    assert not bench.node.files.exists(target)
