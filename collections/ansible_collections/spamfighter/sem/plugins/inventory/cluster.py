# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster
short_description: Nodes of failover clusters, and who owns Exchange
version_added: 0.1.0
author: SPAMfighter SEM collection maintainers (@spamfighter)
description:
  - Reads failover clusters over WS-Management and makes a host of every node, also of one that is down.
  - The hosts are in the group C(sem), in a group of their cluster (C(sem_cluster_) and its name) and, where SEM has a
    group in the cluster, in C(sem_owner) or C(sem_passive). The owner is the node that owns that group now; every
    other node is passive, whatever its state.
  - The hosts are the nodes themselves. The names of the cluster and of its virtual servers never become hosts.
  - The connection settings of a cluster are passed on to its hosts as C(ansible_host), C(ansible_port),
    C(ansible_user), C(ansible_connection) and C(ansible_winrm_*) variables; the password only with O(pass_password).
  - The host variable C(sem_cluster_node) says what the cluster tells of the node. It is data, never a template.
  - The name of the configuration file ends with C(sem.yml), C(sem.yaml), C(sem.cluster.yml) or C(sem.cluster.yaml).
extends_documentation_fragment:
  - constructed
  - inventory_cache
requirements:
  - pywinrm on the controller
notes:
  - The plugin only reads. It needs no PowerShell on the nodes, and an account that is administrator of the node that
    answers.
  - Templates are allowed in O(clusters), O(username), O(password) and the other connection options; they see extra
    variables. V(!vault) values are allowed everywhere.
  - Ansible goes on with a warning when an inventory source fails. With O(unreachable=fail) set
    C(any_unparsed_is_failed=true) in the section C([inventory]) of C(ansible.cfg), so that the run ends.
options:
  plugin:
    description: Marks the file as one for this plugin.
    type: str
    required: true
    choices: [spamfighter.sem.cluster]
  clusters:
    description:
      - The clusters to read. A cluster that is named twice counts once.
      - An entry that is only a string is taken as O(clusters[].address).
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - The access point (name) of the cluster or the address of one of its nodes, with a port if it is not
            O(clusters[].port).
        type: str
        required: true
      nodes:
        description:
          - Addresses that are asked in turn when O(clusters[].address) does not answer. Refused credentials are not
            sent to the next address, except with Kerberos.
        type: list
        elements: str
        default: []
      name:
        description: What the group of the cluster is called after C(sem_cluster_). By default, the name of the cluster.
        type: str
      host_pattern:
        description: As O(host_pattern), for this cluster.
        type: str
      node_addresses:
        description:
          - Addresses of nodes that O(clusters[].host_pattern) does not give, by node name, with a port if needed.
        type: dict
        default: {}
      cluster_group:
        description:
          - The cluster group that has or gets SEM. Without it, the one group that holds resources of
            O(clusters[].protected_types) is taken.
          - When there are several and none is named, the cluster has no C(sem_owner), and a warning says so.
        type: str
      protected_types:
        description: As O(protected_types), for this cluster.
        type: list
        elements: str
      username:
        description: As O(username), for this cluster.
        type: str
      password:
        description: As O(password), for this cluster.
        type: str
      port:
        description: As O(port), for this cluster.
        type: int
      scheme:
        description: As O(scheme), for this cluster.
        type: str
        choices: [http, https]
      transport:
        description: As O(transport), for this cluster.
        type: list
        elements: str
      ca_trust_path:
        description: As O(ca_trust_path), for this cluster.
        type: path
      server_cert_validation:
        description: As O(server_cert_validation), for this cluster.
        type: str
        choices: [validate, ignore]
      winrm:
        description: As O(winrm), for this cluster; the settings of both are joined.
        type: dict
  host_pattern:
    description:
      - Inventory name and address of a node, with V(*) for its name in lower case, such as V(*.example.com).
      - A domain of your own keeps whatever name a server shows apart from the other hosts of your inventory.
    type: str
    default: "*"
  protected_types:
    description: Beginnings of the registered resource types that SEM protects.
    type: list
    elements: str
    default: [Microsoft Exchange]
  pass_password:
    description:
      - Pass O(password) on to the hosts as C(ansible_password). C(ansible-inventory --list) shows it then.
      - Better keep C(ansible_password) as a vaulted variable in C(group_vars).
    type: bool
    default: false
  unreachable:
    description:
      - What comes of a cluster that cannot be read, and of anything in one that cannot be used; V(warn) leaves it
        out with a warning, V(fail) fails the whole source.
    type: str
    choices: [warn, fail]
    default: warn
  concurrency:
    description: How many clusters are asked at the same time.
    type: int
    default: 20
  connect_timeout_s:
    description: How long to wait for one address to take a TCP connection, in seconds.
    type: int
    default: 10
  timeout_s:
    description:
      - How long one cluster may take, all its addresses together, in seconds. A request under way is not cut off.
    type: int
    default: 60
  username:
    description: The account, passed on as C(ansible_user).
    type: str
    env:
      - name: SPAMFIGHTER_SEM_USERNAME
  password:
    description: Its password. Without one, Kerberos uses the ticket that the controller has.
    type: str
    env:
      - name: SPAMFIGHTER_SEM_PASSWORD
  port:
    description: The port, passed on as C(ansible_port). Ansible's default is 5986.
    type: int
  scheme:
    description: Passed on as C(ansible_winrm_scheme). Ansible's default is https, and http with port 5985.
    type: str
    choices: [http, https]
  transport:
    description: Passed on as C(ansible_winrm_transport), such as V([kerberos]) or V([ntlm]).
    type: list
    elements: str
  ca_trust_path:
    description:
      - The CA that the certificates of the nodes are checked with, passed on as C(ansible_winrm_ca_trust_path).
    type: path
  server_cert_validation:
    description: Passed on as C(ansible_winrm_server_cert_validation). Certificates are validated by default.
    type: str
    choices: [validate, ignore]
  winrm:
    description:
      - Further C(ansible_winrm_*) settings without that prefix, such as V(message_encryption), for reading the
        clusters and for their hosts.
    type: dict
seealso:
  - module: spamfighter.sem.cluster_info
  - plugin: ansible.builtin.winrm
    plugin_type: connection
"""

EXAMPLES = r"""
# mail.sem.yml: one cluster by its access point, with the ticket that kinit got on the controller
plugin: spamfighter.sem.cluster
clusters:
  - mailcluster.example.com
host_pattern: "*.example.com"
transport: [kerberos]
---
# Two clusters; the nodes are asked in turn when the access point does not answer
plugin: spamfighter.sem.cluster
username: EXAMPLE\sem
password: "{{ lookup('env', 'SEM_PASSWORD') }}"
transport: [ntlm]
ca_trust_path: /etc/ssl/certs/example-ca.pem
host_pattern: "*.example.com"
unreachable: fail
clusters:
  - address: mailcluster1.example.com
    nodes: [n1.example.com, n2.example.com]
  - address: mailcluster2.example.com
    nodes: [n3.example.com, n4.example.com]
    name: second # the group is sem_cluster_second
    username: EXAMPLE2\sem
---
# Kept for an hour in a file, which holds no credentials; groups by state and by release of Windows
plugin: spamfighter.sem.cluster
clusters: [mailcluster.example.com]
transport: [kerberos]
cache: true
cache_plugin: jsonfile
cache_connection: ~/.cache/sem
cache_timeout: 3600
keyed_groups:
  - key: sem_cluster_node.state
    prefix: sem_state # sem_state_up, sem_state_down ...
  - key: sem_cluster_node.windows
    prefix: windows # windows_2008_R2
    default_value: unknown # of a node that is down the cluster may not tell it
groups:
  sem_answering: sem_cluster_node.state in ['up', 'paused']
compose:
  ansible_winrm_kerberos_hostname_override: sem_cluster_node.name | lower ~ '.example.com'
strict: true
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.spamfighter.sem.plugins.plugin_utils._arguments import BadArgument
from ansible_collections.spamfighter.sem.plugins.plugin_utils._connection import UnsupportedConnection
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory import cache as kept
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import (
    OPTIONS,
    Declared,
    declared,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.fleet import ask_all
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.hosts import ALL, Found, Host, build
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.picture import Answer

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:  # announced for ansible-core 2.23; from 2.19 on only what a file declares can be a template

    def wrap_var(v: t.Any) -> t.Any:
        return v


SUFFIXES = ("sem.yml", "sem.yaml", "sem.cluster.yml", "sem.cluster.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]  # ansible ships no types
    NAME = "spamfighter.sem.cluster"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(SUFFIXES)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._set_resolved(self._read_config_data(path))
        try:
            settings = declared({name: self.get_option(name) for name in OPTIONS})
            answers = self._answers(settings, path, cache)
        except (BadArgument, UnsupportedConnection) as error:
            raise AnsibleParserError(f"{self.NAME}: {error}") from error
        pairs = zip(settings.entries, answers, strict=True)
        found = build(pairs, set(inventory.groups), settings.pass_password)
        self._complain(found, settings.fail)
        for host in found.hosts:
            self._add(host)

    def _set_resolved(self, config: t.Mapping[str, t.Any]) -> None:
        """The options once more, with the templates of the file resolved. Values from the environment are not
        templates, and Constructable resolves its own for each host.

        Raises:
            AnsibleParserError: an option that there is not, or a template that cannot be resolved.
        """
        unknown = sorted(set(map(str, config)) - set(self.get_options()))
        if unknown:
            raise AnsibleParserError(f"{self.NAME}: there is no option {', '.join(unknown)}")
        self.templar.available_variables = self._vars
        try:
            resolved = {name: self.templar.template(config[name]) for name in OPTIONS if name in config}
        except Exception as error:
            raise AnsibleParserError(f"{self.NAME}: {error}") from error
        self.set_options(direct={**config, **resolved}, var_options=self._vars)

    def _answers(self, settings: Declared, path: str, cache: bool) -> list[Answer]:
        """From the cache where it has them, from the clusters else. Only pictures are kept."""
        if not self.get_option("cache"):
            return ask_all(settings.entries, settings)
        key = self.get_cache_key(path)
        cached = kept.read(self._cache.get(key) if cache else None, settings.entries)
        missing = [entry for entry, picture in zip(settings.entries, cached, strict=True) if picture is None]
        if not missing:
            return [picture for picture in cached if picture is not None]
        asked = iter(ask_all(missing, settings))
        answers = [picture or next(asked) for picture in cached]
        self._cache[key] = kept.write(zip(settings.entries, answers, strict=True))
        return answers

    def _complain(self, found: Found, fail: bool) -> None:
        """Raises AnsibleParserError."""
        for note in found.notes:
            self.display.vvv(f"{self.NAME}: {note}")
        if found.problems and fail:
            raise AnsibleParserError(f"{self.NAME}: {'; '.join(found.problems)}")
        for problem in found.problems:
            self.display.warning(f"{self.NAME}: {problem}")

    def _add(self, host: Host) -> None:
        """One host with its groups; what a server said of it is marked as no template."""
        self.inventory.add_host(host.name)
        self.inventory.add_group(ALL)
        for group in host.groups:
            self.inventory.add_group(group)
            self.inventory.add_child(group, host.name)
        self.inventory.add_child(ALL, host.cluster_group)
        variables = wrap_var(dict(host.variables))
        for name, value in variables.items():
            self.inventory.set_variable(host.name, name, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)
