"""The inventory that leads ansible-playbook to a lab's nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .topology import Credentials


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a node listens; a port is None when that listener is off."""

    node: str
    address: str
    http: int | None
    https: int | None

    def host_variables(self, scheme: str) -> dict[str, Any]:
        port = self.https if scheme == "https" else self.http
        return {"ansible_host": self.address, "ansible_port": port, "ansible_winrm_scheme": scheme}


def connection_variables(credentials: Credentials, ca: Path) -> dict[str, Any]:
    """What all hosts share: NTLM, certificate checked against the lab's own CA."""
    return {
        "ansible_connection": "winrm",
        "ansible_winrm_transport": "ntlm",
        "ansible_winrm_ca_trust_path": str(ca),
        "ansible_user": credentials.user,
        "ansible_password": credentials.password,
    }


def build(
    clusters: Mapping[str, Sequence[Endpoint]],
    standalone: Sequence[Endpoint],
    shared: Mapping[str, Any],
    scheme: str = "http",
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The inventory as data: one group per cluster under ``sem``, stand-alone servers beside them. ``own``: variables
    of single clusters."""
    children: dict[str, dict[str, Any]] = {}
    for name, endpoints in clusters.items():
        hosts = {f"{name.lower()}-{item.node.lower()}": item.host_variables(scheme) for item in endpoints}
        children[name.lower()] = {"hosts": hosts}
        if own and name in own:
            children[name.lower()]["vars"] = dict(own[name])
    if standalone:
        children["standalone"] = {"hosts": {item.node.lower(): item.host_variables(scheme) for item in standalone}}
    return {"all": {"children": {"sem": {"children": children, "vars": dict(shared)}}}}


def write(path: Path, inventory: Mapping[str, Any]) -> None:
    """Write it where ansible-playbook reads it; values that look like templates stay plain text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n" + yaml.dump(_unsafe(inventory), Dumper=_Dumper, sort_keys=False, width=1000))


class _Unsafe(str):
    """Text that Ansible must not template (the password holds %, braces may come)."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Unsafe, lambda dumper, value: dumper.represent_scalar("!unsafe", str(value), style="'"))


def _unsafe(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _Unsafe(item) if key == "ansible_password" else _unsafe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_unsafe(item) for item in value]
    return value
