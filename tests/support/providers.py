"""The WMI providers of a modelled node, called as the wire calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab import wmi_context
from lab.contract import CimProvider, ClassDef, Instance
from lab.node.machine import WindowsNode
from lab.node.providers.registry import RegistryProvider
from lab.node.providers.security import SecurityProvider
from lab.node.providers.storage import StorageProvider
from lab.node.providers.system import SystemProvider


class Wmi:
    """One node's classes by name."""

    def __init__(self, node: WindowsNode) -> None:
        self._found: dict[str, tuple[ClassDef, CimProvider]] = {}
        for provider in (SystemProvider(node), StorageProvider(node), RegistryProvider(node), SecurityProvider(node)):
            self._found.update({f"{item.namespace}/{item.name}": (item, provider) for item in provider.classes()})

    def all(self, name: str) -> list[Instance]:
        definition, provider = self._found[f"root/cimv2/{name}"]
        return list(provider.instances(definition))

    def get(self, name: str, **keys: Any) -> Mapping[str, Any]:
        definition, provider = self._found[f"root/cimv2/{name}"]
        return provider.get(definition, keys).properties

    def call(
        self,
        name: str,
        method: str,
        keys: Mapping[str, Any] | None = None,
        *,
        space: str = "root/cimv2",
        context: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> Mapping[str, Any]:
        definition, provider = self._found[f"{space}/{name}"]
        defined = next(item for item in definition.methods if item.name == method)
        with wmi_context.handed(context or {}):
            answer = provider.invoke(definition, defined, keys, arguments)
        assert isinstance(answer, Mapping)
        return answer
