"""The grammar of a cmd.exe command line (as ``cmd /c`` gets it).

Phases as documented for the command shell: ``%VAR%`` is replaced first, then the line is cut at
``& && || |`` and parentheses outside quotation marks, ``^`` escaping the next character; then
redirections are taken out of each command.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

LINE_LIMIT = 8191
OPERATORS = ("&&", "||", "&", "|", "(", ")")


class SyntaxFault(Exception):
    """cmd refuses the whole line; nothing of it runs."""


@dataclass(frozen=True, slots=True)
class Redirect:
    stream: int  # 0 in, 1 out, 2 error
    target: str  # a path, or "&1"
    append: bool = False


@dataclass(frozen=True, slots=True)
class Simple:
    text: str  # the command without redirections, carets resolved, quotation marks kept
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    body: Node
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str  # & && || |
    left: Node
    right: Node


Node = Simple | Block | Binary


def expand_percent(line: str, lookup: Callable[[str], str | None]) -> str:
    """``%NAME%`` replaced; at the command line an unknown name stays as it is written."""

    def replace(match: re.Match[str]) -> str:
        value = lookup(match[1])
        return match[0] if value is None else value

    return re.sub(r"%([^%\r\n]+)%", replace, line)


def expand_delayed(text: str, lookup: Callable[[str], str | None]) -> str:
    """``!NAME!`` replaced, when the shell was started with /v:on; unknown names vanish."""
    return re.sub(r"!([^!\r\n]+)!", lambda match: lookup(match[1]) or "", text)


def strip_outer_quotes(line: str) -> str:
    """The rule of ``cmd /c``: unless there are exactly two quotation marks around a program's name
    and no special character, the first and the last quotation mark are dropped."""
    text = line.strip()
    if not text.startswith('"'):
        return text
    inside = text[1 : text.rfind('"')]
    special = any(char in inside for char in "&<>()@^|")
    if text.count('"') == 2 and not special and " " in inside and text.endswith('"'):
        return text
    last = text.rfind('"')
    return text[1:last] + text[last + 1 :] if last > 0 else text[1:]


def parse(line: str) -> Node | None:
    """The tree of a line; None for an empty one. Raises SyntaxFault."""
    if len(line) > LINE_LIMIT:
        raise SyntaxFault("The command line is too long.")
    tokens = _tokenize(line.strip("\r\n"))
    if not any(token.strip() for token in tokens):
        return None
    parser = _Parser(tokens)
    tree = parser.sequence()
    if parser.peek() is not None:
        raise SyntaxFault(f"{parser.peek()} was unexpected at this time.")
    return tree


def _tokenize(line: str) -> list[str]:
    """Commands and operators; a command keeps quotation marks and marks escaped characters."""
    tokens: list[str] = []
    current: list[str] = []
    quoted = False
    index = 0
    while index < len(line):
        char = line[index]
        if char == "^" and not quoted:
            index += 1
            if index < len(line):
                current.append("\x01" + line[index])
        elif char == '"':
            quoted = not quoted
            current.append(char)
        elif not quoted and char in "&|()":
            operator = line[index : index + 2] if line[index : index + 2] in OPERATORS else char
            at_start = not "".join(current).strip()
            # A redirection such as 2>&1 holds an ampersand that is no operator; a parenthesis inside
            # a command's words is plain text.
            if (operator == "&" and "".join(current).endswith(">")) or (char == "(" and not at_start):
                current.append(char)
            else:
                tokens += ["".join(current), operator]
                current = []
                index += len(operator) - 1
        else:
            current.append(char)
        index += 1
    tokens.append("".join(current))
    return [token for token in tokens if token.strip()]


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self) -> str:
        token = self.peek()
        if token is None:
            raise SyntaxFault("The syntax of the command is incorrect.")
        self._at += 1
        return token

    def sequence(self) -> Node:
        return self._level(0)

    def _level(self, level: int) -> Node:
        """& binds weakest, then ||, &&, and | strongest."""
        operators = ("&", "||", "&&", "|")
        if level == len(operators):
            return self._atom()
        left = self._level(level + 1)
        while self.peek() == operators[level]:
            self.take()
            if operators[level] == "&" and self.peek() in (None, ")"):
                return left
            left = Binary(operators[level], left, self._level(level + 1))
        return left

    def _atom(self) -> Node:
        token = self.take()
        if token == "(":
            body = self.sequence()
            if self.peek() != ")":
                raise SyntaxFault("The syntax of the command is incorrect.")
            self.take()
            after = self.peek()
            redirects: tuple[Redirect, ...] = ()
            if after is not None and after.strip().startswith((">", "<", "1>", "2>")):
                redirects = _redirects(self.take())[1]
            return Block(body, redirects)
        if token in OPERATORS:
            raise SyntaxFault(f"{token} was unexpected at this time.")
        text, redirects = _redirects(token)
        return Simple(text, redirects)


def _redirects(text: str) -> tuple[str, tuple[Redirect, ...]]:
    """Take ``> file``, ``>> file``, ``2>&1``, ``< file`` out of one command."""
    rest: list[str] = []
    found: list[Redirect] = []
    quoted = False
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\x01":
            rest.append(text[index + 1 : index + 2])
            index += 2
            continue
        if char == '"':
            quoted = not quoted
        if quoted or char not in "<>":
            rest.append(char)
            index += 1
            continue
        stream = 0 if char == "<" else 1
        if rest and rest[-1] in "012" and (len(rest) == 1 or rest[-2] in " \t)"):
            stream = int(rest.pop())
        index += 1
        append = text[index : index + 1] == ">"
        index += append
        target, index = _target(text, index)
        found.append(Redirect(stream, target, append))
    return "".join(rest).strip(), tuple(found)


def _target(text: str, index: int) -> tuple[str, int]:
    while index < len(text) and text[index] in " \t":
        index += 1
    start = index
    quoted = False
    while index < len(text) and (quoted or text[index] not in " \t<>"):
        quoted ^= text[index] == '"'
        index += 1
    target = text[start:index].replace('"', "").replace("\x01", "")
    if not target:
        raise SyntaxFault("The syntax of the command is incorrect.")
    return target, index


def words(text: str) -> list[str]:
    """The words of a command as most programs split them: blanks outside quotation marks, quotes dropped."""
    found: list[str] = []
    current: list[str] = []
    quoted = started = False
    for char in text:
        if char == '"':
            quoted = not quoted
            started = True
        elif char in " \t" and not quoted:
            if started:
                found.append("".join(current))
            current, started = [], False
        else:
            current.append(char)
            started = True
    if started:
        found.append("".join(current))
    return found
