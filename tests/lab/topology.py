"""The YAML that describes a lab (design: schema 1). Unknown keys are errors with line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SHAPES = ("exchange2003_ap", "exchange2007_scc", "exchange2007_ccr", "exchange_nplus1", "dag", "application")
LISTENERS = ("http", "https")
NODE_STATES = ("up", "paused", "down", "cluster_service_stopped")


class TopologyError(Exception):
    """The topology cannot be used; the message names file, line and key."""


@dataclass(frozen=True)
class NodeSpec:
    name: str
    state: str = "up"


@dataclass(frozen=True)
class ClusterSpec:
    name: str
    windows: str
    shape: str
    nodes: tuple[NodeSpec, ...]
    groups: Mapping[str, Any] = field(default_factory=dict)
    disks: int = 1
    localised: bool = False


@dataclass(frozen=True)
class StandaloneSpec:
    name: str
    windows: str
    exchange: bool = True


@dataclass(frozen=True)
class Credentials:
    user: str = "Administrator"
    password: str = "canary-7Qz'\"&<>%^! pass"
    domain: str = "EXAMPLE"


@dataclass(frozen=True)
class Wire:
    listeners: tuple[str, ...] = ("http", "https")
    switches: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Topology:
    seed: int
    credentials: Credentials
    wire: Wire
    clusters: tuple[ClusterSpec, ...]
    standalone: tuple[StandaloneSpec, ...]
    faults: tuple[Mapping[str, Any], ...] = ()
    speed: float = 100.0

    def node_names(self) -> tuple[str, ...]:
        names = [node.name for cluster in self.clusters for node in cluster.nodes]
        return tuple(names + [server.name for server in self.standalone])


def load(path: Path) -> Topology:
    """Read a topology file.

    Raises:
        TopologyError: not YAML, unknown or missing key, wrong value; with the line number.
    """
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, source: str = "topology") -> Topology:
    """As :func:`load`, from text."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise TopologyError(f"{source}: {error}") from error
    if root is None:
        raise TopologyError(f"{source}: empty")
    return _Reader(source).topology(root)


class _Reader:
    """Turns composed YAML nodes into dataclasses, keeping the line for every complaint."""

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

    def cluster(self, name: str, node: yaml.Node) -> ClusterSpec:
        found = self.mapping(node, ("windows", "shape", "nodes", "groups", "disks", "localised"))
        for needed in ("windows", "shape", "nodes"):
            if needed not in found:
                raise self.fail(node, f"cluster {name}: {needed} is missing")
        nodes = self.mapping(found["nodes"], None)
        if not nodes:
            raise self.fail(found["nodes"], f"cluster {name} has no nodes")
        return ClusterSpec(
            name=name,
            windows=str(self.plain(found["windows"])),
            shape=self.choice(found["shape"], SHAPES),
            nodes=tuple(self.node(key, value) for key, value in nodes.items()),
            groups=self.plain(found["groups"]) if "groups" in found else {},
            disks=int(self.plain(found["disks"])) if "disks" in found else 1,
            localised=bool(self.plain(found["localised"])) if "localised" in found else False,
        )

    def node(self, name: str, node: yaml.Node) -> NodeSpec:
        if isinstance(node, yaml.ScalarNode) and self.plain(node) is None:
            return NodeSpec(name)
        found = self.mapping(node, ("state",))
        return NodeSpec(name, self.choice(found["state"], NODE_STATES) if "state" in found else "up")

    def standalone(self, name: str, node: yaml.Node) -> StandaloneSpec:
        found = self.mapping(node, ("windows", "exchange"))
        if "windows" not in found:
            raise self.fail(node, f"standalone {name}: windows is missing")
        exchange = bool(self.plain(found["exchange"])) if "exchange" in found else True
        return StandaloneSpec(name, str(self.plain(found["windows"])), exchange)
