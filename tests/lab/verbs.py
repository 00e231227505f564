"""What the control socket understands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from .console import run_line
from .control import Handler
from .journal import acting
from .node.machine import WindowsNode
from .topology import ClusterSpec, parse

if TYPE_CHECKING:
    from .server import LabProcess

COMMAND_LIMIT_S = 600.0


class Verbs:
    """The verbs of one lab process; each takes the request's arguments and returns plain data."""

    def __init__(self, process: LabProcess) -> None:
        self._process = process
        self._world = process.world

    def table(self) -> Mapping[str, Handler]:
        return {name.removeprefix("do_"): getattr(self, name) for name in dir(self) if name.startswith("do_")}

    # ---- looking ----------------------------------------------------------------------------
    def do_tree(self, arguments: Mapping[str, Any]) -> str:
        names = [arguments["cluster"]] if "cluster" in arguments else list(self._world.clusters)
        return "\n\n".join(self._tree(name) for name in names)

    def _tree(self, name: str) -> str:
        lines = [self._world.clusters[name].tree()]
        for node in self._world.cluster_specs[name].nodes:
            products = self._world.installer(node.name).packages.values()
            found = [f"{item.property('ProductName')} {item.property('ProductVersion')}" for item in products]
            lines.append(f"  on {node.name}: {', '.join(found) or 'nothing of SEM'}")
        return "\n".join(lines)

    def do_snapshot(self, arguments: Mapping[str, Any]) -> Any:
        return dataclasses.asdict(self._world.clusters[arguments["cluster"]].snapshot())

    def do_events(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        cluster = self._world.clusters[arguments["cluster"]]
        return [dataclasses.asdict(event) for event in cluster.events_since(float(arguments.get("since", 0)))]

    def do_cluster(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        name = arguments["cluster"]
        cluster, naming = self._world.clusters[name], self._world.naming[name]
        main = naming.main.group if naming.groups else naming.cluster_group
        owner = cluster.core.group(main).owner
        nodes = [node.name for node in cluster.core.nodes]
        return naming.facts() | {"owner": owner, "nodes": nodes, "instance_id": cluster.instance_id}

    def do_node(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        node = self._world.machines[arguments["node"]]
        installed = [item.property("ProductVersion") for item in self._world.installer(node.name).packages.values()]
        services = {name: dataclasses.asdict(status) for name, status in self._services(node)}
        return {"name": node.name, "up": node.up, "installed": installed, "services": services}

    def _services(self, node: WindowsNode) -> list[tuple[str, Any]]:
        return [(name, node.services.status(name)) for name in node.services.names()]

    # ---- counting ---------------------------------------------------------------------------
    def do_counters(self, arguments: Mapping[str, Any]) -> dict[str, int]:
        name = arguments["node"]
        found = dataclasses.asdict(self._world.counters[name])
        found.pop("log")
        return {**found, "writes": len(self._writes({name}))}

    def do_requests(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [dataclasses.asdict(item) for item in self._world.counters[arguments["node"]].log]

    def do_writes(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        if "node" in arguments:
            return self._writes({arguments["node"]}, arguments.get("actor", "client"))
        name = arguments["cluster"]
        nodes = {node.name for node in self._world.cluster_specs[name].nodes}
        return self._writes(nodes | {name}, arguments.get("actor", "client"))

    def _writes(self, where: set[str], actor: str = "client") -> list[dict[str, Any]]:
        return [dataclasses.asdict(item) for item in self._world.journal.by(actor) if item.where in where]

    def do_reset(self, arguments: Mapping[str, Any]) -> None:
        for counters in self._world.counters.values():
            counters.reset()
        self._world.journal.writes.clear()

    # ---- doing ------------------------------------------------------------------------------
    def do_crash(self, arguments: Mapping[str, Any]) -> None:
        self._world.machines[arguments["node"]].crash()

    def do_boot(self, arguments: Mapping[str, Any]) -> None:
        self._world.machines[arguments["node"]].boot()

    def do_kill(self, arguments: Mapping[str, Any]) -> None:
        """A service's process dies."""
        with acting("admin"):
            self._world.machines[arguments["node"]].services.crash(arguments["service"])

    def do_cmd(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        node = self._world.machines[arguments["node"]]
        line = arguments["line"]
        done = run_line(node.shells(), self._world.clock, line, actor="admin", limit_s=COMMAND_LIMIT_S)
        texts = {"stdout": done.stdout.decode("utf-8", "replace"), "stderr": done.stderr.decode("utf-8", "replace")}
        return {"exit_code": done.exit_code, **texts}

    def do_add_cluster(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        spec = _cluster_spec(arguments["name"], arguments["spec"])
        self._world.add_cluster(spec)
        self._process.spawn_listeners(spec)
        return {"nodes": [node.name for node in spec.nodes]}

    def do_remove_cluster(self, arguments: Mapping[str, Any]) -> None:
        """It is switched off and forgotten; its nodes do not listen any more."""
        self._process.close_listeners(self._world.remove_cluster(arguments["cluster"]))

    def do_add_node(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self._world.add_node(arguments["cluster"], arguments["name"])
        self._process.spawn_listeners(self._world.cluster_specs[arguments["cluster"]])
        return {"node": arguments["name"]}

    def do_endpoints(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Where the nodes listen; a node added a moment ago appears when its listeners are open."""
        return {name: dataclasses.asdict(item) for name, item in self._process.endpoints.items()}

    def do_inventory(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return self._process.build_inventory()

    def do_inject(self, arguments: Mapping[str, Any]) -> str:
        return self._world.faults.inject(arguments["fault"])

    def do_clear(self, arguments: Mapping[str, Any]) -> None:
        self._world.faults.clear(arguments.get("id"))

    def do_advance(self, arguments: Mapping[str, Any]) -> float:
        self._world.clock.advance(float(arguments["seconds"]))
        return self._world.clock.now

    def do_speed(self, arguments: Mapping[str, Any]) -> None:
        """Virtual seconds per real second from now on."""
        self._process.speed = float(arguments["speed"])

    def do_now(self, arguments: Mapping[str, Any]) -> float:
        return self._world.clock.now

    def do_admin(self, arguments: Mapping[str, Any]) -> object:
        cluster = self._world.clusters[arguments["cluster"]]
        return cluster.admin(arguments["admin_verb"], **arguments.get("arguments", {}))

    def do_stop(self, arguments: Mapping[str, Any]) -> None:
        self._process.stopping.set()


def _cluster_spec(name: str, spec: Mapping[str, Any]) -> ClusterSpec:
    text = yaml.safe_dump({"schema": 1, "clusters": {name: dict(spec)}})
    return parse(text).clusters[0]
