"""Matches what a run reports with what the lab recorded: every Change has its writes, every write its Change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Change = Mapping[str, Any]
Write = Mapping[str, Any]
STAGING = "c:\\windows\\temp\\spamfighter_sem"


def _on(*kinds: str) -> Callable[[Change, Write], bool]:
    """Writes of these kinds on the change's own target."""
    return lambda change, write: write["kind"] in kinds and _same(write["target"], change["target"])


def _staging(change: Change, write: Write) -> bool:
    return str(write["target"]).lower().startswith(STAGING) and write["kind"].startswith(("file.", "dir."))


def _installing(*kinds: str) -> Callable[[Change, Write], bool]:
    def claims(change: Change, write: Write) -> bool:
        if write["kind"] == "process.create":
            return "msiexec" in write["target"]
        return write["kind"] in kinds or _staging(change, write)

    return claims


def _property(*names: str) -> Callable[[Change, Write], bool]:
    def claims(change: Change, write: Write) -> bool:
        on_it = write["kind"] == "cluster.resource.property" and write["target"] == change["target"]
        return on_it and write["after"][0] in names

    return claims


def _dependency(change: Change, write: Write) -> bool:
    if write["kind"] != "cluster.resource.dependency" or write["target"] != change["target"]:
        return False
    name = change["after"] or change["before"]
    return (f"[{name}]" in str(write["after"])) != (f"[{name}]" in str(write["before"]))


def _online(change: Change, write: Write) -> bool:
    if write["kind"] == "service.start":
        return True
    return _on("cluster.resource.online")(change, write) or _property("PersistentState")(change, write)


def _offline(change: Change, write: Write) -> bool:
    if write["kind"] == "service.stop":
        return True
    return _on("cluster.resource.offline")(change, write) or _property("PersistentState")(change, write)


def _same(left: object, right: object) -> bool:
    return str(left).lower() == str(right).lower().removeprefix("hklm\\")


# kind -> which writes it accounts for. ``one``: exactly that many are expected; others may need several.
CLAIMS: Mapping[str, Callable[[Change, Write], bool]] = {
    "stage": _staging,
    "install": _installing("msi.install"),
    "upgrade": _installing("msi.install"),
    "uninstall": _installing("msi.remove"),
    "stop_service": _on("service.stop"),
    "start_service": _on("service.start"),
    "start_mode": _on("service.start_mode"),
    "account": _on("service.account"),
    "recovery": _on("service.recovery"),
    "folder": _on("dir.create"),
    "permissions": _on("acl.set"),
    "copy_data": lambda change, write: str(write["target"]).lower().startswith(change["target"].lower()),
    "data_directory": _on("registry.set"),
    "settings_key": _on("registry.set"),
    "resource": _on("cluster.resource.create"),
    "private": _on("cluster.resource.private"),
    "restart_policy": _property("RestartAction", "RestartThreshold", "RestartPeriod", "RetryPeriodOnFailure"),
    "pending_timeout": _property("PendingTimeout"),
    "separate_monitor": _property("SeparateMonitor"),
    "persistent_state": _property("PersistentState"),
    "add_dependency": _dependency,
    "remove_dependency": _dependency,
    "add_owner": _on("cluster.resource.owner"),
    "checkpoint": _on("cluster.resource.checkpoint"),
    "online": _online,
    "offline": _offline,
    "delete_resource": _on("cluster.resource.delete"),
}


def unmatched(changes: list[dict[str, Any]], writes: list[dict[str, Any]], cluster: str) -> list[str]:
    """What does not fit, in words; empty when the report and the lab's journal agree.

    ``changes`` carry ``host`` ("t1-t1n2"); a write belongs to a change on its node, or to any on the cluster.
    """
    left = list(writes)
    wrong = []
    for change in changes:
        node = str(change["host"]).partition("-")[2]
        claims = CLAIMS[change["kind"]]
        mine = [item for item in left if item["where"].lower() in (node, cluster.lower()) and claims(change, item)]
        if not mine:
            wrong.append(f"reported but not written: {change['kind']} {change['target']} on {node}")
        left = [item for item in left if item not in mine]
    wrong += [f"written but not reported: {item['where']} {item['kind']} {item['target']}" for item in left]
    return wrong


def triples(changes: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """(host, kind, target, after) of every change, sorted: what check mode has to predict."""
    return sorted((item["host"], item["kind"], item["target"], str(item["after"])) for item in changes)
