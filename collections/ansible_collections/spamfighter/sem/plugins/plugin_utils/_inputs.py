# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""From a module's options to what its operation takes. Each raises BadArgument, before anything is sent."""

from __future__ import annotations

import functools
import re
import typing as t
from collections.abc import Callable, Mapping
from pathlib import Path

from ansible.errors import AnsibleError

from . import _arguments as arguments
from ._controller import cluster_lock, keep_log, storage
from ._sem.folder_run import FolderInputs
from ._sem.info_run import InfoInputs
from ._sem.instance_run import InstanceInputs
from ._sem.package import Source
from ._sem.package_run import PackageInputs
from ._sem.profile import RESOURCE_NAME, Package
from ._sem.service_run import ServiceInputs
from ._windows.delivery import local_checksum

Args = Mapping[str, t.Any]
ON_NODE = re.compile(r"[A-Za-z]:\\")
NODES_LIMIT = 16  # of a cluster on any Windows up to 2008 R2: how many upgrades may come before this one


def info(args: Args) -> InfoInputs:
    return InfoInputs(
        profile=arguments.profile(args),
        package=arguments.package(args) if "package" in args else Package(),
        resource_name=args.get("resource_name") or RESOURCE_NAME,
        **_resource_type(args),
        **_cluster(args),
    )


def _cluster(args: Args) -> dict[str, t.Any]:
    if "protected_types" not in args:
        return {}
    return {"cluster_group": args["cluster_group"], "protected_types": tuple(args["protected_types"])}


def _resource_type(args: Args) -> dict[str, t.Any]:
    return {"resource_type": args["resource_type"]} if "resource_type" in args else {}


def service(args: Args) -> ServiceInputs:
    arguments.seconds(args, "wait_timeout_s")
    return ServiceInputs(
        profile=arguments.profile(args),
        account=args["account"],
        password=args["account_password"],
        **_cluster(args),
    )


def package(args: Args, find: Callable[[str], str]) -> PackageInputs:
    """``find``: the path on the controller of a file named in a playbook; raises AnsibleError."""
    timeout_s = arguments.seconds(args, "install_timeout_s")
    declared = arguments.package(args)
    logs = Path(args["log_directory"]) if args["log_directory"] else storage() / "logs"
    return PackageInputs(
        package=declared,
        service=service(args),
        source=source(declared, find),
        state=args["state"],
        install_timeout_s=timeout_s,
        lock=functools.partial(cluster_lock, storage() / "locks", timeout_s=timeout_s * NODES_LIMIT),
        fetch_log=functools.partial(keep_log, logs),
    )


def source(package: Package, find: Callable[[str], str]) -> Source | None:
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
        path = Path(find(package.src))
    except AnsibleError as error:
        raise arguments.BadArgument(f"package.src: there is no file {package.src!r} on the controller") from error
    found = local_checksum(path)
    if package.checksum not in (None, found):
        raise arguments.BadArgument(
            f"package.checksum: {path} has SHA-256 {found}, not the declared {package.checksum}"
        )
    return Source("controller", str(path), found, -(-path.stat().st_size // (1024 * 1024)))


def folder(args: Args) -> FolderInputs:
    arguments.seconds(args, "wait_timeout_s")
    return FolderInputs(
        profile=arguments.profile(args),
        wanted=arguments.folder(args, args["permissions"]),
        resource_name=args["resource_name"],
        **_resource_type(args),
        **_cluster(args),
    )


def instance(args: Args) -> InstanceInputs:
    arguments.seconds(args, "wait_timeout_s")
    return InstanceInputs(
        profile=arguments.profile(args),
        state=args["state"],
        folder=arguments.folder(args),
        restart=arguments.restart(args),
        pending_timeout_ms=arguments.seconds(args, "pending_timeout_s", 1, 3600) * 1000,
        resource_name=args["resource_name"],
        depends_on=args["depends_on"],
        use_network_name=args["use_network_name"],
        route=args["write_route"],
        confirm=args["confirm"],
        **_resource_type(args),
        **_cluster(args),
    )
