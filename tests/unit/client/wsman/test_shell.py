"""WinRS shells (wsman 4)."""

from __future__ import annotations

import base64
import typing as t
from collections.abc import Iterator

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wait import WaitTimeout
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    EnvelopeError,
    HttpStatus,
    OutcomeUnknown,
    UnsendableValue,
    WsManFault,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.shell import LINE_LIMIT, STDIN_CHUNK, signed
from support.answers import (
    answer,
    command_started,
    fault,
    received,
    shell_created,
    timed_out,
    wmi_error,
    wsman_fault,
)
from support.envelopes import SHELL
from support.replay import Sent, Wire

MakeWire = t.Callable[..., Wire]
OK = answer("")
DONE = received(state="Done", code=0)
CLEAN = {"Signal": OK, "Delete": OK, "Send": OK}
SHELL_ID, COMMAND_ID = "11111111-AAAA", "22222222-BBBB"
UNKNOWN_SHELL = wsman_fault(2150858843, subcode="w:InvalidSelectors", named="UnexpectedSelectors")


def stream(data: bytes, name: str = "stdout", end: bool = False) -> str:
    text = base64.b64encode(data).decode()
    ended = ' End="true"' if end else ""
    return f'<rsp:Stream Name="{name}" CommandId="{COMMAND_ID}"{ended}>{text}</rsp:Stream>'


def opened(made: MakeWire, *answers: t.Any, **by_verb: t.Any) -> Wire:
    """A node that opens a shell and starts a command."""
    return made(*answers, **{**CLEAN, "Create": shell_created(), "Command": command_started(), **by_verb})


def run(made: Wire, **how: t.Any) -> t.Any:
    with made.ws.shell() as shell:
        return shell.run("ver", **how)


# ---- the usual course ---------------------------------------------------------------------------
def test_a_command_from_create_to_delete(wire: MakeWire) -> None:
    made = opened(wire, received(stream(b"Windows\r\n"), "Done", 0))
    found = run(made)
    assert (found.exit_code, found.stdout, found.stderr) == (0, "Windows\r\n", "")
    assert made.verbs == ["Create", "Command", "Receive", "Signal", "Delete"]
    assert {item.uri for item in made.sent} == {f"{SHELL}cmd"}
    assert made.sent[0].selectors == {}
    assert {item.selectors["ShellId"] for item in made.sent[1:]} == {SHELL_ID}


def test_what_each_message_says(wire: MakeWire) -> None:
    made = opened(wire, DONE)
    run(made, stdin=[b"in"])
    create, command, send, end, receive, signal, delete = made.sent
    assert create.options == {"WINRS_NOPROFILE": "TRUE", "WINRS_CODEPAGE": "65001"}
    assert create.children() == [("InputStreams", "stdin"), ("OutputStreams", "stdout stderr")]
    assert command.action == f"{SHELL}Command"
    assert command.texts("Command") == ["ver"]
    assert command.options == {"WINRS_CONSOLEMODE_STDIN": "FALSE", "WINRS_SKIP_CMD_SHELL": "FALSE"}
    (piece,) = send.all("Stream")
    assert (piece.attrib, piece.text) == ({"Name": "stdin", "CommandId": COMMAND_ID}, base64.b64encode(b"in").decode())
    (piece,) = end.all("Stream")
    assert (piece.get("End"), piece.text) == ("true", None)
    assert receive.texts("DesiredStream") == ["stdout stderr"]
    assert receive.all("DesiredStream")[0].get("CommandId") == COMMAND_ID
    assert signal.body.get("CommandId") == COMMAND_ID
    assert signal.texts("Code") == [f"{SHELL}signal/terminate"]
    assert delete.action == "http://schemas.xmlsoap.org/ws/2004/09/transfer/Delete"
    assert delete.body is None


def test_a_shell_that_runs_nothing_is_never_opened(wire: MakeWire) -> None:
    made = wire()
    with made.ws.shell():
        pass
    assert made.sent == []


def test_several_commands_share_a_shell(wire: MakeWire) -> None:
    made = opened(wire, Receive=DONE)
    with made.ws.shell() as shell:
        shell.run("one")
        shell.run("two")
    assert made.verbs.count("Create") == made.verbs.count("Delete") == 1
    assert made.verbs.count("Signal") == 2


def test_a_very_old_server_names_its_shell_another_way(wire: MakeWire) -> None:
    """A uuid: prefix and no rsp:Shell."""
    old = answer(
        "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>"
        '<w:Selector Name="Other">no</w:Selector><w:Selector Name="ShellId">uuid:1</w:Selector>'
        "</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>"
    )
    made = opened(wire, DONE, Create=old)
    run(made)
    assert made.sent[1].selectors == {"ShellId": "uuid:1"}


# ---- output -------------------------------------------------------------------------------------
def test_a_character_may_straddle_two_pieces(wire: MakeWire) -> None:
    data = "ä€🙂".encode()
    pieces = [stream(data[n : n + 1]) for n in range(len(data))]
    made = opened(
        wire, received("".join(pieces[:2])), received("".join(pieces[2:5])), received("".join(pieces[5:]), "Done", 0)
    )
    assert run(made).stdout == "ä€🙂"


def test_several_streams_in_any_order(wire: MakeWire) -> None:
    first = stream(b"e1", "stderr") + stream(b"o1") + stream(b"", "stderr", end=True) + stream(b"o2")
    made = opened(wire, received(first, "Running"), received(stream(b"o3", end=True), "Done", 3))
    found = run(made)
    assert (found.stdout, found.stderr, found.exit_code) == ("o1o2o3", "e1", 3)


@pytest.mark.parametrize("state", ["", "Running", "Pending"])
def test_only_done_is_the_end(wire: MakeWire, state: str) -> None:
    made = opened(wire, received(stream(b"a", end=True), state), received(stream(b"b"), "Done", 1))
    assert run(made).stdout == "ab"


@pytest.mark.parametrize(
    ("codepage", "data", "text"), [(437, b"\x84", "ä"), (850, b"\x84", "ä"), (65001, b"\xff", "\ufffd")]
)
def test_output_is_read_in_the_codepage(wire: MakeWire, codepage: int, data: bytes, text: str) -> None:
    made = opened(wire, received(stream(data), "Done", 0))
    with made.ws.shell(codepage) as shell:
        assert shell.run("x").stdout == text
    assert made.sent[0].options["WINRS_CODEPAGE"] == str(codepage)


def test_output_that_is_no_base64(wire: MakeWire) -> None:
    for text in ("a", "ä" * 4):
        made = opened(wire, received(f'<rsp:Stream Name="stdout">{text}</rsp:Stream>', "Done", 0))
        with pytest.raises(EnvelopeError, match="base64"):
            run(made)


# ---- the exit code ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("printed", "code"),
    [("0", 0), ("1", 1), ("3010", 3010), ("3221225477", -1073741819), ("-1073741819", -1073741819), ("4294967295", -1)],
)
def test_an_exit_code_printed_signed_or_unsigned(wire: MakeWire, printed: str, code: int) -> None:
    assert run(opened(wire, received(state="Done", code=printed))).exit_code == code
    assert signed(int(printed)) == code


def test_done_without_an_exit_code_is_not_success(wire: MakeWire) -> None:
    """It happens on an error (wsman 4)."""
    made = opened(wire, received(state="Done"))
    with pytest.raises(OutcomeUnknown, match="ver"):
        run(made)
    assert made.verbs[-2:] == ["Signal", "Delete"]


def test_an_exit_code_that_is_no_number(wire: MakeWire) -> None:
    with pytest.raises(EnvelopeError, match="exit code"):
        run(opened(wire, received(state="Done", code="none")))


# ---- waiting ------------------------------------------------------------------------------------
def test_a_receive_with_nothing_to_say_is_asked_again(wire: MakeWire) -> None:
    made = opened(wire, timed_out(), timed_out(), received(stream(b"x"), "Done", 0))
    assert run(made).stdout == "x"
    assert made.verbs.count("Receive") == 3


def slow(made: Wire, data: bytes = timed_out()) -> t.Callable[[Sent], bytes]:
    """A server that keeps a Receive as long as it may."""

    def wait(request: Sent) -> bytes:
        made.clock.now += request.timeout_s
        return data

    return wait


def test_a_command_that_does_not_end_is_told_to(wire: MakeWire) -> None:
    made = opened(wire)
    made.replay._by_verb["Receive"] = slow(made, received(stream(b"so far"), "Running"))
    with pytest.raises(WaitTimeout) as ended:
        run(made, timeout_s=50.0)
    assert (ended.value.seconds, ended.value.last) == (50.0, "so far" * 3)
    waits = [item.timeout_s for item in made.sent if item.verb == "Receive"]
    assert waits == [20.0, 20.0, 10.0]
    assert made.verbs[-2:] == ["Signal", "Delete"]


def test_the_last_receive_is_no_shorter_than_half_a_second(wire: MakeWire) -> None:
    made = opened(wire)
    made.replay._by_verb["Receive"] = slow(made)
    with pytest.raises(WaitTimeout):
        run(made, timeout_s=20.2)
    assert [item.timeout_s for item in made.sent if item.verb == "Receive"] == [20.0, 0.5]


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
