"""What ansible-doc shows of each module is what its action plugin takes."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from support import tools
from support.play import ROOT

COLLECTION = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem"
MODULES = sorted(path.stem for path in (COLLECTION / "plugins" / "action").glob("*.py"))
KEYS = ("type", "elements", "choices", "default")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The pages of all modules as ansible-doc puts them together, fragments included."""
    names = [f"spamfighter.sem.{name}" for name in MODULES]
    found: dict[str, Any] = json.loads(
        tools.ok(["ansible-doc", "-t", "module", "--json", *names], tmp_path_factory.mktemp("home"))
    )
    return {name.rpartition(".")[2]: page for name, page in found.items()}


def action(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.spamfighter.sem.plugins.action.{name}").ActionModule


def reduced(options: dict[str, Any], inner: str) -> dict[str, Any]:
    """What both a page and an argument spec say of options; ``inner`` is their word for nested ones."""
    found: dict[str, Any] = {}
    for name, option in options.items():
        found[name] = {key: option.get(key) for key in KEYS}
        found[name]["required"] = bool(option.get("required"))
        found[name]["aliases"] = sorted(option.get("aliases", ()))
        found[name]["options"] = reduced(option.get(inner) or {}, inner)
    return found


def test_every_module_has_a_page_and_an_action() -> None:
    assert MODULES
    for suffix in ("py", "yml"):
        assert sorted(path.stem for path in (COLLECTION / "plugins" / "modules").glob(f"*.{suffix}")) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_the_page_has_the_options_of_the_action(pages: dict[str, Any], name: str) -> None:
    assert reduced(pages[name]["doc"]["options"], "suboptions") == reduced(action(name).ARGUMENTS, "options")


@pytest.mark.parametrize("name", MODULES)
def test_every_option_and_result_is_described(pages: dict[str, Any], name: str) -> None:
    def check(path: str, options: dict[str, Any]) -> None:
        for key, option in options.items():
            text = " ".join(option["description"]) if isinstance(option["description"], list) else option["description"]
            assert text.strip().endswith((".", ")")), f"{path}.{key}: {text!r} is no sentence"
            check(f"{path}.{key}", option.get("suboptions") or option.get("contains") or {})

    check(name, pages[name]["doc"]["options"])
    check(name, pages[name]["return"])


@pytest.mark.parametrize("name", MODULES)
def test_attributes_are_true(pages: dict[str, Any], name: str) -> None:
    attributes = pages[name]["doc"]["attributes"]
    assert (attributes["check_mode"]["support"] == "full") is action(name)._supports_check_mode


@pytest.mark.parametrize("name", MODULES)
def test_secrets_are_never_logged(name: str) -> None:
    for option, spec in action(name).ARGUMENTS.items():
        assert bool(spec.get("no_log")) is ("password" in option), option


@pytest.mark.parametrize("name", MODULES)
def test_the_module_file_holds_no_code(name: str) -> None:
    """It exists for ansible-doc and the loader; the code is the action plugin's."""
    text = (COLLECTION / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    assert all(line.startswith("#") for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("name", MODULES)
def test_ansible_doc_renders_the_module(tmp_path: Path, name: str) -> None:
    text = tools.ok(["ansible-doc", "-t", "module", f"spamfighter.sem.{name}"], tmp_path)
    assert f"spamfighter.sem.{name}" in text
    assert all(f" {option}" in text for option in action(name).ARGUMENTS)
    assert "EXAMPLES:" in text
    assert "RETURN VALUES:" in text
