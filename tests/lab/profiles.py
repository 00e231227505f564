"""The Windows versions a node can be, as data (wsman 2.3, mscluster 2.4).

Quotas and their defaults follow [MS-WSMV] 2.2.4.10, 2.2.4.36, 2.2.4.42 and its product notes 8, 9, 19, 20, 26-34.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .contract import WinrmSettings

SHA1 = ("SHA1",)
ALL_HASHES = ("MD2", "MD4", "MD5", "SHA1", "SHA256", "SHA384", "SHA512")


@dataclass(frozen=True)
class Folders:
    """Where Windows keeps things."""

    windows: str = "C:\\Windows"
    program_files: str = "C:\\Program Files"
    program_data: str = "C:\\ProgramData"
    users: str = "C:\\Users"

    @property
    def home(self) -> str:
        return f"{self.users}\\Administrator"


OLD_FOLDERS = Folders(
    windows="C:\\WINDOWS",
    program_data="C:\\Documents and Settings\\All Users\\Application Data",
    users="C:\\Documents and Settings",
)


@dataclass(frozen=True)
class WindowsProfile:
    """``missing_programs`` are known to the lab and not on this Windows; the topology's ``with`` and ``without``
    change them. ``module_loading``: cmdlets of modules that nobody imported are found (PowerShell 3.0)."""

    name: str
    version: str  # "6.1.7601"
    caption: str
    caption_32: str = ""  # of the 32-bit edition, where there is one
    service_pack: int = 0
    product_type: int = 3  # 2 domain controller, 3 server
    architecture: str = "64-bit"
    settings: WinrmSettings = field(default_factory=WinrmSettings)
    folders: Folders = field(default_factory=Folders)
    missing_programs: frozenset[str] = frozenset()
    module_loading: bool = True
    hashes: tuple[str, ...] = ALL_HASHES  # of certutil -hashfile
    spaced_hashes: bool = False  # certutil -hashfile prints blanks between bytes (before 2012)
    icacls_inheritance: bool = True  # /inheritance and /q (not in KB919240, which describes 2003)
    registry_views: bool = True  # reg.exe knows /reg:32 and /reg:64
    absent: frozenset[str] = frozenset()  # "Class.Member" of root/cimv2 that this Windows does not have
    clustering_preinstalled: bool = False  # the cluster service is there, disabled, without a cluster
    exchange: str = "2007"  # what a stand-alone server runs

    @property
    def build(self) -> int:
        return int(self.version.rpartition(".")[2])

    @property
    def wow64(self) -> bool:
        """Whether 32-bit programs have a registry view and a program folder of their own."""
        return self.architecture == "64-bit"

    @property
    def program_files_x86(self) -> str:
        return f"{self.folders.program_files} (x86)" if self.wow64 else self.folders.program_files


# WinRM 1.1, on 2003 R2 and 2008 without KB968930 ([MS-WSMV] notes 9, 20, 27, 31-34, 104).
WINRM_1 = WinrmSettings(
    max_envelope_kb=150,
    max_batch_items=20,
    max_operations_per_user=15,
    max_connections=5,
    max_shells_per_user=2,
    max_processes_per_shell=5,
    max_memory_per_shell_mb=80,
    shell_idle_s=0,  # note 23: an idle shell is kept
    stack="1.1",
    association_filter=False,
    describes_shells=False,
)
# WinRM 2.0, to 2008 R2. Whether the update KB968930 also raises MaxBatchItems from 20 is open: see the profiles.
WINRM_2 = WinrmSettings(
    max_envelope_kb=150,
    max_operations_per_user=15,
    max_connections=25,
    max_shells_per_user=5,
    max_processes_per_shell=15,
    max_memory_per_shell_mb=150,
    shell_idle_s=180,
    stack="2.0",
)
WINRM_3 = WinrmSettings(stack="3.0")
# Newer servers report the shell quotas as unlimited (wsman 2.3).
UNLIMITED = 2**31 - 1
WINRM_3_NEW = replace(
    WINRM_3,
    max_shells_per_user=UNLIMITED,
    max_processes_per_shell=UNLIMITED,
    max_memory_per_shell_mb=UNLIMITED,
)
STACKS = {"1.1": WINRM_1, "2.0": WINRM_2}
OPTIONAL = frozenset({"cluster", "powershell", "failoverclusters", "robocopy"})
# Win32_OperatingSystem and Win32_ComputerSystem before Vista; Win32_Service before 2016.
ABSENT_2003 = frozenset(
    {
        "Win32_OperatingSystem.OSArchitecture",
        "Win32_OperatingSystem.MUILanguages",
        "Win32_ComputerSystem.DNSHostName",
        "StdRegProv.GetQWORDValue",
        "StdRegProv.SetQWORDValue",
    }
)
DELAYED = frozenset({"Win32_Service.DelayedAutoStart"})

PROFILES = {
    "windows2003r2": WindowsProfile(
        name="windows2003r2",
        version="5.2.3790",
        caption="Microsoft(R) Windows(R) Server 2003 Enterprise x64 Edition",
        caption_32="Microsoft(R) Windows(R) Server 2003, Enterprise Edition",
        service_pack=2,
        settings=replace(WINRM_2, max_batch_items=20, tls_max="1.0", optimized_first_items=0),
        folders=OLD_FOLDERS,
        missing_programs=OPTIONAL - {"cluster", "powershell"},
        module_loading=False,
        hashes=(),
        spaced_hashes=True,
        icacls_inheritance=False,
        registry_views=False,
        absent=ABSENT_2003 | DELAYED,
        clustering_preinstalled=True,
        exchange="2003",
    ),
    "windows2008": WindowsProfile(
        name="windows2008",
        version="6.0.6002",
        caption="Microsoft\u00ae Windows Server\u00ae 2008 Enterprise ",
        service_pack=2,
        settings=replace(WINRM_2, max_batch_items=20, tls_max="1.0"),
        missing_programs=OPTIONAL - {"cluster", "powershell", "robocopy"},
        module_loading=False,
        hashes=SHA1,
        spaced_hashes=True,
        icacls_inheritance=False,
        absent=DELAYED,
    ),
    "windows2008r2": WindowsProfile(
        name="windows2008r2",
        version="6.1.7601",
        caption="Microsoft Windows Server 2008 R2 Enterprise ",
        service_pack=1,
        settings=replace(WINRM_2, tls_max="1.2"),
        module_loading=False,
        spaced_hashes=True,
        absent=DELAYED,
    ),
    "windows2012r2": WindowsProfile(
        name="windows2012r2",
        version="6.3.9600",
        caption="Microsoft Windows Server 2012 R2 Standard",
        settings=replace(WINRM_3, tls_max="1.2", skip_cmd_shell_honoured=False),
        missing_programs=frozenset({"cluster"}),
        absent=DELAYED,
        exchange="2013",
    ),
    "windows2022": WindowsProfile(
        name="windows2022",
        version="10.0.20348",
        caption="Microsoft Windows Server 2022 Standard",
        settings=replace(WINRM_3_NEW, tls_max="1.3", skip_cmd_shell_honoured=False),
        missing_programs=frozenset({"cluster"}),
        exchange="2019",
    ),
}
# WinRM 2.0 on the first two is the update KB968930, which also brings PowerShell 2.0; without it there is 1.1.
UPDATED = ("windows2003r2", "windows2008")


def profile(name: str) -> WindowsProfile:
    """Raises KeyError with the known names."""
    if name not in PROFILES:
        raise KeyError(f"unknown Windows profile {name!r}; known are {', '.join(sorted(PROFILES))}")
    return PROFILES[name]


def without_update(found: WindowsProfile) -> WindowsProfile:
    """The same Windows without KB968930: WinRM 1.1 and no PowerShell."""
    kept = found.settings
    settings = replace(WINRM_1, tls_max=kept.tls_max, optimized_first_items=kept.optimized_first_items)
    return replace(found, settings=settings, missing_programs=found.missing_programs | {"powershell"})


def adjusted(
    found: WindowsProfile,
    *,
    winrm: str | None = None,
    tls_max: str | None = None,
    without: Iterable[str] = (),
    extra: Iterable[str] = (),
    architecture: str | None = None,
) -> WindowsProfile:
    """A profile with what a topology says of one machine."""
    if winrm == "1.1":
        found = without_update(found)
    if tls_max is not None:
        found = replace(found, settings=replace(found.settings, tls_max=tls_max))
    if architecture == "32-bit":
        found = replace(found, architecture=architecture, caption=found.caption_32 or found.caption)
    return replace(found, missing_programs=(found.missing_programs | frozenset(without)) - frozenset(extra))
