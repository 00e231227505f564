"""What each Windows version's failover cluster can do, as data (mscluster 2.1-2.4)."""

from __future__ import annotations

import enum


class ClusterVersion(enum.IntEnum):
    """Ordered, so that ``version >= ClusterVersion.WIN2012R2`` reads as "2012 and later"."""

    WIN2003 = 20030
    WIN2008 = 20080
    WIN2008R2 = 20085
    WIN2012R2 = 20125
    WIN2022 = 20220

    @classmethod
    def of_profile(cls, windows: str) -> ClusterVersion:
        """From a topology's profile: ``windows2003r2``, ``windows2008``, ``windows2008r2`` ..."""
        return _PROFILES[windows]

    @property
    def exchange_types(self) -> bool:
        """Exchange's own resource types exist up to 2008 R2."""
        return self <= ClusterVersion.WIN2008R2

    @property
    def or_dependencies(self) -> bool:
        return self >= ClusterVersion.WIN2008

    @property
    def possible_owner_methods(self) -> bool:
        return self >= ClusterVersion.WIN2008

    @property
    def available_storage(self) -> bool:
        """The group for disks without a role; witnesses other than a disk came with it."""
        return self >= ClusterVersion.WIN2008

    @property
    def owner_properties(self) -> bool:
        """OwnerNode, OwnerGroup, Id, LastOperationStatusCode, GetPossibleOwners, drain, MountPoints."""
        return self >= ClusterVersion.WIN2012R2

    @property
    def without_access_point(self) -> bool:
        """A cluster may have neither name nor address."""
        return self >= ClusterVersion.WIN2012R2

    @property
    def since_2016(self) -> bool:
        """ClusterFunctionalLevel, isolation of nodes, flags of the group's BringOnline."""
        return self >= ClusterVersion.WIN2022

    @property
    def restart_threshold(self) -> int:
        return 3 if self == ClusterVersion.WIN2003 else 1

    @property
    def keep_persistent_state_flag(self) -> bool:
        """TakeOffline Flags 4 is known from Server 2019."""
        return self >= ClusterVersion.WIN2022


_PROFILES = {
    "windows2003r2": ClusterVersion.WIN2003,
    "windows2008": ClusterVersion.WIN2008,
    "windows2008r2": ClusterVersion.WIN2008R2,
    "windows2012r2": ClusterVersion.WIN2012R2,
    "windows2022": ClusterVersion.WIN2022,
}
