"""Online, offline, failure and restart of resources (mscluster 6.3, 6.4, 6.6).

Each operation only sets what is wanted of resources; ``step`` then does everything that has become
possible and is called again whenever a driver is done. The order follows from the dependencies.
"""

from __future__ import annotations

from collections.abc import Callable

from .checkpoints import Checkpoints
from .core import Core
from .drivers import Drivers
from .model import NEVER, Cause, Driver, NodeState, Resource, ResourceState

ON, OFF, FAILED = ResourceState.ONLINE, ResourceState.OFFLINE, ResourceState.FAILED
STARTING, STOPPING = ResourceState.ONLINE_PENDING, ResourceState.OFFLINE_PENDING


class Engine:
    def __init__(self, core: Core) -> None:
        self.core = core
        self.drivers = Drivers(core)
        self.checkpoints = Checkpoints(core)
        self.after_step: list[Callable[[], bool]] = []  # True: something changed, step again
        self.fail_over: Callable[[Resource], bool] = lambda resource: False  # set by the mover
        self._stepping = False

    # ---- what operations ask for ------------------------------------------------------------
    def want_online(self, resource: Resource, cause: Cause) -> None:
        """Bring it online, its providers first."""
        for item in [resource, *self.core.closure(resource, upwards=True)]:
            if item.state is ON and item.want is OFF and not self.core.satisfied(item):
                for provider in self.core.providers(item):  # it has to go down first, and returns with them
                    provider.recover.add(item.id)
            elif item.state is not ON or item.want is OFF:
                item.want, item.cause = ON, cause
        self.step()

    def want_offline(self, resource: Resource, cause: Cause) -> None:
        """Take it offline, what needs it first."""
        self._drag_down(resource, cause)
        if resource.state is not OFF:
            resource.want, resource.cause = OFF, cause
        self.step()

    def _drag_down(self, resource: Resource, cause: Cause) -> list[Resource]:
        dragged = []
        todo = self.core.needing(resource)
        seen: set[str] = set()
        while todo:
            item = todo.pop()
            if item.id in seen:
                continue
            seen.add(item.id)
            if item.state in (ON, STARTING, STOPPING) or item.want is ON:
                if item.state is ON or item.state is STARTING or item.want is ON:
                    dragged.append(item)
                item.want, item.cause = OFF, cause
            todo.extend(self.core.needing(item))
        return dragged

    def step(self) -> None:
        """Do all that can be done now."""
        if self._stepping:
            return
        self._stepping = True
        try:
            while self._round():
                pass
        finally:
            self._stepping = False

    def _round(self) -> bool:
        changed = False
        for item in list(self.core.resources.values()):
            changed |= self._advance(item)
        for hook in self.after_step:
            changed |= hook()
        return changed

    def _advance(self, resource: Resource) -> bool:
        if resource.want is ON:
            return self._advance_online(resource)
        if resource.want is OFF:
            return self._advance_offline(resource)
        return False

    # ---- online -----------------------------------------------------------------------------
    def _advance_online(self, resource: Resource) -> bool:
        if resource.state is ON:
            resource.want = None
            return True
        if resource.started or resource.state is STOPPING:
            return False
        if self._provider_failed(resource):
            resource.want, resource.last_status = None, 5942
            self.core.set_state(resource, OFF, resource.cause)
            return True
        if self.core.owner_of(resource).state is not NodeState.UP:
            resource.want, resource.last_status = None, 70
            self.core.set_state(resource, OFF, resource.cause)
            return True
        before = resource.state
        self.core.set_state(resource, STARTING, resource.cause)
        if not self.core.satisfied(resource):
            return before is not STARTING
        self._start(resource)
        return True

    def _provider_failed(self, resource: Resource) -> bool:
        """No member of one of its provider sets is online or on the way there."""

        def hopeful(item: Resource) -> bool:
            return item.want is ON or (item.state in (ON, STARTING) and item.want is not OFF)

        sets = ([self.core.resources[item] for item in members] for members in resource.dependencies)
        return any(not any(hopeful(item) for item in members) for members in sets)

    def _start(self, resource: Resource) -> None:
        resource.started = True
        if resource.retry is not None:
            resource.retry.cancel()
        resource.running_private = dict(resource.private)
        epoch = resource.epoch
        code = self.checkpoints.restore(resource)
        if code and self.core.switches.event_1024_blocks_online:
            self.core.later(0, lambda: self._online_done(resource, epoch, code))
            return
        self.core.later(resource.pending_timeout_ms / 1000, lambda: self._online_timed_out(resource, epoch))
        self.drivers.of(resource).online(resource, lambda result: self._online_done(resource, epoch, result))

    def _online_timed_out(self, resource: Resource, epoch: int) -> None:
        if resource.epoch == epoch and resource.state is STARTING:
            self.drivers.of(resource).terminate(resource)
            self._online_done(resource, epoch, 1053 if self.core.service_of(resource) else 5910)

    def _online_done(self, resource: Resource, epoch: int, code: int) -> None:
        if resource.epoch != epoch or not resource.started:
            return
        resource.started = False
        resource.last_status = code
        if code:
            self.fail(resource, resource.cause, run=False)
            return
        resource.want = None
        if self.core.type_of(resource).driver is Driver.DISK:
            self.drivers.disk.attach(resource)
        self.core.set_state(resource, ON, resource.cause)
        self._watch(resource)
        self._bring_back(resource)
        self.step()

    def _bring_back(self, resource: Resource) -> None:
        waiting, resource.recover = resource.recover, set()
        for item in (self.core.resources.get(identity) for identity in sorted(waiting)):
            if item is not None and item.persistent_state and item.state is not ON and item.group == resource.group:
                for each in [item, *self.core.closure(item, upwards=True)]:
                    if each.state is not ON:
                        each.want, each.cause = ON, "cluster"

    # ---- offline ----------------------------------------------------------------------------
    def _advance_offline(self, resource: Resource) -> bool:
        if resource.state in (OFF, FAILED):
            resource.want = None
            return True
        if resource.state is STARTING:
            if resource.started:
                self.drivers.of(resource).terminate(resource)
            resource.started, resource.want = False, None
            self.core.set_state(resource, OFF, resource.cause)
            return True
        if resource.state is not ON or any(self._holds(item) for item in self.core.needing(resource)):
            return False
        self._stop(resource)
        return True

    @staticmethod
    def _holds(dependent: Resource) -> bool:
        return dependent.state in (ON, STARTING, STOPPING)

    def _stop(self, resource: Resource) -> None:
        self.core.set_state(resource, STOPPING, resource.cause)
        epoch = resource.epoch
        self.core.later(resource.pending_timeout_ms / 1000, lambda: self._offline_timed_out(resource, epoch))
        self.drivers.of(resource).offline(resource, lambda code: self._offline_done(resource, epoch))

    def _offline_done(self, resource: Resource, epoch: int) -> None:
        if resource.epoch == epoch and resource.state is STOPPING:
            self._leave(resource, OFF)

    def _offline_timed_out(self, resource: Resource, epoch: int) -> None:
        if resource.epoch == epoch and resource.state is STOPPING:
            self.drivers.of(resource).terminate(resource)
            self._leave(resource, FAILED if self.core.switches.terminated_offline == "failed" else OFF)

    def _leave(self, resource: Resource, state: ResourceState) -> None:
        """It is down, on purpose or terminated; neither starts a recovery (mscluster 6.4)."""
        self.checkpoints.save(resource)
        if self.core.type_of(resource).driver is Driver.DISK:
            self.drivers.disk.detach(resource)
        if resource.want is OFF:
            resource.want = None  # else it is wanted again already: a provider came back meanwhile
        self.core.set_state(resource, state, resource.cause)
        self.step()

    # ---- health and failure -----------------------------------------------------------------
    def _watch(self, resource: Resource) -> None:
        """Poll it from now on: LooksAlive, and IsAlive in its own interval (mscluster 6.6)."""
        kind = self.core.type_of(resource)
        if kind.driver is Driver.LOGICAL:
            return
        looks = kind.looks_alive_ms if resource.looks_alive_ms == NEVER else resource.looks_alive_ms
        alive = kind.is_alive_ms if resource.is_alive_ms == NEVER else resource.is_alive_ms
        for interval_ms in (looks, alive):
            if interval_ms:
                self._poll(resource, resource.epoch, interval_ms / 1000)

    def _poll(self, resource: Resource, epoch: int, interval_s: float) -> None:
        def look() -> None:
            if resource.epoch != epoch:
                return
            if self.drivers.of(resource).alive(resource):
                self._poll(resource, epoch, interval_s)
            else:
                self.fail(resource, "cluster")

        self.core.later(interval_s, look)

    def fail(self, resource: Resource, cause: Cause, run: bool = True) -> None:
        """It failed: events, dependents down, then the restart policy. ``run``: after it was online."""
        owner = self.core.owner_of(resource).name
        if run and self.core.service_of(resource) is not None:
            self.core.log(owner, 1042, resource.name, f"Generic Service {resource.name} failed.", cause)
        text = f"Cluster resource '{resource.name}' of type '{resource.type}' failed."
        self.core.log(owner, 1069, resource.name, text, cause)
        if run:
            self.checkpoints.save(resource)
        self.drivers.of(resource).terminate(resource)
        if self.core.type_of(resource).driver is Driver.DISK:
            self.drivers.disk.detach(resource)
        stopping = resource.want is OFF or self.core.group_of(resource).moving_to is not None
        resource.want, resource.started = None, False
        self.core.set_state(resource, FAILED, cause)
        dragged = self._drag_down(resource, "cluster")
        for item in dragged:
            item.last_status = item.last_status if item.state is ON else 5942
        resource.recover |= {item.id for item in dragged if item.persistent_state}
        if not stopping:
            self._recover(resource)
        self.step()

    def _recover(self, resource: Resource) -> None:
        """The restart policy (mscluster 6.6: KB947712; the counting is inferred)."""
        if resource.restart_action == 0:
            return
        since = self.core.clock.now - resource.restart_period_ms / 1000
        resource.restarts = [at for at in resource.restarts if at > since]
        if len(resource.restarts) < resource.restart_threshold:
            resource.restarts.append(self.core.clock.now)
            self._again(resource, resource.restart_delay_ms)
            return
        if resource.restart_action == 2 and self.fail_over(resource):
            return
        if resource.retry_period_ms != NEVER:
            self._retry_later(resource)

    def _again(self, resource: Resource, delay_ms: int) -> None:
        epoch = resource.epoch

        def start() -> None:
            if resource.epoch == epoch and resource.state is FAILED and resource.persistent_state:
                self.want_online(resource, "cluster")

        self.core.later(delay_ms / 1000, start)

    def _retry_later(self, resource: Resource) -> None:
        epoch = resource.epoch

        def fresh() -> None:
            if resource.epoch == epoch and resource.state is FAILED and resource.persistent_state:
                resource.restarts = [self.core.clock.now]
                self.want_online(resource, "cluster")

        resource.retry = self.core.later(resource.retry_period_ms / 1000, fresh)

    # ---- without order ----------------------------------------------------------------------
    def vanish(self, resource: Resource, cause: Cause, save: bool = True) -> None:
        """Its node or its cluster service is gone: no orderly offline (mscluster 6.7)."""
        if save and resource.state is ON:
            self.checkpoints.save(resource)
        if self.core.type_of(resource).driver is Driver.DISK:
            self.drivers.disk.detach(resource)
        if self.core.owner_of(resource).host.up:
            self.drivers.of(resource).terminate(resource)
        resource.want, resource.started = None, False
        self.core.set_state(resource, OFF, cause)
