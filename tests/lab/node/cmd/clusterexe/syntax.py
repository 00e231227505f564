"""The command line of cluster.exe: ``cluster [[/cluster:]NAME] res[ource] NAME /option[:value] ...``.

Abbreviations are exactly the documented ones: an option is written in its short or in its full form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KINDS = {"res": "resource", "resource": "resource", "group": "group", "node": "node"}
# Written as the documentation does: what is in brackets may be left out.
OPTIONS = {
    "resource": (
        "stat[us]",
        "create",
        "delete",
        "ren[ame]",
        "addowner",
        "removeowner",
        "listowners",
        "move[to]",
        "prop[erties]",
        "priv[properties]",
        "fail",
        "on[line]",
        "off[line]",
        "listdep[endencies]",
        "adddep[endency]",
        "removedep[endency]",
        "addcheck[points]",
        "removecheck[points]",
        "check[points]",
    ),
    "group": (
        "stat[us]",
        "create",
        "delete",
        "ren[ame]",
        "move[to]",
        "on[line]",
        "off[line]",
        "prop[erties]",
        "listowners",
        "setowners",
    ),
    "node": ("stat[us]", "pause", "resume"),
    "cluster": ("ver[sion]", "prop[erties]"),
}
# Options that come after another one.
FURTHER = ("group", "type", "separate", "wait", "usedefault")
WITH_VALUES = ("properties", "privproperties")


class SyntaxFault(Exception):
    """The tool prints its help and does nothing."""


@dataclass(frozen=True, slots=True)
class Option:
    name: str  # the full form, lower case
    value: str | None = None


@dataclass(frozen=True)
class CommandLine:
    """``settings`` are the words after /prop and /priv, such as ``RestartAction=1``."""

    cluster: str | None
    kind: str  # resource | group | node | cluster
    name: str | None
    option: Option
    further: Mapping[str, str | None] = field(default_factory=dict)
    settings: tuple[str, ...] = ()


def parse(words: Sequence[str]) -> CommandLine:
    """Raises SyntaxFault."""
    rest = list(words)
    cluster = _cluster(rest)
    kind = "cluster"
    if rest and rest[0].lower() in KINDS:
        kind = KINDS[rest.pop(0).lower()]
    name = rest.pop(0) if rest and not rest[0].startswith("/") else None
    if name is not None and kind == "cluster":
        raise SyntaxFault(name)
    option: Option | None = None
    further: dict[str, str | None] = {}
    settings: list[str] = []
    for word in rest:
        if not word.startswith("/"):
            if option is None or option.name not in WITH_VALUES:
                raise SyntaxFault(word)
            settings.append(word)
            continue
        text, colon, value = word[1:].partition(":")
        given = value if colon else None
        if option is not None and text.lower() in FURTHER and text.lower() not in further:
            further[text.lower()] = given
        elif option is None:
            option = Option(_full(kind, text), given)
        else:
            raise SyntaxFault(word)
    return CommandLine(cluster, kind, name, option or _default(kind), further, tuple(settings))


def _default(kind: str) -> Option:
    if kind == "cluster":
        raise SyntaxFault("")
    return Option("status")


def _cluster(rest: list[str]) -> str | None:
    """The cluster's name stands first, plain or as ``/cluster:NAME``; one that is a keyword needs the latter."""
    if not rest:
        return None
    text, colon, value = rest[0].partition(":")
    if text.lower() == "/cluster" and colon:
        rest.pop(0)
        return value
    if rest[0].startswith("/") or rest[0].lower() in KINDS:
        return None
    return rest.pop(0)


def _full(kind: str, text: str) -> str:
    for written in OPTIONS[kind]:
        short, _, more = written.partition("[")
        full = short + more.rstrip("]")
        if text.lower() in (short, full):
            return full
    raise SyntaxFault(text)


FORMATS = {
    "dword": "dword",
    "string": "string",
    "str": "string",
    "expandstring": "string",
    "expandstr": "string",
    "multistring": "multi",
    "multistr": "multi",
    "binary": "binary",
    "ularge": "ularge",
}


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    text: str
    format: str | None  # as the admin wrote it


def setting(word: str) -> Setting:
    """``Name=Value[,Value...][:format]``. A colon that no format follows belongs to the value. Raises SyntaxFault."""
    match = re.fullmatch(r"([^=\s]+)=(.*)", word, re.DOTALL)
    if match is None:
        raise SyntaxFault(word)
    value, colon, last = match[2].rpartition(":")
    if colon and last.lower() in FORMATS:
        return Setting(match[1], value, FORMATS[last.lower()])
    return Setting(match[1], match[2], None)


def number(text: str) -> int | None:
    """Decimal or with 0x."""
    return int(text, 0) if re.fullmatch(r"\d+|0[xX][0-9a-fA-F]+", text) else None
