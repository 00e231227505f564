"""The model of a Windows failover cluster and the CIM provider that shows it."""

from .cluster import Cluster
from .model import Event, Snapshot
from .naming import Naming
from .provider import MsClusterProvider
from .shapes import SETTLE_S, Shape, exchange2007_scc
from .switches import ClusterSwitches
from .versions import ClusterVersion

__all__ = [
    "SETTLE_S",
    "Cluster",
    "ClusterSwitches",
    "ClusterVersion",
    "Event",
    "MsClusterProvider",
    "Naming",
    "Shape",
    "Snapshot",
    "exchange2007_scc",
]
