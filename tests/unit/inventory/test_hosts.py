"""Hosts and groups from what clusters showed, and names that a server cannot be trusted with."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import Address, Entry
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.hosts import (
    Found,
    Host,
    build,
    group_name,
    windows,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.picture import Member, Picture, Unanswered


def member(name: str = "N1", state: str = "up", version: str = "6.1.7601", groups: tuple[str, ...] = ()) -> Member:
    return Member(name, state, version, groups)


def picture(*members: Member, cluster: str = "C1", number: int = 1, **changed: Any) -> Picture:
    values = {"group": "EVS1", "owner": "N1", **changed}
    return Picture(cluster, f"id-{number}", "c1.example.com", members or (member(), member("N2")), **values)


def entry(host: str = "c1.example.com", **changed: Any) -> Entry:
    return Entry((Address(host),), {"ansible_connection": "winrm"}, **changed)


def names(found: Found) -> list[str]:
    return [host.name for host in found.hosts]


def only(found: Found) -> Host:
    assert (len(found.hosts), found.problems) == (1, [])
    return found.hosts[0]


def test_every_node_is_a_host_and_the_owner_of_sems_group_is_the_owner() -> None:
    down = member("N2", "down")
    found = build([(entry(), picture(member(), down, member("N3", "paused")))])
    assert names(found) == ["n1", "n2", "n3"]
    assert [host.groups for host in found.hosts] == [
        ("sem_cluster_c1", "sem_owner"),
        ("sem_cluster_c1", "sem_passive"),
        ("sem_cluster_c1", "sem_passive"),
    ]
    assert [host.variables["sem_cluster_node"]["state"] for host in found.hosts] == ["up", "down", "paused"]
    assert (found.problems, found.notes) == ([], [])


def test_names_of_nodes_are_compared_in_any_case() -> None:
    assert build([(entry(), picture(member("n1"), owner="N1"))]).hosts[0].role == "owner"


def test_a_group_that_nobody_owns_right_now_has_no_owner() -> None:
    assert {host.role for host in build([(entry(), picture(owner=None))]).hosts} == {"passive"}


def test_without_a_group_for_sem_nobody_is_owner_or_passive() -> None:
    found = build([(entry(), picture(group=None, owner=None))])
    assert {host.groups for host in found.hosts} == {("sem_cluster_c1",)}
    assert found.problems == []


def test_several_groups_are_a_problem_but_the_nodes_are_hosts() -> None:
    found = build([(entry(), picture(group=None, owner=None, problems=("several groups; name one",)))])
    assert names(found) == ["n1", "n2"]
    assert found.problems == ["the cluster 'C1' (c1.example.com): several groups; name one"]


def test_what_is_told_of_a_node() -> None:
    host = build([(entry(), picture(member(groups=("EVS1", "Files")), member("N2")))]).hosts[0]
    assert host.variables == {
        "ansible_connection": "winrm",
        "ansible_host": "n1",
        "sem_cluster_node": {
            "name": "N1",
            "state": "up",
            "version": "6.1.7601",
            "windows": "2008 R2",
            "groups": ["EVS1", "Files"],
            "role": "owner",
            "cluster": "C1",
            "cluster_id": "id-1",
            "sem_group": "EVS1",
            "asked": "c1.example.com",
        },
    }


def test_the_pattern_gives_name_and_address_and_node_addresses_only_the_address() -> None:
    declared = entry(host_pattern="*.example.com", node_addresses={"n2": Address("192.0.2.2", 5985)})
    first, second = build([(declared, picture())]).hosts
    assert (first.name, first.variables["ansible_host"], "ansible_port" in first.variables) == (
        "n1.example.com",
        "n1.example.com",
        False,
    )
    assert (second.name, second.variables["ansible_host"], second.variables["ansible_port"]) == (
        "n2.example.com",
        "192.0.2.2",
        5985,
    )


@pytest.mark.parametrize("wanted", [True, False])
def test_the_password_goes_on_only_when_wanted(wanted: bool) -> None:
    host = build([(entry(password="geheim"), picture())], pass_password=wanted).hosts[0]
    assert host.variables.get("ansible_password") == ("geheim" if wanted else None)
    assert "geheim" not in str({**host.variables, "ansible_password": None})


def test_an_unread_cluster_is_a_problem_and_the_others_are_not_its_victims() -> None:
    found = build([(entry("c0"), Unanswered("c0: refused")), (entry(), picture())])
    assert found.problems == ["the cluster c0 cannot be read: c0: refused"]
    assert names(found) == ["n1", "n2"]


def test_a_cluster_that_is_named_by_each_of_its_nodes_counts_once() -> None:
    moved = picture(owner="N2")
    found = build([(entry("n1"), picture()), (entry("n2"), moved)])
    assert [(host.name, host.role) for host in found.hosts] == [("n1", "owner"), ("n2", "passive")]
    assert found.problems == []
    assert found.notes == ["the cluster 'C1' (n2) was already read through n1"]


def test_a_cluster_without_an_id_is_known_by_its_name_and_nodes() -> None:
    same = Picture("C1", "", "x", (member(),), "EVS1", "N1")
    other = Picture("c1", "", "x", (member("N9"),), "EVS1", "N1")
    assert same.identity == Picture("c1", "", "y", (member("n1"),)).identity
    assert same.identity != other.identity


def test_two_clusters_with_nodes_of_one_name_are_told_apart_by_a_pattern() -> None:
    second = picture(cluster="C2", number=2)
    found = build([(entry("c1"), picture()), (entry("c2"), second)])
    assert names(found) == ["n1", "n2"]
    assert len(found.problems) == 2
    assert "n1 is already a host of the cluster 'C1' (c1); set host_pattern" in found.problems[0]
    found = build([(entry("c1"), picture()), (entry("c2", host_pattern="*.two"), second)])
    assert names(found) == ["n1", "n2", "n1.two", "n2.two"]
    assert found.problems == []


def test_two_clusters_of_one_group_name_are_told_apart_by_a_name() -> None:
    second = picture(member("M1"), cluster="c-1", number=2)
    first = picture(cluster="C.1")
    found = build([(entry("a"), first), (entry("b"), second)])
    assert names(found) == ["n1", "n2"]
    assert "would both be the group sem_cluster_c_1: give one a name" in found.problems[0]
    found = build([(entry("a"), first), (entry("b", name="Second one"), second)])
    assert found.hosts[-1].groups[0] == "sem_cluster_second_one"


HOSTILE = [
    "{{ lookup('pipe', 'id') }}", "{% x %}", "../../etc/hosts", "/etc", "a/b", "n1.example.com", "n1:22", "n1,n2",
    "n1;id", "n 1", "n1\n", "\x1b[31mred", "a[1:9]", "!n1", "&n1", "~n1", "*", "@x", "-n1", ".", "", "x" * 64,
    "$(id)", "`id`",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_no_computer_can_have_is_left_out_with_a_word(name: str) -> None:
    found = build([(entry(), picture(member(name), member("N2")))])
    assert names(found) == ["n2"]
    assert len(found.problems) == 1
    assert f"a node {name!r} that is left out: that cannot be a computer's name" in found.problems[0]
    assert found.problems[0].isprintable()


@pytest.mark.parametrize("name", ["localhost", "LocalHost", "all", "ungrouped", "sem", "sem_owner", "sem_cluster_c1"])
def test_a_node_takes_no_name_that_means_something_else(name: str) -> None:
    found = build([(entry(), picture(member(name), member("N2")))])
    assert names(found) == ["n2"]
    assert f"{name.lower()} means something else in an inventory; set host_pattern" in found.problems[0]
    assert len(build([(entry(host_pattern="*.example.com"), picture(member(name)))]).hosts) == 1


def test_a_node_is_not_called_like_a_group_of_other_sources() -> None:
    found = build([(entry(), picture(member("DC"), member("N2")))], groups={"dc"})
    assert names(found) == ["n2"]
    assert "dc means something else" in found.problems[0]


@pytest.mark.parametrize("name", [*HOSTILE, "all", "sem_owner", "München", "İ"])
def test_the_group_of_a_cluster_is_safe_whatever_it_is_called(name: str) -> None:
    made = group_name(name)
    assert made.startswith("sem_cluster_")
    assert made.isascii()
    assert made.isidentifier()
    assert only(build([(entry(), picture(member(), cluster=name))])).groups == (made, "sem_owner")


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("5.2.3790", "2003"),
        ("6.0.6003", "2008"),
        ("6.1.7601", "2008 R2"),
        ("6.2.9200", "2012"),
        ("6.3.9600", "2012 R2"),
        ("10.0.14393", "2016"),
        ("10.0.17763", "2019"),
        ("10.0.20348", "2022"),
        ("10.0.26100", "2025"),
        ("10.0.99999", ""),
        ("7.0.1", ""),
        ("", ""),
        ("{{ x }}", ""),
    ],
)
def test_releases_of_windows(version: str, release: str) -> None:
    assert windows(version) == release
