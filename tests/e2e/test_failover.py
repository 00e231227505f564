"""The promises proven by behaviour: SEM is restarted, never moves Exchange, and follows it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from lab.api import Lab
from support.cell import Cell

NAME = "SPAMfighter Cluster Instance"
SERVICE = "SfExchangeFilter"
THRESHOLD = 3


def moves(cell: Cell, since: float) -> list[str]:
    return [event["subject"] for event in cell.lab.cluster(cell.name).events(since) if event["what"] == "group_moved"]


def crash_sem(cell: Cell, times: int) -> None:
    for _crash in range(times):
        cell.lab.kill(cell.owner, SERVICE)
        cell.lab.advance(12)


def crash_when_it_runs(cell: Cell, node: str, times: int) -> int:
    """Kill SEM whenever it is online; how often that was. With a control connection of its own, for a thread."""
    lab = Lab.connect(cell.lab.directory)
    end, done = time.monotonic() + 60, 0
    try:
        while done < times and time.monotonic() < end:
            found = [item for item in lab.cluster(cell.name).snapshot()["resources"] if item["name"] == NAME]
            if found and found[0]["state"] == "ONLINE":
                lab.kill(node, SERVICE)
                lab.advance(12)
                done += 1
            time.sleep(0.02)
    finally:
        lab.hang_up()
    return done


def test_crashes_beyond_the_threshold_never_move_exchange(converged: Cell) -> None:
    """Rule 6: the same crashes under the cluster's own default policy would move the group."""
    owner, since = converged.owner, converged.lab.now
    crash_sem(converged, THRESHOLD + 1)
    assert converged.resource(NAME)["state"] == "FAILED"
    assert converged.owner == owner
    assert moves(converged, since) == []
    converged.lab.advance(15 * 60 + 30)
    assert converged.resource(NAME)["state"] == "ONLINE"


def test_crashes_do_move_exchange_under_the_default_policy(converged: Cell) -> None:
    """What the policy is for; so the test above can fail."""
    owner, since = converged.owner, converged.lab.now
    converged.admin("set_common", name=NAME, changed={"RestartAction": 2, "RestartThreshold": 1})
    crash_sem(converged, 2)
    converged.lab.advance(60)
    assert moves(converged, since) == [converged.facts["exchange_group"]]
    assert converged.owner != owner


def test_the_policy_is_set_before_the_first_online(cell: Cell) -> None:
    """Rule 6: whoever crashes SEM the moment it runs cannot move Exchange."""
    applied = cell.play().ok()
    order = [change["kind"] for change in applied.changes if change["target"] == NAME]
    assert order.index("restart_policy") < order.index("online")
    kinds = [(write["kind"], write["after"]) for write in cell.writes if write["target"] == NAME]
    policy = kinds.index(("cluster.resource.property", ["RestartAction", 1]))
    assert policy < [kind for kind, _after in kinds].index("cluster.resource.online")


def test_crashes_from_the_first_moment_never_move_exchange(cell: Cell) -> None:
    """Rule 6: SEM dies again and again from its very first online, while the playbook is still at work.

    The second Put is slow, so that a policy that came after the first online would come too late.
    """
    owner, since = cell.owner, cell.lab.now
    cell.lab.inject({"do": "latency", "value": 2, "when": {"class": "MSCluster_Resource", "action": "Put", "nth": 2}})
    with ThreadPoolExecutor(1) as pool:
        crashes = pool.submit(crash_when_it_runs, cell, owner, THRESHOLD + 1)
        cell.play()
        assert crashes.result(60) == THRESHOLD + 1
    cell.lab.advance(60)
    assert moves(cell, since) == []
    assert cell.owner == owner


def test_sem_follows_exchange_to_the_next_node(converged: Cell) -> None:
    """P1 and P8: the owner dies, SEM runs where Exchange runs, with its data."""
    owner = converged.owner
    converged.lab.node(owner).crash()
    converged.lab.advance(120)
    new = converged.owner
    assert new != owner
    assert converged.resource(NAME)["state"] == "ONLINE"
    assert converged.lab.node(new).facts()["services"][SERVICE]["state"] == "Running"
    assert "sem.db" in converged.cmd(new, f"dir /b {converged.folder}")


def test_settings_follow_a_move(converged: Cell) -> None:
    """P9: what was configured on one node is there on the other."""
    key = '"HKLM\\SOFTWARE\\SPAMfighter\\Exchange Module\\Settings"'
    target = converged.passive
    converged.cmd(converged.owner, f"reg add {key} /v Level /d high /f")
    converged.lab.advance(5)
    converged.admin("move_group", name=converged.facts["exchange_group"], node=target)
    converged.lab.advance(120)
    assert converged.owner == target
    assert converged.resource(NAME)["state"] == "ONLINE"
    assert "high" in converged.cmd(target, f"reg query {key} /v Level")


def test_the_play_is_right_after_a_failover_too(converged: Cell) -> None:
    """Another owner than at the first run: still nothing to change."""
    converged.admin("move_group", name=converged.facts["exchange_group"], node=converged.passive)
    converged.lab.advance(120)
    converged.forget()
    again = converged.play().ok()
    assert again.changes == []
    assert converged.writes == []
