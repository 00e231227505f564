# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""One clock, deadlines, trying again, and waiting for a named predicate. Nothing else in the collection sleeps."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Iterator
from dataclasses import dataclass

T = t.TypeVar("T")


class Clock(t.Protocol):
    """Seconds, monotonic; injected so that tests need no time."""

    def monotonic(self) -> float:
        """Seconds since any fixed moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""


class RealClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class WaitTimeout(Exception):
    """The predicate did not hold in time; ``last`` is what was seen at the end."""

    def __init__(self, what: str, seconds: float, last: object) -> None:
        super().__init__(f"{what}: not within {seconds:g} s")
        self.what = what
        self.seconds = seconds
        self.last = last


@dataclass(frozen=True, slots=True)
class Deadline:
    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        return cls(clock, clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock.monotonic())


def backoff(first_s: float = 0.1, largest_s: float = 2.0) -> Iterator[float]:
    """Pauses between polls: doubling from 0.1 s to 2 s."""
    pause = first_s
    while True:
        yield pause
        pause = min(pause * 2, largest_s)


def retry(
    call: Callable[[], T],
    again: Callable[[Exception], bool],
    clock: Clock,
    timeout_s: float,
    pauses: Callable[[], Iterator[float]] = backoff,
) -> T:
    """What ``call`` returns; while ``again`` says so of what it raised, it is called again after a pause.

    Raises:
        Exception: what ``call`` raised, when ``again`` denies it or ``timeout_s`` have passed.
    """
    deadline = Deadline.after(clock, timeout_s)
    for pause in pauses():
        try:
            return call()
        except Exception as error:
            if not again(error) or deadline.remaining() <= 0:
                raise
        clock.sleep(min(pause, deadline.remaining()))
    raise AssertionError("unreachable")


def wait_for(what: str, read: Callable[[], T], until: Callable[[T], bool], clock: Clock, timeout_s: float) -> T:
    """Poll ``read`` until ``until`` holds; the last reading is returned.

    Raises:
        WaitTimeout: with the last reading, so that the message can say where it stood.
    """
    deadline = Deadline.after(clock, timeout_s)
    for pause in backoff():
        seen = read()
        if until(seen):
            return seen
        if deadline.remaining() <= 0:
            raise WaitTimeout(what, timeout_s, seen)
        clock.sleep(min(pause, max(deadline.remaining(), 0.01)))
    raise AssertionError("unreachable")
