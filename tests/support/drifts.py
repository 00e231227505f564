"""What can have happened to a converged cluster, each with the changes that repair it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .cell import Cell

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
    """Let the cluster come to rest, and forget what was written so far."""
    cell.lab.advance(30)
    cell.forget()
