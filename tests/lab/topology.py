"""The YAML that describes a lab (design: schema 1). Unknown keys are errors with line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .cluster import GroupOptions

SHAPES = ("exchange2003_ap", "exchange2007_scc", "exchange2007_ccr", "exchange_nplus1", "dag", "application")
LISTENERS = ("http", "https")
NODE_STATES = ("up", "paused", "down", "cluster_service_stopped")
PROGRAMS = ("cluster", "powershell", "failoverclusters", "robocopy")
DISK_KINDS = ("letter", "mount_point")
DISK_TYPES = ("physical", "third_party")
WITNESSES = ("disk", "share", "none")
VENDOR_TYPE = "SPAMfighter Exchange Module"


class TopologyError(Exception):
    """The topology cannot be used; the message names file, line and key."""


@dataclass(frozen=True)
class MachineSpec:
    """How a server differs from its Windows as delivered. ``winrm`` "1.1": without the update KB968930 (2003, 2008).
    ``without`` and ``extra`` (in YAML ``with``) are programs."""

    winrm: str | None = None
    tls: str | None = None
    without: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeSpec:
    name: str
    state: str = "up"
    machine: MachineSpec | None = None  # None: the cluster's


@dataclass(frozen=True)
class ClusterSpec:
    """``disks``: of each group, how many or of which kinds (letter, mount_point). ``witness`` None: the shape's own.
    ``application``: the fictional application's type and service."""

    name: str
    windows: str
    shape: str
    nodes: tuple[NodeSpec, ...]
    groups: Mapping[int, GroupOptions] = field(default_factory=dict)
    disks: int | tuple[str, ...] = 1
    disk_type: str = "physical"
    databases: int = 2
    localised: bool = False
    witness: str | None = None
    access_point: bool = True
    vendor_type: str | None = None
    exchange: str | None = None
    application: Mapping[str, str] = field(default_factory=dict)
    machine: MachineSpec = field(default_factory=MachineSpec)


@dataclass(frozen=True)
class StandaloneSpec:
    """``exchange``: a version, "" for none. ``clustering``: the feature is there, without a cluster; None: as the
    Windows comes."""

    name: str
    windows: str
    exchange: str = ""
    clustering: bool | None = None
    machine: MachineSpec = field(default_factory=MachineSpec)


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
    from .topology_reader import Reader

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise TopologyError(f"{source}: {error}") from error
    if root is None:
        raise TopologyError(f"{source}: empty")
    return Reader(source).topology(root)
