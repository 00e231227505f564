"""Outcomes that nobody knows, faults that pass, names that mean something elsewhere, and secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from support.direct_cell import DirectCell
from support.drifts import NAME
from support.rollout import Outcome

Factory = Callable[..., DirectCell]
CREATE = {"class": "MSCluster_Resource", "method": "CreateResource"}


def integrate(cell: DirectCell, **variables: Any) -> Outcome:
    return cell.play(arguments=["--tags", "integrate"], variables=variables)


def asked(cell: DirectCell, action: str, method: str = "", kind: str = "MSCluster_Resource") -> int:
    """How many such requests reached any node."""
    wanted = {"action": action, "class_name": kind, "method": method}
    return sum(item == wanted for node in cell.nodes for item in cell.lab.node(node).requests())


# ---- unknown outcomes -----------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["CreateResource", "AddDependency", "BringOnline", "AddRegistryCheckpoint"])
def test_a_call_whose_answer_is_lost_is_looked_up_and_never_repeated(installed: DirectCell, method: str) -> None:
    cell = installed
    cell.lab.inject({"do": "reset_after", "when": {"class": "MSCluster_Resource", "method": method, "nth": 1}})
    integrate(cell).ok()
    expected = 3 if method == "AddDependency" else 1  # three dependencies, one call for each
    assert asked(cell, "Invoke", method) == expected
    assert cell.resource(NAME)["state"] == "ONLINE"


def test_a_put_whose_answer_is_lost_is_looked_up_and_never_repeated(installed: DirectCell) -> None:
    cell = installed
    integrate(cell).ok()
    cell.admin("set_common", name=NAME, changed={"RestartThreshold": 9})
    cell.forget()
    cell.lab.inject({"do": "reset_after", "when": {"class": "MSCluster_Resource", "action": "Put"}})
    run = integrate(cell).ok()
    assert [kind for kind, _target in run.kinds()] == ["restart_policy"]
    assert asked(cell, "Put") == 1


def test_a_call_that_was_not_carried_out_fails_and_is_not_repeated(installed: DirectCell) -> None:
    cell = installed
    cell.lab.inject({"do": "reset_before", "when": CREATE})
    run = integrate(cell)
    cell.lab.clear()
    assert asked(cell, "Invoke", "CreateResource") == 1
    assert any(item.result.get("failed_change", {}).get("kind") == "resource" for item in run.failures())
    assert not [item for item in cell.writes if item["kind"].startswith("cluster.")]


@pytest.mark.parametrize("action", ["Enumerate", "Pull"])
def test_a_read_whose_answer_is_lost_is_asked_again(installed: DirectCell, action: str) -> None:
    cell = installed
    cell.lab.inject({"do": "reset_before", "when": {"class": "MSCluster_ResourceGroup", "action": action, "nth": 1}})
    integrate(cell).ok()
    assert cell.resource(NAME)["state"] == "ONLINE"


def test_a_read_that_never_succeeds_ends(installed: DirectCell) -> None:
    cell = installed
    cell.lab.inject({"do": "reset_before", "when": {"class": "MSCluster_ResourceGroup"}})
    run = integrate(cell)
    assert len(run.failures()) == 2
    assert asked(cell, "Enumerate", kind="MSCluster_ResourceGroup") <= 8


# ---- faults that pass -----------------------------------------------------------------------------
@pytest.mark.parametrize("code", [5908, 5944, 1722])
def test_a_busy_cluster_is_asked_again(installed: DirectCell, code: int) -> None:
    cell = installed
    when = {"class": "MSCluster_Resource", "method": "AddDependency", "nth": 1}
    cell.lab.inject({"do": "fault", "value": code, "when": when})
    integrate(cell).ok()
    assert asked(cell, "Invoke", "AddDependency") == 4


@pytest.mark.parametrize("code", [5, 87, 5942])
def test_any_other_fault_ends_the_step_at_once(installed: DirectCell, code: int) -> None:
    cell = installed
    cell.lab.inject({"do": "fault", "value": code, "when": CREATE})
    run = integrate(cell)
    cell.lab.clear()
    assert asked(cell, "Invoke", "CreateResource") == 1
    assert any(f"code {code}" in str(item.result["msg"]) for item in run.failures())


# ---- names ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["O'Neill & Sons' <SEM> 100%", 'a "b" \\c\\ [d]_%', "Spamfilter für Büro"])
def test_a_name_means_just_itself(installed: DirectCell, name: str) -> None:
    """In XML and in WQL."""
    cell = installed
    integrate(cell, sem_resource_name=name).ok()
    assert cell.resource(name)["state"] == "ONLINE"
    cell.forget()
    again = integrate(cell, sem_resource_name=name).ok()
    assert (again.changes, cell.writes) == ([], [])


@pytest.mark.parametrize("name", ["Sem & O'Neill", "a^b (c) ;,=", "für uns"])
def test_a_folder_name_means_just_itself(installed: DirectCell, name: str) -> None:
    """On a command line."""
    cell = installed
    integrate(cell, sem_folder_name=name).ok()
    letter = cell.facts["disks"][0]["letter"]
    assert cell.direct.world.machines[cell.owner].files.is_directory(f"{letter}\\{name}")
    assert integrate(cell, sem_folder_name=name).ok().changes == []


# ---- secrets ----------------------------------------------------------------------------------------
def test_the_password_of_the_service_account_is_in_no_result(make_cell: Factory) -> None:
    cell = make_cell(nodes=2)
    secret = "canary-svc-9Xw\"&<>%^!' end"
    variables = {"sem_service_account": "EXAMPLE\\sem", "sem_service_password": secret}
    run = cell.play(variables=variables).ok()
    assert "account" in [change["kind"] for change in run.changes]
    assert "canary-svc" not in json.dumps([dict(item.result) for item in run.results], default=str)
    assert "canary-svc" not in repr(cell.direct.world.journal.writes)
