"""What a request hands to a provider beside its arguments: the options named wmi:X (wsman 2.2)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

ARCHITECTURE = "__ProviderArchitecture"
_values: ContextVar[Mapping[str, str] | None] = ContextVar("lab_wmi_context", default=None)


@contextlib.contextmanager
def handed(values: Mapping[str, str]) -> Iterator[None]:
    """Hand ``values`` to whatever provider is called inside."""
    token = _values.set(values)
    try:
        yield
    finally:
        _values.reset(token)


def values() -> Mapping[str, str]:
    """What the present request has handed over."""
    return _values.get() or {}
