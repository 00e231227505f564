"""Unmodified pypsrp against the lab: its WSMan and WinRS layers, no PowerShell."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests.exceptions
from pypsrp.client import Client
from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import SelectorSet, WSMan

from support.listening import ADDRESS, Listening

SERVICE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
Connect = Callable[..., WSMan]


@pytest.fixture
def connect(lab: Listening) -> Iterator[Connect]:
    opened: list[WSMan] = []

    def made(scheme: str = "http", auth: str = "negotiate", **options: Any) -> WSMan:
        known = {"username": lab.user, "password": lab.password, "cert_validation": str(lab.authority)}
        ssl = scheme == "https"
        opened.append(WSMan(ADDRESS, port=lab.ports[scheme], ssl=ssl, auth=auth, **{**known, **options}))
        return opened[-1]

    yield made
    for item in opened:
        item.close()


def service(name: str) -> SelectorSet:
    selectors = SelectorSet()
    selectors.add_option("Name", name)
    return selectors


@pytest.mark.fact("wsman 1.4", "C")
@pytest.mark.parametrize(
    ("scheme", "auth", "options"),
    [
        ("http", "negotiate", {}),
        ("http", "ntlm", {}),
        ("https", "negotiate", {}),
        ("https", "ntlm", {"encryption": "always"}),
        ("https", "basic", {}),
    ],
)
def test_every_way_in(connect: Connect, scheme: str, auth: str, options: dict[str, Any]) -> None:
    answer = connect(scheme, auth, **options).get(SERVICE, selector_set=service("svc7"))
    assert answer.find(f"{{{SERVICE}}}Win32_Service/{{{SERVICE}}}DisplayName") is not None
    assert answer.findtext(".//{*}DisplayName") == "Service 7 & <b>"


@pytest.mark.fact("wsman 1.2", "R")
@pytest.mark.parametrize("auth", ["negotiate", "basic"])
def test_a_wrong_password(connect: Connect, auth: str) -> None:
    with pytest.raises(AuthenticationError):
        connect("https", auth, password="wrong").get(SERVICE, selector_set=service("svc7"))


def test_an_unknown_authority_is_not_trusted(connect: Connect, lab: Listening) -> None:
    lab.counters.reset()
    with pytest.raises(requests.exceptions.SSLError):
        connect("https", cert_validation=True).get(SERVICE, selector_set=service("svc7"))
    assert lab.counters.requests == 0


@pytest.mark.fact("wsman 1.2", "C")
def test_unencrypted_http_is_refused(connect: Connect) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        connect("http", encryption="never").get(SERVICE, selector_set=service("svc7"))
    assert (caught.value.code, caught.value.response_text) == (500, "")


@pytest.mark.fact("wsman 4", "R")
def test_the_high_level_client(lab: Listening) -> None:
    options = {"username": lab.user, "password": lab.password, "auth": "negotiate"}
    with Client(ADDRESS, port=lab.ports["http"], ssl=False, **options) as client:
        assert client.execute_cmd('echo "a b"& exit /b 5') == ('"a b"\r\n', "", 5)


@pytest.mark.fact("wsman 4", "R")
def test_a_process_with_arguments_environment_and_input(connect: Connect) -> None:
    with WinRS(connect(), environment={"COLOUR": "dark blue"}, codepage=65001) as shell:
        echo = Process(shell, "echo", ["%COLOUR%", "^&", "é"])
        echo.invoke()
        echo.signal(SignalCode.TERMINATE)
        assert (echo.stdout.decode(), echo.rc) == ("dark blue & é\r\n", 0)
        find = Process(shell, "findstr", ['"^"'])
        find.begin_invoke()
        find.send(b"line\r\n", end=True)
        find.end_invoke()
        find.signal(SignalCode.TERMINATE)
        assert (find.stdout, find.rc) == (b"line\r\n", 0)


@pytest.mark.fact("wsman 4", "R")
def test_without_cmd_a_full_path_is_wanted(connect: Connect) -> None:
    with WinRS(connect()) as shell:
        process = Process(shell, "whoami", no_shell=True)
        with pytest.raises(WSManFaultError) as caught:
            process.invoke()
    assert caught.value.code == 2147942402


@pytest.mark.fact("wsman 5.3", "R")
def test_faults_have_their_code_and_machine(connect: Connect) -> None:
    with pytest.raises(WSManFaultError) as caught:
        connect().get(SERVICE, selector_set=service("none"))
    assert (caught.value.code, caught.value.machine) == (2150858752, ADDRESS)


@pytest.mark.fact("wsman 10", "S")
def test_the_configuration_tells_the_limits(connect: Connect) -> None:
    wsman = connect()
    wsman.update_max_payload_size()
    config = wsman.get("http://schemas.microsoft.com/wbem/wsman/1/config")
    assert config.findtext(".//{*}MaxEnvelopeSizekb") == "150"
    assert config.findtext(".//{*}MaxConcurrentOperationsPerUser") == "15"


@pytest.mark.fact("wsman 3.5", "R")
def test_enumerate_and_pull(connect: Connect) -> None:
    wsman = connect()
    request = ET.Element(f"{{{ENUMERATION}}}Enumerate")
    answer = wsman.enumerate(SERVICE, request)
    found: list[str | None] = []
    while (context := answer.findtext(".//{*}EnumerationContext")) is not None:
        pull = ET.Element(f"{{{ENUMERATION}}}Pull")
        ET.SubElement(pull, f"{{{ENUMERATION}}}EnumerationContext").text = context
        ET.SubElement(pull, f"{{{ENUMERATION}}}MaxElements").text = "7"
        answer = wsman.pull(SERVICE, pull)
        page = [item.findtext("{*}Name") for item in answer.find(".//{*}Items") or ()]
        assert len(page) <= 7
        found += page
    assert [name for name in found if name and name.startswith("Svc")] == [f"Svc{index}" for index in range(40)]


@pytest.mark.fact("wsman 3.6", "C")
def test_a_method(connect: Connect, lab: Listening) -> None:
    body = ET.Element(f"{{{SERVICE}}}StopService_INPUT")
    answer = connect().invoke(f"{SERVICE}/StopService", SERVICE, body, selector_set=service("svc3"))
    assert answer.findtext(".//{*}ReturnValue") == "5"  # the service is stopped: it accepts no control
    assert lab.counters.log[-1].method == "StopService"
