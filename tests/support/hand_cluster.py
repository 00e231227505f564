"""A small failover cluster as rows of root/mscluster (mscluster 2); what its methods do is the test's choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .answers import WMI, output, properties, reference
from .hand_made import HandMade
from .replay import Sent

SEM, GROUP, DISK, NAME, ADDRESS = "SEM", "Mail", "Disk S", "Mail Name", "Mail IP"
GENERIC = "MSCluster_Property_Resource_Generic_Service"
ENDS = {
    "MSCluster_NodeToActiveGroup": ("MSCluster_Node", "MSCluster_ResourceGroup"),
    "MSCluster_ResourceGroupToResource": ("MSCluster_ResourceGroup", "MSCluster_Resource"),
    "MSCluster_ResourceToPossibleOwner": ("MSCluster_Resource", "MSCluster_Node"),
    "MSCluster_ResourceToDiskPartition": ("MSCluster_Resource", "MSCluster_DiskPartition"),
    "MSCluster_ResourceGroupToPreferredNode": ("MSCluster_ResourceGroup", "MSCluster_Node"),
    "MSCluster_ResourceToDependentResource": ("MSCluster_Resource", "MSCluster_Resource"),
}
KEYS = {"MSCluster_DiskPartition": "Path"}


def private(values: dict[str, Any], kind: str = GENERIC) -> str:
    """PrivateProperties as an embedded object (mscluster 3.2)."""
    uri = f"{WMI}root/mscluster/{kind}"
    inside = properties(values, "e")
    return f'<p:PrivateProperties xmlns:e="{uri}" xsi:type="e:{kind}_Type">{inside}</p:PrivateProperties>'


def resource(name: str, kind: str, **changed: Any) -> dict[str, Any]:
    """With a new resource's defaults (mscluster 2.4)."""
    return {
        "Name": name,
        "Type": kind,
        "State": 2,
        "PersistentState": True,
        "SeparateMonitor": False,
        "RestartAction": 2,
        "RestartThreshold": 1,
        "RestartPeriod": 900000,
        "RetryPeriodOnFailure": 3600000,
        "PendingTimeout": 180000,
        "CoreResource": False,
        "Description": None,
        **changed,
    }


class HandCluster(HandMade):
    """Two nodes, the group Mail on N1 with an address, a name, a disk and SEM. ``links`` by association class."""

    def __init__(self) -> None:
        super().__init__("root/mscluster")
        self.rows = {
            "MSCluster_Cluster": [{"Name": "C1"}],
            "MSCluster_Node": [{"Name": "N1", "State": 0}, {"Name": "N2", "State": 2}],
            "MSCluster_ResourceGroup": [
                {"Name": GROUP, "State": 0, "PersistentState": True, "AutoFailbackType": 1},
                {"Name": "Cluster Group", "State": 3, "AutoFailbackType": 0},
            ],
            "MSCluster_Resource": [
                resource(ADDRESS, "IP Address"),
                resource(NAME, "Network Name"),
                resource(DISK, "Physical Disk", ResourceClass=1),
                resource(SEM, "Generic Service", State=3, SeparateMonitor=True, RegistryCheckpoints=["SOFTWARE\\A"]),
                resource("Quorum", "Physical Disk", State=3, CoreResource=True),
            ],
            "MSCluster_DiskPartition": [
                {"Path": "S:", "VolumeLabel": "Data", "TotalSize": 1000, "FreeSpace": 900, "MountPoints": ["S:\\m"]},
                {"Path": "Q:", "VolumeLabel": "Q", "TotalSize": 10, "FreeSpace": 9},
            ],
        }
        self.links: dict[str, list[tuple[str, str]]] = {
            "MSCluster_NodeToActiveGroup": [("N1", GROUP), ("N2", "Cluster Group")],
            "MSCluster_ResourceGroupToResource": [
                *((GROUP, name) for name in (ADDRESS, NAME, DISK, SEM)),
                ("Cluster Group", "Quorum"),
            ],
            "MSCluster_ResourceToPossibleOwner": [
                (item["Name"], node) for item in self.rows["MSCluster_Resource"] for node in ("N1", "N2")
            ],
            "MSCluster_ResourceToDiskPartition": [(DISK, "S:"), ("Quorum", "Q:")],
            "MSCluster_ResourceGroupToPreferredNode": [(GROUP, "N2"), (GROUP, "N1")],
            "MSCluster_ResourceToDependentResource": [(NAME, ADDRESS), (SEM, DISK), (SEM, NAME)],
        }
        self.private: dict[str, dict[str, Any]] = {SEM: {"ServiceName": "spamfsvc", "UseNetworkName": 0}}
        self.instance_id: str | None = "id-1"

    def row(self, name: str = SEM) -> dict[str, Any]:
        return next(item for item in self.rows["MSCluster_Resource"] if item["Name"].lower() == name.lower())

    def remove(self, name: str) -> None:
        self.rows["MSCluster_Resource"].remove(self.row(name))
        for kind, items in self.links.items():
            self.links[kind] = [item for item in items if name not in item]

    def _enumerate(self, request: Sent, name: str) -> bytes:
        for kind, (left, right) in ENDS.items():
            first, second = ("Antecedent", "Dependent") if "Dependent" in kind else ("GroupComponent", "PartComponent")
            self.rows[kind] = [
                {first: _end(left, one), second: _end(right, other)} for one, other in self.links.get(kind, ())
            ]
        return super()._enumerate(request, name)

    def _shown(self, name: str, row: dict[str, Any]) -> str:
        shown = super()._shown(name, row)
        values = self.private.get(str(row.get("Name"))) if name == "MSCluster_Resource" else None
        if values is None:
            return shown
        return shown.replace(f"</p:{name}>", f"{private(values)}</p:{name}>")

    def _elsewhere(self, request: Sent) -> bytes:
        """StdRegProv for the one value that a cluster keeps there."""
        assert request.texts("sSubKeyName") == ["Cluster"]
        known = self.instance_id is not None
        values = {"sValue": self.instance_id, "ReturnValue": 0} if known else {"ReturnValue": 2}
        return output("StdRegProv", request.verb, properties(values))

    def add_links(self, kind: str, items: Iterable[tuple[str, str]]) -> None:
        self.links[kind] = [*self.links[kind], *items]


def _end(kind: str, name: str) -> str:
    return reference(kind, {KEYS.get(kind, "Name"): name})
