"""The cluster's mutable state, and the frozen records that tests compare.

Objects refer to each other by id, because names can change (mscluster 6.1).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..clock import Timer
from ..contract import Host, VolumeInfo

NEVER = 0xFFFFFFFF
Private: TypeAlias = str | int | bytes | tuple[str, ...] | None
Cause: TypeAlias = Literal["client", "cluster", "admin", "crash"]


class NodeState(enum.IntEnum):
    UP = 0
    DOWN = 1
    PAUSED = 2
    JOINING = 3


class GroupState(enum.IntEnum):
    ONLINE = 0
    OFFLINE = 1
    FAILED = 2
    PARTIAL_ONLINE = 3
    PENDING = 4


class ResourceState(enum.IntEnum):
    INITIALIZING = 1
    ONLINE = 2
    OFFLINE = 3
    FAILED = 4
    ONLINE_PENDING = 129
    OFFLINE_PENDING = 130

    @property
    def pending(self) -> bool:
        return self in (self.ONLINE_PENDING, self.OFFLINE_PENDING)


class Driver(enum.Enum):
    """What a resource type does on its node."""

    LOGICAL = "logical"
    DISK = "disk"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """``display`` may be localised; ``name`` is the registered one (mscluster 2.6)."""

    name: str
    display: str
    dll: str
    driver: Driver = Driver.LOGICAL
    resource_class: int = 0  # 0 unknown, 1 storage, 2 network, 32768 user
    looks_alive_ms: int = 5000
    is_alive_ms: int = 60_000
    pending_timeout_ms: int = 180_000
    quorum_capable: bool = False
    work_s: float = 1.0  # what a logical online or offline takes, virtual seconds
    private: tuple[tuple[str, str], ...] = ()  # name, CIM type
    missing_on: tuple[str, ...] = ()  # nodes without the DLL


@dataclass
class Node:
    name: str
    host: Host
    id: str
    paused: bool = False
    member: bool = True  # the cluster service runs and takes part
    joining: bool = False
    stopping: bool = False
    draining: bool = False

    @property
    def state(self) -> NodeState:
        if self.joining:
            return NodeState.JOINING
        if not self.member:
            return NodeState.DOWN
        return NodeState.PAUSED if self.paused else NodeState.UP


@dataclass
class Group:
    id: str
    name: str
    owner: str  # node name
    core: bool = False
    persistent_state: bool = True
    preferred: list[str] = field(default_factory=list)
    auto_failback: int = 0
    failback_start: int = -1  # hours
    failback_end: int = -1
    failover_period_h: int = 6
    failover_threshold: int = NEVER
    priority: int = 2000
    group_type: int = 9999
    description: str = ""
    failovers: list[float] = field(default_factory=list)  # virtual seconds
    moving_to: str | None = None
    moving_cause: Cause = "cluster"


@dataclass
class Checkpoint:
    path: str  # below HKLM
    view: int  # 32 or 64
    data: object


@dataclass
class Resource:
    id: str
    name: str
    type: str  # registered type name
    group: str  # group id
    state: ResourceState = ResourceState.OFFLINE
    persistent_state: bool = False
    description: str = ""
    separate_monitor: bool = False
    is_alive_ms: int = NEVER  # NEVER: the type's
    looks_alive_ms: int = NEVER
    pending_timeout_ms: int = 180_000
    deadlock_timeout_ms: int = 300_000
    restart_action: int = 2
    restart_threshold: int = 1
    restart_period_ms: int = 900_000
    restart_delay_ms: int = 500
    retry_period_ms: int = 3_600_000
    embedded_failure_action: int = 2
    private: dict[str, Private] = field(default_factory=dict)
    dependencies: tuple[tuple[str, ...], ...] = ()  # AND of OR sets of resource ids
    possible_owners: set[str] | None = None  # None: all nodes
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)  # by lower-case path
    core: bool = False
    quorum: bool = False
    locked: bool = False
    broken: bool = False  # the hardware below it is gone
    service: str | None = None  # real service of an Exchange type; Generic Service has ServiceName
    volumes: tuple[VolumeInfo, ...] = ()
    running_private: dict[str, Private] = field(default_factory=dict)  # as of the last online
    last_status: int = 0
    changed_at: float = 0.0
    want: ResourceState | None = None  # ONLINE or OFFLINE while an operation is under way
    started: bool = False  # the type's own online has begun (else it waits for providers)
    cause: Cause = "cluster"
    epoch: int = 0  # grows with each transition; late callbacks of older ones are void
    restarts: list[float] = field(default_factory=list)
    recover: set[str] = field(default_factory=set)  # dependents to bring back with it
    retry: Timer | None = None
    start_hangs: bool = False  # fault: online never ends

    def depends_on(self) -> set[str]:
        return {item for members in self.dependencies for item in members}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``what``: group_moved, group_state, resource_state, node_state,
    resource_created, resource_deleted, or the number of a FailoverClustering event ("1069")."""

    time: float  # virtual seconds
    node: str
    what: str
    subject: str
    before: str
    after: str
    cause: Cause


@dataclass(frozen=True, slots=True, order=True)
class NodeSnapshot:
    name: str
    state: str


@dataclass(frozen=True, slots=True, order=True)
class GroupSnapshot:
    name: str
    owner: str
    state: str
    persistent_state: bool
    preferred: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class ResourceSnapshot:
    name: str
    type: str
    group: str
    state: str
    persistent_state: bool
    common: tuple[tuple[str, str | int | bool], ...]
    private: tuple[tuple[str, str], ...]
    dependencies: str
    possible_owners: tuple[str, ...]
    checkpoints: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    cluster: str
    instance_id: str
    nodes: tuple[NodeSnapshot, ...]
    groups: tuple[GroupSnapshot, ...]
    resources: tuple[ResourceSnapshot, ...]
