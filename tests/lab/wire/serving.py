"""One request that has passed authentication: counted, broken on demand, answered."""

from __future__ import annotations

import asyncio

from ..contract import Account
from .endpoint import Answer, Endpoint, FaultHook, Verdict

FOREVER_S = 3600.0


async def serve(endpoint: Endpoint, faults: FaultHook | None, data: bytes, account: Account) -> Answer | None:
    """The answer to one plain envelope; None: the connection is cut without one.

    An answer without a body is a bare HTTP status.
    """
    record = endpoint.describe(data)
    endpoint.counters.log.append(record)
    verdict = faults.judge(endpoint.machine.name, record) if faults is not None else Verdict()
    if verdict.do == "latency":
        await asyncio.sleep(verdict.value)
    elif verdict.do == "hang":
        await asyncio.sleep(FOREVER_S)
    elif verdict.do == "reset_before":
        return None
    elif verdict.do == "http":
        return Answer(int(verdict.value), b"")
    elif verdict.do == "access_denied":
        return endpoint.fault(5, "Access is denied.")
    elif verdict.do == "fault":
        return endpoint.fault(int(verdict.value), "Injected fault.")
    answer = await endpoint.handle(data, account)
    return None if verdict.do == "reset_after" else answer
