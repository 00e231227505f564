"""Dependencies, possible owners and checkpoints of a resource (mscluster 5, 6.5)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import (
    CapabilityError,
    ClusterError,
)
from support.answers import win32_fault, wsman_fault
from support.hand_cluster import DISK, NAME, SEM
from support.writable_cluster import (
    CONTROL,
    WritableCluster,
    writer,
)


# ---- dependencies, owners -----------------------------------------------------------------------
def test_a_dependency() -> None:
    node = WritableCluster()
    node.links["MSCluster_ResourceToDependentResource"] = [(NAME, "Mail IP")]
    made, _wire = writer(node)
    assert made.add_dependency(SEM, DISK) == "method"
    assert made.remove_dependency(SEM, DISK) == "method"
    assert node.called("MSCluster_Resource.AddDependency") == [{"Resource": [DISK]}]


def test_a_dependency_on_a_server_that_names_the_ends_the_other_way() -> None:
    node = WritableCluster()
    node.links["MSCluster_ResourceToDependentResource"] = []
    node.do_AddDependency = lambda given: node.add_links(  # type: ignore[method-assign]
        "MSCluster_ResourceToDependentResource", [(given["Resource"][0], given["@Name"][0])]
    )
    assert writer(node)[0].add_dependency(SEM, DISK) == "method"
    node.idle.add("RemoveDependency")
    with pytest.raises(CapabilityError):
        writer(node)[0].remove_dependency(SEM, DISK)


@pytest.mark.parametrize(
    ("verb", "code"), [("AddDependency", 5003), ("RemoveDependency", 5002), ("AddPossibleOwner", 5010)]
)
def test_what_is_so_already_is_fine(verb: str, code: int) -> None:
    """The state read back decides, so the fault is no failure (mscluster 9)."""
    node = WritableCluster()
    node.idle.add(verb)
    node.says(verb, win32_fault(code))
    made, _wire = writer(node)
    if verb == "AddDependency":
        assert made.add_dependency(SEM.lower(), DISK.upper()) == "method"
    elif verb == "RemoveDependency":
        assert made.remove_dependency(SEM, "Quorum") == "method"
    else:
        assert made.add_possible_owner(SEM, "n2") == "method"


@pytest.mark.parametrize("code", [87, 1059, 5019])
def test_a_dependency_that_is_refused(code: int) -> None:
    node = WritableCluster()
    node.idle.add("AddDependency")
    node.says("AddDependency", win32_fault(code))
    with pytest.raises(ClusterError, match=f"make 'SEM' depend on 'Quorum'; .*code {code}"):
        writer(node)[0].add_dependency(SEM, "Quorum")


def test_a_possible_owner() -> None:
    node = WritableCluster()
    node.links["MSCluster_ResourceToPossibleOwner"] = [(SEM, "N1")]
    assert writer(node)[0].add_possible_owner(SEM, "N2") == "method"
    assert node.called("MSCluster_Resource.AddPossibleOwner") == [{"NodeName": ["N2"]}]


# ---- checkpoints --------------------------------------------------------------------------------
PATH = "SOFTWARE\\SPAMfighter\\Settings"


@pytest.mark.parametrize(
    ("view", "route", "code"), [(64, "method", None), (32, "control_code", "20971714")]
)  # fmt: skip
def test_a_checkpoint_in_either_view(view: t.Literal[32, 64], route: str, code: str | None) -> None:
    """The WMI method has no view selector (mscluster 5.8)."""
    node = WritableCluster()
    assert writer(node)[0].add_checkpoint(SEM, PATH, view) == route
    assert node.row()["RegistryCheckpoints"] == ["SOFTWARE\\A", PATH]
    assert [item["ControlCode"][0] for item in node.called(CONTROL)] == ([code] if code else [])


def test_the_control_code_where_the_method_is_refused() -> None:
    node = WritableCluster()
    node.idle.add("AddRegistryCheckpoint")
    node.says("AddRegistryCheckpoint", wsman_fault(2150858771))
    assert writer(node)[0].add_checkpoint(SEM, PATH, 64) == "control_code"
    (sent,) = node.called(CONTROL)
    assert sent["ControlCode"] == ["20971710"]
    assert bytes(map(int, sent["InputBuffer"])) == (PATH + "\0").encode("utf-16-le")


def test_a_checkpoint_that_is_there_already() -> None:
    node = WritableCluster()
    node.idle.add("AddRegistryCheckpoint")
    node.says("AddRegistryCheckpoint", win32_fault(183))
    assert writer(node)[0].add_checkpoint(SEM, "software\\a", 64) == "method"


def test_a_resource_without_any_checkpoint() -> None:
    node = WritableCluster()
    node.row().pop("RegistryCheckpoints")
    node.idle |= {"AddRegistryCheckpoint", "ExecuteResourceControl"}
    with pytest.raises(CapabilityError):
        writer(node)[0].add_checkpoint(SEM, PATH, 64)
