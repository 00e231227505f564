# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Everything that site.yml wants of one node in one task, and whether the cluster is as declared."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._plan import Plan
from .folder_run import FolderInputs, look_at_folder
from .info_run import InfoInputs, run_node_info
from .instance_run import InstanceInputs, look_at_instance
from .package_run import PackageInputs, run_package
from .service_run import run_service
from .session import Performed, Session

Part = t.Literal["install", "integrate"]


@dataclass(frozen=True)
class SiteInputs:
    """``parts``: what to do; without install the node is only read."""

    parts: frozenset[Part]
    info: InfoInputs
    package: PackageInputs
    folder: FolderInputs
    instance: InstanceInputs


def run_site(session: Session, inputs: SiteInputs, check: bool) -> Performed:
    """SEM on this node as declared; the cluster is only looked at, because other nodes may not be ready.

    Raises WireError, WindowsError, ClusterReadError.
    """
    done = _install(session, inputs, check) if "install" in inputs.parts else run_node_info(session, inputs.info)
    if done.stopped or "integrate" not in inputs.parts:
        return done
    session = replace(session, own=done.sem_node)
    plan = look_at_folder(session, inputs.folder)
    plan += look_at_instance(session, inputs.instance)
    unfinished = bool(plan.changes or plan.problems)
    if done.sem_node is not None:
        done.sem_node = replace(done.sem_node, unfinished=unfinished)
    done.notes += _told(plan) if unfinished else plan.notes
    done.observed = {**done.observed, "unfinished": unfinished}
    return done


def _install(session: Session, inputs: SiteInputs, check: bool) -> Performed:
    package = run_package(session, inputs.package, check)
    if package.stopped:
        return package
    session = replace(session, own=package.sem_node)
    service = run_service(session, inputs.package.service, check)
    service.changes = package.changes + service.changes
    service.notes = package.notes + tuple(note for note in service.notes if note not in package.notes)
    service.observed = {**package.observed, **service.observed}
    service.reboot_required = package.reboot_required
    service.sem_node = service.sem_node or package.sem_node
    return service


def _told(plan: Plan) -> tuple[str, ...]:
    """What is still to be done; the tasks that follow give the reasons."""
    left = [f"{change.kind} {change.target}" for change in plan.changes]
    left += [f"{problem.where}: {problem.what}" for problem in plan.problems]
    return (f"the cluster is not as declared yet: {'; '.join(left)}",)
