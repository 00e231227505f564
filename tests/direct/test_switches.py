"""The main job, and what follows it, where Windows behaves in each of the ways that nobody could verify."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lab import switching
from lab.fidelity import ALL_SWITCHES
from support.direct_cell import DirectCell
from support.drifts import NAME, SERVICE, fail, settle
from support.ledger import unmatched

Factory = Callable[..., DirectCell]
RESTART_PERIOD_S = 15 * 60 + 1
# Settings that leave the default routes; together they hold every setting that is no default.
WAYS: dict[str, dict[str, Any]] = {
    "by put": {
        "put_private": True,
        "control_set_private": False,
        "byte_arrays": False,
        "partial_put": True,
        "write_refusal": "fault",
        "cluster_fault": "text",
        "access_denied": 2150859012,
        "null_arrays": "nil",
        "offline_of_failed": "success",
    },
    "by control code": {
        "put_common": False,
        "control_set_common": True,
        "embedded_put": False,
        "cluster_fault": "wmierror",
        "access_denied": 2150859013,
        "lower_case_namespaces": True,
        "set_private_answers_5024": False,
        "missing_resource": "5007",
        "missing_instance": "hresult",
        "already_running_service": "restart",
    },
    "in other words": {
        "cluster_fault": "bare",
        "access_denied": 2150859014,
        "end_of_sequence": "w",
        "empty_page": True,
        "changing_contexts": False,
        "shell_quota": "wsman",
        "architecture_option": True,
        "terminated_offline": "offline",
    },
    "another cluster": {
        "possible_owners_limit_group": False,
        "event_1024_blocks_online": True,
        "timeout_zero": "return",
        "restarts_survive_move": False,
        "late_node_becomes_possible_owner": True,
        "down_nodes_tell_version": True,
    },
    "on an instance": {"static_needs_selectors": True},
    "without a code": {"fault_code": False},
}
# Settings of other Windows versions and shapes than the one that the ways are played on.
ELSEWHERE = {
    "batch_items_32000=true",
    "certutil_2003_hashfile=true",
    "certutil_2008_hashes=true",
    "cluster_exe_errors=stderr",
    "cluster_exe_pending=0",
    "control_2003=true",
    "exchange_2003_types=Virtual Server",
    "icacls_2003_inheritance=true",
    "icacls_2008_inheritance=true",
    "methods_2003=most",
    "one_mailbox_server_a_node=false",
    "put_2003=true",
    "unformed_cluster=empty",
}
# What leaves no way to write at all, and the kind of change that needs it.
DEAD_ENDS: dict[str, tuple[dict[str, Any], str]] = {
    "common": ({"put_common": False}, "restart_policy"),
    "private": ({"control_set_private": False}, "private"),
    "no bytes": ({"byte_arrays": False}, "private"),
    "refused": ({"control_set_private": False, "write_refusal": "fault", "cluster_fault": "bare"}, "private"),
}


def test_the_ways_hold_every_setting_that_is_no_default() -> None:
    held = {switching.shown(name, value) for way in WAYS.values() for name, value in way.items()} | ELSEWHERE
    for kind in ALL_SWITCHES:
        for name in switching.names(kind):
            others = {switching.shown(name, value) for value in switching.settings(kind, name)}
            assert others - {switching.shown(name, switching.default(kind, name))} <= held, name


@pytest.mark.parametrize("way", WAYS)
def test_the_main_job_its_repairs_and_a_new_node(make_cell: Factory, way: str) -> None:
    cell = make_cell(nodes=2, wire={"switches": WAYS[way]})
    first = cell.play().ok()
    assert unmatched(first.changes, cell.writes, cell.name) == []
    settle(cell)
    again = cell.play().ok()
    assert (again.changes, cell.writes) == ([], [])
    assert cell.resource(NAME)["state"] == "ONLINE"

    fail(cell)
    cell.admin("set_private", name=NAME, changed={"UseNetworkName": 1})
    cell.admin("set_common", name=NAME, changed={"RestartThreshold": 9})
    settle(cell)
    repaired = cell.play().ok()
    assert {kind for kind, _target in repaired.kinds()} == {"private", "restart_policy", "online"}
    assert cell.resource(NAME)["state"] == "ONLINE"

    cell.lab.advance(RESTART_PERIOD_S)
    fail(cell)
    cell.play(variables={"sem_resource_state": "offline"}).ok()
    assert cell.resource(NAME)["persistent_state"] is False

    joined = cell.add_node()
    settle(cell)
    cell.play().ok()
    assert sorted(cell.resource(NAME)["possible_owners"]) == sorted(cell.nodes)
    cell.admin("move_group", name=cell.facts["exchange_group"], node=joined)
    settle(cell)
    assert (cell.owner, cell.resource(NAME)["state"]) == (joined, "ONLINE")
    assert cell.lab.node(joined).facts()["services"][SERVICE]["state"] == "Running"


@pytest.mark.parametrize("end", DEAD_ENDS)
def test_where_no_way_is_left_the_failure_names_each_and_what_to_do(make_cell: Factory, end: str) -> None:
    """Nothing is brought online without its policy, and nothing is called done that was not."""
    switches, kind = DEAD_ENDS[end]
    cell = make_cell(nodes=2, wire={"switches": switches})
    run = cell.play()
    failures = [item.result for item in run.failures() if "failed_change" in item.result]
    assert {str(item["failed_change"]["kind"]) for item in failures} == {kind}
    for message in (str(item["msg"]) for item in failures):
        assert "put: " in message
        assert "control_code: " in message
        assert f'cluster res "{NAME}" /p' in message
    assert "online" not in [change["kind"] for change in run.changes]
    assert cell.resource(NAME)["state"] == "OFFLINE"
