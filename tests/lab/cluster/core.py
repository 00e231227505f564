"""Who is in the cluster, who depends on whom, and the record of what happened."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Sequence

from ..clock import Timer, VirtualClock
from ..contract import CimError, Host
from ..journal import Journal, acting, current_actor
from .errors import refusal
from .model import Cause, Driver, Event, Group, GroupState, Node, NodeState, Resource, ResourceState, ResourceType
from .switches import ClusterSwitches
from .versions import ClusterVersion


class Core:
    """The state that the engine, the mover and the verbs share; it decides nothing."""

    def __init__(
        self,
        name: str,
        version: ClusterVersion,
        hosts: Sequence[Host],
        clock: VirtualClock,
        journal: Journal,
        instance_id: str,
        switches: ClusterSwitches,
        types: Sequence[ResourceType],
    ) -> None:
        self.name = name
        self.version = version
        self.clock = clock
        self.journal = journal
        self.instance_id = instance_id
        self.switches = switches
        self.types = {item.name.lower(): item for item in types}
        self.nodes = [Node(host.name, host, str(index)) for index, host in enumerate(hosts, start=1)]
        self.groups: dict[str, Group] = {}
        self.resources: dict[str, Resource] = {}
        self.events: list[Event] = []
        self.formed = False
        self._serial = 0

    # ---- looking up -------------------------------------------------------------------------
    def new_id(self) -> str:
        """Ids are the same in every run of the same topology."""
        self._serial += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.instance_id}/{self._serial}"))

    def node(self, name: str) -> Node:
        for node in self.nodes:
            if node.name.lower() == name.lower():
                return node
        raise refusal(5042)

    def group(self, name: str) -> Group:
        for group in self.groups.values():
            if group.name.lower() == name.lower():
                return group
        raise refusal(5013)

    def find(self, name: str) -> Resource | None:
        """A resource by name or id, in any case."""
        wanted = name.lower()
        found = (item for item in self.resources.values() if wanted in (item.name.lower(), item.id.lower()))
        return next(found, None)

    def resource(self, name: str) -> Resource:
        found = self.find(name)
        if found is None:
            raise refusal(5007)
        return found

    def type_of(self, resource: Resource) -> ResourceType:
        return self.types[resource.type.lower()]

    def group_of(self, resource: Resource) -> Group:
        return self.groups[resource.group]

    def owner_of(self, resource: Resource) -> Node:
        return self.node(self.group_of(resource).owner)

    def members(self, group: Group) -> list[Resource]:
        return [item for item in self.resources.values() if item.group == group.id]

    def owners(self, resource: Resource) -> list[str]:
        """Possible owners, in the order of the nodes."""
        listed = resource.possible_owners
        return [node.name for node in self.nodes if listed is None or node.name in listed]

    def service_of(self, resource: Resource) -> str | None:
        """The short service name that the resource runs, if its type runs one."""
        if self.type_of(resource).driver is not Driver.SERVICE:
            return None
        if resource.service is not None:
            return resource.service
        name = resource.private.get("ServiceName")
        return name if isinstance(name, str) and name else None

    # ---- dependencies -----------------------------------------------------------------------
    def providers(self, resource: Resource) -> list[Resource]:
        return [self.resources[item] for item in sorted(resource.depends_on())]

    def dependents(self, resource: Resource) -> list[Resource]:
        return [item for item in self.resources.values() if resource.id in item.depends_on()]

    def needing(self, resource: Resource) -> list[Resource]:
        """Dependents that cannot stay online without it: no other member of its OR set is."""
        return [item for item in self.dependents(resource) if self._needs(item, resource)]

    def _needs(self, dependent: Resource, provider: Resource) -> bool:
        for members in dependent.dependencies:
            others = [self.resources[item] for item in members if item != provider.id]
            staying = [o for o in others if o.state is ResourceState.ONLINE and o.want is not ResourceState.OFFLINE]
            if provider.id in members and not staying:
                return True
        return False

    def satisfied(self, resource: Resource) -> bool:
        """Every simple provider and one member of each OR set is online (mscluster 6.3)."""
        online = {item.id for item in self.resources.values() if item.state is ResourceState.ONLINE}
        return all(online.intersection(members) for members in resource.dependencies)

    def closure(self, resource: Resource, upwards: bool) -> list[Resource]:
        """All providers (``upwards``) or all dependents, direct or not, without itself."""
        step = self.providers if upwards else self.dependents
        seen: dict[str, Resource] = {}
        todo = step(resource)
        while todo:
            item = todo.pop()
            if item.id not in seen:
                seen[item.id] = item
                todo.extend(step(item))
        return list(seen.values())

    # ---- states -----------------------------------------------------------------------------
    def group_state(self, group: Group) -> GroupState:
        """mscluster 6.2: computed when asked, the first match wins."""
        members = self.members(group)
        states = [item.state for item in members]
        if ResourceState.FAILED in states:
            return GroupState.FAILED
        if any(state.pending for state in states):
            return GroupState.PENDING
        if self.version >= ClusterVersion.WIN2008:
            states = [item.state for item in members if not self.dependents(item)]
        online = sum(state is ResourceState.ONLINE for state in states)
        if not online:
            return GroupState.OFFLINE
        return GroupState.ONLINE if online == len(states) else GroupState.PARTIAL_ONLINE

    def can_host(self, group: Group, node: Node) -> bool:
        """mscluster 6.8: a possible owner of every resource of the group (a switch)."""
        if not self.switches.possible_owners_limit_group:
            return True
        return all(node.name in self.owners(item) for item in self.members(group))

    def set_state(self, resource: Resource, state: ResourceState, cause: Cause) -> None:
        if resource.state is state:
            return
        group = self.group_of(resource)
        before, group_before = resource.state, self.group_state(group)
        resource.state = state
        resource.epoch += 1
        resource.changed_at = self.clock.now
        self.emit(group.owner, "resource_state", resource.name, before.name, state.name, cause)
        group_after = self.group_state(group)
        if group_after is not group_before:
            self.emit(group.owner, "group_state", group.name, group_before.name, group_after.name, cause)

    # ---- record -----------------------------------------------------------------------------
    def emit(self, node: str, what: str, subject: str, before: str, after: str, cause: Cause) -> None:
        self.events.append(Event(self.clock.now, node, what, subject, before, after, cause))

    def log(self, node: str, event_id: int, subject: str, message: str, cause: Cause, level: str = "Error") -> None:
        """A FailoverClustering event in the cluster's list and in the node's System log (mscluster 6.12)."""
        self.emit(node, str(event_id), subject, "", message, cause)
        self.node(node).host.log_event("System", "Microsoft-Windows-FailoverClustering", event_id, level, message)

    def record(self, kind: str, target: str, before: object = None, after: object = None) -> None:
        self.journal.record(self.clock.now, self.name, f"cluster.{kind}", target, before, after)

    def later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """What the cluster service does in its own time, it does as actor "cluster"."""

        def run() -> None:
            with acting("cluster"):
                callback()

        return self.clock.call_later(delay_s, run)

    def cause(self) -> Cause:
        actor = current_actor()
        if actor == "client":
            return "client"
        return "cluster" if actor == "cluster" else "admin"

    def up_nodes(self) -> list[Node]:
        return [node for node in self.nodes if node.state is NodeState.UP]

    @contextlib.contextmanager
    def operation(self, name: str) -> Iterator[None]:
        """Name the verb in every refusal made inside."""
        try:
            yield
        except CimError as error:
            error.operation = error.operation or name
            raise
