# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import typing as t

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils import _inputs as inputs
from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import SemAction
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Performed, Session
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.site_run import SiteInputs, run_site


class ActionModule(SemAction):
    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {
        **arguments.CLUSTER,
        **arguments.RESOURCE,
        **arguments.FOLDER,
        **arguments.INSTANCE,
        **arguments.INSTALL,
        "parts": {
            "type": "list",
            "elements": "str",
            "choices": ["install", "integrate"],
            "default": ["install", "integrate"],
        },
    }

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        find = functools.partial(self._find_needle, "files")
        given = SiteInputs(
            parts=frozenset(args["parts"]),
            info=inputs.info(args),
            package=inputs.package({**args, "state": "present"}, find),
            folder=inputs.folder({**args, "permissions": arguments.PERMISSIONS["default"]}),
            instance=inputs.instance({**args, "state": args["resource_state"], "confirm": False}),
        )
        return run_site(session, given, check)
