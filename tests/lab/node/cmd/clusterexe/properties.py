"""/prop and /priv: words on the command line become typed values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ....cluster.core import Core
from ....cluster.errors import refusal
from ....cluster.model import Private, Resource
from ....cluster.properties import Property
from .syntax import Setting, number, setting


def common(table: Iterable[Property], words: Iterable[str]) -> dict[str, object]:
    """By the types of the known properties. Raises CimError 87 for an unknown name or a value of another type."""
    known = {item.name.lower(): item for item in table}
    found: dict[str, object] = {}
    for item in (setting(word) for word in words):
        wanted = known.get(item.name.lower())
        if wanted is None:
            raise refusal(87)
        found[wanted.name] = item.text if wanted.type == "string" else _number(item)
    return found


def private(core: Core, resource: Resource, words: Iterable[str]) -> dict[str, Private]:
    """By the format that was written, else the type's own, else text. Raises CimError 87."""
    types = {name.lower(): cim for name, cim in core.type_of(resource).private}
    return {item.name: _private(item, types) for item in (setting(word) for word in words)}


def _private(item: Setting, types: Mapping[str, str]) -> Private:
    wanted = item.format
    if wanted is None:
        wanted = "dword" if types.get(item.name.lower()) == "uint32" else "string"
    if wanted in ("dword", "ularge"):
        return _number(item)
    if wanted == "multi":
        return tuple(item.text.split(","))
    if wanted == "binary":
        numbers = [number(part.strip()) for part in item.text.split(",")]
        if any(part is None or part > 255 for part in numbers):
            raise refusal(87)
        return bytes(part for part in numbers if part is not None)
    return item.text


def _number(item: Setting) -> int:
    found = number(item.text)
    if found is None:
        raise refusal(87)
    return found


def defaults(fresh: object, table: Iterable[Property], names: Iterable[str]) -> dict[str, object]:
    """/usedefault: the values of something just made."""
    known = {item.name.lower(): item for item in table}
    found: dict[str, object] = {}
    for name in names:
        if name.lower() not in known:
            raise refusal(87)
        item = known[name.lower()]
        found[item.name] = getattr(fresh, item.attribute)
    return found
