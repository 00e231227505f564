"""A pytest plugin (``-p support.flipped``): runs every test of a switch under the switch's other settings.

Each has to fail: else the switch does nothing, or the test does not look at what it does.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterator
from unittest import mock

import pytest

from lab import switching

from .facts import owner_of


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if _switches(item)]


def _switches(item: pytest.Item) -> list[str]:
    return [str(mark.kwargs["switch"]) for mark in item.iter_markers("fact") if mark.kwargs.get("switch")]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> t.Generator[None, object, object]:
    for text in _switches(pyfuncitem):
        name = text.partition("=")[0]
        kind = owner_of(name)
        others = [value for value in switching.settings(kind, name) if switching.shown(name, value) != text]
        assert others, f"{name} has one setting only"
        for other in others:
            with forced(kind, name, other):
                _must_fail(pyfuncitem, f"{text} makes no difference to {switching.shown(name, other)}")
    return (yield)


def _must_fail(item: pytest.Function, otherwise: str) -> None:
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    try:
        item.obj(**arguments)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return
    pytest.fail(otherwise)


@contextlib.contextmanager
def forced(kind: type, name: str, value: object) -> Iterator[None]:
    """Whatever is asked for, the switch has this setting."""
    made = kind.__init__

    def init(self: object, *args: object, **changed: object) -> None:
        made(self, *args, **{**changed, name: value})

    with mock.patch.object(kind, "__init__", init):
        yield
