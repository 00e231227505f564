"""A cmd shell whose answers the test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult

Said = CommandResult | str | int | Exception | Callable[[str], CommandResult]


class ScriptedShell:
    """``answers`` by the beginning of the line: text is its output, a number its exit code."""

    def __init__(self, answers: dict[str, Said] | None = None) -> None:
        self.answers = answers or {}
        self.lines: list[str] = []
        self.stdin: list[bytes] = []
        self.timeouts: list[float] = []

    def __enter__(self) -> ScriptedShell:
        return self

    def __exit__(self, *exc: object) -> None:
        return

    def run(self, line: str, *, stdin: Iterable[bytes] | None = None, timeout_s: float = 60.0) -> CommandResult:
        self.lines.append(line)
        self.timeouts.append(timeout_s)
        if stdin is not None:
            self.stdin.append(b"".join(stdin))
        for beginning, said in self.answers.items():
            if line.startswith(beginning):
                return _result(said, line)
        raise AssertionError(f"nobody expected {line}")


def _result(said: Said, line: str) -> CommandResult:
    if isinstance(said, Exception):
        raise said
    if isinstance(said, str):
        return CommandResult(0, said, "")
    if isinstance(said, int):
        return CommandResult(said, "", "")
    return said if isinstance(said, CommandResult) else said(line)
