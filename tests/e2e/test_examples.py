"""The examples that ansible-doc shows work on a cluster as site.yml leaves it, together and each alone."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from lab.api import Lab
from support import pages
from support.cell import Cell
from support.play import Player, Run


@pytest.fixture(scope="module")
def finished(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Cell:
    """One cluster after site.yml; no example may change it, so that they can share it."""
    directory = tmp_path_factory.mktemp("examples")
    lab.clear()
    cell = Cell.create(lab, Player(directory / "home"), directory)
    cell.play().ok()
    return cell


def played(cell: Cell, modules: list[str], path: Path) -> Run:
    cell.forget()
    tasks = list(itertools.chain.from_iterable(map(pages.examples, modules)))
    run = cell.play(pages.play(tasks, path / "examples.yml")).ok()
    ran = {(item.host, item.task) for item in run.results if item.status == "ok"}
    hosts = [cell.host(node) for node in cell.nodes]
    assert ran == {(host, task["name"]) for task in tasks for host in (hosts[:1] if task.get("run_once") else hosts)}
    return run


def test_all_examples_in_one_play(finished: Cell, tmp_path: Path) -> None:
    run = played(finished, pages.modules(), tmp_path)
    assert run.changes == []
    assert not any(run.changed.values())
    assert finished.writes == []


@pytest.mark.parametrize("module", pages.modules())
def test_the_examples_of_one_module_alone(finished: Cell, tmp_path: Path, module: str) -> None:
    """Without a word from the other modules: what they would publish is unknown here."""
    run = played(finished, [module], tmp_path)
    assert {item.action for item in run.results} >= {f"spamfighter.sem.{module}"}
    assert run.changes == []
    assert finished.writes == []
