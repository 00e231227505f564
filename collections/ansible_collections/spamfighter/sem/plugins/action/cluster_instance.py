# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils import _inputs as inputs
from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import SemAction
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.instance_run import run_instance
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Performed, Session


class ActionModule(SemAction):
    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {
        **arguments.CLUSTER,
        **arguments.RESOURCE,
        **arguments.FOLDER,
        **{name: spec for name, spec in arguments.INSTANCE.items() if name != "resource_state"},
        "state": {"type": "str", "choices": ["present", "online", "offline", "absent"], "default": "present"},
        "confirm": {"type": "bool", "default": False},
    }

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        return run_instance(session, inputs.instance(args), check)
