"""Turns a topology's YAML into dataclasses, keeping the line for every complaint."""

from __future__ import annotations

from typing import Any

import yaml

from .node.exchange import VERSIONS
from .profiles import PROFILES, UPDATED
from .topology import LISTENERS, ClusterSpec, Credentials, StandaloneSpec, Topology, TopologyError, Wire
from .topology_cluster import CLUSTER_KEYS, MACHINE_KEYS, read_cluster, read_machine


class Reader:
    """Reads composed YAML nodes."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, node: yaml.Node, what: str) -> TopologyError:
        return TopologyError(f"{self.source}:{node.start_mark.line + 1}: {what}")

    def mapping(self, node: yaml.Node, allowed: tuple[str, ...] | None) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, "a mapping is expected here")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if allowed is not None and name not in allowed:
                raise self.fail(key, f"unknown key {name!r}; known are {', '.join(allowed)}")
            if name in found:
                raise self.fail(key, f"key {name!r} stands twice")
            found[name] = value
        return found

    def plain(self, node: yaml.Node) -> Any:
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(node, deep=True)
        finally:
            loader.dispose()

    def choice(self, node: yaml.Node, allowed: tuple[str, ...]) -> str:
        value = str(self.plain(node))
        if value not in allowed:
            raise self.fail(node, f"{value!r} is none of {', '.join(allowed)}")
        return value

    def choices(self, node: yaml.Node, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of words, each of which is known."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, "a list is expected here")
        return tuple(self.choice(item, allowed) for item in node.value)

    def number(self, node: yaml.Node, low: int, high: int) -> int:
        value = self.plain(node)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.fail(node, f"a number from {low} to {high} is expected here")
        return value

    def flag(self, node: yaml.Node) -> bool:
        value = self.plain(node)
        if not isinstance(value, bool):
            raise self.fail(node, "true or false is expected here")
        return value

    # ---- the file ---------------------------------------------------------------------------
    def topology(self, root: yaml.Node) -> Topology:
        keys = ("schema", "seed", "speed", "credentials", "wire", "clusters", "standalone", "faults")
        top = self.mapping(root, keys)
        if "schema" not in top or self.plain(top["schema"]) != 1:
            raise self.fail(root, "schema: 1 is missing")
        clusters = self.mapping(top["clusters"], None) if "clusters" in top else {}
        alone = self.mapping(top["standalone"], None) if "standalone" in top else {}
        topology = Topology(
            seed=int(self.plain(top["seed"])) if "seed" in top else 1,
            credentials=self.credentials(top.get("credentials")),
            wire=self.wire(top.get("wire")),
            clusters=tuple(self.cluster(name, node) for name, node in clusters.items()),
            standalone=tuple(self.standalone(name, node) for name, node in alone.items()),
            faults=tuple(self.plain(top["faults"])) if "faults" in top else (),
            speed=float(self.plain(top["speed"])) if "speed" in top else 100.0,
        )
        names = [name.upper() for name in topology.node_names()]
        if not names:
            raise self.fail(root, "no node: give clusters or standalone")
        if len(names) != len(set(names)):
            raise self.fail(root, "a node name stands twice")
        return topology

    def credentials(self, node: yaml.Node | None) -> Credentials:
        if node is None:
            return Credentials()
        found = self.mapping(node, ("user", "password", "domain"))
        return Credentials(**{key: str(self.plain(value)) for key, value in found.items()})

    def wire(self, node: yaml.Node | None) -> Wire:
        if node is None:
            return Wire()
        found = self.mapping(node, ("listeners", "switches"))
        listeners = Wire.listeners
        if "listeners" in found:
            listeners = tuple(str(item) for item in self.plain(found["listeners"]))
            if not listeners or not set(listeners) <= set(LISTENERS):
                raise self.fail(found["listeners"], f"listeners are some of {', '.join(LISTENERS)}")
        switches = self.plain(found["switches"]) if "switches" in found else {}
        return Wire(listeners, switches)

    # ---- machines ---------------------------------------------------------------------------
    def windows(self, node: yaml.Node, found: dict[str, yaml.Node], what: str) -> str:
        if "windows" not in found:
            raise self.fail(node, f"{what}: windows is missing")
        return self.choice(found["windows"], tuple(PROFILES))

    def cluster(self, name: str, node: yaml.Node) -> ClusterSpec:
        return read_cluster(self, name, node, self.mapping(node, CLUSTER_KEYS))

    def standalone(self, name: str, node: yaml.Node) -> StandaloneSpec:
        found = self.mapping(node, ("windows", "exchange", "clustering", *MACHINE_KEYS))
        windows = self.windows(node, found, f"standalone {name}")
        exchange = PROFILES[windows].exchange
        if "exchange" in found:
            value = self.plain(found["exchange"])
            if not isinstance(value, bool):
                exchange = self.choice(found["exchange"], tuple(VERSIONS))
            elif not value:
                exchange = ""
        clustering = self.flag(found["clustering"]) if "clustering" in found else None
        return StandaloneSpec(name, windows, exchange, clustering, read_machine(self, found, windows in UPDATED))
