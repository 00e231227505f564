"""WinRS: streams, states and refusals, with commands that the test drives by hand."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.contract import Account
from support.envelopes import CMD, SHELL, TRANSFER, message
from support.toy import Reply, ToyCommand, ToyEndpoint

OPTIONS = '<w:OptionSet><w:Option Name="{}">{}</w:Option></w:OptionSet>'
SHELL_BODY = "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams></rsp:Shell>"


class Session:
    """A client of one toy, one call at a time."""

    def __init__(self, **settings: Any) -> None:
        self.toy = ToyEndpoint(**settings)
        self.shell = ""

    def send(
        self, action: str, body: str, option: tuple[str, str] | None = None, account: Account | None = None
    ) -> Reply:
        changed = {"w:OptionSet": OPTIONS.format(*option)} if option else {}
        selectors = {"ShellId": self.shell} if self.shell else {}
        text = message(action, CMD, body, selectors, changed)
        return asyncio.run(self.toy.send(text, account) if account else self.toy.send(text))

    def open(self) -> Reply:
        self.shell = ""
        reply = self.send(TRANSFER + "Create", SHELL_BODY)
        self.shell = next(item.text for item in reply.all("Selector") if item.get("Name") == "ShellId")
        return reply

    def start(self, line: str = "x", *arguments: str, option: tuple[str, str] | None = None) -> tuple[Reply, str]:
        parts = "".join(f"<rsp:Arguments>{item}</rsp:Arguments>" for item in arguments)
        body = f"<rsp:CommandLine><rsp:Command>{line}</rsp:Command>{parts}</rsp:CommandLine>"
        reply = self.send(SHELL + "Command", body, option)
        return reply, reply.text("CommandId") or ""

    def receive(self, command: str) -> Reply:
        wanted = f'<rsp:DesiredStream CommandId="{command}">stdout stderr</rsp:DesiredStream>'
        return self.send(SHELL + "Receive", f"<rsp:Receive>{wanted}</rsp:Receive>")

    def input(self, command: str, data: str, end: bool = False) -> Reply:
        mark = ' End="true"' if end else ""
        stream = f'<rsp:Stream Name="stdin" CommandId="{command}"{mark}>{data}</rsp:Stream>'
        return self.send(SHELL + "Send", f"<rsp:Send>{stream}</rsp:Send>")

    def signal(self, command: str, code: str = "terminate") -> Reply:
        text = f'<rsp:Signal CommandId="{command}"><rsp:Code>{SHELL}signal/{code}</rsp:Code></rsp:Signal>'
        return self.send(SHELL + "Signal", text)

    @property
    def running(self) -> ToyCommand:
        return self.toy.machine.host.commands[-1]


@pytest.fixture
def session() -> Session:
    made = Session()
    made.open()
    return made


def state(reply: Reply) -> str:
    return str(reply.find("CommandState").get("State")).rpartition("/")[2]


def output(reply: Reply, name: str) -> bytes:
    return b"".join(base64.b64decode(item.text or "") for item in reply.all("Stream") if item.get("Name") == name)


@pytest.mark.fact("wsman 4", "R")
def test_create_answers_with_the_reference_and_the_shell() -> None:
    session = Session()
    reply = session.open()
    assert [item.tag.rpartition("}")[2] for item in reply.find("Body")] == ["ResourceCreated", "Shell"]
    assert reply.text("Address") == "http://toy:5985/wsman"
    assert reply.text("ShellId") == session.shell == session.shell.upper()


@pytest.mark.fact("wsman 4", "R")
def test_arguments_are_joined_with_blanks(session: Session) -> None:
    session.start("echo", "a", "&quot;b  c&quot;")
    assert session.running.line == 'echo a "b  c"'


@pytest.mark.fact("wsman 4", "R")
@given(pieces=st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(max_size=70_000)), max_size=6))
def test_all_output_arrives_in_order_and_then_done(pieces: list[tuple[str, bytes]]) -> None:
    session = Session()
    session.open()
    _, command = session.start()
    for stream, data in pieces:
        session.running.output(stream, data)
    session.running.finish(3)
    replies = [session.receive(command)]
    while state(replies[-1]) == "Running":
        assert replies[-1].find("ExitCode") is None
        replies.append(session.receive(command))
    for name in ("stdout", "stderr"):
        found = b"".join(output(reply, name) for reply in replies)
        assert found == b"".join(data for stream, data in pieces if stream == name)
    assert (state(replies[-1]), replies[-1].text("ExitCode")) == ("Done", "3")
    assert [item.get("Name") for item in replies[-1].all("Stream") if item.get("End")] == ["stdout", "stderr"]


@pytest.mark.fact("wsman 4", "R")
def test_input_reaches_the_command(session: Session) -> None:
    _, command = session.start()
    session.input(command, "YWI=")
    assert not session.running.ended
    session.input(command, "Yw ==\n", end=True)
    assert (bytes(session.running.received), session.running.ended) == (b"abc", True)


def test_input_that_is_no_base64(session: Session) -> None:
    _, command = session.start()
    assert session.input(command, "!!").code == 2150858817
    assert session.running.received == b""


@pytest.mark.fact("wsman 4", "R")
def test_unknown_shells_and_commands(session: Session) -> None:
    assert session.receive("00000000-0000-0000-0000-000000000000").code == 2150858843
    assert session.receive("").code == 87
    _, command = session.start()
    assert session.signal(command).status == 200
    assert session.running.exit_code is not None
    assert session.receive(command).code == 2150858843
    session.send(TRANSFER + "Delete", "")
    assert session.start()[0].code == 2150858843


@pytest.mark.fact("wsman 4", "S")
def test_ctrl_c_keeps_the_command_until_it_is_read(session: Session) -> None:
    _, command = session.start()
    assert session.signal(command, "ctrl_c").status == 200
    assert state(session.receive(command)) == "Done"


@pytest.mark.fact("wsman 4", "I")
def test_the_commands_end_with_the_shell(session: Session) -> None:
    session.start()
    session.send(TRANSFER + "Delete", "")
    assert session.running.exit_code is not None


@pytest.mark.fact("wsman 4", "R")
@pytest.mark.parametrize("honoured", [True, False])
@pytest.mark.parametrize(
    ("line", "found"), [("whoami", False), ("C:\\whoami.exe /all", True), ('"C:\\a b.exe" x', True)]
)
def test_skip_cmd_shell_wants_a_full_path_where_it_is_honoured(honoured: bool, line: str, found: bool) -> None:
    session = Session(skip_cmd_shell_honoured=honoured)
    session.open()
    reply, _ = session.start(line, option=("WINRS_SKIP_CMD_SHELL", "TRUE"))
    assert reply.code == (None if found or not honoured else 2147942402)


@pytest.mark.parametrize("text", ["x", "-1", "²", "999999"])
def test_a_code_page_that_is_none(text: str) -> None:
    assert Session().send(TRANSFER + "Create", SHELL_BODY, ("WINRS_CODEPAGE", text)).code == 2150858835


@pytest.mark.fact("wsman 2.3", "S")
def test_processes_in_a_shell_are_counted() -> None:
    session = Session(max_processes_per_shell=2)
    session.open()
    assert [session.start()[0].code for _ in range(3)] == [None, None, 2150859175]
    session.running.finish(0)
    assert session.start()[0].status == 200


@pytest.mark.fact("wsman 2.3", "S")
def test_shells_are_counted_by_user() -> None:
    session = Session(max_shells_per_user=1)
    session.open()
    session.shell = ""
    assert session.send(TRANSFER + "Create", SHELL_BODY).status == 500
    assert session.send(TRANSFER + "Create", SHELL_BODY, account=Account("Other", "unused")).status == 200


@pytest.mark.parametrize(
    ("action", "code"), [("Enumerate", 2150858771), ("Command", 2150858817), ("Receive", 87), ("Signal", 87)]
)
def test_a_verb_without_its_body(session: Session, action: str, code: int) -> None:
    assert session.send(SHELL + action, "").code == code
