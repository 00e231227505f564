"""Busy clusters and lost answers: nothing is sent twice that may have been carried out (mscluster 9, wsman 3.9)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import (
    RETRY_S,
    UNKNOWN_S,
    CapabilityError,
    ClusterError,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.codes import TRANSIENT
from support.answers import timed_out, win32_fault
from support.hand_cluster import GROUP, SEM
from support.writable_cluster import (
    LOST,
    POLICY,
    PUT,
    WritableCluster,
    clock_of,
    writer,
)


# ---- busy, and lost answers ---------------------------------------------------------------------
@pytest.mark.parametrize("code", sorted(TRANSIENT - {997}))
@pytest.mark.parametrize("verb", ["ExecuteResourceControl", "Put"])
def test_a_busy_cluster_is_asked_again(verb: str, code: int) -> None:
    node = WritableCluster()
    node.says(verb, win32_fault(code), win32_fault(code), None)
    route = "put" if verb == "Put" else "control_code"
    made, _wire = writer(node, route)
    assert made.set_common(SEM, POLICY) == route
    assert clock_of(made).naps == [0.1, 0.2]


def test_a_cluster_that_stays_busy() -> None:
    node = WritableCluster()
    node.idle.add("AddDependency")
    node.says("AddDependency", win32_fault(5908))
    made, _wire = writer(node)
    with pytest.raises(ClusterError, match="code 5908"):
        made.add_dependency(SEM, "Quorum")
    assert clock_of(made).slept == pytest.approx(RETRY_S)


def test_a_create_that_was_carried_out_before_the_cluster_lost_its_connection() -> None:
    """1726, then 5010 for the second attempt: it is there."""
    node = WritableCluster()
    node.says("CreateResource", win32_fault(1726), win32_fault(5010))
    made, _wire = writer(node)
    node.do_CreateResource = once(node.do_CreateResource)  # type: ignore[method-assign]
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"


def once(act: t.Callable[[dict[str, list[str]]], None]) -> t.Callable[[dict[str, list[str]]], None]:
    left = [act]

    def call(given: dict[str, list[str]]) -> None:
        if left:
            left.pop()(given)

    return call


@pytest.mark.parametrize("lost", [LOST, timed_out()])
def test_a_lost_answer_is_seen_by_the_state_and_nothing_is_sent_twice(lost: t.Any) -> None:
    node = WritableCluster()
    node.says("CreateResource", lost)
    made, _wire = writer(node)
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1
    assert clock_of(made).naps == []


def test_a_request_without_an_answer_may_be_carried_out_late() -> None:
    node = WritableCluster()
    node.says("CreateResource", LOST)
    create, looks = node.do_CreateResource, []
    node.do_CreateResource = looks.append  # type: ignore[method-assign]

    def look() -> None:
        if len(looks) == 1 and clock_of(made).slept > 2:
            create(looks.pop())

    made, _wire = writer(node)
    node.enumerations["MSCluster_Resource"] = look  # type: ignore[assignment]
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1


def test_a_request_that_never_arrived() -> None:
    """Not sent again: the message says what is known."""
    node = WritableCluster()
    node.idle.add("CreateResource")
    node.says("CreateResource", LOST)
    made, _wire = writer(node)
    with pytest.raises(CapabilityError, match="method: no answer, but the value did not change"):
        made.create_resource(GROUP, "New", "Generic Service", True)
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1
    assert clock_of(made).slept == pytest.approx(UNKNOWN_S)


def test_after_a_lost_put_that_did_nothing_the_other_route_is_taken() -> None:
    node = WritableCluster()
    node.idle.add("Put")
    node.says("Put", LOST)
    assert writer(node)[0].set_common(SEM, POLICY) == "control_code"
    assert len(node.called(PUT)) == 1
