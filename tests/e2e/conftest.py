"""One lab per worker; every test has a cluster of its own in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.api import Lab
from support.cell import Cell
from support.play import Player

TOPOLOGY = Path(__file__).resolve().parents[1] / "lab" / "topologies" / "demo.yml"
Factory = Callable[..., Cell]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab.start(TOPOLOGY, tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def make_cell(lab: Lab, tmp_path: Path) -> Iterator[Factory]:
    """Make a cluster: ``make_cell(nodes=3, **topology)``. It is gone after the test: each costs the lab time."""
    lab.clear()
    made: list[Cell] = []

    def make(**spec: Any) -> Cell:
        made.append(Cell.create(lab, Player(tmp_path / "home"), tmp_path, **spec))
        return made[-1]

    yield make
    for cell in made:
        lab.remove_cluster(cell.name)


@pytest.fixture
def cell(make_cell: Factory) -> Cell:
    """An empty three-node cluster."""
    return make_cell()


@pytest.fixture
def converged(cell: Cell) -> Cell:
    """A three-node cluster after site.yml."""
    cell.play().ok()
    cell.forget()
    return cell
