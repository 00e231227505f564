"""A transport that answers hand-made envelopes and keeps the requests for the test to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.client import WsMan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Stats

from .envelopes import NAMESPACES
from .ticking import TickingClock


@dataclass(frozen=True)
class Sent:
    """A request as an independent parser reads it."""

    raw: bytes
    timeout_s: float

    @property
    def root(self) -> Any:
        return etree.fromstring(self.raw)

    def _header(self, path: str) -> list[Any]:
        return list(self.root.find(f"{{{NAMESPACES['s']}}}Header").iterfind(path, NAMESPACES))

    def header(self, path: str) -> str | None:
        found = self._header(path)
        return None if not found else "".join(found[0].itertext())

    @property
    def action(self) -> str:
        return self.header("a:Action") or ""

    @property
    def verb(self) -> str:
        return self.action.rpartition("/")[2]

    @property
    def uri(self) -> str:
        return self.header("w:ResourceURI") or ""

    @property
    def selectors(self) -> dict[str, str]:
        return {item.get("Name"): item.text or "" for item in self._header("w:SelectorSet/w:Selector")}

    @property
    def options(self) -> dict[str, str]:
        return {item.get("Name"): item.text or "" for item in self._header("w:OptionSet/w:Option")}

    @property
    def body(self) -> Any:
        """The one element in the Body, or None."""
        return next(iter(self.root.find(f"{{{NAMESPACES['s']}}}Body")), None)

    def all(self, name: str) -> list[Any]:
        return [] if self.body is None else list(self.body.iter(f"{{*}}{name}"))

    def texts(self, name: str) -> list[str]:
        return [item.text or "" for item in self.all(name)]

    def children(self) -> list[tuple[str, str]]:
        """Local names and texts of the body element's children, in order."""
        return [(etree.QName(item).localname, item.text or "") for item in self.body]


Answer = bytes | Exception | Callable[[Sent], bytes]


class Replay:
    """Implements ``Transport``. Each request takes the next answer; ``by_verb`` ones are given for ever."""

    def __init__(self, *answers: Answer, **by_verb: Answer) -> None:
        self._answers = list(answers)
        self._by_verb = by_verb
        self.sent: list[Sent] = []
        self.logins = 0
        self.closed = False
        self.stats = Stats()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        request = Sent(envelope, timeout_s)
        self.sent.append(request)
        found = self._by_verb.get(request.verb)
        if found is None:
            if not self._answers:
                raise AssertionError(f"nothing more was expected, and {request.verb} was sent")
            found = self._answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else found(request)

    def reauthenticate(self) -> None:
        self.logins += 1

    def close(self) -> None:
        self.closed = True

    @property
    def verbs(self) -> list[str]:
        return [item.verb for item in self.sent]

    @property
    def left(self) -> int:
        """Answers that nobody asked for: the test has not seen what it meant to see."""
        return len(self._answers)


@dataclass
class Wire:
    """A client on a replay, with its clock."""

    replay: Replay
    ws: WsMan
    clock: TickingClock

    @property
    def sent(self) -> list[Sent]:
        return self.replay.sent

    @property
    def verbs(self) -> list[str]:
        return self.replay.verbs


def make_wire(*answers: Answer, **by_verb: Answer) -> Wire:
    replay, clock = Replay(*answers, **by_verb), TickingClock()
    return Wire(replay, WsMan(replay, clock), clock)
