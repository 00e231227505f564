"""Clusters of labs that run in the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support import by_hand
from support.direct_cell import DirectCell, direct_cell

Factory = Callable[..., DirectCell]


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks and fetched logs go into the test's own directory."""
    from ansible_collections.spamfighter.sem.plugins.plugin_utils import _inputs

    monkeypatch.setattr(_inputs, "storage", lambda: tmp_path / "storage")


@pytest.fixture
def make_cell(tmp_path: Path) -> Iterator[Factory]:
    """Make a cluster in a lab of its own: ``make_cell(nodes=3, **topology)``."""
    made: list[DirectCell] = []

    def make(**spec: Any) -> DirectCell:
        made.append(direct_cell(tmp_path, **spec))
        return made[-1]

    yield make
    for cell in made:
        cell.lab.stop()


@pytest.fixture
def cell(make_cell: Factory) -> DirectCell:
    """An empty three-node cluster."""
    return make_cell()


@pytest.fixture
def installed(make_cell: Factory) -> DirectCell:
    """Two nodes with SEM installed by hand, not integrated."""
    cell = make_cell(nodes=2)
    for node in cell.nodes:
        by_hand.install(cell, node)
    cell.forget()
    return cell


@pytest.fixture
def converged(cell: DirectCell) -> DirectCell:
    """A three-node cluster after site.yml."""
    cell.play().ok()
    cell.forget()
    return cell
