"""What docs/windows.md promises of a run that finds nothing to do."""

from __future__ import annotations

import pytest

from support.cell import Cell

LOGIN = 3  # empty messages of NTLM
SEARCHED = {"upgrade_code", "service"}  # without them the product and its service are searched by name


@pytest.mark.parametrize("declared", [True, False])
def test_nothing_to_do_writes_nothing_and_is_cheap(converged: Cell, declared: bool) -> None:
    """One task and one login per node, no command shell when nothing has to be searched, few messages."""
    shared = converged.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    for name in () if declared else ("sem_package", "sem_profile"):
        converged.extra[name] = {key: value for key, value in shared[name].items() if key not in SEARCHED}
    run = converged.play().ok()
    asked = [item.action for item in run.results if item.host == converged.host(converged.nodes[-1])]
    assert asked == ["spamfighter.sem.site"]
    assert converged.writes == []
    for node in converged.nodes:
        counted = converged.lab.node(node).counters
        assert (counted.shells == 0) is declared
        assert counted.authentications == 1
        assert counted.requests <= LOGIN + (45 if declared else 60)
        assert counted.bytes_out + counted.bytes_in <= (260_000 if declared else 400_000)
