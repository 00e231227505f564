"""What Exchange leaves on a server, by version (mscluster 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from .machine import WindowsNode
from .registry import DWORD, SZ
from .untidy import SVCHOST

Services = tuple[tuple[str, str, str], ...]  # name, display name, start mode on a stand-alone server


@dataclass(frozen=True)
class ExchangeVersion:
    """``clustered``: services that a cluster of this version starts and stops itself, so Manual on its nodes."""

    name: str
    major: int
    setup_key: str
    services: Services
    clustered: tuple[str, ...] = ()


_SETUP = "SOFTWARE\\Microsoft\\Exchange\\Setup"
_TOPOLOGY = ("MSExchangeADTopology", "Microsoft Exchange Active Directory Topology Service", "Auto")
_ATTENDANT = ("MSExchangeSA", "Microsoft Exchange System Attendant", "Auto")
_STORE = ("MSExchangeIS", "Microsoft Exchange Information Store", "Auto")
_REPLICATION = ("MSExchangeRepl", "Microsoft Exchange Replication Service", "Auto")
_TRANSPORT = ("MSExchangeTransport", "Microsoft Exchange Transport", "Auto")
_SERVICES_2003 = (
    _ATTENDANT,
    _STORE,
    ("MSExchangeMTA", "Microsoft Exchange MTA Stacks", "Auto"),
    ("MSExchangeMGMT", "Microsoft Exchange Management", "Auto"),
    ("RESvc", "Microsoft Exchange Routing Engine", "Auto"),
    ("MSSEARCH", "Microsoft Search", "Auto"),
    ("IISADMIN", "IIS Admin Service", "Auto"),
    ("SMTPSVC", "Simple Mail Transfer Protocol (SMTP)", "Auto"),
    ("W3SVC", "World Wide Web Publishing Service", "Auto"),
    ("IMAP4Svc", "Microsoft Exchange IMAP4", "Disabled"),
    ("POP3Svc", "Microsoft Exchange POP3", "Disabled"),
)
_SERVICES_2007 = (
    _TOPOLOGY,
    _ATTENDANT,
    _STORE,
    ("MSExchangeMailSubmission", "Microsoft Exchange Mail Submission", "Auto"),
    _REPLICATION,
)


def _later(name: str, major: int, *more: tuple[str, str, str]) -> ExchangeVersion:
    """2010 and later: data availability groups, no clustered services; the key is by version (mscluster 4.2)."""
    key = f"SOFTWARE\\Microsoft\\ExchangeServer\\v{major}\\Setup"
    return ExchangeVersion(name, major, key, (_TOPOLOGY, _STORE, _REPLICATION, _TRANSPORT, *more))


VERSIONS = {
    item.name: item
    for item in (
        ExchangeVersion("2003", 6, _SETUP, _SERVICES_2003, ("MSExchangeSA", "MSExchangeIS", "MSExchangeMTA")),
        ExchangeVersion("2007", 8, _SETUP, _SERVICES_2007, ("MSExchangeSA", "MSExchangeIS")),
        _later("2010", 14, _ATTENDANT),
        _later("2013", 15, ("MSExchangeHM", "Microsoft Exchange Health Manager", "Auto")),
        _later("2016", 15, ("MSExchangeHM", "Microsoft Exchange Health Manager", "Auto")),
        _later("2019", 15, ("MSExchangeHM", "Microsoft Exchange Health Manager", "Auto")),
    )
}


def install_path(node: WindowsNode, version: ExchangeVersion) -> str:
    programs = node.profile.folders.program_files
    if version.major == 6:
        return f"{programs}\\Exchsrvr"
    suffix = "" if version.major == 8 else f"\\V{version.major}"
    return f"{programs}\\Microsoft\\Exchange Server{suffix}\\"


def add_exchange(node: WindowsNode, version: ExchangeVersion, clustered: bool) -> None:
    """The services and the Setup key of a mailbox server."""
    for name, display, mode in version.services:
        mode = "Manual" if clustered and name in version.clustered else mode
        node.services.create(name, display, SVCHOST, mode, "LocalSystem")
    path = install_path(node, version)
    if version.major == 6:  # Exchange 2003 is no MSI product; its set-up writes other names
        node.registry.set(version.setup_key, "Services", SZ, path)
        node.registry.set(version.setup_key, "Services Version", DWORD, 65)
        return
    node.registry.set(version.setup_key, "MsiInstallPath", SZ, path)
    node.registry.set(version.setup_key, "MsiProductMajor", DWORD, version.major)
