"""Every rule has its words, its tests and its mutants; and every one of those is there."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator

import pytest
import yaml

import mutants
from support.play import ROOT

NAMED = re.compile(r"test_rule_(\d+)_(?:and_(\d+)_)?")
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES: dict[str, list[str]] = {
    str(rule): listed for rule, listed in yaml.safe_load((ROOT / "tests" / "rules.yml").read_text("utf-8")).items()
}
IN_PART = {"20", "30"}  # hold already where there is something to hold; without a heading and mutants of their own
LIST = mutants.read()


def every_test() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT)}::{node.name}"


TESTS = frozenset(every_test())


def test_the_page_tells_every_rule_and_no_other() -> None:
    headings = re.findall(r"^### (\d+)\. ", PAGE, re.MULTILINE)
    assert headings == sorted(headings, key=int)
    assert set(headings) == {rule for rule in RULES if rule.isdigit()} - IN_PART
    bold = {item.lower() for item in re.findall(r"^- \*\*([^*]+)\*\*", PAGE, re.MULTILINE)}
    assert bold == {rule for rule in RULES if not rule.isdigit()}


@pytest.mark.parametrize("rule", RULES)
def test_the_tests_of_a_rule_are_there(rule: str) -> None:
    assert [item for item in RULES[rule] if not fnmatch.filter(TESTS, item)] == []


@pytest.mark.parametrize("rule", sorted(set(RULES) - IN_PART))
def test_a_rule_has_a_mutant(rule: str) -> None:
    assert [item for item in LIST if item.rule == rule]


def test_a_test_that_names_a_rule_is_listed_under_it() -> None:
    for test in TESTS:
        found = NAMED.match(test.partition("::")[2])
        for rule in found.groups() if found else ():
            assert rule is None or any(fnmatch.fnmatch(test, item) for item in RULES[rule]), (rule, test)


def test_every_mutant_can_be_made_and_has_its_tests() -> None:
    assert mutants.faults(LIST) == []
    for item in LIST:
        assert item.rule in RULES, item.rule
        for test in item.tests:
            name = test.partition("[")[0]
            assert name in TESTS or (ROOT / name).is_file(), test


def test_no_two_mutants_are_the_same() -> None:
    assert len({(item.file, item.before, item.after, item.tests) for item in LIST}) == len(LIST)
    assert len({item.what for item in LIST}) == len(LIST)
