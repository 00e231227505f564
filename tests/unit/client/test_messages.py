"""What Ansible shows for an error of the wire: unreachable where nothing was sent, and always what to do."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.spamfighter.sem.plugins.plugin_utils._action import EXPECTED, shown
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.associations import ClusterReadError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import CapabilityError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    EnvelopeError,
    HttpStatus,
    NotSent,
    OperationTimedOut,
    OutcomeUnknown,
    TlsRefused,
    UnsendableValue,
    WsManFault,
)

ADMINISTRATOR = "administrator of the node with an unfiltered token"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NotSent("Connection refused"), "cannot connect: Connection refused"),
        (AuthRefused("401"), "check ansible_user"),
        (TlsRefused("expired"), "ansible_winrm_ca_trust_path"),
    ],
)
def test_nothing_was_sent(error: Exception, text: str) -> None:
    found = shown(error, "service on toy:5985")
    assert isinstance(found, AnsibleConnectionFailure)
    assert str(found).startswith("service on toy:5985: ")
    assert text in str(found)


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknown("reset"),
        HttpStatus(503),
        EnvelopeError("no XML"),
        UnsendableValue("U+0001"),
        ClusterReadError("torn"),
    ],
)
def test_the_node_was_reached(error: Exception) -> None:
    found = shown(error, "here")
    assert isinstance(found, AnsibleActionFail)
    assert str(found) == f"here: {error}"
    assert isinstance(error, EXPECTED)


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (WsManFault(win32=5, hresult=0x80070005, outer=5), ADMINISTRATOR),
        (WsManFault(hresult=0x80041003, outer=2150858778), ADMINISTRATOR),
        (WsManFault(hresult=2150859014, outer=2150859014), ADMINISTRATOR),
        (WsManFault(win32=5, subcode="AccessDenied"), ADMINISTRATOR),
        (WsManFault(win32=1753, hresult=0x800706D9), "the cluster service on this node is not running"),
        (WsManFault(hresult=2150859173), "too many shells are open"),
        (OperationTimedOut(outer=2150858793), "it may still be working"),
    ],
)
def test_a_fault_says_what_to_do(fault: WsManFault, hint: str) -> None:
    assert hint in str(shown(fault, "here"))


def test_a_missing_namespace_is_named_before_the_code_that_says_nothing() -> None:
    """2150858778 only says "look into the text" (mscluster 1.1)."""
    found = str(shown(WsManFault(hresult=0x8004100E, outer=2150858778, inner=2150858778), "here"))
    assert "the Failover Clustering feature is not installed" in found


def test_a_fault_that_nobody_knows_is_shown_as_it_is() -> None:
    fault = WsManFault(win32=4711, hresult=0x80071267, text="Etwas", operation="Get X")
    assert str(shown(fault, "here")) == "here: Get X: Etwas (Win32 4711, 0x80071267)"
    assert isinstance(CapabilityError("x"), EXPECTED)
