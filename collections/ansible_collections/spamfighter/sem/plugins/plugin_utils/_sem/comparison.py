# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What the nodes of each cluster published in this run, compared (rules 4, 14 and 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .acting import Peers
from .discovery import program_of
from .profile import SemNode
from .service import MANUAL


def unfinished_clusters(peers: Peers) -> Mapping[str, tuple[str, ...]]:
    """Cluster instance id -> why it has to be gone through once more; clusters with nothing to do are left out."""
    members: dict[str, list[SemNode]] = {}
    for entry in peers.nodes.values():
        if entry.cluster is not None:
            members.setdefault(entry.cluster, []).append(entry)
    found = {}
    for cluster, nodes in members.items():
        reasons = tuple(_reasons(sorted(nodes, key=lambda entry: entry.node), peers))
        if reasons:
            found[cluster] = reasons
    return found


def _reasons(nodes: list[SemNode], peers: Peers) -> Iterable[str]:
    for entry in nodes:
        if entry.node.lower() in peers.duplicates:
            yield f"{entry.node} is in the play more than once"
        if entry.unfinished:
            yield f"{entry.node} sees the cluster not as declared"
        if entry.predicted:
            yield f"SEM will be installed on {entry.node}"
        elif entry.product is None or entry.service is None:
            yield f"SEM is not known on {entry.node}"
        elif entry.start_mode != MANUAL:
            yield f"the service on {entry.node} has the start mode {entry.start_mode}"
    for what, values in (
        ("service", {entry.service.lower() for entry in nodes if entry.service}),
        ("program", {program_of(entry.service_path) for entry in nodes if entry.service_path}),
    ):
        if len(values) > 1:
            yield f"the {what} differs between the nodes: {', '.join(sorted(values))}"
