"""What the inventory plugin takes, and how it says no."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._arguments import BadArgument
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import (
    Address,
    Declared,
    Entry,
    address,
    declared,
)


def one(cluster: Any = "c1.example.com", **options: Any) -> Entry:
    found = declared({"clusters": [cluster], **options})
    assert len(found.entries) == 1
    return found.entries[0]


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("n1.example.com", "n1.example.com", None),
        ("n1.example.com:5985", "n1.example.com", 5985),
        ("N1", "N1", None),
        (" n_1.example.com. ", "n_1.example.com.", None),
        ("192.0.2.7", "192.0.2.7", None),
        ("192.0.2.7:1", "192.0.2.7", 1),
        ("2001:db8::7", "2001:db8::7", None),
        ("[2001:db8::7]", "2001:db8::7", None),
        ("[2001:db8::7]:65535", "2001:db8::7", 65535),
    ],
)
def test_addresses(text: str, host: str, port: int | None) -> None:
    found = address("x", text)
    assert (found.host, found.port) == (host, port)
    assert address("x", str(found)) == found


NO_ADDRESS: list[object] = [
    "", " ", "n1:", ":5985", "n1:0", "n1:65536", "n1:five", "n1:5985:1", "n1:５", "n 1", "-n1", "n1;ls", "n1/wsman",
    "https://n1.example.com", "user@n1", "{{ x }}", "[n1]", "[2001:db8::7", "2001:db8::7]", "[2001:db8::7]5985",
    None, 5, [],
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address(text: object) -> None:
    with pytest.raises(BadArgument, match=re.escape("x: ") + ".* is not an address such as"):
        address("x", text)


def test_a_string_is_the_address_of_a_cluster_and_defaults_are_ansibles() -> None:
    entry = one()
    assert entry == Entry((Address("c1.example.com"),), {"ansible_connection": "winrm"})
    settings = declared({"clusters": ["c1"]})
    assert settings == Declared((one("c1"),), False, False, 20, 10, 60)


def test_settings_become_the_variables_of_the_hosts_without_the_password() -> None:
    entry = one(
        username="EXAMPLE\\sem",
        password="geheim",
        port=5986,
        scheme="https",
        transport=["ntlm"],
        ca_trust_path="/ca.pem",
        server_cert_validation="validate",
        winrm={"message_encryption": "always"},
    )
    assert entry.variables == {
        "ansible_connection": "winrm",
        "ansible_user": "EXAMPLE\\sem",
        "ansible_port": 5986,
        "ansible_winrm_scheme": "https",
        "ansible_winrm_transport": ["ntlm"],
        "ansible_winrm_ca_trust_path": "/ca.pem",
        "ansible_winrm_server_cert_validation": "validate",
        "ansible_winrm_message_encryption": "always",
    }
    assert entry.password == "geheim"
    assert "geheim" not in repr(entry)


def test_a_cluster_overrides_what_it_names_and_only_that() -> None:
    own = {"username": "b", "password": "q", "port": 5985, "scheme": "http", "winrm": {"path": "/x"}, "transport": None}
    found = declared(
        {
            "clusters": [{"address": "c1", **own}, "c2"],
            "username": "a",
            "password": "p",
            "transport": ["ntlm"],
            "winrm": {"path": "/wsman", "send_cbt": False},
        }
    )
    first, second = found.entries
    assert (first.variables["ansible_user"], first.password) == ("b", "q")
    assert (first.variables["ansible_winrm_path"], first.variables["ansible_winrm_send_cbt"]) == ("/x", False)
    assert first.variables["ansible_winrm_transport"] == ["ntlm"]
    assert (second.variables["ansible_user"], second.password) == ("a", "p")
    assert "ansible_port" not in second.variables
    assert second.variables["ansible_winrm_path"] == "/wsman"


def test_the_access_point_comes_first_and_no_address_twice() -> None:
    entry = one({"address": "c1", "nodes": ["n1", "n2:5985", "n1", "c1"]})
    assert [str(item) for item in entry.addresses] == ["c1", "n1", "n2:5985"]
    assert entry.title == "c1"


def test_node_addresses_are_found_in_any_case() -> None:
    entry = one({"address": "c1", "node_addresses": {"N1": "192.0.2.1:5985", "n2": "n2.mgmt"}})
    assert entry.node_addresses == {"n1": Address("192.0.2.1", 5985), "n2": Address("n2.mgmt")}


def test_the_group_is_chosen_as_by_the_modules() -> None:
    entry = one({"address": "c1", "cluster_group": "EVS1", "protected_types": ["Other"]}, protected_types=["A"])
    assert (entry.cluster_group, entry.protected_types) == ("EVS1", ("Other",))
    assert one(protected_types=["A"]).protected_types == ("A",)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "clusters"),
        ({"clusters": []}, "clusters: it is empty"),
        ({"clusters": [{}]}, "missing required arguments: address found in clusters"),
        ({"clusters": [{"nodes": ["n1"]}]}, "address"),
        ({"clusters": [7]}, "clusters"),
        ({"clusters": [{"address": "c1", "adress": "x"}]}, "adress"),
        ({"clusters": [{"address": "c1", "scheme": "ftp"}]}, "scheme"),
        ({"clusters": [{"address": "c1", "port": "many"}]}, "port"),
        ({"clusters": [{"address": "c1", "port": 0}]}, r"clusters\[0\]: port 0"),
        ({"clusters": ["c1"], "port": 65536}, r"clusters\[0\]: port 65536"),
        ({"clusters": ["c1", "https://c2.example.com"]}, r"clusters\[1\].address or nodes: 'https://c2.example.com'"),
        ({"clusters": [{"address": "c1", "node_addresses": {"N1": "n1:x"}}]}, r"clusters\[0\].node_addresses.N1"),
        ({"clusters": ["c1"], "host_pattern": "n.example.com"}, "host_pattern.*one \\*"),
        ({"clusters": ["c1"], "host_pattern": "*.*"}, "host_pattern"),
        ({"clusters": ["c1"], "host_pattern": "*/x"}, "host_pattern"),
        ({"clusters": ["c1"], "host_pattern": "{{ x }}*"}, "host_pattern"),
        ({"clusters": ["c1"], "unreachable": "ignore"}, "unreachable"),
        ({"clusters": ["c1"], "concurrency": 0}, "concurrency: 0 is not 1 or more"),
        ({"clusters": ["c1"], "connect_timeout_s": 0}, "connect_timeout_s"),
        ({"clusters": ["c1"], "timeout_s": -1}, "timeout_s"),
        ({"clusters": ["c1"], "winrm": {"transport": ["ntlm"]}}, "winrm.transport cannot be set there"),
        ({"clusters": ["c1"], "winrm": {"x y": 1}}, "winrm.x y"),
    ],
)
def test_wrong_options_say_which_and_why(options: dict[str, Any], text: str) -> None:
    with pytest.raises(BadArgument, match=text):
        declared(options)


@pytest.mark.parametrize("name", ["password", "pass", "user", "remote_password", "cert_key_password", "_extras"])
def test_no_password_gets_to_the_hosts_by_the_back_door(name: str) -> None:
    with pytest.raises(BadArgument, match=f"winrm.{name}") as caught:
        one(winrm={name: "geheim"})
    assert "geheim" not in str(caught.value)
