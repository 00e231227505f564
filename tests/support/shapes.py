"""A whole world made of one cluster, and what a client would see of it without a wire."""

from __future__ import annotations

from typing import Any

import yaml

from lab.cluster import MsClusterProvider
from lab.console import run_line
from lab.contract import Instance, Reference
from lab.topology import parse
from lab.world import World

# Every shape on every Windows that has it, with the fewest nodes that show it.
WINDOWS_OF = {
    "exchange2003_ap": (2, ("windows2003r2",)),
    "exchange2007_scc": (3, ("windows2003r2", "windows2008", "windows2008r2")),
    "exchange2007_ccr": (2, ("windows2003r2", "windows2008", "windows2008r2")),
    "exchange_nplus1": (3, ("windows2003r2", "windows2008", "windows2008r2")),
    "dag": (3, ("windows2008", "windows2008r2", "windows2012r2", "windows2022")),
    "application": (2, ("windows2003r2", "windows2008", "windows2008r2", "windows2012r2", "windows2022")),
}
ALL = [(windows, shape, nodes) for shape, (nodes, known) in WINDOWS_OF.items() for windows in known]


def world(windows: str, shape: str, nodes: int, switches: dict[str, Any] | None = None, **spec: Any) -> World:
    """One cluster C1 of N1, N2, ... at rest. A node can be given by name with its own settings."""
    members = {f"N{number}": {} for number in range(1, nodes + 1)} | spec.pop("members", {})
    cluster = {"windows": windows, "shape": shape, "nodes": members, **spec}
    wire = {"wire": {"switches": switches}} if switches else {}
    return World(parse(yaml.safe_dump({"schema": 1, "clusters": {"C1": cluster}, **wire})))


class Console:
    """Command lines on one node, as a client's shell would run them."""

    def __init__(self, found: World, node: str = "N1") -> None:
        self.world = found
        self.node = found.machines[node]

    def run(self, line: str, seconds: float = 600.0, actor: str = "client") -> tuple[int | None, str, str]:
        """Exit code, standard output, standard error. Insists that it ended within ``seconds`` of virtual time."""
        done = run_line(self.node.shells(), self.world.clock, line, actor=actor, limit_s=seconds)
        assert done.exit_code is not None, f"{line!r} did not end in {seconds} s"
        return done.exit_code, done.stdout.decode(), done.stderr.decode()

    def code(self, line: str, seconds: float = 600.0) -> int | None:
        return self.run(line, seconds)[0]


class Seen:
    """root/MSCluster as one node shows it."""

    def __init__(self, found: World, node: str = "N1") -> None:
        self.provider = MsClusterProvider(found.clusters["C1"], node)
        self.classes = {item.name.removeprefix("MSCluster_"): item for item in self.provider.classes()}

    def all(self, name: str) -> list[Instance]:
        return list(self.provider.instances(self.classes[name]))

    def row(self, name: str, key: str) -> Instance:
        return next(item for item in self.all(name) if item.properties["Name"] == key)

    def links(self, name: str) -> set[tuple[str, str]]:
        found = set()
        for instance in self.all(name):
            ends = [value for value in instance.properties.values() if isinstance(value, Reference)]
            found.add((str(ends[0].keys[0][1]), str(ends[1].keys[0][1])))
        return found

    def properties(self, name: str) -> set[str]:
        return {item.name for item in self.classes[name].properties}

    def methods(self, name: str) -> set[str]:
        return {item.name for item in self.classes[name].methods}

    def call(self, class_name: str, method: str, key: str | None = None, **arguments: Any) -> Any:
        found = self.classes[class_name]
        defined = next(item for item in found.methods if item.name == method)
        return self.provider.invoke(found, defined, {"Name": key} if key else None, arguments)
