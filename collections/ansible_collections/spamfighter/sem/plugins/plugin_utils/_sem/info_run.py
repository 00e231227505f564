# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Reading a node, and a whole cluster, as data."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from .._cluster.model import Cluster, Group, Resource
from .._plan import Problem
from .acting import duplicates
from .exchange import PROTECTED, find_group, find_resource, protected_groups
from .instance import policy_data
from .profile import GENERIC_SERVICE, Package, Profile
from .service_run import cluster_stopped
from .session import Performed, Session, publish, read_data_directory, read_sem_service

EXCHANGE_SERVICE = "MSExchangeIS"


@dataclass(frozen=True)
class InfoInputs:
    profile: Profile
    package: Package
    resource_name: str
    resource_type: str = GENERIC_SERVICE
    cluster_group: str | None = None
    protected_types: tuple[str, ...] = PROTECTED


def run_node_info(session: Session, inputs: InfoInputs) -> Performed:
    """Facts of a node; a member whose cluster service is stopped is a problem (rule 1)."""
    host = session.seen.host()
    products = session.seen.products(inputs.profile.display_name, inputs.package.upgrade_code)
    service = read_sem_service(session, inputs.profile) if products or inputs.profile.service else None
    product = products[0] if len(products) == 1 else None
    done = Performed(acted_by=host.computer_name, cluster=host.cluster_name or "")
    done.observed = {
        "node": asdict(host),
        "products": [asdict(item) for item in products],
        "service": None if service is None else asdict(service),
        "data_directory": read_data_directory(session, inputs.profile),
        "exchange": session.seen.service(EXCHANGE_SERVICE) is not None,
    }
    if host.membership == "stopped":
        done.problems = (cluster_stopped(host),)
    elif len(products) > 1:
        listed = ", ".join(f"{item.display_name} {item.version}" for item in products)
        advice = "remove what is not SEM's, or narrow sem_profile.display_name"
        done.problems = (Problem("several_products", host.computer_name, f"several products match: {listed}", advice),)
    found = (product.display_name, product.version) if product else None
    done.sem_node = publish(session, host, found, service)
    return done


def run_cluster_info(session: Session, inputs: InfoInputs) -> Performed:
    """The whole cluster as data; ``cluster`` is None on a node that is no member."""
    host = session.seen.host()
    if host.membership == "stopped":
        return Performed(problems=(cluster_stopped(host),))
    cluster = session.seen.cluster()
    finding = find_group(cluster, inputs.cluster_group, inputs.protected_types)
    done = Performed(notes=(finding.note,) if finding.note else (), problems=finding.problems)
    done.problems += duplicates(session.peers)
    done.acted_by = host.computer_name
    if cluster is None:
        done.observed = {"node": host.computer_name, "cluster": None}
        return done
    done.cluster = cluster.name
    resource = None
    if finding.group is not None:
        adoption = find_resource(
            cluster, finding.group, inputs.resource_name, inputs.resource_type, inputs.profile.service
        )
        resource = adoption.resource
        done.problems += adoption.problems
    done.observed = {
        "node": host.computer_name,
        "cluster": cluster_data(cluster),
        "exchange_groups": list(protected_groups(cluster, inputs.protected_types)),
        "sem_group": finding.group.name if finding.group else None,
        "sem_resource": resource.name if resource else None,
    }
    return done


def cluster_data(cluster: Cluster) -> dict[str, t.Any]:
    """Nodes, groups, resources with their relations, disks: plain, sorted, by name."""
    return {
        "name": cluster.name,
        "instance_id": cluster.instance_id,
        "seen_from": cluster.seen_from,
        "nodes": {name: node.state.name for name, node in sorted(cluster.nodes.items())},
        "groups": {name: _group_data(group) for name, group in sorted(cluster.groups.items())},
        "resources": {name: _resource_data(cluster, item) for name, item in sorted(cluster.resources.items())},
        "disks": {name: [asdict(volume) for volume in volumes] for name, volumes in sorted(cluster.partitions.items())},
    }


def _group_data(group: Group) -> dict[str, t.Any]:
    return {
        "state": group.state.name,
        "owner": group.owner,
        "preferred_owners": list(group.preferred_owners),
        "auto_failback": group.auto_failback,
    }


def _resource_data(cluster: Cluster, item: Resource) -> dict[str, t.Any]:
    return {
        "type": item.type,
        "group": item.group,
        "state": item.state.name,
        "persistent_state": item.persistent_state,
        "restart": policy_data(item.restart),
        "pending_timeout_ms": item.pending_timeout_ms,
        "private": dict(item.private),
        "checkpoints": list(item.checkpoints),
        "depends_on": sorted(cluster.providers.get(item.name, ())),
        "possible_owners": sorted(cluster.possible_owners.get(item.name, ())),
    }
