# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Asking one cluster: its addresses in turn, within the time that it may take."""

from __future__ import annotations

from dataclasses import replace

from .._cluster.associations import ClusterReadError
from .._cluster.read import read_cluster
from .._wait import Clock, Deadline
from .._windows.errors import WindowsError
from .._windows.host import CLUSTER_SERVICE
from .._windows.services import read_service
from .._wsman.client import WsMan
from .._wsman.errors import AuthRefused, NotSent, TlsRefused, WireError
from .._wsman.operations import WsManOperations
from .._wsman.transport import Target, Transport
from .._wsman.transport_winrm import WinrmTransport
from .declared import Address, Declared, Entry
from .picture import Picture, Unanswered, picture_of

EXPECTED = (WireError, WindowsError, ClusterReadError)
HTTP_PORT = 5985


class Patient:
    """A transport up to a moment; from then on nothing is sent any more."""

    def __init__(self, inner: Transport, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self.stats = inner.stats

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        left = self._deadline.remaining()
        if left <= 0:
            raise NotSent("the time allowed for this cluster (timeout_s) is over")
        return self._inner.send(envelope, min(timeout_s, left))

    def reauthenticate(self) -> None:
        self._inner.reauthenticate()

    def close(self) -> None:
        self._inner.close()


def ask(entry: Entry, target: Target, settings: Declared, clock: Clock) -> Picture | Unanswered:
    """The picture from the first address that has one; ``target`` is where the credentials come from.

    Credentials that were refused are not sent to the next node: after a few attempts the account would be locked.
    With Kerberos the password was tested on the controller, and an access point may lack a service principal.
    """
    deadline = Deadline.after(clock, settings.timeout_s)
    failures: list[str] = []
    for address in entry.addresses:
        transport = WinrmTransport(at(target, entry, address), settings.connect_timeout_s)
        ws = WsMan(Patient(transport, deadline), clock)
        try:
            return look(ws, entry, address)
        except EXPECTED as error:
            failures.append(f"{address}: {reason(error)}")
            if isinstance(error, AuthRefused) and "kerberos" not in target.transports:
                break
        finally:
            ws.close()
    return Unanswered("; ".join(failures))


def at(target: Target, entry: Entry, address: Address) -> Target:
    """The target at one address. Without a scheme the port decides, as in ansible-core's winrm plugin."""
    port = address.port or entry.variables.get("ansible_port") or target.port
    scheme = entry.variables.get("ansible_winrm_scheme") or ("http" if port == HTTP_PORT else "https")
    return replace(target, host=address.host, port=port, scheme=scheme)


def look(ws: WsManOperations, entry: Entry, address: Address) -> Picture:
    """What one node shows of its cluster.

    Raises:
        ClusterReadError: it is no running member of a cluster; WireError, WindowsError.
    """
    service = read_service(ws, CLUSTER_SERVICE)
    if service is None:
        raise ClusterReadError("it is no node of a failover cluster")
    if service.state != "Running":
        raise ClusterReadError(f"its cluster service is in the state {service.state}")
    cluster = read_cluster(ws, str(address))
    return picture_of(cluster, str(address), entry.cluster_group, entry.protected_types)


def reason(error: Exception) -> str:
    """An error in one line for a message, without what a terminal would act upon."""
    text = str(error)
    if isinstance(error, NotSent):
        text = f"cannot connect: {text}"
    elif isinstance(error, TlsRefused):
        text = f"TLS failed: {text} (ca_trust_path names the CA; an access point needs a certificate of its own)"
    return "".join(char if char.isprintable() else " " for char in text)
