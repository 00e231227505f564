# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Plans, results and failures as the admin reads them (rule 31)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from .._plan import Change, Plan, Problem


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand when something fails, as far as it can be read."""

    node: str
    owner: str | None = None
    sem: str = "unknown"
    exchange: str = "unknown"
    log: str | None = None

    def text(self) -> str:
        parts = [f"SEM: {self.sem}", f"Exchange: {self.exchange}"]
        if self.owner:
            parts.insert(0, f"owner of the group: {self.owner}")
        if self.log:
            parts.append(f"log: {self.log}")
        return "; ".join(parts)


def change_data(change: Change) -> dict[str, t.Any]:
    return asdict(change)


def describe(change: Change) -> str:
    """One line for people."""
    if change.before is None:
        return f"{change.kind} {change.target}: {plain(change.after)}"
    return f"{change.kind} {change.target}: {plain(change.before)} -> {plain(change.after)}"


def plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value)
    return "none" if value is None else str(value)


def diff(changes: Sequence[Change]) -> list[dict[str, str]]:
    """Ansible's diff: one entry per change, its kind and target as the header."""
    return [
        {
            "before_header": f"{change.kind} {change.target}",
            "after_header": f"{change.kind} {change.target} ({change.why})",
            "before": "" if change.before is None else f"{plain(change.before)}\n",
            "after": "" if change.after is None else f"{plain(change.after)}\n",
        }
        for change in changes
    ]


def problems_text(problems: Iterable[Problem], touched: bool = False) -> str:
    """Refused: what, where, what to do; and whether anything was touched."""
    lines = [f"{item.where}: {item.what}. What to do: {item.advice}." for item in problems]
    return ("" if touched else "Nothing was touched. ") + " ".join(lines)


def failure_text(
    cause: Exception,
    failed: Change,
    applied: Sequence[Change],
    situation: Situation,
    cluster: str,
    remaining: Sequence[Change] = (),
) -> str:
    """Failed: what happened, how things stand, what was done, what is left, and how to do it by hand."""
    lines = [f"{situation.node}: {failed.kind} {failed.target} failed: {cause}."]
    lines.append(f"State: {situation.text()}.")
    lines.append(f"Already changed: {'; '.join(describe(item) for item in applied) or 'nothing'}.")
    if remaining:
        lines.append(f"Not done: {'; '.join(describe(item) for item in remaining)}.")
    lines.append("It is safe to run the playbook again: it reads what is there and goes on from that.")
    by_hand = console_lines(failed, cluster)
    if by_hand:
        lines.append(f"By hand: {' | '.join(by_hand)}")
    return " ".join(lines)


def leftover_text(leftover: Plan, situation: Situation) -> str:
    """Everything was applied, and reading again still shows differences."""
    open_items = "; ".join(describe(change) for change in leftover.changes)
    refused = " ".join(f"{item.what} ({item.advice})" for item in leftover.problems)
    return (
        f"{situation.node}: after all steps the node still differs from what is declared: {open_items or refused}. "
        f"State: {situation.text()}. Somebody else may be changing it; run the playbook again."
    )


def console_lines(change: Change, cluster: str) -> tuple[str, ...]:
    """The same step for someone who has only a console: cluster.exe up to 2008 R2, and the cmdlet."""
    name, after = change.target, plain(change.after)
    table = {
        "resource": (f'cluster res "{name}" /create {_created(change)}',),
        "private": (f'cluster res "{name}" /priv {_assignments(change)}',),
        "restart_policy": (f'cluster res "{name}" /prop {_assignments(change)}',),
        "pending_timeout": (f'cluster res "{name}" /prop PendingTimeout={after}',),
        "separate_monitor": (f'cluster res "{name}" /prop SeparateMonitor=1',),
        "add_dependency": (
            f'cluster res "{name}" /adddep:"{after}"',
            f"Add-ClusterResourceDependency -Resource {_quoted(name)} -Provider {_quoted(after)}",
        ),
        "remove_dependency": (f'cluster res "{name}" /removedep:"{plain(change.before)}"',),
        "add_owner": (f'cluster res "{name}" /addowner:{after}',),
        "checkpoint": (f'cluster res "{name}" /addcheck:"{after}"',),
        "persistent_state": (f'cluster res "{name}" /prop PersistentState={1 if change.after else 0}',),
        "online": (f'cluster res "{name}" /online', f"Start-ClusterResource -Name {_quoted(name)}"),
        "offline": (f'cluster res "{name}" /offline', f"Stop-ClusterResource -Name {_quoted(name)}"),
        "delete_resource": (f'cluster res "{name}" /delete',),
        "start_mode": (f"sc config {name} start= {_start_word(after)}",),
        "stop_service": (f"net stop {name}",),
        "start_service": (f"net start {name}",),
        "recovery": (f'sc failure {name} reset= 0 actions= ""',),
        "folder": (f'md "{name}"',),
    }
    lines = table.get(change.kind, ())
    return tuple(f'{line} /cluster:"{cluster}"' if cluster and line.startswith("cluster ") else line for line in lines)


def _quoted(name: str) -> str:
    """A PowerShell string that means just itself."""
    return "'" + name.replace("'", "''") + "'"


def _created(change: Change) -> str:
    after = change.after if isinstance(change.after, Mapping) else {}
    return f'/group:"{after.get("group")}" /type:"{after.get("type")}" /separate'


def _assignments(change: Change) -> str:
    after = change.after if isinstance(change.after, Mapping) else {}
    return " ".join(f'{key}="{value}"' if isinstance(value, str) else f"{key}={value}" for key, value in after.items())


def _start_word(mode: str) -> str:
    return {"Auto": "auto", "Manual": "demand", "Disabled": "disabled"}.get(mode, mode)
