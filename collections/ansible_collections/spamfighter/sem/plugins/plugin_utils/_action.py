# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Base of the action plugins: options in, connection opened, one operation, an Ansible result out."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping
from dataclasses import asdict

import ansible.utils.vars as ansible_vars
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ._arguments import BadArgument
from ._cluster.associations import ClusterReadError
from ._cluster.routes import ClusterError
from ._connection import UnsupportedConnection, target_of
from ._controller import LockTimeout, gather_peers, sem_node
from ._plan import ApplyFailed
from ._sem import report
from ._sem.acting import Peers
from ._sem.observer import Observer
from ._sem.session import Performed, Session
from ._wait import Clock, RealClock, WaitTimeout
from ._windows.errors import WindowsError
from ._windows.quoting import UnsafeValue
from ._wsman import codes
from ._wsman.client import WsMan
from ._wsman.errors import AuthRefused, NotSent, TlsRefused, WireError, WsManFault
from ._wsman.transport_winrm import WinrmTransport

display = Display()
EXPECTED = (WireError, WindowsError, ClusterError, ClusterReadError, WaitTimeout, UnsafeValue, LockTimeout, BadArgument)


def run_identity() -> str:
    """The same for all tasks and forks of one ansible-playbook run, another one in the next."""
    return str(getattr(ansible_vars, "random_int", "") or os.getppid())


class SemAction(ActionBase):  # type: ignore[misc]  # ansible ships no types
    """One module. Subclasses set ``ARGUMENTS`` and implement :meth:`perform`."""

    ARGUMENTS: t.ClassVar[dict[str, t.Any]] = {}
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = True

    def perform(self, session: Session, args: dict[str, t.Any], check: bool) -> Performed:
        """Do the module's work. Raises one of ``EXPECTED``."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, args = self.validate_argument_spec(argument_spec=self.ARGUMENTS)
        try:
            target = target_of(self._connection)
        except UnsupportedConnection as error:
            raise AnsibleActionFail(str(error)) from error
        clock = RealClock()
        ws = WsMan(WinrmTransport(target), clock)
        try:
            with ws.shell() as shell:
                session = self._session(ws, shell, clock, args, task_vars or {})
                done = self.perform(session, args, bool(self._task.check_mode))
        except EXPECTED as error:
            raise shown(error, f"{self._task.action} on {target.host}:{target.port}") from error
        finally:
            stats = ws.transport.stats
            display.vvv(
                f"SEM {target.endpoint}: {stats.requests} requests, {stats.bytes_sent} bytes sent, "
                f"{stats.bytes_received} received, {stats.authentications} authentications",
                host=target.host,
            )
            ws.close()
        result.update(to_result(done, bool(self._task.diff)))
        return result

    def _session(
        self, ws: WsMan, shell: t.Any, clock: Clock, args: Mapping[str, t.Any], task_vars: Mapping[str, t.Any]
    ) -> Session:
        own = sem_node((task_vars.get("ansible_facts") or {}).get("sem_node"), run_identity())
        return Session(
            ws=ws,
            shell=shell,
            clock=clock,
            wait_s=float(args.get("wait_timeout_s") or 180),
            run_id=run_identity(),
            peers=peers_of(task_vars),
            seen=Observer(ws, shell),
            own=own,
        )


def peers_of(task_vars: Mapping[str, t.Any]) -> Peers:
    """What the hosts of the play have published in this run."""
    hostvars = task_vars.get("hostvars") or {}
    everybody = list(task_vars.get("ansible_play_hosts_all") or ())
    facts = {host: _fact(hostvars, host) for host in everybody}
    active = set(task_vars.get("ansible_play_hosts") or everybody)
    batch = set(task_vars.get("ansible_play_batch") or everybody)
    return gather_peers(facts, active, batch, run_identity())


def shown(error: Exception, where: str) -> AnsibleConnectionFailure | AnsibleActionFail:
    """The exception that Ansible shows for one of ``EXPECTED``; unreachable where nothing could be sent."""
    if isinstance(error, NotSent):
        return AnsibleConnectionFailure(f"{where}: cannot connect: {error}")
    if isinstance(error, AuthRefused):
        advice = "check ansible_user, ansible_password and ansible_winrm_transport, and that the account may log on"
        return AnsibleConnectionFailure(f"{where}: {error}; {advice}")
    if isinstance(error, TlsRefused):
        advice = (
            "set ansible_winrm_ca_trust_path to the CA of the node's certificate; servers before 2008 R2 speak no "
            "TLS 1.2: use http, whose messages NTLM and Kerberos encrypt"
        )
        return AnsibleConnectionFailure(f"{where}: TLS failed: {error}; {advice}")
    text = f"{where}: {error}"
    hint = _hint(error) if isinstance(error, WsManFault) else ""
    return AnsibleActionFail(f"{text}; {hint}" if hint else text)


def _hint(fault: WsManFault) -> str:
    """What to do about a fault that no layer below has explained."""
    if fault.win32 == 5 or fault.has(*codes.ACCESS_DENIED):
        return "the account has to be an administrator of the node with an unfiltered token"
    return codes.advice(fault.win32, fault.hresult, fault.inner, fault.outer)


def _fact(hostvars: Mapping[str, t.Any], host: str) -> object:
    try:
        return hostvars[host]["ansible_facts"].get("sem_node")
    except (KeyError, AttributeError):
        return None


# ---- results ------------------------------------------------------------------------------------
def to_result(done: Performed, with_diff: bool) -> dict[str, t.Any]:
    """The result that design 9.5 promises, for success, refusal and failure alike."""
    result: dict[str, t.Any] = {
        "changed": bool(done.changes),
        "changes": [report.change_data(change) for change in done.changes],
        "acted_by": done.acted_by,
        "observed": plain_data(done.observed),
        "notes": list(done.notes),
        "deferred": [report.change_data(change) for change in done.deferred],
        "reboot_required": done.reboot_required,
    }
    if with_diff:
        result["diff"] = report.diff(done.changes)
    if done.sem_node is not None:
        result["ansible_facts"] = {"sem_node": asdict(done.sem_node)}
    if done.failure is not None:
        result.update(_failure(done, done.failure))
    elif done.leftover is not None:
        situation = done.situation or report.Situation(str(done.acted_by))
        result.update(failed=True, msg=report.leftover_text(done.leftover, situation))
        result["applied"] = result["changes"]
        result["remaining"] = [report.change_data(change) for change in done.leftover.changes]
        result["problems"] = [asdict(problem) for problem in done.leftover.problems]
    if done.problems:
        result["problems"] = [asdict(problem) for problem in done.problems]
        text = report.problems_text(done.problems, touched=bool(done.changes))
        result.update(failed=True, msg=f"{result['msg']} {text}" if "msg" in result else text)
    return result


def _failure(done: Performed, failure: ApplyFailed) -> dict[str, t.Any]:
    situation = done.situation or report.Situation(str(done.acted_by))
    msg = report.failure_text(failure.cause, failure.failed, done.changes, situation, done.cluster)
    return {
        "failed": True,
        "msg": msg,
        "problems": [],
        "applied": [report.change_data(change) for change in done.changes],
        "failed_change": report.change_data(failure.failed),
        "remaining": [report.change_data(change) for change in failure.remaining],
        "log": situation.log,
        "log_tail": list(done.log_tail),
    }


def plain_data(value: t.Any) -> t.Any:
    """Data that JSON can carry."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain_data(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
