# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

from ansible.errors import AnsibleError

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import SemAction, storage
from ansible_collections.spamfighter.sem.plugins.plugin_utils._controller import cluster_lock, keep_log
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.package import Source
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.package_run import PackageInputs, run_package
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import Package
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.service_run import ServiceInputs
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Performed, Session
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.delivery import local_checksum

ON_NODE = re.compile(r"[A-Za-z]:\\")
NODES_LIMIT = 16  # of a cluster on any Windows up to 2008 R2: how many upgrades may come before this one


class ActionModule(SemAction):
    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {
        **arguments.CLUSTER,
        "package": arguments.PACKAGE,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "account": {"type": "str"},
        "account_password": {"type": "str", "no_log": True},
        "install_timeout_s": {"type": "int", "default": 1800},
        "log_directory": {"type": "path"},
    }

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        arguments.seconds(args, "wait_timeout_s")
        timeout_s = arguments.seconds(args, "install_timeout_s")
        package = arguments.package(args)
        service = ServiceInputs(
            profile=arguments.profile(args),
            cluster_group=args["cluster_group"],
            protected_types=tuple(args["protected_types"]),
            account=args["account"],
            password=args["account_password"],
        )
        logs = Path(args["log_directory"]) if args["log_directory"] else storage() / "logs"
        inputs = PackageInputs(
            package=package,
            service=service,
            source=self._source(package),
            state=args["state"],
            install_timeout_s=timeout_s,
            lock=functools.partial(cluster_lock, storage() / "locks", timeout_s=timeout_s * NODES_LIMIT),
            fetch_log=functools.partial(keep_log, logs),
        )
        return run_package(session, inputs, check)

    def _source(self, package: Package) -> Source | None:
        """The package file: on the node (C:\\...), or on the controller, where its checksum is made.

        Raises:
            BadArgument: a UNC path or URL, no such file, or another checksum than declared.
        """
        if package.src is None:
            return None
        if ON_NODE.match(package.src):
            return Source("node", package.src, package.checksum)
        if package.src.startswith("\\\\") or "://" in package.src:
            raise arguments.BadArgument(
                f"package.src: {package.src!r} is neither a file on the controller nor a path on the node's own "
                "drive; a UNC path would need delegated credentials (second hop)"
            )
        try:
            path = Path(self._find_needle("files", package.src))
        except AnsibleError as error:
            raise arguments.BadArgument(f"package.src: there is no file {package.src!r} on the controller") from error
        found = local_checksum(path)
        if package.checksum not in (None, found):
            raise arguments.BadArgument(
                f"package.checksum: {path} has SHA-256 {found}, not the declared {package.checksum}"
            )
        return Source("controller", str(path), found, -(-path.stat().st_size // (1024 * 1024)))
