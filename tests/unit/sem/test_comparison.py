"""Which clusters have to be gone through once more, from what their nodes published (rules 4, 14 and 15)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.comparison import unfinished_clusters
from support.observed import peers, published

READY = (published("N1"), published("N2"))
ELSEWHERE = '"D:\\SEM\\sem.exe" -service'


def test_rule_14_a_cluster_whose_nodes_agree_and_see_nothing_to_do_is_finished() -> None:
    assert unfinished_clusters(peers(*READY)) == {}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"unfinished": True}, "N2 sees the cluster not as declared"),
        ({"predicted": True}, "SEM will be installed on N2"),
        ({"product": None}, "SEM is not known on N2"),
        ({"service": None}, "SEM is not known on N2"),
        ({"start_mode": "Auto"}, "the service on N2 has the start mode Auto"),
        ({"service": "other"}, "the service differs between the nodes: other, spamfsvc"),
        ({"service_path": ELSEWHERE}, "the program differs between the nodes"),
    ],
)
def test_rule_14_one_node_is_enough_to_go_through_its_cluster(changed: t.Any, reason: str) -> None:
    found = unfinished_clusters(peers(READY[0], replace(READY[1], **changed)))
    assert list(found) == ["id-1"]
    assert [text for text in found["id-1"] if text.startswith(reason)]


def test_rule_14_other_clusters_and_single_servers_are_not_held_up() -> None:
    other = published("M1", cluster="id-2", unfinished=True)
    alone = published("S1", cluster=None, unfinished=True)
    assert list(unfinished_clusters(peers(*READY, other, alone))) == ["id-2"]


def test_rule_14_the_same_service_in_other_letters_is_the_same() -> None:
    assert unfinished_clusters(peers(READY[0], replace(READY[1], service="SPAMFSVC"))) == {}


def test_rule_4_a_node_that_is_in_the_play_twice_keeps_its_cluster_there() -> None:
    twice = replace(peers(*READY), duplicates={"n1": ("a", "b")})
    assert unfinished_clusters(twice) == {"id-1": ("N1 is in the play more than once",)}
