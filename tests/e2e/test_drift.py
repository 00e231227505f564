"""Every single drift is repaired by exactly its own changes, which check mode has predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from support.cell import Cell
from support.ledger import triples, unmatched

NAME = "SPAMfighter Cluster Instance"
SERVICE = "SfExchangeFilter"
KEY = '"HKLM\\SOFTWARE\\SPAMfighter\\Exchange Module"'
CHECKPOINT = "SOFTWARE\\SPAMfighter\\Exchange Module\\Settings"
LOCAL = '"C:\\ProgramData\\SPAMfighter\\Exchange Module"'


@dataclass(frozen=True)
class Drift:
    """``make`` disturbs a converged cluster; ``kinds`` are the changes that repair it."""

    name: str
    make: Callable[[Cell], object]
    kinds: tuple[str, ...]


def run_on_passive(cell: Cell) -> None:
    """SEM started while it still had its local directory, which was set back afterwards."""
    node = cell.passive
    cell.cmd(node, f"reg add {KEY} /v DataDir /d {LOCAL} /f")
    cell.cmd(node, f"net start {SERVICE}")
    cell.cmd(node, f'reg add {KEY} /v DataDir /d "{cell.folder}" /f')


def fail(cell: Cell) -> None:
    """Failed, and no restart left in this period."""
    for _crash in range(4):
        cell.lab.kill(cell.owner, SERVICE)
        cell.lab.advance(12)
    assert cell.resource(NAME)["state"] == "FAILED"


def uninstall(cell: Cell) -> None:
    cell.cmd(
        cell.passive,
        'msiexec /x "C:\\Windows\\Temp\\spamfighter_sem\\spamfighter-sem-4.1.0.msi" /qn /l*v C:\\Windows\\Temp\\x.log',
    )


def common(**values: object) -> Callable[[Cell], object]:
    return lambda cell: cell.admin("set_common", name=NAME, changed=values)


DRIFTS = (
    Drift("start mode", lambda cell: cell.cmd(cell.passive, f"sc config {SERVICE} start= auto"), ("start_mode",)),
    Drift("running on a passive node", run_on_passive, ("stop_service",)),
    Drift(
        "recovery actions",
        lambda cell: cell.cmd(cell.passive, f"sc failure {SERVICE} reset= 60 actions= restart/5000"),
        ("recovery",),
    ),
    Drift(
        "wrong dependency",
        lambda cell: cell.admin("add_dependency", name=NAME, provider=cell.facts["databases"][0]),
        ("remove_dependency",),
    ),
    Drift(
        "missing dependency",
        lambda cell: cell.admin("remove_dependency", name=NAME, provider=cell.facts["information_store"]),
        ("add_dependency",),
    ),
    Drift("restart policy", common(RestartAction=2), ("restart_policy",)),
    Drift("restart threshold", common(RestartThreshold=9), ("restart_policy",)),
    Drift("pending time-out", common(PendingTimeout=180_000), ("pending_timeout",)),
    Drift("persistent state", common(PersistentState=False), ("persistent_state",)),
    Drift("missing folder", lambda cell: cell.cmd(cell.owner, f"rd /s /q {cell.folder}"), ("folder", "permissions")),
    Drift(
        "folder permissions",
        lambda cell: cell.cmd(cell.owner, f"icacls {cell.folder} /grant *S-1-5-32-545:(OI)(CI)F"),
        ("permissions",),
    ),
    Drift(
        "data directory",
        lambda cell: cell.cmd(cell.passive, f"reg add {KEY} /v DataDir /d {LOCAL} /f"),
        ("data_directory",),
    ),
    Drift("offline", lambda cell: cell.admin("take_offline", name=NAME), ("online",)),
    Drift("failed", fail, ("online",)),
    Drift(
        "checkpoint",
        lambda cell: cell.admin("remove_registry_checkpoint", name=NAME, path=CHECKPOINT),
        ("checkpoint",),
    ),
    Drift(
        "possible owner",
        lambda cell: cell.admin("remove_possible_owner", name=NAME, node=cell.passive),
        ("add_owner",),
    ),
    Drift(
        "service name", lambda cell: cell.admin("set_private", name=NAME, changed={"UseNetworkName": 1}), ("private",)
    ),
    Drift(
        "missing on one node",
        uninstall,
        ("data_directory", "install", "recovery", "start_mode", "stop_service"),
    ),
)


def delete(cell: Cell) -> None:
    cell.admin("take_offline", name=NAME)
    cell.lab.advance(30)
    cell.admin("delete_resource", name=NAME)


def settle(cell: Cell) -> None:
    cell.lab.advance(30)
    cell.forget()


@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
def test_a_drift_is_repaired_by_its_own_changes(converged: Cell, drift: Drift) -> None:
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
