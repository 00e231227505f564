"""Volumes in folders of other volumes, and how cimv2 shows them."""

from __future__ import annotations

import pytest

from lab.contract import Reference, VolumeInfo
from lab.node.errors import WinError
from lab.node.providers.storage import MOUNT_POINT, VOLUME, StorageProvider
from support.node import Bench

HOST = VolumeInfo("{host}", "S:", "Host", 10_000)
DATA = VolumeInfo("{data}", None, "Data", 50_000, ("S:\\Mounts\\Data",))


@pytest.fixture
def bench() -> Bench:
    found = Bench()
    found.node.files._storage.mount(DATA, [HOST, DATA])
    found.node.attach_volume(HOST)
    found.node.attach_volume(DATA)
    return found


@pytest.mark.fact("mscluster 4.3", "I")
def test_what_is_written_below_a_mount_point_lies_on_its_volume(bench: Bench) -> None:
    files = bench.node.files
    files.make_directory("S:\\Mounts\\Data\\SEM")
    files.write("s:\\mounts\\data\\sem\\a.txt", b"x" * 5_000_000)
    assert files.read("S:\\Mounts\\Data\\SEM\\a.txt") == b"x" * 5_000_000
    assert files.volumes["{data}"].used_bytes() == 5_000_000
    assert files.volumes["{host}"].used_bytes() == 0
    assert files.volume_of("S:\\Mounts\\Data\\SEM").volume_id == "{data}"
    assert files.volume_of("S:\\Mounts").volume_id == "{host}"


@pytest.mark.fact("mscluster 6.10", "D")
def test_a_mount_point_whose_volume_went_away_leads_nowhere(bench: Bench) -> None:
    files = bench.node.files
    files.make_directory("S:\\Mounts\\Data\\SEM")
    bench.node.detach_volume("{data}")
    assert files.exists("S:\\Mounts\\Data")
    assert not files.exists("S:\\Mounts\\Data\\SEM")
    for action in (
        lambda: files.make_directory("S:\\Mounts\\Data\\Other"),
        lambda: files.write("S:\\Mounts\\Data\\x", b"x"),
        lambda: files.read("S:\\Mounts\\Data\\SEM\\x"),
    ):
        with pytest.raises(WinError) as caught:
            action()
        assert caught.value.code == 3
    bench.node.attach_volume(DATA)
    assert files.exists("S:\\Mounts\\Data\\SEM")


def test_nothing_is_inherited_through_a_mount_point(bench: Bench) -> None:
    files = bench.node.files
    files.set_acl("S:\\Mounts", (), True)
    _, entries = files.acl("S:\\Mounts\\Data")
    assert {ace.sid for ace in entries} >= {"S-1-5-18", "S-1-5-32-544"}
    with pytest.raises(WinError):
        files.remove_directory("S:\\Mounts\\Data", recursive=True)


@pytest.mark.fact("mscluster 4.3", "I")
def test_win32_volume_and_its_mount_points(bench: Bench) -> None:
    provider = StorageProvider(bench.node)
    rows = {item.properties["DeviceID"]: item.properties for item in provider.instances(VOLUME)}
    data = rows["\\\\?\\Volume{data}\\"]
    assert (data["DriveLetter"], data["Name"]) == (None, "S:\\Mounts\\Data\\")
    assert (data["Capacity"], data["FreeSpace"]) == (50_000 * 1024 * 1024,) * 2
    assert rows["\\\\?\\Volume{host}\\"]["Name"] == "S:\\"
    points = {}
    for item in provider.instances(MOUNT_POINT):
        directory, volume = item.properties["Directory"], item.properties["Volume"]
        assert isinstance(directory, Reference)
        assert isinstance(volume, Reference)
        points[directory.keys[0][1]] = volume.keys[0][1]
        assert provider.get(MOUNT_POINT, {"Directory": directory, "Volume": volume}) == item
    assert points["S:\\Mounts\\Data"] == "\\\\?\\Volume{data}\\"
    assert points["S:\\"] == "\\\\?\\Volume{host}\\"
