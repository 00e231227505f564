"""Deadlines, trying again, waiting: with a clock that needs no time."""

from __future__ import annotations

import itertools
import time

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wait import (
    Deadline,
    RealClock,
    WaitTimeout,
    backoff,
    retry,
    wait_for,
)
from support.ticking import TickingClock


def test_pauses_double_up_to_the_largest() -> None:
    assert list(itertools.islice(backoff(), 7)) == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert list(itertools.islice(backoff(1.0, 5.0), 5)) == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_deadline_is_never_negative() -> None:
    clock = TickingClock()
    deadline = Deadline.after(clock, 5.0)
    assert deadline.remaining() == 5.0
    clock.now += 7.0
    assert deadline.remaining() == 0.0


def test_the_real_clock_is_monotonic_and_sleeps() -> None:
    clock = RealClock()
    before = clock.monotonic()
    clock.sleep(0.01)
    assert 0.01 <= clock.monotonic() - before < 5
    assert abs(clock.monotonic() - time.monotonic()) < 5


# ---- wait_for -----------------------------------------------------------------------------------
def test_waiting_ends_with_the_reading_that_held() -> None:
    clock, readings = TickingClock(), iter([1, 2, 3])
    assert wait_for("three", lambda: next(readings), lambda seen: seen == 3, clock, 60.0) == 3
    assert clock.naps == [0.1, 0.2]


def test_what_holds_at_once_needs_no_pause() -> None:
    clock = TickingClock()
    assert wait_for("it", lambda: "x", bool, clock, 0.0) == "x"
    assert clock.naps == []


def test_waiting_in_vain_tells_the_last_reading() -> None:
    clock, readings = TickingClock(), itertools.count()
    with pytest.raises(WaitTimeout, match=r"^the moon: not within 5 s$") as ended:
        wait_for("the moon", lambda: next(readings), lambda _seen: False, clock, 5.0)
    assert (ended.value.what, ended.value.seconds) == ("the moon", 5.0)
    assert ended.value.last == next(readings) - 1
    assert clock.slept == pytest.approx(5.0)


# ---- retry --------------------------------------------------------------------------------------
class Busy(Exception):
    pass


def is_busy(error: Exception) -> bool:
    return isinstance(error, Busy)


def calls(*outcomes: object) -> tuple[list[object], object]:
    left = list(outcomes)

    def call() -> object:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return left, call


def test_trying_again_until_it_works() -> None:
    clock = TickingClock()
    left, call = calls(Busy(), Busy(), "done")
    assert retry(call, is_busy, clock, 30.0) == "done"  # type: ignore[arg-type]
    assert (left, clock.naps) == ([], [0.1, 0.2])


def test_another_error_ends_it_at_once() -> None:
    clock = TickingClock()
    left, call = calls(Busy(), KeyError("x"), "never")
    with pytest.raises(KeyError):
        retry(call, is_busy, clock, 30.0)  # type: ignore[arg-type]
    assert left == ["never"]


def test_the_deadline_ends_it_with_the_last_error() -> None:
    clock = TickingClock()
    errors = [Busy(number) for number in range(100)]
    _left, call = calls(*errors)
    with pytest.raises(Busy) as ended:
        retry(call, is_busy, clock, 5.0)  # type: ignore[arg-type]
    assert clock.slept == pytest.approx(5.0)
    assert ended.value is errors[len(clock.naps)]


def test_a_call_that_takes_long_counts_against_the_deadline() -> None:
    clock = TickingClock()

    def call() -> None:
        clock.now += 40.0
        raise Busy

    with pytest.raises(Busy):
        retry(call, is_busy, clock, 30.0)
    assert clock.naps == []


def test_pauses_may_be_chosen() -> None:
    clock = TickingClock()
    _left, call = calls(Busy(), Busy(), "done")
    retry(call, is_busy, clock, 30.0, lambda: backoff(1.0, 5.0))  # type: ignore[arg-type]
    assert clock.naps == [1.0, 2.0]
