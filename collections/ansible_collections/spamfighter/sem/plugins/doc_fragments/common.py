# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that several modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  profile:
    description:
      - Names that differ between versions of SEM and between sites.
      - Nothing is guessed. What is not declared is discovered on the node, or its absence is an error.
    type: dict
    default: {}
    suboptions:
      display_name:
        description: Pattern (V(*), V(?)) of the product's name in the list of installed programs.
        type: str
        default: SPAMfighter Exchange Module*
      service:
        description:
          - Short name of SEM's Windows service.
          - Without it, the service whose program lies in the product's folder is taken. That folder is read from the
            uninstall entry and from the values of O(profile.registry_key); many packages write only the latter.
        type: str
      registry_key:
        description: SEM's registry key below V(HKEY_LOCAL_MACHINE).
        type: str
      settings_subkey:
        description: Subkey of O(profile.registry_key) that holds SEM's settings and that no installer writes.
        type: str
      data_value:
        description: Name of the value in O(profile.registry_key) that holds SEM's data directory.
        type: str
      view:
        description: Registry view of these keys, V(32) for a 32-bit SEM on 64-bit Windows.
        type: int
        choices: [32, 64]
        default: 64
"""

    CLUSTER = r"""
options:
  cluster_group:
    description:
      - The cluster group that gets SEM.
      - Without it, the one group that holds resources of O(protected_types) is taken. Several are an error.
    type: str
  protected_types:
    description: Beginnings of the registered resource types that SEM protects and must never disturb.
    type: list
    elements: str
    default: [Microsoft Exchange]
  wait_timeout_s:
    description: How long to wait for a service or a resource to reach a state, in seconds.
    type: int
    default: 180
"""

    RESOURCE = r"""
options:
  resource_name:
    description: Name of SEM's cluster resource.
    type: str
    default: SPAMfighter Cluster Instance
  resource_type:
    description: Registered type of the resource. A resource of a vendor's own type is adopted as it is.
    type: str
    default: Generic Service
"""

    FOLDER = r"""
options:
  folder_name:
    description: Name of the folder on the shared disk.
    type: str
    default: SPAMfighter
  disk:
    description:
      - The disk that holds the folder, by resource name or drive letter.
      - Needed only when the group has several. A disk that SEM uses already is kept.
    type: str
  min_free_mb:
    description: Free space that the disk must have, in MB.
    type: int
    default: 500
"""

    PACKAGE = r"""
options:
  package:
    description: The package of SEM.
    type: dict
    default: {}
    suboptions:
      version:
        description: The version to have, such as V(4.1.0). Without it, any installed version is fine.
        type: str
      src:
        description: The C(.msi) file, on the controller or on the node's own drive (V(C:\\...)).
        type: str
      checksum:
        description: SHA-256 of the file, with or without V(sha256:) in front.
        type: str
      upgrade_code:
        description: The package's UpgradeCode. With it, the installed product is found without a search by name.
        type: str
      arguments:
        description: Further properties for the installer, such as V(LICENSEKEY=...).
        type: list
        elements: str
        default: []
      exit_codes:
        description: Exit codes with another meaning here, as V(success), V(reboot) or V(failure).
        type: dict
        default: {}
"""

    ACCOUNT = r"""
options:
  account:
    description: Account of the service. Not managed when it is not given.
    type: str
  account_password:
    description: Password of O(account), used only when the account is changed.
    type: str
"""

    LOCAL = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changes that it would make, without making them.
    support: full
  diff_mode:
    description: Returns the planned or made changes in diff format.
    support: none
  platform:
    description: Systems that the module works on.
    platforms: windows
    support: full
notes:
  - The module runs on the controller and connects to no node.
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changes that it would make, without making them.
    support: full
  diff_mode:
    description: Returns the planned or made changes in diff format.
    support: full
  platform:
    description: Systems that the module works on.
    platforms: windows
    support: full
requirements:
  - pywinrm on the controller
notes:
  - The module runs on the controller and talks WS-Management to the node. It needs no PowerShell there.
  - It works with C(ansible_connection=winrm) and an account that is an administrator of the node.
"""
