"""Finding the Exchange group and SEM's resource (rules 2, 5, 16 and 20)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import Cluster, Resource, ResourceState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.exchange import (
    exchange_states,
    find_group,
    find_resource,
    owned_exchange_groups,
    protected_groups,
)
from support.observed import (
    ATTENDANT,
    DATABASE,
    EXCHANGE,
    GROUP,
    OTHER,
    SEM,
    SERVICE,
    STORE,
    codes,
    exchange_cluster,
    integrated,
    resource,
    sem,
    with_group,
)

VENDOR = "SPAMfighter"


def two_groups() -> Cluster:
    return exchange_cluster(resource("Second Store", EXCHANGE + "Information Store", OTHER))


def test_rule_2_the_group_with_exchange_types_is_found() -> None:
    finding = find_group(exchange_cluster(), None)
    assert finding.group is not None
    assert (finding.group.name, finding.unprotected, finding.problems) == (GROUP, (), ())


@pytest.mark.parametrize("kind", ["Microsoft Exchange System Attendant", "MICROSOFT EXCHANGE NEW THING"])
def test_rule_2_any_case_and_any_type_with_the_prefix_counts(kind: str) -> None:
    assert protected_groups(exchange_cluster(resource("x", kind, OTHER))) == (OTHER, GROUP)


def test_rule_2_a_name_or_a_similar_type_does_not_make_an_exchange_group() -> None:
    named = resource("Microsoft Exchange System Attendant", "Generic Application", OTHER)
    similar = resource("Agent", "Contoso Agent for Microsoft Exchange", OTHER)
    assert protected_groups(exchange_cluster(named, similar)) == (GROUP,)


@pytest.mark.parametrize("named", [None, "anything"])
def test_rule_2_no_cluster_is_no_error(named: str | None) -> None:
    finding = find_group(None, named)
    assert finding.group is None
    assert not finding.problems
    assert "not a cluster" in finding.note


def test_rule_2_a_dag_is_told_and_is_no_error() -> None:
    finding = find_group(exchange_cluster(without=(ATTENDANT, STORE, DATABASE)), None)
    assert (finding.group, finding.problems) == (None, ())
    assert "DAG" in finding.note
    assert "'Microsoft Exchange'" in finding.note


def test_rule_2_of_several_groups_the_admin_names_one() -> None:
    cluster = two_groups()
    refused = find_group(cluster, None)
    assert codes(refused) == ["several_groups"]
    assert GROUP in refused.problems[0].what
    assert OTHER in refused.problems[0].what
    assert refused.group is None
    named = find_group(cluster, GROUP.upper())
    assert named.group is not None
    assert (named.group.name, named.unprotected, named.problems) == (GROUP, (OTHER,), ())


def test_rule_2_a_named_group_wins_whatever_its_types() -> None:
    finding = find_group(exchange_cluster(), OTHER)
    assert finding.group is not None
    assert (finding.group.name, finding.unprotected) == (OTHER, (GROUP,))


def test_rule_2_a_named_group_that_is_missing_is_a_problem_that_lists_the_groups() -> None:
    finding = find_group(exchange_cluster(), "Mial")
    assert codes(finding) == ["group_missing"]
    assert f"{OTHER!r}, {GROUP!r}" in finding.problems[0].advice


def test_rule_2_a_group_that_vanished_while_the_cluster_was_read_is_not_passed_over() -> None:
    cluster = exchange_cluster()
    gone = replace(cluster, groups={OTHER: cluster.groups[OTHER]})
    assert codes(find_group(gone, None)) == ["group_missing"]


def test_rule_2_other_protected_types_can_be_declared() -> None:
    cluster = exchange_cluster(resource("Database", "Oracle Service", OTHER))
    finding = find_group(cluster, None, ("Oracle",))
    assert finding.group is not None
    assert finding.group.name == OTHER


# ---- rule 5 -------------------------------------------------------------------------------------
def test_rule_5_nothing_to_adopt() -> None:
    cluster = exchange_cluster()
    assert find_resource(cluster, cluster.groups[GROUP], SEM, service=SERVICE).resource is None


def test_rule_5_ours_by_name_in_any_case() -> None:
    cluster = integrated()
    adoption = find_resource(cluster, cluster.groups[GROUP], SEM.upper(), service=SERVICE)
    assert adoption.resource == cluster.resources[SEM]
    assert not adoption.note


@pytest.mark.parametrize("spelled", [SERVICE, SERVICE.upper()])
def test_rule_5_a_generic_service_with_sems_service_is_adopted(spelled: str) -> None:
    cluster = exchange_cluster(sem(name="Spam filter", private={"ServiceName": spelled}))
    adoption = find_resource(cluster, cluster.groups[GROUP], SEM, service=SERVICE)
    assert adoption.resource == cluster.resources["Spam filter"]
    assert "'Spam filter'" in adoption.note


def test_rule_5_another_service_or_an_unknown_one_adopts_nothing() -> None:
    cluster = exchange_cluster(
        sem(name="Spooler", private={"ServiceName": "spooler"}),
        sem(name="empty", private={}),
        resource("another type", "Generic Application", private={"ServiceName": SERVICE}),
    )
    group = cluster.groups[GROUP]
    assert find_resource(cluster, group, SEM, service=SERVICE).resource is None
    assert find_resource(cluster, group, SEM, service=None).resource is None


@pytest.mark.parametrize(
    ("item", "kind", "expected"),
    [
        (sem(group=OTHER), "Generic Service", "name_taken"),
        (resource(SEM, "Generic Application"), "Generic Service", "type_differs"),
        (resource(SEM, VENDOR), "Generic Service", "type_differs"),
        (sem(name="Spam filter", group=OTHER), "Generic Service", "service_taken"),
    ],
)
def test_rule_5_what_cannot_be_adopted_is_refused(item: Resource, kind: str, expected: str) -> None:
    cluster = exchange_cluster(item)
    adoption = find_resource(cluster, cluster.groups[GROUP], SEM, kind, SERVICE)
    assert adoption.resource is None
    assert codes(adoption) == [expected]


@pytest.mark.parametrize("kind", [VENDOR, VENDOR.lower()])
def test_rule_5_a_vendors_own_type_is_adopted(kind: str) -> None:
    cluster = exchange_cluster(resource(SEM, VENDOR))
    assert find_resource(cluster, cluster.groups[GROUP], SEM, kind).resource == cluster.resources[SEM]


def test_rule_5_one_resource_of_the_vendors_type_is_adopted_under_another_name() -> None:
    cluster = exchange_cluster(resource("Filter", VENDOR), resource("Filter 2", VENDOR, OTHER))
    adoption = find_resource(cluster, cluster.groups[GROUP], SEM, VENDOR, SERVICE)
    assert adoption.resource == cluster.resources["Filter"]
    assert "'Filter'" in adoption.note
    assert find_resource(cluster, cluster.groups[GROUP], SEM, "Other type", SERVICE).resource is None
    two = exchange_cluster(resource("Filter", VENDOR), resource("Filter 2", VENDOR))
    assert codes(find_resource(two, two.groups[GROUP], SEM, VENDOR, SERVICE)) == ["several_resources"]


@pytest.mark.parametrize("second", [sem(name="Second", group=OTHER), sem(name="Second")])
@pytest.mark.parametrize("first", [sem(), sem(private={"ServiceName": "old"}), sem(name="A", private={})])
def test_rule_2_the_service_serves_one_resource_only(first: Resource, second: Resource) -> None:
    """Whichever is found first: a second resource with SEM's service is never ignored."""
    for items in ((first, second), (second, first)):
        cluster = exchange_cluster(*items)
        adoption = find_resource(cluster, cluster.groups[GROUP], SEM, service=SERVICE)
        if first.name == "A" and second.group == GROUP:
            assert adoption.resource == second
        else:
            assert codes(adoption) == ["service_taken"]
            assert "'Second'" in adoption.problems[0].what


# ---- rules 16 and 20 ----------------------------------------------------------------------------
def test_rule_16_states_of_exchange_are_told_with_their_owner() -> None:
    cluster = exchange_cluster(sem(), states={STORE: ResourceState.FAILED})
    assert exchange_states(cluster) == {
        ATTENDANT: "ONLINE on N1",
        STORE: "FAILED on N1",
        DATABASE: "ONLINE on N1",
    }


def test_rule_20_a_node_that_owns_any_exchange_group_is_active() -> None:
    cluster = with_group(two_groups(), OTHER, owner="N2")
    assert owned_exchange_groups(cluster, "n1") == (GROUP,)
    assert owned_exchange_groups(cluster, "N2") == (OTHER,)
    assert owned_exchange_groups(cluster, "N3") == ()
    assert owned_exchange_groups(replace(cluster, groups={}), "N1") == ()
