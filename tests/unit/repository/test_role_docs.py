"""What a role says it takes is what it has, uses and hands to the modules."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import tools
from support.play import ROOT

ROLES = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem" / "roles"
NAMES = sorted(path.name for path in ROLES.iterdir())
VARIABLE = re.compile(r"\bsem_[a-z_]+")
ALONE = re.compile(r"^\{\{ (sem_[a-z_]+)( \| default\(omit, true\))? \}\}$")


def load(role: str, file: str) -> Any:
    return yaml.safe_load((ROLES / role / file).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, Any]:
    found: dict[str, Any] = load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return found


def handed_over(role: str) -> list[tuple[str, str, str, bool]]:
    """(module, option, variable, whether an empty value is left out) of every task of a role."""
    found = []
    for task in load(role, "tasks/main.yml"):
        for key, arguments in task.items():
            if key.startswith("spamfighter.sem."):
                for option, text in (arguments or {}).items():
                    if isinstance(text, str) and (match := ALONE.match(text)):
                        found.append((key.rpartition(".")[2], option, match[1], bool(match[2])))
    return found


@pytest.mark.parametrize("role", NAMES)
def test_the_declared_defaults_are_the_roles(role: str) -> None:
    assert {name: option["default"] for name, option in options(role).items()} == load(role, "defaults/main.yml")


@pytest.mark.parametrize("role", NAMES)
def test_every_declared_variable_is_used_and_every_used_one_declared(role: str) -> None:
    used = set(VARIABLE.findall((ROLES / role / "tasks" / "main.yml").read_text(encoding="utf-8")))
    assert used == set(options(role))


@pytest.mark.parametrize("role", NAMES)
def test_a_variable_means_what_the_modules_option_means(role: str) -> None:
    """Same type, no choice that the module lacks, and the module's own default or none."""
    given = handed_over(role)
    assert given
    for module, name, variable, empty_is_left_out in given:
        plugin = importlib.import_module(f"ansible_collections.spamfighter.sem.plugins.action.{module}")
        taken, declared = plugin.ActionModule.ARGUMENTS[name], options(role)[variable]
        assert (declared["type"], declared.get("elements")) == (taken["type"], taken.get("elements")), variable
        assert set(declared.get("choices") or ()) <= set(taken.get("choices") or ()), variable
        assert bool(declared.get("no_log")) is bool(taken.get("no_log")), variable
        if empty_is_left_out:
            assert (declared["default"], taken.get("default")) == ("", None), variable
        elif variable != "sem_resource_state":  # the role wants SEM running, the module alone does not insist
            assert declared["default"] == taken.get("default"), variable


@pytest.mark.parametrize("role", NAMES)
def test_no_option_of_a_module_is_out_of_reach(role: str) -> None:
    """An admin who uses the roles can set everything but what the role decides itself."""
    decided = {"state", "confirm", "permissions", "log_directory"}
    for task in load(role, "tasks/main.yml"):
        for key, arguments in task.items():
            if key.startswith("spamfighter.sem.") and not (arguments or {}).get("confirm"):
                plugin = importlib.import_module(f"ansible_collections.spamfighter.sem.plugins.action.{key[16:]}")
                assert set(plugin.ActionModule.ARGUMENTS) - set(arguments or ()) <= decided, key


def test_roles_agree_on_the_variables_they_share() -> None:
    first, *others = (options(role) for role in NAMES)
    for other in others:
        shared = set(first) & set(other)
        assert shared
        assert {name: first[name] for name in shared} == {name: other[name] for name in shared}


@pytest.mark.parametrize("role", NAMES)
def test_ansible_doc_renders_the_role(tmp_path: Path, role: str) -> None:
    command = ["ansible-doc", "-t", "role", f"spamfighter.sem.{role}"]
    text = tools.ok(command, tmp_path)
    assert all(f" {name}" in text for name in options(role))
    page = json.loads(tools.ok([*command, "--json"], tmp_path))[f"spamfighter.sem.{role}"]
    assert set(page["entry_points"]["main"]["options"]) == set(options(role))
