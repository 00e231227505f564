# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What one cluster showed, as small frozen data that a cache can keep. It holds no credentials."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from .._cluster.model import Cluster
from .._sem.exchange import find_group


@dataclass(frozen=True, slots=True)
class Member:
    """A node. ``state`` in lower case (up, down, paused, joining, unknown); ``groups``: the groups it owns."""

    name: str
    state: str
    version: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A cluster, as spelled by itself. ``group`` is the one that SEM belongs to, ``problems`` why there is none
    although there are candidates."""

    cluster: str
    instance_id: str
    asked: str  # the address that answered
    members: tuple[Member, ...]
    group: str | None = None
    owner: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The same for every look at one cluster."""
        if self.instance_id:
            return (self.instance_id.lower(),)
        return (self.cluster.lower(), *sorted(member.name.lower() for member in self.members))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No address of a cluster gave a picture; ``why`` says of each what it did."""

    why: str


Answer = Picture | Unanswered


def picture_of(cluster: Cluster, asked: str, named: str | None, types: tuple[str, ...]) -> Picture:
    """``named`` and ``types``: the admin's choice of the group, as for the modules."""
    finding = find_group(cluster, named, types)
    return Picture(
        cluster=cluster.name,
        instance_id=cluster.instance_id,
        asked=asked,
        members=tuple(
            Member(node.name, node.state.name.lower(), node.version, _owned(cluster, node.name))
            for node in sorted(cluster.nodes.values(), key=lambda node: node.name.lower())
        ),
        group=finding.group.name if finding.group else None,
        owner=finding.group.owner if finding.group else None,
        problems=tuple(f"{problem.what}; {problem.advice}" for problem in finding.problems),
    )


def _owned(cluster: Cluster, node: str) -> tuple[str, ...]:
    return tuple(sorted(item.name for item in cluster.groups.values() if (item.owner or "").lower() == node.lower()))


def to_data(picture: Picture) -> dict[str, t.Any]:
    """As JSON can carry it."""
    return asdict(picture)


def from_data(data: object) -> Picture:
    """The reverse. Raises ValueError for what this version of the collection did not write."""
    try:
        values = dict(t.cast("t.Any", data))
        members = tuple(Member(**{**item, "groups": tuple(item["groups"])}) for item in values.pop("members"))
        found = Picture(**{**values, "members": members, "problems": tuple(values["problems"])})
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a kept picture of a cluster: {error}") from error
    texts = [found.cluster, found.instance_id, found.asked, found.group or "", found.owner or "", *found.problems]
    texts += [text for item in members for text in (item.name, item.state, item.version, *item.groups)]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not a kept picture of a cluster: something in it is no text")
    return found
