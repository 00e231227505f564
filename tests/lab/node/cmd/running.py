"""A command that runs on a node's clock."""

from __future__ import annotations

from collections.abc import Callable

from ...clock import Timer
from ...journal import acting, current_actor
from ..machine import WindowsNode
from .session import READ, Program, Streams


class RunningCommand:
    """``contract.Command``: drives one program on the node's clock."""

    def __init__(self, node: WindowsNode, program: Program, streams: Streams, done: Callable[[], None]) -> None:
        self.exit_code: int | None = None
        self._node = node
        self._program: Program | None = program
        self._streams = streams
        self._done = done
        self._actor = current_actor()
        self._timer: Timer | None = None
        self._wants_input = False

    @property
    def running(self) -> bool:
        return self._program is not None

    def begin(self) -> None:
        self._step()

    def stdin(self, data: bytes, end: bool) -> None:
        self._streams.stdin.extend(data)
        if end:
            self.closed = True
        if self._wants_input:
            self._wants_input = False
            self._step()

    closed = False

    def terminate(self) -> None:
        """Kill it with everything it started; 1 is what a terminated command leaves."""
        if self._program is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._program.close()
        self._finish(1)

    def _finish(self, code: int) -> None:
        self._program = None
        self.exit_code = code if code < 0x80000000 else code - 0x100000000
        self._done()

    def _step(self) -> None:
        if self._program is None:
            return
        with acting(self._actor):
            try:
                wait = next(self._program)
            except StopIteration as stop:
                self._finish(int(stop.value or 0))
                return
        if wait == READ:
            if self.closed:
                self._timer = self._node.clock.call_later(0, self._step)
            else:
                self._wants_input = True
        else:
            self._timer = self._node.clock.call_later(float(wait), self._step)
