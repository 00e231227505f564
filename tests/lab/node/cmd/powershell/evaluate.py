"""Evaluating a script: the module, the one statement, the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ....cluster import Cluster, ClusterVersion
from ....cluster.errors import refusal
from ....cluster.model import Group, Node, Resource
from ....cluster.properties import GROUP_COMMON, RESOURCE_COMMON, Property
from ....contract import Pending
from . import cmdlets, shown
from .binding import bind
from .lexer import ScriptError
from .parser import Command, Member, Pipeline, Statement, parse
from .shown import Item
from .table import CMDLETS

MODULE = "failoverclusters"
WAITING = ("start-clusterresource", "stop-clusterresource", "move-clustergroup")


@dataclass
class Done:
    """What one statement leaves: objects for the table, plain values, warnings, and what it waits for."""

    items: list[Item] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)


class Evaluator:
    """``module``: FailoverClusters is installed; ``loads_itself``: without Import-Module, since PowerShell 3.0."""

    def __init__(self, node: str, cluster: Cluster | None, *, module: bool, loads_itself: bool) -> None:
        self._node = node
        self._cluster = cluster
        self._installed = module
        self._loaded = module and loads_itself
        self.running = ""

    def steps(self, script: str) -> Iterator[Callable[[], Done]]:
        """The statements in their order, each to be called once. Raises ScriptError."""
        statements = parse(script)
        work = [item for item in statements if not _is_import(item)]
        if len(work) > 1:
            raise ScriptError("The lab's PowerShell evaluates a single statement, after Import-Module.")
        for item in statements:
            yield lambda item=item: self._statement(item)  # type: ignore[misc]

    def _statement(self, statement: Statement) -> Done:
        if _is_import(statement):
            assert isinstance(statement, Pipeline)
            return self._import(statement.commands[0])
        if isinstance(statement, Pipeline):
            return self._pipeline(statement)
        return self._member(statement)

    def _import(self, command: Command) -> Done:
        names = [*command.positional, *(value for name, value in command.named if "name".startswith(name))]
        if [str(name).lower() for name in names] != [MODULE] or not self._installed:
            what = names[0] if names else ""
            raise ScriptError(
                f"Import-Module : The specified module '{what}' was not loaded because no valid module file was found "
                "in any module directory."
            )
        self._loaded = True
        return Done()

    def _pipeline(self, pipeline: Pipeline) -> Done:
        items: list[Item | None] = [None]
        outcome = cmdlets.Outcome()
        warnings: list[str] = []
        for command in pipeline.commands[:-1]:
            if command.name.lower() in WAITING:
                raise ScriptError("The lab's PowerShell hands nothing on from a cmdlet that waits.")
        for command in pipeline.commands:
            outcome = cmdlets.both([self._command(command, item) for item in items])
            warnings += outcome.warnings
            items = [*outcome.items]
        return Done(items=outcome.items, warnings=warnings, pending=outcome.pending)

    def _command(self, command: Command, item: Item | None) -> cmdlets.Outcome:
        self.running = command.name
        known = CMDLETS.get(command.name.lower()) if self._loaded else None
        if known is None:
            raise ScriptError(
                f"The term '{command.name}' is not recognized as the name of a cmdlet, function, script file, or "
                "operable program. Check the spelling of the name, or if a path was included, verify that the path "
                "is correct and try again."
            )
        signature = known.signature
        if item is not None and known.subject:
            signature = replace(signature, positions=tuple(n for n in signature.positions if n != known.subject))
        arguments = bind(command, signature)
        cluster = self._connect(arguments.get("Cluster"))
        if cluster.version < ClusterVersion.WIN2012R2 and set(known.since_2012) & set(arguments):
            raise ScriptError(
                f"{command.name} : A parameter cannot be found that matches parameter name '{known.since_2012[0]}'."
            )
        return known.action(cluster, arguments, item)

    def _connect(self, named: object) -> Cluster:
        """The local cluster, or the one that is named. Raises CimError 1753, 1722."""
        if self._cluster is None:
            raise refusal(1753)
        wanted = "." if named is None else str(named).lower()
        if wanted not in (".", self._cluster.name.lower()):
            raise refusal(1722)
        nodes = [self._node] if wanted == "." else [node.name for node in self._cluster.core.nodes]
        if not any(self._cluster.service_running(name) for name in nodes):
            raise refusal(1753)
        return self._cluster

    # ---- properties of one object -----------------------------------------------------------
    def _member(self, member: Member) -> Done:
        found = self._pipeline(member.source).items
        if len(found) != 1 or isinstance(found[0], shown.Row | Node):
            raise ScriptError(f"The property '{member.name}' cannot be found on this object; make sure it exists.")
        assert self._cluster is not None
        item = found[0]
        assert isinstance(item, Resource | Group)
        if member.assigned is None:
            return Done(values=[self._value(self._cluster, item, member.name)])
        self._assign(self._cluster, item, member.name, member.assigned[0])
        return Done()

    def _value(self, cluster: Cluster, item: Resource | Group, name: str) -> str:
        row = shown.row(cluster, item)
        cells = {title.lower(): cell for title, cell in zip(row.columns, row.cells, strict=True)}
        if name.lower() in cells:
            return cells[name.lower()]
        found = _property(item, name)
        return str(getattr(item, found.attribute))

    def _assign(self, cluster: Cluster, item: Resource | Group, name: str, value: object) -> None:
        """A common property; RestartDelay too, which WMI only shows (mscluster 2.4)."""
        found = _property(item, name)
        self.running = f'Exception setting "{found.name}"'
        if isinstance(value, str) and found.type != "string":
            if not value.isdecimal():
                raise ScriptError(f'Exception setting "{found.name}": Cannot convert value "{value}".')
            value = int(value)
        if isinstance(item, Resource):
            cluster.set_common(item.name, {found.name: value}, restart_delay=True)
        else:
            cluster.set_group_common(item.name, {found.name: value})


def _property(item: Resource | Group, name: str) -> Property:
    table: tuple[Property, ...] = RESOURCE_COMMON if isinstance(item, Resource) else GROUP_COMMON
    for each in table:
        if each.name.lower() == name.lower():
            return each
    raise ScriptError(f"The property '{name}' cannot be found on this object; make sure it exists and is settable.")


def _is_import(statement: Statement) -> bool:
    if not isinstance(statement, Pipeline) or len(statement.commands) != 1:
        return False
    return statement.commands[0].name.lower() in ("import-module", "ipmo")
