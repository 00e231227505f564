"""No secret is in any output, result or log, however much the run is asked to tell."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from support.cell import Cell

CANARY = "canary-7Qz"
ACCOUNT_CANARY = "canary-svc-9Xw"


def spellings(secret: str) -> Iterator[str]:
    """The secret as it stands and as encoders write it."""
    yield secret
    yield urllib.parse.quote(secret)
    yield json.dumps(secret)[1:-1]
    for codec in ("utf-8", "utf-16-le"):
        text = base64.b64encode(secret.encode(codec)).decode()
        yield text[: len(text) - len(text) % 4 - 4]


def leaks(text: str) -> list[str]:
    found = [item for secret in (CANARY, ACCOUNT_CANARY) for item in spellings(secret) if item in text]
    return [item for item in found if len(item) > 6]


def logs(cell: Cell) -> str:
    """Everything that the run left on the controller, except the inventory that holds the password."""
    files = [path for path in Path(cell.player.home).rglob("*") if path.is_file()]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def test_no_secret_at_the_highest_verbosity(cell: Cell) -> None:
    cell.player.environment["ANSIBLE_LOG_PATH"] = str(cell.player.home / "ansible.log")
    variables = {"sem_service_account": "EXAMPLE\\sem", "sem_service_password": ACCOUNT_CANARY + "\"&<>%^!' end"}
    for playbook in ("preflight.yml", "site.yml", "verify.yml"):
        run = cell.play(playbook, verbosity=5, variables=variables).ok()
        assert leaks(run.output) == []
        assert leaks(json.dumps([dict(item.result) for item in run.results], default=str)) == []
        assert leaks(logs(cell)) == []


def test_no_secret_in_failures(cell: Cell) -> None:
    """A refused password, a failing installer and a broken connection tell no secret either."""
    runs = [cell.play(verbosity=5, variables={"ansible_password": CANARY + "-wrong"})]
    cell.lab.inject({"do": "installer_exit", "value": 1603, "when": {"node": cell.nodes[0]}})
    cell.lab.inject({"do": "reset_before", "when": {"node": cell.nodes[1], "class": "Win32_Process"}})
    runs.append(cell.play(verbosity=5))
    cell.lab.clear()
    for run in runs:
        assert run.rc != 0
        assert leaks(run.output) == []
        assert leaks(json.dumps([dict(item.result) for item in run.results], default=str)) == []
    assert leaks(logs(cell)) == []
