# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Observing a node, installing, upgrading or removing SEM there, and putting its service right afterwards."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .._cluster.model import Cluster
from .._plan import Applier, Change, Plan, Problem
from .._windows import delivery
from .._windows.errors import WindowsError
from .._windows.folders import free_mb
from .._windows.installer import InstallerFailed, Job, Msiexec
from .._windows.model import Host, Product, Service
from .._windows.registry import Registry
from .exchange import Finding, exchange_states, find_group, owned_exchange_groups
from .folder import same_path
from .package import PackageSeen, PackageWanted, Source, needs_file, plan_package
from .profile import PRODUCT_NAME, UNKNOWN_SERVICE, Package, Profile, SemNode
from .service import plan_service, predicted_after_install, wanted_service
from .service_run import ServiceInputs, applier, is_clustered, no_guard, wanted_here
from .session import (
    Performed,
    Session,
    carry_out,
    publish,
    read_data_directory,
    read_sem_service,
    running_resource,
    situation,
)

INSTALLING = ("install", "upgrade", "uninstall")


@dataclass(frozen=True)
class PackageInputs:
    """``lock``: held while an upgrade runs, one per cluster (rule 20). ``fetch_log``: keeps the text of an
    installer log on the controller and gives its path."""

    package: Package
    service: ServiceInputs
    source: Source | None
    state: t.Literal["present", "absent"]
    install_timeout_s: float
    lock: Callable[[str], contextlib.AbstractContextManager[None]]
    fetch_log: Callable[[str, tuple[str, ...]], str]

    @property
    def profile(self) -> Profile:
        return self.service.profile


@dataclass(frozen=True)
class NodeView:
    """One observation. ``data_directory``: the value that the installer may reset (rule 17)."""

    host: Host
    cluster: Cluster | None
    finding: Finding
    products: tuple[Product, ...]
    service: Service | None
    data_directory: str | None

    @property
    def product(self) -> Product | None:
        return self.products[0] if len(self.products) == 1 else None


def read_node(session: Session, inputs: PackageInputs) -> NodeView:
    """Raises WireError, WindowsError, ClusterReadError."""
    host = session.seen.host()
    cluster = session.seen.cluster()
    profile = inputs.profile
    products = session.seen.products(profile.display_name, inputs.package.upgrade_code)
    return NodeView(
        host=host,
        cluster=cluster,
        finding=find_group(cluster, inputs.service.cluster_group, inputs.service.protected_types),
        products=products,
        service=read_sem_service(session, profile) if products or profile.service else None,
        data_directory=read_data_directory(session, profile),
    )


def run_package(session: Session, inputs: PackageInputs, check: bool) -> Performed:
    """SEM in the declared version, or absent. Raises WireError, WindowsError, ClusterReadError."""
    view = read_node(session, inputs)
    plan = _plan(session, inputs, view)
    if not plan.changes or plan.problems:
        done = _nothing(session, view, plan)
    elif check:
        done = _predict(session, inputs, view, plan)
    elif any(change.kind == "upgrade" for change in plan.changes):
        with inputs.lock((view.host.cluster_instance_id or view.host.computer_name).lower()):
            # Others of this cluster were upgraded meanwhile, and groups may have moved (rule 20).
            session.seen.forget()
            view = read_node(session, inputs)
            plan = _plan(session, inputs, view)
            done = _apply(session, inputs, view, plan) if not plan.problems else _nothing(session, view, plan)
    else:
        done = _apply(session, inputs, view, plan)
    done.cluster = view.cluster.name if view.cluster else ""
    return done


def _plan(session: Session, inputs: PackageInputs, view: NodeView) -> Plan:
    wanted = _wanted(inputs, view)
    if view.finding.problems and view.host.membership != "stopped":
        return Plan(problems=view.finding.problems)
    return plan_package(wanted, _seen(session, inputs, view, wanted))


def _wanted(inputs: PackageInputs, view: NodeView) -> PackageWanted:
    source = inputs.source
    folder = delivery.staging_directory(view.host.system_root)
    staged = "" if source is None else source.path if source.kind == "node" else f"{folder}\\{source.name}"
    return PackageWanted(inputs.state, inputs.package, source, staged)


def _seen(session: Session, inputs: PackageInputs, view: NodeView, wanted: PackageWanted) -> PackageSeen:
    types = inputs.service.protected_types
    owned = owned_exchange_groups(view.cluster, view.host.computer_name, types) if view.cluster else ()
    resource = running_resource(view.cluster, view.service.name if view.service else None)
    seen = PackageSeen(
        node=view.host.computer_name,
        membership=view.host.membership,
        products=view.products,
        owned_groups=owned,
        used_by=resource.name if resource else None,
    )
    if wanted.source is None or view.host.membership == "stopped" or not needs_file(wanted, seen):
        return seen
    found = delivery.remote_checksum(session.shell, wanted.staged_path)
    return replace(
        seen,
        staged=found is not None and wanted.source.checksum in (None, found),
        staged_checksum=found,
        free_mb=free_mb(session.ws, view.host.system_root[:2]),
    )


def _product(view: NodeView) -> tuple[str, str] | None:
    return (view.product.display_name, view.product.version) if view.product else None


def _observed(view: NodeView) -> dict[str, t.Any]:
    product = view.product
    return {
        "node": view.host.computer_name,
        "product": None if product is None else {"name": product.display_name, "version": product.version},
        "service": view.service.name if view.service else None,
        "data_directory": view.data_directory,
    }


def _nothing(session: Session, view: NodeView, plan: Plan) -> Performed:
    done = Performed((), plan.notes, plan.problems, _observed(view), view.host.computer_name)
    done.sem_node = publish(session, view.host, _product(view), view.service)
    return done


# ---- check mode -------------------------------------------------------------------------------
def _predict(session: Session, inputs: PackageInputs, view: NodeView, plan: Plan) -> Performed:
    """The installer's steps and what will have to be put right after it."""
    done = Performed(plan.changes, plan.notes, (), _observed(view), view.host.computer_name)
    if inputs.state == "absent":
        done.sem_node = replace(publish(session, view.host, None, None), predicted=True)
        return done
    name = view.service.name if view.service else inputs.profile.service or UNKNOWN_SERVICE
    path = view.service.path if view.service else ""
    wanted = wanted_service(is_clustered(view.finding), False, inputs.service.account)
    after = predicted_after_install(name, path)
    done.changes += plan_service(wanted, after).changes
    value = _data_value(inputs.profile)
    if value and view.data_directory is not None:
        done.changes += (_restored(value, None, view.data_directory),)
    entry = publish(session, view.host, (PRODUCT_NAME, inputs.package.version or ""), after, view.product is None)
    done.sem_node = _as_predicted(entry, wanted.start_mode, name)
    return done


def _as_predicted(entry: SemNode, start_mode: str, name: str) -> SemNode:
    service = None if name == UNKNOWN_SERVICE else name
    return replace(entry, predicted=True, start_mode=start_mode, service=service, service_path=None)


def _data_value(profile: Profile) -> str | None:
    if not profile.registry_key or not profile.data_value:
        return None
    return f"HKLM\\{profile.registry_key}\\{profile.data_value}"


def _restored(value: str, before: str | None, after: str) -> Change:
    return Change("data_directory", value, before, after, "the installer has set it back")


# ---- applying ---------------------------------------------------------------------------------
def _apply(session: Session, inputs: PackageInputs, view: NodeView, plan: Plan) -> Performed:
    job = Job(delivery.staging_directory(view.host.system_root), f"msi-{session.run_id}")
    done = Performed((), plan.notes, (), _observed(view), view.host.computer_name)
    before = exchange_states(view.cluster) if view.cluster else {}
    installer = _installer(session, inputs, view, job, done)
    done.changes, done.failure = carry_out(session, plan, installer, no_guard(session))
    if done.failure is None or done.failure.failed.kind in INSTALLING:
        _normalise(session, inputs, view, done)
    after = read_node(session, inputs)
    done.sem_node = publish(session, after.host, _product(after), after.service, view.product is None)
    done.observed = _observed(after)
    done.situation = situation(after.host, after.cluster, running_resource(after.cluster, _name(after)), job.log)
    done.problems = _disturbed(view.host, before, exchange_states(after.cluster) if after.cluster else {})
    if done.failure is None:
        _verify(session, inputs, after, done)
    elif isinstance(done.failure.cause, InstallerFailed):
        done.log_tail = done.failure.cause.tail
        done.situation = replace(done.situation, log=_kept_log(session, inputs, view, job))
    return done


def _kept_log(session: Session, inputs: PackageInputs, view: NodeView, job: Job) -> str:
    lines = delivery.read_text_tail(session.shell, job.log, 1_000_000)
    return inputs.fetch_log(view.host.computer_name, lines) if lines else job.log


def _name(view: NodeView) -> str | None:
    return view.service.name if view.service else None


def _installer(session: Session, inputs: PackageInputs, view: NodeView, job: Job, done: Performed) -> Applier:
    wanted = _wanted(inputs, view)
    package = inputs.package
    msiexec = Msiexec(session.ws, session.shell, session.clock, inputs.install_timeout_s, package.exit_codes)

    def stage(_context: object, change: Change) -> None:
        source = t.cast(Source, wanted.source)
        delivery.upload(session.shell, Path(source.path), change.target, str(source.checksum), inputs.install_timeout_s)

    def install(_context: object, change: Change) -> None:
        if change.kind == "upgrade":
            _still_passive(session, inputs, view)
        outcome = msiexec.run("/i", wanted.staged_path, job, package.arguments)
        done.reboot_required = outcome.reboot_required

    def uninstall(_context: object, change: Change) -> None:
        outcome = msiexec.run("/x", t.cast(Product, view.product).key, job, package.arguments)
        done.reboot_required = outcome.reboot_required

    return {"stage": stage, "install": install, "upgrade": install, "uninstall": uninstall}


def _still_passive(session: Session, inputs: PackageInputs, view: NodeView) -> None:
    """Owner or passive is decided again immediately before the installer starts (rule 20)."""
    session.seen.forget()
    cluster = session.seen.cluster()
    owned = owned_exchange_groups(cluster, view.host.computer_name, inputs.service.protected_types) if cluster else ()
    if owned:
        text = f"the group {', '.join(owned)} has just moved to {view.host.computer_name}"
        raise WindowsError(text, advice="nothing was installed; update the owner with update.yml")


def _normalise(session: Session, inputs: PackageInputs, view: NodeView, done: Performed) -> None:
    """Rule 17: after every installer, good or bad, the service and the data directory are put right."""
    service = read_sem_service(session, inputs.profile)
    if service is None:
        return
    cluster = session.seen.cluster()
    plan = plan_service(wanted_here(view.finding, cluster, view.host, service, inputs.service), service)
    value, found = _data_value(inputs.profile), read_data_directory(session, inputs.profile)
    if value and view.data_directory is not None and not same_path(found, view.data_directory):
        plan += Plan((_restored(value, found, view.data_directory),))

    def data_directory(_context: object, change: Change) -> None:
        profile = inputs.profile
        registry = Registry(session.ws)
        registry.write_text(str(profile.registry_key), str(profile.data_value), str(change.after), profile.view)

    table = {**applier(session, inputs.service), "data_directory": data_directory}
    applied, failure = carry_out(session, plan, table, no_guard(session))
    done.changes += applied
    done.failure = done.failure or failure


def _verify(session: Session, inputs: PackageInputs, after: NodeView, done: Performed) -> None:
    leftover = _plan(session, inputs, after)
    version = inputs.package.version
    if inputs.state == "present" and after.product is not None and leftover.problems:
        what = f"the package has installed version {after.product.version}, but {version} is declared"
        advice = "correct sem_package.version, or use the right package"
        leftover = Plan(problems=(Problem("other_version", after.host.computer_name, what, advice),))
    if inputs.state == "present" and after.service is None and not leftover.changes:
        what = "SEM is installed, but its service was not found"
        advice = "declare sem_profile.service (sc query shows the names)"
        leftover += Plan(problems=(Problem("service_unknown", after.host.computer_name, what, advice),))
    done.leftover = leftover if leftover.changes or leftover.problems else None


def _disturbed(host: Host, before: dict[str, str], after: dict[str, str]) -> tuple[Problem, ...]:
    """Rule 16: the states and the owner of Exchange are the same before and after an installer."""
    changed = [
        f"{name}: {before[name]} -> {after.get(name, 'gone')}" for name in before if before[name] != after.get(name)
    ]
    if not changed:
        return ()
    advice = "stop here, look at Exchange first; the run is not continued on other nodes"
    what = f"Exchange changed while the installer ran: {'; '.join(changed)}"
    return (Problem("exchange_changed", host.computer_name, what, advice),)
