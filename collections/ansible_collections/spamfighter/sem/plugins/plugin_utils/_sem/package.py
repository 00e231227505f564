# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Installing, upgrading and removing SEM on one node (rules 1, 15 to 18)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._plan import Change, Plan, Problem
from .._windows.model import Membership, Product
from .profile import PRODUCT_NAME, Package
from .versions import compare, parts

State = t.Literal["present", "absent"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the package file is. ``checksum`` is SHA-256 in lower-case hex, None when nobody declared it."""

    kind: t.Literal["controller", "node"]
    path: str
    checksum: str | None
    size_mb: int = 0

    @property
    def name(self) -> str:
        return self.path.replace("\\", "/").rpartition("/")[2]


@dataclass(frozen=True)
class PackageWanted:
    state: State
    package: Package
    source: Source | None
    staged_path: str  # where the file is on the node when it is installed


@dataclass(frozen=True)
class PackageSeen:
    """``staged``: whether the file is on the node with the right checksum; None: not looked at, nothing to install.

    ``owned_groups``: the Exchange groups of this node. ``used_by``: the cluster resource that runs SEM.
    """

    node: str
    membership: Membership
    products: tuple[Product, ...]
    staged: bool | None = None
    staged_checksum: str | None = None
    free_mb: int | None = None
    owned_groups: tuple[str, ...] = ()
    used_by: str | None = None

    @property
    def product(self) -> Product | None:
        return self.products[0] if len(self.products) == 1 else None


def needs_file(wanted: PackageWanted, seen: PackageSeen) -> bool:
    """Whether a package file will be needed, from versions alone; so that the file is looked for only then."""
    if wanted.state == "absent" or len(seen.products) > 1:
        return False
    if seen.product is None:
        return True
    version = wanted.package.version
    return version is not None and _comparable(version, seen.product.version) and _older(seen.product, version)


def _comparable(*versions: str) -> bool:
    try:
        return all(parts(item) for item in versions)
    except ValueError:
        return False


def _older(product: Product, version: str) -> bool:
    return compare(product.version, version) < 0


def plan_package(wanted: PackageWanted, seen: PackageSeen) -> Plan:
    """The installer's part only; what follows every installer is the service's plan (rule 17)."""
    if seen.membership == "stopped":
        what = "the node is a cluster member, but its cluster service is stopped or disabled"
        advice = "start the cluster service (net start clussvc); a member is never treated as a stand-alone server"
        return Plan(problems=(Problem("cluster_service_stopped", seen.node, what, advice),))
    if len(seen.products) > 1:
        listed = ", ".join(f"{item.display_name} {item.version} ({item.key})" for item in seen.products)
        advice = "remove what is not SEM's, or narrow sem_profile.display_name"
        return Plan(problems=(Problem("several_products", seen.node, f"several products match: {listed}", advice),))
    if wanted.state == "absent":
        return _plan_absent(seen)
    if seen.product is None:
        return _with_file(wanted, seen, Change("install", PRODUCT_NAME, None, _version(wanted), "SEM is not installed"))
    return _plan_version(wanted, seen, seen.product)


def _version(wanted: PackageWanted) -> str:
    return wanted.package.version or "installed"


def _plan_absent(seen: PackageSeen) -> Plan:
    if seen.product is None:
        return Plan(notes=("SEM is not installed",))
    if seen.used_by is not None:
        what = f"the cluster resource {seen.used_by!r} runs SEM's service"
        advice = "remove the resource first (cluster_instance with state: absent); nothing was touched"
        return Plan(problems=(Problem("in_use", seen.node, what, advice),))
    why = "state is absent"
    return Plan((Change("uninstall", PRODUCT_NAME, seen.product.version, None, why, "sem"),))


def _plan_version(wanted: PackageWanted, seen: PackageSeen, product: Product) -> Plan:
    version = wanted.package.version
    if version is None:
        return Plan(notes=(f"SEM {product.version} is installed, and no version is declared",))
    if not _comparable(version, product.version):
        what = f"the versions {version!r} (declared) and {product.version!r} (installed) cannot be compared"
        advice = "declare sem_package.version as numbers with dots, such as 4.1.0"
        return Plan(problems=(Problem("version", seen.node, what, advice),))
    order = compare(product.version, version)
    if order == 0:
        return Plan(notes=(f"SEM {product.version} is installed",))
    if order > 0:
        what = f"SEM {product.version} is installed, which is newer than the declared {version}"
        advice = "declare the newer version; going back is a rollback, never done by site.yml"
        return Plan(problems=(Problem("newer_installed", seen.node, what, advice),))
    if seen.owned_groups:
        groups = ", ".join(repr(item) for item in seen.owned_groups)
        what = f"SEM {product.version} is to become {version}, but this node owns the Exchange group {groups}"
        advice = (
            "update the owner with update.yml, which takes SEM alone offline for it; or let the group fail over in a "
            "maintenance window and run this again. Nothing was touched here"
        )
        return Plan(problems=(Problem("owner_upgrade", seen.node, what, advice),))
    change = Change("upgrade", PRODUCT_NAME, product.version, version, "an older version is installed", "sem")
    return _with_file(wanted, seen, change)


def _with_file(wanted: PackageWanted, seen: PackageSeen, change: Change) -> Plan:
    problem = _file_problem(wanted, seen)
    if problem is not None:
        return Plan(problems=(problem,))
    if seen.staged or wanted.source is None or wanted.source.kind == "node":
        return Plan((change,))
    why = "the package is not on the node yet"
    stage = Change("stage", wanted.staged_path, seen.staged_checksum, wanted.source.checksum, why)
    return Plan((stage, change))


def _file_problem(wanted: PackageWanted, seen: PackageSeen) -> Problem | None:
    source = wanted.source
    if source is None:
        advice = "set sem_package.src to the package on the controller or on the node"
        return Problem("no_source", seen.node, "SEM has to be installed, but no package is declared", advice)
    if not source.name.lower().endswith(".msi"):
        what = f"{source.name} is not a Windows Installer package (.msi)"
        return Problem("not_msi", seen.node, what, "ask the vendor for the .msi, or extract it from the setup program")
    if source.kind == "node" and not seen.staged:
        what = f"{source.path} is not on the node"
        if seen.staged_checksum:
            what = f"{source.path} on the node has SHA-256 {seen.staged_checksum}, not the declared {source.checksum}"
        return Problem("wrong_file", seen.node, what, "put the right file there, or correct sem_package")
    needed = 3 * source.size_mb + 200
    if seen.free_mb is not None and seen.free_mb < needed:
        what = f"the system drive has {seen.free_mb} MB free, the installation wants {needed} MB"
        return Problem("disk_full", seen.node, what, "free some space on the node's system drive")
    return None
