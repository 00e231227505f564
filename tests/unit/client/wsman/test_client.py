"""Get, Put, Invoke, and what is sent again (wsman 3, 5.3; mscluster 9)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wait import RealClock
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import again
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.client import RETRY_S, WsMan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.codes import GLITCHES, NOT_YET, TRANSIENT
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    EnvelopeError,
    HttpStatus,
    NotSent,
    OperationTimedOut,
    OutcomeUnknown,
    TlsRefused,
    UnsendableValue,
    WsManFault,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    ClassSchema,
    Field,
    MethodSchema,
)
from support.answers import answer, fault, instance, output, timed_out, win32_fault, wmi_error, wsman_fault
from support.replay import Replay, Wire

THING = ClassSchema(
    "root/cimv2",
    "Win32_Thing",
    ("Name",),
    {"State": Field("uint32"), "Tags": Field("string", array=True)},
    {
        "Start": MethodSchema("Start", {"Mode": Field(), "Wait": Field("uint32")}, {"Id": Field("uint32")}),
        "Void": MethodSchema("Void", returns=False),
    },
)
URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Thing"
FOUND = answer(instance("Win32_Thing", "<p:Name>x</p:Name><p:State>2</p:State>"))
DONE = output("Win32_Thing", "Start", "<p:ReturnValue>0</p:ReturnValue>")
LOST = OutcomeUnknown("reset")
FINAL = (NotSent("x"), AuthRefused("x"), TlsRefused("x"), HttpStatus(413), HttpStatus(404), EnvelopeError("x"))
MakeWire = t.Callable[..., Wire]


# ---- Get ----------------------------------------------------------------------------------------
def test_get_addresses_one_instance(wire: MakeWire) -> None:
    made = wire(FOUND)
    found = made.ws.get(THING, {"Name": "x & y"})
    assert found.properties == {"Name": "x", "State": 2}
    (request,) = made.sent
    assert (request.verb, request.uri, request.selectors) == ("Get", URI, {"Name": "x & y"})
    assert request.action == "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
    assert request.body is None


def test_get_without_keys_sends_no_selectors(wire: MakeWire) -> None:
    made = wire(FOUND)
    made.ws.get(THING)
    assert made.sent[0].header("w:SelectorSet") is None


def test_get_of_a_body_that_holds_nothing(wire: MakeWire) -> None:
    with pytest.raises(EnvelopeError, match="Get Win32_Thing"):
        wire(answer("")).ws.get(THING)


def test_a_fault_names_the_operation(wire: MakeWire) -> None:
    with pytest.raises(WsManFault, match=r"^Get Win32_Thing: ") as refused:
        wire(wsman_fault(2150858752)).ws.get(THING)
    assert refused.value.outer == 2150858752


# ---- Put ----------------------------------------------------------------------------------------
PUT_BACK = CimInstance("Win32_Thing", {"Name": "x", "State": 3, "Tags": ("a",), "Note": None})


@pytest.mark.parametrize("reply", [FOUND, answer("")])
def test_put_sends_the_whole_instance_and_does_not_rely_on_the_answer(wire: MakeWire, reply: bytes) -> None:
    """wsman 3.7."""
    made = wire(reply)
    made.ws.put(THING, {"Name": "x"}, PUT_BACK)
    (request,) = made.sent
    assert (request.verb, request.selectors) == ("Put", {"Name": "x"})
    assert request.children() == [("Name", "x"), ("Note", ""), ("State", "3"), ("Tags", "a")]


# ---- Invoke -------------------------------------------------------------------------------------
def test_invoke_of_an_instance(wire: MakeWire) -> None:
    """wsman 3.6."""
    made = wire(output("Win32_Thing", "Start", "<p:Id>7</p:Id><p:ReturnValue>0</p:ReturnValue>"))
    found = made.ws.invoke(THING, "Start", {"Name": "x"}, {"Wait": 5, "Mode": "fast"}, options={"wmi:A": "32"})
    assert found == {"Id": 7, "ReturnValue": 0}
    (request,) = made.sent
    assert (request.action, request.uri, request.selectors) == (f"{URI}/Start", URI, {"Name": "x"})
    assert request.options == {"wmi:A": "32"}
    assert request.body.tag == f"{{{URI}}}Start_INPUT"
    assert request.children() == [("Mode", "fast"), ("Wait", "5")]


def test_invoke_of_the_class(wire: MakeWire) -> None:
    made = wire(output("Win32_Thing", "Void"))
    assert made.ws.invoke(THING, "Void", None) == {}
    assert made.sent[0].selectors == {}
    assert made.sent[0].body.tag == f"{{{URI}}}Void_INPUT"


@pytest.mark.parametrize(
    "reply",
    [
        output("Win32_Thing", "Start"),
        answer(""),
        output("Win32_Thing", "Start", '<p:ReturnValue xsi:nil="true"/><p:Id xsi:nil="true"/>'),
    ],
)
def test_an_output_that_says_nothing(wire: MakeWire, reply: bytes) -> None:
    assert wire(reply).ws.invoke(THING, "Start", None) == {"Id": None, "ReturnValue": None}


def test_the_answers_action_is_not_looked_at(wire: MakeWire) -> None:
    """Some servers leave the suffix Response out, and quota faults RelatesTo (wsman 2.2)."""
    header = f"<a:Action>{URI}/Start</a:Action><a:RelatesTo>uuid:other</a:RelatesTo>"
    reply = DONE.replace(b"<s:Header></s:Header>", f"<s:Header>{header}</s:Header>".encode())
    assert header.encode() in reply
    assert wire(reply).ws.invoke(THING, "Start", None)["ReturnValue"] == 0


def test_the_output_is_found_by_its_name_in_any_case(wire: MakeWire) -> None:
    reply = DONE.replace(b"Start_OUTPUT", b"start_output")
    assert wire(reply).ws.invoke(THING, "Start", None)["ReturnValue"] == 0


def test_a_return_value_is_no_error_of_the_wire(wire: MakeWire) -> None:
    reply = output("Win32_Thing", "Start", "<p:ReturnValue>-2147024891</p:ReturnValue>")
    assert wire(reply).ws.invoke(THING, "Start", None)["ReturnValue"] == -2147024891


@pytest.mark.parametrize(("asked", "header", "http"), [(None, "PT20.000S", 20.0), (15.0, "PT15.000S", 15.0)])
def test_how_long_the_server_may_wait(wire: MakeWire, asked: float | None, header: str, http: float) -> None:
    made = wire(DONE)
    made.ws.invoke(THING, "Start", None, timeout_s=asked)
    assert (made.sent[0].header("w:OperationTimeout"), made.sent[0].timeout_s) == (header, http)


# ---- what is sent again -------------------------------------------------------------------------
def calls(made: Wire) -> dict[str, t.Callable[[], object]]:
    return {
        "get": lambda: made.ws.get(THING, {"Name": "x"}),
        "put": lambda: made.ws.put(THING, {"Name": "x"}, PUT_BACK),
        "invoke": lambda: made.ws.invoke(THING, "Start", None),
    }


GOOD = {"get": FOUND, "put": FOUND, "invoke": DONE}


@pytest.mark.parametrize("failure", FINAL, ids=lambda item: type(item).__name__)
@pytest.mark.parametrize("verb", GOOD)
def test_what_is_final_is_sent_once(wire: MakeWire, verb: str, failure: Exception) -> None:
    made = wire(failure)
    with pytest.raises(type(failure)):
        calls(made)[verb]()
    assert (len(made.sent), made.clock.naps, made.replay.logins) == (1, [], 0)


@pytest.mark.parametrize("verb", ["put", "invoke"])
@pytest.mark.parametrize("failure", [LOST, timed_out()])
def test_a_change_whose_outcome_is_unknown_is_never_sent_again(
    wire: MakeWire, verb: str, failure: bytes | Exception
) -> None:
    """wsman 1.6 and 3.9: after a lost answer, or the clamp of 60 s, the caller observes."""
    made = wire(failure)
    with pytest.raises((OutcomeUnknown, OperationTimedOut)):
        calls(made)[verb]()
    assert len(made.sent) == 1


def test_a_read_without_an_answer_is_sent_once_more_over_a_new_session(wire: MakeWire) -> None:
    made = wire(LOST, FOUND)
    assert made.ws.get(THING).get("Name") == "x"
    assert (len(made.sent), made.replay.logins) == (2, 1)


def test_a_read_that_was_late_is_sent_once_more(wire: MakeWire) -> None:
    made = wire(timed_out(), FOUND)
    assert made.ws.get(THING).get("Name") == "x"
    assert made.replay.logins == 0


@pytest.mark.parametrize("failures", [(LOST, LOST), (timed_out(), timed_out()), (LOST, timed_out())])
def test_a_read_gives_up_after_the_second_loss(wire: MakeWire, failures: tuple[t.Any, ...]) -> None:
    made = wire(*failures)
    with pytest.raises((OutcomeUnknown, OperationTimedOut)):
        made.ws.get(THING)


def test_a_read_is_lost_twice_only_once(wire: MakeWire) -> None:
    """A pause for a busy cluster in between does not begin the count anew."""
    made = wire(LOST, win32_fault(70), LOST)
    with pytest.raises(OutcomeUnknown):
        made.ws.get(THING)
    assert made.clock.naps == [0.1]


@pytest.mark.parametrize("code", sorted(NOT_YET))
@pytest.mark.parametrize("verb", GOOD)
def test_what_was_refused_for_want_of_room_is_sent_again_after_a_pause(wire: MakeWire, verb: str, code: int) -> None:
    """Nothing ran (wsman 5.3), so a change may be sent again too."""
    made = wire(wsman_fault(code), wmi_error(error_Code=code, subcode="w:QuotaLimit"), GOOD[verb])
    calls(made)[verb]()
    assert (len(made.sent), made.clock.naps) == (3, [0.1, 0.2])


def test_a_quota_fault_without_any_code(wire: MakeWire) -> None:
    made = wire(fault("w:QuotaLimit"), FOUND)
    made.ws.get(THING)
    assert len(made.sent) == 2


@pytest.mark.parametrize("code", sorted(TRANSIENT - {997}))
def test_a_read_of_a_busy_cluster_is_sent_again(wire: MakeWire, code: int) -> None:
    """mscluster 9, last paragraph."""
    made = wire(win32_fault(code), win32_fault(code), FOUND)
    made.ws.get(THING)
    assert made.clock.naps == [0.1, 0.2]


@pytest.mark.parametrize("verb", ["put", "invoke"])
def test_a_change_of_a_busy_cluster_is_the_callers_matter(wire: MakeWire, verb: str) -> None:
    made = wire(win32_fault(70))
    with pytest.raises(WsManFault):
        calls(made)[verb]()


@pytest.mark.parametrize("code", sorted(GLITCHES))
def test_a_glitch_is_tried_again_once(wire: MakeWire, code: int) -> None:
    made = wire(win32_fault(code), win32_fault(code))
    with pytest.raises(WsManFault):
        made.ws.get(THING)
    assert len(made.sent) == 2


@pytest.mark.parametrize("code", [5, 87, 5007, 5010, 5023, 5024, 1058])
def test_other_codes_fail_at_once(wire: MakeWire, code: int) -> None:
    made = wire(win32_fault(code))
    with pytest.raises(WsManFault) as refused:
        made.ws.get(THING)
    assert refused.value.win32 == code
    assert made.clock.naps == []


def test_a_full_queue_is_tried_again_for_reads_only(wire: MakeWire) -> None:
    """503: nobody knows whether a stopping service has done it (wsman 1.2)."""
    assert wire(HttpStatus(503), FOUND).ws.get(THING).get("Name") == "x"
    made = wire(HttpStatus(503))
    with pytest.raises(HttpStatus, match="503"):
        made.ws.invoke(THING, "Start", None)


@pytest.mark.parametrize("verb", GOOD)
def test_trying_again_has_an_end(wire: MakeWire, verb: str) -> None:
    name = {"get": "Get", "put": "Put", "invoke": "Start"}[verb]
    made = wire(**{name: wsman_fault(2150858815)})
    with pytest.raises(WsManFault):
        calls(made)[verb]()
    assert made.clock.slept == pytest.approx(RETRY_S)
    assert max(made.clock.naps) == 2.0
    assert 10 < len(made.sent) < 30


def test_a_value_that_cannot_be_written_is_never_sent(wire: MakeWire) -> None:
    made = wire()
    with pytest.raises(UnsendableValue):
        made.ws.invoke(THING, "Start", None, {"Mode": "a\0b"})
    assert made.sent == []


def test_closing_closes_the_transport(wire: MakeWire) -> None:
    made = wire()
    made.ws.close()
    assert made.replay.closed
    assert made.ws.transport is made.replay


def test_without_a_clock_it_is_the_real_one() -> None:
    assert isinstance(WsMan(Replay())._clock, RealClock)


def test_only_faults_are_judged_by_their_codes() -> None:
    """A library's error or a lost answer is never taken for a busy server."""
    for error in (*FINAL, LOST, ValueError()):
        assert not again.not_yet(error)
        assert not again.is_busy(error)
        assert not again.transient()(error)
        assert not again.for_reading()(error)
