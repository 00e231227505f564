"""Words of the PowerShell language, of which little is understood (about_Quoting_Rules, about_Parsing)."""

from __future__ import annotations

import re
from dataclasses import dataclass

ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
CONSTANTS = {"true": True, "false": False, "null": None}
PUNCTUATION = "|;(),={}."
# Typographic quotation marks are quotation marks too (language specification 2.3.5.2).
SINGLE, DOUBLE = "'\u2018\u2019\u201a\u201b", '"\u201c\u201d\u201e'
BARE_END = " \t\r\n|;(),{}" + SINGLE + DOUBLE


class ScriptError(Exception):
    """A terminating error: the text goes to standard error and the exit code is 1."""


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: word, string, number, constant, parameter (``-Name``), or the punctuation itself."""

    kind: str
    text: str
    value: object = None


def tokens(script: str) -> list[Token]:
    """Raises ScriptError for what is not understood here."""
    found: list[Token] = []
    at = depth = 0
    while at < len(script):
        char = script[at]
        if char in " \t":
            at += 1
        elif char in "\r\n":
            found.append(Token(";", char))
            at += 1
        elif char == "#" and (at == 0 or script[at - 1] in " \t\r\n;"):
            at = (script + "\n").index("\n", at)
        elif char in SINGLE or char in DOUBLE:
            text, at = (_single if char in SINGLE else _double)(script, at + 1)
            found.append(Token("string", text, text))
        elif script.startswith("@{", at):
            found.append(Token("@{", "@{"))
            depth += 1
            at += 2
        elif char in PUNCTUATION and not _lone_dot(script, at):
            depth -= char == "}"
            found.append(Token(char, char))
            at += 1
        else:
            key = depth > 0 or (bool(found) and found[-1].kind == ".")
            token, at = _bare(script, at, key)
            found.append(token)
    return found


def _lone_dot(script: str, at: int) -> bool:
    """A dot that begins a word, such as the local cluster's name; after a parenthesis it asks for a property."""
    return script[at] == "." and at > 0 and script[at - 1] in " \t"


def _single(script: str, at: int) -> tuple[str, int]:
    """Everything is plain; two quotation marks are one, the first."""
    kept: list[str] = []
    while at < len(script):
        char = script[at]
        if char in SINGLE:
            if at + 1 >= len(script) or script[at + 1] not in SINGLE:
                return "".join(kept), at + 1
            at += 1
        kept.append(char)
        at += 1
    raise ScriptError("The string is missing the terminator: '.")


def _double(script: str, at: int) -> tuple[str, int]:
    """A backtick escapes, two quotation marks are one; variables in it are not understood here."""
    kept: list[str] = []
    while at < len(script):
        char = script[at]
        if char == "`" and at + 1 < len(script):
            kept.append(ESCAPES.get(script[at + 1], script[at + 1]))
            at += 2
            continue
        if char in DOUBLE:
            if at + 1 >= len(script) or script[at + 1] not in DOUBLE:
                return "".join(kept), at + 1
            at += 1
        elif char == "$" and re.match(r"[\w({?$^:]", script[at + 1 : at + 2]):
            raise ScriptError(f"The lab's PowerShell expands nothing in a string: {script[at : at + 12]!r}")
        kept.append(char)
        at += 1
    raise ScriptError('The string is missing the terminator: ".')


def _bare(script: str, at: int, key: bool) -> tuple[Token, int]:
    """An unquoted word; a backtick makes the next character plain. ``key``: an equals sign ends it."""
    kept: list[str] = []
    plain = True
    while at < len(script) and script[at] not in BARE_END:
        char = script[at]
        if char == "`" and at + 1 < len(script):
            kept.append(ESCAPES.get(script[at + 1], script[at + 1]))
            plain = False
            at += 2
            continue
        if char == "=" and key:
            break
        kept.append(char)
        at += 1
    text = "".join(kept)
    if plain and text.startswith("$"):
        if text[1:].lower() not in CONSTANTS:
            raise ScriptError(f"The lab's PowerShell knows no variables: {text}")
        return Token("constant", text, CONSTANTS[text[1:].lower()]), at
    if plain and (number := _number(text)) is not None:
        return Token("number", text, number), at
    if plain and re.match(r"-[A-Za-z]", text):
        return Token("parameter", text), at
    if plain and re.search(r"[&<>@%$]", text):
        raise ScriptError(f"The lab's PowerShell does not understand {text!r}")
    return Token("word", text, text), at


def _number(text: str) -> int | None:
    return int(text, 0) if re.fullmatch(r"-?\d{1,18}|0[xX][0-9a-fA-F]{1,16}", text) else None
