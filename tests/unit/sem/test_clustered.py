"""Whether SEM's service is the cluster's, from what was found (rule 2)."""

from __future__ import annotations

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import Group, GroupState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Problem
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.exchange import Finding
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.service_run import is_clustered


def test_rule_2_a_group_makes_the_service_the_clusters() -> None:
    assert is_clustered(Finding(Group("Mail", GroupState.ONLINE, "N1")))
    assert not is_clustered(Finding(note="a DAG"))


def test_rule_2_of_several_groups_one_will_be_named_so_the_service_is_the_clusters() -> None:
    assert is_clustered(Finding(problems=(Problem("several_groups", "C1", "two", "name one"),)))
