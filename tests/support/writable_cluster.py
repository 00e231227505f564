"""A hand-made cluster whose verbs do what they say, and a writer on it."""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.write import ClusterWriter
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown

from .answers import answer
from .hand_cluster import HandCluster, resource
from .replay import Sent, Wire
from .ticking import TickingClock

CONTROL, PUT = "MSCluster_Resource.ExecuteResourceControl", "MSCluster_Resource.Put"
LOST = OutcomeUnknown("reset")
SET_COMMON, SET_PRIVATE = "20971614", "20971654"
POLICY: dict[str, int | bool] = {"RestartAction": 1, "RestartThreshold": 3}


class WritableCluster(HandCluster):
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


def writer(node: WritableCluster, route: str = "auto") -> tuple[ClusterWriter, Wire]:
    made = node.wire()
    return ClusterWriter(made.ws, made.clock, route), made


def clock_of(made: ClusterWriter) -> TickingClock:
    assert isinstance(made.clock, TickingClock)
    return made.clock
