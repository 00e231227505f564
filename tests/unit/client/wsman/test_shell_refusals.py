"""WinRS shells: lost answers, refusals, quotas, and input (wsman 4)."""

from __future__ import annotations

import base64
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    EnvelopeError,
    HttpStatus,
    OutcomeUnknown,
    UnsendableValue,
    WsManFault,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.shell import LINE_LIMIT, STDIN_CHUNK
from support.answers import (
    answer,
    command_started,
    fault,
    shell_created,
    wmi_error,
    wsman_fault,
)
from support.winrs import CLEAN, DONE, OK, UNKNOWN_SHELL, MakeWire, opened, run


# ---- lost answers -------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["Create", "Command", "Receive", "Send"])
def test_no_message_of_a_shell_is_sent_again_when_its_answer_is_lost(wire: MakeWire, verb: str) -> None:
    """A second Command would run twice, a second Receive would miss what the first one took."""
    made = opened(wire, **{"Receive": DONE, verb: OutcomeUnknown("reset")})
    with pytest.raises(OutcomeUnknown):
        run(made, stdin=[b"x"])
    assert made.verbs.count(verb) == 1


@pytest.mark.parametrize(
    "said",
    [UNKNOWN_SHELL, wsman_fault(995), HttpStatus(400), OutcomeUnknown("reset"), wsman_fault(5), answer("<x/>")],
)
def test_cleaning_up_changes_nothing(wire: MakeWire, said: t.Any) -> None:
    """2150858843, 995 and an empty 400 are benign there (wsman 4)."""
    assert run(opened(wire, DONE, Signal=said, Delete=said)).exit_code == 0


# ---- refusals -----------------------------------------------------------------------------------
def test_a_fault_of_a_command(wire: MakeWire) -> None:
    made = opened(wire, Command=wsman_fault(5))
    with pytest.raises(WsManFault, match="run a command"):
        run(made)
    assert made.verbs == ["Create", "Command", "Delete"]


@pytest.mark.parametrize(
    ("verb", "what"), [("Create", "ShellId"), ("Command", "CommandId")]
)  # fmt: skip
def test_an_answer_without_the_name_that_is_needed(wire: MakeWire, verb: str, what: str) -> None:
    with pytest.raises(EnvelopeError, match=what):
        run(opened(wire, **{verb: OK}))


@pytest.mark.parametrize(
    "refused",
    [
        wsman_fault(2150859174),
        wmi_error(error_Code=2150859174),
        wsman_fault(2147943418),
        UNKNOWN_SHELL,
        fault("w:InvalidSelectors"),
    ],
)
def test_a_shell_that_is_used_up_or_gone_is_replaced(wire: MakeWire, refused: bytes) -> None:
    """1500 commands, an idle time-out while an installer ran, a profile that was unloading: nothing ran yet."""
    made = wire(
        shell_created("OLD"), command_started(), refused, shell_created("NEW"), command_started("third"),
        **CLEAN, Receive=DONE,
    )  # fmt: skip
    with made.ws.shell() as shell:
        shell.run("one")
        shell.run("two")
    assert [item.selectors.get("ShellId") for item in made.sent if item.verb == "Command"] == ["OLD", "OLD", "NEW"]
    assert [item.selectors.get("ShellId") for item in made.sent if item.verb == "Delete"] == ["OLD", "NEW"]
    assert made.sent[-3].body.find("{*}DesiredStream").get("CommandId") == "third"


def test_a_new_shell_that_fails_too_is_the_end(wire: MakeWire) -> None:
    made = opened(wire, Command=UNKNOWN_SHELL)
    with pytest.raises(WsManFault):
        run(made)
    assert made.verbs == ["Create", "Command", "Delete", "Create", "Command", "Delete"]


@pytest.mark.parametrize(
    "refused",
    [
        wmi_error(error_Code=2150859173, CIMStatusCode=27, subcode="w:QuotaLimit"),
        wsman_fault(2150859173, subcode="w:QuotaLimit"),
        wsman_fault(2150859174),
        wsman_fault(2150859118),
        wsman_fault(2147943418),
        fault("w:QuotaLimit"),
    ],
)
def test_a_shell_that_cannot_be_opened_yet(wire: MakeWire, refused: bytes) -> None:
    """Too many shells (recorded as MSFT_WmiError), service starting, profile unloading."""
    made = wire(refused, refused, shell_created(), command_started(), DONE, **CLEAN)
    assert run(made).exit_code == 0
    assert made.clock.naps == [0.1, 0.2]


def test_opening_has_an_end(wire: MakeWire) -> None:
    made = opened(wire, Create=wsman_fault(2150859173))
    with pytest.raises(WsManFault):
        run(made)
    assert made.clock.slept == pytest.approx(30.0)


# ---- input --------------------------------------------------------------------------------------
def test_input_is_cut_to_the_smallest_envelope_there_is(wire: MakeWire) -> None:
    """150 kB up to 2008 R2 (wsman 2.3)."""
    data = bytes(range(256)) * 600
    made = opened(wire, DONE)
    run(made, stdin=iter([data, b"", b"tail"]))
    sends = [item for item in made.sent if item.verb == "Send"]
    pieces = [base64.b64decode(item.texts("Stream")[0]) for item in sends]
    assert b"".join(pieces) == data + b"tail"
    assert max(map(len, pieces)) == STDIN_CHUNK
    assert max(len(item.raw) for item in sends) < 150 * 1024
    assert [item.all("Stream")[0].get("End") for item in sends] == [None] * (len(sends) - 1) + ["true"]


def test_without_input_the_stream_is_not_ended(wire: MakeWire) -> None:
    made = opened(wire, DONE)
    run(made)
    assert "Send" not in made.verbs


def test_a_send_that_finds_the_command_busy_waits(wire: MakeWire) -> None:
    """Code 170: an earlier Send is still running (wsman 4)."""
    answers: Iterator[bytes] = iter([wsman_fault(170), wsman_fault(170), OK, OK])
    made = opened(wire, DONE, Send=lambda request: next(answers))
    run(made, stdin=[b"x"])
    assert made.clock.naps == [1.0, 2.0]


def test_a_send_that_is_always_busy_has_an_end(wire: MakeWire) -> None:
    made = opened(wire, Send=wsman_fault(170))
    with pytest.raises(WsManFault):
        run(made, stdin=[b"x"])
    assert made.clock.slept == pytest.approx(30.0)


def test_a_line_that_cmd_does_not_take_is_never_sent(wire: MakeWire) -> None:
    made = opened(wire, DONE)
    with made.ws.shell() as shell:
        with pytest.raises(UnsendableValue, match="8192 characters"):
            shell.run("x" * (LINE_LIMIT + 1))
        assert made.sent == []
        shell.run("x" * LINE_LIMIT)
