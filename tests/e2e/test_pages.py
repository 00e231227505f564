"""Every command that a page shows works: it is run on a cluster in the lab, or shown to exist."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from lab import inventory
from support import pages, tools
from support.cell import Cell
from support.play import ROOT

MAKE = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
VERSION = "0.1.0"
PAGES = [page for page in pages.pages() if pages.commands(page)]
MENTIONED = sorted({mention for page in pages.pages() for mention in pages.mentions(page)})


@dataclass
class Reader:
    """Somebody who follows a page: in a directory with an inventory, or in the checkout for ``.venv/bin``."""

    cell: Cell
    directory: Path

    def follow(self, command: str) -> str:
        """Run or check one command line; its output. Fails on a command that nothing here knows."""
        words = shlex.split(command)
        program = next(word for word in words if "=" not in word)
        if program == "make":
            assert words[1] in MAKE.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
        elif program == ".ci/run":
            assert os.access(ROOT / program, os.X_OK)
        elif words[:2] == ["pip", "install"]:
            assert words[2] in (pages.COLLECTION / "requirements.txt").read_text(encoding="utf-8").splitlines()
        elif words[:4] == ["ansible-galaxy", "collection", "install", "spamfighter.sem"]:
            galaxy = yaml.safe_load((pages.COLLECTION / "galaxy.yml").read_text(encoding="utf-8"))
            assert (galaxy["namespace"], galaxy["name"]) == ("spamfighter", "sem")  # it is not published yet
        elif words[:2] in (["antsibull-changelog", "release"], ["ansible-test", "sanity"]):
            return self._run(f"{command} --help", self.directory, {})  # make sanity runs the latter
        elif program.startswith(".venv/bin/"):
            return self._in_the_checkout(command)
        elif program in ("ansible-playbook", "ansible-galaxy", "ansible-doc", "ansible-inventory"):
            output = self._run(command, self.directory, {})
            assert output.strip(), f"{command} says nothing"  # as ansible-doc does of an unknown role
            return output
        else:
            raise AssertionError(f"no test knows the command {command!r}")
        return ""

    def _in_the_checkout(self, command: str) -> str:
        assert ".work/lab" in command or "ansible-playbook" in command
        command = command.replace(".venv/bin/", f"{tools.BIN}/").replace(".work/lab", str(self.cell.lab.directory))
        inventory = self.cell.inventory()
        config = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_INVENTORY": str(inventory)}
        return self._run(command, ROOT, config)

    def _run(self, command: str, cwd: Path, variables: dict[str, str]) -> str:
        return tools.ok(["bash", "-c", command], self.directory / "home", cwd, variables)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the collection, as ``make build`` makes it."""
    directory = tmp_path_factory.mktemp("build")
    command = ["ansible-galaxy", "collection", "build", str(pages.COLLECTION), "--output-path", str(directory)]
    tools.ok(command, directory / "home")
    return directory / f"spamfighter-sem-{VERSION}.tar.gz"


@pytest.fixture
def reader(cell: Cell, built: Path, tmp_path: Path) -> Reader:
    directory = tmp_path / "reader"
    (directory / "build").mkdir(parents=True)
    (directory / "build" / built.name).write_bytes(built.read_bytes())
    (directory / "inventory.yml").write_bytes(cell.inventory().read_bytes())
    plugin_inventory(cell, directory)
    return Reader(cell, directory)


def plugin_inventory(cell: Cell, directory: Path) -> None:
    """``mail.sem.yml``, the inventory plugin's configuration for the cluster, and the variables beside it."""
    shared = cell.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    (directory / "mail.sem.yml").write_text(yaml.safe_dump(cell.plugin_config()), encoding="utf-8")
    kept = {name: value for name, value in shared.items() if name.startswith("sem_") or name == "ansible_password"}
    inventory.write(directory / "group_vars" / "sem.yml", kept)


def installed(reader: Reader) -> None:
    """The collection in the reader's own HOME, far from the checkout."""
    reader.follow(f"ansible-galaxy collection install build/spamfighter-sem-{VERSION}.tar.gz")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_in_their_order(reader: Reader, page: Path) -> None:
    if not any("install build/" in command for command in pages.commands(page)):
        installed(reader)
    outputs = [(command, reader.follow(command)) for command in pages.commands(page)]
    for command, output in outputs:
        if "ansible-playbook" in command:
            assert output.count("failed=0") == len(reader.cell.nodes), command
        if "install build/" in command:
            assert "installed successfully" in output
        if "ansible-inventory" in command:
            assert all(node.lower() in output for node in reader.cell.nodes), command
        if " ctl " in command:
            assert output.strip(), command
    played = [command for command, _output in outputs if "site" in command and "--check" not in command]
    resources = {item["name"] for item in reader.cell.lab.cluster(reader.cell.name).snapshot()["resources"]}
    assert ("SPAMfighter Cluster Instance" in resources) is bool(played)


@pytest.mark.parametrize("command", MENTIONED)
def test_commands_in_running_text(reader: Reader, command: str) -> None:
    installed(reader)
    reader.follow(command)


@pytest.mark.parametrize(
    "command", ["make nothing", "pip install left-pad", "sem --install", "ansible-doc -t role x.y.z"]
)
def test_a_command_that_does_not_work_is_noticed(reader: Reader, command: str) -> None:
    with pytest.raises(AssertionError):
        reader.follow(command)


@pytest.mark.parametrize(
    "block", [item for item in pages.yaml_blocks() if "roles" in item.page.parts], ids=lambda item: item.name
)
def test_the_play_of_a_roles_page_runs(cell: Cell, tmp_path: Path, block: pages.Block) -> None:
    """With the lab's package in place of the one that the page invents."""
    path = tmp_path / "play.yml"
    path.write_text(block.text, encoding="utf-8")
    package = cell.lab.inventory_data()["all"]["children"]["sem"]["vars"]["sem_package"]
    arguments = ["-e", yaml.safe_dump({"sem_package": package}, default_flow_style=True, width=10_000).strip()]
    assert any(cell.play(path, arguments=arguments).ok().changed.values())
    assert not any(cell.play(path, arguments=arguments).ok().changed.values())
