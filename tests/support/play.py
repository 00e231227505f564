"""Runs the real ansible-playbook against a lab and returns what it did as data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 300.0
POLL_S = 0.02


@dataclass(frozen=True)
class Result:
    """One task on one host."""

    status: str  # ok | failed | ignored | unreachable | skipped
    host: str
    task: str
    action: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    rc: int
    stats: Mapping[str, Mapping[str, int]]
    results: tuple[Result, ...]
    output: str
    memory_mb: float = 0.0  # of the largest process of the run

    @property
    def changed(self) -> dict[str, int]:
        """Changed tasks per host, as in the recap."""
        return {host: counts["changed"] for host, counts in self.stats.items()}

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Every reported Change, with the host that reports it."""
        found = []
        for item in self.results:
            for change in item.result.get("changes") or ():
                found.append({"host": item.host, **change})
        return found

    def kinds(self) -> list[tuple[str, str]]:
        """(kind, target) of every Change, sorted."""
        return sorted((change["kind"], change["target"]) for change in self.changes)

    def failures(self) -> list[Result]:
        return [item for item in self.results if item.status in ("failed", "unreachable")]

    def ok(self) -> Run:
        """Itself, when the run succeeded; else an assertion with the output."""
        assert self.rc == 0, f"ansible-playbook ended with {self.rc}:\n{self.output[-6000:]}"
        return self


@dataclass
class Player:
    """ansible-playbook with a HOME and temporary directory of its own."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S

    def play(
        self,
        playbook: str | Path,
        inventory: Path,
        *,
        check: bool = False,
        extra: Mapping[str, Any] | None = None,
        arguments: Sequence[str] = (),
        verbosity: int = 0,
    ) -> Run:
        """Run a playbook of ``playbooks/`` (or a path) with ``-i inventory``."""
        path = ROOT / "playbooks" / playbook if isinstance(playbook, str) else playbook
        self.home.mkdir(parents=True, exist_ok=True)
        record = self.home / "results.jsonl"
        record.unlink(missing_ok=True)
        command = [str(Path(sys.executable).with_name("ansible-playbook")), str(path), "-i", str(inventory)]
        command += ["--check", "--diff"] if check else []
        command += [f"-{'v' * verbosity}"] if verbosity else []
        command += ["-e", json.dumps(dict(extra))] if extra else []
        command += list(arguments)
        output = self.home / "output.txt"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment(record),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            code, memory_mb = _waited(process, self.timeout_s)
        return _read(code, output.read_text(encoding="utf-8", errors="replace"), record, memory_mb)

    def _environment(self, record: Path) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
        return kept | {
            "HOME": str(self.home),
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.home / ".ansible"),
            "ANSIBLE_LOCAL_TEMP": str(self.home / "tmp"),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callback_plugins")),
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_NOCOLOR": "1",
            "SEM_RECORDER": str(record),
            **self.environment,
        }


def _waited(process: subprocess.Popen[bytes], timeout_s: float) -> tuple[int, float]:
    """Exit code and the largest process in MB; after the time-out the whole group is killed."""
    end = time.monotonic() + timeout_s
    while True:
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss / 1024
        if time.monotonic() > end:
            os.killpg(process.pid, signal.SIGKILL)
            end = float("inf")
        time.sleep(POLL_S)


def _read(rc: int, output: str, record: Path, memory_mb: float) -> Run:
    results: list[Result] = []
    stats: dict[str, dict[str, int]] = {}
    for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else ():
        entry = json.loads(line)
        if "stats" in entry:
            stats = entry["stats"]
        else:
            results.append(Result(**entry))
    return Run(rc, stats, tuple(results), output, memory_mb)
