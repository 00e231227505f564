"""What a node's listeners count."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RequestRecord:
    action: str  # last part of the action: Get, Enumerate, Invoke, Command ...
    class_name: str
    method: str


@dataclass
class Counters:
    requests: int = 0  # HTTP requests, authentication legs included
    bytes_in: int = 0
    bytes_out: int = 0
    authentications: int = 0
    shells: int = 0
    log: list[RequestRecord] = field(default_factory=list)

    def reset(self) -> None:
        self.requests = self.bytes_in = self.bytes_out = self.authentications = self.shells = 0
        self.log.clear()
