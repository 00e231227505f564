"""The resource types of Exchange 2003 and 2007 (mscluster 4.2); later versions have none."""

from __future__ import annotations

from .model import Driver, ResourceType

SYSTEM_ATTENDANT = "Microsoft Exchange System Attendant"
INFORMATION_STORE = "Microsoft Exchange Information Store"
DATABASE_INSTANCE = "Microsoft Exchange Database Instance"
MESSAGE_TRANSFER_AGENT = "Microsoft Exchange Message Transfer Agent"
PROTOCOLS_2003 = ("SMTP", "HTTP", "IMAP4", "POP3")
COMPONENTS_2003 = ("Routing Service", "MS Search")
_DLL = "exres.dll"


def _service(name: str) -> ResourceType:
    return ResourceType(name, name, _DLL, Driver.SERVICE)


def _logical(name: str, work_s: float = 1.0) -> ResourceType:
    return ResourceType(name, name, _DLL, work_s=work_s)


def protocol_2003(protocol: str, suffix: str) -> str:
    """The type of a protocol's virtual server; the exact name is unverified, so its end is a switch."""
    return f"Microsoft Exchange {protocol} {suffix}"


def component_2003(component: str) -> str:
    return f"Microsoft Exchange {component}"


def exchange2003_types(suffix: str) -> tuple[ResourceType, ...]:
    """Attendant, store and MTA run services of their own; virtual servers live inside IIS, which always runs."""
    return (
        _service(SYSTEM_ATTENDANT),
        _service(INFORMATION_STORE),
        _service(MESSAGE_TRANSFER_AGENT),
        *(_logical(protocol_2003(item, suffix)) for item in PROTOCOLS_2003),
        *(_logical(component_2003(item)) for item in COMPONENTS_2003),
    )


def exchange2007_types() -> tuple[ResourceType, ...]:
    """System attendant and store run real services; database instances are logical."""
    return (_service(SYSTEM_ATTENDANT), _service(INFORMATION_STORE), _logical(DATABASE_INSTANCE, work_s=3.0))
