"""What a topology can say, and that every mistake in it has a line."""

from __future__ import annotations

import pytest

from lab.topology import ClusterSpec, TopologyError, parse

HEAD = "schema: 1\nclusters:\n  C1:\n    windows: windows2008r2\n    shape: exchange2007_scc\n"
HEAD += "    nodes: {N1: {}, N2: {}}\n"


def cluster(extra: str = "", text: str = HEAD) -> ClusterSpec:
    lines = "".join(f"    {line}\n" for line in extra.splitlines())
    return parse(text + lines).clusters[0]


def test_everything_that_can_be_said_of_a_cluster() -> None:
    spec = cluster(
        "groups:\n"
        "  group: {name: EVS & Co, owner: N2, preferred: [N2, N1], possible_owners: {store: [N1, N2], disk: [N2]}}\n"
        "disks: [letter, mount_point]\ndisk_type: third_party\ndatabases: 3\nlocalised: true\nwitness: share\n"
        "vendor_type: true\ntls: '1.0'\nwithout: [powershell]\nwith: [cluster]"
    )
    group = spec.groups[0]
    assert (group.name, group.owner, group.preferred) == ("EVS & Co", "N2", ("N2", "N1"))
    assert group.possible_owners == {"store": ("N1", "N2"), "disk": ("N2",)}
    assert (spec.disks, spec.disk_type, spec.databases) == (("letter", "mount_point"), "third_party", 3)
    assert (spec.localised, spec.witness, spec.vendor_type) == (True, "share", "SPAMfighter Exchange Module")
    assert (spec.machine.tls, spec.machine.without, spec.machine.extra) == ("1.0", ("powershell",), ("cluster",))


def test_a_node_can_differ_from_its_cluster() -> None:
    spec = cluster(text=HEAD.replace("N2: {}", "N2: {state: paused, without: [powershell]}"))
    assert spec.nodes[0].machine is None
    assert spec.nodes[1].machine is not None
    assert spec.nodes[1].machine.without == ("powershell",)


def test_stand_alone_servers() -> None:
    text = "schema: 1\nstandalone:\n  S1: {windows: windows2003r2}\n  S2: {windows: windows2022, exchange: false}\n"
    text += "  S3: {windows: windows2008r2, exchange: '2010', clustering: true}\n"
    first, second, third = parse(text).standalone
    assert (first.exchange, second.exchange, third.exchange) == ("2003", "", "2010")
    assert (first.clustering, third.clustering) == (None, True)


DAG = HEAD.replace("exchange2007_scc", "dag")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (HEAD + "    colour: red\n", 7, "colour"),
        (HEAD.replace("windows2008r2", "windows95"), 4, "windows95"),
        (HEAD.replace("windows2008r2", "windows2022"), 5, "does not exist on this Windows"),
        (HEAD.replace("exchange2007_scc", "exchange2003_ap"), 5, "does not exist on this Windows"),
        (HEAD.replace("exchange2007_scc", "exchange_nplus1"), 5, "needs 3 nodes"),
        (HEAD.replace("exchange2007_scc", "exchange2007_ccr").replace("N2: {}", "N2: {}, N3: {}"), 5, "two nodes"),
        (HEAD + "    disks: [mount_point]\n", 7, "first disk needs a letter"),
        (HEAD + "    disks: 0\n", 7, "number from 1"),
        (HEAD + "    disks: [letter, floppy]\n", 7, "floppy"),
        (HEAD + "    localised: maybe\n", 7, "true or false"),
        (HEAD + "    winrm: '1.1'\n", 7, "winrm can be chosen"),
        (HEAD + "    tls: '1.4'\n", 7, "1.4"),
        (HEAD + "    without: [notepad]\n", 7, "notepad"),
        (HEAD + "    without: powershell\n", 7, "a list"),
        (HEAD + "    access_point: false\n", 7, "windows2012r2"),
        (HEAD + "    exchange: '2010'\n", 7, "no other shape"),
        (HEAD + "    application: {type: X}\n", 7, "only the shape application"),
        (HEAD + "    groups: {group2: {name: X}}\n", 7, "no such group"),
        (HEAD + "    groups:\n      group:\n        owner: N9\n", 9, "N9"),
        (HEAD + "    groups:\n      group:\n        possible_owners: {printer: [N1]}\n", 9, "printer"),
        (DAG + "    exchange: '2007'\n", 7, "2010 or later"),
        (DAG + "    witness: disk\n", 7, "shares no disk"),
        (DAG + "    disks: 2\n", 7, "shares no disk"),
        (DAG + "    groups: {group: {name: X}}\n", 7, "no such group"),
        ("schema: 1\nstandalone:\n  S1: {windows: windows2022, exchange: '5.5'}\n", 3, "5.5"),
        ("schema: 1\nstandalone:\n  S1:\n    exchange: '2007'\n", 4, "windows is missing"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(TopologyError) as caught:
        parse(text, "lab.yml")
    assert str(caught.value).startswith(f"lab.yml:{line}: ")
    assert word in str(caught.value)
