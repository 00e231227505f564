"""The machine, its processes, drives, folders and permissions as WMI shows them."""

from __future__ import annotations

import pytest

from lab.contract import CimError, NotFound, VolumeInfo
from support.node import Bench
from support.providers import Wmi

SHARED = VolumeInfo("{shared}", "S:", "Mail", 10_000)


@pytest.fixture
def wmi(bench: Bench) -> Wmi:
    return Wmi(bench.node)


@pytest.mark.fact("wsman 8.4", "C")
def test_a_reboot_shows_in_the_boot_time(bench: Bench, wmi: Wmi) -> None:
    (before,) = wmi.all("Win32_OperatingSystem")
    bench.run("shutdown /r /t 0")
    bench.clock.advance(120)
    (after,) = wmi.all("Win32_OperatingSystem")
    assert str(after.properties["LastBootUpTime"]) > str(before.properties["LastBootUpTime"])
    assert str(after.properties["Name"]).count("|") == 2


@pytest.mark.fact("wsman 8.4", "I")
@pytest.mark.parametrize("method", ["Reboot", "Shutdown"])
def test_rebooting_needs_a_privilege_that_ws_man_cannot_enable(bench: Bench, wmi: Wmi, method: str) -> None:
    assert wmi.call("Win32_OperatingSystem", method, {"Name": "x"})["ReturnValue"] == 1314
    bench.clock.advance(120)
    assert not [item for item in bench.journal.writes if item.kind == "node.reboot"]


@pytest.mark.fact("wsman 8.4", "S")
def test_a_member_server_says_what_it_is(bench: Bench, wmi: Wmi) -> None:
    (computer,) = wmi.all("Win32_ComputerSystem")
    found = computer.properties
    assert (found["Name"], found["PartOfDomain"], found["DomainRole"]) == (bench.node.name, True, 3)


@pytest.mark.fact("wsman 8.3", "S")
def test_a_created_process_outlives_its_caller_and_tells_nothing(bench: Bench, wmi: Wmi) -> None:
    """No output and no exit code: whoever wants them has them written to a file."""
    line = 'cmd /v:on /c "ping -n 3 127.0.0.1 >nul & cmd /c exit 7 & echo !ERRORLEVEL!>C:\\rc.txt"'
    made = wmi.call("Win32_Process", "Create", CommandLine=line)
    assert set(made) == {"ReturnValue", "ProcessId"}
    assert made["ReturnValue"] == 0
    assert wmi.get("Win32_Process", Handle=str(made["ProcessId"]))["CommandLine"] == line
    bench.clock.advance(10)
    with pytest.raises(NotFound):
        wmi.get("Win32_Process", Handle=str(made["ProcessId"]))
    assert bench.node.files.read("C:\\rc.txt") == b"7\r\n"


@pytest.mark.fact("wsman 8.3", "S")
def test_a_process_may_end_at_once(bench: Bench, wmi: Wmi) -> None:
    made = wmi.call("Win32_Process", "Create", CommandLine="cmd /c exit 1618")
    bench.clock.advance(1)
    with pytest.raises(NotFound):
        wmi.get("Win32_Process", Handle=str(made["ProcessId"]))


@pytest.mark.fact("wsman 8.3", "S")
def test_a_process_that_cannot_be_created(wmi: Wmi) -> None:
    assert wmi.call("Win32_Process", "Create", CommandLine=" ") == {"ReturnValue": 21, "ProcessId": None}
    assert wmi.call("Win32_Process", "Create", CommandLine="nothere /x") == {"ReturnValue": 9, "ProcessId": None}


@pytest.mark.fact("wsman 8.5", "S")
def test_folders_and_files_are_found_by_their_path_only(bench: Bench, wmi: Wmi) -> None:
    """A scan would crawl the disk; a folder is no file and the other way round."""
    bench.node.files.write("C:\\Windows\\a.txt", b"12345")
    assert wmi.get("CIM_DataFile", Name="c:\\windows\\A.TXT")["FileSize"] == 5
    assert wmi.get("Win32_Directory", Name="C:\\Windows")["Name"] == "c:\\windows"
    for name, path in (("Win32_Directory", "C:\\Windows\\a.txt"), ("CIM_DataFile", "C:\\Windows")):
        with pytest.raises(NotFound):
            wmi.get(name, Name=path)
        with pytest.raises(CimError):
            wmi.all(name)


@pytest.mark.fact("wsman 8.5", "S")
def test_no_method_makes_a_folder_or_reads_a_file(wmi: Wmi) -> None:
    for name in ("Win32_Directory", "CIM_DataFile"):
        assert wmi._found[f"root/cimv2/{name}"][0].methods == ()


@pytest.mark.fact("mscluster 6.10", "D")
def test_a_shared_drive_is_there_only_where_it_is_mounted(bench: Bench, wmi: Wmi) -> None:
    def letters() -> list[object]:
        return [item.properties["DeviceID"] for item in wmi.all("Win32_LogicalDisk")]

    files = bench.node.files
    files.attach(SHARED)
    files.make_directory("S:\\SPAMfighter")
    assert letters() == ["C:", "S:"]
    files.detach(SHARED.volume_id)
    assert letters() == ["C:"]
    with pytest.raises(NotFound):
        wmi.get("Win32_Directory", Name="S:\\SPAMfighter")
    assert bench.run("md S:\\x").code == 1
    files.attach(SHARED)
    assert wmi.get("Win32_Directory", Name="S:\\SPAMfighter")


@pytest.mark.fact("wsman 8.5", "I")
def test_permissions_are_inherited_replaced_and_read_by_sid(bench: Bench, wmi: Wmi) -> None:
    def entries() -> tuple[bool, list[tuple[str, int]]]:
        found = wmi.call("Win32_LogicalFileSecuritySetting", "GetSecurityDescriptor", {"Path": "S:\\SEM"})
        descriptor = found["Descriptor"].properties
        listed = [
            (item.properties["Trustee"].properties["SIDString"], item.properties["AceFlags"])
            for item in descriptor["DACL"]
        ]
        return bool(descriptor["ControlFlags"] & 0x1000), listed

    bench.node.files.attach(SHARED)
    bench.run("md S:\\SEM")
    protected, inherited = entries()
    assert not protected
    assert {flags & 16 for _sid, flags in inherited} == {16}
    assert bench.run("icacls S:\\SEM /grant:r *S-1-5-18:(OI)(CI)F /q").code == 0
    assert bench.run("icacls S:\\SEM /inheritance:r /q").code == 0
    assert entries() == (True, [("S-1-5-18", 3)])
