"""Between the planners and the lab's cluster, without a wire: a reader and the verbs behind each kind of change.

The reader looks at the lab's own state, so it shares nothing with the collection's reader. The verbs are those that
the WMI methods call; no change's ``after`` ever becomes the state that is read.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import (
    Cluster,
    Group,
    GroupState,
    Node,
    NodeState,
    Partition,
    Resource,
    ResourceState,
    RestartPolicy,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Change
from lab.cluster import model as lab
from lab.contract import CimError, Pending
from lab.journal import acting

from .small_cluster import World

SETTLE_LIMIT_S = 400
VIEW = 64


def read(world: World) -> Cluster:
    """What any node would show of the cluster."""
    core = world.cluster.core
    items = list(core.resources.values())
    return Cluster(
        name=core.name,
        instance_id=core.instance_id,
        seen_from=core.nodes[0].name,
        nodes={node.name: Node(node.name, NodeState(int(node.state))) for node in core.nodes},
        groups={
            group.name: Group(group.name, GroupState(int(core.group_state(group))), group.owner)
            for group in core.groups.values()
        },
        resources={item.name: _resource(world, item) for item in items},
        providers={item.name: frozenset(other.name for other in core.providers(item)) for item in items},
        possible_owners={item.name: frozenset(core.owners(item)) for item in items},
        partitions={item.name: _partitions(item) for item in items if item.volumes},
        or_dependencies=frozenset(item.name for item in items if any(len(some) > 1 for some in item.dependencies)),
    )


def _resource(world: World, item: lab.Resource) -> Resource:
    core = world.cluster.core
    policy = (item.restart_action, item.restart_threshold, item.restart_period_ms, item.retry_period_ms)
    return Resource(
        name=item.name,
        type=item.type,
        group=core.group_of(item).name,
        state=ResourceState(int(item.state)),
        persistent_state=item.persistent_state,
        separate_monitor=item.separate_monitor,
        restart=RestartPolicy(*policy),
        pending_timeout_ms=item.pending_timeout_ms,
        resource_class=core.type_of(item).resource_class,
        core=item.core,
        private={name: value for name, value in item.private.items() if isinstance(value, str | int)},
        checkpoints=tuple(each.path for each in item.checkpoints.values()),
    )


def _partitions(item: lab.Resource) -> tuple[Partition, ...]:
    if item.state is not lab.ResourceState.ONLINE:
        return ()
    return tuple(Partition(each.letter or "", each.label, each.size_mb, 50_000) for each in item.volumes)


def has_key(world: World, path: str) -> bool:
    """Whether the key is there on the owner of the Exchange group."""
    return (path, VIEW) in world.host.registry


def make(world: World, change: Change) -> None:
    """One change by the verb that its WMI call ends in.

    Raises:
        CimError: the cluster refuses it.
        KeyError: a kind that has no verb here, such as one for a whole group.
    """
    cluster, name = world.cluster, change.target
    after: Any = change.after
    table = {
        "resource": lambda: cluster.create_resource(world.names.exchange_group, name, after["type"], True),
        "private": lambda: cluster.set_private(name, after),
        "restart_policy": lambda: cluster.set_common(name, after),
        "pending_timeout": lambda: cluster.set_common(name, {"PendingTimeout": after}),
        "separate_monitor": lambda: cluster.set_common(name, {"SeparateMonitor": True}),
        "persistent_state": lambda: cluster.set_common(name, {"PersistentState": after}),
        "add_dependency": lambda: cluster.add_dependency(name, after),
        "remove_dependency": lambda: cluster.remove_dependency(name, str(change.before)),
        "add_owner": lambda: cluster.add_possible_owner(name, after),
        "settings_key": lambda: world.host.registry.setdefault((name.removeprefix("HKLM\\"), VIEW), {}),
        "checkpoint": lambda: cluster.add_registry_checkpoint(name, after, VIEW),
        "online": lambda: _settled(world, name, cluster.bring_online(name, 100)),
        "offline": lambda: _settled(world, name, cluster.take_offline(name, 100)),
        "delete_resource": lambda: cluster.delete_resource(name),
    }
    with acting("client"):
        table[change.kind]()


def _settled(world: World, name: str, answer: Pending) -> None:
    """Wait for the answer; a refusal is raised, as the wire would do."""
    resource = world.cluster.core.resource(name)
    for _ in range(SETTLE_LIMIT_S):
        if answer.result is not None and not resource.state.pending:
            break
        world.advance(1)
    if isinstance(answer.result, CimError):
        raise answer.result
