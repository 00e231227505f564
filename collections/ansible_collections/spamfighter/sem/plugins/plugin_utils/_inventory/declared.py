# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What the user of the inventory plugin declares, checked and made plain."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._arguments import BadArgument, Spec
from .._sem.exchange import PROTECTED

CONNECTION: t.Final[dict[str, Spec]] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "port": {"type": "int"},
    "scheme": {"type": "str", "choices": ["http", "https"]},
    "transport": {"type": "list", "elements": "str"},
    "ca_trust_path": {"type": "path"},
    "server_cert_validation": {"type": "str", "choices": ["validate", "ignore"]},
    "winrm": {"type": "dict"},
}
CLUSTER: t.Final[dict[str, Spec]] = {
    "address": {"type": "str", "required": True},
    "nodes": {"type": "list", "elements": "str", "default": []},
    "name": {"type": "str"},
    "host_pattern": {"type": "str"},
    "node_addresses": {"type": "dict", "default": {}},
    "cluster_group": {"type": "str"},
    "protected_types": {"type": "list", "elements": "str"},
    **CONNECTION,
}
OPTIONS: t.Final[dict[str, Spec]] = {
    "clusters": {"type": "list", "elements": "dict", "required": True, "options": CLUSTER},
    "host_pattern": {"type": "str", "default": "*"},
    "protected_types": {"type": "list", "elements": "str", "default": list(PROTECTED)},
    "pass_password": {"type": "bool", "default": False},
    "unreachable": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
    "concurrency": {"type": "int", "default": 20},
    "connect_timeout_s": {"type": "int", "default": 10},
    "timeout_s": {"type": "int", "default": 60},
    **CONNECTION,
}
# Host variables that are not called ansible_winrm_<option>.
VARIABLES: t.Final = {"username": "ansible_user", "port": "ansible_port"}
# What may not come in by the back door: it has an option of its own, or would give a password away.
NOT_IN_WINRM = frozenset(
    {*CONNECTION, "user", "pass", "host", "remote_addr", "remote_user", "remote_password", "_extras"}
)
ADDRESS = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<name>\w(?:[\w.-]*\w)?\.?))(?::(?P<port>[0-9]{1,5}))?")
PATTERN = re.compile(r"(?:\w[\w.-]*)?\*[\w.-]*")
LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """A host name or IP address; without a port the one of the cluster's settings holds."""

    host: str
    port: int | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True)
class Entry:
    """One cluster of the configuration. ``variables`` are the connection variables of its hosts (ansible_user,
    ansible_winrm_transport ...) without the password; ``node_addresses`` has names in lower case."""

    addresses: tuple[Address, ...]  # asked in this order until one answers
    variables: Mapping[str, t.Any] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    name: str | None = None
    host_pattern: str = "*"
    node_addresses: Mapping[str, Address] = field(default_factory=dict)
    cluster_group: str | None = None
    protected_types: tuple[str, ...] = PROTECTED

    @property
    def title(self) -> str:
        """How messages call it."""
        return str(self.addresses[0])


@dataclass(frozen=True)
class Declared:
    """The whole configuration; times in seconds."""

    entries: tuple[Entry, ...]
    pass_password: bool
    fail: bool  # whether a cluster without an answer is an error
    concurrency: int
    connect_timeout_s: int
    timeout_s: int


def declared(options: Mapping[str, t.Any]) -> Declared:
    """The configuration from the plugin's options. Raises BadArgument."""
    given = {name: value for name, value in options.items() if value is not None}
    clusters = given.get("clusters")
    if isinstance(clusters, list):
        given["clusters"] = [{"address": item} if isinstance(item, str) else _given(item) for item in clusters]
    result = ArgumentSpecValidator(OPTIONS).validate(given)
    if result.error_messages:
        raise BadArgument("; ".join(result.error_messages))
    valid = result.validated_parameters
    for name in ("concurrency", "connect_timeout_s", "timeout_s"):
        if valid[name] < 1:
            raise BadArgument(f"{name}: {valid[name]} is not 1 or more")
    if not valid["clusters"]:
        raise BadArgument("clusters: it is empty; name at least one address")
    return Declared(
        entries=tuple(_entry(number, item, valid) for number, item in enumerate(valid["clusters"])),
        pass_password=valid["pass_password"],
        fail=valid["unreachable"] == "fail",
        concurrency=valid["concurrency"],
        connect_timeout_s=valid["connect_timeout_s"],
        timeout_s=valid["timeout_s"],
    )


def _given(item: object) -> object:
    """A cluster without the keys that were left empty."""
    return {key: value for key, value in item.items() if value is not None} if isinstance(item, Mapping) else item


def _entry(number: int, item: Mapping[str, t.Any], top: Mapping[str, t.Any]) -> Entry:
    where = f"clusters[{number}]"
    merged = {name: item[name] if item.get(name) is not None else top.get(name) for name in CONNECTION}
    merged["winrm"] = {**(top.get("winrm") or {}), **(item.get("winrm") or {})}
    pattern = item.get("host_pattern") or top["host_pattern"]
    if not PATTERN.fullmatch(pattern):
        raise BadArgument(f"{where}.host_pattern: {pattern!r} is not a host name with one * for the node's name")
    listed = [item["address"], *item["nodes"]]
    return Entry(
        addresses=tuple(dict.fromkeys(address(f"{where}.address or nodes", text) for text in listed)),
        variables=_variables(where, merged),
        password=merged["password"],
        name=item.get("name") or None,
        host_pattern=pattern.lower(),
        node_addresses={
            str(name).lower(): address(f"{where}.node_addresses.{name}", text)
            for name, text in item["node_addresses"].items()
        },
        cluster_group=item.get("cluster_group") or None,
        protected_types=tuple(item.get("protected_types") or top["protected_types"]),
    )


def _variables(where: str, merged: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The settings as host variables, the password left out."""
    port = merged["port"]
    if port is not None and not 1 <= port <= LARGEST_PORT:
        raise BadArgument(f"{where}: port {port} is not between 1 and {LARGEST_PORT}")
    found = {
        VARIABLES.get(name, f"ansible_winrm_{name}"): merged[name]
        for name in CONNECTION
        if name not in ("password", "winrm") and merged[name] not in (None, "", [])
    }
    for name, value in merged["winrm"].items():
        if not re.fullmatch(r"[a-z_]+", str(name)) or name in NOT_IN_WINRM or "password" in name:
            raise BadArgument(
                f"{where}: winrm.{name} cannot be set there; use the option of that name, and password for a password"
            )
        found[f"ansible_winrm_{name}"] = value
    return {"ansible_connection": "winrm", **found}


def address(option: str, text: object) -> Address:
    """``host``, ``host:port``, ``[IPv6]:port`` or an IPv6 address. Raises BadArgument."""
    given = text.strip() if isinstance(text, str) else ""
    if _is_ip(given):
        return Address(given)
    match = ADDRESS.fullmatch(given)
    if match is not None and (match["name"] or _is_ip(match["v6"])):
        port = int(match["port"] or 0) or None
        if match["port"] is None or (port and port <= LARGEST_PORT):
            return Address(match["name"] or match["v6"], port)
    raise BadArgument(f"{option}: {text!r} is not an address such as n1.example.com or n1.example.com:5986")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
