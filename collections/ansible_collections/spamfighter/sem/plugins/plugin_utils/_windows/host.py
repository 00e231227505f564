# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Identity and state of a node, read over the connection in use (rule 4; mscluster 4.1)."""

from __future__ import annotations

import datetime as dt

from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, ClassSchema
from .errors import WindowsError
from .folders import exists
from .model import Host, Membership
from .registry import Registry
from .schema import COMPUTER_SYSTEM, OPERATING_SYSTEM
from .services import read_service

CLUSTER_SERVICE = "ClusSvc"
# ClusterInstallationState: 0 and 1 mean that the node was never configured as a cluster member (mscluster 4.1).
OLD_STATE_KEY = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Cluster Server"
CURRENT = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
REBOOT_KEYS = {
    "component based servicing": f"{CURRENT}\\Component Based Servicing\\RebootPending",
    "windows update": f"{CURRENT}\\WindowsUpdate\\Auto Update\\RebootRequired",
}
SESSION_MANAGER = "SYSTEM\\CurrentControlSet\\Control\\Session Manager"


def read_host(ws: WsManOperations) -> Host:
    """Who the node is, whether it is a cluster member, and what waits for a reboot."""
    system = _only(ws, OPERATING_SYSTEM)
    computer = _only(ws, COMPUTER_SYSTEM)
    registry = Registry(ws)
    system_root = str(system.get("WindowsDirectory") or "C:\\Windows")
    membership = read_membership(ws, registry, system_root)
    name = str(computer.get("Name") or "")
    if not name:
        raise WindowsError("the node does not tell its computer name")
    booted = system.get("LastBootUpTime")
    return Host(
        computer_name=name,
        domain=str(computer.get("Domain") or ""),
        os_caption=str(system.get("Caption") or "").strip(),
        os_version=str(system.get("Version") or ""),
        architecture=str(system.get("OSArchitecture") or "32-bit"),
        booted_at=booted if isinstance(booted, dt.datetime) else None,
        membership=membership,
        cluster_name=registry.text("Cluster", "ClusterName") if membership == "running" else None,
        cluster_instance_id=registry.text("Cluster", "ClusterInstanceID") if membership == "running" else None,
        reboot_pending=reboot_reasons(registry),
        system_root=system_root,
    )


def _only(ws: WsManOperations, schema: ClassSchema) -> CimInstance:
    """The one instance of a class whose key is not known yet: a Get would need it (wsman 3.2)."""
    found = ws.enumerate(schema)
    if not found:
        raise WindowsError(f"the node shows no {schema.name}")
    return found[0]


def read_membership(ws: WsManOperations, registry: Registry, system_root: str) -> Membership:
    """Rule 1: not a member; a member whose cluster service is stopped; a member that runs.

    A disabled cluster service is a common maintenance step on members, so only a node without any trace of
    a cluster counts as none (mscluster 4.1).
    """
    service = read_service(ws, CLUSTER_SERVICE)
    if service is None:
        return "none"
    if service.state == "Running":
        return "running"
    if service.start_mode == "Disabled" and not _traces(ws, registry, system_root):
        return "none"
    return "stopped"


def _traces(ws: WsManOperations, registry: Registry, system_root: str) -> bool:
    """What a cluster leaves on a node: its names in the registry, its database among the files."""
    parameters = f"SYSTEM\\CurrentControlSet\\Services\\{CLUSTER_SERVICE}\\Parameters"
    if registry.text(parameters, "ClusterName") is not None or registry.text("Cluster", "ClusterName") is not None:
        return True
    if (registry.number(OLD_STATE_KEY, "ClusterInstallationState") or 0) > 1:
        return True
    return exists(ws, f"{system_root}\\Cluster\\CLUSDB", directory=False)


def reboot_reasons(registry: Registry) -> tuple[str, ...]:
    """Why Windows wants a reboot, as names (wsman 8.7)."""
    found = [name for name, key in REBOOT_KEYS.items() if registry.exists(key)]
    if registry.texts(SESSION_MANAGER, "PendingFileRenameOperations"):
        found.append("pending file rename operations")
    return tuple(found)
