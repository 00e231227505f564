"""Where the facts leave Windows' behaviour open (mscluster 11), the lab can behave either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClusterSwitches:
    """The defaults are the stricter readings that leave one documented route for everything.

    The first four are the ways to write properties (mscluster 3.3, 3.4), and one is open for each kind. One that
    is off drops the change without a word, which is the likeliest failure, or refuses it (``write_refusal``). On
    Windows 2003 they need the switches of ``2003`` besides; without those cluster.exe is the way.
    """

    put_common: bool = True
    put_private: bool = False
    control_set_private: bool = True
    control_set_common: bool = False
    set_private_answers_5024: bool = True  # while the resource is online
    write_refusal: Literal["silent", "fault"] = "silent"

    offline_of_failed: Literal["5038", "success"] = "5038"  # mscluster 6.4
    already_running_service: Literal["success", "restart"] = "success"  # mscluster 6.11
    possible_owners_limit_group: bool = True  # mscluster 6.8
    event_1024_blocks_online: bool = False  # mscluster 11: modelled as a warning
    timeout_zero: Literal["997", "return"] = "997"  # mscluster 5 step 9
    terminated_offline: Literal["failed", "offline"] = "failed"  # mscluster 6.4
    restarts_survive_move: bool = True  # mscluster 6.6
    late_node_becomes_possible_owner: bool = False  # mscluster 4.4
    static_needs_selectors: bool = False  # CreateResource is called on an instance, any one: mscluster 11
    missing_resource: Literal["not_found", "5007"] = "not_found"  # mscluster 1.1
    down_nodes_tell_version: bool = False  # mscluster 2.2

    # Windows 2003, of whose WMI provider little is documented (mscluster 2.4, 11).
    methods_2003: Literal["dependencies", "most"] = "dependencies"  # most: those of 2008 that the sheet does not deny
    control_2003: bool = False  # ExecuteResourceControl is there and sets properties and checkpoints
    put_2003: bool = False  # Put of common properties
    exchange_2003_types: Literal["Server Instance", "Virtual Server"] = "Server Instance"  # mscluster 4.2: unverified

    one_mailbox_server_a_node: bool = True  # a second Exchange group cannot come online on a node (Exchange 2007)
    unformed_cluster: Literal["1753", "empty"] = "1753"  # mscluster 1.1: the feature without a cluster
    cluster_exe_pending: Literal["997", "0"] = "997"  # its exit code when the wait is over and the state pending
    cluster_exe_errors: Literal["stdout", "stderr"] = "stdout"  # where it says what was refused
