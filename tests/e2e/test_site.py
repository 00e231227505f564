"""The main job: from an empty cluster to SEM integrated, and again without a change."""

from __future__ import annotations

import pytest

from support.cell import Cell
from support.ledger import triples, unmatched

NAME = "SPAMfighter Cluster Instance"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_fresh_cluster_and_again(cell: Cell, scheme: str) -> None:
    first = cell.play(scheme=scheme).ok()
    assert all(first.changed.values())
    assert unmatched(first.changes, cell.writes, cell.name) == []
    resource = cell.resource(NAME)
    facts = cell.facts
    assert resource["state"] == "ONLINE"
    assert resource["group"] == facts["exchange_group"]
    for needed in (facts["system_attendant"], facts["information_store"], facts["disks"][0]["resource"]):
        assert f"[{needed}]" in resource["dependencies"]
    assert not any(f"[{database}]" in resource["dependencies"] for database in facts["databases"])
    common = dict(resource["common"])
    assert (common["RestartAction"], common["RestartThreshold"], common["PendingTimeout"]) == (1, 3, 60_000)
    assert sorted(resource["possible_owners"]) == sorted(cell.nodes)
    assert resource["checkpoints"] == [["SOFTWARE\\SPAMfighter\\Exchange Module\\Settings", 64]]
    cell.forget()
    second = cell.play(scheme=scheme).ok()
    assert second.changed == dict.fromkeys(map(cell.host, cell.nodes), 0)
    assert second.changes == []
    assert cell.writes == []


def test_every_node_leaves_sem_to_the_cluster(converged: Cell) -> None:
    for node in converged.nodes:
        service = converged.lab.node(node).facts()["services"]["SfExchangeFilter"]
        assert service["start_mode"] == "Manual"
        assert service["state"] == ("Running" if node == converged.owner else "Stopped")
        value = converged.cmd(node, 'reg query "HKLM\\SOFTWARE\\SPAMfighter\\Exchange Module" /v DataDir')
        assert converged.folder in value


def test_exchange_is_never_touched(cell: Cell) -> None:
    before = {item["name"]: item for item in cell.lab.cluster(cell.name).snapshot()["resources"]}
    since = cell.lab.now
    cell.play().ok()
    after = {item["name"]: item for item in cell.lab.cluster(cell.name).snapshot()["resources"]}
    assert {name: item for name, item in after.items() if name != NAME} == before
    touched = {event["subject"] for event in cell.lab.cluster(cell.name).events(since)}
    assert touched <= {NAME, cell.facts["exchange_group"]}
    moved = [event for event in cell.lab.cluster(cell.name).events(since) if event["what"] == "group_moved"]
    assert moved == []


def test_check_mode_predicts_what_apply_does(cell: Cell) -> None:
    predicted = cell.play(check=True).ok()
    assert cell.writes == []
    applied = cell.play().ok()
    assert triples(predicted.changes) == triples(applied.changes)


def test_preflight_reads_only(cell: Cell) -> None:
    run = cell.play("preflight.yml").ok()
    assert not any(run.changed.values())
    assert cell.writes == []


def test_verify_reads_only_and_passes(converged: Cell) -> None:
    run = converged.play("verify.yml").ok()
    assert not any(run.changed.values())
    assert converged.writes == []


def test_verify_fails_on_an_empty_cluster(cell: Cell) -> None:
    run = cell.play("verify.yml")
    assert run.rc == 2
    assert cell.writes == []


def test_tags_run_their_part(cell: Cell) -> None:
    installed = cell.play(arguments=["--tags", "install"]).ok()
    assert {kind for kind, _target in installed.kinds()} == {
        "stage",
        "install",
        "stop_service",
        "start_mode",
        "recovery",
    }
    integrated = cell.play(arguments=["--tags", "integrate"]).ok()
    assert ("online", NAME) in integrated.kinds()
    assert not any(cell.play().ok().changed.values())


def test_the_upgrade_code_and_the_service_may_be_unknown(cell: Cell) -> None:
    """The product is found by its name and the service by the product's folder."""
    shared = cell.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    package = {key: value for key, value in shared["sem_package"].items() if key != "upgrade_code"}
    profile = {key: value for key, value in shared["sem_profile"].items() if key != "service"}
    cell.extra = {"sem_package": package, "sem_profile": profile}
    cell.play(check=True).ok()
    cell.play().ok()
    assert cell.resource(NAME)["state"] == "ONLINE"
    cell.forget()
    assert not any(cell.play().ok().changed.values())
    assert cell.writes == []
