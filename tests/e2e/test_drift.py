"""Every single drift is repaired by exactly its own changes, which check mode has predicted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.api import Lab
from support.cell import Cell
from support.drifts import DRIFTS, NAME, Drift, delete, settle, uninstall
from support.ledger import triples, unmatched
from support.play import Player

SPEED = 20  # slow enough that the cluster's retry period (900 s) does not repair a drift before the run does


@pytest.fixture(scope="module")
def reused(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Cell]]:
    """The cluster that the last drift's repair has left as declared; empty at first and after a failed test."""
    kept: list[Cell] = []
    yield kept
    for cell in kept:
        lab.remove_cluster(cell.name)


@pytest.fixture
def repaired(reused: list[Cell], lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    """A converged cluster. A failed test's one is not used again."""
    lab.clear()
    lab.set_speed(SPEED)
    if reused:
        cell = reused.pop()
    else:
        directory = tmp_path_factory.mktemp("drift")
        cell = Cell.create(lab, Player(directory / "home"), directory)
        cell.play().ok()
    cell.forget()
    yield cell
    lab.set_speed(100)
    if cell not in reused:
        lab.remove_cluster(cell.name)


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_a_drift_is_repaired_by_its_own_changes(repaired: Cell, reused: list[Cell], drift: Drift) -> None:
    """That nothing is left to do afterwards is the next drift's business, and of ``tests/direct``."""
    drift.make(repaired)
    settle(repaired)
    predicted = repaired.play(check=True).ok()
    assert repaired.writes == []
    applied = repaired.play().ok()
    assert tuple(sorted(kind for kind, _target in applied.kinds())) == drift.kinds
    assert triples(predicted.changes) == triples(applied.changes)
    assert unmatched(applied.changes, repaired.writes, repaired.name) == []
    assert repaired.resource(NAME)["state"] == "ONLINE"
    reused.append(repaired)


def test_a_deleted_resource_is_made_again(converged: Cell) -> None:
    delete(converged)
    settle(converged)
    applied = converged.play().ok()
    assert {"resource", "private", "restart_policy", "checkpoint", "online"} <= {kind for kind, _ in applied.kinds()}
    assert not {"install", "folder", "data_directory"} & {kind for kind, _ in applied.kinds()}
    assert unmatched(applied.changes, converged.writes, converged.name) == []
    assert converged.resource(NAME)["state"] == "ONLINE"


def test_an_older_version_is_upgraded_on_a_passive_node(converged: Cell) -> None:
    uninstall(converged)
    node = converged.passive
    shared = converged.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    old = str(shared["sem_package"]["src"]).replace("4.1.0", "4.0.1")
    variables = {"sem_package": {"src": old, "version": "4.0.1"}}
    converged.play(variables=variables, arguments=["--tags", "install", "--limit", converged.host(node)]).ok()
    assert converged.lab.node(node).facts()["installed"] == ["4.0.1"]
    converged.play(arguments=["--tags", "integrate"]).ok()
    settle(converged)
    predicted = converged.play(check=True).ok()
    applied = converged.play().ok()
    kinds = [kind for kind, _target in applied.kinds()]
    assert kinds == ["data_directory", "recovery", "start_mode", "stop_service", "upgrade"]
    assert triples(predicted.changes) == triples(applied.changes)
    assert unmatched(applied.changes, converged.writes, converged.name) == []
    assert converged.lab.node(node).facts()["installed"] == ["4.1.0"]
    assert converged.play().ok().changes == []


def test_an_owner_is_not_upgraded_here(converged: Cell) -> None:
    shared = converged.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    newer = str(shared["sem_package"]["src"]).replace("4.1.0", "4.2.0")
    since = converged.lab.now
    variables = {"sem_package": {"src": newer, "version": "4.2.0"}}
    run = converged.play(variables=variables, arguments=["--limit", converged.host(converged.owner)])
    assert run.rc == 2
    (failure,) = run.failures()
    assert failure.result["problems"][0]["code"] == "owner_upgrade"
    assert "update.yml" in failure.result["msg"]
    assert converged.writes == []
    assert converged.lab.cluster(converged.name).events(since) == []


def test_a_node_that_joins_is_taken_in(converged: Cell) -> None:
    node = converged.add_node()
    settle(converged)
    predicted = converged.play(check=True).ok()
    assert converged.writes == []
    applied = converged.play().ok()
    assert {change["host"] for change in applied.changes if change["kind"] == "install"} == {converged.host(node)}
    assert [kind for kind, _ in applied.kinds() if kind.startswith(("add_", "resource", "online"))] == ["add_owner"]
    assert triples(predicted.changes) == triples(applied.changes)
    assert unmatched(applied.changes, converged.writes, converged.name) == []
    assert node in converged.resource(NAME)["possible_owners"]
    assert converged.play().ok().changes == []
