"""A WinRM server that answers every command at once: the PowerShell way without PowerShell's own time.

It is no part of the lab, which has no PowerShell that would run modules; it stands in the bench so that
what Ansible and the wire cost for PowerShell modules can be measured, in their favour.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.contract import Account, Command
from lab.wire.counters import Counters
from lab.wire.server import WinrmServer
from lab.wire.switches import Switches
from support.toy import ToyMachine

RESULT = json.dumps({"changed": False}).encode() + b"\r\n"
PARENT_POLL_S = 0.5


@dataclass
class Answered:
    """A command that has ended when all of its input has arrived."""

    output: Callable[[str, bytes], None]
    done: Callable[[], None]
    exit_code: int | None = None

    def stdin(self, data: bytes, end: bool) -> None:
        if end and self.exit_code is None:
            self.output("stdout", RESULT)
            self.terminate()

    def terminate(self) -> None:
        if self.exit_code is None:
            self.exit_code = 0
            self.done()


@dataclass
class AnsweringShells:
    commands: int = 0

    def start_command(
        self,
        line: str,
        *,
        environment: Mapping[str, str],
        directory: str | None,
        codepage: int,
        output: Callable[[str, bytes], None],
        done: Callable[[], None],
    ) -> Command:
        self.commands += 1
        return Answered(output, done)


@dataclass
class StubMachine(ToyMachine):
    host: Any = field(default_factory=AnsweringShells)


async def serve(count: int, user: str, password: str, directory: Path) -> None:
    """``count`` listeners; their ports in ``ports.json``, their counters in ``counters.json`` at the end."""
    counters = [Counters() for _index in range(count)]
    servers = []
    for index, counted in enumerate(counters):
        machine = StubMachine(name=f"STUB{index}", users=(Account(user, password),))
        servers.append(WinrmServer(machine, Switches(), None, counted))
    ports = [await server.start("127.0.0.1", 0, None) for server in servers]
    (directory / "ports.new").write_text(json.dumps(ports))
    (directory / "ports.new").rename(directory / "ports.json")
    parent = os.getppid()
    while os.getppid() == parent and not (directory / "stop").exists():
        await asyncio.sleep(PARENT_POLL_S)
    totals = {
        name: sum(getattr(item, name) for item in counters)
        for name in ("requests", "bytes_in", "authentications", "shells")
    }
    (directory / "counters.new").write_text(json.dumps(totals))
    (directory / "counters.new").rename(directory / "counters.json")
    for server in servers:
        await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
