"""Objects that cmdlets hand on, and the tables that PowerShell prints of them (the shape is inferred)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....cluster import Cluster
from ....cluster.model import Group, Node, Resource
from ..clusterexe.listing import GROUP_STATES, RESOURCE_STATES


@dataclass(frozen=True)
class Row:
    """A result that no other cmdlet takes: columns and cells."""

    columns: tuple[str, ...]
    cells: tuple[str, ...]


Item = Resource | Group | Node | Row


def row(cluster: Cluster, item: Item) -> Row:
    if isinstance(item, Resource):
        group = cluster.core.group_of(item)
        cells = (item.name, _words(RESOURCE_STATES[item.state]), group.name, item.type)
        return Row(("Name", "State", "OwnerGroup", "ResourceType"), cells)
    if isinstance(item, Group):
        state = _words(GROUP_STATES[cluster.core.group_state(item)])
        return Row(("Name", "OwnerNode", "State"), (item.name, item.owner, state))
    if isinstance(item, Node):
        return Row(("Name", "State"), (item.name, item.state.name.capitalize()))
    return item


def _words(state: str) -> str:
    return state.replace(" ", "").replace("PartiallyOnline", "PartialOnline")


def lines(rows: Sequence[Row]) -> list[str]:
    """One table for each run of rows with the same columns."""
    out: list[str] = []
    while rows:
        columns = rows[0].columns
        count = next((index for index, item in enumerate(rows) if item.columns != columns), len(rows))
        part, rows = rows[:count], rows[count:]
        widths = [max(len(title), *(len(item.cells[n]) for item in part)) for n, title in enumerate(columns)]
        out += ["", _line(columns, widths), _line(["-" * len(title) for title in columns], widths)]
        out += [_line(item.cells, widths) for item in part]
        out.append("")
    return out


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " ".join(f"{text:{width}}" for text, width in zip(cells, widths, strict=True)).rstrip()
