# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""SEM's cluster resource: how it has to be, and the steps there in their order (rules 5 to 10)."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .._cluster.model import Cluster, Group, GroupState, NodeState, Resource, ResourceState, RestartPolicy
from .._plan import Change, Plan, Problem
from .exchange import (
    INFORMATION_STORE,
    NETWORK_NAME,
    PROTECTED,
    SYSTEM_ATTENDANT,
    is_protected,
)
from .profile import GENERIC_SERVICE, UNKNOWN_SERVICE

State = t.Literal["present", "online", "offline", "absent"]
RESTART_WITHOUT_FAILOVER = 1


@dataclass(frozen=True)
class InstanceWanted:
    """Times in ms, as the cluster has them. ``disk``: the resource that holds the folder. ``checkpoint``: a key
    below HKLM. ``service``: SEM's short service name."""

    state: State
    name: str
    resource_type: str
    service: str
    restart: RestartPolicy
    pending_timeout_ms: int
    disk: str | None
    checkpoint: str | None
    depends_on: t.Literal["required", "all"] = "required"
    use_network_name: bool = False
    protected_types: tuple[str, ...] = PROTECTED


@dataclass(frozen=True)
class InstanceSeen:
    """``resource`` None: not there yet. ``settings_key``: whether the checkpoint's key exists on the owner; None:
    this node is not the owner and cannot know."""

    cluster: Cluster
    group: Group
    resource: Resource | None
    settings_key: bool | None

    @property
    def name(self) -> str:
        return self.resource.name if self.resource else ""


def plan_instance(wanted: InstanceWanted, seen: InstanceSeen) -> Plan:
    """Every step for ``wanted.state``, in the order of rule 6. Offline comes first: the cluster refuses some changes
    of a resource that is online."""
    if wanted.state == "absent" and seen.resource is None:
        return Plan(notes=("the resource is not there",))
    problems = tuple(_problems(wanted, seen))
    if problems:
        return Plan(problems=problems)
    if seen.resource is not None and wanted.state == "absent":
        return _plan_absent(seen.resource)
    providers = wanted_providers(wanted, seen)
    name = seen.name or wanted.name
    plan = _plan_offline(seen.resource) if wanted.state == "offline" else Plan()
    plan += _plan_properties(wanted, seen, name)
    plan += _plan_dependencies(seen, name, providers)
    plan += _plan_owners(seen, name)
    plan += _plan_checkpoint(wanted, seen, name)
    return plan + _plan_state(wanted, seen, name, providers)


# ---- preconditions ------------------------------------------------------------------------------
def _problems(wanted: InstanceWanted, seen: InstanceSeen) -> Iterable[Problem]:
    where = seen.group.name
    members = seen.cluster.in_group(where)
    # A failed resource hides the pending ones from the group's state (mscluster 6.2).
    pending = [item.name for item in members if item.state.pending]
    if seen.group.state == GroupState.PENDING or pending:
        what = f"the group {where!r} is changing its state right now ({', '.join(pending) or 'it is pending'})"
        yield Problem("group_pending", where, what, "wait until the group has settled, then run this again")
    depending = seen.cluster.dependents(seen.name) if seen.name else frozenset()
    if depending:
        what = f"{', '.join(sorted(depending))} depend on {seen.name!r} and would go down with it"
        yield Problem("depended_on", seen.name, what, "remove these dependencies: nothing may depend on SEM")
    if wanted.state == "absent":
        return
    if seen.name in seen.cluster.or_dependencies:
        advice = "change the dependency to AND by hand, or delete the resource and run this again"
        yield Problem("or_dependency", seen.name, "the resource has a dependency with OR", advice)
    kinds = {item.type.lower() for item in members}
    if any(is_protected(item, PROTECTED) for item in members) and not {SYSTEM_ATTENDANT, INFORMATION_STORE} <= kinds:
        what = f"the group {where!r} lacks an Exchange System Attendant or an Information Store resource"
        yield Problem("exchange_incomplete", where, what, "repair the Exchange resources of this group first")
    if wanted.use_network_name and NETWORK_NAME.lower() not in kinds:
        what = f"the group {where!r} has no Network Name resource for SEM to use"
        yield Problem("no_network_name", where, what, "set use_network_name: false")
    if seen.resource is None and wanted.resource_type.lower() == GENERIC_SERVICE.lower() and not wanted.service:
        advice = "run node_info or the role node first, or declare sem_profile.service"
        yield Problem("service_unknown", seen.cluster.seen_from, "SEM's service is not known here", advice)
    yield from _refused_dependencies(wanted, seen)


def _refused_dependencies(wanted: InstanceWanted, seen: InstanceSeen) -> Iterable[Problem]:
    """A resource that is online takes no provider that is not (mscluster 6.5)."""
    if seen.resource is None or seen.resource.state != ResourceState.ONLINE or wanted.state == "offline":
        return
    missing = wanted_providers(wanted, seen) - seen.cluster.providers.get(seen.name, frozenset())
    down = sorted(item for item in missing if _state(seen.cluster, item) != ResourceState.ONLINE)
    if down:
        what = (
            f"{seen.name!r} is online and has to depend on {', '.join(down)}, not online now; the cluster refuses that"
        )
        yield Problem("provider_offline", seen.name, what, "bring that online, or SEM offline (state: offline) first")


def wanted_providers(wanted: InstanceWanted, seen: InstanceSeen) -> frozenset[str]:
    """Direct dependencies (rule 7): System Attendant, Information Store, the folder's disk, and the Network Name if
    used; with ``all`` every protected resource. A group without Exchange: its protected resources."""
    members = [item for item in seen.cluster.in_group(seen.group.name) if item.name != seen.name]
    found = {item.name for item in members if item.type.lower() in (SYSTEM_ATTENDANT, INFORMATION_STORE)}
    if wanted.depends_on == "all" or not found:
        found |= {item.name for item in members if is_protected(item, wanted.protected_types)}
    if wanted.use_network_name:
        found |= {item.name for item in members if item.type.lower() == NETWORK_NAME.lower()}
    if wanted.disk is not None:
        found.add(wanted.disk)
    return frozenset(found)


# ---- properties ---------------------------------------------------------------------------------
def _plan_properties(wanted: InstanceWanted, seen: InstanceSeen, name: str) -> Plan:
    changes: list[Change] = []
    existing = seen.resource
    kind = existing.type if existing else wanted.resource_type
    if existing is None:
        why = "SEM has to fail over with Exchange"
        after = {"group": seen.group.name, "type": kind, "separate_monitor": True}
        changes.append(Change("resource", name, None, after, why))
    if kind.lower() == GENERIC_SERVICE.lower():
        changes += _private_change(wanted, existing, name)
    if existing is None or existing.restart != wanted.restart:
        why = "SEM is restarted where it is; it never moves Exchange"
        before = policy_data(existing.restart) if existing else None
        changes.append(Change("restart_policy", name, before, policy_data(wanted.restart), why))
    if existing is None or existing.pending_timeout_ms != wanted.pending_timeout_ms:
        why = "how long the cluster waits for SEM to start or stop"
        before_ms = existing.pending_timeout_ms if existing else None
        changes.append(Change("pending_timeout", name, before_ms, wanted.pending_timeout_ms, why))
    if existing is not None and not existing.separate_monitor:
        why = "a crash of SEM's monitor must not touch other resources; effective at the next online"
        changes.append(Change("separate_monitor", name, False, True, why))
    return Plan(tuple(changes))


def _private_change(wanted: InstanceWanted, existing: Resource | None, name: str) -> list[Change]:
    before = existing.private if existing else {}
    service = wanted.service
    if service in ("", UNKNOWN_SERVICE):
        service = str(before.get("ServiceName") or service)  # what is there is not replaced by what is not known
    after: dict[str, object] = {"ServiceName": service} if service else {}
    after["UseNetworkName"] = 1 if wanted.use_network_name else 0
    same = all(str(before.get(key) or 0).lower() == str(value).lower() for key, value in after.items())
    if existing and same:
        return []
    shown = {key: before.get(key) for key in after} if existing else None
    return [Change("private", name, shown, after, "which service the resource runs")]


def policy_data(policy: RestartPolicy) -> dict[str, int]:
    """A restart policy as plain data under the cluster's own names."""
    return {
        "RestartAction": policy.action,
        "RestartThreshold": policy.threshold,
        "RestartPeriod": policy.period_ms,
        "RetryPeriodOnFailure": policy.retry_ms,
    }


# ---- relations ----------------------------------------------------------------------------------
def _plan_dependencies(seen: InstanceSeen, name: str, wanted: frozenset[str]) -> Plan:
    present = seen.cluster.providers.get(name, frozenset()) if seen.resource else frozenset()
    changes = [
        Change("add_dependency", name, None, provider, "SEM starts after it and stops before it")
        for provider in sorted(wanted - present)
    ]
    changes += [
        Change("remove_dependency", name, provider, None, "SEM must not start, or fall, with it")
        for provider in sorted(present - wanted)
    ]
    return Plan(tuple(changes))


def wanted_owners(seen: InstanceSeen) -> frozenset[str]:
    """Rule 8: never narrower than what the other resources of the group allow together, and where the group is."""
    others = [item for item in seen.cluster.in_group(seen.group.name) if item.name != seen.name]
    lists = [seen.cluster.possible_owners.get(item.name, frozenset()) for item in others]
    allowed = frozenset(seen.cluster.nodes)
    for item in lists:
        allowed &= item
    return allowed | {node for node in seen.cluster.nodes if node == seen.group.owner}


def _plan_owners(seen: InstanceSeen, name: str) -> Plan:
    """A new resource has every node (mscluster 4.4); an existing list is only ever widened."""
    if seen.resource is None:
        return Plan()
    missing = wanted_owners(seen) - seen.cluster.possible_owners.get(name, frozenset())
    why = "without it, SEM would keep Exchange from failing over to this node"
    return Plan(tuple(Change("add_owner", name, None, node, why) for node in sorted(missing)))


def owners_after(seen: InstanceSeen) -> frozenset[str]:
    """The possible owners as they will be."""
    if seen.resource is None:
        return frozenset(seen.cluster.nodes)
    return seen.cluster.possible_owners.get(seen.name, frozenset()) | wanted_owners(seen)


def _plan_checkpoint(wanted: InstanceWanted, seen: InstanceSeen, name: str) -> Plan:
    if wanted.checkpoint is None:
        note = "no settings subkey is declared (sem_profile.settings_subkey), so settings do not follow a failover"
        return Plan(notes=(note,))
    present = seen.resource.checkpoints if seen.resource else ()
    if any(item.lower() == wanted.checkpoint.lower() for item in present):
        return Plan()
    changes = []
    if seen.settings_key is False:
        why = "a checkpoint needs the key it covers"
        changes.append(Change("settings_key", f"HKLM\\{wanted.checkpoint}", None, "present", why))
    why = "SEM's settings follow it to the other node"
    changes.append(Change("checkpoint", name, None, wanted.checkpoint, why))
    return Plan(tuple(changes))


# ---- state --------------------------------------------------------------------------------------
def _plan_state(wanted: InstanceWanted, seen: InstanceSeen, name: str, providers: frozenset[str]) -> Plan:
    existing = seen.resource
    if wanted.state == "offline":
        return Plan()
    if existing is not None and existing.state == ResourceState.ONLINE:
        return Plan(_persistent(existing, name))
    if existing is not None and wanted.state == "present":
        return Plan(notes=(f"{name!r} is {existing.state.name}; that is left alone (state: online changes it)",))
    waiting = waiting_for(seen.cluster, providers)
    if waiting:
        note = f"{name!r} comes online with {', '.join(waiting)}, which is not online now"
        return Plan(_persistent(existing, name), (note,))
    paused = seen.cluster.nodes.get(seen.group.owner or "")
    if paused is not None and paused.state == NodeState.PAUSED:
        what = f"the owner {paused.name} is paused, so {name!r} cannot come online there"
        return Plan(problems=(Problem("owner_paused", paused.name, what, "resume the node, then run this again"),))
    before = existing.state.name if existing else None
    return Plan((Change("online", name, before, "ONLINE", "Exchange is online, so mail has to be filtered"),))


def _plan_offline(existing: Resource | None) -> Plan:
    if existing is None:
        return Plan()
    if not _at_rest(existing):
        why = "state is offline; SEM alone, Exchange stays as it is"
        return Plan((Change("offline", existing.name, existing.state.name, "OFFLINE", why, "sem"),))
    if existing.persistent_state:
        why = "else the cluster brings SEM up again, after its retry period or with the group"
        return Plan((Change("persistent_state", existing.name, True, False, why),))
    return Plan()


def _at_rest(existing: Resource) -> bool:
    return existing.state in (ResourceState.OFFLINE, ResourceState.FAILED)


def _persistent(existing: Resource | None, name: str) -> tuple[Change, ...]:
    if existing is not None and existing.persistent_state:
        return ()
    why = "so that the cluster brings SEM up with the group, also after a failover"
    return (Change("persistent_state", name, False, True, why),)


def waiting_for(cluster: Cluster, providers: frozenset[str]) -> tuple[str, ...]:
    """Direct and indirect providers that are not online: bringing SEM online would start them (rule 10)."""
    everything = set(providers)
    for item in providers:
        everything |= cluster.transitive_providers(item)
    down = [item for item in everything if _state(cluster, item) != ResourceState.ONLINE]
    return tuple(sorted(down))


def _state(cluster: Cluster, name: str) -> ResourceState:
    found = cluster.resources.get(name)
    return found.state if found else ResourceState.UNKNOWN


def _plan_absent(existing: Resource) -> Plan:
    why = "state is absent; the folder and SEM's data are untouched"
    delete = Change("delete_resource", existing.name, existing.type, None, why, "sem")
    first = () if _at_rest(existing) else _plan_offline(existing).changes
    return Plan((*first, delete))


def without_acting(plan: Plan, note: str) -> Plan:
    """The plan of a node that leaves its changes to another one."""
    return replace(plan, changes=(), notes=(*plan.notes, note))
