"""Rules 15 to 18 and 31: what an installer may do, what is put right after it, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import by_hand
from support.direct_cell import DirectCell
from support.drifts import KEY, SERVICE
from support.rollout import Outcome

Factory = Callable[..., DirectCell]
MSI = "C:\\Windows\\Temp\\spamfighter_sem\\spamfighter-sem-4.1.0.msi"


@pytest.fixture
def pair(make_cell: Factory) -> DirectCell:
    """Two nodes without SEM."""
    return make_cell(nodes=2)


def package(cell: DirectCell, version: str) -> dict[str, Any]:
    src = str(cell.direct.world.sem_variables()["sem_package"]["src"])
    return {"src": src.replace("4.1.0", version), "version": version}


def install(cell: DirectCell, *nodes: str, version: str = "4.1.0") -> Outcome:
    limit = ",".join(map(cell.host, nodes or cell.nodes))
    variables = {"sem_package": package(cell, version)}
    return cell.play(arguments=["--tags", "install", "--limit", limit], variables=variables)


@pytest.fixture
def old_passive(pair: DirectCell) -> DirectCell:
    """SEM 4.0.1 on the passive node, integrated nowhere."""
    by_hand.install(pair, pair.passive, "4.0.1")
    pair.forget()
    return pair


def service(cell: DirectCell, node: str) -> dict[str, Any]:
    return dict(cell.lab.node(node).facts()["services"][SERVICE])


def message(run: Outcome) -> str:
    (failure,) = run.failures()
    return str(failure.result["msg"])


def exchange(cell: DirectCell) -> set[tuple[str, str]]:
    found = cell.lab.cluster(cell.name).snapshot()["resources"]
    return {(item["name"], item["state"]) for item in found}


# ---- rule 16 ------------------------------------------------------------------------------------
def test_rule_16_the_restart_manager_stops_nothing_of_exchange(old_passive: DirectCell) -> None:
    """The store holds a file of SEM; an upgrade that asked the Restart Manager would stop it."""
    cell, node = old_passive, old_passive.passive
    machine = cell.direct.world.machines[node]
    machine.services.start("MSExchangeIS")  # stands in for any process that holds SEM's files
    cell.lab.advance(30)
    install(cell, node).ok()
    assert cell.lab.node(node).facts()["services"]["MSExchangeIS"]["state"] == "Running"
    (line,) = [item["target"] for item in cell.writes if item["kind"] == "process.create"]
    for word in ("/qn", "/norestart", "REBOOT=ReallySuppress", "MSIRESTARTMANAGERCONTROL=Disable", "/l*v"):
        assert f" {word} " in line


def test_rule_16_exchange_that_changes_during_an_installation_stops_the_run(pair: DirectCell) -> None:
    cell = pair
    cell.admin("set_common", name=cell.facts["information_store"], changed={"RestartAction": 0})
    cell.lab.inject({"do": "installer_stops_service", "value": "MSExchangeIS", "when": {"node": cell.owner}})
    run = install(cell, cell.owner)
    codes = [item["code"] for item in run.failures()[0].result["problems"]]
    assert codes == ["exchange_changed"]
    assert "look at Exchange first" in message(run)


def test_rule_16_the_owner_is_not_upgraded_under_exchange(pair: DirectCell) -> None:
    cell = pair
    by_hand.install(cell, cell.owner, "4.0.1")
    before = exchange(cell)
    cell.forget()
    run = install(cell, cell.owner)
    assert [item["code"] for item in run.failures()[0].result["problems"]] == ["owner_upgrade"]
    assert (cell.writes, exchange(cell)) == ([], before)


@pytest.mark.parametrize(
    ("nth", "text"),
    [
        pytest.param(1, "this node owns the Exchange group", id="lock"),
        pytest.param(3, "has just moved to", id="installer"),  # the list comes in two pieces
    ],
)
def test_rule_16_a_node_that_becomes_the_owner_is_not_upgraded(old_passive: DirectCell, nth: int, text: str) -> None:
    """Exchange arrives between the look and the lock, or between the lock and the installer."""
    cell, node = old_passive, old_passive.passive

    def arrive() -> None:
        cell.admin("move_group", name=cell.facts["exchange_group"], node=node)
        cell.lab.advance(60)

    cell.direct.on_request(arrive, node=node, kind="Win32_LogicalDisk", nth=nth)
    run = install(cell, node)
    assert text in message(run)
    assert cell.lab.node(node).facts()["installed"] == ["4.0.1"]
    assert not [item for item in cell.writes if item["kind"] == "process.create"]


# ---- rule 17 ------------------------------------------------------------------------------------
def test_rule_17_after_a_good_installer_the_service_is_the_clusters(pair: DirectCell) -> None:
    for node in pair.nodes:
        done = pair.module("package", node)
        assert done.status == "ok"
        kinds = [change["kind"] for change in done.result["changes"]]
        assert kinds == ["stage", "install", "stop_service", "start_mode", "recovery"]
        found = service(pair, node)
        assert (found["state"], found["start_mode"]) == ("Stopped", "Manual")
        assert not any(kind for kind, _delay in pair.direct.world.machines[node].services.recovery(SERVICE))


def test_rule_17_after_a_bad_installer_too(old_passive: DirectCell) -> None:
    """It fails, and has left the service running and automatic."""
    cell, node = old_passive, old_passive.passive

    def meddle() -> None:
        cell.cmd(node, f"sc config {SERVICE} start= auto & net start {SERVICE}")

    cell.lab.inject({"do": "installer_exit", "value": 1603, "when": {"node": node}})
    cell.direct.on_request(meddle, node=node, kind="Win32_Process")
    run = install(cell, node)
    assert "1603" in message(run)
    found = service(cell, node)
    assert (found["state"], found["start_mode"]) == ("Stopped", "Manual")
    assert "stop_service" in [change["kind"] for change in run.changes]


def test_rule_17_the_data_directory_is_put_back_after_an_upgrade(old_passive: DirectCell) -> None:
    cell, node = old_passive, old_passive.passive
    cell.cmd(node, f'reg add {KEY} /v DataDir /d "S:\\SPAMfighter" /f')
    run = install(cell, node).ok()
    assert "data_directory" in [change["kind"] for change in run.changes]
    assert "S:\\SPAMfighter" in cell.cmd(node, f"reg query {KEY} /v DataDir")


# ---- rule 18 ------------------------------------------------------------------------------------
def test_rule_18_a_reboot_that_is_wanted_is_told_and_not_made(pair: DirectCell) -> None:
    cell, node = pair, pair.passive
    cell.lab.inject({"do": "installer_reboot", "when": {"node": node}})
    run = install(cell, node).ok()
    (done,) = [item for item in run.results if item.module.endswith(".site")]
    assert done.result["reboot_required"] is True
    cell.lab.advance(600)
    assert not [item for item in cell.direct.world.journal.writes if item.kind == "node.reboot"]


def test_rule_18_another_installer_is_waited_for(pair: DirectCell) -> None:
    cell, node = pair, pair.passive
    cell.lab.inject({"do": "installer_mutex", "value": 60, "when": {"node": node}})
    install(cell, node).ok()
    assert cell.lab.node(node).facts()["installed"] == ["4.1.0"]


def test_rule_18_another_installer_is_not_waited_for_for_ever(pair: DirectCell) -> None:
    cell, node = pair, pair.passive
    cell.lab.inject({"do": "installer_mutex", "value": 10_000, "when": {"node": node}})
    cell.extra = {"sem_install_timeout_s": 60}
    text = message(install(cell, node))
    assert "another installation is in progress" in text
    assert "1618" in text
    assert "run the playbook again" in text


def test_rule_18_and_31_a_failed_installation_tells_everything(pair: DirectCell, tmp_path: Path) -> None:
    cell, node = pair, pair.passive
    cell.lab.inject({"do": "installer_exit", "value": 1603, "when": {"node": node}})
    run = install(cell, node)
    (failure,) = run.failures()
    text = str(failure.result["msg"])
    assert "1603" in text
    assert f"owner of the group: {cell.owner}" in text
    assert "SEM: no resource yet" in text
    assert "Exchange: all 4 resources online" in text
    assert "Already changed: stage" in text
    assert "safe to run the playbook again" in text
    log = Path(str(failure.result["log"]))
    assert f"log: {log}" in text
    assert log.is_relative_to(tmp_path)
    assert "MainEngineThread is returning 1603" in log.read_text(encoding="utf-8")
    assert any("1603" in line for line in failure.result["log_tail"])
    assert [item["kind"] for item in failure.result["applied"]] == ["stage"]
    assert install(cell, node).ok()  # what failed is tried again, and its log is a new one
    assert log.exists()


def test_rule_18_a_hung_installer_is_told_and_left_alone(pair: DirectCell) -> None:
    cell, node = pair, pair.passive
    cell.lab.inject({"do": "installer_hang", "when": {"node": node}})
    cell.extra = {"sem_install_timeout_s": 60}
    text = message(install(cell, node))
    assert "it was left alone" in text
    assert "Exchange is not touched by it" in text
    running = cell.direct.world.machines[node].processes.running.values()
    assert [item for item in running if "msiexec" in item.command_line]


def test_rule_18_an_installer_that_outlives_its_connection_is_not_started_twice(pair: DirectCell) -> None:
    """The answer to its start is lost: what became of it is read, not repeated."""
    cell, node = pair, pair.passive
    when = {"node": node, "class": "Win32_Process", "method": "Create"}
    cell.lab.inject({"do": "reset_after", "when": when})
    run = install(cell, node)
    cell.lab.clear()
    assert run.failures()
    assert len([item for item in cell.writes if item["kind"] == "process.create"]) == 1
    cell.lab.advance(120)
    assert cell.lab.node(node).facts()["installed"] == ["4.1.0"]
    cell.forget()
    install(cell, node).ok()
    assert not [item for item in cell.writes if item["kind"] == "process.create"]
    found = service(cell, node)
    assert (found["state"], found["start_mode"]) == ("Stopped", "Manual")


# ---- rule 15 ------------------------------------------------------------------------------------
def test_rule_15_a_possible_owner_without_sem_is_named(pair: DirectCell) -> None:
    cell = pair
    by_hand.install(cell, cell.owner)
    cell.forget()
    run = cell.play(arguments=["--tags", "integrate"])
    texts = [str(item.result["msg"]) for item in run.failures()]
    assert any(f"SEM is not installed on the possible owner {cell.passive}" in text for text in texts)
    assert not [item for item in cell.writes if item["kind"].startswith("cluster.")]


def test_rule_15_a_node_that_lost_sem_is_named_and_nothing_is_touched(installed: DirectCell) -> None:
    cell = installed
    cell.play().ok()
    cell.cmd(cell.passive, f"msiexec /x {by_hand.PACKAGE} /qn")
    cell.admin("set_common", name="SPAMfighter Cluster Instance", changed={"RestartThreshold": 9})
    cell.forget()
    run = cell.play(arguments=["--tags", "integrate"])
    assert any(cell.passive in str(item.result["msg"]) for item in run.failures())
    assert not [item for item in cell.writes if item["kind"].startswith("cluster.")]
