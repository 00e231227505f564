"""What ``tests/direct`` plays in the test's own process is what ansible-playbook does."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cell import Cell
from support.direct_cell import direct_cell
from support.drifts import DRIFTS, Drift, settle
from support.ledger import triples

# Who looks again depends on who looked before the acting node was done; here hosts go one after another.
TIMING = "Have every node see SEM in the Exchange group"
COMPARED = [drift for drift in DRIFTS if drift.name in ("missing on one node", "missing folder")]


def neutral(cell: Cell, changes: list[tuple[str, str, str, str]]) -> list[tuple[str, ...]]:
    """Changes without the cluster's and the nodes' own names, and in the lab's words for what its seed chose."""
    facts = cell.facts
    disk = facts["disks"][0]
    words = {disk["resource"]: "DISK", disk["letter"]: "DISK:", facts["exchange_group"]: "GROUP"}
    words |= {facts["system_attendant"]: "ATTENDANT", facts["information_store"]: "STORE"}
    found = []
    for change in changes:
        texts = list(change)
        texts[0] = texts[0].partition("-")[2].removeprefix(cell.name.lower())
        for old, new in words.items():
            texts = [text.replace(old, new) for text in texts]
        found.append(tuple(texts))
    return sorted(found)


def both(cell: Cell, path: Path) -> tuple[Cell, Cell]:
    return cell, direct_cell(path / "direct")


def test_check_and_apply_report_the_same(cell: Cell, tmp_path: Path) -> None:
    """Every task, host, status and change of a whole rollout."""
    real, direct = both(cell, tmp_path)
    for check in (True, False, False):
        ran, played = real.play(check=check).ok(), direct.play(check=check).ok()
        assert neutral(real, triples(ran.changes)) == neutral(direct, triples(played.changes))
        done = [item for item in ran.results if item.action.startswith("spamfighter") and item.status != "skipped"]
        told = sorted((item.task.rpartition(" : ")[2], item.status) for item in done if TIMING not in item.task)
        assert told == sorted((item.task, item.status) for item in played.results if item.task != TIMING)


@pytest.mark.parametrize("drift", COMPARED, ids=lambda drift: drift.name)
def test_repairs_are_the_same(cell: Cell, tmp_path: Path, drift: Drift) -> None:
    real, direct = both(cell, tmp_path)
    real.play().ok()
    direct.play().ok()
    for item in (real, direct):
        drift.make(item)
        settle(item)
    ran, played = real.play().ok(), direct.play().ok()
    assert neutral(real, triples(ran.changes)) == neutral(direct, triples(played.changes))
    assert ran.changes
