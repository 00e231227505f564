"""SEM's Windows service on one node (rules 2 and 17)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import ResourceState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.service import (
    Hosting,
    applied,
    plan_service,
    predicted_after_install,
    same_account,
    wanted_service,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Service
from support.observed import PROGRAM, SEM, SERVICE, codes, kinds

STATES = (
    "Stopped",
    "Start Pending",
    "Stop Pending",
    "Running",
    "Continue Pending",
    "Pause Pending",
    "Paused",
    "Unknown",
)
NORMAL = Service(SERVICE, "SPAMfighter", "Stopped", "Manual", 0, PROGRAM, "LocalSystem", False)
PLAIN = Service(SERVICE, "SPAMfighter", "Running", "Auto", 7, PROGRAM, "LocalSystem", True)
PASSIVE, OWNER, ALONE = wanted_service(True, False), wanted_service(True, True), wanted_service(False, False)


@pytest.mark.parametrize(
    ("state", "owner", "held"),
    [
        (ResourceState.ONLINE, "N1", True),
        (ResourceState.ONLINE, "n1", True),
        (ResourceState.ONLINE_PENDING, "N1", True),
        (ResourceState.OFFLINE_PENDING, "N1", True),
        (ResourceState.OFFLINE, "N1", False),
        (ResourceState.FAILED, "N1", False),
        (ResourceState.ONLINE, "N2", False),
        (ResourceState.ONLINE, None, False),
    ],
)
def test_rule_17_the_cluster_holds_the_service_where_it_runs_it(
    state: ResourceState, owner: str | None, held: bool
) -> None:
    assert Hosting(SEM, state, owner).holds("N1") is held
    assert not Hosting().holds("N1")


@pytest.mark.parametrize(
    ("wanted", "seen", "expected"),
    [
        (PASSIVE, NORMAL, []),
        (OWNER, replace(NORMAL, state="Running"), []),
        (OWNER, NORMAL, []),
        (ALONE, PLAIN, []),
        (ALONE, replace(PLAIN, recovery=False), []),
        (PASSIVE, PLAIN, ["stop_service", "start_mode", "recovery"]),
        (OWNER, PLAIN, ["start_mode", "recovery"]),
        (ALONE, NORMAL, ["start_mode", "start_service"]),
        (PASSIVE, replace(NORMAL, recovery=None), []),
        (PASSIVE, replace(NORMAL, start_mode="Disabled"), ["start_mode"]),
        (ALONE, replace(PLAIN, start_mode="Disabled", state="Stopped"), ["start_mode", "start_service"]),
    ],
)
def test_rule_17_the_service_is_made_normal(wanted: t.Any, seen: Service, expected: list[str]) -> None:
    plan = plan_service(wanted, seen)
    assert kinds(plan) == expected
    assert {change.target for change in plan.changes} <= {SERVICE}
    assert plan_service(wanted, applied(seen, wanted)).changes == ()


@pytest.mark.parametrize("state", STATES)
def test_rule_17_elsewhere_than_on_its_owner_nothing_but_stopped_will_do(state: str) -> None:
    seen = replace(NORMAL, state=state)
    assert ("stop_service" in kinds(plan_service(PASSIVE, seen))) is (state != "Stopped")
    assert plan_service(OWNER, seen).changes == ()
    assert ("start_service" in kinds(plan_service(ALONE, seen))) is (state != "Running")


def test_only_stopping_interrupts_sem() -> None:
    plan = plan_service(PASSIVE, PLAIN)
    assert [change.kind for change in plan.changes if change.interrupts == "sem"] == ["stop_service"]


@pytest.mark.parametrize(
    ("wanted", "seen", "changed"),
    [
        (None, "LocalSystem", False),
        ("LocalSystem", "NT AUTHORITY\\SYSTEM", False),
        ("CORP\\svc-sem", "corp\\SVC-SEM", False),
        (".\\sem", "sem", False),
        ("CORP\\svc-sem", "LocalSystem", True),
    ],
)
def test_rule_17_the_account_is_set_only_when_declared_and_different(
    wanted: str | None, seen: str, changed: bool
) -> None:
    plan = plan_service(wanted_service(True, False, wanted), replace(NORMAL, account=seen))
    assert kinds(plan) == (["account"] if changed else [])


@pytest.mark.parametrize(
    ("left", "right"),
    [("SYSTEM", ".\\LocalSystem"), ("localsystem", "System"), (" LocalSystem ", "NT Authority\\System")],
)
def test_localsystem_has_many_names(left: str, right: str) -> None:
    assert same_account(left, right)
    assert not same_account(left, "NT AUTHORITY\\LocalService")
    assert not same_account("CORP\\a", "OTHER\\a")


def test_a_missing_service_is_a_problem_or_a_note() -> None:
    assert codes(plan_service(PASSIVE, None)) == ["service_missing"]
    quiet = plan_service(PASSIVE, None, missing_is_problem=False)
    assert (quiet.problems, len(quiet.notes)) == ((), 1)


def test_rule_14_what_an_installer_leaves_needs_every_step() -> None:
    """Check mode plans from the worst that an installer may leave."""
    predicted = predicted_after_install(SERVICE, PROGRAM)
    assert kinds(plan_service(PASSIVE, predicted)) == ["stop_service", "start_mode", "recovery"]
    assert applied(predicted, PASSIVE).state == "Stopped"
    assert applied(predicted, OWNER).state == "Running"


@pytest.mark.parametrize(("account", "expected"), [("CORP\\svc-sem", "CORP\\svc-sem"), (None, "LocalSystem")])
@pytest.mark.parametrize(("clustered", "recovery"), [(True, False), (False, True)])
def test_what_check_mode_publishes_is_what_will_be(
    account: str | None, expected: str, clustered: bool, recovery: bool
) -> None:
    after = applied(PLAIN, wanted_service(clustered, False, account))
    assert (after.account, after.recovery) == (expected, recovery)
    assert (after.name, after.path) == (SERVICE, PROGRAM)
