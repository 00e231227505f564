"""Creating, deleting, and properties: routes and reading back (mscluster 3.3, 3.4, 6.5)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import (
    CapabilityError,
    ClusterError,
)
from support.answers import fault, win32_fault, wsman_fault
from support.hand_cluster import GROUP, SEM
from support.writable_cluster import (
    CONTROL,
    POLICY,
    PUT,
    SET_COMMON,
    SET_PRIVATE,
    WritableCluster,
    writer,
)


# ---- creating -----------------------------------------------------------------------------------
def test_a_new_resource() -> None:
    node = WritableCluster()
    assert writer(node)[0].create_resource(GROUP, "New", "Generic Service", True) == "method"
    (sent,) = node.called("MSCluster_Resource.CreateResource")
    assert list(sent.items()) == [
        ("Group", [GROUP]),
        ("ResourceName", ["New"]),
        ("ResourceType", ["Generic Service"]),
        ("SeparateMonitor", ["true"]),
    ]


def test_one_that_an_earlier_attempt_has_made_is_taken() -> None:
    """5010 and there it is (mscluster 5.3)."""
    node = WritableCluster()
    node.idle.add("CreateResource")
    node.says("CreateResource", win32_fault(5010))
    assert writer(node)[0].create_resource(GROUP.upper(), SEM.lower(), "generic service", True) == "method"


@pytest.mark.parametrize(
    ("group", "kind"), [("Cluster Group", "Generic Service"), (GROUP, "Generic Application")]
)  # fmt: skip
def test_one_of_that_name_elsewhere_or_of_another_type_is_not_taken(group: str, kind: str) -> None:
    node = WritableCluster()
    node.idle.add("CreateResource")
    node.says("CreateResource", win32_fault(5010))
    with pytest.raises(ClusterError, match=r"The object already exists\.; code 5010; .*compare its type and group"):
        writer(node)[0].create_resource(group, SEM, kind, True)


@pytest.mark.parametrize("code", [5013, 5078, 5])
def test_a_refusal_says_code_text_and_advice(code: int) -> None:
    node = WritableCluster()
    node.idle.add("CreateResource")
    node.says("CreateResource", win32_fault(code))
    with pytest.raises(ClusterError) as refused:
        writer(node)[0].create_resource(GROUP, "New", "Generic Service", True)
    assert refused.value.win32 == code
    assert f"code {code}" in str(refused.value)
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1


@pytest.mark.parametrize("refused", [wsman_fault(2150859002), wsman_fault(2150858842), fault("w:InvalidSelectors")])
def test_a_server_that_wants_an_instance_for_a_call_of_the_class(refused: bytes) -> None:
    """mscluster 11: the qualifier Static could not be verified."""
    node = WritableCluster()
    create = node.methods["MSCluster_Resource.CreateResource"]

    def picky(arguments: dict[str, list[str]]) -> t.Any:
        return create(arguments) if "@Name" in arguments else refused

    node.methods["MSCluster_Resource.CreateResource"] = picky
    made, wire = writer(node)
    assert made.create_resource(GROUP, "New", "Generic Service", False) == "method"
    selectors = [item.selectors for item in wire.sent if item.verb == "CreateResource"]
    assert selectors == [{}, {"Name": "Mail IP"}]


def test_a_group_without_another_resource_to_call_it_through() -> None:
    node = WritableCluster()
    node.methods["MSCluster_Resource.CreateResource"] = lambda _arguments: wsman_fault(2150859002)
    with pytest.raises(ClusterError):
        writer(node)[0].create_resource("Empty", "New", "Generic Service", False)


# ---- deleting -----------------------------------------------------------------------------------
def test_deleting() -> None:
    node = WritableCluster()
    assert writer(node)[0].delete_resource(SEM) == "method"
    assert node.called("MSCluster_Resource.DeleteResource") == [{}]


def test_one_that_is_gone_already() -> None:
    node = WritableCluster()
    node.says("DeleteResource", win32_fault(5007))
    assert writer(node)[0].delete_resource(SEM) == "method"


@pytest.mark.parametrize("code", [5001, 5019, 5026])
def test_a_delete_that_is_refused(code: int) -> None:
    node = WritableCluster()
    node.idle.add("DeleteResource")
    node.says("DeleteResource", win32_fault(code))
    with pytest.raises(ClusterError, match=f"code {code}"):
        writer(node)[0].delete_resource(SEM)


# ---- common properties --------------------------------------------------------------------------
def test_common_properties_by_put_of_the_whole_instance() -> None:
    """What was read goes back, private properties too, null scalars as nil and null arrays left out (wsman 3.7)."""
    node = WritableCluster()
    node.row()["RequiredDependencyTypes"] = None
    made, wire = writer(node)
    assert made.set_common(SEM, POLICY) == "put"
    (request,) = [item for item in wire.sent if item.verb == "Put"]
    names = [item.tag.rpartition("}")[2] for item in request.body]
    assert names == sorted(names, key=str.lower)
    assert "RequiredDependencyTypes" not in names
    assert (request.texts("RestartAction"), request.texts("RestartThreshold"), request.texts("State")) == (
        ["1"],
        ["3"],
        ["3"],
    )
    assert request.texts("ServiceName") == ["spamfsvc"]
    (description,) = request.all("Description")
    assert description.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"
    assert request.selectors == {"Name": SEM}


@pytest.mark.parametrize("refused", [wsman_fault(2150859010), wsman_fault(2150858817), win32_fault(87), None])
def test_the_control_code_where_put_is_refused_or_does_nothing(refused: bytes | None) -> None:
    node = WritableCluster()
    node.idle.add("Put")
    if refused is not None:
        node.says("Put", refused)
    assert writer(node)[0].set_common(SEM, POLICY) == "control_code"
    (sent,) = node.called(CONTROL)
    assert list(sent) == ["ControlCode", "InputBuffer"]
    assert sent["ControlCode"] == [SET_COMMON]
    assert (node.row()["RestartAction"], node.row()["RestartThreshold"]) == (1, 3)


def test_the_bytes_of_the_facts() -> None:
    """RestartAction = 1 (mscluster 3.6)."""
    node = WritableCluster()
    writer(node, "control_code")[0].set_common(SEM, {"RestartAction": 1})
    (sent,) = node.called(CONTROL)
    assert bytes(map(int, sent["InputBuffer"])).hex(" ") == (
        "01 00 00 00 03 00 04 00 1c 00 00 00 52 00 65 00 73 00 74 00 61 00 72 00 74 00 41 00 63 00 74 00 69 00 6f 00 "
        "6e 00 00 00 02 00 01 00 04 00 00 00 01 00 00 00 00 00 00 00"
    )


@pytest.mark.parametrize(("route", "done", "left"), [("put", PUT, CONTROL), ("control_code", CONTROL, PUT)])
def test_a_route_that_was_chosen_is_the_only_one(route: str, done: str, left: str) -> None:
    node = WritableCluster()
    assert writer(node, route)[0].set_common(SEM, POLICY) == route
    assert (len(node.called(done)), len(node.called(left))) == (1, 0)


def test_a_route_that_a_capability_does_not_have_leaves_all() -> None:
    assert writer(WritableCluster(), "put")[0].delete_resource(SEM) == "method"


def test_no_way_works() -> None:
    node = WritableCluster()
    node.idle |= {"Put", "ExecuteResourceControl"}
    node.says("Put", wsman_fault(2150859010, "kann nicht"))
    with pytest.raises(CapabilityError) as failed:
        writer(node)[0].set_common(SEM, POLICY)
    text = str(failed.value)
    assert "set RestartAction, RestartThreshold of 'SEM': no way worked (put: " in text
    assert "kann nicht" in text
    assert "control_code: no error, but the value did not change" in text


def test_a_single_route_that_silently_does_nothing() -> None:
    node = WritableCluster()
    node.idle.add("Put")
    with pytest.raises(CapabilityError, match="no error, but the value did not change"):
        writer(node, "put")[0].set_common(SEM, POLICY)


def test_persistent_state() -> None:
    node = WritableCluster()
    writer(node)[0].set_persistent_state(SEM, False)
    assert node.row()["PersistentState"] == "false"


def test_a_resource_that_is_gone() -> None:
    node = WritableCluster()
    node.remove(SEM)
    with pytest.raises(ClusterError, match="the resource 'SEM' is gone"):
        writer(node)[0].set_common(SEM, POLICY)


# ---- private properties -------------------------------------------------------------------------
def test_private_properties_by_the_control_code() -> None:
    node = WritableCluster()
    assert writer(node)[0].set_private(SEM, {"ServiceName": "Größe", "UseNetworkName": 1}) == "control_code"
    (sent,) = node.called(CONTROL)
    assert sent["ControlCode"] == [SET_PRIVATE]
    assert node.private[SEM] == {"ServiceName": "Größe", "UseNetworkName": 1}


@pytest.mark.parametrize("code", [5024, 997])
def test_stored_and_still_going_on_are_success(code: int) -> None:
    """5024: effective at the next online (mscluster 3.6)."""
    node = WritableCluster()
    node.says("ExecuteResourceControl", win32_fault(code))
    assert writer(node)[0].set_private(SEM, {"ServiceName": "x"}) == "control_code"
    assert len(node.called(CONTROL)) == 1


def test_stored_that_was_not() -> None:
    node = WritableCluster()
    node.idle.add("ExecuteResourceControl")
    node.says("ExecuteResourceControl", win32_fault(5024))
    assert writer(node)[0].set_private(SEM, {"ServiceName": "x"}) == "put"


@pytest.mark.parametrize("before", [{"ServiceName": "old", "StartupParameters": "-a"}, {}, None])
def test_private_properties_by_put_keep_the_others(before: dict[str, t.Any] | None) -> None:
    node = WritableCluster()
    node.private = {} if before is None else {SEM: dict(before)}
    made, wire = writer(node, "put")
    assert made.set_private(SEM, {"ServiceName": "new"}) == "put"
    assert node.private[SEM] == {**(before or {}), "ServiceName": "new"}
    (request,) = [item for item in wire.sent if item.verb == "Put"]
    (holder,) = request.all("PrivateProperties")
    kind = "MSCluster_Property" if before is None else "MSCluster_Property_Resource_Generic_Service"
    assert holder.get("{http://www.w3.org/2001/XMLSchema-instance}type") == f"e:{kind}_Type"
    assert holder[0].tag.startswith(f"{{http://schemas.microsoft.com/wbem/wsman/1/wmi/root/mscluster/{kind}}}")


def test_an_empty_text_may_be_read_back_as_null() -> None:
    node = WritableCluster()
    node.private[SEM] = {"StartupParameters": None}
    node.idle.add("ExecuteResourceControl")
    assert writer(node)[0].set_private(SEM, {"StartupParameters": ""}) == "control_code"
