# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import SemAction
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance_run import InstanceInputs, run_instance
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Performed, Session


class ActionModule(SemAction):
    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {
        **arguments.CLUSTER,
        **arguments.RESOURCE,
        **arguments.FOLDER,
        "state": {"type": "str", "choices": ["present", "online", "offline", "absent"], "default": "present"},
        "depends_on": {"type": "str", "choices": ["required", "all"], "default": "required"},
        "use_network_name": {"type": "bool", "default": False},
        "restart": arguments.RESTART,
        "pending_timeout_s": {"type": "int", "default": 60},
        "write_route": {"type": "str", "choices": ["auto", "control_code", "put", "method"], "default": "auto"},
        "confirm": {"type": "bool", "default": False},
    }

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        arguments.seconds(args, "wait_timeout_s")
        inputs = InstanceInputs(
            profile=arguments.profile(args),
            state=args["state"],
            folder=arguments.folder(args),
            restart=arguments.restart(args),
            pending_timeout_ms=arguments.seconds(args, "pending_timeout_s", 1, 3600) * 1000,
            resource_name=args["resource_name"],
            resource_type=args["resource_type"],
            cluster_group=args["cluster_group"],
            protected_types=tuple(args["protected_types"]),
            depends_on=args["depends_on"],
            use_network_name=args["use_network_name"],
            route=args["write_route"],
            confirm=args["confirm"],
        )
        return run_instance(session, inputs, check)
