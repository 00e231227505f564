"""Writing to a cluster: routes, reading back, lost answers (mscluster 3.3, 3.4, 6.5)."""

from __future__ import annotations

import struct
import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.routes import (
    RETRY_S,
    UNKNOWN_S,
    CapabilityError,
    ClusterError,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.write import ClusterWriter
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.codes import TRANSIENT
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown
from support.answers import answer, fault, timed_out, win32_fault, wsman_fault
from support.hand_cluster import DISK, GROUP, NAME, SEM, HandCluster, resource
from support.replay import Sent, Wire
from support.ticking import TickingClock

CONTROL, PUT = "MSCluster_Resource.ExecuteResourceControl", "MSCluster_Resource.Put"
LOST = OutcomeUnknown("reset")
SET_COMMON, SET_PRIVATE = "20971614", "20971654"


class Node(HandCluster):
    """A cluster whose verbs do what they say; ``says`` overrides the answer of one, ``idle`` what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, list[t.Any]] = {}
        self.idle: set[str] = set()
        verbs = ("CreateResource", "DeleteResource", "AddDependency", "RemoveDependency", "AddPossibleOwner")
        for verb in (*verbs, "AddRegistryCheckpoint", "ExecuteResourceControl"):
            self.methods[f"MSCluster_Resource.{verb}"] = self._verb(verb)
        self.put = self._put

    def says(self, verb: str, *answers: t.Any) -> None:
        self.answers[verb] = list(answers)

    def _answer(self, verb: str) -> t.Any:
        left = self.answers.get(verb, [])
        found = (left.pop(0) if len(left) > 1 else left[0]) if left else None
        if isinstance(found, Exception):
            raise found
        return found

    def _verb(self, verb: str) -> t.Callable[[dict[str, list[str]]], t.Any]:
        def call(arguments: dict[str, list[str]]) -> t.Any:
            if verb not in self.idle:
                getattr(self, f"do_{verb}")(arguments)
            return self._answer(verb)

        return call

    def _put(self, name: str, selectors: dict[str, str], request: Sent) -> bytes:
        if "Put" not in self.idle:
            self.do_put(selectors["Name"], request)
        return self._answer("Put") or answer("")

    # ---- what the verbs do ------------------------------------------------------------------
    def do_put(self, name: str, request: Sent) -> None:
        for item in request.body:
            local = item.tag.rpartition("}")[2]
            if local == "PrivateProperties":
                self.private[name] = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
            elif local in ("RestartAction", "RestartThreshold", "PersistentState", "PendingTimeout"):
                self.row(name)[local] = item.text

    def do_CreateResource(self, given: dict[str, list[str]]) -> None:
        self.rows["MSCluster_Resource"].append(resource(given["ResourceName"][0], given["ResourceType"][0], State=3))
        self.add_links("MSCluster_ResourceGroupToResource", [(given["Group"][0], given["ResourceName"][0])])

    def do_DeleteResource(self, given: dict[str, list[str]]) -> None:
        self.remove(given["@Name"][0])

    def do_AddDependency(self, given: dict[str, list[str]]) -> None:
        self.add_links("MSCluster_ResourceToDependentResource", [(given["@Name"][0], given["Resource"][0])])

    def do_RemoveDependency(self, given: dict[str, list[str]]) -> None:
        self.links["MSCluster_ResourceToDependentResource"].remove((given["@Name"][0], given["Resource"][0]))

    def do_AddPossibleOwner(self, given: dict[str, list[str]]) -> None:
        self.add_links("MSCluster_ResourceToPossibleOwner", [(given["@Name"][0], given["NodeName"][0])])

    def do_AddRegistryCheckpoint(self, given: dict[str, list[str]]) -> None:
        self.row(given["@Name"][0])["RegistryCheckpoints"].append(given["CheckpointName"][0])

    def do_ExecuteResourceControl(self, given: dict[str, list[str]]) -> None:
        data = bytes(int(item) for item in given["InputBuffer"])
        code, name = given["ControlCode"][0], given["@Name"][0]
        if code == SET_PRIVATE:
            self.private.setdefault(name, {}).update(read_list(data))
        elif code == SET_COMMON:
            self.row(name).update(read_list(data))
        else:
            self.row(name)["RegistryCheckpoints"].append(data.decode("utf-16-le").rstrip("\0"))


def read_list(data: bytes) -> dict[str, t.Any]:
    """A property list by mscluster 3.6, without the product's reader: names, then DWORD or SZ."""
    found: dict[str, t.Any] = {}
    place = 4
    for _ in range(struct.unpack_from("<I", data)[0]):
        _tag, length = struct.unpack_from("<II", data, place)
        name = data[place + 8 : place + 8 + length].decode("utf-16-le").rstrip("\0")
        place += 8 + length + -length % 4
        tag, length = struct.unpack_from("<II", data, place)
        raw = data[place + 8 : place + 8 + length]
        found[name] = struct.unpack("<I", raw)[0] if tag == 0x00010002 else raw.decode("utf-16-le").rstrip("\0")
        place += 8 + length + -length % 4 + 4
    assert place == len(data)
    return found


def writer(node: Node, route: str = "auto") -> tuple[ClusterWriter, Wire]:
    made = node.wire()
    return ClusterWriter(made.ws, made.clock, route), made


def clock_of(made: ClusterWriter) -> TickingClock:
    assert isinstance(made.clock, TickingClock)
    return made.clock


# ---- creating -----------------------------------------------------------------------------------
def test_a_new_resource() -> None:
    node = Node()
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
    node = Node()
    node.idle.add("CreateResource")
    node.says("CreateResource", win32_fault(5010))
    assert writer(node)[0].create_resource(GROUP.upper(), SEM.lower(), "generic service", True) == "method"


@pytest.mark.parametrize(
    ("group", "kind"), [("Cluster Group", "Generic Service"), (GROUP, "Generic Application")]
)  # fmt: skip
def test_one_of_that_name_elsewhere_or_of_another_type_is_not_taken(group: str, kind: str) -> None:
    node = Node()
    node.idle.add("CreateResource")
    node.says("CreateResource", win32_fault(5010))
    with pytest.raises(ClusterError, match=r"The object already exists\.; code 5010; .*compare its type and group"):
        writer(node)[0].create_resource(group, SEM, kind, True)


@pytest.mark.parametrize("code", [5013, 5078, 5])
def test_a_refusal_says_code_text_and_advice(code: int) -> None:
    node = Node()
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
    node = Node()
    create = node.methods["MSCluster_Resource.CreateResource"]

    def picky(arguments: dict[str, list[str]]) -> t.Any:
        return create(arguments) if "@Name" in arguments else refused

    node.methods["MSCluster_Resource.CreateResource"] = picky
    made, wire = writer(node)
    assert made.create_resource(GROUP, "New", "Generic Service", False) == "method"
    selectors = [item.selectors for item in wire.sent if item.verb == "CreateResource"]
    assert selectors == [{}, {"Name": "Mail IP"}]


def test_a_group_without_another_resource_to_call_it_through() -> None:
    node = Node()
    node.methods["MSCluster_Resource.CreateResource"] = lambda _arguments: wsman_fault(2150859002)
    with pytest.raises(ClusterError):
        writer(node)[0].create_resource("Empty", "New", "Generic Service", False)


# ---- deleting -----------------------------------------------------------------------------------
def test_deleting() -> None:
    node = Node()
    assert writer(node)[0].delete_resource(SEM) == "method"
    assert node.called("MSCluster_Resource.DeleteResource") == [{}]


def test_one_that_is_gone_already() -> None:
    node = Node()
    node.says("DeleteResource", win32_fault(5007))
    assert writer(node)[0].delete_resource(SEM) == "method"


@pytest.mark.parametrize("code", [5001, 5019, 5026])
def test_a_delete_that_is_refused(code: int) -> None:
    node = Node()
    node.idle.add("DeleteResource")
    node.says("DeleteResource", win32_fault(code))
    with pytest.raises(ClusterError, match=f"code {code}"):
        writer(node)[0].delete_resource(SEM)


# ---- common properties --------------------------------------------------------------------------
POLICY: dict[str, int | bool] = {"RestartAction": 1, "RestartThreshold": 3}


def test_common_properties_by_put_of_the_whole_instance() -> None:
    """What was read goes back, private properties too, null scalars as nil and null arrays left out (wsman 3.7)."""
    node = Node()
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
    node = Node()
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
    node = Node()
    writer(node, "control_code")[0].set_common(SEM, {"RestartAction": 1})
    (sent,) = node.called(CONTROL)
    assert bytes(map(int, sent["InputBuffer"])).hex(" ") == (
        "01 00 00 00 03 00 04 00 1c 00 00 00 52 00 65 00 73 00 74 00 61 00 72 00 74 00 41 00 63 00 74 00 69 00 6f 00 "
        "6e 00 00 00 02 00 01 00 04 00 00 00 01 00 00 00 00 00 00 00"
    )


@pytest.mark.parametrize(("route", "done", "left"), [("put", PUT, CONTROL), ("control_code", CONTROL, PUT)])
def test_a_route_that_was_chosen_is_the_only_one(route: str, done: str, left: str) -> None:
    node = Node()
    assert writer(node, route)[0].set_common(SEM, POLICY) == route
    assert (len(node.called(done)), len(node.called(left))) == (1, 0)


def test_a_route_that_a_capability_does_not_have_leaves_all() -> None:
    assert writer(Node(), "put")[0].delete_resource(SEM) == "method"


def test_no_way_works() -> None:
    node = Node()
    node.idle |= {"Put", "ExecuteResourceControl"}
    node.says("Put", wsman_fault(2150859010, "kann nicht"))
    with pytest.raises(CapabilityError) as failed:
        writer(node)[0].set_common(SEM, POLICY)
    text = str(failed.value)
    assert "set RestartAction, RestartThreshold of 'SEM': no way worked (put: " in text
    assert "kann nicht" in text
    assert "control_code: no error, but the value did not change" in text


def test_a_single_route_that_silently_does_nothing() -> None:
    node = Node()
    node.idle.add("Put")
    with pytest.raises(CapabilityError, match="no error, but the value did not change"):
        writer(node, "put")[0].set_common(SEM, POLICY)


def test_persistent_state() -> None:
    node = Node()
    writer(node)[0].set_persistent_state(SEM, False)
    assert node.row()["PersistentState"] == "false"


def test_a_resource_that_is_gone() -> None:
    node = Node()
    node.remove(SEM)
    with pytest.raises(ClusterError, match="the resource 'SEM' is gone"):
        writer(node)[0].set_common(SEM, POLICY)


# ---- private properties -------------------------------------------------------------------------
def test_private_properties_by_the_control_code() -> None:
    node = Node()
    assert writer(node)[0].set_private(SEM, {"ServiceName": "Größe", "UseNetworkName": 1}) == "control_code"
    (sent,) = node.called(CONTROL)
    assert sent["ControlCode"] == [SET_PRIVATE]
    assert node.private[SEM] == {"ServiceName": "Größe", "UseNetworkName": 1}


@pytest.mark.parametrize("code", [5024, 997])
def test_stored_and_still_going_on_are_success(code: int) -> None:
    """5024: effective at the next online (mscluster 3.6)."""
    node = Node()
    node.says("ExecuteResourceControl", win32_fault(code))
    assert writer(node)[0].set_private(SEM, {"ServiceName": "x"}) == "control_code"
    assert len(node.called(CONTROL)) == 1


def test_stored_that_was_not() -> None:
    node = Node()
    node.idle.add("ExecuteResourceControl")
    node.says("ExecuteResourceControl", win32_fault(5024))
    assert writer(node)[0].set_private(SEM, {"ServiceName": "x"}) == "put"


@pytest.mark.parametrize("before", [{"ServiceName": "old", "StartupParameters": "-a"}, {}, None])
def test_private_properties_by_put_keep_the_others(before: dict[str, t.Any] | None) -> None:
    node = Node()
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
    node = Node()
    node.private[SEM] = {"StartupParameters": None}
    node.idle.add("ExecuteResourceControl")
    assert writer(node)[0].set_private(SEM, {"StartupParameters": ""}) == "control_code"


# ---- dependencies, owners -----------------------------------------------------------------------
def test_a_dependency() -> None:
    node = Node()
    node.links["MSCluster_ResourceToDependentResource"] = [(NAME, "Mail IP")]
    made, _wire = writer(node)
    assert made.add_dependency(SEM, DISK) == "method"
    assert made.remove_dependency(SEM, DISK) == "method"
    assert node.called("MSCluster_Resource.AddDependency") == [{"Resource": [DISK]}]


def test_a_dependency_on_a_server_that_names_the_ends_the_other_way() -> None:
    node = Node()
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
    node = Node()
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
    node = Node()
    node.idle.add("AddDependency")
    node.says("AddDependency", win32_fault(code))
    with pytest.raises(ClusterError, match=f"make 'SEM' depend on 'Quorum'; .*code {code}"):
        writer(node)[0].add_dependency(SEM, "Quorum")


def test_a_possible_owner() -> None:
    node = Node()
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
    node = Node()
    assert writer(node)[0].add_checkpoint(SEM, PATH, view) == route
    assert node.row()["RegistryCheckpoints"] == ["SOFTWARE\\A", PATH]
    assert [item["ControlCode"][0] for item in node.called(CONTROL)] == ([code] if code else [])


def test_the_control_code_where_the_method_is_refused() -> None:
    node = Node()
    node.idle.add("AddRegistryCheckpoint")
    node.says("AddRegistryCheckpoint", wsman_fault(2150858771))
    assert writer(node)[0].add_checkpoint(SEM, PATH, 64) == "control_code"
    (sent,) = node.called(CONTROL)
    assert sent["ControlCode"] == ["20971710"]
    assert bytes(map(int, sent["InputBuffer"])) == (PATH + "\0").encode("utf-16-le")


def test_a_checkpoint_that_is_there_already() -> None:
    node = Node()
    node.idle.add("AddRegistryCheckpoint")
    node.says("AddRegistryCheckpoint", win32_fault(183))
    assert writer(node)[0].add_checkpoint(SEM, "software\\a", 64) == "method"


def test_a_resource_without_any_checkpoint() -> None:
    node = Node()
    node.row().pop("RegistryCheckpoints")
    node.idle |= {"AddRegistryCheckpoint", "ExecuteResourceControl"}
    with pytest.raises(CapabilityError):
        writer(node)[0].add_checkpoint(SEM, PATH, 64)


# ---- busy, and lost answers ---------------------------------------------------------------------
@pytest.mark.parametrize("code", sorted(TRANSIENT - {997}))
@pytest.mark.parametrize("verb", ["ExecuteResourceControl", "Put"])
def test_a_busy_cluster_is_asked_again(verb: str, code: int) -> None:
    node = Node()
    node.says(verb, win32_fault(code), win32_fault(code), None)
    route = "put" if verb == "Put" else "control_code"
    made, _wire = writer(node, route)
    assert made.set_common(SEM, POLICY) == route
    assert clock_of(made).naps == [0.1, 0.2]


def test_a_cluster_that_stays_busy() -> None:
    node = Node()
    node.idle.add("AddDependency")
    node.says("AddDependency", win32_fault(5908))
    made, _wire = writer(node)
    with pytest.raises(ClusterError, match="code 5908"):
        made.add_dependency(SEM, "Quorum")
    assert clock_of(made).slept == pytest.approx(RETRY_S)


def test_a_create_that_was_carried_out_before_the_cluster_lost_its_connection() -> None:
    """1726, then 5010 for the second attempt: it is there."""
    node = Node()
    node.says("CreateResource", win32_fault(1726), win32_fault(5010))
    made, _wire = writer(node)
    node.do_CreateResource = once(node.do_CreateResource)  # type: ignore[method-assign]
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"


def once(act: t.Callable[[dict[str, list[str]]], None]) -> t.Callable[[dict[str, list[str]]], None]:
    left = [act]

    def call(given: dict[str, list[str]]) -> None:
        if left:
            left.pop()(given)

    return call


@pytest.mark.parametrize("lost", [LOST, timed_out()])
def test_a_lost_answer_is_seen_by_the_state_and_nothing_is_sent_twice(lost: t.Any) -> None:
    node = Node()
    node.says("CreateResource", lost)
    made, _wire = writer(node)
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1
    assert clock_of(made).naps == []


def test_a_request_without_an_answer_may_be_carried_out_late() -> None:
    node = Node()
    node.says("CreateResource", LOST)
    create, looks = node.do_CreateResource, []
    node.do_CreateResource = looks.append  # type: ignore[method-assign]

    def look() -> None:
        if len(looks) == 1 and clock_of(made).slept > 2:
            create(looks.pop())

    made, _wire = writer(node)
    node.enumerations["MSCluster_Resource"] = look  # type: ignore[assignment]
    assert made.create_resource(GROUP, "New", "Generic Service", True) == "method"
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1


def test_a_request_that_never_arrived() -> None:
    """Not sent again: the message says what is known."""
    node = Node()
    node.idle.add("CreateResource")
    node.says("CreateResource", LOST)
    made, _wire = writer(node)
    with pytest.raises(CapabilityError, match="method: no answer, but the value did not change"):
        made.create_resource(GROUP, "New", "Generic Service", True)
    assert len(node.called("MSCluster_Resource.CreateResource")) == 1
    assert clock_of(made).slept == pytest.approx(UNKNOWN_S)


def test_after_a_lost_put_that_did_nothing_the_other_route_is_taken() -> None:
    node = Node()
    node.idle.add("Put")
    node.says("Put", LOST)
    assert writer(node)[0].set_common(SEM, POLICY) == "control_code"
    assert len(node.called(PUT)) == 1
