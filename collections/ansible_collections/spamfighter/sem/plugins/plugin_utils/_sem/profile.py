# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What the admin declares about SEM (design: product profile). Nothing here has an invented default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .._windows.model import View

PRODUCT_NAME = "SPAMfighter Exchange Module"
RESOURCE_NAME = "SPAMfighter Cluster Instance"
FOLDER_NAME = "SPAMfighter"
GENERIC_SERVICE = "Generic Service"
UNKNOWN_SERVICE = "(the service that the package installs)"


@dataclass(frozen=True, slots=True)
class Profile:
    """``sem_profile``: names that differ between SEM versions and sites; None means discovered or unused.

    ``registry_key`` and ``settings_subkey`` are paths below HKLM without a leading backslash;
    ``settings_subkey`` is relative to ``registry_key``. ``data_value`` is the name of the value below
    ``registry_key`` that holds SEM's data directory.
    """

    display_name: str = PRODUCT_NAME + "*"
    service: str | None = None
    registry_key: str | None = None
    settings_subkey: str | None = None
    data_value: str | None = None
    view: View = 64

    @property
    def settings_key(self) -> str | None:
        """The key that the checkpoint covers (rule 9): the settings subkey, never the product's root key."""
        if not self.registry_key or not self.settings_subkey:
            return None
        return f"{self.registry_key}\\{self.settings_subkey}"


@dataclass(frozen=True, slots=True)
class Package:
    """``sem_package``: the version wanted and where its file comes from."""

    version: str | None = None
    src: str | None = None
    checksum: str | None = None  # "sha256:..."
    upgrade_code: str | None = None
    arguments: tuple[str, ...] = ()
    exit_codes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SemNode:
    """What a node publishes for the others during a play (rule 14); missing means unknown, never absent.

    ``fresh``: SEM was installed in this run, so it has no data of its own worth keeping. ``unfinished``: this node
    saw that its cluster is not as declared yet.
    """

    run_id: str
    node: str
    cluster: str | None
    product: str | None
    version: str | None
    service: str | None
    service_path: str | None
    start_mode: str | None
    service_state: str | None
    predicted: bool
    fresh: bool = False
    unfinished: bool = False
