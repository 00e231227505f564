# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What an operation works with on one node, what it found out, and what came of it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._cluster.model import Cluster, Resource, ResourceState
from .._cluster.read import read_group_owner
from .._plan import Applier, ApplyFailed, Change, OwnerChanged, Plan, Problem, apply_plan
from .._wait import Clock
from .._windows.model import Host, Service
from .._wsman.operations import Shell, WsManOperations
from .acting import Peers
from .discovery import find_service
from .exchange import exchange_states
from .observer import Observer
from .profile import GENERIC_SERVICE, Profile, SemNode
from .report import Situation
from .service import Hosting


@dataclass(frozen=True)
class Session:
    """One node's connection and the run it belongs to. ``wait_s``: how long to wait for states, in seconds.
    ``own``: what this node published earlier in the run. ``seen``: what this task has read."""

    ws: WsManOperations
    shell: Shell
    clock: Clock
    wait_s: float
    run_id: str
    peers: Peers
    seen: Observer
    own: SemNode | None = None

    @property
    def predicted(self) -> SemNode | None:
        """This node's entry when check mode predicted an installation."""
        return self.own if self.own is not None and self.own.predicted else None


@dataclass
class Performed:
    """What a module did or, in check mode, would do."""

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    observed: Mapping[str, t.Any] = field(default_factory=dict)
    acted_by: str | None = None
    deferred: tuple[Change, ...] = ()  # left to another node
    failure: ApplyFailed | None = None
    leftover: Plan | None = None
    situation: Situation | None = None
    cluster: str = ""
    sem_node: SemNode | None = None
    reboot_required: bool = False
    log_tail: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """Refused or failed: what would follow is not done."""
        return bool(self.problems or self.failure or self.leftover)


class OwnerGuard:
    """``_plan.Context``: re-reads the owner before every step that needs it (rules 12 and 13)."""

    def __init__(self, ws: WsManOperations, group: str | None, owner: str | None, kinds: frozenset[str]) -> None:
        self._ws = ws
        self._group = group
        self._owner = owner
        self._kinds = kinds

    def check_owner(self, change: Change) -> None:
        """Raises OwnerChanged."""
        if self._group is None or self._owner is None or change.kind not in self._kinds:
            return
        found = read_group_owner(self._ws, self._group)
        if (found or "").lower() != self._owner.lower():
            raise OwnerChanged(self._group, self._owner, found or "nobody")


def carry_out(
    session: Session, plan: Plan, applier: Applier, guard: OwnerGuard
) -> tuple[tuple[Change, ...], ApplyFailed | None]:
    """Apply a plan; what was applied, and the failure that ended it. What was read before is forgotten."""
    try:
        return apply_plan(plan, applier, guard), None
    except ApplyFailed as failure:
        return failure.applied, failure
    finally:
        if plan.changes:
            session.seen.forget()


# ---- reading ------------------------------------------------------------------------------------
def read_sem_service(session: Session, profile: Profile) -> Service | None:
    """SEM's service with its recovery actions: declared, published earlier in this run, or found by its program.

    A declared service that is not installed is None. Raises WindowsError.
    """
    name = profile.service or (session.own.service if session.own and not session.own.predicted else None)
    if name is None:
        found = find_service(session.seen.services(), product_folders(session, profile))
        name = found[0].name if len(found) == 1 else None
    return session.seen.service(name) if name else None


def product_folders(session: Session, profile: Profile) -> list[str]:
    """Folders of the product: what its uninstall entry says, and paths among its registry values."""
    products = session.seen.products(profile.display_name, None)
    folders = [item.install_location for item in products if item.install_location]
    names = session.seen.values(profile.registry_key, profile.view) if profile.registry_key and products else ()
    values = [session.seen.value(profile.registry_key or "", name, profile.view) for name in names or ()]
    return folders + [value for value in values if value and "\\" in value]


def read_data_directory(session: Session, profile: Profile) -> str | None:
    if not profile.registry_key or not profile.data_value:
        return None
    return session.seen.value(profile.registry_key, profile.data_value, profile.view)


def hosting(cluster: Cluster | None, service: str | None) -> Hosting:
    """Which resource runs the service, and where."""
    resource = running_resource(cluster, service)
    if cluster is None or resource is None:
        return Hosting()
    group = cluster.group(resource.group)
    return Hosting(resource.name, resource.state, group.owner if group else None)


def running_resource(cluster: Cluster | None, service: str | None) -> Resource | None:
    """The Generic Service resource with this service."""
    if cluster is None or service is None:
        return None
    for item in cluster.resources.values():
        if item.type == GENERIC_SERVICE and str(item.private.get("ServiceName") or "").lower() == service.lower():
            return item
    return None


def situation(host: Host, cluster: Cluster | None, resource: Resource | None, log: str | None = None) -> Situation:
    """How things stand, for a failure's message."""
    if cluster is None:
        return Situation(host.computer_name, log=log)
    group = cluster.group(resource.group) if resource else None
    states = exchange_states(cluster)
    down = [f"{name} {state}" for name, state in sorted(states.items()) if not state.startswith("ONLINE")]
    exchange = f"all {len(states)} resources online" if states and not down else "; ".join(down) or "no resources"
    owner = group.owner if group else next(iter({state.rpartition(" on ")[2] for state in states.values()}), None)
    sem = ResourceState(resource.state).name if resource else "no resource yet"
    return Situation(host.computer_name, owner, sem, exchange, log)


def publish(
    session: Session, host: Host, product: tuple[str, str] | None, service: Service | None, fresh: bool = False
) -> SemNode:
    """This node's entry for the others (design 9.6); ``product`` is (name, version)."""
    return SemNode(
        run_id=session.run_id,
        node=host.computer_name,
        cluster=host.cluster_instance_id,
        product=product[0] if product else None,
        version=product[1] if product else None,
        service=service.name if service else None,
        service_path=service.path if service else None,
        start_mode=service.start_mode if service else None,
        service_state=service.state if service else None,
        predicted=False,
        fresh=fresh or bool(session.own and session.own.fresh),
    )
