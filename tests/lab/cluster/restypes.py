"""The resource types of a cluster: registered names, DLLs, private properties (mscluster 2.6, 3.1)."""

from __future__ import annotations

from dataclasses import replace

from .model import Driver, ResourceType
from .versions import ClusterVersion

GENERIC_SERVICE = "Generic Service"
PHYSICAL_DISK = "Physical Disk"
NETWORK_NAME = "Network Name"
IP_ADDRESS = "IP Address"
SYSTEM_ATTENDANT = "Microsoft Exchange System Attendant"
INFORMATION_STORE = "Microsoft Exchange Information Store"
DATABASE_INSTANCE = "Microsoft Exchange Database Instance"

_EXCHANGE_DLL = "exres.dll"
_DISK_2008 = (
    ("DiskIdType", "uint32"),
    ("DiskSignature", "uint32"),
    ("DiskIdGuid", "string"),
    ("DiskRunChkDsk", "uint32"),
    ("MaintenanceMode", "uint32"),
)
_DISK_2003 = (("Signature", "uint32"), ("Drive", "string"), ("SkipChkdsk", "uint32"), ("ConditionalMount", "uint32"))
_NAME_2008 = (("Name", "string"), ("DnsName", "string"), ("RemapPipeNames", "uint32"), ("HostRecordTTL", "uint32"))
_NAME_2003 = (
    ("Name", "string"),
    ("RequireDNS", "uint32"),
    ("RequireKerberos", "uint32"),
    ("RemapPipeNames", "uint32"),
)
_LOCALISED = {
    GENERIC_SERVICE: "Allgemeiner Dienst",
    PHYSICAL_DISK: "Physikalischer Datenträger",
    NETWORK_NAME: "Netzwerkname",
    IP_ADDRESS: "IP-Adresse",
}


def builtin_types(version: ClusterVersion, localised: bool = False) -> tuple[ResourceType, ...]:
    """The types that a cluster of this version has without any product."""
    old = version == ClusterVersion.WIN2003
    found = (
        ResourceType(
            GENERIC_SERVICE,
            GENERIC_SERVICE,
            "clusres.dll",
            Driver.SERVICE,
            private=(("ServiceName", "string"), ("StartupParameters", "string"), ("UseNetworkName", "uint32")),
        ),
        ResourceType(
            PHYSICAL_DISK,
            PHYSICAL_DISK,
            "clusres.dll",
            Driver.DISK,
            1,
            quorum_capable=True,
            private=_DISK_2003 if old else _DISK_2008,
        ),
        ResourceType(
            NETWORK_NAME,
            NETWORK_NAME,
            "clusres.dll",
            resource_class=2,
            work_s=2.0,
            private=_NAME_2003 if old else _NAME_2008,
        ),
        ResourceType(
            IP_ADDRESS,
            IP_ADDRESS,
            "clusres.dll",
            resource_class=2,
            private=(
                ("Address", "string"),
                ("SubnetMask", "string"),
                ("Network", "string"),
                ("EnableDhcp", "uint32"),
                ("EnableNetBIOS", "uint32"),
            ),
        ),
    )
    return tuple(_named(item, _LOCALISED[item.name]) for item in found) if localised else found


def exchange2007_types() -> tuple[ResourceType, ...]:
    """System attendant and store run real services; database instances are logical (mscluster 4.2)."""
    return (
        ResourceType(SYSTEM_ATTENDANT, SYSTEM_ATTENDANT, _EXCHANGE_DLL, Driver.SERVICE),
        ResourceType(INFORMATION_STORE, INFORMATION_STORE, _EXCHANGE_DLL, Driver.SERVICE),
        ResourceType(DATABASE_INSTANCE, DATABASE_INSTANCE, _EXCHANGE_DLL, work_s=3.0),
    )


def _named(item: ResourceType, display: str) -> ResourceType:
    return replace(item, display=display)
