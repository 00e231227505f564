# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Services of a node (wsman 8.2)."""

from __future__ import annotations

import struct

from .._wait import Clock, WaitTimeout, wait_for
from .._wsman.errors import OperationTimedOut, OutcomeUnknown
from .._wsman.operations import Shell, WsManOperations
from .._wsman.types import CimInstance, CimValue
from .._wsman.wql import select
from .errors import WindowsError
from .model import Service
from .quoting import quote
from .registry import Registry
from .schema import SERVICE

KEY = "SYSTEM\\CurrentControlSet\\Services"
RETURNS: dict[int, str] = {
    1: "not supported",
    2: "access denied",
    3: "services that depend on it are running",
    4: "the control is not valid",
    5: "the service cannot accept control now",
    6: "the service is not running",
    7: "the service did not respond in time",
    8: "unknown failure",
    9: "the program was not found",
    10: "the service is already running",
    11: "the service database is locked",
    12: "a service it depends on was deleted",
    13: "a service it depends on failed to start",
    14: "the service is disabled",
    15: "the service account could not log on",
    16: "the service is marked for deletion",
    17: "no thread could be made for the service",
    18: "the dependency is circular",
    19: "a service of that name exists",
    20: "the name is not valid",
    21: "invalid parameter",
    22: "the account is not valid",
    23: "the service exists",
    24: "the service is paused already",
}
ALREADY_RUNNING, NOT_ACTIVE, CANNOT_ACCEPT = 10, 6, 5
GRACE_S = 10.0  # for the start of a service whose answer was lost to show
# ChangeStartMode accepts Automatic, the property reads Auto (wsman 8.2).
WRITTEN = {"Auto": "Automatic"}


def read_service(ws: WsManOperations, name: str, *, recovery: bool = False) -> Service | None:
    """A service by its short name; None when it is not installed."""
    found = ws.enumerate(SERVICE, wql=select("Win32_Service", Name=name))
    if not found:
        return None
    service = _service(found[0])
    if not recovery:
        return service
    return _with_recovery(service, read_recovery(ws, service.name))


def list_services(ws: WsManOperations) -> tuple[Service, ...]:
    return tuple(_service(item) for item in ws.enumerate(SERVICE))


def _service(item: CimInstance) -> Service:
    process_id = item.get("ProcessId")
    return Service(
        name=str(item.get("Name") or ""),
        display_name=str(item.get("DisplayName") or ""),
        state=str(item.get("State") or ""),
        start_mode=str(item.get("StartMode") or ""),
        process_id=process_id if isinstance(process_id, int) else 0,
        path=str(item.get("PathName") or ""),
        account=str(item.get("StartName") or ""),
    )


def _with_recovery(service: Service, recovery: bool) -> Service:
    return Service(
        service.name,
        service.display_name,
        service.state,
        service.start_mode,
        service.process_id,
        service.path,
        service.account,
        recovery,
    )


def read_recovery(ws: WsManOperations, name: str) -> bool:
    """Whether Windows itself would act when the service crashes: it fights with the cluster (mscluster 6.11).

    SERVICE_FAILURE_ACTIONS in the registry: five numbers, then (type, delay) pairs; type 0 is "none".
    """
    data = Registry(ws).binary(f"{KEY}\\{name}", "FailureActions")
    if data is None or len(data) < 20:
        return False
    (declared,) = struct.unpack_from("<I", data, 12)
    count = min(declared, (len(data) - 20) // 8)
    return any(struct.unpack_from("<I", data, 20 + 8 * index)[0] for index in range(count))


def _check(name: str, what: str, result: object, fine: tuple[int, ...] = (0,)) -> None:
    code = result if isinstance(result, int) else 0
    if code not in fine:
        raise WindowsError(f"{what} the service {name}", code=code, text=RETURNS.get(code, ""))


def set_start_mode(ws: WsManOperations, name: str, mode: str) -> None:
    """Boot, System, Auto, Manual or Disabled."""
    arguments = {"StartMode": WRITTEN.get(mode, mode)}
    result = ws.invoke(SERVICE, "ChangeStartMode", {"Name": name}, arguments)
    _check(name, f"set the start mode {mode} of", result.get("ReturnValue"))


def set_account(ws: WsManOperations, name: str, account: str, password: str | None) -> None:
    """The account that the service logs on with, effective at its next start. Raises WindowsError."""
    arguments: dict[str, CimValue] = {"StartName": account}
    if password is not None:
        arguments["StartPassword"] = password
    _check(name, "set the account of", ws.invoke(SERVICE, "Change", {"Name": name}, arguments).get("ReturnValue"))


def disable_recovery(ws: WsManOperations, shell: Shell, name: str) -> None:
    """Switch the recovery actions off and read back. Raises WindowsError."""
    result = shell.run(f"sc failure {quote(name)} reset= 0 actions= {quote('')}")
    if result.exit_code != 0:
        raise WindowsError(f"switch off the recovery of {name}", code=result.exit_code, text=result.stdout.strip())
    if read_recovery(ws, name):
        raise WindowsError(f"the recovery actions of {name} are still set", advice="set them to none by hand")


def _control(ws: WsManOperations, method: str, name: str) -> int | None:
    """The method's code; None when the answer was lost: then the state decides, nothing is sent again."""
    try:
        result = ws.invoke(SERVICE, method, {"Name": name}).get("ReturnValue")
    except (OperationTimedOut, OutcomeUnknown):
        return None
    return result if isinstance(result, int) else 0


def start(ws: WsManOperations, name: str, clock: Clock, timeout_s: float) -> None:
    """Start and wait for Running. Raises WindowsError."""
    code = _control(ws, "StartService", name)
    if code is None:
        _await_start(ws, name, clock)
    else:
        _check(name, "start", code, (0, ALREADY_RUNNING))
    _wait(ws, name, "Running", clock, timeout_s)


def _await_start(ws: WsManOperations, name: str, clock: Clock) -> None:
    """Raises WindowsError when the service does not leave Stopped."""

    def left(service: Service | None) -> bool:
        return service is None or service.state != "Stopped"

    try:
        wait_for(f"{name} starts", lambda: read_service(ws, name), left, clock, GRACE_S)
    except WaitTimeout as error:
        what = f"the answer to the start of the service {name} was lost, and it is stopped"
        raise WindowsError(what, advice="run the playbook again") from error


def stop(ws: WsManOperations, name: str, clock: Clock, timeout_s: float) -> None:
    """Stop and wait for Stopped. A service that is starting cannot accept the control yet, so it is asked
    again. Raises WindowsError."""

    def ask() -> int | None:
        return _control(ws, "StopService", name)

    try:
        code = wait_for(f"stop {name}", ask, lambda code: code != CANNOT_ACCEPT, clock, timeout_s)
    except WaitTimeout:
        code = CANNOT_ACCEPT
        service = read_service(ws, name)
        if service is not None and service.state == "Stopped":
            return
    if code is not None:
        _check(name, "stop", code, (0, NOT_ACTIVE))
    _wait(ws, name, "Stopped", clock, timeout_s)


def _wait(ws: WsManOperations, name: str, state: str, clock: Clock, timeout_s: float) -> None:
    def reached(service: Service | None) -> bool:
        return service is None or service.state == state or (state == "Running" and service.state == "Stopped")

    try:
        seen = wait_for(f"{name} {state}", lambda: read_service(ws, name), reached, clock, timeout_s)
    except WaitTimeout as error:
        raise WindowsError(f"the service {name} did not reach the state {state} in {timeout_s:g} s") from error
    if seen is None:
        raise WindowsError(f"the service {name} is gone")
    if seen.state != state:
        raise WindowsError(f"the service {name} ended while starting", advice="look into its log")
