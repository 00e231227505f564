"""The process table of one node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..clock import VirtualClock


@dataclass
class Process:
    process_id: int
    parent_id: int
    name: str
    command_line: str
    started: float  # virtual seconds
    kill: Callable[[], None] | None = None


class ProcessTable:
    """Process ids are multiples of four and are not used twice in a row."""

    def __init__(self, clock: VirtualClock, first: int) -> None:
        self._clock = clock
        self._next = first - first % 4
        self.running: dict[int, Process] = {}

    def start(self, command_line: str, parent_id: int = 4, kill: Callable[[], None] | None = None) -> int:
        self._next += 4
        program = command_line.split('"')[1] if command_line.startswith('"') else command_line.partition(" ")[0]
        name = program.rpartition("\\")[2] or program
        self.running[self._next] = Process(self._next, parent_id, name, command_line, self._clock.now, kill)
        return self._next

    def end(self, process_id: int) -> None:
        self.running.pop(process_id, None)

    def kill(self, process_id: int) -> bool:
        """True when there was such a process."""
        found = self.running.get(process_id)
        if found is None:
            return False
        if found.kill is not None:
            found.kill()
        self.running.pop(process_id, None)
        return True
