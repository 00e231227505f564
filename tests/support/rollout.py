"""Plays the collection's own playbooks and roles on a :class:`DirectLab`, with the modules' own code.

A small reader of playbooks, not Ansible: it knows what ours use and refuses the rest. What it says is
compared with the real ansible-playbook by ``tests/e2e/test_rollout_is_ansible.py``.
"""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _action
from ansible_collections.spamfighter.sem.plugins.plugin_utils._controller import gather_peers, sem_node
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.acting import Peers
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.comparison import unfinished_clusters
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.observer import Observer
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.session import Session
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.client import WsMan

from .direct import DirectLab

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem"
ACTIONS = "ansible_collections.spamfighter.sem.plugins.action"
KNOWN = {
    "name", "register", "when", "check_mode", "changed_when", "failed_when", "tags", "run_once", "vars",
}  # fmt: skip
_OMIT = object()
_runs = itertools.count(1)


@dataclass(frozen=True)
class TaskResult:
    host: str
    task: str
    module: str
    status: str  # ok | failed | unreachable
    result: Mapping[str, Any]


@dataclass
class Outcome:
    """What a playbook did, in the words of ``support.play.Run``."""

    results: list[TaskResult] = field(default_factory=list)

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [{"host": item.host, **change} for item in self.results for change in item.result.get("changes") or ()]

    def kinds(self) -> list[tuple[str, str]]:
        return sorted((change["kind"], change["target"]) for change in self.changes)

    def failures(self) -> list[TaskResult]:
        return [item for item in self.results if item.status != "ok"]

    @property
    def changed(self) -> bool:
        return any(item.result.get("changed") for item in self.results)

    def ok(self) -> Outcome:
        assert not self.failures(), [(item.host, item.task, item.result.get("msg")) for item in self.failures()]
        return self


@dataclass
class _Host:
    name: str
    node: str
    registered: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    gone: bool = False  # failed or unreachable
    ended: bool = False


def _environment() -> NativeEnvironment:
    environment = NativeEnvironment(undefined=StrictUndefined)
    environment.tests["changed"] = lambda result: bool(result.get("changed"))
    environment.tests["failed"] = lambda result: bool(result.get("failed"))
    return environment


class Rollout:
    """One cluster of the lab, its nodes as the hosts of a play. ``variables``: the group's, such as ``sem_package``."""

    def __init__(self, lab: DirectLab, nodes: Mapping[str, str], variables: Mapping[str, Any]) -> None:
        """``nodes``: inventory name -> node."""
        self._lab = lab
        self._nodes = dict(nodes)
        self._variables = dict(variables)
        self._jinja = _environment()
        self._run_id = ""
        self._active: set[str] = set()

    def play(
        self,
        playbook: str,
        *,
        check: bool = False,
        limit: Sequence[str] | None = None,
        tags: Sequence[str] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Outcome:
        self._run_id = f"direct{next(_runs)}"
        hosts = [_Host(name, node) for name, node in self._nodes.items() if limit is None or name in limit]
        outcome = Outcome()
        for play in _load(COLLECTION / "playbooks" / f"{playbook}.yml"):
            magic = {"ansible_check_mode": check, "ansible_run_tags": list(tags or ["all"]), "ansible_skip_tags": []}
            shared = {**self._variables, **play.get("vars", {}), **(variables or {}), **magic}
            for task, defaults in _tasks(play["tasks"], tags):
                outcome.results += self._task(task, hosts, {**defaults, **shared})
        return outcome

    def module(self, name: str, host: str, *, check: bool = False, **args: Any) -> TaskResult:
        """One module on one host outside a play: nothing that other hosts publish is known."""
        self._run_id = f"direct{next(_runs)}"
        self._active = {host}
        alone = _Host(host, self._nodes[host])
        result, status = self._call(name, args, check, alone, {host: {}})
        return TaskResult(host, name, name, status, result)

    # ---- tasks --------------------------------------------------------------------------------
    def _task(self, task: Mapping[str, Any], hosts: list[_Host], shared: Mapping[str, Any]) -> Iterator[TaskResult]:
        module = next(key for key in task if "." in key)
        unknown = set(task) - KNOWN - {module}
        assert not unknown, f"the reader of playbooks does not know {unknown}"
        if module == "ansible.builtin.debug":
            return
        # All hosts of a task see what was published before the task began, and who was there.
        published = {host.name: dict(host.facts) for host in hosts}
        active = [item for item in hosts if not item.gone and not item.ended]
        self._active = {host.name for host in hosts if not host.gone}
        for host in active[:1] if task.get("run_once") else active:
            scope = {**shared, **host.registered, "ansible_facts": host.facts, "omit": _OMIT}
            scope.update({key: self._value(item, scope) for key, item in task.get("vars", {}).items()})
            if not all(self._expression(item, scope) for item in _listed(task.get("when"))):
                continue
            if module == "ansible.builtin.meta":
                assert task[module] == "end_host"
                host.ended = True
                continue
            yield self._on_host(task, module, host, published, scope)
            if task.get("run_once"):
                for other in active:
                    other.registered[task["register"]] = host.registered[task["register"]]

    def _on_host(
        self,
        task: Mapping[str, Any],
        module: str,
        host: _Host,
        published: Mapping[str, Mapping[str, Any]],
        scope: dict[str, Any],
    ) -> TaskResult:
        args = {key: self._value(item, scope) for key, item in (task[module] or {}).items()}
        args = {key: item for key, item in args.items() if item is not _OMIT}
        check = bool(self._value(task.get("check_mode", scope["ansible_check_mode"]), scope))
        result, status = self._call(module.rpartition(".")[2], args, check, host, published)
        host.facts.update(result.get("ansible_facts") or {})
        result.setdefault("failed", status != "ok")
        if "register" in task:
            host.registered[task["register"]] = result
        scope = {**scope, **host.registered}
        if "changed_when" in task:
            result["changed"] = bool(self._expression(task["changed_when"], scope))
        if "failed_when" in task and status != "unreachable":
            status = "failed" if self._expression(task["failed_when"], scope) else "ok"
            result["failed"] = status == "failed"
        host.gone = host.gone or status != "ok"
        return TaskResult(host.name, str(task.get("name")), module, status, result)

    def _call(
        self,
        name: str,
        args: Mapping[str, Any],
        check: bool,
        host: _Host,
        published: Mapping[str, Mapping[str, Any]],
    ) -> tuple[dict[str, Any], str]:
        kind = importlib.import_module(f"{ACTIONS}.{name}").ActionModule
        validation = ArgumentSpecValidator(kind.ARGUMENTS).validate(dict(args))
        assert not validation.error_messages, validation.error_messages
        if not issubclass(kind, _action.SemAction):
            return _peers_info(self._peers(published)), "ok"
        action = object.__new__(kind)
        action._find_needle = lambda _directory, needle: needle
        ws = WsMan(self._lab.transport(host.node), self._lab)
        try:
            with ws.shell() as shell:
                session = self._session(ws, shell, validation.validated_parameters, host, published)
                done = action.perform(session, validation.validated_parameters, check)
        except _action.EXPECTED as error:
            shown = _action.shown(error, f"{name} on {host.node}")
            return {"msg": str(shown)}, "unreachable" if isinstance(shown, AnsibleConnectionFailure) else "failed"
        except AnsibleError as error:
            return {"msg": str(error)}, "failed"
        result = _action.to_result(done, with_diff=True)
        return result, "failed" if result.get("failed") else "ok"

    def _session(
        self,
        ws: WsMan,
        shell: Any,
        args: Mapping[str, Any],
        host: _Host,
        published: Mapping[str, Mapping[str, Any]],
    ) -> Session:
        return Session(
            ws=ws,
            shell=shell,
            clock=self._lab,
            wait_s=float(args.get("wait_timeout_s") or 180),
            run_id=self._run_id,
            peers=self._peers(published),
            seen=Observer(ws, shell),
            own=sem_node(published[host.name].get("sem_node"), self._run_id),
        )

    def _peers(self, published: Mapping[str, Mapping[str, Any]]) -> Peers:
        facts = {name: known.get("sem_node") for name, known in published.items()}
        return gather_peers(facts, self._active, set(published), self._run_id)

    # ---- values -------------------------------------------------------------------------------
    def _value(self, item: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(item, str) and "{{" in item:
            return _compiled(self._jinja, item).render(scope)
        if isinstance(item, Mapping):
            return {key: self._value(value, scope) for key, value in item.items()}
        return item

    def _expression(self, text: Any, scope: Mapping[str, Any]) -> Any:
        return self._value("{{ " + text + " }}", scope) if isinstance(text, str) else text


def _peers_info(peers: Peers) -> dict[str, Any]:
    return {"changed": False, "unfinished": sorted(unfinished_clusters(peers))}


@functools.lru_cache(maxsize=500)
def _compiled(environment: NativeEnvironment, text: str) -> Any:
    return environment.from_string(text)


@functools.lru_cache(maxsize=50)
def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _tasks(
    tasks: Sequence[Mapping[str, Any]], tags: Sequence[str]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every task with the defaults of its role."""
    for task in tasks:
        if tags and not set(_listed(task.get("tags"))) & {*tags, "always"}:
            continue
        role = (task.get("ansible.builtin.import_role") or {}).get("name")
        if role is None:
            yield task, {}
            continue
        folder = COLLECTION / "roles" / role.rpartition(".")[2]
        defaults = _load(folder / "defaults" / "main.yml")
        for inner in _load(folder / "tasks" / "main.yml"):
            when = _listed(task.get("when")) + _listed(inner.get("when"))
            yield {**inner, "vars": task.get("vars", {}), "when": when}, defaults
