"""SEM on a node as an admin installs it, without our client: what tests of everything after it begin with."""

from __future__ import annotations

from lab.world import VERSIONS

from .direct_cell import DirectCell
from .drifts import SERVICE

PACKAGE = "C:\\Windows\\Temp\\by-hand.msi"
LINES = (
    f"msiexec /i {PACKAGE} /qn /norestart",
    f"net stop {SERVICE}",
    f"sc config {SERVICE} start= demand",
    f'sc failure {SERVICE} reset= 0 actions= ""',
)


def install(cell: DirectCell, node: str, version: str = "4.1.0") -> None:
    """Installed, stopped, manual, without recovery actions."""
    cell.direct.world.machines[node].files.write(PACKAGE, VERSIONS[version].read_bytes())
    for line in LINES:
        cell.cmd(node, line)
