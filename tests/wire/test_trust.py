"""Whom the collection trusts: the certificate is checked unless the inventory says otherwise, in so many words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._connection import UnsupportedConnection, target_of
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.schema import OPERATING_SYSTEM
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.client import WsMan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import AuthRefused, NotSent, TlsRefused
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport_winrm import WinrmTransport
from support.listening import ADDRESS, Listening


def connection(lab: Listening, scheme: str = "https", **options: Any) -> SimpleNamespace:
    """What ansible-core's winrm plugin makes of an inventory."""
    kwargs = {"username": lab.user, "password": lab.password, **options}
    return SimpleNamespace(
        transport="winrm",
        _build_winrm_kwargs=lambda: None,
        _winrm_user=lab.user,
        _winrm_pass=lab.password,
        _winrm_transport=["ntlm"],
        _winrm_kwargs=kwargs,
        _winrm_host=ADDRESS,
        _winrm_port=lab.ports[scheme],
        _winrm_scheme=scheme,
        _winrm_path="/wsman",
        _kerb_managed=False,
    )


def caption(made: SimpleNamespace) -> str:
    ws = WsMan(WinrmTransport(target_of(made)))
    try:
        return str(ws.get(OPERATING_SYSTEM).get("Caption"))
    finally:
        ws.close()


@pytest.mark.parametrize("options", [{}, {"ca_trust_path": ""}, {"ca_trust_path": None}])
def test_a_certificate_of_an_unknown_authority_is_refused(lab: Listening, options: dict[str, Any]) -> None:
    """Also when the path is empty, which pywinrm would take for "do not validate"."""
    lab.counters.reset()
    with pytest.raises(TlsRefused, match="certificate verify failed"):
        caption(connection(lab, **options))
    assert lab.counters.requests == 0


def test_the_declared_authority_is_trusted(lab: Listening) -> None:
    assert "2008 R2" in caption(connection(lab, ca_trust_path=str(lab.authority)))


def test_validation_is_switched_off_only_by_name(lab: Listening) -> None:
    assert "2008 R2" in caption(connection(lab, server_cert_validation="ignore"))


def test_a_wrong_password_and_a_closed_port_are_told_apart(lab: Listening) -> None:
    wrong = connection(lab, "http")
    wrong._winrm_pass = "wrong"
    with pytest.raises(AuthRefused):
        caption(wrong)
    closed = connection(lab, "http")
    closed._winrm_port = 1
    with pytest.raises(NotSent):
        caption(closed)


def test_the_credentials_are_in_no_option(lab: Listening) -> None:
    target = target_of(connection(lab))
    assert (target.username, target.secret) == (lab.user, lab.password)
    assert not {"username", "password"} & set(target.options)
    assert lab.password not in repr(target)


@pytest.mark.parametrize("kind", ["ssh", "ansible.builtin.local", ""])
def test_another_connection_is_refused_by_name(kind: str) -> None:
    with pytest.raises(UnsupportedConnection, match="ansible_connection: winrm"):
        target_of(SimpleNamespace(transport=kind))
