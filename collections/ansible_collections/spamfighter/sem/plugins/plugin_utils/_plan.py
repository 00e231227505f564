# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Change, Problem, Plan: what every module thinks in, and the loop that applies it.

A plan is made by a pure function of what was observed and what is desired. It is applied in
order, or, when it has problems, not at all.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Interrupts = t.Literal["none", "sem"]


@dataclass(frozen=True, slots=True)
class Change:
    """One step. ``before`` and ``after`` are plain data (they are shown in the diff)."""

    kind: str
    target: str
    before: object
    after: object
    why: str
    interrupts: Interrupts = "none"


@dataclass(frozen=True, slots=True)
class Problem:
    """A precondition that fails: nothing is touched. ``advice`` says what the admin can do."""

    code: str
    where: str
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Plan:
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.changes)

    def __add__(self, other: Plan) -> Plan:
        return Plan(self.changes + other.changes, self.notes + other.notes, self.problems + other.problems)


class Context(t.Protocol):
    """What an applier may use beyond its own clients; re-reads the owner before a step."""

    def check_owner(self, change: Change) -> None:
        """Raise :class:`OwnerChanged` when the node this change needs no longer owns the group."""


class OwnerChanged(Exception):
    """The group moved between the plan and a step; the step was not made."""

    def __init__(self, group: str, expected: str, found: str) -> None:
        super().__init__(f"the group {group!r} moved from {expected} to {found}")
        self.group = group
        self.expected = expected
        self.found = found


Applier = Mapping[str, Callable[[t.Any, Change], None]]


class ApplyFailed(Exception):
    """A step failed. What was applied and what remains are part of the message to the admin."""

    def __init__(
        self, cause: Exception, applied: Sequence[Change], failed: Change, remaining: Sequence[Change]
    ) -> None:
        super().__init__(f"{failed.kind} {failed.target}: {cause}")
        self.cause = cause
        self.applied = tuple(applied)
        self.failed = failed
        self.remaining = tuple(remaining)


def apply_plan(plan: Plan, applier: Applier, context: Context) -> tuple[Change, ...]:
    """Apply the changes in order.

    Raises:
        ValueError: the plan has problems, or a change no applier knows (before anything is touched).
        ApplyFailed: a step failed or the owner changed (``cause`` tells which).
    """
    if plan.problems:
        raise ValueError("a plan with problems is never applied")
    unknown = sorted({change.kind for change in plan.changes} - set(applier))
    if unknown:
        raise ValueError(f"no applier for {', '.join(unknown)}")
    for index, change in enumerate(plan.changes):
        try:
            context.check_owner(change)
            applier[change.kind](context, change)
        except Exception as error:
            raise ApplyFailed(error, plan.changes[:index], change, plan.changes[index + 1 :]) from error
    return plan.changes
