# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What a task has read of its node, so that no part of it asks twice."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from .._cluster.model import Cluster
from .._cluster.read import read_cluster, with_or_dependency
from .._windows.host import read_host
from .._windows.model import Host, Product, Service, View
from .._windows.products import find_products
from .._windows.registry import Registry
from .._windows.services import list_services, read_service
from .._wsman.operations import Shell, WsManOperations

T = t.TypeVar("T")


class Observer:
    """One picture of a node and its cluster. A change forgets all of it: anything may depend on anything.

    Every method raises WireError, WindowsError or ClusterReadError.
    """

    def __init__(self, ws: WsManOperations, shell: Shell) -> None:
        self._ws = ws
        self._shell = shell
        self._seen: dict[tuple[object, ...], t.Any] = {}

    def forget(self) -> None:
        """Read anew from here on."""
        self._seen.clear()

    def _once(self, key: tuple[object, ...], read: Callable[[], T]) -> T:
        if key not in self._seen:
            self._seen[key] = read()
        return t.cast(T, self._seen[key])

    def host(self) -> Host:
        return self._once(("host",), lambda: read_host(self._ws))

    def cluster(self) -> Cluster | None:
        """The cluster, when the node is a running member of one."""
        host = self.host()
        if host.membership != "running":
            return None
        return self._once(("cluster",), lambda: read_cluster(self._ws, host.computer_name))

    def expression(self, cluster: Cluster, name: str) -> Cluster:
        """The cluster with what only the dependency expression of this resource tells."""
        return self._once(("expression", name), lambda: with_or_dependency(self._ws, cluster, name))

    def products(self, pattern: str, upgrade_code: str | None) -> tuple[Product, ...]:
        """Raises WindowsError also when the registry cannot be searched."""
        key = ("products", pattern, upgrade_code)
        return self._once(key, lambda: find_products(self._ws, pattern, upgrade_code, self._shell))

    def service(self, name: str) -> Service | None:
        """A service with its recovery actions; None when it is not installed."""
        return self._once(("service", name.lower()), lambda: read_service(self._ws, name, recovery=True))

    def services(self) -> tuple[Service, ...]:
        return self._once(("services",), lambda: list_services(self._ws))

    def value(self, key: str, name: str, view: View) -> str | None:
        """A text value below HKLM; None when it is not there."""
        return self._once(("value", key, name, view), lambda: Registry(self._ws).text(key, name, view))

    def values(self, key: str, view: View) -> tuple[str, ...] | None:
        """Names of a key's values; None when there is no such key."""
        return self._once(("values", key, view), lambda: Registry(self._ws).values(key, view))

    def key(self, key: str, view: View) -> bool:
        """Whether a key below HKLM exists."""
        return self._once(("key", key, view), lambda: Registry(self._ws).exists(key, view))
