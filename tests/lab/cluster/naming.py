"""Names of a cluster's things, chosen by a seed, so that nothing can rely on them."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SITES = ("EVS1", "MAILVS", "HQ-EXCH", "Post & Mail", "München-VS", "O'Brien Mail", "EX 100%")
_FOREIGN = ("Print & Scan 100%", "O'Neill's files", "R&D 'archive' 50%", "Lager & Büro %TEMP%")
_STORES = ("First Storage Group", "SG1", "Vertrieb & Lager", "O'Hara's group")
_LETTERS = "EFGHIJKLMNOPRSTUVWXY"
LETTER, MOUNT_POINT = "letter", "mount_point"


@dataclass(frozen=True, slots=True)
class DiskName:
    """``letter`` "S:", or ``mount`` "S:\\Mounts\\Logs": the folder of another volume that it is seen in."""

    resource: str
    letter: str | None
    mount: str | None = None


@dataclass(frozen=True, slots=True)
class GroupNaming:
    """A mail server's group, or an application's: then ``application`` names its resource."""

    group: str
    ip: str
    network_name: str
    virtual_server: str
    disks: tuple[DiskName, ...]
    system_attendant: str
    information_store: str
    databases: tuple[str, ...]
    application: str = ""

    def further(self, what: str) -> str:
        """The name of a further Exchange 2003 resource, as set-up writes it."""
        return f"Exchange {what} Instance ({self.virtual_server})"


@dataclass(frozen=True, slots=True)
class Naming:
    """Every name of a shape. The hosts must have ``hosted_services`` before the cluster forms."""

    cluster_group: str
    available_storage: str
    cluster_ip: str
    cluster_name: str
    witness: str
    groups: tuple[GroupNaming, ...]  # empty in a data availability group
    quorum_disk: DiskName
    foreign_group: str
    foreign_resource: str
    foreign_disk: DiskName
    services: tuple[str, ...] = ("MSExchangeSA", "MSExchangeIS")  # attendant, store, and MTA in 2003
    foreign_service: str = "Spooler"
    application_type: str = "Contoso Ledger Server"
    application_service: str = "ContosoLedger"

    @property
    def hosted_services(self) -> tuple[str, ...]:
        """Services that must exist on every node, start mode Manual."""
        return (*self.services, self.foreign_service)

    @property
    def main(self) -> GroupNaming:
        """The first group. Raises IndexError in a data availability group."""
        return self.groups[0]

    # The first group's names, for clusters with one mail server.
    exchange_group = property(lambda self: str(self.main.group))
    ip = property(lambda self: str(self.main.ip))
    network_name = property(lambda self: str(self.main.network_name))
    virtual_server = property(lambda self: str(self.main.virtual_server))
    system_attendant = property(lambda self: str(self.main.system_attendant))
    information_store = property(lambda self: str(self.main.information_store))

    @property
    def disks(self) -> tuple[DiskName, ...]:
        return self.main.disks if self.groups else ()

    @property
    def databases(self) -> tuple[str, ...]:
        return self.main.databases if self.groups else ()

    def facts(self) -> dict[str, Any]:
        """Plain data: the first group's names beside the others' (``groups``)."""
        found = dataclasses.asdict(self)
        first = found["groups"][0] if self.groups else {}
        return first | found | {"exchange_group": first.get("group")}

    @classmethod
    def from_seed(
        cls,
        seed: int,
        disks: int | Sequence[str] = 2,
        databases: int = 2,
        localised: bool = False,
        groups: int = 1,
    ) -> Naming:
        """The same names for the same arguments, in every process. ``disks`` are those of each group."""
        pick = random.Random(f"cluster-names/{seed}")
        kinds = [LETTER] * disks if isinstance(disks, int) else list(disks)
        site = pick.choice(_SITES)
        needed = sum(kind == LETTER for kind in kinds)
        letters = pick.sample(_LETTERS, needed + 1)
        virtual = f"VS{pick.randrange(100, 999)}"
        stores = [f"{pick.choice(_STORES)} {number}" for number in range(1, databases + 1)]
        made = [_group(site, virtual, letters[:needed], kinds, stores)] if groups else []
        foreign_group, foreign_resource = pick.choice(_FOREIGN), f"svc {pick.choice(_FOREIGN)}"
        rest = [letter for letter in _LETTERS if letter not in letters]
        sites = [item for item in _SITES if item != site]
        for number in range(1, groups):
            own = [rest.pop(pick.randrange(len(rest))) for _ in range(needed)]
            names = [f"{pick.choice(_STORES)} {number}{index}" for index in range(1, databases + 1)]
            made.append(_group(sites[number - 1], f"{virtual}{number + 1}", own, kinds, names))
        return cls(
            cluster_group="Clustergruppe" if localised else "Cluster Group",
            available_storage="Verfügbarer Speicher" if localised else "Available Storage",
            cluster_ip="Cluster-IP-Adresse" if localised else "Cluster IP Address",
            cluster_name="Clustername" if localised else "Cluster Name",
            witness="Dateifreigabenzeuge" if localised else "File Share Witness",
            groups=tuple(made),
            quorum_disk=DiskName("Quorum", "Q:"),
            foreign_group=foreign_group,
            foreign_resource=foreign_resource,
            foreign_disk=DiskName(f"Disk {letters[-1]}: foreign", f"{letters[-1]}:"),
        )


def _group(site: str, virtual: str, letters: Sequence[str], kinds: Sequence[str], stores: Sequence[str]) -> GroupNaming:
    return GroupNaming(
        group=site,
        ip=f"{site} IP",
        network_name=f"{site} Name",
        virtual_server=virtual,
        disks=tuple(_disks(site, letters, kinds)),
        system_attendant=f"Exchange System Attendant Instance ({virtual})",
        information_store=f"Exchange Information Store Instance ({virtual})",
        databases=tuple(f"{store}/Mailbox Database ({virtual})" for store in stores),
        application=f"{site} Ledger",
    )


def _disks(site: str, letters: Sequence[str], kinds: Sequence[str]) -> list[DiskName]:
    found, left = [], list(letters)
    for number, kind in enumerate(kinds, start=1):
        if kind == LETTER:
            letter = left.pop(0)
            found.append(DiskName(f"Disk {letter}: {site}", f"{letter}:"))
        else:
            found.append(DiskName(f"Mount {number}: {site}", None, f"{letters[0]}:\\Mounts\\Volume {number}"))
    return found
