"""How cmd and a C program read a line, written from the documented rules alone: it shares nothing with the quoting."""

from __future__ import annotations


class WouldRunMore(AssertionError):
    """A character that cmd itself acts on stands outside quotation marks, or a % anywhere."""


def cmd_passes_on(line: str, *, delayed: bool = False) -> str:
    """What cmd gives to the program: the line itself, when nothing in it means something to cmd.

    Quotation marks hide & | < > ( ) ^ from cmd, but not %, and not ! with delayed expansion; a line end ends it.
    """
    inside = False
    for char in line:
        if char == '"':
            inside = not inside
        elif char in "\r\n\0":
            raise WouldRunMore("the line ends in the middle")
        elif char == "%" or (char == "!" and delayed):
            raise WouldRunMore(f"{char} is expanded")
        elif char in "&|<>()^" and not inside:
            raise WouldRunMore(f"{char} is cmd's")
    if inside:
        raise WouldRunMore("a quotation mark is open: what follows would be quoted too")
    return line


def arguments(line: str) -> list[str]:
    """The argument vector of a C program: backslashes mean something only before a quotation mark, where two are
    one and an odd one makes the mark plain text."""
    found: list[str] = []
    current, inside, started, place = "", False, False, 0
    while place < len(line):
        char = line[place]
        if char == "\\":
            count = len(line) - place - len(line[place:].lstrip("\\"))
            place += count
            if line[place : place + 1] == '"':
                current += "\\" * (count // 2)
                if count % 2:
                    current += '"'
                    place += 1
            else:
                current += "\\" * count
            started = True
        elif char == '"':
            inside, started, place = not inside, True, place + 1
        elif char in " \t" and not inside:
            if started:
                found.append(current)
            current, started, place = "", False, place + 1
        else:
            current, started, place = current + char, True, place + 1
    return [*found, current] if started else found
