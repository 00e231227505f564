"""Marks for tests of facts that nobody could verify: run with every setting of their switch."""

from __future__ import annotations

import pytest

from lab import switching
from lab.fidelity import ALL_SWITCHES


def owner_of(name: str) -> type:
    """The class that has the switch."""
    return next(item for item in ALL_SWITCHES if name in switching.names(item))


def each_setting(name: str, reference: str, certainty: str) -> pytest.MarkDecorator:
    """Run the test once per setting, which it gets as the argument ``name``; each run is marked with the fact."""
    cases = []
    for value in switching.settings(owner_of(name), name):
        text = switching.shown(name, value)
        cases.append(pytest.param(value, marks=pytest.mark.fact(reference, certainty, switch=text), id=text))
    return pytest.mark.parametrize(name, cases)
