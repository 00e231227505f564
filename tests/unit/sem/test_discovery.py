"""Which service is SEM's, and which version is newer."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.discovery import find_service, program_of
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.versions import compare, parts
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Service

FOLDER = "C:\\Program Files\\SPAMfighter"


def service(path: str, name: str = "x") -> Service:
    return Service(name, name, "Running", "Auto", 1, path, "LocalSystem")


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ('"C:\\Program Files\\X\\A.exe" -k "b c"', "c:\\program files\\x\\a.exe"),
        ("C:\\Program Files\\X\\a.EXE -service", "c:\\program files\\x\\a.exe"),
        ("  C:\\X\\a.exe  ", "c:\\x\\a.exe"),
        ("\\SystemRoot\\system32\\drivers\\a.sys", "\\systemroot\\system32\\drivers\\a.sys"),
        ("", ""),
    ],
)
def test_the_program_is_told_from_its_arguments(path: str, program: str) -> None:
    assert program_of(path) == program


@pytest.mark.parametrize("folder", [FOLDER, FOLDER + "\\", FOLDER.upper()])
def test_the_service_whose_program_lies_in_the_folder(folder: str) -> None:
    inside = service(f'"{FOLDER}\\Exchange Module\\sem.exe"', "inside")
    beside = service(f'"{FOLDER} Pro\\sem.exe"', "beside")
    argument = service(f'C:\\Windows\\run.exe "{FOLDER}\\sem.exe"', "argument")
    assert find_service([beside, argument, inside], [folder]) == (inside,)


@pytest.mark.parametrize("folder", ["", "C:\\", "C:\\Program Files", "C:\\Program Files\\", "\\\\server\\a\\b"])
def test_a_folder_that_is_not_the_products_own_finds_nothing(folder: str) -> None:
    assert (
        find_service([service("C:\\Program Files\\Other\\a.exe"), service("\\\\server\\a\\b\\c.exe")], [folder]) == ()
    )


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        ("4.1", "4.1.0.0", 0),
        ("4.1.0", "4.1.1", -1),
        ("4.10.0", "4.9.9", 1),
        ("4.01", "4.1", 0),
        (" 4.1 ", "4.1", 0),
        ("0", "0.0", 0),
        ("4", "4.0.1", -1),
    ],
)
def test_versions_compare_as_numbers(left: str, right: str, order: int) -> None:
    assert compare(left, right) == order
    assert compare(right, left) == -order


@pytest.mark.parametrize("text", ["", "4.", ".4", "4.1b", "v4", "4 1", "-4", "4..1", "latest"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version number"):
        parts(text)
