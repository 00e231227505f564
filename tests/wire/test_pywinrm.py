"""Unmodified pywinrm against the lab."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import winrm.exceptions
import xmltodict
from winrm.protocol import Protocol

from lab.wire.tls import CertificateAuthority
from support.listening import Listening, listening

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
Connect = Callable[..., Protocol]


@pytest.fixture
def connect(lab: Listening) -> Connect:
    def made(scheme: str = "http", transport: str = "ntlm", **options: Any) -> Protocol:
        known = {"username": lab.user, "password": lab.password, "ca_trust_path": str(lab.authority)}
        return Protocol(lab.url(scheme), transport=transport, **{**known, **options})

    return made


@pytest.fixture
def protocol(connect: Connect) -> Protocol:
    return connect()


@pytest.fixture
def shell(protocol: Protocol) -> Iterator[str]:
    identifier = protocol.open_shell(codepage=65001)
    yield identifier
    protocol.close_shell(identifier)


def run(protocol: Protocol, shell: str, line: str) -> tuple[str, str, int]:
    command = protocol.run_command(shell, line)
    out, err, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    return out.decode(), err.decode(), code


@pytest.mark.fact("wsman 1.3", "M")
@pytest.mark.parametrize(
    ("scheme", "transport", "options"),
    [
        ("http", "ntlm", {}),
        ("http", "ntlm", {"message_encryption": "always"}),
        ("https", "ntlm", {}),
        ("https", "ntlm", {"message_encryption": "always"}),
        ("https", "basic", {}),
        ("https", "ntlm", {"send_cbt": False}),
    ],
)
def test_every_way_in(connect: Connect, scheme: str, transport: str, options: dict[str, Any]) -> None:
    protocol = connect(scheme, transport, **options)
    shell = protocol.open_shell()
    assert run(protocol, shell, "echo in") == ("in\r\n", "", 0)
    protocol.close_shell(shell)


@pytest.mark.fact("wsman 1.3", "M")
def test_one_connection_authenticates_once(lab: Listening, protocol: Protocol) -> None:
    lab.counters.reset()
    protocol.close_shell(protocol.open_shell())
    assert lab.counters.authentications == 1
    assert lab.counters.requests == 5  # three empty legs, Create, Delete
    assert [record.action for record in lab.counters.log] == ["Create", "Delete"]


@pytest.mark.fact("wsman 1.2", "C")
@pytest.mark.parametrize(("transport", "options"), [("plaintext", {}), ("ntlm", {"message_encryption": "never"})])
def test_unencrypted_http_is_refused(lab: Listening, connect: Connect, transport: str, options: dict[str, Any]) -> None:
    lab.counters.reset()
    with pytest.raises(winrm.exceptions.WinRMTransportError) as caught:
        connect("http", transport, **options).open_shell()
    assert (caught.value.code, caught.value.response_text) == (500, "")
    assert lab.counters.log == []


@pytest.mark.fact("wsman 1.2", "R")
@pytest.mark.parametrize("transport", ["ntlm", "basic"])
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_credentials(connect: Connect, transport: str, wrong: dict[str, str]) -> None:
    with pytest.raises(winrm.exceptions.InvalidCredentialsError):
        connect("https", transport, **wrong).open_shell()


def test_an_unknown_authority_is_not_trusted(connect: Connect, lab: Listening, tmp_path: Path) -> None:
    lab.counters.reset()
    other = CertificateAuthority.create(tmp_path).path
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        connect("https", ca_trust_path=str(other)).open_shell()
    assert lab.counters.requests == 0


@pytest.mark.fact("wsman 1.3", "S")
@pytest.mark.parametrize(
    ("hardening", "send", "accepted"), [("Strict", True, True), ("Strict", False, False), ("Relaxed", False, True)]
)
def test_channel_binding(tmp_path: Path, hardening: str, send: bool, accepted: bool) -> None:
    with listening(tmp_path, cbt_hardening=hardening) as lab:
        options = {"username": lab.user, "password": lab.password, "ca_trust_path": str(lab.authority)}
        protocol = Protocol(lab.url("https"), transport="ntlm", send_cbt=send, **options)
        if accepted:
            protocol.close_shell(protocol.open_shell())
        else:
            with pytest.raises(winrm.exceptions.InvalidCredentialsError):
                protocol.open_shell()


@pytest.mark.fact("wsman 5.3", "S")
def test_an_account_without_rights(connect: Connect) -> None:
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        connect(username="Operator").open_shell()
    assert caught.value.wsman_fault_code == 5


@pytest.mark.fact("wsman 4", "R")
@pytest.mark.parametrize(
    ("line", "out", "err", "code"),
    [
        ('echo "a  b" ^& c', '"a  b" & c\r\n', "", 0),
        ("echo é€ & exit /b 3", "é€ \r\n", "", 3),
        ("echo lost 1>&2", "", "lost \r\n", 0),
        ("exit /b -1073741819", "", "", -1073741819),
        ("echo a & echo b && exit /b 1 || echo no", "a \r\nb \r\n", "", 1),
    ],
)
def test_run_command(protocol: Protocol, shell: str, line: str, out: str, err: str, code: int) -> None:
    found = run(protocol, shell, line)
    assert found == (out, err, code)


@pytest.mark.fact("wsman 4", "R")
def test_a_program_that_is_not_there(protocol: Protocol, shell: str) -> None:
    out, err, code = run(protocol, shell, "no_such_program")
    assert (out, code) == ("", 1)
    assert "'no_such_program' is not recognized" in err


@pytest.mark.fact("wsman 4", "R")
def test_standard_input(protocol: Protocol, shell: str) -> None:
    command = protocol.run_command(shell, 'findstr "^"')
    text = b"one\r\ntwo & <three>\r\n"
    protocol.send_command_input(shell, command, text[:7])
    protocol.send_command_input(shell, command, text[7:], end=True)
    assert protocol.get_command_output(shell, command)[::2] == (text, 0)
    protocol.cleanup_command(shell, command)


@pytest.mark.fact("wsman 4", "R")
def test_an_unknown_shell(protocol: Protocol) -> None:
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        protocol.run_command("00000000-0000-0000-0000-000000000000", "ver")
    assert caught.value.wsman_fault_code == 2150858843
    assert caught.value.fault_subcode == "w:InvalidSelectors"


@pytest.mark.fact("wsman 1.6", "C")
def test_a_sealed_request_on_a_fresh_connection_is_400(tmp_path: Path) -> None:
    with listening(tmp_path) as lab:
        protocol = Protocol(lab.url("http"), transport="ntlm", username=lab.user, password=lab.password)
        shell = protocol.open_shell()
        protocol.transport.session.adapters["http://"].close()
        with pytest.raises(winrm.exceptions.WinRMTransportError) as caught:
            protocol.close_shell(shell)
        assert (caught.value.code, caught.value.response_text) == (400, "")
        protocol.transport.close_session()
        protocol.close_shell(shell)


def enumerate_all(protocol: Protocol, query: str) -> list[ET.Element]:
    """WQL through pywinrm's own header and sender, which know nothing of enumerations."""
    found: list[ET.Element] = []
    context: str | None = ""
    while context is not None:
        verb = "Pull" if context else "Enumerate"
        header = protocol._get_soap_header(resource_uri=WMI + "*", action=f"{ENUMERATION}/{verb}")
        body: dict[str, Any] = {"n:EnumerationContext": context, "n:MaxElements": 20}
        if not context:
            dialect = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
            body = {"w:OptimizeEnumeration": None, "w:Filter": {"@Dialect": dialect, "#text": query}}
        message = {"env:Envelope": {**header, "env:Body": {f"n:{verb}": body}}}
        root = ET.fromstring(protocol.send_message(xmltodict.unparse(message)))
        found += [item for items in root.iter() if items.tag.endswith("}Items") for item in items]
        context = next((item.text for item in root.iter(f"{{{ENUMERATION}}}EnumerationContext")), None)
    return found


@pytest.mark.fact("wsman 3.5", "R")
def test_wql(protocol: Protocol) -> None:
    found = enumerate_all(protocol, "SELECT * FROM Win32_Service WHERE Name LIKE 'svc%'")
    names = [item.findtext("{*}Name") for item in found]
    assert names == [f"Svc{index}" for index in range(40)]
    assert found[1].findtext("{*}DisplayName") == "Service 1 & <b>"


@pytest.mark.fact("wsman 5.3", "R")
def test_a_bad_query(protocol: Protocol) -> None:
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        enumerate_all(protocol, "SELECT * FROM No_Such")
    assert caught.value.wsman_fault_code == 2150858778
    assert caught.value.fault_code == "s:Sender"
