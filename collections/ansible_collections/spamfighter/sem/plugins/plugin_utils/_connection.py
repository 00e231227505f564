# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""From a connection plugin of the inventory to a ``Target``: the one place that uses the plugins' private names."""

from __future__ import annotations

import importlib.util
import os
import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ._wsman.transport import Target

EXTRAS: t.Final = "ansible_winrm_"


class UnsupportedConnection(Exception):
    """The inventory's connection cannot carry WS-Man; the text says what to set."""


def target_of(connection: t.Any) -> Target:
    """The endpoint, credentials and options that the inventory gives a host.

    The plugin's own resolver is used, because ``get_options()`` alone loses ``ansible_winrm_*`` extras. The
    plugin is never connected: that would open a command shell.

    Raises:
        UnsupportedConnection: another connection type, or pywinrm is not installed.
        AnsibleError: the plugin's own, for transports that pywinrm lacks or a failing kinit.
    """
    kind = str(getattr(connection, "transport", "")).rpartition(".")[2]
    if kind != "winrm":
        raise UnsupportedConnection(
            f"ansible_connection is {kind or 'not set'}; these modules talk WS-Management and need "
            "ansible_connection: winrm"
        )
    if importlib.util.find_spec("winrm") is None:
        raise UnsupportedConnection("pywinrm is not installed on the controller: pip install pywinrm")
    connection._build_winrm_kwargs()
    user, secret = connection._winrm_user, connection._winrm_pass
    transports = tuple(str(item) for item in connection._winrm_transport)
    if "kerberos" in transports and connection._kerb_managed:
        connection._kerb_auth(user, secret)
    options = {key: value for key, value in connection._winrm_kwargs.items() if key not in ("username", "password")}
    if not options.get("ca_trust_path", True):
        # pywinrm would take an empty path for "do not validate".
        del options["ca_trust_path"]
    return Target(
        kind="winrm",
        host=str(connection._winrm_host),
        port=int(connection._winrm_port),
        scheme=str(connection._winrm_scheme),
        path=str(connection._winrm_path),
        transports=transports,
        username=str(user or ""),
        secret=str(secret or ""),
        options=options,
    )


def connection_with(variables: Mapping[str, t.Any]) -> t.Any:
    """ansible-core's winrm plugin with these host variables (ansible_user, ansible_winrm_transport ...), which are
    final values; not connected. A ticket that :func:`target_of` gets with it lives as long as the plugin.

    Raises:
        AnsibleError: a value of the wrong type.
    """
    connection = connection_loader.get("winrm", PlayContext(), os.devnull)
    options = C.config.get_plugin_vars("connection", connection._load_name)
    extras = {key: value for key, value in variables.items() if key.startswith(EXTRAS) and key not in options}
    connection.set_options(var_options={**variables, "_extras": extras})
    return connection


def needs_ticket(connection: t.Any) -> bool:
    """Whether :func:`target_of` will run kinit, which sets KRB5CCNAME for the whole process."""
    connection._build_winrm_kwargs()
    return "kerberos" in connection._winrm_transport and bool(connection._kerb_managed)
