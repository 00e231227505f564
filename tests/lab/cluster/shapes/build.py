"""Which shapes there are, and on which Windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...clock import VirtualClock
from ...contract import Host
from ...journal import Journal
from ..naming import Naming
from ..versions import ClusterVersion as V
from . import exchange2003, exchange2007, others
from .builder import Options, Shape

Maker = Callable[[str, Naming, Sequence[Host], VirtualClock, Journal, Options], Shape]
_EXCHANGE_2007 = (V.WIN2003, V.WIN2008, V.WIN2008R2)
# shape -> who builds it, the Windows versions, the fewest nodes
BUILDERS: dict[str, tuple[Maker, tuple[V, ...], int]] = {
    "exchange2003_ap": (exchange2003.active_passive, (V.WIN2003,), 2),
    "exchange2007_scc": (exchange2007.single_copy, _EXCHANGE_2007, 1),
    "exchange2007_ccr": (exchange2007.continuous_replication, _EXCHANGE_2007, 2),
    "exchange_nplus1": (exchange2007.spare_node, _EXCHANGE_2007, 3),
    "dag": (others.availability_group, (V.WIN2008, V.WIN2008R2, V.WIN2012R2, V.WIN2022), 1),
    "application": (others.application, tuple(V), 1),
}
MOST_NODES = {V.WIN2003: 8, V.WIN2008: 16, V.WIN2008R2: 16}


def groups_of(shape: str, nodes: int) -> int:
    """How many mail servers or applications the shape has."""
    return {"dag": 0, "exchange_nplus1": nodes - 1}.get(shape, 1)


def compatible(shape: str, version: V, nodes: int) -> str | None:
    """Why the shape cannot be built so; None when it can."""
    _, versions, fewest = BUILDERS[shape]
    if version not in versions:
        return f"the shape {shape} does not exist on this Windows"
    if shape == "exchange2007_ccr" and nodes != 2:
        return "cluster continuous replication has two nodes"
    if nodes < fewest:
        return f"the shape {shape} needs {fewest} nodes"
    if nodes > MOST_NODES.get(version, 64):
        return f"a cluster of this Windows has at most {MOST_NODES[version]} nodes"
    return None


def build(
    shape: str,
    name: str,
    naming: Naming,
    hosts: Sequence[Host],
    clock: VirtualClock,
    journal: Journal,
    options: Options,
) -> Shape:
    """Raises ValueError when the shape does not exist on the version."""
    return BUILDERS[shape][0](name, naming, hosts, clock, journal, options)
