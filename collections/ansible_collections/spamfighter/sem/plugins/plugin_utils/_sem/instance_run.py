# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Observing, changing and verifying SEM's cluster resource (rules 5 to 10 and 13)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._cluster.model import Cluster, Group, RestartPolicy
from .._cluster.write import ClusterWriter
from .._plan import Applier, Change, OwnerChanged, Plan, Problem
from .._windows.model import Host
from .._windows.registry import Registry
from .acting import Acting, choose, duplicates, nobody
from .exchange import PROTECTED, Adoption, find_group, find_resource
from .folder import FolderWanted, choose_disk
from .instance import InstanceSeen, InstanceWanted, State, plan_instance, policy_data, without_acting
from .profile import GENERIC_SERVICE, UNKNOWN_SERVICE, Profile
from .readiness import check_nodes
from .service_run import cluster_stopped
from .session import OwnerGuard, Performed, Session, carry_out, read_data_directory, situation

ON_OWNER = frozenset({"settings_key", "online"})


@dataclass(frozen=True)
class InstanceInputs:
    """Times in seconds. ``confirm``: the pass after the acting one; what is still different is done by the owner,
    and everywhere else an error (rule 13)."""

    profile: Profile
    state: State
    folder: FolderWanted
    restart: RestartPolicy
    pending_timeout_ms: int
    resource_name: str
    resource_type: str = GENERIC_SERVICE
    cluster_group: str | None = None
    protected_types: tuple[str, ...] = PROTECTED
    depends_on: t.Literal["required", "all"] = "required"
    use_network_name: bool = False
    route: str = "auto"
    confirm: bool = False


@dataclass(frozen=True)
class InstanceView:
    host: Host
    cluster: Cluster
    adoption: Adoption
    wanted: InstanceWanted
    seen: InstanceSeen
    alone: Plan  # from what this node sees by itself
    plan: Plan  # and from what it was told of the others


def run_instance(session: Session, inputs: InstanceInputs, check: bool) -> Performed:
    """The resource as declared. Raises WireError, WindowsError, ClusterReadError."""
    host = session.seen.host()
    if host.membership == "stopped":
        return Performed(problems=(cluster_stopped(host),))
    cluster = session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    if finding.problems or finding.group is None or cluster is None:
        return Performed(notes=(finding.note,) if finding.note else (), problems=finding.problems)
    session = replace(session, peers=session.peers.of_cluster(cluster.instance_id))
    view = read_instance(session, inputs, host, cluster, finding.group)
    notes = [f"not protected by SEM: the Exchange group {name!r}" for name in finding.unprotected]
    done = Performed(notes=(*notes, *view.plan.notes), problems=view.plan.problems, observed=_observed(view))
    done.cluster = cluster.name
    acting = choose(cluster, finding.group, session.peers, needs_owner=False)
    me = acting.is_me(host.computer_name)
    if acting.node is not None and not me and not inputs.confirm:
        # It may be at work right now, so what this node sees is not judged before the confirming pass.
        done.notes += tuple(f"{item.where}: {item.what}" for item in done.problems)
        done.problems = ()
    if done.problems or not (view.plan.changes or view.plan.problems):
        return done
    done.acted_by = acting.node
    if acting.node is None:
        done.problems = (nobody(cluster, acting),)
    elif not me:
        _leave(inputs, view, acting, done)
    elif check:
        done.changes = view.plan.changes
    else:
        _act(session, inputs, view, done)
    return done


def read_instance(session: Session, inputs: InstanceInputs, host: Host, cluster: Cluster, group: Group) -> InstanceView:
    """One observation and its plan."""
    service = inputs.profile.service or (session.own.service if session.own else None)
    if service is None and session.predicted is not None:
        service = UNKNOWN_SERVICE
    adoption = find_resource(cluster, group, inputs.resource_name, inputs.resource_type, service)
    if adoption.resource is not None:
        cluster = session.seen.expression(cluster, adoption.resource.name)
    value = read_data_directory(session, inputs.profile)
    choice = choose_disk(cluster, group, inputs.folder, adoption.resource, value)
    is_owner = (group.owner or "").lower() == host.computer_name.lower()
    key = inputs.profile.settings_key
    exists = session.seen.key(key, inputs.profile.view) if key and is_owner else None
    wanted = InstanceWanted(
        state=inputs.state,
        name=inputs.resource_name,
        resource_type=inputs.resource_type,
        service=service or "",
        restart=inputs.restart,
        pending_timeout_ms=inputs.pending_timeout_ms,
        disk=choice.disk,
        checkpoint=key,
        depends_on=inputs.depends_on,
        use_network_name=inputs.use_network_name,
        protected_types=inputs.protected_types,
    )
    seen = InstanceSeen(cluster, group, adoption.resource, exists)
    problems = adoption.problems + choice.problems + _service_unknown(inputs, service, host)
    alone = Plan(problems=problems) if problems else plan_instance(wanted, seen)
    double = duplicates(session.peers)
    if double:
        plan = Plan(problems=problems + double)
    elif problems or inputs.state in ("absent", "offline"):
        plan = alone
    else:
        plan = check_nodes(alone, seen, session.peers, wanted.service)
    extra = tuple(note for note in (adoption.note, choice.note, _warning(inputs)) if note)
    plan = replace(plan, notes=plan.notes + extra)
    return InstanceView(host, cluster, adoption, wanted, seen, alone, plan)


def look_at_instance(session: Session, inputs: InstanceInputs) -> Plan:
    """What this node sees to be done, by whichever node. Raises WireError, WindowsError, ClusterReadError."""
    host, cluster = session.seen.host(), session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    if finding.problems or finding.group is None or cluster is None:
        return Plan()
    return read_instance(session, inputs, host, cluster, finding.group).alone


def _service_unknown(inputs: InstanceInputs, service: str | None, host: Host) -> tuple[Problem, ...]:
    if service or inputs.state in ("absent", "offline") or inputs.resource_type != GENERIC_SERVICE:
        return ()
    advice = "run node_info or the role node first, or declare sem_profile.service"
    return (Problem("service_unknown", host.computer_name, "SEM's service is not known here", advice),)


def _warning(inputs: InstanceInputs) -> str:
    if inputs.depends_on != "all":
        return ""
    return "depends_on: all makes SEM start databases that an admin dismounted, and fall with each of them"


def _leave(inputs: InstanceInputs, view: InstanceView, acting: Acting, done: Performed) -> None:
    """Another node acts; in the confirming pass it should have."""
    done.deferred = view.plan.changes
    plan = without_acting(view.plan, f"{acting.node} makes the changes{f': {acting.why}' if acting.why else ''}")
    done.notes = (*done.notes, plan.notes[-1])
    if not inputs.confirm:
        return
    left = "; ".join(f"{item.kind} {item.target}" for item in view.plan.changes)
    advice = f"look at the result of {acting.node} above, then run the playbook again"
    what = f"{acting.node} should have done this and did not: {left}"
    done.problems = (Problem("left_undone", view.cluster.name, what, advice),)


def _act(session: Session, inputs: InstanceInputs, view: InstanceView, done: Performed) -> None:
    guard = OwnerGuard(session.ws, view.seen.group.name, view.seen.group.owner, ON_OWNER)
    done.changes, done.failure = carry_out(session, view.plan, applier(session, inputs, view), guard)
    if done.failure is not None and isinstance(done.failure.cause, OwnerChanged) and not inputs.confirm:
        # The confirming pass makes the rest, on the new owner.
        done.notes = (*done.notes, f"{done.failure.cause}; the rest is made there")
        done.deferred = (done.failure.failed, *done.failure.remaining)
        done.failure = None
        return
    cluster = session.seen.cluster() or view.cluster
    group = cluster.group(view.seen.group.name) or view.seen.group
    after = read_instance(session, inputs, view.host, cluster, group)
    done.observed = _observed(after)
    done.situation = situation(view.host, cluster, after.adoption.resource)
    if done.failure is None and (after.plan.changes or after.plan.problems):
        done.leftover = after.plan


def applier(session: Session, inputs: InstanceInputs, view: InstanceView) -> Applier:
    """How each kind of change of the resource is made; every one reads back."""
    writer = ClusterWriter(session.ws, session.clock, inputs.route)
    profile = inputs.profile

    def common(values: Mapping[str, int | bool]) -> t.Callable[[object, Change], None]:
        return lambda _context, change: void(writer.set_common(change.target, values))

    return {
        "resource": lambda _c, change: void(
            writer.create_resource(view.seen.group.name, change.target, view.wanted.resource_type, True)
        ),
        "private": lambda _c, change: void(
            writer.set_private(change.target, t.cast("Mapping[str, str | int]", change.after))
        ),
        "restart_policy": common(policy_data(inputs.restart)),
        "pending_timeout": common({"PendingTimeout": inputs.pending_timeout_ms}),
        "separate_monitor": common({"SeparateMonitor": True}),
        "add_dependency": lambda _c, change: void(writer.add_dependency(change.target, str(change.after))),
        "remove_dependency": lambda _c, change: void(writer.remove_dependency(change.target, str(change.before))),
        "add_owner": lambda _c, change: void(writer.add_possible_owner(change.target, str(change.after))),
        "settings_key": lambda _c, change: Registry(session.ws).create(str(profile.settings_key), profile.view),
        "checkpoint": lambda _c, change: void(writer.add_checkpoint(change.target, str(change.after), profile.view)),
        "persistent_state": lambda _c, change: void(writer.set_persistent_state(change.target, bool(change.after))),
        "online": lambda _c, change: void(writer.bring_online(change.target, session.wait_s)),
        "offline": lambda _c, change: void(writer.take_offline(change.target, session.wait_s)),
        "delete_resource": lambda _c, change: void(writer.delete_resource(change.target)),
    }


def void(_result: object) -> None:
    """An applier returns nothing; the route that worked is verified by reading back."""


def _observed(view: InstanceView) -> Mapping[str, object]:
    resource = view.adoption.resource
    return {
        "node": view.host.computer_name,
        "cluster": view.cluster.name,
        "group": view.seen.group.name,
        "owner": view.seen.group.owner,
        "resource": None if resource is None else resource.name,
        "state": None if resource is None else resource.state.name,
    }
