"""powershell.exe, which evaluates one pipeline of FailoverClusters cmdlets and nothing else."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from lab.world import World
from support.shapes import Console, world

SEM = "SPAMfighter Cluster Instance"
SERVICE = "SemFilter"
IMPORT = "Import-Module FailoverClusters; "


@pytest.fixture
def found() -> World:
    return cluster()


def cluster(windows: str = "windows2008r2", **spec: Any) -> World:
    shape = "exchange2007_scc" if windows.startswith("windows2008") else "application"
    made = world(windows, shape, 2, **spec)
    for node in made.machines.values():
        node.services.create(SERVICE, "SEM", "C:\\Windows\\System32\\svchost.exe", "Manual", "LocalSystem")
    return made


def encoded(script: str) -> str:
    return (
        "powershell -NoProfile -NonInteractive -EncodedCommand " + base64.b64encode(script.encode("utf-16-le")).decode()
    )


def run(found: World, script: str, module: bool = True) -> tuple[int | None, str, str]:
    return Console(found).run(encoded((IMPORT if module else "") + script))


def code(found: World, script: str) -> int | None:
    return run(found, script)[0]


def with_sem(found: World) -> None:
    group = found.naming["C1"].main
    for script in (
        f"Add-ClusterResource -Name '{SEM}' -ResourceType 'Generic Service' -Group '{group.group}' -SeparateMonitor",
        f"Get-ClusterResource '{SEM}' | Set-ClusterParameter -Name ServiceName -Value '{SERVICE}'",
        f"(Get-ClusterResource '{SEM}').RestartAction = 1",
        f"Add-ClusterResourceDependency -Resource '{SEM}' -Provider '{group.disks[0].resource}'",
    ):
        assert code(found, script) == 0, script


@pytest.mark.fact("mscluster 8", "D")
def test_the_whole_recipe_by_cmdlets(found: World) -> None:
    with_sem(found)
    core, names = found.clusters["C1"].core, found.naming["C1"].main
    resource = core.resource(SEM)
    assert (resource.type, resource.separate_monitor, resource.restart_action) == ("Generic Service", True, 1)
    assert resource.private == {"ServiceName": SERVICE}
    expression = f"[{names.disks[0].resource}] and ([{names.ip}] or [{names.network_name}])"
    assert code(found, f"Set-ClusterResourceDependency -Resource '{SEM}' -Dependency '{expression}'") == 0
    assert len(resource.dependencies) == 2
    assert code(found, f"Set-ClusterOwnerNode -Resource '{SEM}' -Owners N1") == 0
    assert core.owners(resource) == ["N1"]
    assert code(found, f"Get-ClusterResource '{SEM}' | Set-ClusterOwnerNode -Owners N1,N2") == 0
    assert core.owners(resource) == ["N1", "N2"]
    found.machines["N1"].registry.set("SOFTWARE\\SEM\\Settings", "A", 1, "x")
    assert (
        code(found, f"Add-ClusterCheckpoint -ResourceName '{SEM}' -RegistryCheckpoint 'SOFTWARE\\SEM\\Settings'") == 0
    )
    assert "SOFTWARE\\SEM\\Settings" in run(found, f"Get-ClusterCheckpoint -ResourceName '{SEM}'")[1]
    assert code(found, f"Start-ClusterResource '{SEM}'") == 0
    assert resource.state.name == "ONLINE"
    assert code(found, f"Stop-ClusterResource -Name '{SEM}' -Wait 60") == 0
    assert resource.state.name == "OFFLINE"
    removed = f"Remove-ClusterCheckpoint -ResourceName '{SEM}' -CheckpointName 'SOFTWARE\\SEM\\Settings' -Force"
    assert code(found, removed) == 0
    assert code(found, f"Remove-ClusterResource '{SEM}' -Force") == 0
    assert core.find(SEM) is None


def test_what_it_writes_is_the_clients(found: World) -> None:
    with_sem(found)
    assert "cluster.resource.create" in {item.kind for item in found.journal.by("client")}


@pytest.mark.fact("mscluster 8", "D")
def test_several_parameters_by_a_hash_table(found: World) -> None:
    with_sem(found)
    private = found.clusters["C1"].core.resource(SEM).private
    table = "@{ServiceName='a''b'; UseNetworkName=1}"
    assert code(found, f"Get-ClusterResource '{SEM}' | Set-ClusterParameter -Multiple {table}") == 0
    assert private == {"ServiceName": "a'b", "UseNetworkName": 1}
    assert code(found, f"Get-ClusterResource '{SEM}' | Set-ClusterParameter StartupParameters '-x'") == 0
    assert private["StartupParameters"] == "-x"
    code_unknown, _, err = run(found, f"Get-ClusterResource '{SEM}' | Set-ClusterParameter Other 'x'")
    assert (code_unknown, "does not exist" in err) == (1, True)


@pytest.mark.fact("mscluster 8", "D")
def test_looking(found: World) -> None:
    with_sem(found)
    assert "Generic Service" in run(found, f"Get-ClusterResource '{SEM}'")[1]
    assert SERVICE in run(found, f"Get-ClusterResource '{SEM}' | Get-ClusterParameter ServiceName")[1]
    assert "{N1, N2}" in run(found, f"Get-ClusterOwnerNode -Resource '{SEM}'")[1]
    assert (
        "{N1}"
        in run(found, f"Get-ClusterOwnerNode -Group '{found.naming['C1'].main.group.replace(chr(39), chr(39) * 2)}'")[1]
    )
    assert run(found, f"(Get-ClusterResource '{SEM}').State")[1].strip() == "Offline"
    assert run(found, f"(Get-ClusterResource '{SEM}').RestartAction")[1].strip() == "1"
    assert "N2" in run(found, "Get-ClusterNode")[1]
    assert "Cluster Group" in run(found, "Get-ClusterGroup")[1]


@pytest.mark.fact("mscluster 2.4", "D")
def test_restart_delay_is_writable_here_only(found: World) -> None:
    with_sem(found)
    assert code(found, f"(Get-ClusterResource '{SEM}').RestartDelay = 1000") == 0
    assert found.clusters["C1"].core.resource(SEM).restart_delay_ms == 1000


@pytest.mark.fact("mscluster 9", "D")
@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("Get-ClusterResource 'Nothing'", "The cluster resource could not be found."),
        ("Start-ClusterResource 'Nothing'", "The cluster resource could not be found."),
        ("Add-ClusterResource X 'Nothing' 'Generic Service'", "The cluster group could not be found."),
        ("Add-ClusterResource X 'Cluster Group' 'Allgemeiner Dienst'", "The specified resource type was not found."),
        ("(Get-ClusterResource 'Cluster Name').RestartAction = 9", "out of acceptable range"),
        ("(Get-ClusterResource 'Cluster Name').Colour = 1", "cannot be found on this object"),
        ("Remove-ClusterResource 'Cluster Name'", "NonInteractive mode"),
        ("Remove-ClusterResource 'Cluster Name' -Force", "core resource"),
        ("Set-ClusterOwnerNode -Resource 'Cluster Name' -Owners N9", "The cluster node was not found."),
        ("Get-ClusterResource -Cluster Elsewhere", "The RPC server is unavailable."),
        ("Get-ClusterResource 'a' -Colour red", "cannot be found"),
        ("Get-ClusterResource 'a' 'b'", "positional parameter"),
        ("Get-Process", "is not recognized"),
        ("Get-ClusterResource; Get-ClusterGroup", "single statement"),
        ("$x = 1", "variables"),
        ("Get-ClusterResource | Where-Object { $_.Name }", "variables"),
        ('Get-ClusterResource "$env:X"', "expands nothing"),
        ("Get-ClusterResource 'open", "missing the terminator"),
        ("Suspend-ClusterNode N2 -Drain", "parameter name 'Drain'"),
        ("Start-ClusterResource 'Cluster Name' | Get-ClusterParameter", "hands nothing on"),
    ],
)
def test_errors_go_to_standard_error_with_exit_code_1(found: World, script: str, text: str) -> None:
    result, out, err = run(found, script)
    assert (result, out) == (1, "")
    assert text in re.sub(r"\s+", " ", err)
    assert found.journal.by("client") == []


@pytest.mark.fact("mscluster 6.3", "D")
def test_an_online_that_fails_is_an_error(found: World) -> None:
    with_sem(found)
    assert code(found, f"(Get-ClusterResource '{SEM}').RestartAction = 0") == 0
    for node in found.machines.values():
        node.services.set_start_mode(SERVICE, "Disabled")
    result, _, err = run(found, f"Start-ClusterResource '{SEM}'")
    assert (result, "could not be brought online" in err) == (1, True)


@pytest.mark.fact("mscluster 8", "D")
def test_wait_is_in_seconds_and_zero_does_not_wait(found: World) -> None:
    with_sem(found)
    for node in found.machines.values():
        node.services.get(SERVICE).hang_start = True
    for seconds in (0, 5):
        begin = found.clock.now
        result, out, _ = run(found, f"Start-ClusterResource '{SEM}' -Wait {seconds}")
        assert (result, "OnlinePending" in out) == (0, True)
        assert seconds <= found.clock.now - begin < seconds + 4
        found.clock.advance(100)


@pytest.mark.fact("mscluster 3.6", "D")
def test_a_parameter_of_an_online_resource_is_stored_with_a_warning(found: World) -> None:
    with_sem(found)
    assert code(found, f"Start-ClusterResource '{SEM}'") == 0
    result, out, _ = run(found, f"Get-ClusterResource '{SEM}' | Set-ClusterParameter StartupParameters '-x'")
    assert (result, "WARNING" in out) == (0, True)


# ---- the program ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "line",
    [
        "powershell -Command \"Get-ClusterResource 'Cluster Name'\"",
        "powershell.exe -NoLogo -NoProfile -ExecutionPolicy Bypass -Command \"Get-ClusterResource 'Cluster Name'\"",
        "powershell -NonInteractive -c Get-ClusterResource 'Cluster Name'",
        "powershell Get-ClusterResource 'Cluster Name'",
        "powershell -InputFormat None -enc "
        + base64.b64encode("Get-ClusterResource 'Cluster Name'".encode("utf-16-le")).decode(),
        'powershell -Command "Get-ClusterResource \\"Cluster Name\\""',
    ],
)
def test_command_lines(line: str) -> None:
    result, out, err = Console(cluster("windows2012r2")).run(line)
    assert (result, err) == (0, "")
    assert "Cluster Name" in out


@pytest.mark.parametrize("line", ["-Colour", "-EncodedCommand !!!", "-File x.ps1", "-Command -"])
def test_command_lines_that_are_refused(line: str) -> None:
    assert Console(cluster("windows2012r2")).code(f"powershell {line}") == 1


@pytest.mark.fact("PowerShell 3.0, module auto-loading", "D")
def test_modules_load_themselves_from_powershell_3_on() -> None:
    for windows, works in (("windows2008r2", False), ("windows2012r2", True)):
        result, _, err = run(cluster(windows), "Get-ClusterResource", module=False)
        assert (result == 0) is works
        assert ("is not recognized" in err) is not works


@pytest.mark.fact("mscluster 2.4", "D")
@pytest.mark.parametrize(
    ("windows", "spec", "shell", "cmdlets"),
    [
        ("windows2003r2", {}, True, False),
        ("windows2003r2", {"winrm": "1.1"}, False, False),
        ("windows2008", {}, True, False),
        ("windows2008r2", {}, True, True),
        ("windows2008r2", {"without": ["powershell"]}, False, False),
        ("windows2008r2", {"without": ["failoverclusters"]}, True, False),
        ("windows2022", {}, True, True),
    ],
)
def test_where_powershell_and_the_cmdlets_are(windows: str, spec: dict[str, Any], shell: bool, cmdlets: bool) -> None:
    """The cmdlets came with 2008 R2; WinRM 2.0 on 2003 and 2008 brings PowerShell, but not them."""
    found = world(windows, "application", 2, **spec)
    result, _, err = run(found, "Get-ClusterResource")
    assert (result == 0) is cmdlets
    assert ("is not recognized as an internal or external command" in err) is not shell


def test_a_node_alone_can_be_without_powershell() -> None:
    found = world("windows2012r2", "application", 2, members={"N2": {"without": ["powershell"]}})
    assert Console(found, "N1").code(encoded("Get-ClusterResource")) == 0
    assert Console(found, "N2").code(encoded("Get-ClusterResource")) == 1


def test_a_stopped_cluster_service() -> None:
    found = cluster("windows2012r2")
    found.machines["N1"].services.stop("ClusSvc")
    found.clock.advance(60)
    result, _, err = run(found, "Get-ClusterResource", module=False)
    assert (result, "There are no more endpoints" in err) == (1, True)
    assert run(found, "Get-ClusterResource -Cluster C1", module=False)[0] == 0


@pytest.mark.fact("mscluster 2.2", "D")
def test_drain_came_with_2012() -> None:
    found = cluster("windows2012r2")
    name = found.naming["C1"].main.group
    owner = found.clusters["C1"].core.group(name).owner
    assert code(found, f"Suspend-ClusterNode {owner} -Drain") == 0
    found.clock.advance(120)
    assert found.clusters["C1"].core.group(name).owner != owner
    assert code(found, f"Resume-ClusterNode {owner}") == 0
