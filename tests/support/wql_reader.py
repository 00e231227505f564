"""A reader of the queries that the client makes, written from wsman 3.5 alone: it shares nothing with the writer."""

from __future__ import annotations

from dataclasses import dataclass


class NotAQuery(ValueError):
    pass


@dataclass
class _Text:
    rest: str

    def word(self) -> str:
        self.rest = self.rest.lstrip(" ")
        end = 0
        while end < len(self.rest) and (self.rest[end].isalnum() or self.rest[end] in "_*"):
            end += 1
        found, self.rest = self.rest[:end], self.rest[end:]
        if not found:
            raise NotAQuery(f"a word was expected before {self.rest!r}")
        return found

    def expect(self, text: str) -> None:
        if self.word().upper() != text:
            raise NotAQuery(f"{text} was expected")

    def sign(self, text: str) -> None:
        self.rest = self.rest.lstrip(" ")
        if not self.rest.startswith(text):
            raise NotAQuery(f"{text!r} was expected before {self.rest!r}")
        self.rest = self.rest[len(text) :]

    def value(self) -> str | int:
        self.rest = self.rest.lstrip(" ")
        if self.rest[:1] in ("'", '"'):
            return self._literal(self.rest[0])
        return int(self.word())

    def _literal(self, mark: str) -> str:
        """Up to the next mark that no backslash escapes; a backslash escapes one character."""
        found, place = "", 1
        while place < len(self.rest):
            char = self.rest[place]
            if char == "\\":
                if place + 1 == len(self.rest):
                    break
                found += self.rest[place + 1]
                place += 2
            elif char == mark:
                self.rest = self.rest[place + 1 :]
                return found
            else:
                found += char
                place += 1
        raise NotAQuery("a literal does not end")


def read_query(query: str) -> tuple[str, dict[str, str | int]]:
    """Class and conditions of ``SELECT * FROM class WHERE name = value AND ...``.

    Raises:
        NotAQuery: anything else, also more text behind it.
    """
    text = _Text(query)
    text.expect("SELECT")
    text.expect("*")
    text.expect("FROM")
    name, conditions = text.word(), {}
    keyword = "WHERE"
    while text.rest.strip():
        text.expect(keyword)
        keyword = "AND"
        left = text.word()
        text.sign("=")
        conditions[left] = text.value()
    return name, conditions
