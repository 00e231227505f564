"""WQL: a small parser and evaluator (wsman 3.5; literals and LIKE by the WMI SDK pages)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..contract import CimValue, Reference

Row = Mapping[str, CimValue]
Predicate = Callable[[Row], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<number>-?\d+)|(?P<object>\{(?:[^}'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*\})"""
    r"""|(?P<op><>|!=|<=|>=|=|<|>|\(|\)|,|\*)|(?P<word>[A-Za-z_][\w.]*))""",
    re.DOTALL,
)
# One key of an object path; a key is a quoted text, a number or a boolean.
KEY = re.compile(
    r"""\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+|TRUE|FALSE)\s*""", re.DOTALL | re.IGNORECASE
)
KEYS = re.compile(f"{KEY.pattern}(?:,{KEY.pattern})*", KEY.flags)
DEPTH_LIMIT = 50


class WqlError(Exception):
    """Not a query (0x80041017)."""


@dataclass(frozen=True)
class Select:
    columns: tuple[str, ...] | None  # None: *
    class_name: str
    where: Predicate | None
    fields: tuple[str, ...] = ()  # every property that the query names


@dataclass(frozen=True)
class Associators:
    """ASSOCIATORS OF or REFERENCES OF; names are None where not given."""

    references: bool
    class_name: str
    keys: tuple[tuple[str, str], ...]
    association: str | None = None
    result: str | None = None
    role: str | None = None
    result_role: str | None = None


def parse(text: str) -> Select | Associators:
    """A query.

    Raises:
        WqlError: anything that is not one.
    """
    parser = _Parser(_tokens(text))
    first = parser.word().upper()
    if first == "SELECT":
        query: Select | Associators = parser.select()
    elif first in ("ASSOCIATORS", "REFERENCES"):
        query = parser.associators(first == "REFERENCES")
    else:
        raise WqlError("a query begins with SELECT, ASSOCIATORS or REFERENCES")
    parser.end()
    return query


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise WqlError(f"unexpected text at {position}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        position = match.end()
    return found


def literal(text: str) -> str:
    """The text of a quoted literal, backslash escapes resolved."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._fields: list[str] = []

    def peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def take(self, kind: str | None = None, text: str | None = None) -> str:
        found_kind, found = self.peek()
        if (kind and found_kind != kind) or (text and found.upper() != text):
            raise WqlError(f"{text or kind} expected, found {found or 'the end'}")
        self._at += 1
        return found

    def word(self) -> str:
        return self.take("word")

    def end(self) -> None:
        if self.peek()[0] != "end":
            raise WqlError(f"unexpected {self.peek()[1]}")

    def accept(self, text: str) -> bool:
        kind, found = self.peek()
        if kind in ("word", "op") and found.upper() == text:
            self._at += 1
            return True
        return False

    def select(self) -> Select:
        columns: list[str] | None = None
        if not self.accept("*"):
            columns = [self.word()]
            while self.accept(","):
                columns.append(self.word())
        self.take("word", "FROM")
        name = self.word()
        where = self.disjunction(0) if self.accept("WHERE") else None
        fields = (*(columns or ()), *self._fields)
        return Select(None if columns is None else tuple(columns), name, where, fields)

    def disjunction(self, depth: int) -> Predicate:
        if depth > DEPTH_LIMIT:
            raise WqlError("nested too deeply")
        parts = [self.conjunction(depth)]
        while self.accept("OR"):
            parts.append(self.conjunction(depth))
        return lambda row: any(part(row) for part in parts)

    def conjunction(self, depth: int) -> Predicate:
        parts = [self.factor(depth)]
        while self.accept("AND"):
            parts.append(self.factor(depth))
        return lambda row: all(part(row) for part in parts)

    def factor(self, depth: int) -> Predicate:
        if depth > DEPTH_LIMIT:
            raise WqlError("nested too deeply")
        if self.accept("NOT"):
            inner = self.factor(depth + 1)
            return lambda row: not inner(row)
        if self.accept("("):
            inner = self.disjunction(depth + 1)
            self.take("op", ")")
            return inner
        return self.comparison()

    def comparison(self) -> Predicate:
        name = self.word()
        self._fields.append(name)
        if self.accept("IS"):
            wanted = not self.accept("NOT")
            self.take("word", "NULL")
            return lambda row: (value_of(row, name) is None) is wanted
        if self.accept("LIKE"):
            pattern = like(literal(self.take("string")))
            return lambda row: isinstance(value := value_of(row, name), str) and bool(pattern.fullmatch(value))
        operator = self.take("op")
        if operator not in OPERATORS:
            raise WqlError(f"{operator} is not a comparison")
        constant = self.constant()
        return lambda row: compare(operator, value_of(row, name), constant)

    def constant(self) -> CimValue:
        kind, text = self.peek()
        self._at += 1
        if kind == "string":
            return literal(text)
        if kind == "number":
            return int(text)
        if kind == "word" and text.upper() in ("TRUE", "FALSE", "NULL"):
            return {"TRUE": True, "FALSE": False, "NULL": None}[text.upper()]
        raise WqlError(f"a constant expected, found {text or 'the end'}")

    def associators(self, references: bool) -> Associators:
        self.take("word", "OF")
        name, keys = object_path(self.take("object")[1:-1])
        clauses: dict[str, str] = {}
        if self.accept("WHERE"):
            while self.peek()[0] == "word":
                clause = self.word().upper()
                self.take("op", "=")
                clauses[clause] = self.word()
        unknown = set(clauses) - {"ASSOCCLASS", "RESULTCLASS", "ROLE", "RESULTROLE"}
        if unknown:
            raise WqlError(f"unknown clause {', '.join(sorted(unknown))}")
        return Associators(
            references,
            name,
            keys,
            clauses.get("ASSOCCLASS"),
            clauses.get("RESULTCLASS"),
            clauses.get("ROLE"),
            clauses.get("RESULTROLE"),
        )


def object_path(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """``Class.Key="value"`` taken apart."""
    match = re.fullmatch(r"\s*(\w+)\.(.*)", text, re.DOTALL)
    if match is None:
        raise WqlError(f"{text!r} is not an object path")
    pairs = KEY.findall(match[2])
    if not KEYS.fullmatch(match[2]):
        raise WqlError(f"{text!r} has no valid keys")
    return match[1], tuple((name, value if value[0] not in "'\"" else literal(value)) for name, value in pairs)


def value_of(row: Row, name: str) -> CimValue:
    for key, value in row.items():
        if key.lower() == name.lower():
            return value
    return None


def like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern: ``%``, ``_``, ``[a-f]``, ``[^a-f]``."""
    out = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        close = pattern.find("]", index + 2) if char == "[" else -1
        if close > 0:
            inside = re.sub(r"[\\\[&|~]", r"\\\g<0>", pattern[index + 1 : close])
            out.append(f"[{inside}]")
            index = close
        else:
            out.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
        index += 1
    try:
        return re.compile("".join(out), re.IGNORECASE | re.DOTALL)
    except re.error as error:
        raise WqlError("bad LIKE pattern") from error


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def compare(operator: str, value: CimValue, constant: CimValue) -> bool:
    """A comparison; text is compared without case, NULL never equals anything."""
    if value is None or constant is None:
        return operator in ("<>", "!=") and (value is None) != (constant is None)
    if isinstance(value, Reference) and isinstance(constant, str):
        return OPERATORS[operator](path_text(value).lower(), constant.lower())
    if isinstance(value, bool) or isinstance(constant, bool):
        return OPERATORS[operator](str(value).lower() in ("true", "1"), str(constant).lower() in ("true", "1"))
    if isinstance(value, int):
        try:
            return OPERATORS[operator](value, int(str(constant)))
        except ValueError:
            return False
    return OPERATORS[operator](str(value).lower(), str(constant).lower())


def path_text(value: Reference) -> str:
    return f"{value.class_name}." + ",".join(f'{name}="{key}"' for name, key in value.keys)
