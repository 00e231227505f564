"""The model of a Windows failover cluster and the CIM provider that shows it."""

from .cluster import Cluster
from .model import Event, Snapshot
from .naming import Naming
from .provider import MsClusterProvider
from .shapes import SETTLE_S, GroupOptions, Options, Shape, build, compatible, exchange2007_scc, groups_of
from .switches import ClusterSwitches
from .versions import ClusterVersion

__all__ = [
    "SETTLE_S",
    "Cluster",
    "ClusterSwitches",
    "ClusterVersion",
    "Event",
    "GroupOptions",
    "MsClusterProvider",
    "Naming",
    "Options",
    "Shape",
    "Snapshot",
    "build",
    "compatible",
    "exchange2007_scc",
    "groups_of",
]
