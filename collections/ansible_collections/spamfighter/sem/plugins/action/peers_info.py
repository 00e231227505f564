# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import peers_of
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.comparison import unfinished_clusters


class ActionModule(ActionBase):
    """Asks nobody: what the nodes have published in this run is on the controller."""

    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {}
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec=self.ARGUMENTS)
        found = unfinished_clusters(peers_of(task_vars or {}))
        result.update(changed=False, unfinished=sorted(found), reasons={key: list(why) for key, why in found.items()})
        return result
