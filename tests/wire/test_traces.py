"""A lab leaves nothing behind, however it ends: what it writes lies in its own directory."""

from __future__ import annotations

import asyncio
import signal
import socket
import warnings
from pathlib import Path

import pytest
import yaml

from lab.api import Lab, LabError
from lab.server import LabProcess, Options
from lab.topology import parse
from lab.wire.counters import Counters
from lab.wire.server import WinrmServer
from lab.wire.switches import Switches
from lab.wire.tls import CertificateAuthority
from support.listening import ADDRESS, listening
from support.toy import ToyMachine

TOPOLOGY = {"schema": 1, "standalone": {"S1": {"windows": "windows2008r2"}, "S2": {"windows": "windows2008r2"}}}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty temporary directory for the lab's process."""
    path = tmp_path / "temporary"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    return path


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_in_the_temporary_directory(tmp_path: Path, temporary: Path, number: signal.Signals) -> None:
    lab = Lab.start(TOPOLOGY, tmp_path / "lab")
    process = lab._process
    assert process is not None
    assert list((tmp_path / "lab").rglob("users-*"))
    process.send_signal(number)
    process.wait(20)
    lab.stop()
    assert list(temporary.iterdir()) == []


def test_a_lab_that_is_stopped_while_it_opens_listeners_deletes_its_users(tmp_path: Path, temporary: Path) -> None:
    with Lab.start(TOPOLOGY, tmp_path / "lab") as lab:
        nodes: dict[str, dict[str, str]] = {f"N{number}": {} for number in range(1, 6)}
        lab.add_cluster("C1", windows="windows2008r2", shape="exchange2007_scc", nodes=nodes)
    assert list(temporary.iterdir()) == []
    assert list((tmp_path / "lab").rglob("users-*")) == []


def test_a_lab_that_cannot_start_says_so_and_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        with pytest.raises(LabError, match="address already in use"):
            Lab.start(TOPOLOGY, tmp_path / "lab", ports=taken.getsockname()[1])
    assert list(temporary.iterdir()) == []


def test_a_lab_whose_model_breaks_ends_with_the_reason(tmp_path: Path) -> None:
    def break_down() -> None:
        raise KeyError("a defect")

    topology = parse(yaml.safe_dump(TOPOLOGY))
    process = LabProcess(topology, Options(tmp_path))
    process.world.clock.call_later(1, break_down)
    with pytest.raises(KeyError, match="a defect"):
        asyncio.run(asyncio.wait_for(process.run(), 30))
    assert list(tmp_path.rglob("users-*")) == []


def test_a_listener_that_cannot_listen_leaves_no_users(tmp_path: Path) -> None:
    async def start(port: int) -> None:
        await WinrmServer(ToyMachine(), Switches(), None, Counters()).start(ADDRESS, port, None, tmp_path)

    with socket.socket() as taken:
        taken.bind((ADDRESS, 0))
        taken.listen()
        with pytest.raises(OSError):
            asyncio.run(start(taken.getsockname()[1]))
    assert list(tmp_path.iterdir()) == []


def test_users_go_with_their_listener(tmp_path: Path) -> None:
    with listening(tmp_path) as found:
        assert len(list(tmp_path.glob("users-*"))) == len(found.ports)
    assert list(tmp_path.glob("users-*")) == []


@pytest.mark.parametrize("highest", ["1.0", "1.1", "1.2"])
def test_an_old_tls_is_spoken_without_a_warning(tmp_path: Path, highest: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        context = CertificateAuthority.create(tmp_path).server("N1", highest).context
    assert context.maximum_version.name == f"TLSv{highest.replace('.', '_').removesuffix('_0')}"
    assert context.minimum_version <= context.maximum_version
