"""Something happens in the lab at a chosen moment of a run: just before a request is served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from lab.wire.counters import RequestRecord
from lab.wire.endpoint import Verdict

from .direct import DirectLab


@contextmanager
def just_before(
    lab: DirectLab,
    do: Callable[[], object],
    *,
    node: str = "",
    action: str = "",
    kind: str = "",
    method: str = "",
    nth: int = 1,
    every: bool = False,
) -> Iterator[None]:
    """Call ``do`` before the ``nth`` request that fits, or before ``every`` one; ``kind`` is the class.

    It has to happen inside the block.
    """
    judge = lab.world.faults.judge
    wanted = {"node": node, "action": action, "class": kind, "method": method}
    seen = 0

    def watching(name: str, record: RequestRecord) -> Verdict:
        nonlocal seen
        facts = {"node": name, "action": record.action, "class": record.class_name, "method": record.method}
        if all(facts[key].lower() == value.lower() for key, value in wanted.items() if value):
            seen += 1
            if every or seen == nth:
                do()
        return judge(name, record)

    with mock.patch.object(lab.world.faults, "judge", watching):
        yield
    assert seen >= nth, f"only {seen} requests fitted {wanted}"
