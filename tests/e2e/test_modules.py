"""The quartet of every module: check mode predicts, nothing changed; apply, it changed; again, it did not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.cell import Cell
from support.ledger import triples, unmatched
from support.play import Run

NAME = "SPAMfighter Cluster Instance"
SERVICE = "SfExchangeFilter"
PROFILE = "{{ sem_profile }}"
PACKAGE = "{{ sem_package }}"
FACTS: dict[str, Any] = {"node_info": {"profile": PROFILE, "package": PACKAGE}}


def tasks(cell: Cell, *modules: dict[str, Any]) -> Path:
    """A playbook of these modules, after node_info."""
    play = {
        "hosts": "sem",
        "gather_facts": False,
        "tasks": [
            {f"spamfighter.sem.{name}": options} for entry in (FACTS, *modules) for name, options in entry.items()
        ],
    }
    path = cell.directory / "play.yml"
    path.write_text(yaml.safe_dump([play], sort_keys=False))
    return path


def play(cell: Cell, *modules: dict[str, Any], check: bool = False) -> Run:
    return cell.play(tasks(cell, *modules), check=check).ok()


QUARTETS = {
    "package": (["--tags", "none"], None, {"package": {"profile": PROFILE, "package": PACKAGE}}),
    "package absent": (
        ["--tags", "install"],
        None,
        {"package": {"profile": PROFILE, "package": PACKAGE, "state": "absent"}},
    ),
    "site": (["--tags", "none"], None, {"site": {"profile": PROFILE, "package": PACKAGE}}),
    "service": (["--tags", "install"], f"sc config {SERVICE} start= auto", {"service": {"profile": PROFILE}}),
    "service account": (
        ["--tags", "install"],
        None,
        {"service": {"profile": PROFILE, "account": "EXAMPLE\\sem", "account_password": "x y"}},
    ),
    "shared_folder": (["--tags", "install"], None, {"shared_folder": {"profile": PROFILE}}),
    "cluster_instance offline": (
        [],
        None,
        {"cluster_instance": {"profile": PROFILE, "state": "offline"}},
    ),
    "cluster_instance absent": ([], None, {"cluster_instance": {"profile": PROFILE, "state": "absent"}}),
    "cluster_instance all": ([], None, {"cluster_instance": {"profile": PROFILE, "depends_on": "all"}}),
}


@pytest.mark.parametrize("name", QUARTETS)
def test_quartet(cell: Cell, name: str) -> None:
    prepare, disturb, module = QUARTETS[name]
    cell.play(arguments=prepare).ok()
    if disturb:
        for node in cell.nodes:
            cell.cmd(node, disturb)
    cell.forget()
    predicted = play(cell, module, check=True)
    assert predicted.changes
    assert any(predicted.changed.values())
    assert cell.writes == []
    applied = play(cell, module)
    assert triples(applied.changes) == triples(predicted.changes)
    assert unmatched(applied.changes, cell.writes, cell.name) == []
    cell.forget()
    again = play(cell, module)
    assert again.changes == []
    assert not any(again.changed.values())
    assert cell.writes == []


def test_cluster_instance_present_and_online(cell: Cell) -> None:
    """present brings a new resource online, and leaves one offline that an admin took down."""
    cell.play(arguments=["--tags", "install"]).ok()
    play(cell, {"shared_folder": {"profile": PROFILE}})
    present: dict[str, Any] = {"cluster_instance": {"profile": PROFILE}}
    applied = play(cell, present)
    assert applied.changes[-1]["kind"] == "online"
    cell.admin("take_offline", name=NAME)
    cell.lab.advance(30)
    assert play(cell, present).changes == []
    assert cell.resource(NAME)["state"] == "OFFLINE"
    online: dict[str, Any] = {"cluster_instance": {"profile": PROFILE, "state": "online"}}
    assert [change["kind"] for change in play(cell, online).changes] == ["online"]
    assert cell.resource(NAME)["state"] == "ONLINE"


def test_package_absent_is_refused_while_the_cluster_runs_sem(converged: Cell) -> None:
    absent: dict[str, Any] = {"package": {"profile": PROFILE, "package": PACKAGE, "state": "absent"}}
    run = converged.play(tasks(converged, absent))
    assert run.rc == 2
    assert {item.result["problems"][0]["code"] for item in run.failures()} == {"in_use"}
    assert converged.writes == []


@pytest.mark.parametrize("name", ["node_info", "cluster_info"])
def test_info_modules_change_nothing(converged: Cell, name: str) -> None:
    run = play(converged, {name: {"profile": PROFILE}})
    assert not any(run.changed.values())
    assert converged.writes == []
    observed = [item.result["observed"] for item in run.results if item.action.endswith(name)]
    assert len(observed) >= len(converged.nodes)
    if name == "cluster_info":
        assert observed[-1]["sem_resource"] == NAME
        assert observed[-1]["cluster"]["groups"][observed[-1]["sem_group"]]["owner"] == converged.owner
