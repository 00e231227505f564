"""powershell.exe, as far as the FailoverClusters cmdlets need it (mscluster 8)."""

from .program import PowerShell

__all__ = ["PowerShell"]
