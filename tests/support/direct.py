"""The whole client against the whole lab in one process and one thread: no sockets, no waiting.

Every envelope that the collection builds is read by the lab's WS-Man service as usual; what is left out is
HTTP and authentication. Time is virtual on both sides: when the client waits, the lab's clock runs.
"""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import yaml

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import HttpStatus, NotSent, OutcomeUnknown
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Stats
from lab.api import Lab
from lab.contract import Account
from lab.topology import parse
from lab.verbs import Verbs
from lab.wire.counters import RequestRecord
from lab.wire.endpoint import Endpoint
from lab.wire.serving import serve
from lab.world import World

T = TypeVar("T")
SLACK_S = 10.0  # how much longer than the operation time-out a client waits for HTTP


class _Idle(selectors.SelectSelector):
    """Where an event loop would sleep, virtual time passes instead."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self.loop.pass_time(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time and the lab's clock are one."""

    def __init__(self, world: World) -> None:
        idle = _Idle()
        super().__init__(idle)
        idle.loop = self
        self._world = world

    def time(self) -> float:
        return self._world.clock.now

    def pass_time(self, limit: float | None) -> None:
        """At most ``limit`` seconds, and not beyond the lab's next event, whose callbacks may wake somebody."""
        clock = self._world.clock
        due = clock.next_due()
        if due is None and limit is None:
            raise RuntimeError("everybody waits and nothing will happen")
        steps = [step for step in (limit, None if due is None else due - clock.now) if step is not None]
        clock.advance(max(min(steps), 1e-6))


class _Process:
    """What the lab's verbs need of a lab process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.endpoints: dict[str, Any] = {}
        self.speed = 1.0

    def spawn_listeners(self, spec: object) -> None:
        pass

    def close_listeners(self, names: object) -> None:
        pass

    def build_inventory(self) -> dict[str, Any]:
        return {"all": {"children": {"sem": {"vars": self.world.sem_variables()}}}}


class _Control:
    """The control socket without a socket; the answers are plain data all the same."""

    def __init__(self, process: _Process) -> None:
        self._verbs = Verbs(cast("Any", process)).table()

    def call(self, verb: str, **arguments: Any) -> Any:
        return json.loads(json.dumps(self._verbs[verb](json.loads(json.dumps(arguments))), default=str))

    def close(self) -> None:
        pass


@dataclass
class Hook:
    """Something that happens once, at a request: ``act`` runs when ``matches`` has held ``nth`` times."""

    matches: Callable[[str, RequestRecord], bool]
    act: Callable[[], object]
    nth: int = 1
    after: bool = False
    seen: int = 0

    def met(self, node: str, record: RequestRecord) -> bool:
        """Whether it is time now."""
        self.seen += self.matches(node, record)
        return self.seen == self.nth


class DirectLab(Lab):
    """A lab without listeners, with everything that :class:`lab.api.Lab` offers beside them."""

    def __init__(self, topology: Mapping[str, Any]) -> None:
        self.world = World(parse(yaml.safe_dump({"schema": 1, **topology})))
        self.loop = VirtualLoop(self.world)
        self._endpoints: dict[str, Endpoint] = {}
        self._hooks: list[Hook] = []
        self._process = None
        self._control = cast("Any", _Control(_Process(self.world)))

    def stop(self) -> None:
        self.loop.close()

    @property
    def account(self) -> Account:
        credentials = self.world.topology.credentials
        return Account(credentials.user, credentials.password)

    def endpoint(self, node: str) -> Endpoint:
        if node not in self._endpoints:
            machine, counters = self.world.machines[node], self.world.counters[node]
            endpoint = self._endpoints[node] = Endpoint(machine, self.world.switches, counters)
            machine.on_power(lambda up: None if up else endpoint.shells.drop_all())
        return self._endpoints[node]

    def transport(self, node: str) -> DirectTransport:
        return DirectTransport(self, node)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    # ---- what happens in the middle -----------------------------------------------------------
    def on_request(
        self,
        act: Callable[[], object],
        *,
        node: str | None = None,
        kind: str | None = None,
        nth: int = 1,
        after: bool = False,
    ) -> None:
        """Let ``act`` happen once, before (or after) the ``nth`` request that matches.

        ``kind``: an action ("Put"), a class, or a method ("TakeOffline"); without it every request counts.
        """

        def matches(where: str, record: RequestRecord) -> bool:
            words = {word.lower() for word in (record.action, record.class_name, record.method)}
            return node in (None, where) and (kind is None or kind.lower() in words)

        self._hooks.append(Hook(matches, act, nth, after))

    def happen(self, node: str, record: RequestRecord, after: bool) -> None:
        """Run what was planned for this request."""
        for hook in [item for item in self._hooks if item.after is after]:
            if hook.met(node, record):
                self._hooks.remove(hook)
                hook.act()

    # ---- the client's clock -------------------------------------------------------------------
    def monotonic(self) -> float:
        return self.loop.time()

    def sleep(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))


class DirectTransport:
    """The collection's ``Transport`` to one node. Errors are those that a real connection would show."""

    def __init__(self, lab: DirectLab, node: str) -> None:
        self._lab = lab
        self._node = node
        self.stats = Stats()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        machine = self._lab.world.machines[self._node]
        record = self._lab.endpoint(self._node).describe(envelope)
        self._lab.happen(self._node, record, after=False)
        if not machine.up:
            raise NotSent("connection refused")
        self.stats.requests += 1
        self.stats.bytes_sent += len(envelope)
        work = serve(self._lab.endpoint(self._node), self._lab.world.faults, envelope, self._lab.account)
        try:
            answer = self._lab.run(asyncio.wait_for(work, timeout_s + SLACK_S))
        except TimeoutError as error:
            raise OutcomeUnknown("read timed out") from error
        self._lab.happen(self._node, record, after=True)
        if answer is None or not machine.up:
            raise OutcomeUnknown("connection reset by peer")
        if not answer.body:
            raise HttpStatus(answer.status)
        self.stats.bytes_received += len(answer.body)
        return answer.body

    def reauthenticate(self) -> None:
        self.stats.authentications += 1

    def close(self) -> None:
        pass
