"""The steps to SEM's resource: order, drift, relations (rules 5 to 9)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import ResourceState, RestartPolicy
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance import (
    owners_after,
    plan_instance,
    policy_data,
    wanted_owners,
    wanted_providers,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import UNKNOWN_SERVICE
from support.observed import (
    ATTENDANT,
    CHECKPOINT,
    DATABASE,
    DISK,
    EXCHANGE,
    GROUP,
    LOGS,
    NETWORK,
    NODES,
    OTHER,
    POLICY,
    SEM,
    SERVICE,
    STORE,
    exchange_cluster,
    integrated,
    kinds,
    resource,
    seen,
    sem,
    wanted,
    with_group,
)

VENDOR = "SPAMfighter"
PRIVATE = {"ServiceName": SERVICE, "UseNetworkName": 0}


# ---- rule 6 -------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["present", "online"])
def test_rule_6_the_order_of_a_new_resource(state: str) -> None:
    plan = plan_instance(wanted(state), seen(exchange_cluster(), settings_key=False))
    assert kinds(plan) == [
        "resource",
        "private",
        "restart_policy",
        "pending_timeout",
        "add_dependency",
        "add_dependency",
        "add_dependency",
        "settings_key",
        "checkpoint",
        "online",
    ]
    assert not plan.problems
    assert {change.target for change in plan.changes} == {SEM, f"HKLM\\{CHECKPOINT}"}
    created, private, policy, timeout = plan.changes[:4]
    assert created.after == {"group": GROUP, "type": "Generic Service", "separate_monitor": True}
    assert private.after == PRIVATE
    assert policy.after == {
        "RestartAction": 1,
        "RestartThreshold": 3,
        "RestartPeriod": 900_000,
        "RetryPeriodOnFailure": 900_000,
    }
    assert timeout.after == 60_000
    assert [change.before for change in plan.changes] == [None] * len(plan.changes)
    assert {change.interrupts for change in plan.changes} == {"none"}


def test_rule_6_the_network_name_is_a_private_property_and_a_dependency() -> None:
    plan = plan_instance(wanted(use_network_name=True), seen(integrated()))
    assert [change.after for change in plan.changes] == [{**PRIVATE, "UseNetworkName": 1}, NETWORK]


def test_rule_6_a_new_resource_that_is_to_be_offline_is_never_brought_online() -> None:
    plan = plan_instance(wanted("offline"), seen(exchange_cluster()))
    assert kinds(plan)[0] == "resource"
    assert not {"online", "persistent_state"} & set(kinds(plan))


@pytest.mark.parametrize("state", ["present", "online"])
def test_rule_6_what_is_right_is_left_alone(state: str) -> None:
    plan = plan_instance(wanted(state), seen(integrated()))
    assert (plan.changes, plan.problems) == ((), ())


DRIFTS: list[tuple[dict[str, t.Any], str, object, object]] = [
    ({"private": {}}, "private", {"ServiceName": None, "UseNetworkName": None}, PRIVATE),
    ({"private": {**PRIVATE, "ServiceName": "x"}}, "private", {"ServiceName": "x", "UseNetworkName": 0}, PRIVATE),
    ({"private": {**PRIVATE, "UseNetworkName": 1}}, "private", {**PRIVATE, "UseNetworkName": 1}, PRIVATE),
    *(
        ({"restart": replace(POLICY, **{field: value})}, "restart_policy", None, None)
        for field, value in (("action", 2), ("action", 0), ("threshold", 1), ("period_ms", 1), ("retry_ms", 2**32 - 1))
    ),
    ({"pending_timeout_ms": 180_000}, "pending_timeout", 180_000, 60_000),
    ({"separate_monitor": False}, "separate_monitor", False, True),
    ({"needs": (ATTENDANT, STORE)}, "add_dependency", None, DISK),
    ({"needs": (ATTENDANT, STORE, DISK, DATABASE)}, "remove_dependency", DATABASE, None),
    ({"owners": ("N1", "N2")}, "add_owner", None, "N3"),
    ({"checkpoints": ()}, "checkpoint", None, CHECKPOINT),
    ({"persistent_state": False}, "persistent_state", False, True),
    ({"state": ResourceState.OFFLINE}, "online", "OFFLINE", "ONLINE"),
    ({"state": ResourceState.FAILED}, "online", "FAILED", "ONLINE"),
]


@pytest.mark.parametrize(("drift", "kind", "before", "after"), DRIFTS, ids=lambda value: str(value)[:40])
def test_rule_6_each_drift_has_its_one_change(drift: t.Any, kind: str, before: object, after: object) -> None:
    plan = plan_instance(wanted("online"), seen(integrated(**drift)))
    assert kinds(plan) == [kind]
    assert plan.changes[0].target == SEM
    if kind == "restart_policy":
        assert plan.changes[0].before == policy_data(drift["restart"])
    else:
        assert (plan.changes[0].before, plan.changes[0].after) == (before, after)


@pytest.mark.parametrize(
    "drift",
    [
        {"private": {"ServiceName": SERVICE.upper(), "UseNetworkName": 0}},
        {"private": {"ServiceName": SERVICE}},
        {"private": {"ServiceName": SERVICE, "UseNetworkName": None, "StartupParameters": "-x"}},
        {"checkpoints": ("SOFTWARE\\Else", CHECKPOINT.upper())},
    ],
)
def test_rule_6_the_same_in_other_words_is_no_drift(drift: t.Any) -> None:
    assert plan_instance(wanted(), seen(integrated(**drift))).changes == ()


def test_rule_6_all_drifts_at_once_end_with_online() -> None:
    cluster = integrated(
        private={},
        restart=RestartPolicy(2, 1, 1, 1),
        pending_timeout_ms=1,
        separate_monitor=False,
        needs=(DATABASE,),
        owners=("N1",),
        checkpoints=(),
        state=ResourceState.FAILED,
    )
    found = kinds(plan_instance(wanted(), seen(cluster)))
    assert found[-1] == "online"
    assert found.index("restart_policy") < found.index("add_dependency") < found.index("online")


# ---- rule 5 -------------------------------------------------------------------------------------
def test_rule_5_private_properties_of_a_vendors_type_are_left_alone() -> None:
    cluster = integrated(private={"Anything": 1})
    cluster = replace(cluster, resources={**cluster.resources, SEM: replace(cluster.resources[SEM], type=VENDOR)})
    assert plan_instance(wanted(resource_type=VENDOR), seen(cluster)).changes == ()
    new = plan_instance(wanted(resource_type=VENDOR, service=""), seen(exchange_cluster()))
    assert "private" not in kinds(new)
    assert isinstance(new.changes[0].after, dict)
    assert new.changes[0].after["type"] == VENDOR


def test_rule_5_an_adopted_resource_keeps_its_name() -> None:
    cluster = exchange_cluster(sem(name="Spam filter", checkpoints=()), providers={"Spam filter": ()})
    plan = plan_instance(wanted(), seen(cluster, "Spam filter"))
    assert {change.target for change in plan.changes} == {"Spam filter"}


@pytest.mark.parametrize("state", ["online", "offline"])
@pytest.mark.parametrize("service", ["", UNKNOWN_SERVICE])
@pytest.mark.parametrize("kind", ["Generic Service", VENDOR])
def test_rule_5_a_service_that_is_not_known_never_replaces_the_one_that_is_set(
    state: str, service: str, kind: str
) -> None:
    plan = plan_instance(wanted(state, service=service, resource_type=kind), seen(integrated()))
    assert "private" not in kinds(plan)
    drifted = integrated(private={"ServiceName": SERVICE, "UseNetworkName": 1})
    private = next(change for change in plan_instance(wanted(state, service=service), seen(drifted)).changes)
    assert {"private", "offline"} >= {private.kind}
    assert UNKNOWN_SERVICE not in str(plan_instance(wanted(state, service=service), seen(drifted)).changes)


def test_rule_5_a_service_that_nobody_knows_is_not_written() -> None:
    """The cluster refuses an empty name (5897)."""
    cluster = integrated(private={"UseNetworkName": 1}, state=ResourceState.OFFLINE, persistent_state=False)
    plan = plan_instance(wanted("offline", service=""), seen(cluster))
    assert [change.after for change in plan.changes] == [{"UseNetworkName": 0}]


def test_rule_5_a_generic_service_is_kept_as_one_whatever_type_a_new_one_would_have() -> None:
    plan = plan_instance(wanted(resource_type=VENDOR), seen(integrated(private={"ServiceName": "old"})))
    assert [change.after for change in plan.changes] == [PRIVATE]


def test_rule_14_check_mode_plans_a_resource_whose_service_is_not_installed_yet() -> None:
    plan = plan_instance(wanted(service=UNKNOWN_SERVICE), seen(exchange_cluster()))
    assert plan.changes[1].after == {"ServiceName": UNKNOWN_SERVICE, "UseNetworkName": 0}


# ---- rule 7 -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, {ATTENDANT, STORE, DISK}),
        ({"disk": None}, {ATTENDANT, STORE}),
        ({"disk": LOGS}, {ATTENDANT, STORE, LOGS}),
        ({"use_network_name": True}, {ATTENDANT, STORE, DISK, NETWORK}),
        ({"depends_on": "all"}, {ATTENDANT, STORE, DISK, DATABASE}),
    ],
)
def test_rule_7_direct_dependencies(changed: t.Any, expected: set[str]) -> None:
    assert wanted_providers(wanted(**changed), seen(exchange_cluster())) == expected
    assert wanted_providers(wanted(**changed), seen(integrated())) == expected


def test_rule_7_another_application_is_the_protected_types_of_its_group() -> None:
    cluster = exchange_cluster(
        resource("Database", "Oracle Service"), resource("Other", "Oracle Service", OTHER), without=(ATTENDANT, STORE)
    )
    assert wanted_providers(wanted(protected_types=("Oracle",)), seen(cluster)) == {"Database", DISK}


def test_rule_7_another_exchange_group_is_not_depended_on() -> None:
    cluster = exchange_cluster(resource("Second Store", EXCHANGE + "Information Store", OTHER))
    assert "Second Store" not in wanted_providers(wanted(depends_on="all"), seen(cluster))


def test_rule_7_sem_of_a_protected_type_does_not_depend_on_itself() -> None:
    kind = EXCHANGE + "Spam Filter"
    cluster = exchange_cluster(resource(SEM, kind), providers={SEM: ()})
    assert SEM not in wanted_providers(wanted(resource_type=kind, depends_on="all"), seen(cluster))


# ---- rule 8 -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("others", "mine", "added"),
    [
        ({}, ("N1",), ["N2", "N3"]),
        ({STORE: ("N1", "N2")}, ("N1",), ["N2"]),
        ({STORE: ("N1", "N2"), DISK: ("N1", "N3")}, ("N1",), []),
        ({STORE: ("N1", "N2")}, NODES, []),
        ({STORE: ("N2", "N3")}, ("N2",), ["N1", "N3"]),  # the group is on N1, so SEM has to be able to run there
    ],
)
def test_rule_8_owners_become_as_wide_as_the_groups_and_never_narrower(
    others: t.Any, mine: tuple[str, ...], added: list[str]
) -> None:
    view = seen(exchange_cluster(sem(), providers={SEM: (ATTENDANT, STORE, DISK)}, owners={**others, SEM: mine}))
    plan = plan_instance(wanted(), view)
    assert [change.after for change in plan.changes] == added
    assert set(kinds(plan)) <= {"add_owner"}
    assert owners_after(view) == set(mine) | set(added)


def test_rule_8_other_groups_do_not_limit_sem() -> None:
    cluster = exchange_cluster(resource("x", "Generic Service", OTHER), owners={"x": ("N2",)})
    assert wanted_owners(seen(cluster)) == set(NODES)


def test_rule_8_a_new_resource_has_every_node() -> None:
    view = seen(exchange_cluster(owners={STORE: ("N1",)}))
    assert "add_owner" not in kinds(plan_instance(wanted(), view))
    assert owners_after(view) == set(NODES)


# ---- rule 9 -------------------------------------------------------------------------------------
def test_rule_9_without_a_settings_subkey_there_is_no_checkpoint_but_a_note() -> None:
    plan = plan_instance(wanted(checkpoint=None), seen(integrated(checkpoints=())))
    assert plan.changes == ()
    assert "settings_subkey" in plan.notes[0]


@pytest.mark.parametrize(("exists", "expected"), [(True, []), (None, []), (False, ["settings_key"])])
def test_rule_9_the_key_is_made_only_by_who_knows_that_it_is_missing(exists: bool | None, expected: list[str]) -> None:
    plan = plan_instance(wanted(), seen(integrated(checkpoints=()), settings_key=exists))
    assert kinds(plan) == [*expected, "checkpoint"]


def test_rule_9_other_checkpoints_are_left_alone() -> None:
    plan = plan_instance(wanted(), seen(integrated(checkpoints=("SOFTWARE\\Other",))))
    assert [(change.kind, change.after) for change in plan.changes] == [("checkpoint", CHECKPOINT)]


def test_a_group_without_an_owner_still_has_a_plan() -> None:
    cluster = with_group(integrated(), owner=None)
    assert plan_instance(wanted(), seen(cluster)).changes == ()
    stopped = with_group(integrated(state=ResourceState.OFFLINE), owner=None)
    assert kinds(plan_instance(wanted(), seen(stopped))) == ["online"]
