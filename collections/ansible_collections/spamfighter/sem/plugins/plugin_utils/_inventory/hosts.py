# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""From what the clusters showed to hosts and groups. Names that came from a server are checked here."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from .declared import Address, Entry
from .picture import Answer, Member, Picture, Unanswered

ALL, OWNER, PASSIVE, CLUSTER = "sem", "sem_owner", "sem_passive", "sem_cluster_"
VARIABLE = "sem_cluster_node"
# A computer's name: no dot, nothing that a template, a path, a host pattern or a terminal would take for its own.
COMPUTER = re.compile(r"\w[\w-]{0,62}")
NEVER = frozenset({"localhost", "all", "ungrouped", ALL, OWNER, PASSIVE})
# Server releases by version and, from 10.0 on, by build.
RELEASES = {"5.2": "2003", "6.0": "2008", "6.1": "2008 R2", "6.2": "2012", "6.3": "2012 R2"}
BUILDS = {14393: "2016", 17763: "2019", 20348: "2022", 26100: "2025"}


@dataclass(frozen=True)
class Host:
    """``variables`` may hold text from a server: it is data, never a template."""

    name: str
    cluster_group: str
    role: str  # owner | passive | "" where the cluster has no group for SEM
    variables: t.Mapping[str, t.Any]

    @property
    def groups(self) -> tuple[str, ...]:
        return (self.cluster_group, *({"owner": (OWNER,), "passive": (PASSIVE,)}.get(self.role, ())))


@dataclass
class Found:
    """Hosts by cluster group; ``problems`` is what the user should repair, ``notes`` what is worth a word."""

    hosts: list[Host] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build(answers: Iterable[tuple[Entry, Answer]], groups: Collection[str] = (), pass_password: bool = False) -> Found:
    """``groups``: names of groups that other sources have made; no host may be called so."""
    found = Found()
    clusters: dict[tuple[str, ...], str] = {}  # identity -> address of the entry that counts
    taken: dict[str, str] = {}  # group or host -> cluster
    for entry, picture in answers:
        if isinstance(picture, Unanswered):
            found.problems.append(f"the cluster {entry.title} cannot be read: {picture.why}")
            continue
        shown = f"the cluster {picture.cluster!r} ({entry.title})"
        if picture.identity in clusters:
            found.notes.append(f"{shown} was already read through {clusters[picture.identity]}")
            continue
        clusters[picture.identity] = entry.title
        group = group_name(entry.name or picture.cluster)
        if group in taken:
            found.problems.append(f"{shown} and {taken[group]} would both be the group {group}: give one a name")
            continue
        taken[group] = shown
        found.problems += [f"{shown}: {text}" for text in picture.problems]
        for member in picture.members:
            host = _host(entry, picture, member, group, pass_password)
            why = _refusal(member, host.name, taken, groups)
            if why:
                found.problems.append(f"{shown} has a node {member.name!r} that is left out: {why}")
                continue
            taken[host.name] = shown
            found.hosts.append(host)
    return found


def _refusal(member: Member, name: str, taken: t.Mapping[str, str], groups: Collection[str]) -> str:
    """Why a node cannot be a host; empty when it can."""
    if not COMPUTER.fullmatch(member.name):
        return "that cannot be a computer's name"
    if name in NEVER or name in groups or (name.startswith(CLUSTER) and name.isidentifier()):
        return f"{name} means something else in an inventory; set host_pattern"
    if name in taken:
        return f"{name} is already a host of {taken[name]}; set host_pattern for one of the two clusters"
    return ""


def _host(entry: Entry, picture: Picture, member: Member, group: str, pass_password: bool) -> Host:
    name = entry.host_pattern.replace("*", member.name.lower())
    address = entry.node_addresses.get(member.name.lower()) or Address(name)
    role = "" if picture.group is None else "passive"
    if role and (picture.owner or "").lower() == member.name.lower():
        role = "owner"
    variables: dict[str, t.Any] = {**entry.variables, "ansible_host": address.host}
    if address.port is not None:
        variables["ansible_port"] = address.port
    if pass_password and entry.password is not None:
        variables["ansible_password"] = entry.password
    variables[VARIABLE] = {
        "name": member.name,
        "state": member.state,
        "version": member.version,
        "windows": windows(member.version),
        "groups": list(member.groups),
        "role": role,
        "cluster": picture.cluster,
        "cluster_id": picture.instance_id,
        "sem_group": picture.group,
        "asked": picture.asked,
    }
    return Host(name, group, role, variables)


def group_name(text: str) -> str:
    """The group of a cluster, safe whatever the cluster is called."""
    return CLUSTER + re.sub(r"[^a-z0-9_]", "_", text.lower())


def windows(version: str) -> str:
    """The release of Windows Server, such as ``2008 R2``; empty when the version is unknown."""
    match = re.fullmatch(r"(\d+\.\d+)\.(\d{1,9})", version)
    if match is None:
        return ""
    return BUILDS.get(int(match[2]), "") if match[1] == "10.0" else RELEASES.get(match[1], "")
