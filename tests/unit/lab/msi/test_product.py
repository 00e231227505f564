"""The stand-in's packages: what the reader finds in them, and what their service does."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import product
from lab.msi.database import MsiError, Package
from lab.product import behaviour, build
from support.node import Bench

FOLDER = Path(product.__file__).parent
TABLES = ("File", "Component", "Directory", "Feature", "FeatureComponents", "Registry", "ServiceInstall")
TABLES += ("ServiceControl", "Upgrade", "LaunchCondition", "InstallExecuteSequence", "CustomAction", "Media")


@pytest.mark.parametrize("item", build.BUILDS, ids=lambda item: item.file_name)
def test_committed_files_hold_the_program_files(item: build.Build) -> None:
    package = Package.open(FOLDER / item.file_name)
    rows = {str(row["File"]): str(row["FileName"]).rpartition("|")[2] for row in package.table("File")}
    found = {rows[key]: data for key, data in package.files().items()}
    assert found == build.program_files(item.version, item.setup_exit)
    assert package.property("ProductVersion") == item.version
    assert package.template == ("x64;1033" if item.architecture == "x64" else "Intel;1033")


def test_upgrades_share_their_code_and_nothing_else() -> None:
    packages = [Package.open(FOLDER / item.file_name) for item in build.BUILDS]
    assert len({item.property("UpgradeCode") for item in packages}) == 1
    assert len({item.property("ProductCode") for item in packages}) == len(packages)
    assert len({item.package_code for item in packages}) == len(packages)


@pytest.mark.skipif(shutil.which("wixl") is None, reason="wixl (Debian package wixl) is not installed")
@pytest.mark.parametrize("item", build.BUILDS, ids=lambda item: item.file_name)
def test_committed_files_are_what_the_source_builds(item: build.Build, tmp_path: Path) -> None:
    """Tables and contents; codes and time stamps differ from build to build."""
    built, committed = Package.open(build.build(item, tmp_path)), Package.open(FOLDER / item.file_name)
    assert built.files() == committed.files()
    for table in TABLES:
        assert built.table(table) == committed.table(table), table


@pytest.mark.skipif(shutil.which("msiinfo") is None, reason="msiinfo (Debian package msitools) is not installed")
@pytest.mark.parametrize("table", TABLES)
def test_the_reader_agrees_with_msiinfo(table: str) -> None:
    path = FOLDER / build.BUILDS[0].file_name
    shown = subprocess.run(["msiinfo", "export", str(path), table], capture_output=True, text=True, check=True)
    names, _types, _keys, *lines = shown.stdout.splitlines()
    expected = [dict(zip(names.split("\t"), line.split("\t"), strict=True)) for line in lines]
    found = [
        {key: "" if value is None else str(value) for key, value in row.items()}
        for row in Package.open(path).table(table)
    ]
    assert sorted(map(str, found)) == sorted(map(str, expected))


@given(st.binary(max_size=200), st.integers(0, 12_000))
def test_a_damaged_package_is_refused(noise: bytes, at: int) -> None:
    """Reading never ends in anything but a package or MsiError (1620)."""
    whole = (FOLDER / build.BUILDS[0].file_name).read_bytes()
    with contextlib.suppress(MsiError):
        Package(whole[:at] + noise + whole[at + len(noise) :]).files()


def service(bench: Bench, version: str) -> behaviour.SemService:
    return behaviour.SemService(bench.node, version)


def test_service_needs_its_configured_directory(bench: Bench) -> None:
    bench.node.registry.set(behaviour.KEY, "DataDir", 1, "S:\\SPAMfighter")
    assert service(bench, "4.0.1").start() == 3


def test_service_migrates_its_database_once_and_forward_only(bench: Bench) -> None:
    old, new = service(bench, "4.0.1"), service(bench, "4.1.0")
    assert old.start() == 0
    old.stop()
    assert new.start() == 0
    new.stop()
    path = f"{behaviour.LOCAL_DATA}\\{behaviour.DATABASE}"
    assert bench.node.files.read(path).startswith(b"format 2\r\n")
    assert b"opened by NODE1 4.0.1" in bench.node.files.read(path)
    assert old.start() == behaviour.ERROR_REVISION_MISMATCH


def test_service_says_when_it_stopped_gracefully(bench: Bench) -> None:
    one = service(bench, "4.0.1")
    log = f"{behaviour.LOCAL_DATA}\\{behaviour.LOG}"
    one.start()
    one.killed()
    assert b"stopped gracefully" not in bench.node.files.read(log)
    one.start()
    one.stop()
    assert b"stopped gracefully" in bench.node.files.read(log)
    bench.clock.advance(300)


def test_service_keeps_counting_while_it_runs(bench: Bench) -> None:
    one = service(bench, "4.0.1")
    one.start()
    bench.clock.advance(behaviour.HEARTBEAT_S * 3 + 1)
    heartbeat = f"{behaviour.LOCAL_DATA}\\{behaviour.HEARTBEAT}"
    assert bench.node.files.read(heartbeat).startswith(b"3 ")
    one.stop()
    bench.clock.advance(behaviour.HEARTBEAT_S * 3)
    assert bench.node.files.read(heartbeat).startswith(b"3 ")
