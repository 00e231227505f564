# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Who makes a change that concerns the whole cluster (rule 13), and what the nodes know of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._cluster.model import Cluster, Group, NodeState
from .._plan import Problem
from .profile import SemNode


@dataclass(frozen=True)
class Peers:
    """The hosts of this cluster that take part in the task: computer name in lower case -> what it published.

    ``absent`` says of other hosts of the play why they cannot act (failed, unreachable, other batch).
    """

    nodes: Mapping[str, SemNode] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    duplicates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # computer name -> inventory names

    def of(self, node: str) -> SemNode | None:
        return self.nodes.get(node.lower())

    def of_cluster(self, cluster: str | None) -> Peers:
        """Only the nodes of one cluster, by its instance id."""
        nodes = {name: entry for name, entry in self.nodes.items() if entry.cluster == cluster}
        return Peers(nodes, self.absent, {name: hosts for name, hosts in self.duplicates.items() if name in nodes})


@dataclass(frozen=True)
class Acting:
    """``node``: who acts; None: nobody can, and ``why`` says why not."""

    node: str | None
    why: str = ""

    def is_me(self, computer_name: str) -> bool:
        return self.node is not None and self.node.lower() == computer_name.lower()


def choose(cluster: Cluster, group: Group, peers: Peers, *, needs_owner: bool) -> Acting:
    """The owner of the group; for work that any node can do, else the first Up node by name."""
    owner = group.owner
    if owner and owner.lower() in peers.nodes:
        return Acting(owner)
    reason = peers.absent.get(owner.lower(), "it is not in this play") if owner else "nobody owns the group now"
    if needs_owner:
        if not owner:
            return Acting(None, f"only the owner can do this, and {reason}")
        return Acting(None, f"only the owner {owner} can do this, and {reason}")
    for name in sorted(cluster.nodes, key=str.lower):
        if cluster.nodes[name].state == NodeState.UP and name.lower() in peers.nodes:
            return Acting(name, f"the owner {owner} cannot ({reason})" if owner else reason)
    if not owner:
        return Acting(None, f"{reason}, and no Up node is in this play")
    return Acting(None, f"neither the owner {owner} ({reason}) nor another Up node is in this play")


def nobody(cluster: Cluster, acting: Acting) -> Problem:
    advice = "run the playbook for all nodes of the cluster, or repair the node that is named here"
    return Problem("nobody_acts", cluster.name, f"nobody can make the change: {acting.why}", advice)


def duplicates(peers: Peers) -> tuple[Problem, ...]:
    """The same node under two inventory names, or a virtual server's name beside its owner (rule 4)."""
    advice = "keep one inventory host per node, and no virtual server's name"
    return tuple(
        Problem("same_node_twice", node, f"the hosts {', '.join(hosts)} are all the node {node}", advice)
        for node, hosts in sorted(peers.duplicates.items())
    )
