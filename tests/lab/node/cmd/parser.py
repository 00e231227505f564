"""The grammar of a cmd.exe command line (as ``cmd /c`` gets it).

``%VAR%`` is replaced in the whole line first. Then ``&`` binds weakest, ``||``, ``&&`` and ``|`` stronger;
``if`` and ``for`` take everything up to the end of their parenthesis as their body. ``^`` makes the next character
plain; between quotation marks every character is plain. (Sources: ``cmd /?``, ``if /?``, ``for /?``.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

LINE_LIMIT = 8191
NESTING_LIMIT = 40  # commands in commands; keeps a hostile line from exhausting the stack
BLANKS = " \t\r\n,;="
COMPARISONS = ("equ", "neq", "lss", "leq", "gtr", "geq")
INCORRECT = "The syntax of the command is incorrect."


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


@dataclass(frozen=True, slots=True)
class If:
    """``test`` is exist, errorlevel, defined, == or one of COMPARISONS."""

    test: str
    left: str
    right: str
    wanted: bool  # False after ``not``
    ignore_case: bool
    body: Node
    otherwise: Node | None


@dataclass(frozen=True, slots=True)
class For:
    switch: str  # "" | /l | /f | /d
    options: str
    variable: str  # the letter
    items: str
    body: Node


Node = Simple | Block | Binary | If | For


def parse(line: str) -> Node | None:
    """The tree of a line; None for an empty one. Raises SyntaxFault."""
    if len(line) > LINE_LIMIT:
        raise SyntaxFault("The command line is too long.")
    if not line.strip(BLANKS):
        return None
    parser = _Parser(line)
    tree = parser.sequence(0)
    parser.skip_blanks()
    if parser.rest():
        raise SyntaxFault(f"{parser.rest()[:1]} was unexpected at this time.")
    return tree


def substitute(tree: Node, change: Callable[[str], str]) -> Node:
    """The tree with ``change`` applied to every text in it: what ``for`` does with its variable."""
    if isinstance(tree, Simple):
        return Simple(change(tree.text), _changed(tree.redirects, change))
    if isinstance(tree, Block):
        return Block(substitute(tree.body, change), _changed(tree.redirects, change))
    if isinstance(tree, Binary):
        later: list[Binary] = []
        first: Node = tree
        while isinstance(first, Binary):
            later.append(first)
            first = first.left
        changed = substitute(first, change)
        for item in reversed(later):
            changed = Binary(item.operator, changed, substitute(item.right, change))
        return changed
    if isinstance(tree, For):
        return replace(tree, items=change(tree.items), body=substitute(tree.body, change))
    otherwise = None if tree.otherwise is None else substitute(tree.otherwise, change)
    left, right, body = change(tree.left), change(tree.right), substitute(tree.body, change)
    return replace(tree, left=left, right=right, body=body, otherwise=otherwise)


def _changed(redirects: tuple[Redirect, ...], change: Callable[[str], str]) -> tuple[Redirect, ...]:
    return tuple(replace(item, target=change(item.target)) for item in redirects)


class _Parser:
    """Recursive descent; ``depth`` counts the parentheses that are open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nested = 0

    def rest(self) -> str:
        return self._text[self._at :]

    def skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in BLANKS:
            self._at += 1

    def sequence(self, depth: int) -> Node:
        return self._level(0, depth)

    def _level(self, level: int, depth: int) -> Node:
        operators = ("&", "||", "&&", "|")
        if level == len(operators):
            return self._command(depth)
        left = self._level(level + 1, depth)
        while self._operator() == operators[level]:
            self._at += len(operators[level])
            self.skip_blanks()
            if level == 0 and (not self.rest() or (depth and self.rest()[0] == ")")):
                return left
            left = Binary(operators[level], left, self._level(level + 1, depth))
        return left

    def _operator(self) -> str:
        self.skip_blanks()
        rest = self.rest()
        return rest[:2] if rest[:2] in ("&&", "||") else rest[:1]

    def _command(self, depth: int) -> Node:
        self._nested += 1
        if self._nested > NESTING_LIMIT:
            raise SyntaxFault(INCORRECT)
        try:
            return self._one(depth)
        finally:
            self._nested -= 1

    def _one(self, depth: int) -> Node:
        while self.rest()[:1] and self.rest()[0] in BLANKS + "@":
            self._at += 1
        rest = self.rest()
        if not rest or rest[0] in "&|" or (depth and rest[0] == ")"):
            raise SyntaxFault(f"{self._operator()} was unexpected at this time." if rest else INCORRECT)
        if rest[0] == "(":
            return self._block(depth)
        if re.match(r"(?i)if[\s/(]", rest):
            self._at += 2
            return self._if(depth)
        if re.match(r"(?i)for[\s]", rest):
            self._at += 3
            return self._for(depth)
        return self._simple(depth)

    def _block(self, depth: int) -> Block:
        self._at += 1
        body = self.sequence(depth + 1)
        self.skip_blanks()
        if self.rest()[:1] != ")":
            raise SyntaxFault(INCORRECT)
        self._at += 1
        redirects: list[Redirect] = []
        while match := re.match(r"[ \t]*([012]?)(?=[<>])", self.rest()):
            self._at += match.end()
            redirects.append(self._redirect(match[1]))
        return Block(body, tuple(redirects))

    # ---- if and for -------------------------------------------------------------------------
    def _if(self, depth: int) -> If:
        ignore_case = self._take(r"\s*/i\b")
        wanted = not self._take(r"\s*not\b")
        ignore_case |= self._take(r"\s*/i\b")
        test = next((name for name in ("exist", "errorlevel", "defined") if self._take(rf"\s*{name}\b")), "==")
        left, right = self._word(), ""
        if test == "==":
            match = re.match(rf"\s*(==|(?:{'|'.join(COMPARISONS)})\b)", self.rest(), re.IGNORECASE)
            if match is None:
                raise SyntaxFault(INCORRECT)
            test = match[1].lower()
            self._at += match.end()
            right = self._word()
        body = self.sequence(depth)
        otherwise = self.sequence(depth) if self._take(r"\s*else\b") else None
        return If(test, left, right, wanted, ignore_case, body, otherwise)

    def _for(self, depth: int) -> For:
        switch = options = ""
        if match := re.match(r"(?i)\s*(/[lfd])\b", self.rest()):
            switch = match[1].lower()
            self._at += match.end()
        if switch == "/f" and (match := re.match(r'\s*"([^"]*)"', self.rest())):
            options = match[1]
            self._at += match.end()
        match = re.match(r"(?is)\s*%{1,2}([a-z])\s+in\s*\(((?:\"[^\"]*\"|'[^']*'|[^)\"'])*)\)\s*do\b", self.rest())
        if match is None:
            raise SyntaxFault(INCORRECT)
        self._at += match.end()
        return For(switch, options, match[1], match[2].strip(), self.sequence(depth))

    def _take(self, pattern: str) -> bool:
        match = re.match(pattern, self.rest(), re.IGNORECASE)
        if match:
            self._at += match.end()
        return match is not None

    def _word(self) -> str:
        """One operand of ``if``, quotation marks kept."""
        match = re.match(r'\s*((?:"[^"]*"|(?!==)[^\s"&|()<>])+)', self.rest())
        if match is None:
            raise SyntaxFault(INCORRECT)
        self._at += match.end()
        return match[1]

    # ---- simple commands --------------------------------------------------------------------
    def _simple(self, depth: int) -> Simple:
        kept: list[str] = []
        redirects: list[Redirect] = []
        quoted = False
        while self._at < len(self._text):
            char = self._text[self._at]
            if not quoted and (char in "&|" or (depth and char == ")")):
                break
            self._at += 1
            if char == "^" and not quoted:
                kept.append(self._text[self._at : self._at + 1])
                self._at += 1
            elif char in "<>" and not quoted:
                self._at -= 1
                number = kept.pop() if kept and kept[-1] in "012" and (len(kept) == 1 or kept[-2] in BLANKS) else ""
                redirects.append(self._redirect(number))
            else:
                quoted ^= char == '"'
                kept.append(char)
        return Simple("".join(kept), tuple(redirects))

    def _redirect(self, number: str) -> Redirect:
        """From ``<`` or ``>`` to the end of its target."""
        reads = self._text[self._at] == "<"
        self._at += 1
        append = not reads and self.rest()[:1] == ">"
        self._at += append
        match = re.match(r'[ \t]*(&\d|(?:"[^"]*"?|\^.|[^\s"&|<>()^])+)', self.rest())
        if match is None:
            raise SyntaxFault(INCORRECT)
        self._at += match.end()
        target = re.sub(r"\^(.)", r"\1", match[1].replace('"', ""))
        return Redirect(int(number) if number else (0 if reads else 1), target, append)
