# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The classes of root/mscluster that we use (mscluster 2)."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from .._wsman.types import ClassSchema, Field, MethodSchema

NAMESPACE: t.Final = "root/mscluster"
U32 = Field("uint32")
S32 = Field("sint32")
FLAG = Field("boolean")
BYTES = Field("uint8", array=True)
TEXTS = Field("string", array=True)
REFERENCE = Field("reference")


def _void(name: str, inputs: Mapping[str, Field], outputs: Mapping[str, Field] | None = None) -> MethodSchema:
    """Almost every method is declared void: success is "no fault" (mscluster 0.1)."""
    return MethodSchema(name, inputs, outputs or {}, returns=False)


CLUSTER: t.Final = ClassSchema(
    NAMESPACE,
    "MSCluster_Cluster",
    ("Name",),
    {},
    {"GetNodeClusterState": _void("GetNodeClusterState", {}, {"ClusterState": S32})},
)
NODE: t.Final = ClassSchema(
    NAMESPACE,
    "MSCluster_Node",
    ("Name",),
    {"State": U32, "MajorVersion": U32, "MinorVersion": U32, "BuildNumber": U32},
)
GROUP: t.Final = ClassSchema(
    NAMESPACE, "MSCluster_ResourceGroup", ("Name",), {"State": U32, "PersistentState": FLAG, "AutoFailbackType": U32}
)
RESOURCE: t.Final = ClassSchema(
    NAMESPACE,
    "MSCluster_Resource",
    ("Name",),
    {
        "State": U32,
        "PersistentState": FLAG,
        "SeparateMonitor": FLAG,
        "IsAlivePollInterval": U32,
        "LooksAlivePollInterval": U32,
        "PendingTimeout": U32,
        "DeadlockTimeout": U32,
        "RestartAction": U32,
        "RestartThreshold": U32,
        "RestartPeriod": U32,
        "RestartDelay": U32,
        "RetryPeriodOnFailure": U32,
        "ResourceClass": U32,
        "CoreResource": FLAG,
        "QuorumCapable": FLAG,
        "LocalQuorumCapable": FLAG,
        "DeleteRequiresAllNodes": FLAG,
        "IsClusterSharedVolume": FLAG,
        "Flags": U32,
        "Characteristics": U32,
        "MonitorProcessId": U32,
        "LastOperationStatusCode": Field("uint64"),
        "RegistryCheckpoints": TEXTS,
        "CryptoCheckpoints": TEXTS,
        "RequiredDependencyTypes": TEXTS,
        "RequiredDependencyClasses": Field("uint32", array=True),
        "PrivateProperties": Field("object"),
    },
    {
        "CreateResource": _void(
            "CreateResource",
            {"Group": Field(), "ResourceName": Field(), "ResourceType": Field(), "SeparateMonitor": FLAG},
        ),
        "DeleteResource": _void("DeleteResource", {"Options": U32}),
        "AddDependency": _void("AddDependency", {"Resource": Field()}),
        "RemoveDependency": _void("RemoveDependency", {"Resource": Field()}),
        "GetDependencies": _void("GetDependencies", {}, {"Expression": Field()}),
        "AddPossibleOwner": _void("AddPossibleOwner", {"NodeName": Field()}),
        "RemovePossibleOwner": _void("RemovePossibleOwner", {"NodeName": Field()}),
        "AddRegistryCheckpoint": _void("AddRegistryCheckpoint", {"CheckpointName": Field()}),
        "RemoveRegistryCheckpoint": _void("RemoveRegistryCheckpoint", {"CheckpointName": Field()}),
        "BringOnline": _void("BringOnline", {"TimeOut": U32}),
        "TakeOffline": _void("TakeOffline", {"TimeOut": U32}),
        "ExecuteResourceControl": _void(
            "ExecuteResourceControl",
            {"ControlCode": S32, "InputBuffer": BYTES},
            {"OutputBuffer": BYTES, "OutputBufferSize": S32},
        ),
    },
)
PARTITION: t.Final = ClassSchema(
    NAMESPACE,
    "MSCluster_DiskPartition",
    ("Path",),
    {"TotalSize": U32, "FreeSpace": U32, "SerialNumber": U32, "MountPoints": TEXTS},
)


def association(name: str, first: str = "GroupComponent", second: str = "PartComponent") -> ClassSchema:
    return ClassSchema(NAMESPACE, name, (first, second), {first: REFERENCE, second: REFERENCE})


NODE_TO_ACTIVE_GROUP: t.Final = association("MSCluster_NodeToActiveGroup")
GROUP_TO_RESOURCE: t.Final = association("MSCluster_ResourceGroupToResource")
RESOURCE_TO_OWNER: t.Final = association("MSCluster_ResourceToPossibleOwner")
RESOURCE_TO_PARTITION: t.Final = association("MSCluster_ResourceToDiskPartition")
# The antecedent is the resource that depends, the dependent its provider (mscluster 0.4).
ENDS: t.Final = ("Antecedent", "Dependent")
DEPENDENCIES: t.Final = association("MSCluster_ResourceToDependentResource", *ENDS)
GROUP_TO_PREFERRED: t.Final = association("MSCluster_ResourceGroupToPreferredNode")

SET_PRIVATE_PROPERTIES: t.Final = 20971654
SET_COMMON_PROPERTIES: t.Final = 20971614
ADD_CHECKPOINT_64: t.Final = 20971710
ADD_CHECKPOINT_32: t.Final = 20971714
