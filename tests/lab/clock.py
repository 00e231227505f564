"""The lab's virtual clock: everything Windows does in time happens on it.

It advances at ``speed`` times real time while the lab serves requests, and by ``advance`` in one
step. Callbacks run in order of their due time, in the clock's own thread of execution, never
inside the call that scheduled them.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

EPOCH = dt.datetime(2026, 3, 2, 8, 0, 0, tzinfo=dt.UTC)


@dataclass(order=True)
class Timer:
    """One scheduled callback; ``cancel`` makes it never run."""

    due: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """Seconds since the lab's start (``now``) and the callbacks that wait for them."""

    def __init__(self) -> None:
        self._now = 0.0
        self._timers: list[Timer] = []
        self._order = itertools.count()

    @property
    def now(self) -> float:
        """Virtual seconds since the lab's start."""
        return self._now

    def wall(self) -> dt.datetime:
        """The virtual date and time, in UTC."""
        return EPOCH + dt.timedelta(seconds=self._now)

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` once, ``delay_s`` virtual seconds from now (at the next advance if 0)."""
        timer = Timer(self._now + max(delay_s, 0.0), next(self._order), callback)
        heapq.heappush(self._timers, timer)
        return timer

    def next_due(self) -> float | None:
        """When the next live callback is due, in virtual seconds; None if there is none."""
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def advance(self, seconds: float) -> None:
        """Move time forward by ``seconds``, running what falls due on the way, in order."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        target = self._now + seconds
        while (due := self.next_due()) is not None and due <= target:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            timer.callback()
        self._now = target
