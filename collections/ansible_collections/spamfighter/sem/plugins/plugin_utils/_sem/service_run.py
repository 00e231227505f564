# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Observing, changing and verifying SEM's service on one node (rules 2 and 17)."""

from __future__ import annotations

from dataclasses import dataclass

from .._cluster.model import Cluster
from .._plan import Applier, Change, Problem
from .._windows import services
from .._windows.model import Host, Service
from .exchange import PROTECTED, Finding, find_group
from .profile import PRODUCT_NAME, UNKNOWN_SERVICE, Profile, SemNode
from .service import ServiceWanted, applied, plan_service, wanted_service
from .session import (
    OwnerGuard,
    Performed,
    Session,
    carry_out,
    hosting,
    publish,
    read_sem_service,
    running_resource,
    situation,
)


@dataclass(frozen=True)
class ServiceInputs:
    profile: Profile
    cluster_group: str | None = None
    protected_types: tuple[str, ...] = PROTECTED
    account: str | None = None
    password: str | None = None


def is_clustered(finding: Finding) -> bool:
    """Whether SEM belongs to a group here; several candidate groups still mean yes."""
    return finding.group is not None or bool(finding.problems)


def run_service(session: Session, inputs: ServiceInputs, check: bool) -> Performed:
    """SEM's service as it has to be. Raises WireError, WindowsError, ClusterReadError."""
    host = session.seen.host()
    if host.membership == "stopped":
        return Performed(problems=(cluster_stopped(host),))
    cluster = session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    if finding.problems:
        return Performed(problems=finding.problems)
    seen = read_sem_service(session, inputs.profile)
    if seen is None and session.predicted is not None:
        return _predicted(session.predicted, finding)
    wanted = wanted_here(finding, cluster, host, seen, inputs)
    plan = plan_service(wanted, seen)
    notes = (*plan.notes, *((finding.note,) if finding.note else ()))
    done = Performed(plan.changes, notes, plan.problems, _observed(host, seen), host.computer_name)
    done.cluster = cluster.name if cluster else ""
    if plan.problems or seen is None:
        return done
    if check:
        done.sem_node = _published(session, host, applied(seen, wanted))
        return done
    done.changes, done.failure = carry_out(session, plan, applier(session, inputs), no_guard(session))
    after = read_sem_service(session, inputs.profile)
    done.sem_node = _published(session, host, after)
    leftover = plan_service(wanted, after)
    done.leftover = leftover if done.failure is None and (leftover.changes or leftover.problems) else None
    done.situation = situation(host, cluster, running_resource(cluster, seen.name))
    return done


def wanted_here(
    finding: Finding, cluster: Cluster | None, host: Host, seen: Service | None, inputs: ServiceInputs
) -> ServiceWanted:
    held = hosting(cluster, seen.name if seen else None).holds(host.computer_name)
    return wanted_service(is_clustered(finding), held, inputs.account)


def cluster_stopped(host: Host) -> Problem:
    what = "the node is a cluster member, but its cluster service is stopped or disabled"
    advice = "start the cluster service (net start clussvc); a member is never treated as a stand-alone server"
    return Problem("cluster_service_stopped", host.computer_name, what, advice)


def no_guard(session: Session) -> OwnerGuard:
    return OwnerGuard(session.ws, None, None, frozenset())


def applier(session: Session, inputs: ServiceInputs) -> Applier:
    """How each kind of change of the service is made."""

    def stop(_context: object, change: Change) -> None:
        services.stop(session.ws, change.target, session.clock, session.wait_s)

    def start(_context: object, change: Change) -> None:
        services.start(session.ws, change.target, session.clock, session.wait_s)

    def start_mode(_context: object, change: Change) -> None:
        services.set_start_mode(session.ws, change.target, str(change.after))

    def account(_context: object, change: Change) -> None:
        services.set_account(session.ws, change.target, str(change.after), inputs.password)

    def recovery(_context: object, change: Change) -> None:
        services.disable_recovery(session.ws, session.shell, change.target)

    return {
        "stop_service": stop,
        "start_service": start,
        "start_mode": start_mode,
        "account": account,
        "recovery": recovery,
    }


def _predicted(entry: SemNode, finding: Finding) -> Performed:
    """Check mode on a node where SEM will be installed: the package's plan holds these steps already."""
    note = f"SEM will be installed; the service {entry.service or UNKNOWN_SERVICE} is set up with it"
    notes = (note, *((finding.note,) if finding.note else ()))
    return Performed(notes=notes, observed={"service": None}, acted_by=entry.node, sem_node=entry)


def _observed(host: Host, seen: Service | None) -> dict[str, object]:
    if seen is None:
        return {"node": host.computer_name, "service": None}
    return {
        "node": host.computer_name,
        "service": {
            "name": seen.name,
            "state": seen.state,
            "start_mode": seen.start_mode,
            "account": seen.account,
            "recovery": seen.recovery,
        },
    }


def _published(session: Session, host: Host, service: Service | None) -> SemNode:
    known = session.own
    product = (known.product or PRODUCT_NAME, known.version or "") if known and known.product else (PRODUCT_NAME, "")
    return publish(session, host, product, service)
