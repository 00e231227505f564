"""The tables of docs/lab.md name the lab's commands and faults, all of the latter."""

from __future__ import annotations

import re

from lab.faults import INSTALLER, WIRE
from lab.verbs import Verbs
from support.play import ROOT

PAGE = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")


def first_column(heading: str) -> set[str]:
    """Words in backticks in the first column of the table below a heading row."""
    rows = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_fault_is_on_the_page() -> None:
    assert first_column("`do`") == {*WIRE, *INSTALLER}


def test_every_command_on_the_page_exists() -> None:
    named = first_column("command")
    assert {"tree", "events", "inject"} < named
    assert named <= {name.removeprefix("do_") for name in dir(Verbs) if name.startswith("do_")}
