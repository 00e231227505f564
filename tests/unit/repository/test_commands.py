"""The commands that pages and scripts name exist, and every command is in ``make help``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TARGET = re.compile(r"^([a-z][a-z-]*):(.*)$", re.MULTILINE)
USE = re.compile(r"(?:^|[`(])(?:run \S+ |exec )?make ([a-z][a-z-]*)(?=$|[`.,;)\s])", re.MULTILINE)
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / ".ci" / "run")
    if "make " in path.read_text(encoding="utf-8")
)


def targets() -> dict[str, str]:
    return dict(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_command_is_a_target(page: Path) -> None:
    named = set(USE.findall(page.read_text(encoding="utf-8")))
    assert named
    assert named <= set(targets())


@pytest.mark.parametrize("name", sorted(targets()))
def test_every_target_says_what_it_does(name: str) -> None:
    assert " ## " in targets()[name]


def test_the_tests_end_the_run() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().splitlines()
    assert lines[-1] == "exec make test"
