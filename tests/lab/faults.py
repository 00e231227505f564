"""Faults on demand: rules that say which request, or which installation, goes wrong and how."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .msi.engine import Installer
from .wire.counters import RequestRecord
from .wire.endpoint import Verdict

WIRE = ("latency", "hang", "reset_before", "reset_after", "http", "fault", "access_denied")
INSTALLER = ("installer_exit", "installer_hang", "installer_mutex", "installer_reboot", "installer_stops_service")
WHEN = ("node", "action", "class", "method", "nth")


class FaultError(ValueError):
    """A fault that cannot be injected as it is written."""


@dataclass
class Rule:
    """One fault. ``nth``: only the nth matching request, counted from 1; 0: every one."""

    id: str
    do: str
    value: Any = 0
    when: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0

    def matches(self, node: str, record: RequestRecord) -> bool:
        facts = {"node": node, "action": record.action, "class": record.class_name, "method": record.method}
        wanted = ((key, value) for key, value in self.when.items() if key != "nth")
        if not all(str(value).lower() == facts[key].lower() for key, value in wanted):
            return False
        self.seen += 1
        return int(self.when.get("nth", 0)) in (0, self.seen)


class FaultRules:
    """Implements ``wire.endpoint.FaultHook``; ``installer_of`` finds the installer of a node."""

    def __init__(self, installer_of: Callable[[str], Installer]) -> None:
        self._installer_of = installer_of
        self._rules: list[Rule] = []
        self._numbers = itertools.count(1)

    def inject(self, fault: Mapping[str, Any]) -> str:
        """Add a rule; its id. Raises FaultError for unknown words."""
        unknown = set(fault) - {"id", "when", "do", "value"}
        when = dict(fault.get("when") or {})
        if unknown or set(when) - set(WHEN):
            raise FaultError(f"unknown keys {sorted(unknown | (set(when) - set(WHEN)))}")
        rule = Rule(
            str(fault.get("id") or f"fault-{next(self._numbers)}"), str(fault.get("do")), fault.get("value", 0), when
        )
        if rule.do in INSTALLER:
            self._break_installer(rule)
        elif rule.do in WIRE:
            self._rules.append(rule)
        else:
            raise FaultError(f"do: {rule.do!r} is none of {', '.join(WIRE + INSTALLER)}")
        return rule.id

    def _break_installer(self, rule: Rule) -> None:
        if "node" not in rule.when:
            raise FaultError(f"{rule.do} needs when: {{node: ...}}")
        faults = self._installer_of(str(rule.when["node"])).faults
        if rule.do == "installer_exit":
            faults.exit_code = int(rule.value)
        elif rule.do == "installer_hang":
            faults.hang = True
        elif rule.do == "installer_mutex":
            faults.mutex_s = float(rule.value)
        elif rule.do == "installer_reboot":
            faults.reboot = True
        else:
            faults.stops_store = str(rule.value)

    def clear(self, rule_id: str | None = None) -> None:
        """Forget one rule, or all. What an installer was told stays until its next run."""
        self._rules = [rule for rule in self._rules if rule_id is not None and rule.id != rule_id]

    def judge(self, node: str, record: RequestRecord) -> Verdict:
        for rule in self._rules:
            if rule.matches(node, record):
                return Verdict(rule.do, float(rule.value or 0))
        return Verdict()
