"""What the switches have in common: which settings each has, and how a topology's choice is checked."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

T = t.TypeVar("T")


def settings(switches: type, name: str) -> tuple[t.Any, ...]:
    """Every setting of a switch, by its type: both of a bool, all of a Literal."""
    hint = t.get_type_hints(switches)[name]
    return (False, True) if hint is bool else t.get_args(hint)


def names(switches: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(switches))


def default(switches: type, name: str) -> t.Any:
    return getattr(switches(), name)


def shown(name: str, value: object) -> str:
    """A switch and its setting, as markers and pages have them."""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def make(switches: type[T], given: Mapping[str, t.Any]) -> T:
    """The switches as given, the rest at their defaults.

    Raises:
        ValueError: a setting that the switch does not have.
    """
    for name, value in given.items():
        allowed = settings(switches, name)
        # 0 and False are equal, and no setting of the same switch.
        if not any(value == item and type(value) is type(item) for item in allowed):
            raise ValueError(f"switch {name}: {value!r} is none of {', '.join(map(repr, allowed))}")
    return switches(**given)
