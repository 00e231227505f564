"""Applying a plan: in order, all or an exact account of what was done (design: a refusal is not a failure)."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import (
    ApplyFailed,
    Change,
    OwnerChanged,
    Plan,
    Problem,
    apply_plan,
)

STEPS = tuple(Change(kind, f"target {kind}", None, 1, "why") for kind in ("a", "b", "c"))


class World:
    """Notes what is made. ``moves_at``: the step before which the group moves; ``breaks_at``: the one that fails."""

    def __init__(self, moves_at: str = "", breaks_at: str = "") -> None:
        self.made: list[str] = []
        self.moves_at = moves_at
        self.breaks_at = breaks_at

    def check_owner(self, change: Change) -> None:
        if change.kind == self.moves_at:
            raise OwnerChanged("Mail", "N1", "N2")

    def make(self, context: World, change: Change) -> None:
        assert context is self
        if change.kind == self.breaks_at:
            raise RuntimeError("code 5")
        self.made.append(change.kind)

    def apply(self, plan: Plan, kinds: str = "abc") -> tuple[Change, ...]:
        return apply_plan(plan, dict.fromkeys(kinds, self.make), self)


def test_the_changes_are_made_in_order() -> None:
    world = World()
    assert world.apply(Plan(STEPS)) == STEPS
    assert world.made == ["a", "b", "c"]


def test_a_plan_with_problems_is_never_applied() -> None:
    world = World()
    with pytest.raises(ValueError, match="never applied"):
        world.apply(Plan(STEPS, problems=(Problem("x", "here", "what", "advice"),)))
    assert world.made == []


def test_a_change_that_nobody_can_make_is_found_before_the_first_step() -> None:
    world = World()
    with pytest.raises(ValueError, match="no applier for c"):
        world.apply(Plan(STEPS), "ab")
    assert world.made == []


@pytest.mark.parametrize(("stop", "index"), [("a", 0), ("b", 1), ("c", 2)])
@pytest.mark.parametrize("moves", [True, False])
def test_rule_13_a_step_that_fails_or_has_lost_its_owner_ends_the_plan_there(
    stop: str, index: int, moves: bool
) -> None:
    world = World(moves_at=stop) if moves else World(breaks_at=stop)
    with pytest.raises(ApplyFailed) as caught:
        world.apply(Plan(STEPS))
    failure = caught.value
    assert world.made == [step.kind for step in STEPS[:index]]
    assert (failure.applied, failure.failed, failure.remaining) == (STEPS[:index], STEPS[index], STEPS[index + 1 :])
    assert isinstance(failure.cause, OwnerChanged if moves else RuntimeError)
    assert ("moved from N1 to N2" if moves else "code 5") in str(failure)
    assert f"{stop} target {stop}" in str(failure)


def test_plans_add_up() -> None:
    problem = Problem("x", "here", "what", "advice")
    total = Plan(STEPS[:1], ("one",)) + Plan(STEPS[1:], ("two",), (problem,))
    assert total == Plan(STEPS, ("one", "two"), (problem,))
    assert total.changed
    assert not Plan(notes=("quiet",)).changed
