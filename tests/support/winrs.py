"""A node that opens a shell and starts a command, in hand-made answers (wsman 4)."""

from __future__ import annotations

import base64
import typing as t

from .answers import answer, command_started, received, shell_created, wsman_fault
from .replay import Wire

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
