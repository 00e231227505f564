"""cluster.exe, run as a client's shell runs it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.node.cmd.clusterexe import syntax
from lab.node.cmd.clusterexe.syntax import Setting, SyntaxFault
from lab.world import World
from support.facts import each_setting
from support.shapes import Console, world

SEM = "SPAMfighter Cluster Instance"
SERVICE = "SemFilter"
SYNTAX = 87


@pytest.fixture
def found() -> World:
    return old()


def old(**switches: object) -> World:
    """The 2003 cluster of the manual, with a service for SEM on both nodes."""
    made = world("windows2003r2", "exchange2003_ap", 2, dict(switches) or None)
    for node in made.machines.values():
        node.services.create(SERVICE, "SEM", "C:\\Windows\\System32\\svchost.exe", "Manual", "LocalSystem")
    return made


def with_sem(found: World) -> Console:
    """SEM's resource made as mscluster 5 says, by console lines only."""
    console = Console(found)
    group = found.naming["C1"].main
    for line in (
        f'cluster res "{SEM}" /create /group:"{group.group}" /type:"Generic Service" /separate',
        f'cluster res "{SEM}" /priv ServiceName="{SERVICE}"',
        f'cluster res "{SEM}" /prop RestartAction=1 RestartThreshold=3 PendingTimeout=60000',
        f'cluster res "{SEM}" /adddep:"{group.information_store}"',
        f'cluster res "{SEM}" /adddep:"{group.disks[0].resource}"',
    ):
        assert console.code(line) == 0, line
    return console


@pytest.mark.fact("mscluster 8", "D")
def test_the_whole_recipe_by_console_lines(found: World) -> None:
    """Create, properties, dependencies, owners, checkpoint, online, offline, delete: exit codes 0, state as WMI's."""
    console = with_sem(found)
    core = found.clusters["C1"].core
    resource = core.resource(SEM)
    assert (resource.type, resource.separate_monitor, resource.state.name) == ("Generic Service", True, "OFFLINE")
    assert resource.private == {"ServiceName": SERVICE}
    assert (resource.restart_action, resource.restart_threshold, resource.pending_timeout_ms) == (1, 3, 60_000)
    found.machines["N1"].registry.set("SOFTWARE\\SEM\\Settings", "A", 1, "x")
    assert console.code(f'cluster res "{SEM}" /addcheckpoints:"SOFTWARE\\SEM\\Settings"') == 0
    assert [item.path for item in resource.checkpoints.values()] == ["SOFTWARE\\SEM\\Settings"]
    assert console.code(f'cluster res "{SEM}" /removeowner:N2') == 0
    assert core.owners(resource) == ["N1"]
    assert console.code(f'cluster res "{SEM}" /addowner:N2') == 0
    assert console.code(f'cluster res "{SEM}" /online /wait:60') == 0
    assert resource.state.name == "ONLINE"
    assert console.code(f'cluster res "{SEM}" /delete') == 5019
    assert console.code(f'cluster res "{SEM}" /offline /wait:60') == 0
    assert console.code(f'cluster res "{SEM}" /removecheckpoints:"SOFTWARE\\SEM\\Settings"') == 0
    assert console.code(f'cluster res "{SEM}" /delete') == 0
    assert core.find(SEM) is None


def test_what_it_writes_is_the_clients(found: World) -> None:
    with_sem(found)
    kinds = {item.kind for item in found.journal.by("client")}
    assert kinds == {
        "cluster.resource.create",
        "cluster.resource.private",
        "cluster.resource.property",
        "cluster.resource.dependency",
    }


@pytest.mark.fact("mscluster 9", "D")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('res "Nothing"', 5007),
        ('res "Nothing" /online', 5007),
        ('res X /create /group:"Nothing" /type:"Generic Service"', 5013),
        ('res X /create /group:"Cluster Group" /type:"Allgemeiner Dienst"', 5078),
        ('res "Cluster Name" /create /group:"Cluster Group" /type:"Generic Service"', 5010),
        ('res "Cluster Name" /delete', 5026),
        ('res "Cluster Name" /adddep:"Cluster IP Address"', 5003),
        ('res "Cluster Name" /removedep:"Quorum"', 5002),
        ('res "Cluster Name" /addowner:N9', 5042),
        ('res "Cluster Name" /removeowner:N1', 0),
        ('res "Cluster Name" /prop RestartAction=7', 5913),
        ('res "Cluster Name" /prop NoSuchThing=1', 87),
        ('res "Cluster Name" /prop RestartAction=often', 87),
        ('res "Cluster Name" /removecheck:"SOFTWARE\\X"', 2),
        ('res "Cluster Name" /addcheck:"HKLM\\SOFTWARE\\X"', 87),
        ('group "Nothing"', 5013),
        ("node N9 /pause", 5042),
        ("node N1 /resume", 5058),
        ("/cluster:Elsewhere res", 1722),
        ("Elsewhere res", 1722),
    ],
)
def test_the_exit_code_is_the_win32_code(found: World, line: str, code: int) -> None:
    result, out, _ = Console(found).run(f"cluster {line}")
    assert result == code
    if code:
        assert f"System error {code} has occurred (0x{code:08x})." in out


@pytest.mark.fact("TechNet cc785087", "D")
@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("res X", "status"),
        ("res X /stat", "status"),
        ("resource X /status", "status"),
        ("res X /ren:Y", "rename"),
        ("res X /move:G", "moveto"),
        ("res X /moveto:G", "moveto"),
        ("res X /prop", "properties"),
        ("res X /properties", "properties"),
        ("res X /priv A=1", "privproperties"),
        ("res X /on", "online"),
        ("res X /OFF /WAIT:5", "offline"),
        ("res X /listdep", "listdependencies"),
        ("res X /adddependency:Y", "adddependency"),
        ("res X /removedep:Y", "removedependency"),
        ("res X /addcheck:K", "addcheckpoints"),
        ("res X /check", "checkpoints"),
        ("group G /move:N", "moveto"),
        ("group G /setowners:A,B", "setowners"),
        ("node /stat", "status"),
        ("/ver", "version"),
    ],
)
def test_documented_abbreviations(line: str, option: str) -> None:
    assert syntax.parse(line.split()).option.name == option


@pytest.mark.fact("TechNet cc785087", "D")
@pytest.mark.parametrize(
    "line",
    [
        "",
        "res X /sta",
        "res X /onl",
        "res X /addown:N1",
        "res X /adddependenc:Y",
        "res X /online /offline",
        "res X Y",
        "res X /status Y=1",
        "res X /online /wait /wait",
        "node N1 /evict",
        "group G /adddep:X",
        "res X /adddep:Y /cluster:C1",
        "nothing",
    ],
)
def test_what_is_no_command(line: str) -> None:
    """Short or full form, nothing between; the cluster's name stands first."""
    with pytest.raises(SyntaxFault):
        syntax.parse(line.split())


def test_a_line_that_is_no_command_does_nothing(found: World) -> None:
    code, out, err = Console(found).run('cluster res "Cluster Name" /adddep')
    assert (code, out) == (SYNTAX, "")
    assert "The syntax of this command is" in err
    assert Console(found).code("cluster /?") == 0


@pytest.mark.fact("TechNet cc785087", "D")
def test_which_cluster_is_meant(found: World) -> None:
    console = Console(found)
    for prefix in ("", "C1 ", "/cluster:C1 ", "/CLUSTER:c1 ", ". ", "N2 ", "/cluster:N2 "):
        assert console.code(f"cluster {prefix}res") == 0, prefix
    found.machines["N1"].services.stop("ClusSvc")
    found.clock.advance(60)
    assert console.code("cluster res") == 1753
    assert console.code("cluster /cluster:N1 res") == 1753
    assert console.code("cluster /cluster:C1 res") == 0
    assert console.code("cluster /cluster:N2 res") == 0


@pytest.mark.fact("TechNet cc785087, property list", "D")
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("A=1", Setting("A", "1", None)),
        ("A=1:dword", Setting("A", "1", "dword")),
        ("Path=S:\\SEM", Setting("Path", "S:\\SEM", None)),
        ("Path=S:\\SEM:string", Setting("Path", "S:\\SEM", "string")),
        ("L=a,b:multistr", Setting("L", "a,b", "multi")),
        ("E=", Setting("E", "", None)),
    ],
)
def test_property_lists(word: str, expected: Setting) -> None:
    assert syntax.setting(word) == expected


@pytest.mark.fact("TechNet cc785087, property list", "D")
def test_formats_of_private_properties(found: World) -> None:
    console = with_sem(found)
    private = found.clusters["C1"].core.resource(SEM).private
    line = (
        f'cluster res "{SEM}" /priv Text="a b" Number=0x10:dword List=x,y:multistr Raw=1,0xff:binary UseNetworkName=1'
    )
    assert console.code(line) == 0
    assert private["Text"] == "a b"
    assert (private["Number"], private["UseNetworkName"]) == (16, 1)
    assert (private["List"], private["Raw"]) == (("x", "y"), b"\x01\xff")
    assert console.code(f'cluster res "{SEM}" /priv ServiceName=1:dword') == 5895
    assert console.code(f'cluster res "{SEM}" /priv ServiceName=""') == 5897
    assert console.code(f'cluster res "{SEM}" /priv:Text,Number /usedefault') == 0
    assert "Text" not in private
    assert console.code(f'cluster res "{SEM}" /priv:Text /usedefault') == 2
    assert console.code(f'cluster res "{SEM}" /prop:RestartThreshold /usedefault') == 0
    assert found.clusters["C1"].core.resource(SEM).restart_threshold == 3


@pytest.mark.fact("mscluster 3.6", "D")
def test_a_private_property_of_an_online_resource_is_stored_with_5024(found: World) -> None:
    console = with_sem(found)
    assert console.code(f'cluster res "{SEM}" /online /wait') == 0
    code, out, _ = console.run(f'cluster res "{SEM}" /priv StartupParameters=-x')
    assert code == 5024
    assert "System warning 5024" in out
    assert found.clusters["C1"].core.resource(SEM).private["StartupParameters"] == "-x"


@pytest.mark.fact("mscluster 6.5", "D")
def test_2003_changes_dependencies_only_while_offline(found: World) -> None:
    console = with_sem(found)
    names = found.naming["C1"].main
    assert console.code(f'cluster res "{SEM}" /online /wait:60') == 0
    assert console.code(f'cluster res "{SEM}" /adddep:"{names.network_name}"') == 5019
    assert console.code(f'cluster res "{SEM}" /removedep:"{names.information_store}"') == 5023
    assert console.code(f'cluster res "{SEM}" /offline /wait:60') == 0
    assert console.code(f'cluster res "{SEM}" /adddep:"{names.network_name}"') == 0


# ---- waiting ------------------------------------------------------------------------------------
def slow(found: World) -> Console:
    """SEM takes longer to start than the tool waits by itself."""
    console = with_sem(found)
    for node in found.machines.values():
        node.services.get(SERVICE).hang_start = True
    return console


@each_setting("cluster_exe_pending", "TechNet cc785087", "D")
def test_without_wait_it_waits_ten_seconds(cluster_exe_pending: str) -> None:
    """The ten seconds are documented; what the tool exits with after them is not."""
    console = slow(old(cluster_exe_pending=cluster_exe_pending))
    begin = console.world.clock.now
    assert console.code(f'cluster res "{SEM}" /online') == int(cluster_exe_pending)
    assert 10 <= console.world.clock.now - begin < 12
    assert console.world.clusters["C1"].core.resource(SEM).state.name == "ONLINE_PENDING"


@pytest.mark.fact("TechNet cc785087", "D")
def test_wait_takes_a_time_or_waits_for_the_state() -> None:
    console = slow(old())
    begin = console.world.clock.now
    assert console.code(f'cluster res "{SEM}" /online /wait:3') == 997
    assert console.world.clock.now - begin < 5
    console.world.clock.advance(300)
    found = console.world
    found.clusters["C1"].admin("set_common", name=SEM, changed={"RestartAction": 0})
    begin = found.clock.now
    assert console.code(f'cluster res "{SEM}" /on /wait') == 5018
    assert 25 < found.clock.now - begin < 65
    assert console.code(f'cluster res "{SEM}" /on /wait:soon') == SYNTAX


@each_setting("cluster_exe_errors", "mscluster 8", "I")
def test_where_errors_are_said(cluster_exe_errors: str) -> None:
    code, out, err = Console(old(cluster_exe_errors=cluster_exe_errors)).run("cluster res Nothing")
    said, silent = (out, err) if cluster_exe_errors == "stdout" else (err, out)
    assert code == 5007
    assert "The cluster resource could not be found." in said
    assert silent == ""


# ---- groups and nodes -----------------------------------------------------------------------------
@pytest.mark.fact("TechNet cc783967", "D")
def test_groups(found: World) -> None:
    console, core = Console(found), found.clusters["C1"].core
    name = found.naming["C1"].main.group
    group = core.group(name)
    assert console.code(f'cluster group "{name}" /setowners:N2,N1') == 0
    assert group.preferred == ["N2", "N1"]
    assert console.code(f'cluster group "{name}" /prop FailoverThreshold=5') == 0
    assert group.failover_threshold == 5
    assert console.code(f'cluster group "{name}" /moveto:N2 /wait:120') == 0
    assert (group.owner, core.group_state(group).name) == ("N2", "ONLINE")
    assert console.code(f'cluster group "{name}" /move /wait:120') == 0
    assert group.owner == "N1"
    assert console.code("cluster group Spare /create") == 0
    assert console.code("cluster group Spare /ren:Other") == 0
    assert console.code("cluster group Other /delete") == 0
    assert console.code(f'cluster group "{name}" /delete') == 145


@pytest.mark.fact("TechNet cc783967", "D")
def test_a_move_is_waited_for_twenty_seconds(found: World) -> None:
    console = Console(found)
    for node in found.machines.values():
        node.services.get("MSExchangeIS").hang_stop = True
    begin = found.clock.now
    assert console.code(f'cluster group "{found.naming["C1"].main.group}" /moveto:N2') == 997
    assert 20 <= found.clock.now - begin < 22


@pytest.mark.fact("mscluster 8", "D")
def test_nodes(found: World) -> None:
    console, core = Console(found, "N2"), found.clusters["C1"].core
    assert console.code("cluster node N1 /pause") == 0
    assert core.node("N1").paused
    assert console.code("cluster node N1 /resume") == 0
    assert console.code("cluster node /pause") == 0
    assert (core.node("N1").paused, core.node("N2").paused) == (False, True)
    assert "N2" in console.run("cluster node N2 /status")[1]


@pytest.mark.fact("mscluster 8", "I")
def test_the_shape_of_its_lists(found: World) -> None:
    """Known from forum posts only: a title, the columns' names, a rule, rows; nothing should read them."""
    console = with_sem(found)
    names = found.naming["C1"].main
    out = console.run(f'cluster res "{names.ip}"')[1].splitlines()
    assert out[0] == f"Listing status for resource '{names.ip}':"
    assert out[2].split() == ["Resource", "Group", "Node", "Status"]
    assert set(out[3]) == {"-", " "}
    assert out[4].endswith("Online")
    assert f"'{SEM}'" in console.run(f'cluster res "{SEM}" /priv')[1]
    assert "1 (0x1)" in console.run(f'cluster res "{SEM}" /prop')[1]
    assert "N2" in console.run(f'cluster res "{SEM}" /listowners')[1]
    assert names.information_store in console.run(f'cluster res "{SEM}" /listdep')[1]
    assert "ClusterName" in console.run("cluster /prop")[1]
    everything = console.run("cluster group")[1]
    assert all(group.name in everything for group in found.clusters["C1"].core.groups.values())


# ---- where it exists --------------------------------------------------------------------------------
@pytest.mark.fact("mscluster 8", "I")
@pytest.mark.parametrize(
    ("windows", "shape", "there"),
    [
        ("windows2003r2", "exchange2003_ap", True),
        ("windows2008", "exchange2007_scc", True),
        ("windows2008r2", "exchange2007_scc", True),
        ("windows2012r2", "application", False),
        ("windows2022", "application", False),
    ],
)
def test_it_is_a_feature_of_its_own_from_2012_on(windows: str, shape: str, there: bool) -> None:
    code, _, err = Console(world(windows, shape, 2)).run("cluster res")
    assert code == (0 if there else 1)
    assert ("is not recognized" in err) is not there
    if not there:
        assert Console(world(windows, shape, 2, **{"with": ["cluster"]})).code("cluster res") == 0


def test_on_a_server_without_a_cluster() -> None:
    from lab.topology import parse

    text = "schema: 1\nstandalone: {S1: {windows: windows2003r2}, S2: {windows: windows2008r2}}\n"
    found = World(parse(text))
    assert Console(found, "S1").code("cluster res") == 1753
    assert Console(found, "S1").code("cluster /cluster:C1 res") == 1722
    assert Console(found, "S2").code("cluster res") == 1


PIECES = [
    "res",
    "group",
    "node",
    '"Cluster Name"',
    "N1",
    "/online",
    "/prop",
    "A=1",
    "/adddep:X",
    "/wait",
    "/cluster:C1",
    ".",
]
SHARED = old()


@given(st.lists(st.sampled_from(PIECES), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_line_ends(pieces: list[str]) -> None:
    """No line crashes the tool or hangs it."""
    assert Console(SHARED).code("cluster " + " ".join(pieces)) is not None
