"""What every verb needs: the parts of the cluster, and answers that come later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..clock import VirtualClock
from ..contract import CimError, CimValue, Host, Pending
from ..journal import Journal
from .core import Core
from .engine import Engine
from .errors import refusal
from .model import Event, Group, Resource, ResourceState, ResourceType
from .mover import Mover
from .switches import ClusterSwitches
from .versions import ClusterVersion

MAX_WAIT_S = 4_000_000.0
Outcome = Mapping[str, CimValue] | CimError


class Base:
    """Holds the parts. ``hosts`` in the order in which the nodes joined."""

    def __init__(
        self,
        name: str,
        version: ClusterVersion,
        hosts: Sequence[Host],
        clock: VirtualClock,
        journal: Journal,
        *,
        instance_id: str,
        types: Sequence[ResourceType],
        switches: ClusterSwitches | None = None,
        quorum: str = "node_and_disk",
    ) -> None:
        self.core = Core(name, version, hosts, clock, journal, instance_id, switches or ClusterSwitches(), types)
        self.engine = Engine(self.core)
        self.mover = Mover(self.core, self.engine, quorum)
        self._waiting: list[tuple[Pending, Callable[[], Outcome | None]]] = []
        self.engine.after_step.append(self._answer)

    @property
    def name(self) -> str:
        return self.core.name

    @property
    def version(self) -> ClusterVersion:
        return self.core.version

    @property
    def instance_id(self) -> str:
        return self.core.instance_id

    @property
    def switches(self) -> ClusterSwitches:
        return self.core.switches

    @property
    def events(self) -> list[Event]:
        return self.core.events

    # ---- answers that come later ------------------------------------------------------------
    def _wait(self, timeout_s: int, check: Callable[[], Outcome | None]) -> Pending:
        """Answer when ``check`` has one, or with 997 after ``timeout_s`` virtual seconds."""
        pending = Pending()
        first = check()
        if first is not None:
            pending.finish(first)
            return pending
        if timeout_s == 0:
            pending.finish({} if self.switches.timeout_zero == "return" else refusal(997))
            return pending
        self._waiting.append((pending, check))
        self.core.later(min(timeout_s, MAX_WAIT_S), lambda: self._give_up(pending))
        return pending

    def _give_up(self, pending: Pending) -> None:
        if pending.result is None:
            self._waiting = [entry for entry in self._waiting if entry[0] is not pending]
            pending.finish(refusal(997))

    def _answer(self) -> bool:
        for entry in list(self._waiting):
            outcome = entry[1]()
            if outcome is not None:
                self._waiting.remove(entry)
                entry[0].finish(outcome)
        return False

    def _online_outcome(self, resource: Resource) -> Outcome | None:
        if resource.id not in self.core.resources:
            return refusal(5006)
        if resource.state is ResourceState.ONLINE and resource.want is None:
            return {}
        if resource.state is ResourceState.FAILED and resource.want is None:
            return refusal(5018)
        if resource.state is ResourceState.OFFLINE and resource.want is None:
            return refusal(resource.last_status if resource.last_status in (70, 5942) else 5018)
        return None

    def _offline_outcome(self, resource: Resource) -> Outcome | None:
        if resource.id not in self.core.resources:
            return refusal(5006)
        if resource.want is ResourceState.OFFLINE or resource.state.pending:
            return None
        return {} if resource.state is ResourceState.OFFLINE else refusal(5038)

    def _group_outcome(self, group: Group) -> Outcome | None:
        busy = any(item.want is not None or item.state.pending for item in self.core.members(group))
        return None if busy or group.moving_to is not None else {}
