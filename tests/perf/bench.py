"""What an idempotent ``site.yml`` costs, beside the floor and beside PowerShell modules: ``make bench``.

The floor is six ``debug`` tasks per host: what Ansible itself costs for a job written with six modules. The
PowerShell way is five modules answered at once by :mod:`perf.stub`. Times are reported, never asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.api import Lab
from support.play import ROOT, Player, Run

SIZES = (2, 20, 100)
NODES_PER_CLUSTER = 2
FORKS = 10
FLOOR_TASKS = 6
POWERSHELL_TASKS = 5
COUNTED = ("requests", "bytes_in", "authentications", "shells")
COLLECTIONS = Path(__file__).parent / "collections"


@dataclass(frozen=True)
class Row:
    """One line of the table; the counts are per host, memory is the largest process of the run."""

    nodes: int
    way: str
    requests: float
    kb_sent: float
    authentications: float
    shells: float
    seconds: float
    memory_mb: float


def topology(nodes: int) -> dict[str, Any]:
    clusters = {
        f"C{number}": {
            "windows": "windows2008r2",
            "shape": "exchange2007_scc",
            "nodes": {f"C{number}N{index}": {} for index in range(1, NODES_PER_CLUSTER + 1)},
        }
        for number in range(1, nodes // NODES_PER_CLUSTER + 1)
    }
    return {"schema": 1, "seed": 7, "clusters": clusters}


@dataclass
class Bench:
    lab: Lab
    directory: Path

    def player(self) -> Player:
        paths = f"{ROOT / 'collections'}:{COLLECTIONS}"
        return Player(
            self.directory / "home",
            {"ANSIBLE_FORKS": str(FORKS), "ANSIBLE_COLLECTIONS_PATH": paths},
            timeout_s=3600,
        )

    @property
    def nodes(self) -> list[str]:
        return list(self.lab.ready["nodes"])

    def timed(self, playbook: str | Path, inventory: Path) -> tuple[Run, float, float]:
        """The run, its wall time in s, and the largest process in MB."""
        begin = time.monotonic()
        run = self.player().play(playbook, inventory)
        return run.ok(), time.monotonic() - begin, run.memory_mb

    def site(self) -> Row:
        self.lab.reset_counters()
        _run, seconds, memory = self.timed("site.yml", self.lab.inventory)
        counted = [self.lab.node(name).counters for name in self.nodes]
        assert not any(item.writes for item in counted), "a re-apply wrote something"
        totals = {name: sum(getattr(item, name) for item in counted) for name in COUNTED}
        return self.row("site.yml again", totals, seconds, memory)

    def floor(self) -> Row:
        tasks = [{"ansible.builtin.debug": {"msg": number}} for number in range(FLOOR_TASKS)]
        _run, seconds, memory = self.timed(self.written("floor.yml", tasks), self.lab.inventory)
        return self.row(f"{FLOOR_TASKS} x debug", dict.fromkeys(COUNTED, 0), seconds, memory)

    def powershell(self) -> Row:
        tasks = [{"bench.stub.noop": {"name": f"thing {number}"}} for number in range(POWERSHELL_TASKS)]
        shared = self.lab.inventory_data()["all"]["children"]["sem"]["vars"]
        with stub(len(self.nodes), shared, self.directory) as (ports, totals):
            hosts = {f"h{port}": {"ansible_host": "127.0.0.1", "ansible_port": port} for port in ports}
            connection = {key: value for key, value in shared.items() if key.startswith("ansible_")}
            data = {"all": {"children": {"sem": {"hosts": hosts, "vars": {**connection, **SHELL}}}}}
            path = self.directory / "powershell-inventory.yml"
            from lab import inventory

            inventory.write(path, data)
            _run, seconds, memory = self.timed(self.written("powershell.yml", tasks), path)
        return self.row(f"{POWERSHELL_TASKS} PowerShell modules", totals, seconds, memory)

    def written(self, name: str, tasks: list[dict[str, Any]]) -> Path:
        path = self.directory / name
        path.write_text(yaml.safe_dump([{"hosts": "sem", "gather_facts": False, "tasks": tasks}]))
        return path

    def row(self, way: str, totals: Mapping[str, float], seconds: float, memory: float) -> Row:
        count = len(self.nodes)
        per_host = {name: totals[name] / count for name in COUNTED}
        return Row(
            count,
            way,
            per_host["requests"],
            per_host["bytes_in"] / 1000,
            per_host["authentications"],
            per_host["shells"],
            seconds,
            memory,
        )


SHELL = {"ansible_shell_type": "powershell", "ansible_winrm_scheme": "http"}


@contextmanager
def stub(count: int, shared: Mapping[str, Any], parent: Path) -> Iterator[tuple[list[int], dict[str, float]]]:
    """The stub's ports, and its counters once the block has ended."""
    directory = Path(tempfile.mkdtemp(dir=parent))
    command = [sys.executable, "-m", "perf.stub", str(count), shared["ansible_user"], shared["ansible_password"]]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    process = subprocess.Popen([*command, str(directory)], env=environment, cwd=ROOT)
    totals: dict[str, float] = {}
    try:
        yield json.loads(_appeared(directory / "ports.json", process)), totals
        (directory / "stop").touch()
        totals.update(json.loads(_appeared(directory / "counters.json", process)))
    finally:
        (directory / "stop").touch()
        process.wait(10)


def _appeared(path: Path, process: subprocess.Popen[bytes]) -> str:
    end = time.monotonic() + 30
    while not path.exists():
        if process.poll() not in (None, 0) or time.monotonic() > end:
            raise RuntimeError(f"the stub did not write {path.name}")
        time.sleep(0.05)
    return path.read_text()


def measure(nodes: int, directory: Path) -> list[Row]:
    """Three ways to do the same on ``nodes`` nodes; every cluster is converged first."""
    with Lab.start(topology(nodes), directory / "lab", speed=20) as lab:
        bench = Bench(lab, directory)
        bench.player().play("site.yml", lab.inventory).ok()
        return [bench.site(), bench.floor(), bench.powershell()]


def table(rows: list[Row]) -> str:
    lines = [
        "| nodes | way | requests | kB sent | logins | shells | time s | largest process MB |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        lines.append(
            f"| {row.nodes} | {row.way} | {row.requests:.1f} | {row.kb_sent:.1f} | {row.authentications:.1f} | "
            f"{row.shells:.1f} | {row.seconds:.1f} | {row.memory_mb:.0f} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="numbers of nodes (even)")
    sizes = parser.parse_args().sizes
    rows: list[Row] = []
    for nodes in sizes:
        with tempfile.TemporaryDirectory(prefix="sem-bench-") as name:
            rows += measure(nodes, Path(name))
    print("Per host, for a cluster that is as declared already; times on this machine, lab included.\n")
    print(table(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
