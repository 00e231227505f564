"""Every YAML block of a page, every example and the example inventory is what it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from support import pages, tools
from support.play import ROOT

EXAMPLE = ROOT / "inventories" / "production.example"
OF_PLAYBOOKS = {"sem_hosts"}
CONFIG = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
BLOCKS = {block.name: block for block in pages.yaml_blocks()}


def load(name: str) -> Any:
    path = pages.COLLECTION / name
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def kind(content: Any) -> str:
    """What a YAML block is, told by its form; a block of no known kind fails its test."""
    if isinstance(content, list) and all("hosts" in item for item in content):
        return "playbook"
    sections = {name for name, _title in load("changelogs/config.yaml")["sections"]}
    if isinstance(content, dict) and "collections" in content:
        return "requirements"
    if isinstance(content, dict) and "sem" in content:
        return "inventory"
    if isinstance(content, dict) and "plugin" in content:
        return "plugin"  # run by test_inventory_docs.py
    if isinstance(content, dict) and all(name.startswith(("sem_", "ansible_")) for name in content):
        return "variables"
    if isinstance(content, dict) and set(content) <= sections:
        return "fragment"
    raise AssertionError(f"no known kind of YAML: {content!r}")


def check_syntax(path: Path, home: Path) -> None:
    tools.ok(["ansible-playbook", "--syntax-check", "-i", "localhost,", str(path)], home, variables=CONFIG)


def variables_of(path: Path, home: Path) -> dict[str, dict[str, Any]]:
    """The variables of each host, as Ansible reads an inventory."""
    listed = tools.ok(["ansible-inventory", "-i", str(path), "--list"], home, variables=CONFIG)
    found: dict[str, dict[str, Any]] = json.loads(listed)["_meta"]["hostvars"]
    return found


def check_inventory(path: Path, home: Path) -> None:
    """It has a group of nodes, and each of its sem_ variables is one that the roles know."""
    hosts = variables_of(path, home)
    assert hosts
    for given in hosts.values():
        assert "ansible_connection" in given
        check_variables(given)


def check_variables(given: dict[str, Any]) -> None:
    assert {"sem_package", "sem_profile"} <= set(given)
    known = {name for role in ("node", "cluster") for name in load(f"roles/{role}/defaults/main.yml")}
    assert {name for name in given if name.startswith("sem_")} <= known | OF_PLAYBOOKS
    assert set(given["sem_package"]) <= set(arguments.PACKAGE["options"])
    assert set(given["sem_profile"]) <= set(arguments.PROFILE["options"])
    arguments.package({"package": given["sem_package"]})
    arguments.profile({"profile": given["sem_profile"]})


@pytest.mark.parametrize("name", BLOCKS)
def test_block(tmp_path: Path, name: str) -> None:
    path = tmp_path / "block.yml"
    path.write_text(BLOCKS[name].text, encoding="utf-8")
    content = yaml.safe_load(BLOCKS[name].text)
    match kind(content):
        case "playbook":
            check_syntax(path, tmp_path)
        case "inventory":
            check_inventory(path, tmp_path)
        case "variables":
            check_variables(content)
        case "fragment":
            tools.ok(["antsibull-changelog", "lint", str(path)], tmp_path, cwd=pages.COLLECTION)
        case "requirements":
            galaxy = load("galaxy.yml")
            name_and_version = {"name": f"{galaxy['namespace']}.{galaxy['name']}", "version": str(galaxy["version"])}
            assert content["collections"] == [name_and_version]


def test_the_example_inventory_is_usable(tmp_path: Path) -> None:
    check_inventory(EXAMPLE, tmp_path)


def test_an_unknown_variable_in_an_inventory_would_be_seen(tmp_path: Path) -> None:
    content = yaml.safe_load(next(item.text for item in BLOCKS.values() if "ansible_winrm_transport" in item.text))
    content["sem"]["vars"]["sem_packages"] = {}
    path = tmp_path / "hosts.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(AssertionError, match="sem_packages"):
        check_inventory(path, tmp_path)


@pytest.mark.parametrize("module", pages.modules())
def test_examples_load_as_tasks(tmp_path: Path, module: str) -> None:
    tasks = pages.examples(module)
    assert any(f"spamfighter.sem.{module}" in task for task in tasks)
    assert all(task.get("name") for task in tasks)
    check_syntax(pages.play(tasks, tmp_path / "play.yml"), tmp_path)


@pytest.mark.parametrize("path", sorted((pages.COLLECTION / "playbooks").glob("*.yml")), ids=lambda path: path.name)
def test_playbooks_load(tmp_path: Path, path: Path) -> None:
    """Those of the collection, and their twins for the checkout."""
    check_syntax(path, tmp_path)
    check_syntax(ROOT / "playbooks" / path.name, tmp_path)
