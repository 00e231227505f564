# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What an operation needs of the controller: the run's identity, a lock per cluster, a place for logs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
import time
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible import constants as C

from ._sem.acting import Peers
from ._sem.profile import SemNode

LOCK_POLL_S = 0.2


class LockTimeout(Exception):
    """Another upgrade of the same cluster did not end in time."""


def storage() -> Path:
    """Where locks and fetched logs lie on the controller."""
    return Path(C.config.get_config_value("ANSIBLE_HOME")) / "spamfighter_sem"


@contextlib.contextmanager
def cluster_lock(directory: Path, cluster: str, timeout_s: float) -> Iterator[None]:
    """Held by one task at a time per cluster, also between two runs on this controller.

    Raises:
        LockTimeout: after ``timeout_s`` seconds.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = hashlib.sha256(cluster.encode()).hexdigest()[:24]
    handle = os.open(directory / f"{name}.lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        end = time.monotonic() + timeout_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > end:
                    text = f"another upgrade of this cluster has not ended after {timeout_s:g} s"
                    raise LockTimeout(text) from error
                time.sleep(LOCK_POLL_S)
        yield
    finally:
        os.close(handle)


def keep_log(directory: Path, node: str, lines: tuple[str, ...]) -> str:
    """Write an installer's log on the controller, never over another one; its path."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, path = tempfile.mkstemp(".log", f"{node}-{time.strftime('%Y%m%d-%H%M%S')}-", directory)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def sem_node(fact: object, run_id: str) -> SemNode | None:
    """A published entry, if it was written in this run (design 9.6)."""
    if not isinstance(fact, Mapping) or fact.get("run_id") != run_id:
        return None
    known = {key: fact.get(key) for key in SemNode.__dataclass_fields__}
    known.update({key: bool(known[key]) for key in ("predicted", "fresh", "unfinished")})
    return SemNode(**t.cast("dict[str, t.Any]", known))


def gather_peers(
    facts: Mapping[str, object], active: t.Collection[str], batch: t.Collection[str], run_id: str
) -> Peers:
    """What the hosts of the play published: ``facts`` by inventory name, ``active`` the hosts that have not failed,
    ``batch`` those of the current batch."""
    entries = {host: entry for host, fact in facts.items() if (entry := sem_node(fact, run_id)) is not None}
    nodes: dict[str, SemNode] = {}
    hosts: dict[str, list[str]] = {}
    absent: dict[str, str] = {}
    for host, entry in entries.items():
        name = entry.node.lower()
        if host in batch and host in active:
            nodes[name] = entry
            hosts.setdefault(name, []).append(host)
        elif host not in active:
            absent[name] = f"its host {host} failed earlier in this play"
        else:
            absent[name] = f"its host {host} is in another batch of this play"
    double = {name: tuple(sorted(found)) for name, found in hosts.items() if len(found) > 1}
    return Peers(nodes, {name: why for name, why in absent.items() if name not in nodes}, double)
