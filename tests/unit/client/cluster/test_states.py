"""Bringing SEM online and taking it offline (mscluster 2.5, 6.3, 6.4)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import ResourceState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import ClusterError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.write import (
    GRACE_S,
    METHOD_WAIT_S,
    ClusterWriter,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown
from support.answers import timed_out, win32_fault
from support.hand_cluster import SEM, HandCluster
from support.ticking import TickingClock

ONLINE, OFFLINE, FAILED, ON, OFF = 2, 3, 4, 129, 130
BRING, TAKE = "MSCluster_Resource.BringOnline", "MSCluster_Resource.TakeOffline"
LOST = OutcomeUnknown("reset")


class Node(HandCluster):
    """``course``: the states of SEM, one per look; the last one stays."""

    def __init__(self, *course: t.Any, said: t.Any = None) -> None:
        super().__init__()
        self.course = list(course)
        self.said = said if isinstance(said, list) else [said]
        for label in (BRING, TAKE):
            self.methods[label] = self._say
        self.enumerations["MSCluster_Resource"] = self._look

    def _say(self, _arguments: dict[str, list[str]]) -> t.Any:
        found = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(found, Exception):
            raise found
        return found

    def _look(self) -> bytes | None:
        self.row()["State"] = self.course.pop(0) if len(self.course) > 1 else self.course[0]
        return None


def writer(node: Node) -> tuple[ClusterWriter, TickingClock]:
    made = node.wire()
    return ClusterWriter(made.ws, made.clock), made.clock


def online(node: Node, timeout_s: float = 180.0) -> ResourceState:
    return writer(node)[0].bring_online(SEM, timeout_s)


def offline(node: Node, timeout_s: float = 180.0) -> ResourceState:
    return writer(node)[0].take_offline(SEM, timeout_s)


# ---- online -------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [None, win32_fault(997)])
@pytest.mark.parametrize(
    "course", [(ONLINE,), (ON, ON, ONLINE), (-1, 4294967295, 0, 128, 1, ONLINE)], ids=lambda item: str(len(item))
)
def test_online_is_waited_for(course: tuple[int, ...], said: bytes | None) -> None:
    """997 is "started"; unknown and inherited are asked again."""
    node = Node(*course, said=said)
    assert online(node) is ResourceState.ONLINE
    assert node.called(BRING) == [{"TimeOut": [str(METHOD_WAIT_S)]}]


def test_the_methods_own_wait_ends_before_the_transports() -> None:
    """In seconds, below the clamp of 60 s (wsman 3.9, mscluster 0.2)."""
    node = Node(ONLINE)
    made = node.wire()
    ClusterWriter(made.ws, made.clock).bring_online(SEM, 1.0)
    (request,) = [item for item in made.sent if item.verb == "BringOnline"]
    assert request.header("w:OperationTimeout") == "PT15.000S"
    assert METHOD_WAIT_S < 15 < 60


@pytest.mark.parametrize("state", [OFFLINE, FAILED])
def test_a_resource_that_does_not_come_online(state: int) -> None:
    with pytest.raises(
        ClusterError, match=r"'SEM' is (OFFLINE|FAILED) after it was asked .*events 1040 to 1042 and 1069"
    ):
        online(Node(ON, state))


def test_what_2012_knows_of_the_reason() -> None:
    node = Node(ON, FAILED)
    node.row()["LastOperationStatusCode"] = 1069
    with pytest.raises(ClusterError, match=r"\(code 1069: The service did not start due to a logon failure\.\)"):
        online(node)


@pytest.mark.parametrize("code", [5, 5071, 5942, 5023])
def test_a_refusal_is_said_with_its_code(code: int) -> None:
    node = Node(OFFLINE, said=win32_fault(code))
    with pytest.raises(ClusterError, match=f"bring 'SEM' online; .*code {code}") as refused:
        online(node)
    assert refused.value.win32 == code
    assert len(node.called(BRING)) == 1


def test_a_refusal_of_what_is_online_all_the_same() -> None:
    """The state read back decides."""
    assert online(Node(ON, ONLINE, said=win32_fault(5023))) is ResourceState.ONLINE


def test_a_paused_owner_is_waited_for_a_while() -> None:
    node = Node(ONLINE, said=[win32_fault(70), win32_fault(70), None])
    made, clock = writer(node)
    assert made.bring_online(SEM, 180.0) is ResourceState.ONLINE
    assert clock.naps == [0.1, 0.2]
    with pytest.raises(ClusterError, match="owner node is paused"):
        online(Node(OFFLINE, said=win32_fault(70)))


def test_a_resource_that_stays_pending() -> None:
    node = Node(ON)
    made, clock = writer(node)
    with pytest.raises(ClusterError, match="'SEM' has not settled after 180 s; its state is ONLINE_PENDING"):
        made.bring_online(SEM, 180.0)
    assert clock.slept == pytest.approx(180.0)


def test_a_refusal_is_not_hidden_by_what_stays_pending() -> None:
    with pytest.raises(ClusterError, match="code 5023"):
        online(Node(OFF, said=win32_fault(5023)))


def test_a_resource_that_is_deleted_meanwhile() -> None:
    node = Node(ON)
    look = node._look

    def vanish() -> bytes | None:
        look()
        if len(node.asked) > 2:
            node.rows["MSCluster_Resource"] = []
        return None

    node.enumerations["MSCluster_Resource"] = vanish
    with pytest.raises(ClusterError, match="'SEM' is gone"):
        online(node)


# ---- lost answers -------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [LOST, timed_out()])
@pytest.mark.parametrize("course", [(ONLINE,), (OFFLINE, ON, ONLINE), (OFFLINE, OFFLINE, ON, ON, ONLINE)])
def test_a_lost_answer_to_bring_online(course: tuple[int, ...], said: t.Any) -> None:
    """It may show late; it is never sent again (rule 25)."""
    node = Node(*course, said=said)
    assert online(node) is ResourceState.ONLINE
    assert len(node.called(BRING)) == 1


def test_a_bring_online_that_never_arrived() -> None:
    node = Node(OFFLINE, said=LOST)
    made, clock = writer(node)
    with pytest.raises(ClusterError, match="is OFFLINE after it was asked to come online"):
        made.bring_online(SEM, 180.0)
    assert clock.slept == pytest.approx(GRACE_S)
    assert len(node.called(BRING)) == 1


def test_a_lost_answer_to_take_offline() -> None:
    node = Node(ONLINE, OFF, OFFLINE, said=LOST)
    assert offline(node) is ResourceState.OFFLINE
    assert len(node.called(TAKE)) == 1


# ---- offline ------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [None, win32_fault(997), win32_fault(5038)])
@pytest.mark.parametrize("state", [OFFLINE, FAILED])
def test_offline_and_failed_are_both_fine(state: int, said: bytes | None) -> None:
    """A failed resource answers 5038 or success (mscluster 6.4)."""
    node = Node(OFF, state, said=said)
    assert offline(node) == state
    assert node.called(TAKE) == [{"TimeOut": [str(METHOD_WAIT_S)]}]


def test_a_refusal_of_what_is_offline_all_the_same() -> None:
    assert offline(Node(OFFLINE, said=win32_fault(5023))) is ResourceState.OFFLINE


@pytest.mark.parametrize(("code", "state"), [(5, ONLINE), (5023, ONLINE), (5960, FAILED)])
def test_an_offline_that_is_refused(code: int, state: int) -> None:
    with pytest.raises(ClusterError, match=f"take 'SEM' offline; .*code {code}"):
        offline(Node(state, said=win32_fault(code)))


def test_a_resource_that_stays_online() -> None:
    with pytest.raises(ClusterError, match="'SEM' is ONLINE after it was asked to go offline"):
        offline(Node(ONLINE))
