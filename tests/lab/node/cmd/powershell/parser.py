"""Statements of the PowerShell language that the lab evaluates: pipelines of cmdlets, and a property of one object.

``Import-Module FailoverClusters`` may stand before; one further statement is all there can be.
"""

from __future__ import annotations

from dataclasses import dataclass

from .lexer import ScriptError, Token, tokens

Value = object  # str, int, bool, None, list, dict


@dataclass(frozen=True)
class Command:
    """``named``: (``-Name`` in lower case without the dash, value or MISSING for a switch)."""

    name: str
    positional: tuple[Value, ...]
    named: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Pipeline:
    commands: tuple[Command, ...]


@dataclass(frozen=True)
class Member:
    """``(pipeline).Property``, and what is assigned to it, if anything is."""

    source: Pipeline
    name: str
    assigned: tuple[Value] | None = None


Statement = Pipeline | Member
MISSING = object()


def parse(script: str) -> list[Statement]:
    """Raises ScriptError."""
    reader = _Reader(tokens(script))
    found: list[Statement] = []
    while not reader.done():
        if reader.take(";"):
            continue
        found.append(reader.statement())
        if not reader.done() and not reader.take(";"):
            raise ScriptError(f"Unexpected token {reader.peek().text!r} in expression or statement.")
    return found


class _Reader:
    def __init__(self, items: list[Token]) -> None:
        self._items = items
        self._at = 0

    def done(self) -> bool:
        return self._at >= len(self._items)

    def peek(self) -> Token:
        return Token("end", "") if self.done() else self._items[self._at]

    def take(self, kind: str) -> bool:
        if self.peek().kind != kind:
            return False
        self._at += 1
        return True

    def next(self, kind: str) -> Token:
        token = self.peek()
        if token.kind != kind:
            raise ScriptError(f"Unexpected token {token.text!r} in expression or statement.")
        self._at += 1
        return token

    def statement(self) -> Statement:
        if not self.take("("):
            return self._pipeline()
        inner = self._pipeline()
        self.next(")")
        self.next(".")
        name = self.next("word").text
        if not self.take("="):
            return Member(inner, name)
        return Member(inner, name, (self._value(),))

    def _pipeline(self) -> Pipeline:
        commands = [self._command()]
        while self.take("|"):
            commands.append(self._command())
        return Pipeline(tuple(commands))

    def _command(self) -> Command:
        name = self.next("word").text
        positional: list[Value] = []
        named: list[tuple[str, Value]] = []
        while self.peek().kind not in ("end", "|", ";", ")"):
            if self.peek().kind != "parameter":
                positional.append(self._list())
                continue
            word = self.next("parameter").text[1:]
            key, colon, rest = word.partition(":")
            named.append((key.lower(), self._after_colon(rest) if colon else MISSING))
            if not colon and self.peek().kind not in ("end", "|", ";", ")", "parameter"):
                named[-1] = (key.lower(), self._list())
        return Command(name, tuple(positional), tuple(named))

    def _after_colon(self, rest: str) -> Value:
        """``-Switch:$false``, ``-Name:'x'``."""
        if not rest:
            return self._list()
        inner = tokens(rest)
        if len(inner) != 1:
            raise ScriptError(f"Unexpected token {rest!r} in expression or statement.")
        return inner[0].value

    def _list(self) -> Value:
        """One value, or several with commas."""
        values = [self._value()]
        while self.take(","):
            values.append(self._value())
        return values if len(values) > 1 else values[0]

    def _value(self) -> Value:
        token = self.peek()
        if token.kind == "@{":
            return self._table()
        if token.kind not in ("string", "number", "constant", "word"):
            raise ScriptError(f"Unexpected token {token.text!r} in expression or statement.")
        self._at += 1
        return token.value

    def _table(self) -> dict[str, Value]:
        self.next("@{")
        found: dict[str, Value] = {}
        while not self.take("}"):
            if self.take(";"):
                continue
            token = self.peek()
            if token.kind not in ("word", "string"):
                raise ScriptError(f"Missing '=' operator after key in hash literal: {token.text!r}")
            self._at += 1
            self.next("=")
            value = self._value()
            if isinstance(value, str) and self._items[self._at - 1].kind == "word":
                raise ScriptError(f"The term '{value}' is not recognized as the name of a cmdlet.")
            found[token.text] = value
        return found
