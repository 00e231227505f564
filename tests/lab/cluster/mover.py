"""Groups between nodes: move, failover, failback, crash, boot, quorum (mscluster 6.5, 6.7)."""

from __future__ import annotations

from .core import Core
from .engine import Engine
from .model import NEVER, Cause, Group, Node, NodeState, Resource, ResourceState

HEARTBEAT_LOST_S = 5.0  # from a node's death to the survivors taking over
JOIN_S = 5.0  # from the start of the cluster service to Up
HOUR_S = 3600.0


class Mover:
    def __init__(self, core: Core, engine: Engine, quorum: str) -> None:
        self.core = core
        self.engine = engine
        self.quorum = quorum  # node_majority | node_and_disk | node_and_share | disk_only
        engine.after_step.append(self._arrivals)
        engine.fail_over = self.fail_over

    # ---- moving -----------------------------------------------------------------------------
    def move(self, group: Group, target: Node, cause: Cause) -> None:
        """Everything offline, over to ``target``, then each resource to its persistent state."""
        group.moving_to, group.moving_cause = target.name, cause
        for item in self.core.members(group):
            if item.state is not ResourceState.OFFLINE or item.want is ResourceState.ONLINE:
                item.want, item.cause = ResourceState.OFFLINE, cause
        self.engine.step()

    def _arrivals(self) -> bool:
        changed = False
        for group in self.core.groups.values():
            down = (ResourceState.OFFLINE, ResourceState.FAILED)
            if group.moving_to and all(item.state in down and item.want is None for item in self.core.members(group)):
                self._arrive(group)
                changed = True
        return changed

    def _arrive(self, group: Group) -> None:
        target, cause = group.moving_to or group.owner, group.moving_cause
        group.moving_to = None
        if self.core.node(target).state is not NodeState.UP:
            self.rescue(group, cause)
            return
        self._own(group, target, cause)
        self.follow_persistent_states(group, cause)

    def _own(self, group: Group, target: str, cause: Cause) -> None:
        before, group.owner = group.owner, target
        for item in self.core.members(group):
            if item.retry is not None:
                item.retry.cancel()
            if not self.core.switches.restarts_survive_move:
                item.restarts.clear()
            if item.state is ResourceState.FAILED:
                item.cause = cause
                self.core.set_state(item, ResourceState.OFFLINE, cause)
        if before != target:
            self.core.emit(target, "group_moved", group.name, before, target, cause)

    def follow_persistent_states(self, group: Group, cause: Cause) -> None:
        """mscluster 6.7: what should be online comes up, with its providers."""
        if self.core.node(group.owner).state is not NodeState.UP:
            return
        for item in self.core.members(group):
            if item.persistent_state and item.state is not ResourceState.ONLINE:
                for each in [item, *self.core.closure(item, upwards=True)]:
                    if each.state is not ResourceState.ONLINE:
                        each.want, each.cause = ResourceState.ONLINE, cause
        self.engine.step()

    # ---- where to ---------------------------------------------------------------------------
    def destination(self, group: Group, paused_too: bool = False) -> Node | None:
        """The next node of the preferred list, then the others, after the present owner."""
        names = [*group.preferred, *(n.name for n in self.core.nodes if n.name not in group.preferred)]
        start = names.index(group.owner) + 1 if group.owner in names else 0
        allowed = (NodeState.UP, NodeState.PAUSED) if paused_too else (NodeState.UP,)
        for name in names[start:] + names[:start]:
            node = self.core.node(name)
            fit = node.state in allowed and not node.stopping and not node.draining
            if name != group.owner and fit and self.core.can_host(group, node):
                return node
        return None

    def fail_over(self, resource: Resource) -> bool:
        """RestartAction 2: the whole group goes; False if it may not or there is no node."""
        group = self.core.group_of(resource)
        target = self.destination(group)
        if target is None or not self._may_fail_over(group):
            return False
        self.move(group, target, "cluster")
        return True

    def _may_fail_over(self, group: Group) -> bool:
        """At most FailoverThreshold times in FailoverPeriod hours, else event 1254."""
        limit = group.failover_threshold
        if limit == NEVER:
            limit = len(self.core.nodes) - 1
        since = self.core.clock.now - group.failover_period_h * HOUR_S
        group.failovers = [at for at in group.failovers if at > since]
        if len(group.failovers) >= limit:
            text = f"Group {group.name} has exceeded its failover threshold and stays failed."
            self.core.log(group.owner, 1254, group.name, text, "cluster")
            return False
        group.failovers.append(self.core.clock.now)
        return True

    # ---- nodes leaving ----------------------------------------------------------------------
    def crash(self, node: Node) -> None:
        """The node is gone at once; the survivors take its groups after the heartbeat is lost."""
        if not node.member and not node.joining:
            return
        self._drop(node, "crash")
        for other in self._members():
            self.core.log(other.name, 1135, node.name, f"Node {node.name} was removed from the cluster.", "crash")
        if self.has_quorum():
            self.core.later(HEARTBEAT_LOST_S, self.adopt_orphans)
        else:
            self.core.later(HEARTBEAT_LOST_S, self.check_quorum)

    def _drop(self, node: Node, cause: Cause) -> None:
        before = node.state
        node.member = node.joining = node.stopping = node.draining = False
        if before is not node.state:
            self.core.emit(node.name, "node_state", node.name, before.name, node.state.name, cause)
        for group in self.core.groups.values():
            if group.owner == node.name:
                group.moving_to = None
                for item in self._dependents_first(group):
                    self.engine.vanish(item, cause)

    def _dependents_first(self, group: Group) -> list[Resource]:
        return sorted(
            self.core.members(group), key=lambda item: len(self.core.closure(item, upwards=True)), reverse=True
        )

    def stop_service(self, node: Node, cause: Cause) -> None:
        """The cluster service stops in order: its groups leave first, if they can."""
        if not node.member or node.stopping:
            return
        node.stopping = True
        for group in self._owned(node):
            target = self.destination(group)
            if target is not None:
                self.move(group, target, cause)
            else:
                for item in self.core.members(group):
                    if item.state is not ResourceState.OFFLINE:
                        item.want, item.cause = ResourceState.OFFLINE, cause
        self.engine.step()
        self._finish_stop(node, cause)

    def _finish_stop(self, node: Node, cause: Cause) -> None:
        if not node.stopping:
            return
        busy = (ResourceState.ONLINE, ResourceState.ONLINE_PENDING, ResourceState.OFFLINE_PENDING)
        if any(item.state in busy for group in self._owned(node) for item in self.core.members(group)):
            self.core.later(1.0, lambda: self._finish_stop(node, cause))
            return
        self._drop(node, cause)
        self.check_quorum()

    def _owned(self, node: Node) -> list[Group]:
        return [group for group in self.core.groups.values() if group.owner == node.name]

    def adopt_orphans(self) -> None:
        """Groups of dead nodes go to the survivors; a paused node takes them only if no Up node can."""
        if not self.has_quorum():
            self.check_quorum()
            return
        for group in self.core.groups.values():
            if self.core.node(group.owner).state is NodeState.DOWN and group.moving_to is None:
                self.rescue(group, "crash")

    def rescue(self, group: Group, cause: Cause) -> None:
        target = self.destination(group) or self.destination(group, paused_too=True)
        if target is None or not (group.core or self._may_fail_over(group)):
            return
        self._own(group, target.name, cause)
        self.follow_persistent_states(group, cause)

    # ---- nodes coming -----------------------------------------------------------------------
    def boot(self, node: Node) -> None:
        """The node's cluster service starts and joins, or forms the cluster again."""
        if node.member or node.joining:
            return
        node.joining = True
        self.core.emit(node.name, "node_state", node.name, "DOWN", "JOINING", "cluster")
        self.core.later(JOIN_S, lambda: self._joined(node))

    def _joined(self, node: Node) -> None:
        if not node.joining or not node.host.up:
            node.joining = False
            return
        node.joining, node.member = False, True
        self.core.emit(node.name, "node_state", node.name, "JOINING", node.state.name, "cluster")
        if not self.has_quorum():
            return
        if not self.core.formed:
            self.form()
            return
        self.adopt_orphans()
        for group in self.core.groups.values():
            if self.core.node(group.owner).state is NodeState.UP and group.owner == node.name:
                self.follow_persistent_states(group, "cluster")
            self._fail_back(group)

    def form(self) -> None:
        """Cluster start: every resource follows its persistent state (mscluster 6.7)."""
        self.core.formed = True
        for group in self.core.groups.values():
            if self.core.node(group.owner).state is NodeState.DOWN:
                target = self.destination(group) or self.destination(group, paused_too=True)
                if target is not None:
                    self._own(group, target.name, "cluster")
            self.follow_persistent_states(group, "cluster")

    def _fail_back(self, group: Group) -> None:
        if group.auto_failback != 1 or not group.preferred or group.moving_to is not None:
            return
        best = self.core.node(group.preferred[0])
        if best.name == group.owner or best.state is not NodeState.UP or not self.core.can_host(group, best):
            return
        wait = self.until_window(group)
        if wait:
            self.core.later(wait, lambda: self._fail_back(group))
        else:
            self.move(group, best, "cluster")

    def until_window(self, group: Group) -> float:
        """Seconds until the group may fail back; 0 inside the window or without one."""
        start, end = group.failback_start, group.failback_end
        if start < 0 or end < 0:
            return 0.0
        now = self.core.clock.wall()
        inside = start <= now.hour < end if start <= end else now.hour >= start or now.hour < end
        if inside:
            return 0.0
        return float((start - now.hour) % 24 * 3600 - now.minute * 60 - now.second)

    # ---- quorum -----------------------------------------------------------------------------
    def _members(self) -> list[Node]:
        return [node for node in self.core.nodes if node.member]

    def has_quorum(self) -> bool:
        """More than half of the votes: one a node, and one for a witness that works."""
        return self.quorum_with(len(self._members()), len(self.core.nodes))

    def quorum_with(self, alive: int, nodes: int) -> bool:
        """The same for ``alive`` members of ``nodes``."""
        witness = any(item.quorum and not item.broken for item in self.core.resources.values())
        if self.quorum == "disk_only":
            return alive > 0 and witness
        extra = 1 if self.quorum in ("node_and_disk", "node_and_share") else 0
        votes = alive + (extra if witness and alive else 0)
        return votes * 2 > nodes + extra

    def check_quorum(self) -> None:
        """Without quorum the cluster service stops on every node left (event 1177)."""
        if self.core.formed and not self.has_quorum():
            self.lose_quorum()

    def lose_quorum(self) -> None:
        self.core.formed = False
        for node in self._members():
            self.core.log(node.name, 1177, node.name, "The cluster lost quorum and its service stops.", "crash")
            self._drop(node, "crash")

    # ---- pause ------------------------------------------------------------------------------
    def drain(self, node: Node, cause: Cause) -> None:
        node.draining = True
        for group in self._owned(node):
            target = self.destination(group)
            if target is None:
                self.core.log(node.name, 1137, group.name, f"Group {group.name} could not be drained.", cause)
            else:
                self.move(group, target, cause)
        self._finish_drain(node)

    def _finish_drain(self, node: Node) -> None:
        if not node.draining:
            return
        if any(group.moving_to for group in self._owned(node)):
            self.core.later(1.0, lambda: self._finish_drain(node))
        else:
            node.draining = False
