"""Breaks one rule at a time, on copies of the project, and wants a test to fail each time.

``mutants.yml`` lists them: the rule, the file below the collection, the text before and after, and the tests of
which one must notice. A mutant that survives, or whose text is no longer in the file, fails the run.
``python -m mutants 6 13`` breaks these rules only.
"""

from __future__ import annotations

import argparse
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from support.forked import Done, ForkedTests

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("mutants.yml")
COLLECTION = Path("collections") / "ansible_collections" / "spamfighter" / "sem"
COPIED = ("collections", "tests", "playbooks", "docs", "pyproject.toml", "ansible.cfg", "Makefile")
TESTS_FAILED = 1  # pytest's exit code; any other proves nothing
JOBS = 2
TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Mutant:
    """``rule``: its number, or a word for what holds everywhere. ``what``: what the mutant does wrong."""

    rule: str
    what: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return COLLECTION / self.file


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    done: Done
    seconds: float

    @property
    def killed(self) -> bool:
        return self.done.code == TESTS_FAILED


def read() -> list[Mutant]:
    """The list as it is written."""
    mutants = []
    for entry in yaml.safe_load(LIST.read_text(encoding="utf-8")):
        texts = {key: str(entry[key]) for key in ("rule", "what", "file", "before", "after")}
        mutants.append(Mutant(**texts, tests=tuple(str(entry["test"]).split())))
    return mutants


def faults(mutants: Sequence[Mutant]) -> list[str]:
    """Mutants that cannot be made: each text has to occur exactly once in its file."""
    found = []
    for mutant in mutants:
        count = (ROOT / mutant.path).read_text(encoding="utf-8").count(mutant.before)
        if count != 1 or mutant.before == mutant.after:
            where = f"rule {mutant.rule}, {mutant.what}"
            found.append(f"{where}: the text occurs {count} times in {mutant.file}, or stays as it is")
    return found


class Copy:
    """The project in a directory of its own, one mutant at a time in it."""

    def __init__(self, directory: Path) -> None:
        self._root = directory
        ignored = shutil.ignore_patterns("output", ".pytest_cache")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, directory / name, ignore=ignored)
            else:
                shutil.copy2(source, directory / name)
        self._tests = ForkedTests(directory)

    def close(self) -> None:
        self._tests.close()

    def run(self, tests: Sequence[str], *, keep_bytecode: bool = False) -> Done:
        """Run tests to the first failure."""
        return self._tests.run(tests, keep_bytecode, TIMEOUT_S)

    def judge(self, mutant: Mutant) -> Verdict:
        path = self._root / mutant.path
        original, stat, begin = path.read_text(encoding="utf-8"), path.stat(), time.monotonic()
        path.write_text(original.replace(mutant.before, mutant.after), encoding="utf-8")
        try:
            done = self.run(mutant.tests)
        finally:
            path.write_text(original, encoding="utf-8")
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        return Verdict(mutant, done, time.monotonic() - begin)


class Judges:
    """So many mutants at a time, each in a copy."""

    def __init__(self, directory: Path, jobs: int) -> None:
        self._jobs = jobs
        self._all = [Copy(directory / str(number)) for number in range(jobs)]
        self._free: queue.Queue[Copy] = queue.Queue()
        self._lock = threading.Lock()
        for copy in self._all:
            self._free.put(copy)

    def close(self) -> None:
        for copy in self._all:
            copy.close()

    def without_a_mutant(self, tests: Sequence[str]) -> str:
        """The output of tests that fail as things are; empty when there are none."""
        with ThreadPoolExecutor(self._jobs) as pool:
            parts = [tests[number :: self._jobs] for number in range(self._jobs)]
            done = list(pool.map(self._run, [part for part in parts if part]))
        return "".join(item.output for item in done if item.code != 0)

    def _run(self, tests: Sequence[str]) -> Done:
        copy = self._free.get()
        try:
            return copy.run(tests, keep_bytecode=True)
        finally:
            self._free.put(copy)

    def judge(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        with ThreadPoolExecutor(self._jobs) as pool:
            return list(pool.map(self._judge, mutants))

    def _judge(self, mutant: Mutant) -> Verdict:
        copy = self._free.get()
        try:
            verdict = copy.judge(mutant)
        finally:
            self._free.put(copy)
        with self._lock:
            mark = "killed  " if verdict.killed else "SURVIVED"
            print(f"{mark} {verdict.seconds:5.1f} s  rule {mutant.rule}: {mutant.what}", flush=True)
        return verdict


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("rules", nargs="*", help="break these rules only")
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many at a time")
    options = parser.parse_args(arguments)
    mutants, begin = [item for item in read() if not options.rules or item.rule in options.rules], time.monotonic()
    if wrong := faults(mutants):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        judges = Judges(Path(directory), max(1, options.jobs))
        try:
            failing = judges.without_a_mutant(sorted({test for mutant in mutants for test in mutant.tests}))
            if failing:
                print(failing[-4000:])
                print("the tests fail without any mutant", file=sys.stderr)
                return 1
            print(f"the tests pass without a mutant, {time.monotonic() - begin:.0f} s", flush=True)
            verdicts = judges.judge(mutants)
        finally:
            judges.close()
    alive = [item for item in verdicts if not item.killed]
    for item in alive:
        print(f"\nrule {item.mutant.rule}: {item.mutant.what}\n{item.done.output[-2000:]}")
    print(f"{len(verdicts) - len(alive)} of {len(verdicts)} mutants killed in {time.monotonic() - begin:.0f} s")
    return 1 if alive or not verdicts else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
