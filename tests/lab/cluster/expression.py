"""Dependency expressions: ``([Disk E] and ([IP 1] or [IP 2]))`` (mscluster 6.5)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .errors import refusal

_TOKEN = re.compile(r"\s*(\[[^\]]*\]|\(|\)|and\b|or\b)", re.IGNORECASE)


def parse(text: str) -> tuple[tuple[str, ...], ...]:
    """AND of OR sets of names or ids, as written between the brackets.

    Raises:
        CimError: 87, the text is not of that form.
    """
    tokens = _tokens(text)
    if not tokens:
        return ()
    reader = _Reader(tokens)
    found = reader.conjunction()
    if reader.rest:
        raise refusal(87)
    return found


def render(sets: Sequence[Sequence[str]]) -> str:
    """The expression of the sets, as GetDependencies spells it."""
    terms = []
    for members in sets:
        words = " or ".join(f"[{name}]" for name in members)
        terms.append(f"({words})" if len(members) > 1 and len(sets) > 1 else words)
    return f"({' and '.join(terms)})" if terms else ""


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise refusal(87)
        tokens.append(match.group(1))
        at = match.end()
    return tokens


class _Reader:
    """Recursive descent. AND binds OR sets; an AND inside an OR is refused."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def _peek(self) -> str:
        return self.rest[0].lower() if self.rest else ""

    def conjunction(self) -> tuple[tuple[str, ...], ...]:
        found = self._disjunction()
        while self._peek() == "and":
            self.rest.pop(0)
            found += self._disjunction()
        return found

    def _disjunction(self) -> tuple[tuple[str, ...], ...]:
        found = self._atom()
        while self._peek() == "or":
            self.rest.pop(0)
            other = self._atom()
            if len(found) != 1 or len(other) != 1:
                raise refusal(87)
            found = ((*found[0], *other[0]),)
        return found

    def _atom(self) -> tuple[tuple[str, ...], ...]:
        if not self.rest:
            raise refusal(87)
        token = self.rest.pop(0)
        if token == "(":
            found = self.conjunction()
            if not self.rest or self.rest.pop(0) != ")":
                raise refusal(87)
            return found
        if token.startswith("[") and token[1:-1].strip():
            return ((token[1:-1],),)
        raise refusal(87)
