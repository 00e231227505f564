"""Common and private properties of resources and groups: names, ranges, writing (mscluster 2.3, 2.4, 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .core import Core
from .errors import refusal
from .model import NEVER, Group, Private, Resource, ResourceState

U32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Property:
    """``name`` as WMI has it, ``attribute`` of the model, its CIM type and range."""

    name: str
    attribute: str
    type: str
    low: int = 0
    high: int = U32
    writable: bool = True


RESOURCE_COMMON = (
    Property("Description", "description", "string"),
    Property("PersistentState", "persistent_state", "boolean"),
    Property("SeparateMonitor", "separate_monitor", "boolean"),
    Property("IsAlivePollInterval", "is_alive_ms", "uint32"),
    Property("LooksAlivePollInterval", "looks_alive_ms", "uint32"),
    Property("PendingTimeout", "pending_timeout_ms", "uint32", 10),
    Property("DeadlockTimeout", "deadlock_timeout_ms", "uint32"),
    Property("RestartAction", "restart_action", "uint32", 0, 2),
    Property("RestartThreshold", "restart_threshold", "uint32"),
    Property("RestartPeriod", "restart_period_ms", "uint32"),
    Property("RestartDelay", "restart_delay_ms", "uint32", writable=False),
    Property("RetryPeriodOnFailure", "retry_period_ms", "uint32"),
)
RESOURCE_BY_CMDLET = tuple(replace(item, writable=True) for item in RESOURCE_COMMON)
GROUP_COMMON = (
    Property("Description", "description", "string"),
    Property("PersistentState", "persistent_state", "boolean"),
    Property("AutoFailbackType", "auto_failback", "uint32", 0, 1),
    Property("FailbackWindowStart", "failback_start", "sint32", -1, 23),
    Property("FailbackWindowEnd", "failback_end", "sint32", -1, 23),
    Property("FailoverPeriod", "failover_period_h", "uint32", 1, 1193),
    Property("FailoverThreshold", "failover_threshold", "uint32"),
)
GROUP_2008R2 = (Property("Priority", "priority", "uint32"),)


def set_common(
    core: Core, subject: Resource | Group, table: tuple[Property, ...], changed: Mapping[str, object], kind: str
) -> None:
    """Write common properties one after another; those before a refusal stay written (mscluster 3.3).

    Raises:
        CimError: 5895 wrong type, 5913 out of range, 5089 RetryPeriodOnFailure below RestartPeriod, 87 unknown.
    """
    known = {item.name.lower(): item for item in table}
    if isinstance(subject, Resource):
        _check_periods(subject, changed)
    for name, value in changed.items():
        item = known.get(name.lower())
        if item is None or not item.writable:
            raise refusal(87)
        value = _checked(item, value)
        before = getattr(subject, item.attribute)
        if before != value:
            setattr(subject, item.attribute, value)
            core.record(kind, subject.name, (item.name, before), (item.name, value))


def _checked(item: Property, value: object) -> object:
    if item.type == "string":
        if not isinstance(value, str):
            raise refusal(5895)
        return value
    if item.type == "boolean":
        if not isinstance(value, bool) and value not in (0, 1):
            raise refusal(5895)
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(5895)
    if not item.low <= value <= item.high:
        raise refusal(5913)
    return value


def _check_periods(resource: Resource, changed: Mapping[str, object]) -> None:
    new = {name.lower(): value for name, value in changed.items()}
    period = new.get("restartperiod", resource.restart_period_ms)
    retry = new.get("retryperiodonfailure", resource.retry_period_ms)
    if isinstance(period, int) and isinstance(retry, int) and retry != NEVER and retry < period:
        raise refusal(5089)


def set_private(core: Core, resource: Resource, changed: Mapping[str, Private]) -> bool:
    """Write private properties; True: stored, effective at the next online (5024).

    Raises:
        CimError: 5895 wrong type, 5897 a required value is empty, 5913 out of range.
    """
    kind = core.type_of(resource)
    types = {name.lower(): (name, cim) for name, cim in kind.private}
    checked: dict[str, Private] = {}
    for name, value in changed.items():
        spelled, cim = types.get(name.lower(), (name, "string" if isinstance(value, str) else "uint32"))
        if value is not None and isinstance(value, str) != (cim == "string"):
            raise refusal(5895)
        if spelled == "ServiceName" and not value:
            raise refusal(5897)
        if spelled == "UseNetworkName" and value not in (0, 1):
            raise refusal(5913)
        checked[spelled] = value
    different = {name: value for name, value in checked.items() if resource.private.get(name) != value}
    for name, value in different.items():
        core.record("resource.private", resource.name, (name, resource.private.get(name)), (name, value))
        resource.private[name] = value
    online = resource.state in (ResourceState.ONLINE, ResourceState.ONLINE_PENDING)
    return bool(different) and online


def clear_private(core: Core, resource: Resource, names: Sequence[str]) -> bool:
    """Delete private properties; True: effective at the next online. Raises CimError 2 for one that is not set."""
    known = {name.lower(): name for name in resource.private}
    for name in names:
        if name.lower() not in known:
            raise refusal(2)
    for name in names:
        spelled = known[name.lower()]
        core.record("resource.private", resource.name, (spelled, resource.private.pop(spelled)), (spelled, None))
    return resource.state in (ResourceState.ONLINE, ResourceState.ONLINE_PENDING)
