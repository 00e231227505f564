"""A small host and a cluster of three, formed and at rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.small_cluster import World

__all__ = ["World"]


@pytest.fixture
def make_world() -> Callable[..., World]:
    return World


@pytest.fixture
def world() -> World:
    return World()
