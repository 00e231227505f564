# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import typing as t

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils import _inputs as inputs
from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import SemAction
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.package_run import run_package
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Performed, Session


class ActionModule(SemAction):
    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {
        **arguments.CLUSTER,
        **arguments.INSTALL,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        find = functools.partial(self._find_needle, "files")
        return run_package(session, inputs.package(args, find), check)
