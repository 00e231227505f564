"""Runs pytest again and again on changing source, without importing the libraries each time.

A server process imports what the tests need from outside the project, and forks for each run; whatever is of the
project is imported in the child, from the source as it is then.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

LIBRARIES = (
    "pytest", "hypothesis", "_hypothesis_pytestplugin", "yaml", "jinja2.nativetypes", "lxml.etree", "requests",
    "ansible.errors", "ansible.plugins.action", "ansible.module_utils.common.arg_spec", "ansible.utils.display",
    "winrm.protocol", "spnego", "spnego._ntlm", "trustme", "olefile", "asyncio", "selectors", "unittest.mock",
)  # fmt: skip
KILLED = -9
POLL_S = 0.02


@dataclass(frozen=True)
class Done:
    """``code`` is pytest's exit code, or ``KILLED`` when it did not end in time."""

    code: int
    output: str


class ForkedTests:
    """Tests of the project in ``directory``, run one call at a time."""

    def __init__(self, directory: Path) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environment["PYTHONPATH"] = str(directory / "tests")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.forked"],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, tests: Sequence[str], keep_bytecode: bool, timeout_s: float) -> Done:
        """``keep_bytecode`` False: bytecode is matched by second and size, and what changes within a second could
        leave some that passes for another's."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"tests": list(tests), "keep_bytecode": keep_bytecode, "timeout_s": timeout_s}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Done(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def serve() -> None:
    """One request per line, one answer per line, until the input ends."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        done = _fork(request["tests"], bool(request["keep_bytecode"]), float(request["timeout_s"]))
        print(json.dumps(asdict(done)), flush=True)


def _fork(tests: Sequence[str], keep_bytecode: bool, timeout_s: float) -> Done:
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            _child(tests, keep_bytecode, output.fileno())
        code = _wait(child, timeout_s)
        output.seek(0)
        return Done(code, output.read().decode("utf-8", errors="replace"))


def _child(tests: Sequence[str], keep_bytecode: bool, output: int) -> None:
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.dont_write_bytecode = not keep_bytecode
        # This module is the one thing of the project that the server has imported.
        for name in [name for name in sys.modules if name.partition(".")[0] == "support"]:
            del sys.modules[name]
        import pytest

        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
        code = int(pytest.main([*options, *tests]))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(child: int, timeout_s: float) -> int:
    end = time.monotonic() + timeout_s
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return KILLED
        time.sleep(POLL_S)


if __name__ == "__main__":
    serve()
