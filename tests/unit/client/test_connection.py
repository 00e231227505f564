"""The one place that knows a connection plugin's private names (wsman 6.1)."""

from __future__ import annotations

import importlib.util
import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._connection import UnsupportedConnection, target_of


class FakeConnection:
    """ansible-core's winrm plugin as far as it is used; connecting it would open a shell."""

    transport = "winrm"

    def __init__(self, **changed: t.Any) -> None:
        self.built = False
        self.tickets: list[tuple[str, str]] = []
        self.changed = changed

    def _build_winrm_kwargs(self) -> None:
        self.built = True
        values = {
            "_winrm_host": "toy",
            "_winrm_port": 5986,
            "_winrm_scheme": "https",
            "_winrm_path": "/wsman",
            "_winrm_transport": ["ntlm"],
            "_winrm_user": "CORP\\admin",
            "_winrm_pass": "geheim",
            "_kerb_managed": False,
            "_winrm_kwargs": {"username": "CORP\\admin", "password": "geheim", "server_cert_validation": "ignore"},
        }
        for name, value in {**values, **self.changed}.items():
            setattr(self, name, value)

    def _kerb_auth(self, user: str, secret: str) -> None:
        self.tickets.append((user, secret))

    def _connect(self) -> None:
        raise AssertionError("connecting opens a command shell")


def test_the_plugins_own_resolver_decides() -> None:
    found = target_of(FakeConnection())
    assert found.endpoint == "https://toy:5986/wsman"
    assert (found.transports, found.username, found.secret) == (("ntlm",), "CORP\\admin", "geheim")
    assert found.options == {"server_cert_validation": "ignore"}
    assert "geheim" not in repr(found)


def test_an_empty_path_to_the_authorities_does_not_switch_validation_off() -> None:
    """pywinrm takes an empty path for "do not validate"."""
    assert "ca_trust_path" not in target_of(FakeConnection(_winrm_kwargs={"ca_trust_path": ""})).options
    assert target_of(FakeConnection(_winrm_kwargs={"ca_trust_path": "/ca"})).options == {"ca_trust_path": "/ca"}


@pytest.mark.parametrize(
    ("transports", "managed", "tickets"),
    [
        (["kerberos"], True, 1),
        (["kerberos"], False, 0),
        (["ntlm"], True, 0),
        (["plaintext", "kerberos"], True, 1),
    ],
)
def test_a_ticket_is_got_where_the_plugin_manages_it(transports: list[str], managed: bool, tickets: int) -> None:
    connection = FakeConnection(_winrm_transport=transports, _kerb_managed=managed)
    target_of(connection)
    assert connection.tickets == [("CORP\\admin", "geheim")] * tickets


def test_without_credentials_nothing_is_made_up() -> None:
    found = target_of(FakeConnection(_winrm_user=None, _winrm_pass=None))
    assert (found.username, found.secret) == ("", "")


@pytest.mark.parametrize("name", ["ssh", "local", "ansible.builtin.psrp", ""])
def test_other_connections_are_refused_with_what_to_set(name: str) -> None:
    connection = FakeConnection()
    connection.transport = name
    with pytest.raises(UnsupportedConnection, match="ansible_connection: winrm"):
        target_of(connection)
    assert not connection.built


def test_a_connection_may_be_named_in_full() -> None:
    connection = FakeConnection()
    connection.transport = "ansible.builtin.winrm"
    assert target_of(connection).host == "toy"


def test_pywinrm_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(UnsupportedConnection, match="pip install pywinrm"):
        target_of(FakeConnection())
