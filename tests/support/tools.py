"""Runs the tools of the virtual environment (ansible-doc, ansible-galaxy, ...) with a HOME of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .play import ROOT, TIMEOUT_S

BIN = Path(sys.executable).parent


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a tool sees: no setting of the user, the tools of this virtual environment first in PATH."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    return {
        **kept,
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_NOCOLOR": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        **more,
    }


def run(
    command: Sequence[str], home: Path, cwd: Path = ROOT, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one tool to its end; the caller judges the exit code."""
    home.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        list(command),
        cwd=cwd,
        env=environment(home, **(variables or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def ok(command: Sequence[str], home: Path, cwd: Path = ROOT, variables: Mapping[str, str] | None = None) -> str:
    """The standard output of a tool that has to succeed."""
    done = run(command, home, cwd, variables)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout
