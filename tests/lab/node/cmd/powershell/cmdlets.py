"""What a cmdlet is, and how it finds what it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ....cluster import Cluster
from ....cluster.base import MAX_WAIT_S
from ....cluster.model import Group, Resource
from ....contract import Pending
from .binding import Signature
from .lexer import ScriptError
from .shown import Item

Arguments = Mapping[str, object]


@dataclass
class Outcome:
    """``pending`` is waited for; ``items`` go on in the pipeline; ``warnings`` to the user."""

    items: list[Item] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


Action = Callable[[Cluster, Arguments, Item | None], Outcome]


@dataclass(frozen=True)
class Cmdlet:
    """``subject``: the parameter that the pipeline's object can stand for; ``since_2012``: parameters of later."""

    signature: Signature
    action: Action
    subject: str = ""
    since_2012: tuple[str, ...] = ()


def text_of(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if value is None:
        raise ScriptError(f"Cannot process command because of one or more missing mandatory parameters: {name}.")
    return str(value)


def seconds_of(arguments: Arguments) -> int:
    """Without -Wait the cmdlet waits for the end; 0 returns at once."""
    value = arguments.get("Wait")
    if value is None:
        return int(MAX_WAIT_S)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScriptError(f'Cannot bind parameter \'Wait\'. Cannot convert value "{value}" to type "System.Int32".')
    return value


def find_resource(cluster: Cluster, arguments: Arguments, item: Item | None, name: str = "Name") -> Resource:
    if isinstance(item, Resource):
        return item
    return cluster.core.resource(text_of(arguments, name))


def find_group(cluster: Cluster, arguments: Arguments, item: Item | None) -> Group:
    return item if isinstance(item, Group) else cluster.core.group(text_of(arguments, "Name"))


def names_of(arguments: Arguments, name: str) -> list[str]:
    value = arguments.get(name)
    return [str(item) for item in value] if isinstance(value, list) else []


def piped(item: Item | None) -> Resource:
    if not isinstance(item, Resource):
        raise ScriptError("The input object cannot be bound: a cluster resource is expected.")
    return item


def confirmed(arguments: Arguments) -> None:
    if not arguments.get("Force"):
        text = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."
        raise ScriptError(text)


def both(outcomes: Sequence[Outcome]) -> Outcome:
    """What one cmdlet did for several objects of a pipeline."""
    merged = Outcome()
    for item in outcomes:
        merged.items += item.items
        merged.warnings += item.warnings
        merged.pending += item.pending
    return merged
