"""Where the facts leave Windows' behaviour open (mscluster 11), the lab can behave either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ClusterSwitches:
    """The defaults are the stricter readings that leave one documented route for everything.

    The first five are the ways to write properties (mscluster 3.3, 3.4); one switched off is
    refused with ``refused_write``, or with ``silent`` accepted and dropped.
    """

    put_common: bool = True
    put_private: bool = False
    control_set_private: bool = True
    control_set_common: bool = True
    set_private_answers_5024: bool = True  # while the resource is online
    write_refusal: Literal["fault", "silent"] = "fault"

    offline_of_failed: Literal["5038", "success"] = "5038"  # mscluster 6.4
    already_running_service: Literal["success", "restart"] = "success"  # mscluster 6.11
    possible_owners_limit_group: bool = True  # mscluster 6.8
    event_1024_blocks_online: bool = False  # mscluster 11: modelled as a warning
    timeout_zero: Literal["997", "return"] = "997"  # mscluster 5 step 9
    terminated_offline: Literal["failed", "offline"] = "failed"  # mscluster 6.4
    restarts_survive_move: bool = True  # mscluster 6.6
    late_node_becomes_possible_owner: bool = False  # mscluster 4.4
    missing_resource: Literal["not_found", "5007"] = "not_found"  # mscluster 1.1
    down_nodes_tell_version: bool = False  # mscluster 2.2
