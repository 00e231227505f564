"""powershell.exe: its own command line, then the script."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator

from ....cluster import Cluster
from ....contract import CimError, Pending
from ...machine import WindowsNode
from ..builtins import complain, read_all, say
from ..session import Program, Session, Streams, Wait
from ..text import arguments as words
from . import shown
from .evaluate import Evaluator
from .lexer import ScriptError

START_S, POLL_S = 1.0, 0.5
PENDING = 997
# Options of powershell.exe; those with a value take the next word.
SWITCHES = ("noprofile", "noninteractive", "nologo", "sta", "mta")
WITH_VALUE = ("executionpolicy", "inputformat", "outputformat", "version", "windowstyle")
SCRIPTS = ("command", "encodedcommand", "file")


class PowerShell:
    """On ``node``; ``cluster`` None: the FailoverClusters module is not there, or has nothing to talk to."""

    def __init__(self, node: WindowsNode, cluster: Cluster | None) -> None:
        self._node = node
        self._cluster = cluster

    def program(self, session: Session, rest: str, streams: Streams) -> Program:
        yield START_S
        try:
            script = yield from self._script(words(rest), streams)
            if script is None:
                return 0
            return (yield from self._run(session, streams, script))
        except ScriptError as error:
            return complain(session, streams, str(error))

    def _script(self, items: list[str], streams: Streams) -> Generator[Wait, None, str | None]:
        """What is to be run; None when the command line starts an interactive shell, which ends with its input."""
        while items:
            item = items.pop(0)
            if not item.startswith(("-", "/")):
                return " ".join([item, *items])  # the default parameter is -Command
            option = _option(item[1:])
            if option in WITH_VALUE:
                items[:1] = []
            elif option == "encodedcommand":
                return _decoded(items[0] if items else "")
            elif option == "command":
                if items == ["-"]:
                    raise ScriptError("The lab's PowerShell reads no script from standard input.")
                return " ".join(items)
            elif option == "file":
                raise ScriptError("The lab's PowerShell runs no script files.")
        yield from read_all(streams)
        return None

    def _run(self, session: Session, streams: Streams, script: str) -> Program:
        profile = self._node.profile
        evaluator = Evaluator(
            self._node.name,
            self._cluster,
            module="failoverclusters" not in profile.missing_programs,
            loads_itself=profile.module_loading,
        )
        code = 0
        for step in evaluator.steps(script):
            try:
                outcome = step()
                failed = yield from _waited(outcome.pending)
                if failed is not None:
                    raise failed
            except CimError as error:
                name = evaluator.running
                complain(session, streams, f"{name} : {error.text}\r\n    + CategoryInfo : NotSpecified: (:) [{name}]")
                return 1
            for text in outcome.warnings:
                say(session, streams, f"WARNING: {text}")
            for text in shown.lines(
                [shown.row(self._cluster, item) for item in outcome.items] if self._cluster else []
            ):
                say(session, streams, text)
            for text in outcome.values:
                say(session, streams, text)
        return code


def _waited(pending: list[Pending]) -> Generator[Wait, None, CimError | None]:
    """The refusal that came later. A wait that is over is no error: the state is pending and shown so."""
    refused: CimError | None = None
    for item in pending:
        while item.result is None:
            yield POLL_S
        if isinstance(item.result, CimError) and item.result.win32 != PENDING:
            refused = refused or item.result
    return refused


def _option(text: str) -> str:
    known = (*SCRIPTS, *SWITCHES, *WITH_VALUE)
    aliases = {"e": "encodedcommand", "ec": "encodedcommand", "c": "command", "ep": "executionpolicy", "f": "file"}
    lower = text.lower()
    fits = [aliases[lower]] if lower in aliases else [name for name in known if lower and name.startswith(lower)]
    if len(fits) != 1:
        raise ScriptError(f"{text} : the parameter of PowerShell is not known.")
    return fits[0]


def _decoded(text: str) -> str:
    """Base64 of UTF-16LE."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ScriptError("Cannot process the command because the value of EncodedCommand is not valid.") from error
