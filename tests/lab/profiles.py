"""The Windows versions a node can be, as data (wsman 2.3, mscluster 2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .contract import WinrmSettings


@dataclass(frozen=True)
class WindowsProfile:
    name: str
    version: str  # "6.1.7601"
    caption: str
    product_type: int = 3  # 2 domain controller, 3 server
    architecture: str = "64-bit"
    settings: WinrmSettings = field(default_factory=WinrmSettings)
    missing_programs: frozenset[str] = frozenset()
    spaced_hashes: bool = False  # certutil -hashfile prints blanks between bytes (before 2012)

    @property
    def build(self) -> int:
        return int(self.version.rpartition(".")[2])


# Up to 2008 R2 the limits of WinRM 2.0 hold: 150 kB envelopes, 15 operations, 5 shells (wsman 2.3).
WINRM_2 = WinrmSettings(
    max_envelope_kb=150,
    max_operations_per_user=15,
    max_shells_per_user=5,
    max_processes_per_shell=15,
    max_memory_per_shell_mb=150,
)

PROFILES = {
    "windows2008r2": WindowsProfile(
        name="windows2008r2",
        version="6.1.7601",
        caption="Microsoft Windows Server 2008 R2 Enterprise ",
        settings=WINRM_2,
        spaced_hashes=True,
    ),
}


def profile(name: str) -> WindowsProfile:
    """Raises KeyError with the known names."""
    if name not in PROFILES:
        raise KeyError(f"unknown Windows profile {name!r}; known are {', '.join(sorted(PROFILES))}")
    return PROFILES[name]
