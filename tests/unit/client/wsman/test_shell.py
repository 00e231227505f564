"""WinRS shells: the usual course, output, exit codes, waiting (wsman 4)."""

from __future__ import annotations

import base64
import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wait import WaitTimeout
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    EnvelopeError,
    OutcomeUnknown,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.shell import signed
from support.answers import (
    answer,
    received,
    timed_out,
)
from support.envelopes import SHELL
from support.replay import Sent, Wire
from support.winrs import COMMAND_ID, DONE, SHELL_ID, MakeWire, opened, run, stream


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
