"""Names of a cluster's things, chosen by a seed, so that nothing can rely on them."""

from __future__ import annotations

import random
from dataclasses import dataclass

_SITES = ("EVS1", "MAILVS", "HQ-EXCH", "Post & Mail", "München-VS", "O'Brien Mail", "EX 100%")
_FOREIGN = ("Print & Scan 100%", "O'Neill's files", "R&D 'archive' 50%", "Lager & Büro %TEMP%")
_STORES = ("First Storage Group", "SG1", "Vertrieb & Lager", "O'Hara's group")


@dataclass(frozen=True, slots=True)
class DiskName:
    resource: str
    letter: str  # "S:"


@dataclass(frozen=True, slots=True)
class Naming:
    """Every name of a shape. The hosts must have ``services`` before the cluster forms."""

    cluster_group: str
    available_storage: str
    exchange_group: str
    ip: str
    network_name: str
    virtual_server: str
    disks: tuple[DiskName, ...]
    system_attendant: str
    information_store: str
    databases: tuple[str, ...]
    quorum_disk: DiskName
    foreign_group: str
    foreign_resource: str
    foreign_disk: DiskName
    services: tuple[str, ...] = ("MSExchangeSA", "MSExchangeIS")  # attendant, store
    foreign_service: str = "Spooler"

    @property
    def hosted_services(self) -> tuple[str, ...]:
        """Services that must exist on every node, start mode Manual."""
        return (*self.services, self.foreign_service)

    @classmethod
    def from_seed(cls, seed: int, disks: int = 2, databases: int = 2, localised: bool = False) -> Naming:
        """The same names for the same arguments, in every process."""
        pick = random.Random(f"cluster-names/{seed}")
        site = pick.choice(_SITES)
        letters = pick.sample("EFGHIJKLMNOPRSTUVWXY", disks + 1)
        virtual = f"VS{pick.randrange(100, 999)}"
        stores = [f"{pick.choice(_STORES)} {number}" for number in range(1, databases + 1)]
        return cls(
            cluster_group="Clustergruppe" if localised else "Cluster Group",
            available_storage="Verfügbarer Speicher" if localised else "Available Storage",
            exchange_group=site,
            ip=f"{site} IP",
            network_name=f"{site} Name",
            virtual_server=virtual,
            disks=tuple(DiskName(f"Disk {letter}: {site}", f"{letter}:") for letter in letters[:disks]),
            system_attendant=f"Exchange System Attendant Instance ({virtual})",
            information_store=f"Exchange Information Store Instance ({virtual})",
            databases=tuple(f"{store}/Mailbox Database ({virtual})" for store in stores),
            quorum_disk=DiskName("Quorum", "Q:"),
            foreign_group=pick.choice(_FOREIGN),
            foreign_resource=f"svc {pick.choice(_FOREIGN)}",
            foreign_disk=DiskName(f"Disk {letters[-1]}: foreign", f"{letters[-1]}:"),
        )
