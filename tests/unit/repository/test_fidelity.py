"""FIDELITY.md says what the tests hold, and every switch makes the difference that its tests say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab import switching
from lab.fidelity import ALL_SWITCHES, Row, faults, render

ROOT = Path(__file__).resolve().parents[3]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(ROOT / "tests")
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def rows() -> list[Row]:
    """One for every setting of every switch."""
    return [
        Row("wsman 1.1", "so", "S", switching.shown(name, value), "test")
        for kind in ALL_SWITCHES
        for name in switching.names(kind)
        for value in switching.settings(kind, name)
    ]


def test_the_page_is_what_the_markers_say() -> None:
    done = run("-m", "lab.fidelity", "--check")
    assert done.returncode == 0, done.stderr


def test_every_test_of_a_switch_fails_under_its_other_settings() -> None:
    where = ["tests/unit/lab", "tests/wire/test_quotas.py"]
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "support.flipped", *where)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_setting_without_a_test_is_named() -> None:
    assert faults(rows()) == []
    assert faults(rows()[1:]) == [f"no test runs with {rows()[0].switch}"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (Row("wsman 1.1", "so", "S", "null_arrays=never", "test"), "no switch has the setting null_arrays=never"),
        (
            Row("wsman", "so", "S", "", "test"),
            "test: 'wsman' is no section of a fact sheet and no public document",
        ),
        (
            Row("hearsay 3", "so", "S", "", "test"),
            "test: 'hearsay 3' is no section of a fact sheet and no public document",
        ),
        (Row("wsman 1.1", "so", "sure", "", "test"), "test: 'sure' is no certainty"),
        (Row("wsman 1.1", "so", "U", "", "test"), "test: unverified, and no switch"),
    ],
)
def test_a_wrong_marker_is_named(row: Row, fault: str) -> None:
    assert faults([*rows(), row]) == [fault]


def test_the_page_names_every_switch_with_its_settings() -> None:
    text = render(set(rows()))
    for kind in ALL_SWITCHES:
        for name in switching.names(kind):
            default, *_ = (line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
            shown = {switching.shown(name, value).partition("=")[2] for value in switching.settings(kind, name)}
            assert all(f"`{value}`" in default for value in shown)


@pytest.mark.parametrize(("name", "value"), [("null_arrays", "other"), ("access_denied", True), ("empty_page", 1)])
def test_a_setting_that_a_switch_does_not_have_is_refused(name: str, value: object) -> None:
    kind = next(item for item in ALL_SWITCHES if name in switching.names(item))
    with pytest.raises(ValueError, match=name):
        switching.make(kind, {name: value})
