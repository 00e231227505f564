"""Limits of WinRM 2.0 and waiting, seen through pywinrm."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import winrm.exceptions
from winrm.protocol import Protocol

from lab.wire.switches import Switches
from support.facts import each_setting
from support.listening import Listening, listening


def connect(lab: Listening, **options: int) -> Protocol:
    return Protocol(lab.url("http"), transport="ntlm", username=lab.user, password=lab.password, **options)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Listening]:
    with listening(tmp_path) as found:
        yield found


@each_setting("shell_quota", "wsman 5.3", "R")
def test_five_shells_for_a_user(tmp_path: Path, shell_quota: Any) -> None:
    with listening(tmp_path, Switches(shell_quota=shell_quota)) as lab:
        protocol = connect(lab)
        shells = [protocol.open_shell() for _ in range(5)]
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            protocol.open_shell()
        assert caught.value.fault_subcode == "w:QuotaLimit"
        codes = (caught.value.wsman_fault_code, caught.value.wmierror_code)
        assert codes == ((None, 2150859173) if shell_quota == "wmierror" else (2150859173, None))
        root = ET.fromstring(caught.value.response)
        assert (root.find(".//{*}RelatesTo") is None) is (shell_quota == "wmierror")
        assert (root.findtext(".//{*}CIMStatusCode") == "27") is (shell_quota == "wmierror")
        protocol.close_shell(shells[0])
        protocol.close_shell(protocol.open_shell())


@pytest.mark.fact("wsman 4", "S")
def test_fifteen_commands_in_a_shell_and_signal_gives_none_back(own: Listening) -> None:
    protocol = connect(own)
    shell = protocol.open_shell()
    for _ in range(15):
        command = protocol.run_command(shell, "ver")
        protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        protocol.run_command(shell, "ver")
    assert caught.value.wsman_fault_code == 2150859174
    protocol.close_shell(shell)
    again = protocol.open_shell()
    protocol.run_command(again, "ver")


@pytest.mark.fact("wsman 4", "R")
def test_a_receive_ends_at_its_time_out_and_is_asked_again(own: Listening) -> None:
    own.speed = 0
    protocol = connect(own, operation_timeout_sec=1, read_timeout_sec=5)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "ping -n 4 127.0.0.1 >nul & echo late")
    started = time.monotonic()
    with pytest.raises(winrm.exceptions.WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    assert 0.9 <= time.monotonic() - started < 4
    own.speed = 1
    out, _, code = protocol.get_command_output(shell, command)
    assert (out, code) == (b"late\r\n", 0)


@pytest.mark.fact("wsman 2.2", "S")
def test_a_receive_waits_no_longer_than_the_server_allows(tmp_path: Path) -> None:
    with listening(tmp_path, max_timeout_ms=500) as lab:
        lab.speed = 0
        protocol = connect(lab, operation_timeout_sec=20, read_timeout_sec=30)
        shell = protocol.open_shell()
        command = protocol.run_command(shell, "ping -n 4 127.0.0.1 >nul")
        started = time.monotonic()
        with pytest.raises(winrm.exceptions.WinRMOperationTimeoutError):
            protocol.get_command_output_raw(shell, command)
        assert time.monotonic() - started < 10


@pytest.mark.fact("wsman 4", "R")
def test_a_terminated_command_is_gone(own: Listening) -> None:
    own.speed = 0
    protocol = connect(own)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "ping -n 100 127.0.0.1")
    protocol.cleanup_command(shell, command)
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        protocol.get_command_output(shell, command)
    assert caught.value.wsman_fault_code == 2150858843


@pytest.mark.fact("wsman 2.3", "R")
def test_much_output_comes_in_pieces_that_fit_the_envelope(own: Listening) -> None:
    own.node.files.write("C:\\big.txt", b"0123456789abcde\r\n" * 30_000)
    protocol = connect(own)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "type C:\\big.txt")
    own.counters.reset()
    out, _, code = protocol.get_command_output(shell, command)
    assert (len(out), code) == (17 * 30_000, 0)
    assert own.counters.requests >= 6
    assert own.counters.bytes_out / own.counters.requests < 153_600


@pytest.mark.fact("wsman 1.1", "S")
def test_input_larger_than_the_envelope_is_413(own: Listening) -> None:
    protocol = connect(own)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, 'findstr "^" >nul')
    with pytest.raises(winrm.exceptions.WinRMTransportError) as caught:
        protocol.send_command_input(shell, command, b"x" * 200_000)
    assert caught.value.code == 413
