"""The part of a topology that describes one cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from .cluster import GroupOptions
from .node.exchange import VERSIONS
from .profiles import UPDATED
from .topology import (
    DISK_KINDS,
    DISK_TYPES,
    NODE_STATES,
    PROGRAMS,
    SHAPES,
    VENDOR_TYPE,
    WITNESSES,
    ClusterSpec,
    MachineSpec,
    NodeSpec,
)

if TYPE_CHECKING:
    from .topology_reader import Reader

Found = dict[str, yaml.Node]
MACHINE_KEYS = ("winrm", "tls", "without", "with")
OPTIONS = ("groups", "disks", "disk_type", "databases", "localised", "witness", "access_point")
CLUSTER_KEYS = ("windows", "shape", "nodes", *OPTIONS, "vendor_type", "exchange", "application", *MACHINE_KEYS)
TLS = ("1.0", "1.1", "1.2", "1.3")
MOST_DISKS = 12
WITHOUT_DISKS = ("dag", "exchange2007_ccr")


def read_machine(read: Reader, found: Found, updated: bool) -> MachineSpec:
    """``updated``: this Windows got WinRM 2.0 by an update, so it can be without it."""
    winrm = read.choice(found["winrm"], ("1.1", "2.0")) if "winrm" in found else None
    if winrm is not None and not updated:
        raise read.fail(found["winrm"], f"winrm can be chosen on {', '.join(UPDATED)}")
    return MachineSpec(
        winrm=winrm,
        tls=read.choice(found["tls"], TLS) if "tls" in found else None,
        without=read.choices(found["without"], PROGRAMS) if "without" in found else (),
        extra=read.choices(found["with"], PROGRAMS) if "with" in found else (),
    )


def read_cluster(read: Reader, name: str, node: yaml.Node, found: Found) -> ClusterSpec:
    windows = read.windows(node, found, f"cluster {name}")
    for needed in ("shape", "nodes"):
        if needed not in found:
            raise read.fail(node, f"cluster {name}: {needed} is missing")
    members = read.mapping(found["nodes"], None)
    if not members:
        raise read.fail(found["nodes"], f"cluster {name} has no nodes")
    spec = ClusterSpec(
        name=name,
        windows=windows,
        shape=read.choice(found["shape"], SHAPES),
        nodes=tuple(_node(read, key, value, windows in UPDATED) for key, value in members.items()),
        groups=_groups(read, found["groups"], tuple(members)) if "groups" in found else {},
        disks=_disks(read, found["disks"]) if "disks" in found else 1,
        disk_type=read.choice(found["disk_type"], DISK_TYPES) if "disk_type" in found else "physical",
        databases=read.number(found["databases"], 0, 50) if "databases" in found else 2,
        localised=read.flag(found["localised"]) if "localised" in found else False,
        witness=read.choice(found["witness"], WITNESSES) if "witness" in found else None,
        access_point=read.flag(found["access_point"]) if "access_point" in found else True,
        vendor_type=_vendor(read, found["vendor_type"]) if "vendor_type" in found else None,
        exchange=read.choice(found["exchange"], tuple(VERSIONS)) if "exchange" in found else None,
        application=_application(read, found["application"]) if "application" in found else {},
        machine=read_machine(read, found, windows in UPDATED),
    )
    _check(read, found, spec)
    return spec


def _node(read: Reader, name: str, node: yaml.Node, updated: bool) -> NodeSpec:
    if isinstance(node, yaml.ScalarNode) and read.plain(node) is None:
        return NodeSpec(name)
    found = read.mapping(node, ("state", *MACHINE_KEYS))
    state = read.choice(found["state"], NODE_STATES) if "state" in found else "up"
    own = set(found) & set(MACHINE_KEYS)
    return NodeSpec(name, state, read_machine(read, found, updated) if own else None)


def _groups(read: Reader, node: yaml.Node, members: tuple[str, ...]) -> dict[int, GroupOptions]:
    """``group``, ``group2``, ...: the first mail server or application, the second, ..."""
    from .cluster.shapes.builder import ROLES

    made: dict[int, GroupOptions] = {}
    allowed = ("group", *(f"group{number}" for number in range(2, 16)))
    for key, value in read.mapping(node, allowed).items():
        found = read.mapping(value, ("name", "owner", "preferred", "possible_owners"))
        owners = read.mapping(found["possible_owners"], ROLES) if "possible_owners" in found else {}
        made[int(key.removeprefix("group") or 1) - 1] = GroupOptions(
            name=str(read.plain(found["name"])) if "name" in found else None,
            owner=read.choice(found["owner"], members) if "owner" in found else None,
            preferred=read.choices(found["preferred"], members) if "preferred" in found else None,
            possible_owners={role: read.choices(item, members) for role, item in owners.items()},
        )
    return made


def _disks(read: Reader, node: yaml.Node) -> int | tuple[str, ...]:
    if isinstance(node, yaml.ScalarNode):
        return read.number(node, 1, MOST_DISKS)
    kinds = read.choices(node, DISK_KINDS)
    if not kinds or kinds[0] != "letter":
        raise read.fail(node, "the first disk needs a letter: the others are mounted in its folders")
    return kinds


def _vendor(read: Reader, node: yaml.Node) -> str | None:
    value = read.plain(node)
    if isinstance(value, bool):
        return VENDOR_TYPE if value else None
    return str(value)


def _application(read: Reader, node: yaml.Node) -> dict[str, str]:
    return {key: str(read.plain(value)) for key, value in read.mapping(node, ("type", "service")).items()}


def _check(read: Reader, found: Found, spec: ClusterSpec) -> None:
    """Refuse what no Windows has."""
    from .cluster import ClusterVersion, compatible, groups_of

    version = ClusterVersion.of_profile(spec.windows)
    why = compatible(spec.shape, version, len(spec.nodes))
    if why is not None:
        raise read.fail(found["shape"], f"cluster {spec.name}: {why} ({spec.windows})")
    if not spec.access_point and not version.without_access_point:
        raise read.fail(found["access_point"], "a cluster without an access point needs windows2012r2 or later")
    if spec.groups and max(spec.groups) >= groups_of(spec.shape, len(spec.nodes)):
        raise read.fail(found["groups"], f"the shape {spec.shape} has no such group here")
    if spec.exchange is not None and (spec.shape != "dag" or spec.exchange < "2010"):
        raise read.fail(found["exchange"], "a dag has Exchange 2010 or later, and no other shape a choice")
    if spec.witness == "disk" and spec.shape in WITHOUT_DISKS:
        raise read.fail(found["witness"], f"the shape {spec.shape} shares no disk")
    if "disks" in found and spec.shape in WITHOUT_DISKS:
        raise read.fail(found["disks"], f"the shape {spec.shape} shares no disk")
    if spec.application and spec.shape != "application":
        raise read.fail(found["application"], "only the shape application has one")
