# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Codes with Microsoft's English text and our advice (mscluster 9, wsman 5.3)."""

from __future__ import annotations

import typing as t

RETRY_LATER = "wait and run the playbook again"
READ_AGAIN = "it was deleted or renamed meanwhile; run the playbook again"
QUOTA = "a WinRM quota of the node is used up; " + RETRY_LATER
OWNERS = "add the node to the possible owners"
ADMINISTRATOR = "use an account that is an administrator of every node and has full control of the cluster"

# Win32 code: (Microsoft's text, what to do)
WIN32: t.Final[dict[int, tuple[str, str]]] = {
    2: ("The system cannot find the file specified.", "check the path"),
    5: ("Access is denied.", ADMINISTRATOR),
    70: (
        "The remote server has been paused or is in the process of being started.",
        "the owner node is paused or still starting; resume it, then run the playbook again",
    ),
    87: (
        "The parameter is incorrect.",
        "for a dependency: both resources must be in the same group and the expression well formed",
    ),
    123: (
        "The filename, directory name, or volume label syntax is incorrect.",
        "the name of the resource is empty or not allowed",
    ),
    183: ("Cannot create a file when that file already exists.", "it is there already; run the playbook again"),
    997: ("Overlapped I/O operation is in progress.", "not an error: it is still going on"),
    1053: (
        "The service did not respond to the start or control request in a timely fashion.",
        "SEM started too slowly; look into its log and raise sem_pending_timeout_s",
    ),
    1058: (
        "The service cannot be started, either because it is disabled or because it has no enabled devices "
        "associated with it.",
        "set SEM's service to Manual on this node: the role node does it",
    ),
    1059: ("Circular service dependency was specified.", "this dependency would make a loop; leave it out"),
    1060: ("The specified service does not exist as an installed service.", "install SEM on this node first"),
    1067: ("The process terminated unexpectedly.", "look into SEM's log and the Application event log of the owner"),
    1069: (
        "The service did not start due to a logon failure.",
        "check the service account and its password on this node",
    ),
    1722: ("The RPC server is unavailable.", "the node cannot be reached by the cluster"),
    1753: (
        "There are no more endpoints available from the endpoint mapper.",
        "the cluster service on this node is not running; start it",
    ),
    5001: (
        "The operation cannot be completed because other resources are dependent on this resource.",
        "something depends on SEM; remove that dependency",
    ),
    5002: ("The cluster resource dependency cannot be found.", "it is gone already; run the playbook again"),
    5003: (
        "The cluster resource cannot be made dependent on the specified resource because it is already dependent.",
        "it is set already; run the playbook again",
    ),
    5005: ("A cluster node is not available for this operation.", "the target node is down; start it"),
    5006: ("The cluster resource is not available.", READ_AGAIN),
    5007: ("The cluster resource could not be found.", READ_AGAIN),
    5010: ("The object already exists.", "a resource of that name exists; compare its type and group"),
    5012: ("The cluster group is not available for any new requests.", "the group is moving; " + RETRY_LATER),
    5013: ("The cluster group could not be found.", "check the group's name"),
    5015: (
        "The operation failed because either the specified cluster node is not the owner of the resource, "
        "or the node is not a possible owner of the resource.",
        OWNERS,
    ),
    5016: (
        "The operation failed because either the specified cluster node is not the owner of the group, "
        "or the node is not a possible owner of the group.",
        OWNERS + " of each resource of the group",
    ),
    5018: (
        "The cluster resource could not be brought online by the resource monitor.",
        "see events 1040 to 1042 in the System log of the owner node",
    ),
    5019: ("The operation could not be completed because the cluster resource is online.", "take SEM offline first"),
    5023: (
        "The group or resource is not in the correct state to perform the requested operation.",
        "something is still pending; " + RETRY_LATER,
    ),
    5024: (
        "The properties were stored but not all changes will take effect until the next time the resource is "
        "brought online.",
        "SEM must be taken offline and online once",
    ),
    5026: (
        "The cluster resource could not be deleted since it is a core resource.",
        "this is a resource of the cluster itself: check resource_name",
    ),
    5036: ("A cluster node is not available for this operation.", "the target node is down; start it"),
    5037: ("All cluster nodes must be running to perform this operation.", "start the missing node"),
    5038: ("A cluster resource failed.", "the resource is in the state Failed; see the System log of the owner"),
    5042: ("The cluster node was not found.", "the node is no member of the cluster, or no possible owner"),
    5050: ("The cluster node is down.", "start the node"),
    5058: ("The cluster node is not paused.", "there is nothing to resume"),
    5071: (
        "The cluster resource cannot be brought online. The owner node cannot run this resource.",
        "the owner is not among the possible owners",
    ),
    5076: (
        "This resource cannot be created because the cluster has reached the limit on the number of resources it "
        "can monitor.",
        "the cluster is full",
    ),
    5078: ("The specified resource type was not found.", "give the registered type name, not the translated one"),
    5079: (
        "The specified node does not support a resource of this type.",
        "the resource type's DLL is missing on that node",
    ),
    5084: (
        "The resource monitor will not allow the fail operation to be performed while the resource is in its "
        "current state.",
        "wait until the resource is online",
    ),
    5089: (
        "An attempt to modify a resource property failed because it conflicts with another existing property.",
        "compare the values, for example the retry period with the restart period",
    ),
    5895: ("The actual data type of the property did not match the expected data type of the property.", ""),
    5897: ("Two or more parameter values specified for a resource's properties are in conflict.", "compare the values"),
    5908: (
        "The group is unable to accept the request since it is moving to another node.",
        "wait until the owner is stable, then run the playbook again",
    ),
    5910: ("The call to the cluster resource DLL timed out.", "a resource hangs; see event 1230 on the owner node"),
    5913: ("A parameter value is out of acceptable range.", "check the value"),
    5925: ("A quorum of cluster nodes was not present to form a cluster.", "too few nodes are up; start them"),
    5929: ("The dependencies for this resource are nested too deeply.", "more than a hundred levels are refused"),
    5932: ("The Failover Clustering feature is not installed on this node.", "this is no cluster node"),
    5942: (
        "The resource failed to come online due to the failure of one or more provider resources.",
        "an Exchange or disk resource is down; bring that online first",
    ),
    5943: (
        "The resource has indicated that it cannot come online on any node.",
        "this is a matter of its configuration, not of the node",
    ),
    5944: ("The current operation cannot be performed on this group at this time.", RETRY_LATER),
    5959: ("The requested operation can not be completed because the group is queued for an operation.", RETRY_LATER),
    5960: (
        "The requested operation can not be completed because a resource has locked status.",
        "a backup or storage job holds it; " + RETRY_LATER,
    ),
    5962: ("A node drain is already in progress.", RETRY_LATER),
    5970: (
        "The operation cannot be completed because the resource is in maintenance mode.",
        "end the maintenance mode of the disk",
    ),
}
# WSManFault or WBEM code: what to do
WSMAN: t.Final[dict[int, str]] = {
    2150858752: "the class or instance is not there",
    2150858778: "the class is not in this namespace, or the query was refused",
    2150858793: "the node did not answer in time; it may still be working: run the playbook again to see",
    2150858815: QUOTA,
    2150859010: "the provider of this Windows version cannot do this",
    2150859012: "WMI denied access: the account must be an administrator of the node",
    2150859013: "the provider denied access: the account needs full control of the cluster",
    2150859014: "the WMI namespace denied access, or the account's token is filtered (LocalAccountTokenFilterPolicy)",
    2150859118: "WinRM on the node is starting; " + RETRY_LATER,
    2150859173: "too many shells are open for this account on the node; " + RETRY_LATER,
    2150859174: "too many operations are open for this account on the node; " + RETRY_LATER,
    2150859175: QUOTA,
    2150859176: QUOTA,
    2150859179: "too many accounts have shells open on the node; " + RETRY_LATER,
    2150859180: "remote shells are switched off on the node: set AllowRemoteShellAccess to true",
    2150859229: "remote access is switched off on the node: see the policy of the WinRM service",
    0x8004100E: "the namespace is missing: the Failover Clustering feature is not installed on this node",
    0x80041003: "WMI denied access: the account must be an administrator of the node",
}
# Connection lost or cluster busy: worth another try after a pause (mscluster 9, last paragraph).
TRANSIENT: t.Final[frozenset[int]] = frozenset(
    (
        70,
        997,
        1702,
        1717,
        1722,
        1723,
        1726,
        1727,
        1747,
        1753,
        1775,
        1825,
        5050,
        5072,
        5073,
        5908,
        5944,
        5959,
    )
)
# Glitches of the transport inside the cluster: worth one more try (mscluster 9).
GLITCHES: t.Final[frozenset[int]] = frozenset((5921, 5922))
# Refused before anything ran, for want of room or because the service is starting (wsman 5.3): may be sent again.
NOT_YET: t.Final[frozenset[int]] = frozenset(
    (2150858802, 2150858815, 2150859118, 2150859173, 2150859174, 2150859175, 2150859176, 2150859179)
) | frozenset(range(2150859236, 2150859243))
ACCESS_DENIED: t.Final[frozenset[int]] = frozenset(
    (5, 2150859012, 2150859013, 2150859014, 0x80041003, 0x80041062, 0x80070005)
)


def advice(win32: int | None, *others: int | None) -> str:
    """What to do about the first code that we know; an empty text when none is."""
    if win32 is not None and win32 in WIN32:
        return WIN32[win32][1]
    return next((WSMAN[code] for code in others if code is not None and code in WSMAN), "")


def microsoft_text(win32: int | None) -> str:
    return WIN32[win32][0] if win32 is not None and win32 in WIN32 else ""
