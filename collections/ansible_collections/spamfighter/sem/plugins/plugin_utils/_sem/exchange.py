# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Finding the Exchange group and SEM's resource in it (rules 2 and 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .._cluster.model import Cluster, Group, Resource, ResourceState
from .._plan import Problem
from .profile import GENERIC_SERVICE

PROTECTED = ("Microsoft Exchange",)
SYSTEM_ATTENDANT = "microsoft exchange system attendant"
INFORMATION_STORE = "microsoft exchange information store"
NETWORK_NAME = "Network Name"
STORAGE = 1  # ResourceClass of everything that is a disk, whatever its type (mscluster 2.6)
PHYSICAL_DISK = "Physical Disk"


@dataclass(frozen=True)
class Finding:
    """The group that SEM belongs to. ``group`` None without problems: there is none, and ``note`` says why that
    is fine. ``unprotected``: further Exchange groups that get no SEM (one Windows service serves one resource)."""

    group: Group | None = None
    note: str = ""
    unprotected: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def is_protected(resource: Resource, types: Iterable[str]) -> bool:
    """Whether the resource's registered type begins with one of ``types``."""
    return any(resource.type.lower().startswith(item.lower()) for item in types)


def protected_groups(cluster: Cluster, types: Iterable[str] = PROTECTED) -> tuple[str, ...]:
    """Names of the groups that hold a protected resource."""
    wanted = tuple(types)
    return tuple(sorted({item.group for item in cluster.resources.values() if is_protected(item, wanted)}))


def find_group(cluster: Cluster | None, named: str | None, types: tuple[str, ...] = PROTECTED) -> Finding:
    """The group for SEM. A group named by the admin always wins, whatever its types (rule 2)."""
    if cluster is None:
        return Finding(note="this is not a cluster: SEM is an ordinary service here")
    candidates = protected_groups(cluster, types)
    if named:
        group = cluster.group(named)
        if group is None:
            return _missing(cluster, named)
        others = tuple(item for item in candidates if item.lower() != group.name.lower())
        return Finding(group, unprotected=others)
    if not candidates:
        kinds = " or ".join(repr(item) for item in types)
        note = (
            f"no group of the cluster {cluster.name} holds resources whose type begins with {kinds} (a DAG has none): "
            "SEM is an ordinary service here"
        )
        return Finding(note=note)
    if len(candidates) > 1:
        listed = ", ".join(repr(item) for item in candidates)
        what = f"several groups hold Exchange resources: {listed}"
        advice = "name the one that gets SEM with cluster_group; one service can serve one group only"
        return Finding(problems=(Problem("several_groups", cluster.name, what, advice),))
    group = cluster.group(candidates[0])
    return _missing(cluster, candidates[0]) if group is None else Finding(group)


def _missing(cluster: Cluster, name: str) -> Finding:
    """Never named right, or renamed while the cluster was read."""
    known = ", ".join(repr(item) for item in sorted(cluster.groups))
    advice = f"set cluster_group to one of {known}"
    return Finding(problems=(Problem("group_missing", cluster.name, f"there is no group {name!r}", advice),))


@dataclass(frozen=True)
class Adoption:
    """SEM's resource as it is: ``resource`` None means that it has to be created."""

    resource: Resource | None = None
    note: str = ""
    problems: tuple[Problem, ...] = ()


def find_resource(
    cluster: Cluster, group: Group, name: str, kind: str = GENERIC_SERVICE, service: str | None = None
) -> Adoption:
    """The resource to use (rule 5): ours by name, one of the vendor's own type, or a Generic Service with SEM's
    service. A second resource that runs the service is refused (rule 2)."""
    named = cluster.resource(name)
    adoption = _named(cluster, group, named, kind) if named is not None else _unnamed(cluster, group, kind, service)
    used = adoption.resource.name if adoption.resource else None
    for item in cluster.resources.values():
        if not adoption.problems and item.name != used and _runs(item, service):
            what = f"the service {service} is run by {item.name!r} in the group {item.group!r}"
            advice = "a service can serve one resource only: name that group, or delete that resource"
            return Adoption(problems=(Problem("service_taken", cluster.name, what, advice),))
    return adoption


def _unnamed(cluster: Cluster, group: Group, kind: str, service: str | None) -> Adoption:
    members = cluster.in_group(group.name)
    if kind.lower() != GENERIC_SERVICE.lower():
        own = [item for item in members if item.type.lower() == kind.lower()]
        if len(own) > 1:
            what = f"the group has several resources of the type {kind!r}: {', '.join(item.name for item in own)}"
            return Adoption(
                problems=(Problem("several_resources", group.name, what, "set resource_name to one of them"),)
            )
        if own:
            return Adoption(own[0], note=f"{own[0].name!r} is of the type {kind!r} and is adopted under its own name")
    for item in members:
        if _runs(item, service):
            return Adoption(item, note=f"{item.name!r} runs SEM's service and is adopted under its own name")
    return Adoption()


def _runs(resource: Resource, service: str | None) -> bool:
    if service is None or resource.type.lower() != GENERIC_SERVICE.lower():
        return False
    return str(resource.private.get("ServiceName") or "").lower() == service.lower()


def _named(cluster: Cluster, group: Group, found: Resource, kind: str) -> Adoption:
    if found.group.lower() != group.name.lower():
        what = f"the resource {found.name!r} is in the group {found.group!r}, not in {group.name!r}"
        advice = "rename or delete it, or name its group with cluster_group"
        return Adoption(problems=(Problem("name_taken", cluster.name, what, advice),))
    if found.type.lower() not in (kind.lower(), GENERIC_SERVICE.lower()):
        what = f"the resource {found.name!r} is of type {found.type!r}, not {kind!r}"
        advice = "set resource_type to its type if it is SEM's own, or rename it"
        return Adoption(problems=(Problem("type_differs", cluster.name, what, advice),))
    return Adoption(found)


def exchange_states(cluster: Cluster, types: tuple[str, ...] = PROTECTED) -> dict[str, str]:
    """State and owner of everything that an installer must leave alone (rule 16)."""
    found = {}
    for name in protected_groups(cluster, types):
        group = cluster.group(name)
        owner = group.owner if group else None
        for item in cluster.in_group(name):
            if is_protected(item, types):
                found[item.name] = f"{ResourceState(item.state).name} on {owner}"
    return found


def owned_exchange_groups(cluster: Cluster, node: str, types: tuple[str, ...] = PROTECTED) -> tuple[str, ...]:
    """The Exchange groups that ``node`` owns now; a node that owns any counts as active (rule 20)."""
    found = []
    for name in protected_groups(cluster, types):
        group = cluster.group(name)
        if group is not None and (group.owner or "").lower() == node.lower():
            found.append(group.name)
    return tuple(found)
