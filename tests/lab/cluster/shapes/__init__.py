"""Clusters of a given shape, made of names and hosts."""

from .build import BUILDERS, build, compatible, groups_of
from .builder import SETTLE_S, GroupOptions, Options, Shape
from .exchange2007 import exchange2007_scc

__all__ = [
    "BUILDERS",
    "SETTLE_S",
    "GroupOptions",
    "Options",
    "Shape",
    "build",
    "compatible",
    "exchange2007_scc",
    "groups_of",
]
