"""A client whose answers are written by hand; what a test did not ask for fails it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.replay import Answer, Wire, make_wire

MakeWire = Callable[..., Wire]


@pytest.fixture
def wire() -> Iterator[MakeWire]:
    """Make a client: ``wire(answer, answer, Verb=answer)``."""
    made: list[Wire] = []

    def make(*answers: Answer, **by_verb: Any) -> Wire:
        made.append(make_wire(*answers, **by_verb))
        return made[-1]

    yield make
    assert [item.replay.left for item in made] == [0] * len(made)
