"""Enumerate, Pull and Release (wsman 3.5)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import enumeration
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.enumeration import PAGE_SIZES, PULL_S
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    EnvelopeError,
    HttpStatus,
    NotSent,
    OperationTimedOut,
    OutcomeUnknown,
    WsManFault,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import ClassSchema, Field
from support.answers import answer, enumerated, fault, instance, pulled, timed_out, win32_fault, wsman_fault
from support.replay import Sent, Wire

THING = ClassSchema("root/mscluster", "MSCluster_Thing", ("Name",), {"State": Field("uint32")})
NAMESPACE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/mscluster"
RELEASED = answer("")
GONE = wsman_fault(2150858779, subcode="n:InvalidEnumerationContext")
MakeWire = t.Callable[..., Wire]


def thing(name: str) -> str:
    return instance("MSCluster_Thing", f"<p:Name>{name}</p:Name><p:State>2</p:State>", "root/mscluster")


def names(made: Wire, **how: t.Any) -> list[object]:
    return [item.get("Name") for item in made.ws.enumerate(THING, **how)]


def contexts(made: Wire) -> list[str]:
    return ["".join(item.texts("EnumerationContext")) for item in made.sent]


# ---- requests -----------------------------------------------------------------------------------
def test_an_enumeration_of_a_class(wire: MakeWire) -> None:
    made = wire(enumerated([]))
    assert names(made) == []
    (request,) = made.sent
    assert request.action == "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate"
    assert (request.uri, request.selectors) == (f"{NAMESPACE}/MSCluster_Thing", {})
    assert request.children() == [("OptimizeEnumeration", ""), ("MaxElements", "32000")]


def test_a_query_goes_to_the_namespace(wire: MakeWire) -> None:
    """wsman 3.1: the URI of a WQL query ends with a star."""
    made = wire(enumerated([]))
    names(made, wql="SELECT * FROM X WHERE Name = 'a<b'")
    (request,) = made.sent
    (given,) = request.all("Filter")
    assert request.uri == f"{NAMESPACE}/*"
    assert given.get("Dialect") == "http://schemas.microsoft.com/wbem/wsman/1/WQL"
    assert given.text == "SELECT * FROM X WHERE Name = 'a<b'"


def test_a_selector_filter(wire: MakeWire) -> None:
    made = wire(enumerated([]))
    names(made, selectors={"Name": "a"})
    (given,) = made.sent[0].all("Filter")
    assert given.get("Dialect") == "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
    assert [(item.get("Name"), item.text) for item in made.sent[0].all("Selector")] == [("Name", "a")]


# ---- pages --------------------------------------------------------------------------------------
def test_a_single_page(wire: MakeWire) -> None:
    assert names(wire(enumerated([thing("a"), thing("b")]))) == ["a", "b"]


def test_the_recorded_paging_one_item_first_and_contexts_that_change(wire: MakeWire) -> None:
    made = wire(
        enumerated([thing("a")], "one"),
        pulled([thing("b"), thing("c")], "two"),
        pulled([thing("d")]),
    )
    assert names(made) == ["a", "b", "c", "d"]
    assert made.verbs == ["Enumerate", "Pull", "Pull"]
    assert contexts(made) == ["", "one", "two"]
    assert made.sent[1].children() == [("EnumerationContext", "one"), ("MaxElements", "32000")]


def test_a_page_may_be_empty_and_is_not_the_end(wire: MakeWire) -> None:
    made = wire(enumerated([], "one"), pulled([], "two"), pulled([thing("a")], "three"), pulled([]))
    assert names(made) == ["a"]


def test_without_optimisation_the_first_answer_has_only_a_context(wire: MakeWire) -> None:
    bare = answer("<n:EnumerateResponse><n:EnumerationContext>one</n:EnumerationContext></n:EnumerateResponse>")
    assert names(wire(bare, pulled([thing("a")]))) == ["a"]


@pytest.mark.parametrize("prefix", ["n", "w"])
def test_items_and_the_end_in_either_namespace(wire: MakeWire, prefix: str) -> None:
    made = wire(enumerated([], "one"), pulled([thing("a")], "two", end=True, prefix=prefix))
    assert names(made) == ["a"]


@pytest.mark.parametrize("last", [pulled([thing("a")], None, end=False), pulled([thing("a")], "", end=False)])
def test_no_context_is_the_end_too(wire: MakeWire, last: bytes) -> None:
    assert names(wire(enumerated([], "one"), last)) == ["a"]


def test_derived_instances_come_under_their_own_name(wire: MakeWire) -> None:
    other = instance("MSCluster_Special", "<p:Name>s</p:Name><p:State>3</p:State>", "root/mscluster")
    (found,) = wire(enumerated([other])).ws.enumerate(THING)
    assert (found.class_name, found.get("State")) == ("MSCluster_Special", 3)


@pytest.mark.parametrize(
    "answers", [(answer(""),), (answer("<n:Other/>"),), (enumerated([], "one"), answer(""), RELEASED)]
)
def test_an_answer_of_another_kind_is_not_an_empty_result(wire: MakeWire, answers: tuple[bytes, ...]) -> None:
    with pytest.raises(EnvelopeError, match="Enumerate MSCluster_Thing: the answer holds no"):
        wire(*answers).ws.enumerate(THING)


def test_a_server_that_never_ends_is_left_and_released(wire: MakeWire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enumeration, "PAGES_LIMIT", 5)
    made = wire(Enumerate=enumerated([], "one"), Pull=pulled([thing("a")], "one"), Release=RELEASED)
    with pytest.raises(EnvelopeError, match="does not end"):
        made.ws.enumerate(THING)
    assert made.verbs == ["Enumerate", *["Pull"] * 5, "Release"]


# ---- what goes wrong ----------------------------------------------------------------------------
@pytest.mark.parametrize("code", [2150858793, 2150858780])
def test_a_pull_that_had_nothing_in_time_is_asked_again(wire: MakeWire, code: int) -> None:
    late = wsman_fault(code, subcode="n:TimedOut")
    made = wire(enumerated([thing("a")], "one"), late, late, pulled([thing("b")]))
    assert names(made) == ["a", "b"]
    assert contexts(made) == ["", "one", "one", "one"]


def test_a_pull_that_is_always_late_is_given_up_and_released(wire: MakeWire) -> None:
    made = wire(Enumerate=enumerated([], "one"), Pull=timed_out(), Release=RELEASED)
    with pytest.raises(OperationTimedOut):
        made.ws.enumerate(THING)
    assert made.clock.slept == pytest.approx(2 * PULL_S)  # a read that is late is made once more
    assert made.verbs.count("Release") == 2


@pytest.mark.parametrize(
    "gone",
    [
        GONE,
        wsman_fault(2150858759),
        fault("n:InvalidEnumerationContext"),
        wsman_fault(2150858779, "Der Kontext ist nicht gültig.", "n:InvalidEnumerationContext"),
    ],
)
def test_a_context_that_has_expired_starts_the_enumeration_again(wire: MakeWire, gone: bytes) -> None:
    """Nothing is kept of the first pass, nothing twice, and there is nothing to release."""
    made = wire(
        enumerated([thing("a")], "one"),
        pulled([thing("b")], "two"),
        gone,
        enumerated([thing("a")], "three"),
        pulled([thing("b"), thing("c")]),
    )
    assert names(made) == ["a", "b", "c"]
    assert made.verbs == ["Enumerate", "Pull", "Pull", "Enumerate", "Pull"]


def test_contexts_that_expire_for_ever_have_an_end(wire: MakeWire) -> None:
    made = wire(Enumerate=enumerated([], "one"), Pull=GONE)
    with pytest.raises(WsManFault):
        made.ws.enumerate(THING)
    assert made.clock.slept == pytest.approx(30.0)


def test_an_answer_lost_in_the_middle_starts_again_over_a_new_session(wire: MakeWire) -> None:
    made = wire(
        enumerated([thing("a")], "one"), OutcomeUnknown("reset"), enumerated([thing("a")], "two"), pulled([thing("b")])
    )
    assert names(made) == ["a", "b"]
    assert (made.replay.logins, made.verbs.count("Release")) == (1, 0)


@pytest.mark.parametrize("failure", [wsman_fault(5), HttpStatus(413), answer("<n:Other/>")])
def test_an_enumeration_that_is_given_up_is_released(wire: MakeWire, failure: bytes | Exception) -> None:
    made = wire(enumerated([thing("a")], "one"), pulled([], "two"), failure, RELEASED)
    with pytest.raises((WsManFault, HttpStatus, EnvelopeError)):
        made.ws.enumerate(THING)
    last = made.sent[-1]
    assert (last.verb, last.uri, last.texts("EnumerationContext")) == (
        "Release",
        f"{NAMESPACE}/MSCluster_Thing",
        ["two"],
    )


@pytest.mark.parametrize("answer_to_release", [GONE, OutcomeUnknown("reset"), HttpStatus(400), NotSent("x")])
def test_what_a_release_answers_does_not_hide_the_reason(wire: MakeWire, answer_to_release: t.Any) -> None:
    made = wire(enumerated([], "one"), wsman_fault(5), answer_to_release)
    with pytest.raises(WsManFault) as refused:
        made.ws.enumerate(THING)
    assert refused.value.win32 == 5


@pytest.mark.parametrize("failure", [NotSent("x"), AuthRefused("x")])
def test_without_a_connection_nothing_is_released(wire: MakeWire, failure: Exception) -> None:
    made = wire(enumerated([], "one"), failure)
    with pytest.raises(type(failure)):
        made.ws.enumerate(THING)
    assert made.verbs == ["Enumerate", "Pull"]


def test_a_busy_cluster_in_the_middle_starts_again(wire: MakeWire) -> None:
    made = wire(enumerated([], "one"), win32_fault(1722), RELEASED, enumerated([thing("a")]))
    assert names(made) == ["a"]


def test_a_text_that_fits_no_type_is_an_error_of_the_answer(wire: MakeWire) -> None:
    broken = instance("MSCluster_Thing", "<p:State>two</p:State>", "root/mscluster")
    with pytest.raises(EnvelopeError, match="is not a uint32"):
        wire(enumerated([broken])).ws.enumerate(THING)


# ---- the envelope's limit -----------------------------------------------------------------------
def paging(limit: int, code: int = 2150858824) -> tuple[t.Callable[[Sent], bytes], t.Callable[[Sent], bytes]]:
    """A server whose envelope takes ``limit`` items, and that wants the same MaxElements in a Pull."""
    asked: list[str] = []
    everything = [thing(f"t{n}") for n in range(3)]

    def enumerate_(request: Sent) -> bytes:
        asked.append(request.texts("MaxElements")[0])
        return enumerated([], "0")

    def pull(request: Sent) -> bytes:
        if request.texts("MaxElements")[0] != asked[-1]:
            return wsman_fault(2150859181)
        if int(asked[-1]) > limit:
            return wsman_fault(code, subcode="w:EncodingLimit", named="MaxEnvelopeSizeExceeded")
        place = int(request.texts("EnumerationContext")[0])
        page = everything[place : place + int(asked[-1])]
        rest = place + len(page)
        return pulled(page, str(rest) if rest < len(everything) else None)

    return enumerate_, pull


@pytest.mark.parametrize("limit", [320, 20, 1])
@pytest.mark.parametrize("code", [2150858790, 2150858805, 2150858823, 2150858824, 2150858825, 2150859037])
def test_a_page_that_does_not_fit_is_asked_for_in_smaller_ones(wire: MakeWire, limit: int, code: int) -> None:
    """wsman 2.3; a Pull with another MaxElements than its Enumerate is refused, 2150859181 (wsman 3.5)."""
    first, pull = paging(limit, code)
    made = wire(Enumerate=first, Pull=pull, Release=RELEASED)
    assert names(made) == ["t0", "t1", "t2"]
    sizes = [item.texts("MaxElements")[0] for item in made.sent if item.verb == "Enumerate"]
    assert sizes == [str(size) for size in PAGE_SIZES if size >= limit]


def test_an_item_that_fits_no_envelope(wire: MakeWire) -> None:
    first, pull = paging(0)
    made = wire(Enumerate=first, Pull=pull, Release=RELEASED)
    with pytest.raises(WsManFault) as refused:
        made.ws.enumerate(THING)
    assert refused.value.outer == 2150858824
    assert made.verbs.count("Enumerate") == len(PAGE_SIZES)


def test_the_limit_may_show_in_the_first_answer_and_without_a_code(wire: MakeWire) -> None:
    made = wire(fault("w:EncodingLimit"), enumerated([thing("a")]))
    assert names(made) == ["a"]
    assert [item.texts("MaxElements") for item in made.sent] == [["32000"], ["320"]]
