"""The program: which cluster is meant, which verb, and how it ends."""

from __future__ import annotations

from collections.abc import Generator

from ....cluster import Cluster
from ....cluster.errors import refusal
from ....contract import CimError, Pending
from ...machine import WindowsNode
from ..builtins import complain, say
from ..session import Program, Session, Streams, Wait
from ..text import arguments as words
from . import syntax, verbs
from .syntax import CommandLine, SyntaxFault

POLL_S = 0.5
PENDING, SYNTAX, STORED = 997, 87, 5024
HELP = "The syntax of this command is:\r\n\r\nCLUSTER [[/CLUSTER:]cluster name] RESOURCE [resource name] /option"


class ClusterExe:
    """On ``node``; ``cluster`` None on a server that belongs to none. The exit code is the Win32 code."""

    def __init__(self, node: WindowsNode, cluster: Cluster | None) -> None:
        self._node = node
        self._cluster = cluster

    def program(self, session: Session, rest: str, streams: Streams) -> Program:
        items = words(rest)
        if "/?" in items or "/help" in (item.lower() for item in items):
            say(session, streams, HELP)
            return 0
        try:
            line = syntax.parse(items)
            return (yield from self._evaluate(session, streams, line))
        except SyntaxFault:
            complain(session, streams, HELP)
            return SYNTAX
        except CimError as error:
            return self._refused(session, streams, error.win32 or 1, error.text)

    def _evaluate(self, session: Session, streams: Streams, line: CommandLine) -> Program:
        cluster = self._connect(line)
        result = verbs.run(cluster, line, self._node.name)
        code = 0
        for text in result.said:
            say(session, streams, text)
        if result.pending is not None:
            code = yield from self._wait(result.pending)
        if code == PENDING and cluster.switches.cluster_exe_pending == "0":
            code = 0
        if code:
            return self._refused(session, streams, code, refusal(code).text)
        if result.shows is not None:
            say(session, streams, "")
            for text in result.shows():
                say(session, streams, text)
        if result.stored:
            say(session, streams, f"System warning {STORED} (0x{STORED:08x}).\r\n{refusal(STORED).text}")
            return STORED
        return 0

    def _wait(self, pending: Pending) -> Generator[Wait, None, int]:
        while pending.result is None:
            yield POLL_S
        return (pending.result.win32 or 1) if isinstance(pending.result, CimError) else 0

    def _connect(self, line: CommandLine) -> Cluster:
        """The cluster of this node, or the one that is named; a named one answers through any of its nodes."""
        if self._cluster is None:
            raise refusal(1722 if line.cluster not in (None, ".") else 1753)
        named = (line.cluster or ".").lower()
        members = [node.name.lower() for node in self._cluster.core.nodes]
        if named == ".":
            through = [self._node.name]
        elif named == self._cluster.name.lower():
            through = members
        elif named in members:
            through = [named]
        else:
            raise refusal(1722)
        if not any(self._cluster.service_running(name) for name in through):
            raise refusal(1753)
        return self._cluster

    def _refused(self, session: Session, streams: Streams, code: int, text: str) -> int:
        on_error = self._cluster is not None and self._cluster.switches.cluster_exe_errors == "stderr"
        tell = complain if on_error else say
        tell(session, streams, f"\r\nSystem error {code} has occurred (0x{code:08x}).\r\n{text}")
        return code
