"""Installed products."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Product
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.products import (
    UNINSTALL,
    UPGRADE_CODES,
    find_products,
    matches,
    packed,
    unpacked,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.registry import physical
from support.hand_made import Expand, HandMade, HandMadeRegistry
from support.scripted_shell import ScriptedShell

UPGRADE, CODE = "{7B0D6E2A-1C4F-4E5D-8A9B-0C1D2E3F4A5B}", "{11223344-5566-7788-99AA-BBCCDDEEFF00}"
ENTRY: dict[str, t.Any] = {
    "DisplayName": "SPAMfighter Exchange Module",
    "DisplayVersion": "4.0.1",
    "Publisher": "SPAMfighter ApS",
    "InstallLocation": "C:\\Program Files\\SPAMfighter\\",
    "UninstallString": Expand("MsiExec.exe /X{11223344-5566-7788-99AA-BBCCDDEEFF00}"),
    "WindowsInstaller": 1,
}


def find(keys: dict[str, dict[str, t.Any]], *arguments: t.Any) -> tuple[Product, ...]:
    node = HandMade()
    node.methods.update(HandMadeRegistry(keys).methods())
    return find_products(node.wire().ws, *arguments)


# ---- packed GUIDs -------------------------------------------------------------------------------
def test_a_guid_as_the_installer_packs_it() -> None:
    """The first three parts backwards, the rest by pairs."""
    assert packed("{12345678-9ABC-DEF0-1234-56789ABCDEF0}") == "87654321CBA90FED21436587A9CBED0F"
    assert unpacked("87654321CBA90FED21436587A9CBED0F") == "{12345678-9ABC-DEF0-1234-56789ABCDEF0}"
    assert unpacked(packed(CODE.lower())) == CODE


@pytest.mark.parametrize("text", ["", "11223344", CODE.strip("{}"), CODE[:-2] + "G}", CODE + "x"])
def test_what_is_no_guid(text: str) -> None:
    with pytest.raises(ValueError, match="GUID"):
        packed(text)
    with pytest.raises(ValueError, match="packed GUID"):
        unpacked(text)


# ---- by upgrade code ------------------------------------------------------------------------------
@pytest.mark.parametrize("view", [64, 32])
def test_a_product_by_its_upgrade_code(view: t.Literal[32, 64]) -> None:
    keys = {
        f"{UPGRADE_CODES}\\{packed(UPGRADE)}": {packed(CODE): ""},
        physical(f"{UNINSTALL}\\{CODE}", view): ENTRY,
    }
    assert find(keys, "no such name", UPGRADE, None) == (
        Product(
            key=CODE,
            display_name="SPAMfighter Exchange Module",
            version="4.0.1",
            publisher="SPAMfighter ApS",
            install_location="C:\\Program Files\\SPAMfighter",
            uninstall="MsiExec.exe /X{11223344-5566-7788-99AA-BBCCDDEEFF00}",
            view=view,
            windows_installer=True,
        ),
    )


def test_several_products_of_one_upgrade_code_are_all_found() -> None:
    other = "{99999999-5566-7788-99AA-BBCCDDEEFF00}"
    keys = {
        f"{UPGRADE_CODES}\\{packed(UPGRADE)}": {packed(CODE): "", packed(other): ""},
        f"{UNINSTALL}\\{CODE}": ENTRY,
        physical(f"{UNINSTALL}\\{other}", 32): {**ENTRY, "DisplayVersion": "3.0"},
    }
    assert {(item.version, item.view) for item in find(keys, "*", UPGRADE, None)} == {("4.0.1", 64), ("3.0", 32)}


def test_leftovers_are_no_products() -> None:
    """A key without a display name, an upgrade code whose product is gone, the key's own default value."""
    keys = {
        f"{UPGRADE_CODES}\\{packed(UPGRADE)}": {packed(CODE): "", "": "default", "junk": ""},
        f"{UNINSTALL}\\{CODE}": {"DisplayVersion": "4"},
    }
    assert find(keys, "*", UPGRADE, None) == ()
    assert find({}, "*", UPGRADE, None) == ()


# ---- by name ------------------------------------------------------------------------------------
def reg(view: t.Literal[32, 64], *entries: tuple[str, str], kind: str = "REG_SZ") -> str:
    """What ``reg query /s /v`` prints, in some language."""
    path = physical(UNINSTALL, view)
    blocks = [f"HKEY_LOCAL_MACHINE\\{path}\\{key}\r\n    DisplayName    {kind}    {name}\r\n" for key, name in entries]
    return "\r\n" + "\r\n".join(blocks) + "\r\nSuche beendet: 2 Übereinstimmung(en) gefunden.\r\n"


def shell(wide: str, narrow: str) -> ScriptedShell:
    query = 'reg query "HKLM\\'
    return ScriptedShell({query + physical(UNINSTALL, 32): narrow, query + UNINSTALL: wide})


def test_a_product_by_its_name_in_both_views() -> None:
    keys = {f"{UNINSTALL}\\{CODE}": ENTRY, physical(f"{UNINSTALL}\\Old", 32): {"DisplayName": "SPAMFIGHTER old"}}
    scripted = shell(
        reg(64, (CODE, "SPAMfighter Exchange Module"), ("Other", "Something else"), (f"{CODE}\\Deep", "SPAMfighter x")),
        reg(32, ("Old", "SPAMFIGHTER old"), kind="REG_EXPAND_SZ"),
    )
    found = find(keys, "spamfighter*", None, scripted)
    assert [(item.key, item.view, item.windows_installer) for item in found] == [(CODE, 64, True), ("Old", 32, False)]
    assert scripted.lines == [
        f'reg query "HKLM\\{UNINSTALL}" /s /v DisplayName',
        f'reg query "HKLM\\{physical(UNINSTALL, 32)}" /s /v DisplayName',
    ]


def test_nothing_matches() -> None:
    assert find({}, "SPAM*", None, shell(reg(64, ("A", "Other")), "")) == ()


def test_a_name_that_changed_between_two_looks_is_not_taken() -> None:
    keys = {f"{UNINSTALL}\\A": {"DisplayName": "Other"}}
    assert find(keys, "SPAM*", None, shell(reg(64, ("A", "SPAMfighter")), "")) == ()


def test_a_search_by_name_needs_a_shell() -> None:
    with pytest.raises(WindowsError, match="needs a shell"):
        find({}, "*", None, None)


@pytest.mark.parametrize(
    ("name", "pattern", "found"),
    [
        ("SPAMfighter Exchange Module", "spamfighter exchange module", True),
        ("SPAMfighter Exchange Module", "SPAMfighter*", True),
        ("SPAMfighter", "SPAMfighter?", False),
        ("X SPAMfighter", "SPAMfighter*", False),
    ],
)
def test_patterns_have_no_case(name: str, pattern: str, found: bool) -> None:
    assert matches(name, pattern) is found
