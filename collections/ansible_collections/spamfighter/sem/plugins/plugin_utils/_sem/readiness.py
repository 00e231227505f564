# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What has to be true of the other nodes before SEM is integrated (rules 14 and 15)."""

from __future__ import annotations

from collections.abc import Iterable

from .._plan import Plan, Problem
from .acting import Peers
from .discovery import program_of
from .instance import InstanceSeen, owners_after
from .profile import UNKNOWN_SERVICE, SemNode
from .service import MANUAL

NEEDS_ALL = ("resource", "add_owner")


def check_nodes(plan: Plan, seen: InstanceSeen, peers: Peers, service: str) -> Plan:
    """The plan with what is wrong, or unknown, on the possible owners.

    Unknown nodes are a problem when the resource is new or its owners change, else a note, so that a run
    limited to some hosts still works.
    """
    wrong = [problem for node in sorted(owners_after(seen)) for problem in _wrong(node, peers.of(node), service)]
    unknown = [node for node in sorted(owners_after(seen)) if peers.of(node) is None]
    paths = {program_of(item.service_path) for item in _known(seen, peers) if item.service_path}
    if len(paths) > 1:
        what = f"SEM's program differs between the nodes: {', '.join(sorted(paths))}"
        advice = "install SEM in the same folder on every node"
        wrong.append(Problem("paths_differ", seen.cluster.name, what, advice))
    if wrong:
        return Plan(plan.changes, plan.notes, plan.problems + tuple(wrong))
    if not unknown:
        return plan
    listed = ", ".join(_unknown(node, peers) for node in unknown)
    if any(change.kind in NEEDS_ALL for change in plan.changes):
        what = f"whether SEM is installed is not known of {listed}"
        advice = "run the playbook for all nodes of the cluster; a possible owner without SEM would fail at a failover"
        return Plan(
            plan.changes, plan.notes, (*plan.problems, Problem("unknown_nodes", seen.cluster.name, what, advice))
        )
    return Plan(plan.changes, (*plan.notes, f"not looked at in this run: {listed}"), plan.problems)


def _known(seen: InstanceSeen, peers: Peers) -> Iterable[SemNode]:
    return (item for item in map(peers.of, owners_after(seen)) if item is not None)


def _unknown(node: str, peers: Peers) -> str:
    return f"{node} ({peers.absent.get(node.lower(), 'not in this play')})"


def _wrong(node: str, known: SemNode | None, service: str) -> Iterable[Problem]:
    if known is None:
        return
    if known.predicted and known.product is not None and known.service in (None, service):
        return
    if known.product is None or known.service is None:
        advice = "install SEM there first (role node, tag install)"
        yield Problem("sem_missing", node, f"SEM is not installed on the possible owner {node}", advice)
    elif service not in ("", UNKNOWN_SERVICE) and known.service.lower() != service.lower():
        what = f"SEM's service is {known.service!r} on {node}, but {service!r} here"
        yield Problem("service_differs", node, what, "install the same version of SEM on every node")
    elif known.start_mode != MANUAL:
        what = f"the service {service} on {node} has the start mode {known.start_mode}, so Windows would start it"
        yield Problem("start_mode", node, what, "run the role node (tag install) for that node first")
