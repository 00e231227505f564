"""Who changed what in the lab: the list that idempotence and check mode are judged by.

Every mutation of modelled state is recorded by the model that makes it, with the actor on whose
behalf it happened. A request over the wire runs as ``client``; what the cluster service, the
installer engine or the clock does of its own accord runs as itself. ``writes`` in a node's
counters are the entries of actor ``client``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field

_actor: ContextVar[str] = ContextVar("lab_actor", default="system")


@contextlib.contextmanager
def acting(actor: str) -> Iterator[None]:
    """Attribute the mutations made inside to ``actor`` (client, admin, cluster, msiexec, system)."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> str:
    return _actor.get()


@dataclass(frozen=True, slots=True)
class Write:
    """One mutation.

    ``kind`` is dotted and lower case, the subject first: ``service.start_mode``,
    ``service.start``, ``service.stop``, ``service.create``, ``service.delete``,
    ``service.recovery``, ``service.account``, ``registry.set``, ``registry.delete``,
    ``file.write``, ``file.delete``, ``dir.create``, ``dir.delete``, ``acl.set``,
    ``process.create``, ``msi.install``, ``msi.remove``, ``node.reboot``,
    ``cluster.resource.create``, ``cluster.resource.delete``, ``cluster.resource.property``,
    ``cluster.resource.private``, ``cluster.resource.dependency``, ``cluster.resource.owner``,
    ``cluster.resource.checkpoint``, ``cluster.resource.online``, ``cluster.resource.offline``,
    ``cluster.resource.rename``, ``cluster.resource.group``, ``cluster.group.create``,
    ``cluster.group.online``, ``cluster.group.offline``, ``cluster.group.move``,
    ``cluster.node.pause``, ``cluster.node.resume``.
    """

    at: float
    actor: str
    where: str  # node name, or cluster name for kinds that begin with "cluster."
    kind: str
    target: str
    before: object
    after: object


@dataclass
class Journal:
    writes: list[Write] = field(default_factory=list)

    def record(
        self, at: float, where: str, kind: str, target: str, before: object = None, after: object = None
    ) -> None:
        self.writes.append(Write(at, current_actor(), where, kind, target, before, after))

    def by(self, actor: str) -> list[Write]:
        return [entry for entry in self.writes if entry.actor == actor]

    def forget(self, where: Collection[str]) -> None:
        """Drop the entries of machines and clusters that are gone."""
        self.writes = [entry for entry in self.writes if entry.where not in where]
