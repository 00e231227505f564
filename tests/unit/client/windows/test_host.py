"""Who a node is, and whether it is in a cluster (rule 1; mscluster 4.1)."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.host import read_host
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Host
from support.hand_made import HandMade, HandMadeRegistry

PARAMETERS = "SYSTEM\\CurrentControlSet\\Services\\ClusSvc\\Parameters"
OLD = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Cluster Server"
CURRENT = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion"


def machine(service: dict[str, t.Any] | None = None, keys: dict[str, dict[str, t.Any]] | None = None) -> HandMade:
    node = HandMade()
    node.rows["Win32_OperatingSystem"] = [
        {
            "Caption": " Microsoft Windows Server 2008 R2 ",
            "Version": "6.1.7601",
            "OSArchitecture": "64-bit",
            "LastBootUpTime": "<cim:Datetime>2024-05-01T10:00:00Z</cim:Datetime>",
            "WindowsDirectory": "D:\\Windows",
        }
    ]
    node.rows["Win32_ComputerSystem"] = [{"Name": "N1", "Domain": "corp.example", "DomainRole": 3}]
    if service is not None:
        node.rows["Win32_Service"] = [{"Name": "ClusSvc", "ProcessId": 4, **service}]
    node.methods.update(HandMadeRegistry(keys or {}).methods())
    return node


def test_a_node_that_is_alone() -> None:
    assert read_host(machine().wire().ws) == Host(
        computer_name="N1",
        domain="corp.example",
        os_caption="Microsoft Windows Server 2008 R2",
        os_version="6.1.7601",
        architecture="64-bit",
        booted_at=dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC),
        membership="none",
        system_root="D:\\Windows",
    )


def test_no_class_is_asked_for_an_instance_without_its_keys() -> None:
    """A keyed class without selectors answers 2150859002 (wsman 3.2), and the key is what is being read."""
    made = machine().wire()
    read_host(made.ws)
    assert [item.uri for item in made.sent if item.verb == "Get"] == []


def test_a_node_that_tells_little() -> None:
    node = machine()
    node.rows["Win32_OperatingSystem"] = [{"Caption": None}]
    node.rows["Win32_ComputerSystem"] = [{"Name": "N1", "Domain": None}]
    found = read_host(node.wire().ws)
    assert (found.os_version, found.booted_at, found.system_root, found.domain) == ("", None, "C:\\Windows", "")


@pytest.mark.parametrize("rows", [[], [{"Name": None}], [{"Name": ""}]])
def test_a_node_without_a_name_is_nobody(rows: list[dict[str, t.Any]]) -> None:
    node = machine()
    node.rows["Win32_ComputerSystem"] = rows
    with pytest.raises(WindowsError, match=r"Win32_ComputerSystem|does not tell its computer name"):
        read_host(node.wire().ws)


# ---- membership ---------------------------------------------------------------------------------
RUNNING = {"State": "Running", "StartMode": "Auto"}
DISABLED = {"State": "Stopped", "StartMode": "Disabled"}


def test_a_member_that_runs() -> None:
    keys = {"Cluster": {"ClusterName": "C1", "ClusterInstanceID": "id-1"}}
    found = read_host(machine(RUNNING, keys).wire().ws)
    assert (found.membership, found.cluster_name, found.cluster_instance_id) == ("running", "C1", "id-1")


@pytest.mark.parametrize(
    "service",
    [
        {"State": "Stopped", "StartMode": "Auto"},
        {"State": "Stopped", "StartMode": "Manual"},
        {"State": "Start Pending", "StartMode": "Auto"},
        {"State": "Stop Pending", "StartMode": "Auto"},
    ],
)
def test_a_member_that_is_stopped(service: dict[str, t.Any]) -> None:
    """Never taken for a stand-alone server; the hive's names may be stale, so they are not told."""
    found = read_host(machine(service, {"Cluster": {"ClusterName": "C1"}}).wire().ws)
    assert (found.membership, found.cluster_name) == ("stopped", None)


def test_a_feature_that_joined_nothing() -> None:
    """Installed, disabled, no trace."""
    assert read_host(machine(DISABLED).wire().ws).membership == "none"


@pytest.mark.parametrize(
    "keys",
    [
        {PARAMETERS: {"ClusterName": "C1"}},
        {"Cluster": {"ClusterName": "C1"}},
        {OLD: {"ClusterInstallationState": 2}},
        {OLD: {"ClusterInstallationState": 3}},
    ],
)
def test_a_disabled_service_with_traces_is_a_member_under_maintenance(keys: dict[str, dict[str, t.Any]]) -> None:
    assert read_host(machine(DISABLED, keys).wire().ws).membership == "stopped"


@pytest.mark.parametrize("state", [0, 1])
def test_a_node_that_only_has_the_files(state: int) -> None:
    assert read_host(machine(DISABLED, {OLD: {"ClusterInstallationState": state}}).wire().ws).membership == "none"


def test_the_clusters_database_is_a_trace_too() -> None:
    node = machine(DISABLED)
    node.rows["CIM_DataFile"] = [{"Name": "D:\\Windows\\Cluster\\CLUSDB", "FileSize": 262144}]
    assert read_host(node.wire().ws).membership == "stopped"


def test_nothing_of_this_is_read_of_a_member_that_runs() -> None:
    made = machine(RUNNING).wire()
    read_host(made.ws)
    paths = [path for item in made.sent for path in item.texts("sSubKeyName")]
    assert PARAMETERS not in paths
    assert OLD not in paths


# ---- reboots ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("keys", "reasons"),
    [
        ({}, ()),
        ({f"{CURRENT}\\Component Based Servicing\\RebootPending": {}}, ("component based servicing",)),
        ({f"{CURRENT}\\WindowsUpdate\\Auto Update\\RebootRequired": {}}, ("windows update",)),
        (
            {
                "SYSTEM\\CurrentControlSet\\Control\\Session Manager": {
                    "PendingFileRenameOperations": ["\\??\\C:\\x", ""]
                }
            },
            ("pending file rename operations",),
        ),
        ({"SYSTEM\\CurrentControlSet\\Control\\Session Manager": {"PendingFileRenameOperations": []}}, ()),
    ],
)
def test_what_waits_for_a_reboot(keys: dict[str, dict[str, t.Any]], reasons: tuple[str, ...]) -> None:
    """wsman 8.7."""
    assert read_host(machine(keys=keys).wire().ws).reboot_pending == reasons


def test_the_reader_asks_little() -> None:
    made = machine().wire()
    read_host(made.ws)
    assert len(made.sent) <= 8
