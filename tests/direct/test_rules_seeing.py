"""Rules 1 to 5, and the sixth by behaviour: what a node is, who owns what, and what happens to a restarted SEM."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.read import read_cluster, read_group_owner
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.host import read_host
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.client import WsMan
from lab.cluster.model import ResourceState
from support import cluster_hands
from support.direct_cell import DirectCell
from support.drifts import NAME
from support.rollout import Rollout

MODULES = ("node_info", "cluster_info", "package", "service", "shared_folder", "cluster_instance")


def ws_of(cell: DirectCell, node: str) -> WsMan:
    return WsMan(cell.direct.transport(node), cell.direct)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("net stop ClusSvc", id="stopped"),
        pytest.param("net stop ClusSvc & sc config ClusSvc start= disabled", id="disabled"),
    ],
)
def test_rule_1_every_module_refuses_a_member_whose_cluster_service_is_stopped(cell: DirectCell, line: str) -> None:
    node = cell.passive
    cell.cmd(node, line)
    cell.lab.advance(30)
    cell.forget()
    assert read_host(ws_of(cell, node)).membership == "stopped"
    for name in MODULES:
        done = cell.module(name, node)
        assert [item["code"] for item in done.result["problems"]] == ["cluster_service_stopped"], name
        assert done.result["failed"]
    assert cell.writes == []


def test_rule_1_three_different_answers(cell: DirectCell) -> None:
    assert read_host(ws_of(cell, cell.owner)).membership == "running"
    assert read_host(ws_of(cell, "S0")).membership == "none"
    cell.cmd(cell.passive, "net stop ClusSvc")
    cell.lab.advance(30)
    assert read_host(ws_of(cell, cell.passive)).membership == "stopped"


def test_rule_1_a_disabled_service_without_a_trace_of_a_cluster_is_no_member(cell: DirectCell) -> None:
    """The feature is there, and the node has joined nothing (mscluster 4.1)."""
    world = cell.direct.world
    world.machines["S0"].services.create("ClusSvc", "Cluster Service", "C:\\Windows\\System32\\svchost.exe", "Disabled")
    assert read_host(ws_of(cell, "S0")).membership == "none"


def test_rule_3_owner_members_and_direction_are_as_the_cluster_has_them(installed: DirectCell) -> None:
    """From the association classes, on any node; the antecedent depends."""
    converged = installed
    converged.play().ok()
    world = converged.direct.world
    there = SimpleNamespace(cluster=world.clusters[converged.name])
    expected = cluster_hands.read(cast("Any", there))
    for node in converged.nodes:
        found = read_cluster(ws_of(converged, node), node)
        assert found.providers == expected.providers
        assert found.possible_owners == expected.possible_owners
        assert {name: group.owner for name, group in found.groups.items()} == {
            name: group.owner for name, group in expected.groups.items()
        }
        assert {name: item.group for name, item in found.resources.items()} == {
            name: item.group for name, item in expected.resources.items()
        }
        assert found.resources[NAME].state == ResourceState.ONLINE
        assert read_group_owner(ws_of(converged, node), converged.facts["exchange_group"]) == converged.owner


def test_rule_4_a_node_is_what_it_says_it_is(cell: DirectCell) -> None:
    """Not what the inventory calls it."""
    node = cell.nodes[1]
    published = cell.module("node_info", node).result["ansible_facts"]["sem_node"]
    assert (published["node"], published["cluster"]) == (node, cell.facts["instance_id"])
    assert cell.host(node) != node


def test_rule_4_a_virtual_servers_name_beside_its_owner_is_refused(installed: DirectCell) -> None:
    cell = installed
    shared = cell.direct.world.sem_variables()
    twice = {"mail": cell.owner, **{cell.host(node): node for node in cell.nodes}}
    run = Rollout(cell.direct, twice, shared).play("site", tags=["integrate"])
    codes = {item["code"] for failure in run.failures() for item in failure.result.get("problems", ())}
    assert "same_node_twice" in codes
    assert any("mail" in str(failure.result["msg"]) for failure in run.failures())
    assert not [item for item in cell.writes if item["kind"].startswith("cluster.")]


def test_rule_5_the_resource_that_an_admin_made_is_adopted(installed: DirectCell) -> None:
    """Whatever it is called: it runs SEM's service."""
    cell = installed
    group = cell.facts["exchange_group"]
    cell.admin("create_resource", group=group, name="Spam & filter", type_name="Generic Service", separate_monitor=True)
    cell.admin("set_private", name="Spam & filter", changed={"ServiceName": "SFEXCHANGEFILTER"})
    cell.play().ok()
    assert cell.resource("Spam & filter")["state"] == "ONLINE"
    names = [item["name"] for item in cell.lab.cluster(cell.name).snapshot()["resources"]]
    assert NAME not in names
