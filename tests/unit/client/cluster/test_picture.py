"""Whether what was read fits together, and which way a dependency goes (mscluster 0.4, 2.8)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster import read
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.associations import ClusterReadError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import (
    Cluster,
    ResourceState,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import WsManFault
from support.answers import enumerated, fault, instance, properties, provider_fault, win32_fault, wsman_fault
from support.hand_cluster import ADDRESS, DISK, GROUP, NAME, SEM, HandCluster, resource

UNKNOWN = 4294967295


def cluster(node: HandCluster | None = None) -> Cluster:
    return read.read_cluster((node or HandCluster()).wire().ws, "N2")


# ---- torn pictures ------------------------------------------------------------------------------
class Busy(HandCluster):
    """Something happens after a class was enumerated."""

    def __init__(self, after: str, change: t.Callable[[HandCluster], None], times: int = 1) -> None:
        super().__init__()
        self.left = times

        def happen() -> None:
            if self.left:
                self.left -= 1
                self.happened = True

        self.happened = False
        self.after, self.change = after, change
        self.enumerations[after] = happen  # type: ignore[assignment]

    def _enumerate(self, request: t.Any, name: str) -> bytes:
        found = super()._enumerate(request, name)
        if self.happened:
            self.happened = False
            self.change(self)
        return found


def appears(node: HandCluster) -> None:
    name = f"New {len(node.rows['MSCluster_Resource'])}"
    node.rows["MSCluster_Resource"].append(resource(name, "Generic Service"))
    node.add_links("MSCluster_ResourceGroupToResource", [(GROUP, name)])
    node.add_links("MSCluster_ResourceToPossibleOwner", [(name, "N1")])
    node.add_links("MSCluster_ResourceToDependentResource", [(name, DISK)])


def disappears(node: HandCluster) -> None:
    node.remove(DISK)


@pytest.mark.parametrize("change", [appears, disappears])
@pytest.mark.parametrize(
    "after", ["MSCluster_ResourceGroupToResource", "MSCluster_Resource", "MSCluster_Node", "MSCluster_ResourceGroup"]
)
def test_a_picture_taken_while_something_changes_is_taken_again(
    after: str, change: t.Callable[[HandCluster], None]
) -> None:
    """Whatever it shows fits together: every name is a resource, every resource has a group."""
    found = cluster(Busy(after, change))
    names = set(found.resources)
    assert all(item.group for item in found.resources.values())
    assert set(found.providers) == set(found.possible_owners) == names
    assert all(providers <= names for providers in found.providers.values())


def test_a_picture_that_stays_torn() -> None:
    """A resource without a group could be anywhere: nothing is guessed."""
    node = HandCluster()
    node.links["MSCluster_ResourceGroupToResource"].remove((GROUP, SEM))
    with pytest.raises(ClusterReadError, match="shows no group of SEM"):
        cluster(node)
    assert node.asked.count("MSCluster_Resource") == read.TORN_READS


def test_leftovers_of_a_resource_that_is_gone_do_no_harm() -> None:
    node = HandCluster()
    node.add_links("MSCluster_ResourceToDependentResource", [("Gone", DISK), (SEM, "Gone")])
    found = cluster(node)
    assert "Gone" not in found.providers
    assert node.asked.count("MSCluster_Resource") == read.TORN_READS


def test_a_quiet_cluster_is_read_once() -> None:
    node = HandCluster()
    made = node.wire()
    read.read_cluster(made.ws, "N1")
    assert len(made.sent) == 12


# ---- which way a dependency goes ----------------------------------------------------------------
def test_a_server_that_names_the_ends_as_cim_readers_expect() -> None:
    """The Network Name needs the IP Address, never the other way round (mscluster 0.4, 3.1)."""
    node = HandCluster()
    kind = "MSCluster_ResourceToDependentResource"
    node.links[kind] = [(other, one) for one, other in node.links[kind]]
    assert cluster(node).providers == cluster().providers


def test_without_a_network_name_the_documented_way_counts() -> None:
    node = HandCluster()
    node.remove(NAME)
    node.remove(ADDRESS)
    assert cluster(node).providers[SEM] == {DISK}


def test_both_ways_at_once_are_not_interpreted() -> None:
    node = HandCluster()
    node.add_links("MSCluster_ResourceToDependentResource", [(ADDRESS, NAME)])
    with pytest.raises(ClusterReadError, match="both directions"):
        cluster(node)


@pytest.mark.parametrize("end", [None, "text", "<a:ReferenceParameters/>"])
def test_an_end_that_is_no_reference_is_not_left_out_silently(end: str | None) -> None:
    node = HandCluster()
    rows = [{"GroupComponent": end, "PartComponent": end}]
    broken = [instance("MSCluster_NodeToActiveGroup", properties(row), "root/mscluster") for row in rows]
    node.enumerations["MSCluster_NodeToActiveGroup"] = lambda: enumerated(broken)
    with pytest.raises(ClusterReadError, match=r"MSCluster_NodeToActiveGroup\.GroupComponent is no reference"):
        cluster(node)


# ---- single things ------------------------------------------------------------------------------
def test_the_owner_of_a_group() -> None:
    made = HandCluster().wire()
    assert read.read_group_owner(made.ws, GROUP.upper()) == "N1"
    assert read.read_group_owner(made.ws, "None") is None


def test_one_resource() -> None:
    node = HandCluster()
    made = node.wire()
    found = read.read_resource(made.ws, "sem")
    assert found is not None
    assert read.state_of(found) is ResourceState.OFFLINE
    assert read.read_resource(made.ws, "it's none") is None
    assert made.sent[0].texts("Filter") == ["SELECT * FROM MSCluster_Resource WHERE Name = 'sem'"]


# ---- OR -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("expression", "has_or"),
    [
        ("([Disk S] and [Mail Name])", False),
        ("([Disk S] or [Mail Name])", True),
        ("([Disk S] OR [Mail Name]) AND [X]", True),
        ("[This or that] and [Tor]", False),
        ("", False),
        (None, False),
    ],
)
def test_an_or_among_the_dependencies(expression: str | None, has_or: bool) -> None:
    node = HandCluster()
    node.methods["MSCluster_Resource.GetDependencies"] = lambda _arguments: {"Expression": expression}
    made = node.wire()
    found = read.with_or_dependency(made.ws, cluster(), SEM)
    assert found.or_dependencies == ({SEM} if has_or else frozenset())
    assert made.sent[0].selectors == {"Name": SEM}


@pytest.mark.parametrize("name", [NAME, DISK, "None"])
def test_less_than_two_providers_need_no_request(name: str) -> None:
    made = HandCluster().wire()
    assert read.with_or_dependency(made.ws, cluster(), name).or_dependencies == frozenset()
    assert made.sent == []


@pytest.mark.parametrize(
    "missing", [wsman_fault(2150858771), fault("a:ActionNotSupported"), provider_fault(2150858778, "0x80041024")]
)
def test_a_version_without_the_method_has_no_or(missing: bytes) -> None:
    """Windows 2003 (mscluster 2.4)."""
    node = HandCluster()
    node.methods["MSCluster_Resource.GetDependencies"] = lambda _arguments: missing
    assert read.with_or_dependency(node.wire().ws, cluster(), SEM).or_dependencies == frozenset()


@pytest.mark.parametrize("gone", [wsman_fault(2150858752), win32_fault(5007)])
def test_a_resource_that_another_node_has_just_deleted(gone: bytes) -> None:
    node = HandCluster()
    node.methods["MSCluster_Resource.GetDependencies"] = lambda _arguments: gone
    assert read.with_or_dependency(node.wire().ws, cluster(), SEM).or_dependencies == frozenset()


def test_another_failure_is_not_taken_for_an_old_version() -> None:
    node = HandCluster()
    node.methods["MSCluster_Resource.GetDependencies"] = lambda _arguments: win32_fault(5)
    with pytest.raises(WsManFault):
        read.with_or_dependency(node.wire().ws, cluster(), SEM)
