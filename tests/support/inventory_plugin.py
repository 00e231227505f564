"""The inventory plugin in the test's own process, and what came of a configuration."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants as C
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader
from ansible.template import Templar
from ansible.utils.plugin_docs import add_fragments

from ansible_collections.spamfighter.sem.plugins.inventory import cluster
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory import asking
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import NotSent
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Stats, Target

from .direct import DirectLab

NAME = cluster.InventoryModule.NAME
Answering = Callable[[Target], Any]  # a Transport, or it raises


class Silent:
    """A transport to an address where nobody listens."""

    def __init__(self) -> None:
        self.stats = Stats()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        raise NotSent("connection refused")

    def reauthenticate(self) -> None:
        pass

    def close(self) -> None:
        pass


class OneAtATime:
    """A session to a node of a :class:`DirectLab`, whose only thread serves all the plugin's."""

    def __init__(self, inner: Any, turn: threading.Lock) -> None:
        self._inner = inner
        self._turn = turn
        self.stats = inner.stats

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        with self._turn:
            sent: bytes = self._inner.send(envelope, timeout_s)
            return sent

    def reauthenticate(self) -> None:
        self._inner.reauthenticate()

    def close(self) -> None:
        self._inner.close()


@dataclass
class Wire:
    """Where the plugin's sessions lead: host names to nodes of a lab; every other address is silent."""

    lab: DirectLab
    nodes: Mapping[str, str]
    turn: threading.Lock = field(default_factory=threading.Lock)
    targets: list[Target] = field(default_factory=list)
    limits: list[float | None] = field(default_factory=list)

    def __call__(self, target: Target, connect_timeout_s: float | None = None) -> Any:
        self.targets.append(target)
        self.limits.append(connect_timeout_s)
        node = self.nodes.get(target.host)
        return OneAtATime(self.lab.transport(node), self.turn) if node else Silent()

    @property
    def asked(self) -> list[str]:
        return [target.host for target in self.targets]


@contextlib.contextmanager
def through(wire: Answering) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "WinrmTransport", wire)
        yield


def documentation() -> dict[str, Any]:
    """The plugin's page with its fragments."""
    page: dict[str, Any] = yaml.safe_load(cluster.DOCUMENTATION)
    add_fragments(page, cluster.__file__, fragment_loader=fragment_loader, is_module=False)
    return page


def make_plugin() -> Any:
    """As ansible-core's loader makes it."""
    if not C.config.has_configuration_definition("inventory", NAME):
        C.config.initialize_plugin_configuration_definitions("inventory", NAME, documentation()["options"])
    plugin = cluster.InventoryModule()
    plugin._load_name = plugin.ansible_name = NAME
    plugin._redirected_names = [NAME]
    return plugin


@dataclass
class Screen:
    """What the plugin says, in place of ansible-core's Display."""

    warnings: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def warning(self, text: str) -> None:
        self.warnings.append(text)

    def vvv(self, text: str) -> None:
        self.details.append(text)


@dataclass
class Parsed:
    """An inventory that the plugin filled."""

    data: InventoryData
    screen: Screen

    @property
    def hosts(self) -> list[str]:
        return sorted(self.data.hosts)

    def group(self, name: str) -> list[str]:
        return sorted(host.name for host in self.data.groups[name].get_hosts())

    def variables(self, host: str) -> dict[str, Any]:
        return dict(self.data.hosts[host].vars)

    def templated(self, host: str, expression: str) -> Any:
        """What a playbook would get for a template."""
        templar = Templar(DataLoader(), variables=self.variables(host))
        return templar.template(_trusted(expression))


def _trusted(text: str) -> str:
    """Marked as coming from a playbook, where ansible-core wants the mark."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return text
    trusted: str = trust_as_template(text)
    return trusted


def parse(
    directory: Path,
    text: str | Mapping[str, Any],
    *,
    cache: bool = True,
    data: InventoryData | None = None,
) -> Parsed:
    """Write a configuration and have the plugin read it. Raises what the plugin raises."""
    path = directory / "mail.sem.yml"
    content = text if isinstance(text, str) else yaml.safe_dump({"plugin": NAME, **text})
    path.write_text(content, encoding="utf-8")
    plugin, data, screen = make_plugin(), data or InventoryData(), Screen()
    assert plugin.verify_file(str(path))
    plugin.display = screen
    data.current_source = str(path)
    plugin.parse(data, DataLoader(), str(path), cache=cache)
    if hasattr(plugin, "_cache"):
        plugin.update_cache_if_changed()
    data.reconcile_inventory()
    return Parsed(data, screen)


# ---- configurations that pages show -----------------------------------------------------------------
def answering(text: str, lab: DirectLab, nodes: Sequence[str]) -> Wire:
    """A wire for somebody's configuration: its first cluster is that of ``nodes[0]``, and so on. Where further
    addresses are named, the first one is silent."""
    led: dict[str, str] = {}
    for entry, node in zip(yaml.safe_load(text)["clusters"], nodes, strict=False):
        listed = [entry] if isinstance(entry, str) else [entry["address"], *entry.get("nodes", ())]
        led |= {_host(address): node for address in listed[len(listed) > 1 :]}
    return Wire(lab, led)


def _host(address: str) -> str:
    return address.partition(":")[0]
