"""Breaks one rule at a time, on a copy of the project, and wants a test to fail each time.

``mutants.yml`` lists them: the rule, the file, the text before and after, and the tests that must
notice. A mutant that survives, or whose text is no longer in the file, fails the run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("mutants.yml")
COPIED = ("collections", "tests", "playbooks", "pyproject.toml", "ansible.cfg")


@dataclass(frozen=True)
class Mutant:
    rule: str
    file: str
    before: str
    after: str
    test: str


def load() -> list[Mutant]:
    """The list, checked: each text occurs exactly once in its file."""
    mutants = [
        Mutant(**{key: str(value) for key, value in entry.items()}) for entry in yaml.safe_load(LIST.read_text())
    ]
    for mutant in mutants:
        count = (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.before)
        if count != 1:
            raise SystemExit(f"rule {mutant.rule}: the text occurs {count} times in {mutant.file}:\n{mutant.before}")
    return mutants


def run(copy: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=600, check=False)


def survivors(copy: Path, mutants: list[Mutant]) -> list[Mutant]:
    """The mutants that no test noticed."""
    alive = []
    for mutant in mutants:
        path = copy / mutant.file
        original = path.read_text(encoding="utf-8")
        path.write_text(original.replace(mutant.before, mutant.after), encoding="utf-8")
        result = run(copy, mutant.test.split())
        path.write_text(original, encoding="utf-8")
        # 1 is "tests failed"; anything else (collection error, nothing run) proves nothing.
        noticed = result.returncode == 1
        print(f"{'killed  ' if noticed else 'SURVIVED'} rule {mutant.rule}: {mutant.before.strip().splitlines()[0]}")
        if not noticed:
            print(result.stdout[-2000:])
            alive.append(mutant)
    return alive


def main() -> int:
    mutants = load()
    with tempfile.TemporaryDirectory(prefix="mutants-") as directory:
        copy = Path(directory)
        for name in COPIED:
            source = ROOT / name
            ignore = shutil.ignore_patterns("__pycache__", "output")
            shutil.copytree(source, copy / name, ignore=ignore) if source.is_dir() else shutil.copy(source, copy / name)
        baseline = run(copy, sorted({test for mutant in mutants for test in mutant.test.split()}))
        if baseline.returncode != 0:
            print(baseline.stdout[-4000:])
            print("the tests fail without any mutant", file=sys.stderr)
            return 1
        alive = survivors(copy, mutants)
    print(f"{len(mutants) - len(alive)} of {len(mutants)} mutants killed")
    return 1 if alive else 0


if __name__ == "__main__":
    raise SystemExit(main())
