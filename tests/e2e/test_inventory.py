"""The inventory plugin in the real ansible-inventory and ansible-playbook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from lab import inventory
from lab.api import Lab
from lab.topology import Credentials
from support import pages, tools
from support.cell import Cell
from support.play import ROOT, Player, Run

CLUSTERS = 50
SHAPE = {"windows": "windows2008r2", "shape": "exchange2007_scc"}
EVIL = "{{ 7 * 7 }}"
ACCOUNT = Credentials()
CANARY = "canary-"  # how every password here begins
CONFIG = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}


def _plain(value: dict[str, Any]) -> Any:
    """Text that is no template is shown as an object, so that it stays so for whoever reads it."""
    return value.get("__ansible_unsafe", value)


@dataclass
class Fleet:
    """A lab of many clusters, and a place for configurations and what Ansible leaves behind."""

    lab: Lab
    directory: Path

    def address(self, node: str) -> str:
        item = self.lab.ready["nodes"][node]
        return f"{item['address']}:{item['http']}"

    def config(self, clusters: list[Any], password: str = "", **options: Any) -> Path:
        """``password``: YAML for it; as in a vault when it is not given."""
        content = {"plugin": "spamfighter.sem.cluster", "scheme": "http", "transport": ["ntlm"]}
        content |= {"username": ACCOUNT.user, "clusters": clusters, **options}
        path = self.directory / "fleet.sem.yml"
        text = yaml.safe_dump(content, sort_keys=False)
        path.write_text(text + f"password: {password or self.vaulted(ACCOUNT.password)}\n", encoding="utf-8")
        return path

    def vaulted(self, secret: str) -> str:
        key = b"the vault's own"
        (self.directory / "vault").write_bytes(key)
        text = VaultLib([("default", VaultSecret(key))]).encrypt(secret.encode()).decode()
        return "!vault |\n" + "".join(f"  {line}\n" for line in text.splitlines())

    def inventory(self, path: Path, *arguments: str, rc: int = 0, **variables: str) -> str:
        """The output of ansible-inventory, standard error included."""
        command = ["ansible-inventory", "-i", str(path), "--vault-password-file", str(self.directory / "vault")]
        done = tools.run([*command, *arguments], self.directory / "home", ROOT, {**CONFIG, **variables})
        assert done.returncode == rc, done.stdout + done.stderr
        return done.stdout + done.stderr

    def listed(self, path: Path, *arguments: str) -> dict[str, Any]:
        output = self.inventory(path, "--list", *arguments)
        decoder = json.JSONDecoder(object_hook=_plain)
        found: dict[str, Any] = decoder.raw_decode(output[output.index("{") :])[0]
        return found

    def left_behind(self) -> str:
        files = [path for path in (self.directory / "home").rglob("*") if path.is_file()]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    clusters: dict[str, Any] = {f"C{number}": {**SHAPE, "nodes": {f"C{number}A": {}}} for number in range(CLUSTERS)}
    clusters["MailCluster"] = {**SHAPE, "nodes": {"N1": {}, "N2": {}, "N3": {"state": "down"}}}
    clusters[EVIL] = {**SHAPE, "nodes": {"X1": {}, "{{ 8 * 8 }}": {}}}
    topology = {"schema": 1, "seed": 7, "wire": {"listeners": ["http"]}, "clusters": clusters}
    with Lab.start(topology, tmp_path_factory.mktemp("fleet")) as lab:
        yield lab


@pytest.fixture
def fleet(running: Lab, tmp_path: Path) -> Fleet:
    running.reset_counters()
    return Fleet(running, tmp_path)


def test_fifty_clusters_cost_one_login_each_and_nobody_else_is_asked(fleet: Fleet) -> None:
    asked = [f"C{number}A" for number in range(CLUSTERS)] + ["N2"]
    first = {"address": fleet.address("N2"), "host_pattern": "*.example.com"}
    clusters = [first, *map(fleet.address, asked[:-1])]
    path = fleet.config(clusters, cache=True, cache_plugin="jsonfile", timeout_s=600)
    kept = {"ANSIBLE_INVENTORY_CACHE_CONNECTION": str(fleet.directory / "cache")}
    output = fleet.inventory(path, "--graph", **kept)
    counters = {node: fleet.lab.node(node).counters for node in (*asked, "N1", "X1")}
    assert {(counters[node].authentications, counters[node].shells) for node in asked} == {(1, 0)}
    requests = {counters[node].requests for node in asked}
    assert max(requests) - min(requests) <= 2  # as many; enumerations of one item end a request earlier
    assert max(requests) <= 30
    assert all(counters[node].writes == 0 for node in counters)
    assert [counters[node].requests for node in ("N1", "X1")] == [0, 0]
    for number in range(CLUSTERS):
        assert f"  |  |--@sem_cluster_c{number}:\n  |  |  |--c{number}a\n" in output
    guide = next(item.text for item in pages.blocks(ROOT / "docs" / "inventory.md") if item.language == "text")
    for line in guide.splitlines():
        assert line in output.splitlines()

    assert fleet.inventory(path, "--graph", **kept) == output
    assert {node: fleet.lab.node(node).counters for node in counters} == counters
    cache = "".join(item.read_text(encoding="utf-8") for item in (fleet.directory / "cache").iterdir())
    assert "MailCluster" in cache
    assert CANARY not in cache
    assert ACCOUNT.user not in cache


def test_a_node_that_is_down_is_a_host_with_its_state(fleet: Fleet) -> None:
    """Read through a node, since neither the first address nor the second answers."""
    nodes = [fleet.address("N3"), fleet.address("N1")]
    path = fleet.config([{"address": "127.0.0.1:1", "nodes": nodes, "node_addresses": {"N3": nodes[0]}}])
    found = fleet.listed(path)
    hosts = found["_meta"]["hostvars"]
    assert sorted(hosts) == ["n1", "n2", "n3"]
    down = hosts["n3"]
    assert {"host": down["ansible_host"], "port": down["ansible_port"]} == _endpoint(nodes[0])
    assert down["sem_cluster_node"]["state"] == "down"
    assert "ansible_password" not in down
    assert found["sem_owner"]["hosts"] == [fleet.lab.cluster("MailCluster").facts()["owner"].lower()]


def _endpoint(address: str) -> dict[str, Any]:
    host, _, port = address.partition(":")
    return {"host": host, "port": int(port)}


def test_hostile_names_are_shown_and_never_run(fleet: Fleet) -> None:
    canary = fleet.directory / "run"
    group = "{{ lookup('ansible.builtin.pipe', 'touch " + str(canary) + "') }}"
    before = fleet.lab.cluster(EVIL).facts()["exchange_group"]
    fleet.lab.admin(EVIL, "rename_group", name=before, new_name=group)
    try:
        run = debugged(fleet, ["sem_group", "cluster", "groups[0]", "name"])
    finally:
        fleet.lab.admin(EVIL, "rename_group", name=group, new_name=before)
    assert not canary.exists()
    assert {item.host for item in run.results} == {"x1"}
    assert [item.result["msg"] for item in run.results] == [group, EVIL, group, "X1", f"copied {EVIL}"]
    assert "has a node '{{ 8 * 8 }}' that is left out" in " ".join(run.output.split())


def debugged(fleet: Fleet, fields: list[str]) -> Run:
    """A play that shows what the inventory says of the hostile cluster, also through ``compose``."""
    path = fleet.config([fleet.address("X1")], compose={"copied": "'copied ' ~ sem_cluster_node.cluster"}, strict=True)
    shown = [f"sem_cluster_node.{field}" for field in fields] + ["copied"]
    tasks = [
        {"name": f"Show {item}", "ansible.builtin.debug": {"msg": "{{ " + item + " }}"}, "delegate_to": "localhost"}
        for item in shown
    ]
    play = pages.play(tasks, fleet.directory / "show.yml")
    arguments = ["--vault-password-file", str(fleet.directory / "vault")]
    return Player(fleet.directory / "home").play(play, path, arguments=arguments).ok()


def test_no_secret_at_the_highest_verbosity(fleet: Fleet) -> None:
    logged = {"ANSIBLE_LOG_PATH": str(fleet.directory / "home" / "ansible.log")}
    path = fleet.config([fleet.address("N1")])
    outputs = [fleet.inventory(path, "--list", "-vvvvv", **logged)]
    assert '"n1"' in outputs[0]
    path = fleet.config([fleet.address("N1")], f"{CANARY}wrong", unreachable="fail")
    outputs.append(fleet.inventory(path, "--list", "-vvvvv", rc=1, **logged))
    assert "the node refused the credentials (401)" in " ".join(outputs[1].split())
    path = fleet.config([{"address": fleet.address("N1"), "port": "many", "password": f"{CANARY}own"}], f"{CANARY}top")
    outputs.append(fleet.inventory(path, "--list", "-vvvvv", rc=1, **logged))
    assert "port" in outputs[2]
    assert [output for output in outputs if CANARY in output] == []
    assert CANARY not in fleet.left_behind()


def test_the_inventory_drives_site_yml(cell: Cell) -> None:
    """Over TLS that is validated, from one address; the variables of SEM stand beside the file."""
    directory = cell.directory / "inventory"
    directory.mkdir()
    path = directory / "mail.sem.yml"
    path.write_text(yaml.safe_dump(cell.plugin_config("https")), encoding="utf-8")
    shared = cell.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    own = {name: value for name, value in shared.items() if name.startswith("sem_") or name == "ansible_password"}
    inventory.write(directory / "group_vars" / "sem.yml", own)
    first = cell.player.play("site.yml", path).ok()
    assert sorted(first.stats) == [node.lower() for node in cell.nodes]
    assert any(first.changed.values())
    assert cell.resource("SPAMfighter Cluster Instance")["state"] == "ONLINE"
    cell.forget()
    again = cell.player.play("site.yml", path).ok()
    assert not any(again.changed.values())
    assert cell.writes == []
