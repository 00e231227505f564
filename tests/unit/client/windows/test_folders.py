"""Folders and their permissions (wsman 8.5)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows import folders
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.folders import ADMINISTRATORS, SYSTEM
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import AccessEntry, FolderState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import UnsafeValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import WsManFault
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult
from support.answers import WMI, answer, fault, provider_fault, wsman_fault
from support.hand_made import HandMade
from support.replay import make_wire
from support.scripted_shell import ScriptedShell

PATH = "S:\\SPAMfighter"
PROTECTED = 0x8000 | 0x1000 | 4


# ---- names --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["SPAMfighter", "a b", "ä", ".x", "con1", "Console", "a;b&c"])
def test_names_that_may_be(name: str) -> None:
    assert folders.illegal_name(name) is None


@pytest.mark.parametrize(
    "name",
    ["", "  ", " a", "a ", "a.", "a/b", "a\\b", "a:b", "a*", "a?", 'a"', "<", ">", "|", "%T%", "a!b", "a\nb",
     "CON", "nul.txt", "Com1", "lpt9.x"],
)  # fmt: skip
def test_names_that_may_not_be(name: str) -> None:
    assert folders.illegal_name(name)


# ---- being there --------------------------------------------------------------------------------
def test_a_folder_that_is_there() -> None:
    node = HandMade()
    node.rows = {"Win32_Directory": [{"Name": "s:\\spamfighter"}], "CIM_DataFile": [{"Name": "C:\\f"}]}
    made = node.wire()
    assert folders.exists(made.ws, PATH)
    assert folders.exists(made.ws, "C:\\f", directory=False)
    assert not folders.exists(made.ws, "C:\\f")
    assert made.sent[0].selectors == {"Name": PATH}


@pytest.mark.parametrize(
    "gone",
    [
        wsman_fault(2150858752, subcode="a:DestinationUnreachable"),
        provider_fault(2150858778, "0x80041002"),
        fault("a:DestinationUnreachable"),
        wsman_fault(2150859034),
    ],
)
def test_every_way_to_say_that_there_is_none(gone: bytes) -> None:
    """Newer servers answer only the subcode (wsman 3.4)."""
    assert not folders.exists(make_wire(gone).ws, PATH)


def test_a_folder_that_may_not_be_looked_at_is_not_absent() -> None:
    with pytest.raises(WsManFault):
        folders.exists(make_wire(wsman_fault(5)).ws, PATH)


# ---- permissions --------------------------------------------------------------------------------
def trustee(sid: str | None) -> str:
    uri = f"{WMI}root/cimv2/Win32_Trustee"
    shown = '<t:SIDString xsi:nil="true"/>' if sid is None else f"<t:SIDString>{sid}</t:SIDString>"
    return f'<a1:Trustee xmlns:t="{uri}" xsi:type="t:Win32_Trustee_Type"><t:Name>Jemand</t:Name>{shown}</a1:Trustee>'


def entry(sid: str | None, mask: int = folders.FULL_CONTROL, flags: int = 3, kind: int = 0, who: bool = True) -> str:
    uri = f"{WMI}root/cimv2/Win32_ACE"
    return (
        f'<d:DACL xmlns:a1="{uri}" xsi:type="a1:Win32_ACE_Type"><a1:AccessMask>{mask}</a1:AccessMask>'
        f"<a1:AceFlags>{flags}</a1:AceFlags><a1:AceType>{kind}</a1:AceType>{trustee(sid) if who else ''}</d:DACL>"
    )


def secured(dacl: str, flags: int | str = PROTECTED, code: int | None = 0) -> HandMade:
    uri = f"{WMI}root/cimv2/Win32_SecurityDescriptor"
    node = HandMade()
    node.rows["Win32_Directory"] = [{"Name": PATH}]
    descriptor = f"<d:ControlFlags>{flags}</d:ControlFlags>{dacl}"
    xml = f'<p:Descriptor xmlns:d="{uri}" xsi:type="d:Win32_SecurityDescriptor_Type">{descriptor}</p:Descriptor>'
    returned = '<p:ReturnValue xsi:nil="true"/>' if code is None else f"<p:ReturnValue>{code}</p:ReturnValue>"
    body = f'<p:GetSecurityDescriptor_OUTPUT xmlns:p="urn:x">{xml}{returned}</p:GetSecurityDescriptor_OUTPUT>'
    node.methods["Win32_LogicalFileSecuritySetting.GetSecurityDescriptor"] = lambda _arguments: answer(body)
    return node


def test_a_folder_with_several_entries() -> None:
    dacl = entry("S-1-5-18") + entry(ADMINISTRATORS, 2032127 - 2**32, 19) + entry("S-1-5-32-545", 1179817, 0, kind=1)
    made = secured(dacl).wire()
    assert folders.read_folder(made.ws, PATH) == FolderState(
        PATH,
        True,
        True,
        (
            AccessEntry("S-1-5-18", 0x1F01FF, 3, True),
            AccessEntry(ADMINISTRATORS, 0x1F01FF, 19, True),
            AccessEntry("S-1-5-32-545", 1179817, 0, False),
        ),
    )
    assert made.sent[-1].selectors == {"Path": PATH}


def test_one_entry_and_none() -> None:
    """An array of one looks like a scalar (wsman 3.3)."""
    found = folders.read_folder(secured(entry(SYSTEM), 4).wire().ws, PATH)
    assert (found.protected, [item.sid for item in found.entries]) == (False, [SYSTEM])
    assert folders.read_folder(secured("").wire().ws, PATH) == FolderState(PATH, True, True, ())
    assert folders.read_folder(secured('<d:DACL xsi:nil="true"/>').wire().ws, PATH).entries == ()


def test_an_entry_of_nobody() -> None:
    found = folders.read_folder(secured(entry(None) + entry("x", who=False), "").wire().ws, PATH)
    assert [item.sid for item in found.entries] == ["", ""]
    assert not found.protected


def test_a_folder_that_is_not_there_has_no_permissions() -> None:
    assert folders.read_folder(HandMade().wire().ws, PATH) == FolderState(PATH, False)


def test_permissions_that_may_not_be_read() -> None:
    with pytest.raises(WindowsError, match=r"read the permissions of S:\\SPAMfighter") as refused:
        folders.read_folder(secured("", code=2).wire().ws, PATH)
    assert refused.value.code == 2


def test_an_answer_without_a_descriptor() -> None:
    node = secured("")
    node.methods["Win32_LogicalFileSecuritySetting.GetSecurityDescriptor"] = lambda _arguments: {"ReturnValue": 0}
    with pytest.raises(WindowsError):
        folders.read_folder(node.wire().ws, PATH)


def test_what_is_set_is_what_is_wanted() -> None:
    shell = ScriptedShell({"icacls": ""})
    folders.set_permissions(shell, PATH, (SYSTEM, ADMINISTRATORS))
    assert shell.lines == [
        'icacls "S:\\SPAMfighter" /reset /q',
        'icacls "S:\\SPAMfighter" /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F /q',
        'icacls "S:\\SPAMfighter" /inheritance:r /q',
    ]
    state = folders.read_folder(secured(entry("s-1-5-18") + entry(ADMINISTRATORS)).wire().ws, PATH)
    assert folders.comparable(state) == folders.wanted_entries((SYSTEM, ADMINISTRATORS))
    other = folders.read_folder(secured(entry(SYSTEM, flags=19)).wire().ws, PATH)
    assert folders.comparable(other) != folders.wanted_entries((SYSTEM,))


@pytest.mark.parametrize("step", ["/reset", "/grant", "/inheritance"])
def test_a_step_that_fails_ends_it(step: str) -> None:
    def icacls(line: str) -> CommandResult:
        return CommandResult(5, "", "\r\nZugriff verweigert\r\n") if step in line else CommandResult(0, "", "")

    with pytest.raises(WindowsError, match=r"set the permissions .*\(Zugriff verweigert, code 5\)"):
        folders.set_permissions(ScriptedShell({"icacls": icacls}), PATH, (SYSTEM,))


# ---- space --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("drive", "free"), [("C:", 512_000 - 1), ("c:", 512_000 - 1), ("S:", None), ("X:", None)])
def test_free_space(drive: str, free: int | None) -> None:
    node = HandMade()
    node.rows["Win32_LogicalDisk"] = [
        {"DeviceID": "C:", "FreeSpace": 512_000 * 1024 * 1024 - 1, "DriveType": 3},
        {"DeviceID": "S:", "FreeSpace": None},
    ]
    assert folders.free_mb(node.wire().ws, drive) == free


# ---- by a shell ---------------------------------------------------------------------------------
def test_making_a_folder() -> None:
    shell = ScriptedShell({"if not exist": ""})
    folders.create_folder(shell, PATH)
    assert shell.lines == ['if not exist "S:\\SPAMfighter" md "S:\\SPAMfighter"']
    with pytest.raises(WindowsError, match=r"create the folder S:\\SPAMfighter \(no, code 1\)"):
        folders.create_folder(ScriptedShell({"if not exist": CommandResult(1, "", " no \r\n")}), PATH)
    with pytest.raises(UnsafeValue):
        folders.create_folder(ScriptedShell(), "S:\\%X%")


@pytest.mark.parametrize(
    ("said", "names"),
    [("a\r\nb c\r\n\r\n", ("a", "b c")), (1, ()), (3, None)],
)
def test_listing_a_folder(said: t.Any, names: tuple[str, ...] | None) -> None:
    """dir answers 1 for a folder with nothing in it."""
    shell = ScriptedShell({"if exist": said})
    assert folders.list_folder(shell, PATH) == names
    assert shell.lines == ['if exist "S:\\SPAMfighter" (dir /b /a "S:\\SPAMfighter") else (exit /b 3)']


def test_a_listing_that_fails_is_not_an_empty_folder() -> None:
    """Data would be copied into what is taken for empty."""
    shell = ScriptedShell({"if exist": CommandResult(5, "", "Zugriff verweigert\r\n")})
    with pytest.raises(WindowsError, match="Zugriff verweigert, code 5"):
        folders.list_folder(shell, PATH)


@pytest.mark.parametrize("code", [0, 1])
def test_copying_a_folder(code: int) -> None:
    """xcopy answers 1 when there is nothing to copy."""
    shell = ScriptedShell({"xcopy": code})
    folders.copy_folder(shell, "C:\\old\\", PATH, 600.0)
    assert shell.lines == ['xcopy "C:\\old\\\\" "S:\\SPAMfighter" /E /I /H /K /Y /Q']
    assert shell.timeouts == [600.0]


@pytest.mark.parametrize(
    "result", [CommandResult(4, "Nicht genug Platz\r\n", ""), CommandResult(5, "", "Nicht genug Platz")]
)
def test_a_copy_that_fails(result: CommandResult) -> None:
    with pytest.raises(WindowsError, match=r"copy C:\\old to S:\\SPAMfighter \(Nicht genug Platz, code \d\)"):
        folders.copy_folder(ScriptedShell({"xcopy": result}), "C:\\old", PATH, 1.0)
