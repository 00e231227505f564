"""Which cmdlets there are, with their parameters (windows-powershell-docs, failoverclusters)."""

from __future__ import annotations

from . import changing, looking
from .binding import Signature
from .cmdlets import Cmdlet

_BY_NAME = Signature(("Name",), lists=("Name",))
_DEPENDENCY = Signature(("Resource", "Provider"))

CMDLETS: dict[str, Cmdlet] = {
    name.lower(): cmdlet
    for name, cmdlet in {
        "Get-ClusterResource": Cmdlet(_BY_NAME, looking.get_resource),
        "Get-ClusterGroup": Cmdlet(_BY_NAME, looking.get_group),
        "Get-ClusterNode": Cmdlet(_BY_NAME, looking.get_node),
        "Get-ClusterParameter": Cmdlet(_BY_NAME, looking.get_parameter),
        "Get-ClusterOwnerNode": Cmdlet(Signature(named=("Resource", "Group")), looking.get_owner_node, "Resource"),
        "Get-ClusterResourceDependency": Cmdlet(Signature(("Resource",)), looking.get_dependency, "Resource"),
        "Get-ClusterCheckpoint": Cmdlet(
            Signature(("ResourceName",), switches=("RegistryCheckpoint",), lists=("ResourceName",)),
            looking.get_checkpoint,
        ),
        "Add-ClusterResource": Cmdlet(
            Signature(("Name", "Group", "ResourceType"), switches=("SeparateMonitor",)), changing.add_resource
        ),
        "Remove-ClusterResource": Cmdlet(
            Signature(("Name",), switches=("Force",), lists=("Name",)), changing.remove_resource, "Name"
        ),
        "Set-ClusterParameter": Cmdlet(
            Signature(("Name", "Value"), named=("Multiple",), switches=("Create",)), changing.set_parameter
        ),
        "Add-ClusterResourceDependency": Cmdlet(_DEPENDENCY, changing.add_dependency, "Resource"),
        "Remove-ClusterResourceDependency": Cmdlet(_DEPENDENCY, changing.remove_dependency, "Resource"),
        "Set-ClusterResourceDependency": Cmdlet(
            Signature(("Resource", "Dependency")), changing.set_dependency, "Resource"
        ),
        "Set-ClusterOwnerNode": Cmdlet(
            Signature(named=("Resource", "Group", "Owners"), lists=("Owners",)), changing.set_owner_node, "Resource"
        ),
        "Start-ClusterResource": Cmdlet(Signature(("Name",), named=("Wait",)), changing.start_resource, "Name"),
        "Stop-ClusterResource": Cmdlet(Signature(("Name",), named=("Wait",)), changing.stop_resource, "Name"),
        "Test-ClusterResourceFailure": Cmdlet(Signature(("Name",)), changing.fail_resource, "Name"),
        "Move-ClusterResource": Cmdlet(Signature(("Name", "Group")), changing.move_resource, "Name"),
        "Add-ClusterCheckpoint": Cmdlet(
            Signature(("ResourceName",), named=("RegistryCheckpoint",)), changing.add_checkpoint, "ResourceName"
        ),
        "Remove-ClusterCheckpoint": Cmdlet(
            Signature(("ResourceName",), named=("CheckpointName",), switches=("RegistryCheckpoint", "Force")),
            changing.remove_checkpoint,
            "ResourceName",
        ),
        "Move-ClusterGroup": Cmdlet(Signature(("Name", "Node"), named=("Wait",)), changing.move_group, "Name"),
        "Suspend-ClusterNode": Cmdlet(
            Signature(("Name",), switches=("Drain",)), changing.suspend_node, "Name", since_2012=("Drain",)
        ),
        "Resume-ClusterNode": Cmdlet(Signature(("Name",)), changing.resume_node, "Name"),
    }.items()
}
