"""What differs on a node from one Windows to the next."""

from __future__ import annotations

from typing import Any

import pytest

from lab.contract import Instance
from lab.node.exchange import VERSIONS, add_exchange
from lab.node.providers.registry import RegistryProvider
from lab.node.providers.system import OPERATING_SYSTEM, SystemProvider
from lab.node.untidy import furnish
from lab.profiles import PROFILES, adjusted, profile
from support.node import Bench


def operating_system(windows: str, **options: Any) -> tuple[set[str], Instance]:
    provider = SystemProvider(Bench(windows, **options).node)
    definition = {item.name: item for item in provider.classes()}[OPERATING_SYSTEM.name]
    names = {item.name for item in definition.properties}
    return names, next(iter(provider.instances(definition)))


@pytest.mark.fact("Win32_OperatingSystem, requirements", "D")
@pytest.mark.parametrize("windows", list(PROFILES))
def test_properties_of_the_operating_system(windows: str) -> None:
    """OSArchitecture and MUILanguages came with Vista, so 2003 does not say whether it is 64-bit here."""
    names, row = operating_system(windows)
    assert ("OSArchitecture" in names) is ("MUILanguages" in names) is (windows != "windows2003r2")
    assert set(row.properties) <= names
    assert row.properties["BuildNumber"] == PROFILES[windows].version.split(".")[2]
    assert (row.properties["OtherTypeDescription"] == "R2") is (windows == "windows2003r2")


@pytest.mark.fact("Win32_Service, requirements", "D")
def test_delayed_start_shows_from_2016_on() -> None:
    for windows in PROFILES:
        services = {item.name: item for item in SystemProvider(Bench(windows).node).classes()}["Win32_Service"]
        shown = "DelayedAutoStart" in {item.name for item in services.properties}
        assert shown is (windows == "windows2022")


@pytest.mark.fact("StdRegProv, requirements", "I")
def test_quad_words_cannot_be_read_by_wmi_on_2003() -> None:
    for windows in ("windows2003r2", "windows2008"):
        methods = {item.name for item in next(iter(RegistryProvider(Bench(windows).node).classes())).methods}
        assert ("GetQWORDValue" in methods) is (windows == "windows2008")
        assert "GetDWORDValue" in methods


@pytest.mark.parametrize(
    ("windows", "home", "data"),
    [
        ("windows2003r2", "C:\\Documents and Settings\\Administrator", None),
        ("windows2008", "C:\\Users\\Administrator", "C:\\ProgramData"),
    ],
)
def test_folders_of_the_environment(windows: str, home: str, data: str | None) -> None:
    bench = Bench(windows)
    assert bench.run("cd").out == home + "\r\n"
    assert bench.node.environment().get("ProgramData") == data
    assert bench.run("echo %ProgramFiles(x86)%").out.strip() == "C:\\Program Files (x86)"


def test_32_bit_windows_has_one_registry_view() -> None:
    bench = Bench("windows2003r2", architecture="32-bit")
    bench.node.registry.set("SOFTWARE\\X", "A", 1, "one", view=32)
    assert bench.node.registry.text("SOFTWARE\\X", "A", view=64) == "one"
    assert "ProgramFiles(x86)" not in bench.node.environment()
    assert bench.node.environment()["PROCESSOR_ARCHITECTURE"] == "x86"


@pytest.mark.fact("mscluster 4.2", "D")
@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("2003", "SOFTWARE\\Microsoft\\Exchange\\Setup"),
        ("2007", "SOFTWARE\\Microsoft\\Exchange\\Setup"),
        ("2010", "SOFTWARE\\Microsoft\\ExchangeServer\\v14\\Setup"),
        ("2013", "SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Setup"),
        ("2019", "SOFTWARE\\Microsoft\\ExchangeServer\\v15\\Setup"),
    ],
)
def test_what_exchange_leaves_on_a_stand_alone_server(version: str, key: str) -> None:
    bench = Bench("windows2008r2")
    furnish(bench.node, 1)
    add_exchange(bench.node, VERSIONS[version], clustered=False)
    assert bench.node.registry.find(key) is not None
    status = bench.node.service_status("MSExchangeIS")
    assert status is not None
    assert status.start_mode == "Auto"
    assert (bench.node.service_status("MSExchangeRepl") is not None) is (version != "2003")


@pytest.mark.fact("MS-WSMV notes 9, 19, 20, 34", "S")
def test_without_the_update_there_is_neither_winrm_2_nor_powershell() -> None:
    found = adjusted(profile("windows2003r2"), winrm="1.1")
    assert (found.settings.stack, found.settings.max_shells_per_user, found.settings.max_connections) == ("1.1", 2, 5)
    assert found.settings.tls_max == "1.0"
    assert "powershell" in found.missing_programs
    assert "powershell" not in profile("windows2003r2").missing_programs


PRESENT = {
    "windows2003r2": {"cluster", "powershell"},
    "windows2008": {"cluster", "powershell", "robocopy"},
    "windows2008r2": {"cluster", "powershell", "failoverclusters", "robocopy"},
    "windows2012r2": {"powershell", "failoverclusters", "robocopy"},
    "windows2022": {"powershell", "failoverclusters", "robocopy"},
}


@pytest.mark.fact("mscluster 8", "D")
@pytest.mark.parametrize("windows", list(PROFILES))
def test_which_programs_a_windows_has(windows: str) -> None:
    """cluster.exe up to 2008 R2, later as a feature; the FailoverClusters module from 2008 R2 on."""
    known = {"cluster", "powershell", "failoverclusters", "robocopy"}
    assert known - profile(windows).missing_programs == PRESENT[windows]
    changed = adjusted(profile(windows), extra=("cluster",), without=("powershell",))
    assert "cluster" not in changed.missing_programs
    assert "powershell" in changed.missing_programs
