"""Writes FIDELITY.md: every modelled behaviour with its source, its certainty and the test that holds it.

The rows come from the ``fact(reference, certainty, switch=...)`` markers of the tests; ``--check`` only
compares. A behaviour is the first line of the test's docstring, or its name in words. What nobody could
verify has a switch, and every setting of every switch needs a test that runs with it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import switching
from .cluster import ClusterSwitches
from .node.switches import NodeSwitches
from .wire.switches import Switches

TESTS = Path(__file__).resolve().parents[1]
TARGET = Path(__file__).with_name("FIDELITY.md")
# A section of a fact sheet, or a public document by its usual name.
REFERENCE = re.compile(
    r"(wsman|mscluster|wine) \d+(\.\d+)*"
    r"|MS-(CMRP|WSMV) [\w., ]+"
    r"|KB\d+"
    r"|TechNet cc\d+(, .+)?"
    r"|about_\w+"
    r"|PowerShell language specification \d+(\.\d+)*"
    r"|(Exchange|PowerShell|StdRegProv|Win32_\w+|WinRM|Windows Installer)\b.*, .+"
    r"|(certutil|icacls|reg\.exe|robocopy|schannel)\b.*, .+"
)
CERTAINTY = re.compile(r"[DSGWCRVMIU](, .+)?")
ALL_SWITCHES: tuple[type, ...] = (Switches, ClusterSwitches, NodeSwitches)
INTRODUCTION = """# How true the lab is

This page is written by `make fidelity` from the markers on the tests; do not edit it. Each row is a
behaviour of Windows that the lab models, the section of the fact sheets or the public document it rests on,
how sure that fact is, and the test that fails when the lab departs from it.

Certainty, in the words of the fact sheets: **D** or **S** documented by Microsoft or a specification,
**G** read off generated bindings, **W** or **C** seen in code that works against Windows, **R** recorded
from Windows, **V** Microsoft's own WS-Man code, **M** measured with unmodified clients, **I** inferred,
**U** unverified.

## Switches

Where sources disagree, or nobody could verify a fact, the lab can behave either way. The default is what
was recorded, else the stricter reading that leaves a documented route. Every setting has tests, which
fail under each other setting, and the main job passes with every setting that leaves it a route.

"""


@dataclass(frozen=True, order=True)
class Row:
    reference: str
    behaviour: str
    certainty: str
    switch: str
    test: str


class Collector:
    """A pytest plugin that keeps the fact markers of everything collected."""

    def __init__(self) -> None:
        self.rows: set[Row] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for marker in item.iter_markers("fact"):
                self.rows.add(_row(item, marker))


def _row(item: pytest.Item, marker: pytest.Mark) -> Row:
    function = getattr(item, "function", None)
    document = (getattr(function, "__doc__", None) or "").strip().split("\n")[0].rstrip(".")
    name = str(getattr(item, "originalname", item.name))
    behaviour = document or name.removeprefix("test_").replace("_", " ")
    certainty = str(marker.args[1]) if len(marker.args) > 1 else str(marker.kwargs.get("certainty", ""))
    path = item.path.relative_to(TESTS)
    return Row(str(marker.args[0]), behaviour, certainty, str(marker.kwargs.get("switch", "")), f"{path}::{name}")


def faults(rows: Iterable[Row]) -> list[str]:
    """What is wrong with the markers, in words; empty when the page can be trusted."""
    known = {
        switching.shown(name, value)
        for kind in ALL_SWITCHES
        for name in switching.names(kind)
        for value in switching.settings(kind, name)
    }
    used = {row.switch for row in rows if row.switch}
    found = [f"no test runs with {setting}" for setting in sorted(known - used)]
    found += [f"no switch has the setting {setting}" for setting in sorted(used - known)]
    for row in sorted(rows):
        if not REFERENCE.fullmatch(row.reference):
            found.append(f"{row.test}: {row.reference!r} is no section of a fact sheet and no public document")
        if not CERTAINTY.fullmatch(row.certainty):
            found.append(f"{row.test}: {row.certainty!r} is no certainty")
        if row.certainty == "U" and not row.switch:
            found.append(f"{row.test}: unverified, and no switch")
    return found


def render(rows: set[Row]) -> str:
    """The page: the switches, then the behaviours sorted by fact."""
    lines = ["| switch | default | other settings | facts |", "| --- | --- | --- | --- |"]
    for kind in ALL_SWITCHES:
        lines += [_switch_line(kind, name, rows) for name in switching.names(kind)]
    lines += ["", "## Behaviours", ""]
    lines += ["| fact | certainty | behaviour | switch | test |", "| --- | --- | --- | --- | --- |"]
    for row in sorted(rows, key=_order):
        switch = f"`{row.switch}`" if row.switch else ""
        lines.append(_line(row.reference, row.certainty, row.behaviour, switch, f"`{row.test}`"))
    return INTRODUCTION + "\n".join(lines) + "\n"


def _switch_line(kind: type, name: str, rows: set[Row]) -> str:
    default = switching.default(kind, name)
    others = [value for value in switching.settings(kind, name) if value != default]
    sources = {row.reference for row in rows if row.switch.startswith(f"{name}=")}

    def plain(value: object) -> str:
        return f"`{switching.shown(name, value).partition('=')[2]}`"

    return _line(f"`{name}`", plain(default), ", ".join(map(plain, others)), ", ".join(sorted(sources)))


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _order(row: Row) -> tuple[str, list[int], str]:
    sheet, _, section = row.reference.partition(" ")
    numbers = [int(part) for part in section.split(" ")[0].split(".") if part.isdigit()]
    return sheet, numbers, row.behaviour + row.switch + row.test


def main(arguments: list[str]) -> int:
    collector = Collector()
    code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", str(TESTS)], plugins=[collector])
    if code != pytest.ExitCode.OK:
        return int(code)
    for fault in (wrong := faults(collector.rows)):
        print(fault, file=sys.stderr)
    text = render(collector.rows)
    if "--check" in arguments:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print("tests/lab/FIDELITY.md is out of date: run make fidelity", file=sys.stderr)
            return 1
        return 1 if wrong else 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(collector.rows)} behaviours")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
