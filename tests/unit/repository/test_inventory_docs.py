"""What pages and ansible-doc say of the inventory plugin is what it takes and gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import winrm
import yaml

from ansible_collections.spamfighter.sem.plugins.inventory import cluster
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import OPTIONS
from support import pages, tools
from support.direct import DirectLab
from support.inventory_plugin import NAME, answering, parse, through
from support.play import ROOT

GUIDE = ROOT / "docs" / "inventory.md"
KEYS = ("type", "elements", "choices", "default")
OF_ANSIBLE = {"plugin", "compose", "groups", "keyed_groups", "strict", "use_extra_vars", "leading_separator"}


def shown() -> list[tuple[str, str]]:
    """Every configuration that is shown: (where, text)."""
    examples = [(f"EXAMPLES {number}", text) for number, text in enumerate(cluster.EXAMPLES.split("\n---\n"))]
    blocks = [(block.name, block.text) for block in pages.yaml_blocks() if f"plugin: {NAME}" in block.text]
    return examples + blocks


@pytest.fixture(scope="module")
def lab() -> Iterator[DirectLab]:
    shape = {"windows": "windows2008r2", "shape": "exchange2007_scc"}
    clusters = {"C1": {"N1": {}, "N2": {"state": "down"}, "N3": {}}, "C2": {"N5": {}, "N6": {}}}
    made = DirectLab({"seed": 7, "clusters": {name: {**shape, "nodes": nodes} for name, nodes in clusters.items()}})
    yield made
    made.stop()


@pytest.mark.parametrize("text", [text for _where, text in shown()], ids=[where for where, _text in shown()])
def test_a_configuration_that_is_shown_works(
    lab: DirectLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(winrm, "FEATURE_SUPPORTED_AUTHTYPES", ["kerberos", "ntlm", "ssl"])
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEM_PASSWORD", "geheim")
    content = yaml.safe_load(text)
    assert next(iter(content)) == "plugin"
    wire = answering(text, lab, ["N1", "N5"])
    with through(wire):
        found = parse(tmp_path, text)
    assert found.screen.warnings == []
    assert len(found.hosts) == (3, 5)[len(content["clusters"]) - 1]
    assert len(found.group("sem_owner")) == len(content["clusters"])
    assert {target.secret for target in wire.targets} == {"geheim" if "password" in content else ""}
    for name in content.get("groups", {}):
        assert found.group(name)
    for name in content.get("compose", {}):
        assert all(name in found.variables(host) for host in found.hosts)
    for entry in content.get("keyed_groups", []):
        assert any(name.startswith(f"{entry['prefix']}_") for name in found.data.groups)


def documented() -> dict[str, Any]:
    options: dict[str, Any] = yaml.safe_load(cluster.DOCUMENTATION)["options"]
    return options


def reduced(options: dict[str, Any], inner: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, option in options.items():
        found[name] = {key: option.get(key) for key in KEYS}
        found[name]["required"] = bool(option.get("required"))
        found[name]["inner"] = reduced(option.get(inner) or {}, inner)
    return found


def test_the_page_has_the_options_that_are_taken() -> None:
    page = documented()
    page.pop("plugin")
    assert reduced(page, "suboptions") == reduced(OPTIONS, "options")


def test_every_option_is_described_by_sentences() -> None:
    def check(path: str, options: dict[str, Any]) -> None:
        for key, option in options.items():
            given = option["description"]
            for text in [given] if isinstance(given, str) else given:
                assert text.endswith((".", ")")), f"{path}.{key}: {text!r} is no sentence"
            check(f"{path}.{key}", option.get("suboptions") or {})

    check(NAME, documented())


def test_the_environment_is_named_where_it_counts() -> None:
    named = {name: [item["name"] for item in option.get("env", [])] for name, option in documented().items()}
    guide = GUIDE.read_text(encoding="utf-8")
    for option in ("username", "password"):
        assert named.pop(option) == [f"SPAMFIGHTER_SEM_{option.upper()}"]
        assert f"`SPAMFIGHTER_SEM_{option.upper()}`" in guide
    assert not any(named.values())


def test_the_guide_names_what_a_host_knows_and_nothing_else(lab: DirectLab, tmp_path: Path) -> None:
    with through(answering("clusters: [c1]", lab, ["N1"])):
        known = parse(tmp_path, {"clusters": ["c1"]}).variables("n1")["sem_cluster_node"]
    text = GUIDE.read_text(encoding="utf-8")
    paragraph = text.split("`sem_cluster_node` has ", 1)[1].split("One node tells", 1)[0]
    states = {"up", "down", "paused", "joining", "unknown", "6.1.7601", "2008 R2", "owner", "passive"}
    assert set(re.findall(r"`([^`]+)`", paragraph)) - states == set(known)


def test_numbers_in_the_guide_are_the_defaults() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name in ("connect_timeout_s", "timeout_s", "concurrency"):
        assert f"`{name}` ({OPTIONS[name]['default']})" in text


def test_options_that_the_guide_names_exist() -> None:
    known = {*OPTIONS, *OPTIONS["clusters"]["options"], *OF_ANSIBLE, "cache"}
    for block in pages.blocks(GUIDE):
        content = yaml.safe_load(block.text) if block.language == "yaml" else {}
        if "plugin" in content:
            assert set(content) <= known
            assert {key for item in content["clusters"] if isinstance(item, dict) for key in item} <= known


def test_ansible_doc_renders_the_plugin(tmp_path: Path) -> None:
    text = tools.ok(["ansible-doc", "-t", "inventory", NAME], tmp_path)
    assert all(f" {option}" in text for option in OPTIONS)
    assert "EXAMPLES:" in text
    page = json.loads(tools.ok(["ansible-doc", "-t", "inventory", "--json", NAME], tmp_path))[NAME]
    assert {"cache", "keyed_groups", "compose", "groups", "strict", *OPTIONS} <= set(page["doc"]["options"])
