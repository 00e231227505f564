"""One cmd.exe as data: its variables, its directory, its streams, and what a program is.

A program is a generator that yields what it waits for: a number of virtual seconds, or ``READ`` for
more standard input; it returns its exit code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from ..machine import WindowsNode

READ = "read"
Wait = float | str
Program = Generator[Wait, None, int]


@dataclass
class Streams:
    """Where a command reads and writes. ``stdin`` is a buffer that may still grow until ``closed``."""

    stdin: bytearray
    out: Callable[[bytes], object]
    err: Callable[[bytes], object]
    is_closed: Callable[[], bool]


@dataclass
class Session:
    """One cmd.exe: its variables, its directory, its standard streams."""

    node: WindowsNode
    environment: dict[str, str]
    directory: str = "C:\\Users\\Administrator"
    codepage: int = 437
    delayed: bool = False
    errorlevel: int = 0
    result: int = 0  # the exit code if the line ended now
    stopped: bool = False
    level: int = 1  # processes above and including this one

    def lookup(self, name: str) -> str | None:
        """A variable's value: its own first, then the dynamic ones (``set /?``)."""
        for key, value in self.environment.items():
            if key.upper() == name.upper():
                return value
        now = self.node.clock.wall()
        dynamic = {
            "ERRORLEVEL": str(self.errorlevel),
            "CD": self.directory,
            "DATE": f"{now:%a %m/%d/%Y}",
            "TIME": f"{now:%H:%M:%S}.00",
        }
        return dynamic.get(name.upper())

    def path(self, text: str) -> str:
        """An absolute path for what was typed."""
        text = text.strip('"').replace("/", "\\")
        if len(text) > 1 and text[1] == ":":
            return text if len(text) > 2 else text + "\\"
        if text.startswith("\\"):
            return self.directory[:2] + text
        return self.directory.rstrip("\\") + "\\" + text

    def encode(self, text: str) -> bytes:
        codec = "utf-8" if self.codepage == 65001 else f"cp{self.codepage}"
        try:
            return text.encode(codec, errors="replace")
        except LookupError:
            return text.encode("cp437", errors="replace")

    def child(self) -> Session:
        """A cmd started by this one. Delayed expansion is not inherited."""
        return Session(self.node, dict(self.environment), self.directory, self.codepage, level=self.level + 1)

    def exists(self, text: str) -> bool:
        """What ``if exist`` asks; wildcards are allowed, and the ``nul`` of an old habit."""
        path = self.path(text)
        folder, _, last = path.rpartition("\\")
        if last.lower() == "nul":
            return self.node.files.is_directory(folder if len(folder) > 2 else folder + "\\")
        if "*" in last or "?" in last:
            return bool(self.glob(text))
        return self.node.files.exists(path)

    def glob(self, text: str) -> list[str]:
        """The files that a pattern matches; a word without wildcards is itself."""
        if "*" not in text and "?" not in text:
            return [text]
        folder, slash, pattern = text.strip('"').rpartition("\\")
        expression = wildcard(pattern)
        files = self.node.files
        where = self.path(folder + slash) if folder or slash else self.directory
        if not files.is_directory(where):
            return []
        return [
            folder + slash + item.name
            for item in files.children(where)
            if not item.directory and expression.fullmatch(item.name)
        ]


def wildcard(pattern: str) -> re.Pattern[str]:
    """``*`` and ``?``; ``*.*`` matches everything, as always."""
    if pattern == "*.*":
        pattern = "*"
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)


CommandTable = Mapping[str, Callable[[Session, str, Streams], Program]]


def split_name(text: str) -> tuple[str, str]:
    """The command's name (without directory of the system and ``.exe``) and the rest of its line."""
    if text.startswith('"'):
        name, _, rest = text[1:].partition('"')
    elif match := re.match(r"(?i)(echo)(?=[.:,;(+\[\]\\/=])", text):
        name, rest = match[1], text[4:]
    else:
        match = re.match(r"(?i)(?:[a-z]:\\|\\|%|\.)[^\s\"]*|[^\s=,;\"/\\]+", text)
        name = match[0] if match else text[:1]
        rest = text[len(name) :]
        if match and "." in name and not name.lower().endswith((".exe", ".bat", ".cmd")) and name[0] != ".":
            first = name.partition(".")[0]
            if first.lower() in ("cd", "dir", "type", "md", "rd"):
                name, rest = first, text[len(first) :]
    lower = name.lower()
    for folder in ("c:\\windows\\system32\\", "c:\\windows\\sysnative\\", "c:\\windows\\"):
        if lower.startswith(folder):
            name = name[len(folder) :]
            break
    return re.sub(r"(?i)\.exe$", "", name), rest
