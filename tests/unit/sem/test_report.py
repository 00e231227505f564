"""What the admin reads (rule 31)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Change, Plan, Problem
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import plan_instance
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.report import (
    Situation,
    change_data,
    console_lines,
    describe,
    diff,
    failure_text,
    leftover_text,
    plain,
    problems_text,
)
from support.observed import CHECKPOINT, DATABASE, SEM, exchange_cluster, integrated, seen, wanted

DONE = Change("restart_policy", SEM, {"RestartAction": 2}, {"RestartAction": 1}, "why")
FAILED = Change("online", SEM, "OFFLINE", "ONLINE", "why")
HERE = Situation("N1", "N2", "OFFLINE", "all 3 resources online", "/logs/n1.log")


def change(kind: str, after: object, before: object = None, target: str = SEM) -> Change:
    return Change(kind, target, before, after, "why")


def test_rule_31_a_failure_says_everything_that_is_needed() -> None:
    left = change("checkpoint", CHECKPOINT)
    text = failure_text(RuntimeError("code 5018"), FAILED, [DONE], HERE, "C1", [left])
    for part in (
        "N1: online SPAMfighter Cluster Instance failed: code 5018",
        "owner of the group: N2",
        "SEM: OFFLINE",
        "Exchange: all 3 resources online",
        "log: /logs/n1.log",
        "Already changed: restart_policy SPAMfighter Cluster Instance: RestartAction=2 -> RestartAction=1",
        f"Not done: checkpoint {SEM}: {CHECKPOINT}.",
        "It is safe to run the playbook again",
        f'cluster res "{SEM}" /online /cluster:"C1"',
        f"Start-ClusterResource -Name '{SEM}'",
    ):
        assert part in text


def test_rule_31_a_failure_at_the_first_step_says_that_nothing_was_changed() -> None:
    text = failure_text(RuntimeError("x"), change("stage", "sum"), [], Situation("N1"), "")
    assert "Already changed: nothing." in text
    assert "SEM: unknown; Exchange: unknown" in text
    assert "By hand" not in text
    assert "Not done" not in text
    assert "owner" not in text
    assert "log" not in text


def test_a_refusal_says_that_nothing_was_touched_and_what_to_do() -> None:
    problems = (Problem("a", "N1", "this", "do that"), Problem("b", "N2", "more", "do more"))
    text = problems_text(problems)
    assert text == "Nothing was touched. N1: this. What to do: do that. N2: more. What to do: do more."
    assert "Nothing was touched" not in problems_text(problems, touched=True)


def test_what_is_left_after_all_steps_is_named() -> None:
    text = leftover_text(Plan((FAILED,)), HERE)
    assert f"online {SEM}: OFFLINE -> ONLINE" in text
    assert "owner of the group: N2" in text
    refused = leftover_text(Plan(problems=(Problem("x", "N1", "the group is pending", "wait"),)), HERE)
    assert "the group is pending (wait)" in refused


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (5, "5"),
        ("a", "a"),
        ({"A": 1, "B": None}, "A=1, B=none"),
        (["a", "b"], "a, b"),
        (("a", ("b",)), "a, b"),
    ],
)
def test_values_are_shown_as_words(value: object, text: str) -> None:
    assert plain(value) == text


def test_the_diff_has_one_entry_per_change() -> None:
    created = change("checkpoint", CHECKPOINT)
    first, second = diff([created, change("remove_dependency", None, DATABASE)])
    assert (first["before"], first["after"]) == ("", CHECKPOINT + "\n")
    assert (second["before"], second["after"]) == (DATABASE + "\n", "")
    assert first["before_header"] == f"checkpoint {SEM}"
    assert describe(created) == f"checkpoint {SEM}: {CHECKPOINT}"
    assert change_data(created) == {
        "kind": "checkpoint",
        "target": SEM,
        "before": None,
        "after": CHECKPOINT,
        "why": "why",
        "interrupts": "none",
    }


LINES: list[tuple[Change, str]] = [
    (change("private", {"ServiceName": "x y", "UseNetworkName": 0}), '/priv ServiceName="x y" UseNetworkName=0'),
    (DONE, "/prop RestartAction=1"),
    (change("pending_timeout", 60_000), "/prop PendingTimeout=60000"),
    (change("separate_monitor", True), "/prop SeparateMonitor=1"),
    (change("remove_dependency", None, DATABASE), f'/removedep:"{DATABASE}"'),
    (change("add_owner", "N3"), "/addowner:N3"),
    (change("checkpoint", CHECKPOINT), f'/addcheck:"{CHECKPOINT}"'),
    (change("persistent_state", True, False), "/prop PersistentState=1"),
    (change("persistent_state", False, True), "/prop PersistentState=0"),
    (change("delete_resource", None, "Generic Service"), "/delete"),
]


@pytest.mark.parametrize(("step", "end"), LINES, ids=lambda value: str(value)[:30])
def test_rule_31_the_same_step_for_a_console(step: Change, end: str) -> None:
    assert console_lines(step, "C1") == (f'cluster res "{SEM}" {end} /cluster:"C1"',)
    assert console_lines(step, "") == (f'cluster res "{SEM}" {end}',)


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (change("start_mode", "Manual", target="svc"), "sc config svc start= demand"),
        (change("start_mode", "Auto", target="svc"), "sc config svc start= auto"),
        (change("stop_service", "Stopped", target="svc"), "net stop svc"),
        (change("recovery", "none", target="svc"), 'sc failure svc reset= 0 actions= ""'),
        (change("folder", "present", target="S:\\A B"), 'md "S:\\A B"'),
    ],
)
def test_rule_31_a_nodes_own_step_names_no_cluster(step: Change, line: str) -> None:
    assert console_lines(step, "C1") == (line,)


def test_rule_31_a_name_with_an_apostrophe_is_one_powershell_string() -> None:
    step = change("add_dependency", "O'Brien's Disk", target="O'Brien SEM")
    assert console_lines(step, "C1")[1] == (
        "Add-ClusterResourceDependency -Resource 'O''Brien SEM' -Provider 'O''Brien''s Disk'"
    )


@pytest.mark.parametrize("state", ["online", "offline", "absent"])
def test_rule_31_every_step_of_the_resource_has_a_console_line(state: t.Any) -> None:
    """But the registry key, which regedit makes."""
    for cluster in (exchange_cluster(), integrated(private={}, separate_monitor=False, needs=(DATABASE,), owners=())):
        plan = plan_instance(wanted(state), seen(cluster, settings_key=False))
        assert [step.kind for step in plan.changes if not console_lines(step, "C1")] in ([], ["settings_key"])
