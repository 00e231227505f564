"""Writes FIDELITY.md: every modelled behaviour with its source, its certainty and the test that holds it.

The rows come from the ``fact(reference, certainty, switch=...)`` markers of the tests; ``--check`` only
compares. A behaviour is the first line of the test's docstring, or its name in words.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
TARGET = Path(__file__).with_name("FIDELITY.md")
INTRODUCTION = """# How true the lab is

This page is written by `make fidelity` from the markers on the tests; do not edit it. Each row is a
behaviour of Windows that the lab models, the section of the fact sheets it rests on, how sure that fact
is, and the test that fails when the lab departs from it.

Certainty, in the words of the fact sheets: **D** or **S** documented by Microsoft or a specification,
**G** read off generated bindings, **W** or **C** seen in code that works against Windows, **R** recorded
from Windows, **V** Microsoft's own WS-Man code, **M** measured with unmodified clients, **I** inferred,
**U** unverified. A row with a switch is a fact that nobody could verify: the lab can behave either way,
the default is the stricter one, and tests run with both settings.

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
    name = getattr(item, "originalname", item.name)
    behaviour = document or str(name).removeprefix("test_").replace("_", " ")
    certainty = str(marker.args[1]) if len(marker.args) > 1 else str(marker.kwargs.get("certainty", ""))
    path = item.path.relative_to(TESTS)
    return Row(str(marker.args[0]), behaviour, certainty, str(marker.kwargs.get("switch", "")), f"{path}::{name}")


def render(rows: set[Row]) -> str:
    """The page, sorted by fact."""
    lines = ["| fact | certainty | behaviour | switch | test |", "| --- | --- | --- | --- | --- |"]
    for row in sorted(rows, key=_order):
        cells = (row.reference, row.certainty, row.behaviour, row.switch, f"`{row.test}`")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return INTRODUCTION + "\n".join(lines) + "\n"


def _order(row: Row) -> tuple[str, list[int], str]:
    sheet, _, section = row.reference.partition(" ")
    numbers = [int(part) for part in section.split(" ")[0].split(".") if part.isdigit()]
    return sheet, numbers, row.behaviour + row.test


def main(arguments: list[str]) -> int:
    collector = Collector()
    code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", str(TESTS)], plugins=[collector])
    if code != pytest.ExitCode.OK:
        return int(code)
    text = render(collector.rows)
    if "--check" in arguments:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print("tests/lab/FIDELITY.md is out of date: run make fidelity", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(collector.rows)} behaviours")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
