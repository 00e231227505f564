"""What cmd.exe and its programs do with text: variables, quotation marks, words."""

from __future__ import annotations

import re
from collections.abc import Callable


def expand_percent(line: str, lookup: Callable[[str], str | None]) -> str:
    """``%NAME%`` replaced; at the command line an unknown name stays as it is written."""

    def value(match: re.Match[str]) -> str:
        found = _modified(match[1], lookup)
        return match[0] if found is None else found

    return re.sub(r"%([^%\r\n]+)%", value, line)


def expand_delayed(text: str, lookup: Callable[[str], str | None]) -> str:
    """``!NAME!`` replaced, when the shell was started with /v:on; unknown names vanish."""
    return re.sub(r"!([^!\r\n]+)!", lambda match: _modified(match[1], lookup) or "", text)


def _modified(name: str, lookup: Callable[[str], str | None]) -> str | None:
    """``NAME``, ``NAME:~start,length`` or ``NAME:from=to`` (``set /?``)."""
    name, colon, change = name.partition(":")
    found = lookup(name)
    if found is None or not colon:
        return found
    if match := re.fullmatch(r"~(-?\d+)(?:,(-?\d+))?", change):
        text = found[int(match[1]) :]
        return text if match[2] is None else text[: int(match[2])]
    old, equals, new = change.partition("=")
    if equals and old:
        return re.sub(re.escape(old), lambda _match: new, found, flags=re.IGNORECASE)
    return None


def strip_outer_quotes(line: str, is_program: Callable[[str], bool], keep: bool = True) -> str:
    """The rule of ``cmd /c`` (``cmd /?``): the quotation marks stay if there are exactly two, with no special
    character and some blank between them, around the name of an executable file. Otherwise a leading one
    goes, and the last one of the line with it. ``keep`` False is ``/s``: they always go."""
    text = line.lstrip()
    if not text.startswith('"'):
        return text
    last = text.rfind('"')
    inside = text[1:last]
    plain = not any(char in inside for char in "&<>()@^|") and any(char in " \t" for char in inside)
    if keep and text.count('"') == 2 and plain and is_program(inside):
        return text
    return text[1:last] + text[last + 1 :] if last > 0 else text[1:]


def words(text: str) -> list[str]:
    """The words of a command as most programs split them: blanks outside quotation marks, quotes dropped."""
    found: list[str] = []
    current: list[str] = []
    quoted = started = False
    for char in text:
        if char == '"':
            quoted = not quoted
            started = True
        elif char in " \t\r\n" and not quoted:
            if started:
                found.append("".join(current))
            current, started = [], False
        else:
            current.append(char)
            started = True
    if started:
        found.append("".join(current))
    return found


def arguments(text: str) -> list[str]:
    """The words as the C run-time splits them for a program: ``\\"`` is a quotation mark and no end of the word, so
    ``"C:\\folder\\"`` swallows what follows (Microsoft: "Parsing C command-line arguments")."""
    found: list[str] = []
    current: list[str] = []
    quoted = started = False
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\" and (match := re.match(r'(\\+)"', text[index:])):
            slashes = len(match[1])
            current.append("\\" * (slashes // 2))
            index += slashes
            started = True
            if slashes % 2:
                current.append('"')
                index += 1
            continue
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
        index += 1
    if started:
        found.append("".join(current))
    return found
