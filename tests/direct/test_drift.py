"""Every drift on every profile: repaired by exactly its own changes, predicted, and gone afterwards."""

from __future__ import annotations

import pytest

from support.direct_cell import DirectCell
from support.drifts import DRIFTS, NAME, Drift, settle
from support.ledger import triples, unmatched


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_a_drift_is_repaired_by_its_own_changes(converged: DirectCell, drift: Drift) -> None:
    drift.make(converged)
    settle(converged)
    predicted = converged.play(check=True).ok()
    assert converged.writes == []
    applied = converged.play().ok()
    assert tuple(sorted(kind for kind, _target in applied.kinds())) == drift.kinds
    assert triples(predicted.changes) == triples(applied.changes)
    assert unmatched(applied.changes, converged.writes, converged.name) == []
    converged.forget()
    again = converged.play().ok()
    assert again.changes == []
    assert converged.writes == []
    assert converged.resource(NAME)["state"] == "ONLINE"
