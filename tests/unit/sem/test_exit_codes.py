"""What the exit code of an installer means (rule 18)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.installer import (
    InstallerFailed,
    Job,
    Msiexec,
    judge,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult


@pytest.mark.parametrize(("code", "ok", "reboot"), [(0, True, False), (3010, True, True), (1641, False, True)])
def test_rule_18_success_and_reboots(code: int, ok: bool, reboot: bool) -> None:
    verdict = judge(code, {})
    assert (verdict.ok, verdict.reboot_required) == (ok, reboot)


@pytest.mark.parametrize("code", [1602, 1603, 1605, 1618, 1619, 1620, 1622, 1633, 1638, 1639, 1, -1, 7])
def test_rule_18_everything_else_is_a_failure_with_advice(code: int) -> None:
    verdict = judge(code, {})
    assert not verdict.ok
    assert verdict.meaning
    assert verdict.advice


@pytest.mark.parametrize(
    ("word", "ok", "reboot"), [("success", True, False), ("reboot", True, True), ("failure", False, False)]
)
@pytest.mark.parametrize("code", [7, 0, 1603])
def test_rule_18_a_declared_code_means_what_is_declared(code: int, word: str, ok: bool, reboot: bool) -> None:
    verdict = judge(code, {code: word})
    assert (verdict.ok, verdict.reboot_required) == (ok, reboot)


class Shell:
    """Nothing that is looked for is there."""

    def run(self, line: str, **_more: Any) -> CommandResult:
        return CommandResult(0, "", "")


def test_rule_18_an_installer_that_left_no_exit_code_has_failed() -> None:
    """It was killed, or the node rebooted."""
    ws = SimpleNamespace(
        invoke=lambda *_arguments, **_more: {"ReturnValue": 0, "ProcessId": 8},
        enumerate=lambda *_arguments, **_more: [],
    )
    clock = SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda _seconds: None)
    msiexec = Msiexec(cast("Any", ws), cast("Any", Shell()), clock, 60, {})
    with pytest.raises(InstallerFailed, match="without an exit code"):
        msiexec.run("/i", "C:\\a.msi", Job("C:\\Temp", "x"))
