"""Who acts, and what the nodes know of each other (rules 4, 13 to 15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import NodeState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Change, Plan, Problem
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.acting import (
    Acting,
    Peers,
    choose,
    duplicates,
    nobody,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import UNKNOWN_SERVICE, SemNode
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.readiness import check_nodes
from support.observed import (
    GROUP,
    NODES,
    PROGRAM,
    SEM,
    SERVICE,
    codes,
    exchange_cluster,
    integrated,
    peers,
    published,
    seen,
    with_group,
)

NEW = Plan((Change("resource", SEM, None, {}, "new"),))
WIDER = Plan((Change("add_owner", SEM, None, "N3", "wider"),))
QUIET = Plan(notes=("all is well",))


# ---- rule 13 ------------------------------------------------------------------------------------
@pytest.mark.parametrize("needs_owner", [True, False])
def test_rule_13_the_owner_acts(needs_owner: bool) -> None:
    cluster = with_group(exchange_cluster(), owner="N2")
    acting = choose(cluster, cluster.groups[GROUP], peers(), needs_owner=needs_owner)
    assert acting == Acting("N2")
    assert acting.is_me("n2")
    assert not acting.is_me("N1")


def test_rule_13_without_the_owner_the_first_up_node_by_name_acts() -> None:
    cluster = exchange_cluster()
    others = peers(published("N3"), published("N2"), absent={"n1": "its host a failed"})
    acting = choose(cluster, cluster.groups[GROUP], others, needs_owner=False)
    assert acting == Acting("N2", "the owner N1 cannot (its host a failed)")


@pytest.mark.parametrize("state", [NodeState.DOWN, NodeState.PAUSED, NodeState.JOINING, NodeState.UNKNOWN])
def test_rule_13_a_node_that_is_not_up_does_not_stand_in(state: NodeState) -> None:
    cluster = exchange_cluster()
    nodes = {**cluster.nodes, "N2": replace(cluster.nodes["N2"], state=state)}
    cluster = replace(cluster, nodes=nodes)
    others = peers(published("N2"), published("N3"))
    assert choose(cluster, cluster.groups[GROUP], others, needs_owner=False).node == "N3"
    alone = choose(cluster, cluster.groups[GROUP], peers(published("N2")), needs_owner=False)
    assert alone.why == "neither the owner N1 (it is not in this play) nor another Up node is in this play"
    assert alone.node is None
    assert not alone.is_me("N2")


def test_rule_13_folder_work_is_never_done_by_another_than_the_owner() -> None:
    cluster = exchange_cluster()
    acting = choose(cluster, cluster.groups[GROUP], peers(published("N2")), needs_owner=True)
    assert acting.node is None
    assert "only the owner N1" in acting.why
    assert "not in this play" in acting.why


def test_rule_13_a_group_that_nobody_owns_is_told_as_that() -> None:
    cluster = with_group(exchange_cluster(), owner=None)
    acting = choose(cluster, cluster.groups[GROUP], peers(), needs_owner=True)
    assert acting == Acting(None, "only the owner can do this, and nobody owns the group now")
    assert choose(cluster, cluster.groups[GROUP], peers(), needs_owner=False) == Acting(
        "N1", "nobody owns the group now"
    )
    assert choose(cluster, cluster.groups[GROUP], Peers(), needs_owner=False) == Acting(
        None, "nobody owns the group now, and no Up node is in this play"
    )


def test_rule_13_nobody_is_a_problem_that_tells_why() -> None:
    problem = nobody(exchange_cluster(), Acting(None, "the reason"))
    assert (problem.code, problem.where) == ("nobody_acts", "C1")
    assert "the reason" in problem.what


def test_rule_13_only_hosts_of_the_same_cluster_are_candidates() -> None:
    everybody = Peers(
        {"n1": published("N1"), "x1": published("X1", cluster="id-2"), "s1": published("S1", cluster=None)},
        duplicates={"n1": ("a", "b"), "x1": ("c", "d")},
    )
    mine = everybody.of_cluster("id-1")
    assert list(mine.nodes) == ["n1"]
    assert mine.duplicates == {"n1": ("a", "b")}
    assert mine.of("N1") == published("N1")


def test_rule_4_the_same_node_twice_is_a_problem_that_names_the_hosts() -> None:
    found = duplicates(Peers(duplicates={"n2": ("b", "mailvs"), "n1": ("a", "c")}))
    assert [(item.code, item.where) for item in found] == [("same_node_twice", "n1"), ("same_node_twice", "n2")]
    assert "b, mailvs" in found[1].what


# ---- rules 14 and 15 ----------------------------------------------------------------------------
def test_rule_15_a_plan_for_nodes_that_are_ready_is_left_as_it_is() -> None:
    for plan in (NEW, WIDER, QUIET):
        assert check_nodes(plan, seen(exchange_cluster()), peers(), SERVICE) == plan


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (published("N2", product=None), "sem_missing"),
        (published("N2", service=None), "sem_missing"),
        (published("N2", product=None, service=None, predicted=True), "sem_missing"),
        (published("N2", service="other"), "service_differs"),
        (published("N2", service="other", predicted=True), "service_differs"),
        (published("N2", start_mode="Auto"), "start_mode"),
        (published("N2", start_mode="Disabled"), "start_mode"),
        (published("N2", start_mode=None), "start_mode"),
        (published("N2", service_path="D:\\SEM\\sem.exe -service"), "paths_differ"),
    ],
)
def test_rule_15_a_possible_owner_that_is_not_ready_is_named(entry: SemNode, code: str) -> None:
    known = peers(published("N1"), entry, published("N3"))
    plan = check_nodes(NEW, seen(exchange_cluster()), known, SERVICE)
    assert codes(plan) == [code]
    assert plan.changes == NEW.changes
    assert plan.problems[0].where == ("C1" if code == "paths_differ" else "N2")


@pytest.mark.parametrize(
    "entry",
    [
        published("N2", service=SERVICE.upper()),
        published("N2", service_path=PROGRAM.upper()),
        published("N2", service_path=PROGRAM.replace('"', "")),
        published("N2", service_path=None),
        published("N2", predicted=True, service=None, start_mode="Auto"),
        published("N2", predicted=True, start_mode="Auto"),
    ],
)
def test_rule_15_what_is_the_same_in_other_words_is_ready(entry: SemNode) -> None:
    known = peers(published("N1"), entry, published("N3"))
    assert check_nodes(NEW, seen(exchange_cluster()), known, SERVICE) == NEW


def test_rule_15_only_possible_owners_have_to_be_ready() -> None:
    cluster = integrated(owners=("N1", "N2"))
    cluster = replace(cluster, possible_owners={name: frozenset({"N1", "N2"}) for name in cluster.possible_owners})
    known = peers(published("N1"), published("N2"), published("N3", product=None))
    assert check_nodes(QUIET, seen(cluster), known, SERVICE) == QUIET
    assert codes(check_nodes(NEW, seen(exchange_cluster()), known, SERVICE)) == ["sem_missing"]


@pytest.mark.parametrize("plan", [NEW, WIDER])
def test_rule_14_unknown_nodes_are_a_problem_when_owners_are_at_stake(plan: Plan) -> None:
    known = peers(published("N1"), published("N3"), absent={"n2": "its host b failed"})
    found = check_nodes(plan, seen(exchange_cluster()), known, SERVICE)
    assert codes(found) == ["unknown_nodes"]
    assert "N2 (its host b failed)" in found.problems[0].what


def test_rule_14_unknown_nodes_are_a_note_when_all_is_right_already() -> None:
    found = check_nodes(QUIET, seen(integrated()), peers(published("N1")), SERVICE)
    assert not found.problems
    assert found.notes[-1] == "not looked at in this run: N2 (not in this play), N3 (not in this play)"


def test_rule_14_in_check_mode_a_service_that_is_not_known_yet_differs_from_nothing() -> None:
    """The owner has no SEM yet, so its service's name is not known; a passive node has it already."""
    known = peers(published("N1", predicted=True, service=None, service_path=None), published("N2"), published("N3"))
    assert check_nodes(NEW, seen(exchange_cluster()), known, UNKNOWN_SERVICE) == NEW


def test_rule_5_a_vendors_type_without_a_known_service_differs_from_nothing() -> None:
    assert check_nodes(NEW, seen(exchange_cluster()), peers(), "") == NEW


def test_earlier_problems_and_notes_stay() -> None:
    earlier = Plan(notes=("a note",), problems=(Problem("x", "here", "what", "advice"),))
    known = peers(*(published(node, product=None) for node in NODES))
    found = check_nodes(earlier, seen(exchange_cluster()), known, SERVICE)
    assert codes(found) == ["x", "sem_missing", "sem_missing", "sem_missing"]
    assert found.notes == ("a note",)
