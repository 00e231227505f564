"""The resource types of a cluster: registered names, DLLs, private properties (mscluster 2.6, 3.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .model import Driver, ResourceType
from .versions import ClusterVersion

GENERIC_SERVICE = "Generic Service"
PHYSICAL_DISK = "Physical Disk"
NETWORK_NAME = "Network Name"
IP_ADDRESS = "IP Address"
FILE_SHARE_WITNESS = "File Share Witness"
MAJORITY_NODE_SET = "Majority Node Set"
TRANSACTIONS = "Distributed Transaction Coordinator"
THIRD_PARTY_DISK = "Volume Manager Disk Group"

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
    TRANSACTIONS: "Distributed Transaction Coordinator",
    FILE_SHARE_WITNESS: "Dateifreigabenzeuge",
    MAJORITY_NODE_SET: "Hauptknotensatz",
}
_ADDRESS = (
    ("Address", "string"),
    ("SubnetMask", "string"),
    ("Network", "string"),
    ("EnableDhcp", "uint32"),
    ("EnableNetBIOS", "uint32"),
)
_SERVICE = (("ServiceName", "string"), ("StartupParameters", "string"), ("UseNetworkName", "uint32"))


def builtin_types(version: ClusterVersion, localised: bool = False) -> tuple[ResourceType, ...]:
    """The types that a cluster of this version has without any product."""
    old = version == ClusterVersion.WIN2003
    disk = _DISK_2003 if old else _DISK_2008
    found = (
        _type(GENERIC_SERVICE, Driver.SERVICE, private=_SERVICE),
        _type(PHYSICAL_DISK, Driver.DISK, resource_class=1, quorum_capable=True, private=disk),
        _type(NETWORK_NAME, resource_class=2, work_s=2.0, private=_NAME_2003 if old else _NAME_2008),
        _type(IP_ADDRESS, resource_class=2, private=_ADDRESS),
        _type(TRANSACTIONS),
        _witness(old),
    )
    return tuple(replace(item, display=_LOCALISED[item.name]) for item in found) if localised else found


def _type(name: str, driver: Driver = Driver.LOGICAL, **more: Any) -> ResourceType:
    return ResourceType(name, name, "clusres.dll", driver, **more)


def _witness(old: bool) -> ResourceType:
    """A quorum without a shared disk: a majority of nodes with a file share (2003: KB921181)."""
    if old:
        return _type(MAJORITY_NODE_SET, quorum_capable=True, private=(("MNSFileShare", "string"),))
    return _type(FILE_SHARE_WITNESS, quorum_capable=True, private=(("SharePath", "string"),))


def third_party_disk() -> ResourceType:
    """A volume manager's own type: storage by its class, not by its name (mscluster 4.3)."""
    return ResourceType(
        THIRD_PARTY_DISK, THIRD_PARTY_DISK, "vmres.dll", Driver.DISK, 1, private=(("DiskGroupName", "string"),)
    )


def vendor_type(name: str) -> ResourceType:
    """A product's own type for its service, as vendors register one."""
    return ResourceType(name, name, "semres.dll", Driver.SERVICE, 32768, private=(("DataPath", "string"),))
