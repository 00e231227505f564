# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""SEM's Windows service on one node: how it has to be, and the steps there (rules 2 and 17)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._cluster.model import ResourceState
from .._plan import Change, Plan, Problem
from .._windows.model import Service

STOPPED, RUNNING = "Stopped", "Running"
MANUAL, AUTO = "Manual", "Auto"


@dataclass(frozen=True, slots=True)
class ServiceWanted:
    """``running`` None: left as it is. ``account`` None: not managed."""

    start_mode: str
    running: bool | None
    recovery_off: bool
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the cluster makes of the service on this node. ``resource`` None: no resource runs it."""

    resource: str | None = None
    state: ResourceState = ResourceState.OFFLINE
    owner: str | None = None

    def holds(self, node: str) -> bool:
        """Whether the cluster runs the service on ``node``, or is about to, or is just stopping it there."""
        here = (self.owner or "").lower() == node.lower()
        return here and (self.state == ResourceState.ONLINE or self.state.pending)


def wanted_service(clustered: bool, held: bool, account: str | None = None) -> ServiceWanted:
    """Clustered: Manual, no recovery of its own, and running only where the cluster runs it. Else an ordinary
    automatic service (rule 2)."""
    if not clustered:
        return ServiceWanted(AUTO, True, False, account)
    return ServiceWanted(MANUAL, None if held else False, True, account)


def predicted_after_install(name: str, path: str = "") -> Service:
    """What an installer is expected to leave: a running automatic service with recovery actions. Check mode plans
    from this; the real run plans from what it reads."""
    return Service(name, name, RUNNING, AUTO, 1, path, "LocalSystem", True)


def plan_service(wanted: ServiceWanted, seen: Service | None, missing_is_problem: bool = True) -> Plan:
    """Stop before anything else is changed, start last.

    ``seen.recovery`` None (not read) means that recovery is not judged.
    """
    if seen is None:
        if not missing_is_problem:
            return Plan(notes=("SEM's service is not installed yet",))
        advice = "install SEM first (module package), or correct sem_profile.service"
        return Plan(problems=(Problem("service_missing", "this node", "SEM's service is not installed", advice),))
    changes: list[Change] = []
    if wanted.running is False and seen.state != STOPPED:
        why = "the cluster runs SEM, on its owner only; elsewhere the service stays stopped"
        changes.append(Change("stop_service", seen.name, seen.state, STOPPED, why, "sem"))
    if seen.start_mode != wanted.start_mode:
        why = "the cluster starts SEM" if wanted.start_mode == MANUAL else "no cluster starts SEM here"
        changes.append(Change("start_mode", seen.name, seen.start_mode, wanted.start_mode, why))
    if wanted.account is not None and not same_account(seen.account, wanted.account):
        changes.append(Change("account", seen.name, seen.account, wanted.account, "the declared service account"))
    if wanted.recovery_off and seen.recovery:
        why = "Windows would restart SEM behind the cluster's back (mscluster 6.11)"
        changes.append(Change("recovery", seen.name, "set", "none", why))
    if wanted.running and seen.state != RUNNING:
        changes.append(Change("start_service", seen.name, seen.state, RUNNING, "SEM filters mail only while it runs"))
    return Plan(tuple(changes))


def applied(seen: Service, wanted: ServiceWanted) -> Service:
    """The service as it will be: what check mode publishes for the modules that follow."""
    state = seen.state if wanted.running is None else RUNNING if wanted.running else STOPPED
    return replace(
        seen,
        state=state,
        start_mode=wanted.start_mode,
        account=wanted.account or seen.account,
        recovery=False if wanted.recovery_off else seen.recovery,
    )


def same_account(left: str, right: str) -> bool:
    """LocalSystem has three spellings; a local account may begin with .\\."""
    aliases = {"localsystem": "system", "nt authority\\system": "system", ".\\localsystem": "system"}

    def plain(name: str) -> str:
        text = name.strip().lower().removeprefix(".\\")
        return aliases.get(text, text)

    return plain(left) == plain(right)
