"""The layers import only downwards, and the lab and the collection share nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COLLECTION = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem"
UTILS = COLLECTION / "plugins" / "plugin_utils"
LAB = ROOT / "tests" / "lab"
LAYERS = {"_plan": 0, "_wait": 0, "_wsman": 1, "_windows": 2, "_cluster": 3, "_sem": 4}
TOP = 5
PREFIX = "ansible_collections.spamfighter.sem.plugins.plugin_utils"


def layer_of(path: Path) -> int:
    first = path.relative_to(UTILS).parts[0].removesuffix(".py")
    return LAYERS.get(first, TOP)


def imports(path: Path) -> Iterator[str]:
    """Absolute names of everything a file imports, relative ones resolved."""
    package = ".".join((PREFIX, *path.relative_to(UTILS).parts[:-1])) if path.is_relative_to(UTILS) else ""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")
            base = base[: len(base) - (node.level - 1)]
            prefix = ".".join([*base, node.module] if node.module else base)
            yield from ([prefix] if node.module else [f"{prefix}.{alias.name}" for alias in node.names])


def util_files() -> list[Path]:
    return sorted(UTILS.rglob("*.py"))


@pytest.mark.parametrize("path", util_files(), ids=lambda path: str(path.relative_to(UTILS)))
def test_imports_point_downwards(path: Path) -> None:
    for name in imports(path):
        if not name.startswith(PREFIX + "."):
            continue
        imported = name.removeprefix(PREFIX + ".").split(".")[0]
        assert LAYERS.get(imported, TOP) <= layer_of(path), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", util_files(), ids=lambda path: str(path.relative_to(UTILS)))
def test_only_the_top_layer_knows_ansible(path: Path) -> None:
    if layer_of(path) == TOP:
        return
    assert not [name for name in imports(path) if name.split(".")[0] == "ansible"]


def test_the_lab_and_the_collection_share_no_code() -> None:
    for path in LAB.rglob("*.py"):
        assert not [name for name in imports(path) if name.startswith("ansible_collections")], path
    for path in COLLECTION.rglob("*.py"):
        assert not [name for name in imports(path) if name.split(".")[0] == "lab"], path


def test_every_collection_file_names_its_licence() -> None:
    for path in COLLECTION.rglob("*.py"):
        head = path.read_text(encoding="utf-8")[:400]
        assert "SPDX-License-Identifier: GPL-3.0-or-later" in head, path
