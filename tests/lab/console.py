"""A command line on a node as somebody at its console would run it, in the lab's own time."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import VirtualClock
from .contract import ShellHost
from .journal import acting

STEP_S = 0.5


@dataclass(frozen=True)
class Finished:
    """``exit_code`` is None when it had not ended in time."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes


def run_line(host: ShellHost, clock: VirtualClock, line: str, *, actor: str, limit_s: float) -> Finished:
    """Start the line and let time pass until it ends, at most ``limit_s`` (virtual seconds)."""
    out: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
    with acting(actor):
        command = host.start_command(
            line,
            environment={},
            directory=None,
            codepage=65001,
            output=lambda stream, data: out[stream].extend(data),
            done=lambda: None,
        )
        command.stdin(b"", True)
    end = clock.now + limit_s
    while command.exit_code is None and clock.now < end:
        clock.advance(STEP_S)
    return Finished(command.exit_code, bytes(out["stdout"]), bytes(out["stderr"]))
