"""Rules 6 and 9 to 14: who acts, what a moving group does to it, and what check mode says and does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster import schema
from support.direct_cell import DirectCell
from support.drifts import CHECKPOINT, KEY, NAME, SERVICE
from support.ledger import triples, unmatched
from support.play import ROOT

Factory = Callable[..., DirectCell]
PLUGINS = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem" / "plugins"
LOCAL = "C:\\ProgramData\\SPAMfighter\\Exchange Module"


def move(cell: DirectCell) -> Callable[[], object]:
    """Exchange goes to the other node, and is there."""
    target = cell.passive

    def moving() -> None:
        cell.admin("move_group", name=cell.facts["exchange_group"], node=target)
        cell.lab.advance(60)

    return moving


def test_rule_6_a_crash_at_any_moment_of_the_run_moves_nothing(installed: DirectCell) -> None:
    """Before every request to the cluster's resources: whoever crashes SEM when it runs cannot move Exchange."""
    cell, owner = installed, installed.owner

    def crash() -> None:
        for _ in range(4):
            if cell.lab.node(owner).facts()["services"][SERVICE]["state"] == "Running":
                cell.lab.kill(owner, SERVICE)
            cell.lab.advance(12)
        cell.direct.on_request(crash, kind="MSCluster_Resource")

    since = cell.lab.now
    crash()
    cell.play(arguments=["--tags", "integrate"])
    assert [item for item in cell.lab.cluster(cell.name).events(since) if item["what"] == "group_moved"] == []
    assert cell.owner == owner


@pytest.mark.parametrize("view", [32, 64])
def test_rule_9_the_checkpoint_is_made_in_the_profiles_view_and_below_the_root_key(
    installed: DirectCell, view: int
) -> None:
    cell = installed
    profile = {**cell.direct.world.sem_variables()["sem_profile"], "view": view}
    physical = CHECKPOINT.replace("SOFTWARE", "SOFTWARE\\Wow6432Node") if view == 32 else CHECKPOINT
    cell.cmd(cell.owner, f'reg add "HKLM\\{physical}" /f')
    cell.module("cluster_instance", cell.owner, profile=profile)
    node_info = [cell.module("node_info", node) for node in cell.nodes]
    assert all(item.status == "ok" for item in node_info)
    cell.play(variables={"sem_profile": profile}, arguments=["--tags", "integrate"])
    assert cell.resource(NAME)["checkpoints"] == [[CHECKPOINT, view]]


def test_rule_10_sem_waits_for_exchange_and_comes_with_it(installed: DirectCell) -> None:
    """A store that an admin has taken offline stays so."""
    cell = installed
    store = cell.facts["information_store"]
    cell.admin("take_offline", name=store)
    cell.lab.advance(60)
    run = cell.play(arguments=["--tags", "integrate"]).ok()
    assert cell.resource(store)["state"] == "OFFLINE"
    assert cell.resource(NAME)["state"] == "OFFLINE"
    assert any(f"comes online with {store}" in note for item in run.results for note in item.result.get("notes", ()))
    assert cell.play(arguments=["--tags", "integrate"]).ok().changes == []
    cell.admin("bring_online", name=store)
    cell.admin("bring_online", name=NAME)
    cell.lab.advance(60)
    assert cell.resource(NAME)["state"] == "ONLINE"


def test_rule_11_local_data_comes_along_once(installed: DirectCell) -> None:
    cell = installed
    cell.cmd(cell.owner, f'echo mail> "{LOCAL}\\quarantine.txt"')
    cell.forget()
    run = cell.play(arguments=["--tags", "integrate"]).ok()
    assert [target for kind, target in run.kinds() if kind == "copy_data"] == [cell.folder]
    assert unmatched(run.changes, cell.writes, cell.name) == []
    assert cell.cmd(cell.owner, f"type {cell.folder}\\quarantine.txt").strip() == "mail"
    cell.cmd(cell.owner, f"echo newer> {cell.folder}\\quarantine.txt")
    cell.cmd(cell.owner, f'reg add {KEY} /v DataDir /d "{LOCAL}" /f')
    again = cell.play(arguments=["--tags", "integrate"]).ok()
    assert [kind for kind, _target in again.kinds()] == ["data_directory"]
    assert cell.cmd(cell.owner, f"type {cell.folder}\\quarantine.txt").strip() == "newer"


def test_rule_12_the_collection_knows_no_call_on_a_group_or_a_node() -> None:
    assert schema.GROUP.methods == {}
    assert schema.NODE.methods == {}
    words = ("MoveToNew", "DestroyGroup", "Suspend-Cluster", "Move-Cluster", "/moveto", 'cluster group "', '"Pause"')
    for path in PLUGINS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path


def test_rule_13_a_group_that_moves_while_its_owner_works_is_followed(installed: DirectCell) -> None:
    """The step that needs the owner is not made on the old one; the confirming pass makes the rest on the new one."""
    cell = installed
    old = cell.owner
    cell.direct.on_request(move(cell), node=old, kind="AddDependency")
    run = cell.play(arguments=["--tags", "integrate"]).ok()
    assert cell.owner != old
    made = {change["kind"]: change["host"] for change in run.changes}
    assert made["resource"] == cell.host(old)
    assert made["settings_key"] == made["online"] == cell.host(cell.owner)
    assert cell.resource(NAME)["state"] == "ONLINE"
    assert any("moved from" in note for item in run.results for note in item.result.get("notes", ()))
    assert "Settings" not in cell.cmd(old, f"reg query {KEY}")


def test_rule_13_what_is_left_undone_is_an_error_that_names_who_should_have_acted(installed: DirectCell) -> None:
    """Somebody changes the resource before the last node looks at what its owner has made."""
    cell = installed
    move(cell)()  # hosts take their turns: the owner's comes last
    other, owner = cell.nodes
    assert cell.owner == owner

    def disturb() -> None:
        cell.admin("set_common", name=NAME, changed={"RestartThreshold": 9})

    # The node, the folder, the resource, the confirming pass: one look at the cluster for each.
    cell.direct.on_request(disturb, node=other, kind="MSCluster_Cluster", nth=4)
    run = cell.play(arguments=["--tags", "integrate"])
    (failure,) = run.failures()
    assert failure.host == cell.host(other)
    (problem,) = failure.result["problems"]
    assert problem["code"] == "left_undone"
    assert f"{owner} should have done this and did not: restart_policy {NAME}" in problem["what"]


def test_rule_13_nothing_is_done_when_only_the_owner_could_and_it_is_not_there(installed: DirectCell) -> None:
    cell = installed
    run = cell.play(arguments=["--tags", "integrate", "--limit", cell.host(cell.passive)])
    codes = {item["code"] for failure in run.failures() for item in failure.result.get("problems", ())}
    assert codes == {"nobody_acts"}
    assert cell.owner in str(run.failures()[0].result["msg"])
    assert cell.writes == []


def test_rule_14_check_mode_predicts_everything_on_an_empty_cluster_and_writes_nothing(make_cell: Factory) -> None:
    cell = make_cell(nodes=2)
    predicted = cell.play(check=True).ok()
    assert cell.writes == []
    published = [
        item.result["ansible_facts"]["sem_node"] for item in predicted.results if item.module.endswith(".site")
    ]
    assert {entry["predicted"] for entry in published} == {True}
    applied = cell.play().ok()
    assert triples(predicted.changes) == triples(applied.changes)


def test_rule_14_without_the_other_nodes_facts_nothing_new_is_made(installed: DirectCell) -> None:
    """Missing means unknown, never absent."""
    cell = installed
    cell.play(arguments=["--limit", cell.host(cell.owner)])
    assert not [item for item in cell.writes if item["kind"].startswith("cluster.")]
    cell.play().ok()
    cell.forget()
    limited = cell.play(arguments=["--limit", cell.host(cell.owner)]).ok()
    assert (limited.changes, cell.writes) == ([], [])


def test_verify_fails_on_a_drifted_cluster(installed: DirectCell) -> None:
    cell = installed
    cell.play().ok()
    assert cell.play("verify.yml").failures() == []
    cell.admin("set_common", name=NAME, changed={"RestartThreshold": 9})
    (failure,) = cell.play("verify.yml").failures()
    assert [change["kind"] for change in failure.result["changes"]] == ["restart_policy"]


def test_verify_fails_on_a_drifted_node(installed: DirectCell) -> None:
    cell = installed
    cell.play().ok()
    cell.cmd(cell.passive, f"sc config {SERVICE} start= auto")
    (failure,) = cell.play("verify.yml").failures()
    assert failure.host == cell.host(cell.passive)
    assert [change["kind"] for change in failure.result["changes"]] == ["start_mode"]


@pytest.mark.parametrize("playbook", ["preflight.yml", "verify.yml", "site.yml"])
def test_looking_at_a_drifted_cluster_writes_nothing(installed: DirectCell, playbook: str) -> None:
    """Preflight reports, verify fails, check mode predicts; none of them writes."""
    cell = installed
    cell.play().ok()
    cell.admin("set_common", name=NAME, changed={"RestartThreshold": 9})
    cell.cmd(cell.passive, f"sc config {SERVICE} start= auto")
    cell.cmd(cell.passive, f'reg add {KEY} /v DataDir /d "{LOCAL}" /f')
    cell.forget()
    run = cell.play(playbook, check=playbook == "site.yml")
    assert cell.writes == []
    assert bool(run.failures()) is (playbook == "verify.yml")
    if playbook != "verify.yml":
        assert {kind for kind, _target in run.kinds()} == {"restart_policy", "start_mode", "data_directory"}
        assert run.changed is (playbook == "site.yml")
