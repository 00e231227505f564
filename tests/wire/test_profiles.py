"""What differs on the wire from one Windows to the next, seen through unmodified clients."""

from __future__ import annotations

import socket
import ssl
import time
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import requests.exceptions
import winrm.exceptions
from winrm.protocol import Protocol

from lab.profiles import PROFILES
from support.envelopes import ENUMERATION, TRANSFER, filtered, message, pull
from support.listening import Listening, listening


def connect(lab: Listening, scheme: str = "http", **options: Any) -> Protocol:
    return Protocol(lab.url(scheme), transport="ntlm", username=lab.user, password=lab.password, **options)


WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"


def posted(protocol: Protocol, text: str) -> ET.Element:
    return ET.fromstring(protocol.send_message(text))


def handshake(lab: Listening, highest: ssl.TLSVersion, old: bool = False) -> str | None:
    """The protocol that OpenSSL and the node agree on. ``old``: with what OpenSSL 3 wants for TLS 1.0."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(str(lab.authority))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if old:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = highest
    plain = socket.create_connection(("127.0.0.1", lab.ports["https"]), 5)
    with plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
        return secured.version()


@pytest.mark.fact("schannel, TLS defaults", "I")
@pytest.mark.parametrize(
    ("windows", "version"), [("windows2008r2", "TLSv1.2"), ("windows2012r2", "TLSv1.2"), ("windows2022", "TLSv1.3")]
)
def test_tls_of_today_is_spoken_from_2008_r2_on(tmp_path: Path, windows: str, version: str) -> None:
    with listening(tmp_path, windows=windows) as lab:
        assert handshake(lab, ssl.TLSVersion.TLSv1_3) == version


@pytest.mark.fact("schannel, TLS defaults", "I")
@pytest.mark.parametrize("windows", ["windows2003r2", "windows2008"])
def test_a_modern_openssl_cannot_agree_with_tls_1_0(tmp_path: Path, windows: str) -> None:
    """The node speaks TLS 1.0 to those who still do; others fail in the negotiation, not later."""
    with listening(tmp_path, windows=windows) as lab:
        with pytest.raises(ssl.SSLError):
            handshake(lab, ssl.TLSVersion.TLSv1_3)
        assert handshake(lab, ssl.TLSVersion.TLSv1, old=True) == "TLSv1"
        with pytest.raises(requests.exceptions.SSLError):
            connect(lab, "https", ca_trust_path=str(lab.authority)).open_shell()
        assert connect(lab).open_shell()


@pytest.mark.fact("schannel, TLS defaults", "I")
def test_tls_1_2_can_be_switched_off_on_2008_r2(tmp_path: Path) -> None:
    with listening(tmp_path, tls_max="1.0") as lab, pytest.raises(ssl.SSLError):
        handshake(lab, ssl.TLSVersion.TLSv1_3)


IDENTIFY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"><s:Body><i:Identify/></s:Body></s:Envelope>'
)


@pytest.mark.fact("MS-WSMV notes 71, 72", "S")
@pytest.mark.parametrize(
    ("windows", "winrm", "system", "stack"),
    [
        ("windows2003r2", "1.1", "5.2.3790", "1.1"),
        ("windows2003r2", None, "5.2.3790", "2.0"),
        ("windows2012r2", None, "6.3.9600", "3.0"),
    ],
)
def test_identify_tells_the_stack(tmp_path: Path, windows: str, winrm: str | None, system: str, stack: str) -> None:
    """Only those who authenticate hear which Windows it is."""
    with listening(tmp_path, windows=windows, winrm=winrm) as lab:
        headers = {"Content-Type": "application/soap+xml;charset=UTF-8", "WSMANIDENTIFY": "unauthenticated"}
        anonymous = requests.post(lab.url("http"), data=IDENTIFY, headers=headers, timeout=5)
        version = ET.fromstring(anonymous.content).findtext(".//{*}ProductVersion")
        assert version == f"OS: 0.0.0 SP: 0.0 Stack: {stack}"
        known = posted(connect(lab), IDENTIFY).findtext(".//{*}ProductVersion")
        assert known == f"OS: {system} SP: 1.0 Stack: {stack}"


QUOTAS = [
    ("windows2003r2", "1.1", 2, 5, 20),
    ("windows2003r2", None, 5, 15, 20),
    ("windows2008", "1.1", 2, 5, 20),
    ("windows2008", None, 5, 15, 20),
    ("windows2008r2", None, 5, 15, 32_000),
    ("windows2012r2", None, 30, 25, 32_000),
]


@pytest.mark.fact("MS-WSMV notes 9, 31, 34", "S")
@pytest.mark.parametrize(("windows", "winrm", "shells", "processes", "items"), QUOTAS)
def test_configuration_tells_the_quotas(
    tmp_path: Path, windows: str, winrm: str | None, shells: int, processes: int, items: int
) -> None:
    with listening(tmp_path, windows=windows, winrm=winrm) as lab:
        config = posted(connect(lab), message(TRANSFER + "Get", "http://schemas.microsoft.com/wbem/wsman/1/config"))
        found = {element.tag.rpartition("}")[2]: element.text for element in config.iter()}
        assert found["MaxShellsPerUser"] == str(shells)
        assert found["MaxProcessesPerShell"] == str(processes)
        assert found["MaxBatchItems"] == str(items)
        old = windows in ("windows2003r2", "windows2008", "windows2008r2")
        assert found["MaxEnvelopeSizekb"] == ("150" if old else "500")
        assert found["MaxConcurrentOperationsPerUser"] == ("15" if old else "1500")


@pytest.mark.fact("MS-WSMV note 34", "S")
def test_two_shells_for_a_user_without_the_update(tmp_path: Path) -> None:
    with listening(tmp_path, windows="windows2003r2", winrm="1.1") as lab:
        protocol = connect(lab)
        for _ in range(2):
            assert protocol.open_shell()
        with pytest.raises(winrm.exceptions.WSManFaultError):
            protocol.open_shell()


@pytest.mark.fact("wsman 2.3", "S")
def test_an_idle_shell_goes_and_one_of_winrm_1_1_stays(tmp_path: Path) -> None:
    for directory, version in ((tmp_path / "2", None), (tmp_path / "1", "1.1")):
        idle = {"shell_idle_s": 0.05} if version is None else {}
        with listening(directory, windows="windows2003r2", winrm=version, **idle) as lab:
            protocol = connect(lab)
            shell = protocol.open_shell()
            time.sleep(0.2)
            if version is not None:
                assert protocol.run_command(shell, "ver")
                continue
            with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
                protocol.run_command(shell, "ver")
            assert caught.value.wsman_fault_code == 2150858843


def pages(lab: Listening, size: int = 32_000) -> list[int]:
    """How many services each answer of an optimised enumeration brought."""
    protocol = connect(lab)
    uri = f"{WMI}root/cimv2/Win32_Service"
    body = f"<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>{size}</w:MaxElements></n:Enumerate>"
    answer = posted(protocol, message(ENUMERATION + "Enumerate", uri, body))
    counts = []
    while True:
        counts.append(len(answer.findall(".//{*}Win32_Service")))
        context = answer.findtext(".//{*}EnumerationContext")
        if answer.find(".//{*}EndOfSequence") is not None or not context:
            return counts
        answer = posted(protocol, message(ENUMERATION + "Pull", uri, pull(context, str(size))))


@pytest.mark.fact("wsman 3.5", "R")
def test_2003_fills_the_first_answer_and_later_ones_bring_one_item(tmp_path: Path) -> None:
    with listening(tmp_path / "a", windows="windows2003r2") as lab:
        assert pages(lab) == [20, 20]
    with listening(tmp_path / "b", windows="windows2008") as lab:
        assert pages(lab) == [1, 20, 19]
    with listening(tmp_path / "c", windows="windows2012r2") as lab:
        assert pages(lab) == [1, 39]


@pytest.mark.fact("WinRM 2.0, DMTF association traversal", "D")
def test_winrm_1_1_has_no_association_filter(tmp_path: Path) -> None:
    dialect = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
    request = message(ENUMERATION + "Enumerate", f"{WMI}root/cimv2/*", filtered(dialect, ""))
    codes = []
    for version in ("1.1", "2.0"):
        with listening(tmp_path / version, windows="windows2003r2", winrm=version) as lab:
            with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
                posted(connect(lab), request)
            codes.append(caught.value.wsman_fault_code)
    assert codes == [2150858777, 2150859042]


@pytest.mark.fact("wsman 2.3", "S")
def test_every_profile_is_served(tmp_path: Path) -> None:
    for windows in PROFILES:
        with listening(tmp_path / windows, windows=windows) as lab:
            protocol = connect(lab)
            shell = protocol.open_shell()
            command = protocol.run_command(shell, "ver")
            out, _, code = protocol.get_command_output(shell, command)
            assert (PROFILES[windows].version.encode() in out, code) == (True, 0)
