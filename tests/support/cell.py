"""A cluster of its own in a shared lab: what an end-to-end test works with."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import inventory
from lab.api import Lab
from lab.inventory import Endpoint

from .play import Player, Run

LISTEN_TIMEOUT_S = 10.0
_numbers = itertools.count(1)


@dataclass
class Cell:
    """One cluster and the way to play on it. ``extra`` are further variables of the group ``sem``."""

    lab: Lab
    player: Player
    name: str
    nodes: list[str]
    directory: Path
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def create(cls, lab: Lab, player: Player, directory: Path, nodes: int = 3, **spec: Any) -> Cell:
        """A new cluster of ``nodes`` nodes with names that no other test has."""
        number = next(_numbers)
        name = f"T{number}"
        names = [f"T{number}N{index}" for index in range(1, nodes + 1)]
        spec = {"windows": "windows2008r2", "shape": "exchange2007_scc", **spec}
        lab.add_cluster(name, nodes={item: {} for item in names}, **spec)
        cell = cls(lab, player, name, names, directory)
        cell.endpoints()
        lab.reset_counters()
        return cell

    # ---- the lab ----------------------------------------------------------------------------
    @property
    def facts(self) -> dict[str, Any]:
        return self.lab.cluster(self.name).facts()

    @property
    def owner(self) -> str:
        return str(self.facts["owner"])

    @property
    def passive(self) -> str:
        """A node that does not own the Exchange group."""
        return next(node for node in self.nodes if node != self.owner)

    @property
    def folder(self) -> str:
        return f"{self.facts['disks'][0]['letter']}\\SPAMfighter"

    def add_node(self) -> str:
        name = f"{self.name}N{len(self.nodes) + 1}"
        self.lab.add_node(self.name, name)
        self.nodes.append(name)
        self.endpoints()
        return name

    def admin(self, verb: str, **arguments: Any) -> Any:
        return self.lab.admin(self.name, verb, **arguments)

    def cmd(self, node: str, line: str) -> str:
        """Run a command on a node as the second admin; it has to succeed."""
        result = self.lab.node(node).cmd(line)
        assert result["exit_code"] == 0, (line, result)
        return str(result["stdout"])

    def resource(self, name: str) -> dict[str, Any]:
        found = [item for item in self.lab.cluster(self.name).snapshot()["resources"] if item["name"] == name]
        assert len(found) == 1, name
        return dict(found[0])

    @property
    def writes(self) -> list[dict[str, Any]]:
        """What the client wrote on this cluster and its nodes since the last :meth:`forget`."""
        return self.lab.cluster(self.name).writes()

    def forget(self) -> None:
        self.lab.reset_counters()

    def endpoints(self) -> dict[str, Endpoint]:
        """Where the nodes listen; listeners of new machines open in a moment."""
        end = time.monotonic() + LISTEN_TIMEOUT_S
        while True:
            known = self.lab.endpoints()
            if all(node in known for node in self.nodes):
                return {node: Endpoint(**known[node]) for node in self.nodes}
            assert time.monotonic() < end, "the listeners did not open"
            time.sleep(0.02)

    # ---- ansible ----------------------------------------------------------------------------
    def inventory(self, scheme: str = "http", **variables: Any) -> Path:
        """An inventory of this cluster alone."""
        everything = self.lab.inventory_data()
        shared = everything["all"]["children"]["sem"]["vars"]
        data = inventory.build(
            {self.name: list(self.endpoints().values())}, [], {**shared, **self.extra, **variables}, scheme
        )
        path = self.directory / f"inventory-{scheme}.yml"
        inventory.write(path, data)
        return path

    def plugin_config(self, scheme: str = "http", **options: Any) -> dict[str, Any]:
        """A configuration of the inventory plugin that reads this cluster."""
        shared = self.lab.inventory_data()["all"]["children"]["sem"]["vars"]
        ports = {node: item.https if scheme == "https" else item.http for node, item in self.endpoints().items()}
        nodes = {node: f"{item.address}:{ports[node]}" for node, item in self.endpoints().items()}
        first, *others = nodes.values()
        return {
            "plugin": "spamfighter.sem.cluster",
            "username": shared["ansible_user"],
            "password": shared["ansible_password"],
            "transport": ["ntlm"],
            "ca_trust_path": shared["ansible_winrm_ca_trust_path"],
            "scheme": scheme,
            "clusters": [{"address": first, "nodes": others, "node_addresses": nodes}],
            **options,
        }

    def play(
        self,
        playbook: str | Path = "site.yml",
        *,
        check: bool = False,
        scheme: str = "http",
        variables: Mapping[str, Any] | None = None,
        arguments: Sequence[str] = (),
        verbosity: int = 0,
    ) -> Run:
        path = self.inventory(scheme, **(variables or {}))
        return self.player.play(playbook, path, check=check, arguments=arguments, verbosity=verbosity)

    def host(self, node: str) -> str:
        """The inventory name of a node."""
        return f"{self.name}-{node}".lower()
