"""cluster.exe: syntax, evaluation and output (mscluster 8; TechNet cc785087, cc783967)."""

from .program import ClusterExe

__all__ = ["ClusterExe"]
