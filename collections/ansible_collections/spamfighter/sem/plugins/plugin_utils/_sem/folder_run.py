# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Observing, making and verifying the shared folder, and each node's data-directory value (rules 10, 11, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .._cluster.model import Cluster, Group, Resource, ResourceState
from .._plan import Applier, Change, Plan
from .._windows import folders
from .._windows.model import FolderState, Host
from .._windows.registry import Registry
from .acting import choose, nobody
from .exchange import PROTECTED, find_group, find_resource
from .folder import Choice, FolderSeen, FolderWanted, choose_disk, plan_folder
from .profile import GENERIC_SERVICE, Profile
from .service_run import cluster_stopped
from .session import OwnerGuard, Performed, Session, carry_out, read_data_directory, situation

ON_OWNER = frozenset({"folder", "permissions", "copy_data"})


@dataclass(frozen=True)
class FolderInputs:
    profile: Profile
    wanted: FolderWanted
    resource_name: str
    resource_type: str = GENERIC_SERVICE
    cluster_group: str | None = None
    protected_types: tuple[str, ...] = PROTECTED


@dataclass(frozen=True)
class FolderView:
    host: Host
    cluster: Cluster
    group: Group
    resource: Resource | None
    choice: Choice
    seen: FolderSeen


def data_value(profile: Profile) -> str | None:
    if not profile.registry_key or not profile.data_value:
        return None
    return f"HKLM\\{profile.registry_key}\\{profile.data_value}"


def run_folder(session: Session, inputs: FolderInputs, check: bool) -> Performed:
    """The folder on the owner's disk, the data directory on every node. Raises WireError, WindowsError,
    ClusterReadError."""
    host = session.seen.host()
    if host.membership == "stopped":
        return Performed(problems=(cluster_stopped(host),))
    cluster = session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    if finding.problems or finding.group is None or cluster is None:
        return Performed(notes=(finding.note,) if finding.note else (), problems=finding.problems)
    session = replace(session, peers=session.peers.of_cluster(cluster.instance_id))
    view = _read(session, inputs, host, cluster, finding.group)
    plan = plan_folder(inputs.wanted, view.choice, view.seen, data_value(inputs.profile))
    plan += _owner_missing(session, view)
    done = Performed(plan.changes, plan.notes, plan.problems, _observed(view))
    done.acted_by, done.cluster = view.group.owner, cluster.name
    if plan.problems or check:
        return done
    guard = OwnerGuard(session.ws, view.group.name, view.group.owner, ON_OWNER)
    done.changes, done.failure = carry_out(session, plan, applier(session, inputs, view), guard)
    done.situation = situation(host, cluster, view.resource)
    if plan.changes and done.failure is None:
        after = _read(session, inputs, host, cluster, view.group)
        leftover = plan_folder(inputs.wanted, after.choice, after.seen, data_value(inputs.profile))
        done.leftover = leftover if leftover.changes or leftover.problems else None
        done.observed = _observed(after)
    return done


def look_at_folder(session: Session, inputs: FolderInputs) -> Plan:
    """What this node sees to be done, by itself or by others. Raises WireError, WindowsError, ClusterReadError."""
    host, cluster = session.seen.host(), session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    if finding.problems or finding.group is None or cluster is None:
        return Plan(notes=(finding.note,) if finding.note else (), problems=finding.problems)
    view = _read(session, inputs, host, cluster, finding.group)
    return plan_folder(inputs.wanted, view.choice, view.seen, data_value(inputs.profile))


def _read(session: Session, inputs: FolderInputs, host: Host, cluster: Cluster, group: Group) -> FolderView:
    resource = find_resource(cluster, group, inputs.resource_name, inputs.resource_type).resource
    value = read_data_directory(session, inputs.profile)
    choice = choose_disk(cluster, group, inputs.wanted, resource, value)
    is_owner = (group.owner or "").lower() == host.computer_name.lower()
    on_disk = is_owner and choice.path is not None
    folder = folders.read_folder(session.ws, choice.path or "") if on_disk else None
    content = folders.list_folder(session.shell, folder.path) if folder and _may_copy(folder, value) else None
    seen = FolderSeen(
        node=host.computer_name,
        is_owner=is_owner,
        folder=folder,
        folder_content=content,
        data_directory=value,
        data_key_exists=_key_exists(session, inputs.profile),
        local_content=_local_content(session, value, choice) if is_owner else None,
        fresh=bool(session.own and session.own.fresh),
        sem_expected=_key_exists(session, inputs.profile) or session.predicted is not None,
    )
    return FolderView(host, cluster, group, resource, choice, seen)


def _may_copy(folder: FolderState, value: str | None) -> bool:
    """Only then is the folder's content of interest, and worth a shell."""
    return folder.exists and value is not None and folder.path.lower() != value.lower()


def _local_content(session: Session, value: str | None, choice: Choice) -> tuple[str, ...] | None:
    if value is None or choice.path is None or value.rstrip("\\").lower() == choice.path.lower():
        return None
    if session.own is not None and session.own.fresh:
        return None
    return folders.list_folder(session.shell, value)


def _key_exists(session: Session, profile: Profile) -> bool:
    return bool(profile.registry_key) and session.seen.key(profile.registry_key or "", profile.view)


def _owner_missing(session: Session, view: FolderView) -> Plan:
    """Nobody can look at the disk when its owner takes no part; fine only while SEM runs from it already."""
    if view.seen.is_owner or view.choice.path is None:
        return Plan()
    acting = choose(view.cluster, view.group, session.peers, needs_owner=True)
    if acting.node is not None:
        return Plan()
    if view.resource is not None and view.resource.state == ResourceState.ONLINE:
        return Plan(notes=(f"the folder was not looked at: {acting.why}",))
    return Plan(problems=(nobody(view.cluster, acting),))


def applier(session: Session, inputs: FolderInputs, view: FolderView) -> Applier:
    def folder(_context: object, change: Change) -> None:
        folders.create_folder(session.shell, change.target)

    def permissions(_context: object, change: Change) -> None:
        folders.set_permissions(session.shell, change.target, inputs.wanted.sids)

    def copy_data(_context: object, change: Change) -> None:
        folders.copy_folder(session.shell, str(change.before), change.target, session.wait_s)

    def data_directory(_context: object, change: Change) -> None:
        profile = inputs.profile
        key, value = str(profile.registry_key), str(profile.data_value)
        Registry(session.ws).write_text(key, value, str(change.after), profile.view)

    return {"folder": folder, "permissions": permissions, "copy_data": copy_data, "data_directory": data_directory}


def _observed(view: FolderView) -> Mapping[str, object]:
    return {
        "node": view.host.computer_name,
        "owner": view.group.owner,
        "group": view.group.name,
        "disk": view.choice.disk,
        "path": view.choice.path,
        "free_mb": view.choice.free_mb,
        "data_directory": view.seen.data_directory,
    }
