"""Running a lab from Python: ``with Lab.start(topology, directory) as lab``.

The lab is its own process, so that ansible-playbook and the test meet it only over the wire and the
control socket; it dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .control import ControlClient, ControlError

START_TIMEOUT_S = 60.0


class LabError(Exception):
    """The lab did not start or is not running; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What a node's listener counted since the last ``reset``; ``writes`` are the client's own."""

    requests: int
    bytes_in: int
    bytes_out: int
    authentications: int
    shells: int
    writes: int


class LabNode:
    def __init__(self, control: ControlClient, name: str) -> None:
        self._control = control
        self.name = name

    @property
    def counters(self) -> Counters:
        return Counters(**self._control.call("counters", node=self.name))

    def writes(self) -> list[dict[str, Any]]:
        """The journal's entries of the client on this node, oldest first."""
        found: list[dict[str, Any]] = self._control.call("writes", node=self.name)
        return found

    def requests(self) -> list[dict[str, Any]]:
        """Action, class and method of each request since the last reset."""
        found: list[dict[str, Any]] = self._control.call("requests", node=self.name)
        return found

    def crash(self) -> None:
        self._control.call("crash", node=self.name)

    def boot(self) -> None:
        self._control.call("boot", node=self.name)

    def cmd(self, line: str) -> dict[str, Any]:
        """Run a command line on the node as the second admin: exit code, stdout, stderr."""
        found: dict[str, Any] = self._control.call("cmd", node=self.name, line=line)
        return found

    def facts(self) -> dict[str, Any]:
        """Names that the seed chose on this node, for tests that must know the truth."""
        found: dict[str, Any] = self._control.call("node", node=self.name)
        return found


class LabCluster:
    def __init__(self, control: ControlClient, name: str) -> None:
        self._control = control
        self.name = name

    def snapshot(self) -> Any:
        """The cluster's state as plain, comparable data."""
        return self._control.call("snapshot", cluster=self.name)

    def tree(self) -> str:
        """The same for people."""
        return str(self._control.call("tree", cluster=self.name))

    def events(self, since: float = 0.0) -> list[dict[str, Any]]:
        """What happened in the cluster after ``since`` (virtual seconds), oldest first."""
        found: list[dict[str, Any]] = self._control.call("events", cluster=self.name, since=since)
        return found

    def writes(self) -> list[dict[str, Any]]:
        """The journal's entries of the client on this cluster and its nodes, oldest first."""
        found: list[dict[str, Any]] = self._control.call("writes", cluster=self.name)
        return found

    def facts(self) -> dict[str, Any]:
        """Names the seed chose: nodes, exchange_group, disks, folder letter, instance id."""
        found: dict[str, Any] = self._control.call("cluster", cluster=self.name)
        return found


class Lab:
    """A running lab. Made by :meth:`start` or :meth:`connect`."""

    def __init__(self, directory: Path, process: subprocess.Popen[bytes] | None) -> None:
        self.directory = directory
        self.ready: Mapping[str, Any] = json.loads((directory / "ready.json").read_text())
        self._process = process
        self._control = ControlClient(Path(self.ready["ctl"]))

    @classmethod
    def connect(cls, directory: Path) -> Lab:
        """Attach to a lab that somebody else runs."""
        return cls(directory, None)

    @classmethod
    def start(
        cls, topology: Path | Mapping[str, Any], directory: Path, speed: float | None = None, ports: int = 0
    ) -> Lab:
        """Start a lab process and wait until its ``ready.json`` exists.

        Raises:
            LabError: it ended or did not get ready in 60 s.
        """
        directory.mkdir(parents=True, exist_ok=True)
        if isinstance(topology, Mapping):
            path = directory / "topology.yml"
            path.write_text(yaml.safe_dump(dict(topology), sort_keys=False))
        else:
            path = topology
        (directory / "ready.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "lab", "run", str(path), "--dir", str(directory), "--ports", str(ports)]
        command += ["--parent", str(os.getpid())]
        if speed is not None:
            command += ["--speed", str(speed)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
        with (directory / "lab.log").open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        _wait_ready(process, directory)
        return cls(directory, process)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the lab; nothing of it is left running."""
        with contextlib.suppress(ControlError, OSError):
            self._control.call("stop")
        self._control.close()
        if self._process is None:
            return
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def hang_up(self) -> None:
        """Close the control connection of a lab that somebody else runs."""
        self._control.close()

    @property
    def inventory(self) -> Path:
        return Path(self.ready["inventory"])

    @property
    def ca(self) -> Path:
        return Path(self.ready["ca"])

    def cluster(self, name: str) -> LabCluster:
        return LabCluster(self._control, name)

    def node(self, name: str) -> LabNode:
        return LabNode(self._control, name)

    def add_cluster(self, name: str, **spec: Any) -> dict[str, Any]:
        """A further cluster in the running lab; returns its nodes with host and ports."""
        added: dict[str, Any] = self._control.call("add_cluster", name=name, spec=spec)
        return added

    def remove_cluster(self, name: str) -> None:
        """Switch a cluster off and forget it."""
        self._control.call("remove_cluster", cluster=name)

    def add_node(self, cluster: str, name: str) -> dict[str, Any]:
        """A further node that joins the cluster; returns its host and ports."""
        added: dict[str, Any] = self._control.call("add_node", cluster=cluster, name=name)
        return added

    def endpoints(self) -> dict[str, dict[str, Any]]:
        """Address and ports of every node that listens."""
        found: dict[str, dict[str, Any]] = self._control.call("endpoints")
        return found

    def inventory_data(self) -> dict[str, Any]:
        """The inventory of the whole lab as it is now, as data."""
        found: dict[str, Any] = self._control.call("inventory")
        return found

    def kill(self, node: str, service: str) -> None:
        """The process of a service dies."""
        self._control.call("kill", node=node, service=service)

    def inject(self, fault: Mapping[str, Any]) -> str:
        return str(self._control.call("inject", fault=dict(fault)))

    def clear(self, fault_id: str | None = None) -> None:
        self._control.call("clear", id=fault_id)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` of virtual time pass at once."""
        self._control.call("advance", seconds=seconds)

    def set_speed(self, speed: float) -> None:
        """Virtual seconds per real second from now on."""
        self._control.call("speed", speed=speed)

    @property
    def now(self) -> float:
        """Virtual seconds since the lab's start."""
        return float(self._control.call("now"))

    def reset_counters(self) -> None:
        """Zero the counters and forget request logs and journal entries so far."""
        self._control.call("reset")

    def admin(self, cluster: str, verb: str, **arguments: Any) -> Any:
        """The second admin: the verbs of WMI, never a poke into state."""
        return self._control.call("admin", cluster=cluster, admin_verb=verb, arguments=arguments)


def _wait_ready(process: subprocess.Popen[bytes], directory: Path) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while not (directory / "ready.json").exists():
        if process.poll() is not None or time.monotonic() > end:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
            log = (directory / "lab.log").read_text(errors="replace")[-3000:]
            raise LabError(f"the lab did not start (exit code {process.returncode}):\n{log}")
        time.sleep(0.02)
