"""The methods of resources, groups and nodes: arguments in, verbs of the cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..contract import CimValue, Pending
from . import control
from .cluster import Cluster
from .errors import refusal
from .model import NodeState

Answer = Mapping[str, CimValue] | Pending
Arguments = Mapping[str, CimValue]
Call = Callable[[str, Arguments], Answer]


def text(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str):
        raise refusal(87)
    return value


def number(arguments: Arguments, name: str) -> int:
    value = arguments.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(87)
    return value


def _done(call: Callable[[str, Arguments], object]) -> Call:
    def run(name: str, arguments: Arguments) -> Answer:
        call(name, arguments)
        return {}

    return run


def _buffer(arguments: Arguments) -> bytes:
    raw = arguments.get("InputBuffer") or ()
    if not isinstance(raw, tuple):
        raise refusal(87)
    return bytes(item for item in raw if isinstance(item, int))


def _filled(data: bytes) -> Answer:
    return {"OutputBuffer": tuple(data) or None, "OutputBufferSize": len(data)}


def resource_calls(c: Cluster) -> dict[str, Call]:
    def run_control(name: str, arguments: Arguments) -> Answer:
        code = number(arguments, "ControlCode")
        return _filled(control.execute(c, c.core.resource(name), code, _buffer(arguments)))

    def offline(name: str, arguments: Arguments) -> Answer:
        return c.take_offline(name, number(arguments, "TimeOut"), number(arguments, "Flags"))

    return {
        "DeleteResource": _done(lambda n, a: c.delete_resource(n)),
        "MoveToNewGroup": _done(lambda n, a: c.move_to_group(n, text(a, "Group"))),
        "AddDependency": _done(lambda n, a: c.add_dependency(n, text(a, "Resource"))),
        "RemoveDependency": _done(lambda n, a: c.remove_dependency(n, text(a, "Resource"))),
        "SetDependencies": _done(lambda n, a: c.set_dependencies(n, text(a, "Expression"))),
        "GetDependencies": lambda n, a: {"Expression": c.get_dependencies(n, bool(a.get("AsResourceIds")))},
        "BringOnline": lambda n, a: c.bring_online(n, number(a, "TimeOut")),
        "TakeOffline": offline,
        "TakeOfflineParams": offline,
        "FailResource": _done(lambda n, a: c.fail_resource(n)),
        "Rename": _done(lambda n, a: c.rename_resource(n, text(a, "newName"))),
        "AddRegistryCheckpoint": _done(lambda n, a: c.add_registry_checkpoint(n, text(a, "CheckpointName"))),
        "RemoveRegistryCheckpoint": _done(lambda n, a: c.remove_registry_checkpoint(n, text(a, "CheckpointName"))),
        "AddPossibleOwner": _done(lambda n, a: c.add_possible_owner(n, text(a, "NodeName"))),
        "RemovePossibleOwner": _done(lambda n, a: c.remove_possible_owner(n, text(a, "NodeName"))),
        "GetPossibleOwners": lambda n, a: {"NodeNames": tuple(c.core.owners(c.core.resource(n)))},
        "ExecuteResourceControl": run_control,
    }


def group_calls(c: Cluster) -> dict[str, Call]:
    def preferred(name: str, arguments: Arguments) -> None:
        nodes = arguments.get("NodeNames")
        if not isinstance(nodes, tuple):
            raise refusal(87)
        c.set_preferred_owners(name, [str(item) for item in nodes])

    def run_control(name: str, arguments: Arguments) -> Answer:
        code = number(arguments, "ControlCode")
        return _filled(control.execute_group(c, c.core.group(name), code, _buffer(arguments)))

    return {
        "BringOnline": lambda n, a: c.group_online(n, number(a, "TimeOut")),
        "TakeOffline": lambda n, a: c.group_offline(n, number(a, "TimeOut")),
        "MoveToNewNode": lambda n, a: c.move_group(n, text(a, "NodeName"), number(a, "TimeOut")),
        "DeleteGroup": _done(lambda n, a: c.delete_group(n)),
        "Rename": _done(lambda n, a: c.rename_group(n, text(a, "newName"))),
        "SetPreferredOwners": _done(preferred),
        "GetPreferredOwners": lambda n, a: {"NodeNames": tuple(c.core.group(n).preferred)},
        "ExecuteGroupControl": run_control,
    }


def node_calls(c: Cluster) -> dict[str, Call]:
    def loses_quorum(name: str, gone: int) -> Answer:
        """``gone``: nodes that the cluster then has less. A node that is down has no vote to lose."""
        leaves = 1 if c.core.node(name).state is not NodeState.DOWN else 0
        alive = sum(node.member for node in c.core.nodes) - leaves
        return {"ReturnValue": not c.mover.quorum_with(alive, len(c.core.nodes) - gone)}

    return {
        "Pause": _done(lambda n, a: c.pause_node(n, number(a, "DrainType") > 0)),
        "Resume": _done(lambda n, a: c.resume_node(n)),
        "WillEvictLoseQuorum": lambda n, a: loses_quorum(n, 1),
        "WillOfflineLoseQuorum": lambda n, a: loses_quorum(n, 0),
    }


def type_calls(c: Cluster) -> dict[str, Call]:
    def owners(name: str, arguments: Arguments) -> Answer:
        missing = c.core.types[name.lower()].missing_on
        return {"NodeNames": tuple(node.name for node in c.core.nodes if node.name not in missing)}

    return {"GetPossibleOwners": owners}


def verify_path(c: Cluster, arguments: Arguments) -> Answer:
    """Whether a path lies on a disk of the group: 0 valid, 3 not clustered, 128 not valid, 130 in another group
    (mscluster 2.1)."""
    path, group = text(arguments, "Path"), c.core.group(text(arguments, "Group"))
    if len(path) < 3 or path[1:3] != ":\\":
        return {"result": 128}
    for item in c.core.resources.values():
        if any(volume.letter and volume.letter.lower() == path[:2].lower() for volume in item.volumes):
            return {"result": 0 if item.group == group.id else 130}
    return {"result": 3}
