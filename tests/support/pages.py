"""What the pages of the repository and of the modules show: fenced code, commands, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .play import ROOT

COLLECTION = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem"
FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
SHELL = ("console", "shell", "sh", "bash")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page that people read: of the repository, the collection, its roles, and the lab's inventory."""
    return sorted(
        path
        for pattern in ("*.md", "docs/*.md", "inventories/**/*.md")
        for path in ROOT.glob(pattern)
        if path.is_file()
    ) + sorted(path for pattern in ("*.md", "roles/*/*.md") for path in COLLECTION.glob(pattern))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, match.start()) + 1, match["language"], match["text"])


def commands(page: Path) -> list[str]:
    """Every command line of a page's shell blocks."""
    return [
        line.strip()
        for block in blocks(page)
        if block.language in SHELL
        for line in block.text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def yaml_blocks() -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.language in ("yaml", "yml")]


def modules() -> list[str]:
    return sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob("*.yml"))


def examples(module: str) -> list[dict[str, Any]]:
    """The tasks of a module's EXAMPLES."""
    page = yaml.safe_load((COLLECTION / "plugins" / "modules" / f"{module}.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = yaml.safe_load(page["EXAMPLES"])
    return found


def play(tasks: list[dict[str, Any]], path: Path) -> Path:
    """A playbook of these tasks for the group ``sem``."""
    content = [{"name": "Examples", "hosts": "sem", "gather_facts": False, "tasks": tasks}]
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def mentions(page: Path) -> list[str]:
    """Command lines named in running text, outside of blocks: `ansible-doc -t role x`."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    tools = r"make|ansible(?:-[a-z]+)?|antsibull-changelog|pip|git|\.ci/run|\.venv/bin/[a-z-]+"
    spans = re.findall(rf"`((?:{tools})(?: [^`]+)?)`", text)
    # A bare name (`ansible-playbook`) speaks of the tool, not of a command to type.
    return [span for span in spans if " " in span or span.startswith(".ci/")]
