"""Short spellings for class definitions: ``"Name* string"``, ``"IPs uint8[]"``, ``"Mode string w"``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .contract import ClassDef, MethodDef, ParameterDef, PropertyDef


def properties(text: str) -> tuple[PropertyDef, ...]:
    """One per comma: name (``*`` a key), type (``[]`` an array), ``w`` when it can be written."""
    found = []
    for item in text.split(","):
        name, kind, *flags = item.split()
        found.append(
            PropertyDef(name.rstrip("*"), kind.rstrip("[]"), kind.endswith("[]"), name.endswith("*"), "w" in flags)
        )
    return tuple(found)


def parameters(text: str) -> tuple[ParameterDef, ...]:
    """One per comma: direction, name (``?`` optional), type (``[]`` an array)."""
    found = []
    for item in filter(None, text.split(",")):
        direction, name, kind = item.split()
        optional = name.endswith("?")
        found.append(ParameterDef(name.rstrip("?"), kind.rstrip("[]"), kind.endswith("[]"), direction, optional))
    return tuple(found)


def method(name: str, text: str = "", *, static: bool = False, returns: bool = True) -> MethodDef:
    return MethodDef(name, parameters(text), static, returns)


def cim_class(
    namespace: str, name: str, text: str, methods: tuple[MethodDef, ...] = (), base: str | None = None
) -> ClassDef:
    return ClassDef(namespace, name, properties(text), methods, base)


def cut(classes: Iterable[ClassDef], absent: frozenset[str]) -> tuple[ClassDef, ...]:
    """The classes without the members that are ``absent``, written "Class.Member"."""

    def kept(owner: ClassDef, member: PropertyDef | MethodDef) -> bool:
        return f"{owner.name}.{member.name}" not in absent

    return tuple(
        replace(
            item,
            properties=tuple(each for each in item.properties if kept(item, each)),
            methods=tuple(each for each in item.methods if kept(item, each)),
        )
        for item in classes
    )
