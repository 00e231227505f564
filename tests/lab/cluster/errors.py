"""The system's own texts (mscluster 9) and the one way to refuse."""

# ruff: noqa: E501  (Microsoft's sentences are not ours to break)

from __future__ import annotations

from ..contract import CimError

TEXTS = {
    2: "The system cannot find the file specified.",
    5: "Access is denied.",
    70: "The remote server has been paused or is in the process of being started.",
    87: "The parameter is incorrect.",
    123: "The filename, directory name, or volume label syntax is incorrect.",
    183: "Cannot create a file when that file already exists.",
    997: "Overlapped I/O operation is in progress.",
    1053: "The service did not respond to the start or control request in a timely fashion.",
    1058: "The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
    1059: "Circular service dependency was specified.",
    1060: "The specified service does not exist as an installed service.",
    1069: "The service did not start due to a logon failure.",
    1722: "The RPC server is unavailable.",
    1753: "There are no more endpoints available from the endpoint mapper.",
    5001: "The operation cannot be completed because other resources are dependent on this resource.",
    5002: "The cluster resource dependency cannot be found.",
    5003: "The cluster resource cannot be made dependent on the specified resource because it is already dependent.",
    5005: "A cluster node is not available for this operation.",
    5036: "A cluster node is not available for this operation.",
    5006: "The cluster resource is not available.",
    5007: "The cluster resource could not be found.",
    5010: "The object already exists.",
    5012: "The cluster group is not available for any new requests.",
    5013: "The cluster group could not be found.",
    5015: "The operation failed because either the specified cluster node is not the owner of the resource, or the node is not a possible owner of the resource.",
    5016: "The operation failed because either the specified cluster node is not the owner of the group, or the node is not a possible owner of the group.",
    5018: "The cluster resource could not be brought online by the resource monitor.",
    5019: "The operation could not be completed because the cluster resource is online.",
    5023: "The group or resource is not in the correct state to perform the requested operation.",
    5024: "The properties were stored but not all changes will take effect until the next time the resource is brought online.",
    5026: "The cluster resource could not be deleted since it is a core resource.",
    5037: "All cluster nodes must be running to perform this operation.",
    5038: "A cluster resource failed.",
    5042: "The cluster node was not found.",
    5050: "The cluster node is down.",
    5058: "The cluster node is not paused.",
    5071: "The cluster resource cannot be brought online. The owner node cannot run this resource.",
    5076: "This resource cannot be created because the cluster has reached the limit on the number of resources it can monitor.",
    5078: "The specified resource type was not found.",
    5079: "The specified node does not support a resource of this type.",
    5084: "The resource monitor will not allow the fail operation to be performed while the resource is in its current state.",
    5089: "An attempt to modify a resource property failed because it conflicts with another existing property.",
    5895: "The actual data type of the property did not match the expected data type of the property.",
    5897: "Two or more parameter values specified for a resource's properties are in conflict.",
    5913: "A parameter value is out of acceptable range.",
    5908: "The group is unable to accept the request since it is moving to another node.",
    5910: "The call to the cluster resource DLL timed out.",
    5925: "A quorum of cluster nodes was not present to form a cluster.",
    5929: "The dependencies for this resource are nested too deeply.",
    5932: "The Failover Clustering feature is not installed on this node.",
    5942: "The resource failed to come online due to the failure of one or more provider resources.",
    5943: "The resource has indicated that it cannot come online on any node.",
    5944: "The current operation cannot be performed on this group at this time.",
    5959: "The requested operation can not be completed because the group is queued for an operation.",
    5960: "The requested operation can not be completed because a resource has locked status.",
    5962: "A node drain is already in progress.",
    5970: "The operation cannot be completed because the resource is in maintenance mode.",
}
# Not in the sheet's table, but refusals of mscluster 6.5; the system's list has these words.
TEXTS.update(
    {
        1: "Incorrect function.",
        13: "The data is invalid.",
        122: "The data area passed to a system call is too small.",
        145: "The directory is not empty.",
        1372: "Cannot perform this operation on this built-in special group.",
        1783: "The stub received bad data.",
        5069: "The cluster quorum resource is not allowed to have any dependencies.",
    }
)


def refusal(code: int, operation: str = "") -> CimError:
    """The error of Win32 code ``code`` with Microsoft's text."""
    return CimError(TEXTS.get(code, f"Win32 error {code}."), win32=code, operation=operation)
