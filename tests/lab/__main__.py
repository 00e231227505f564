"""``python -m lab``: run a lab, check a topology, talk to a running lab."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .control import ControlClient, ControlError
from .topology import TopologyError, load


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(prog="lab", description="A Windows failover cluster in a process.")
    verbs = main.add_subparsers(dest="command", required=True)
    run = verbs.add_parser("run", help="run a lab in the foreground")
    run.add_argument("topology", type=Path)
    run.add_argument("--dir", type=Path, required=True, help="where ready.json, the inventory and the CA are written")
    run.add_argument("--ports", type=int, default=0, help="first port; 0 (default): any free ones")
    run.add_argument("--speed", type=float, help="virtual seconds per real second (default: the topology's)")
    run.add_argument("--inventory", type=Path, help="write the inventory here instead of DIR/inventory.yml")
    run.add_argument("--parent", type=int, help="end when the process with this id is no longer the parent")
    check = verbs.add_parser("check", help="check a topology file")
    check.add_argument("topology", type=Path)
    ctl = verbs.add_parser("ctl", help="talk to a running lab")
    ctl.add_argument("--dir", type=Path, required=True)
    ctl.add_argument("verb", help="tree, snapshot, events, inject, clear, advance, counters, writes, cmd, stop, ...")
    ctl.add_argument("arguments", nargs="*", metavar="name=value", help="values are JSON, or plain text")
    return main


def arguments_of(items: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        name, separator, value = item.partition("=")
        if not separator:
            raise ControlError(f"{item!r}: name=value is expected")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def ctl(directory: Path, verb: str, items: list[str]) -> int:
    client = ControlClient(directory / "ctl")
    try:
        result = client.call(verb, **arguments_of(items))
    finally:
        client.close()
    print(result if isinstance(result, str) else json.dumps(result, indent=1))
    return 0


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    try:
        if options.command == "ctl":
            return ctl(options.dir, options.verb, options.arguments)
        topology = load(options.topology)
    except (TopologyError, ControlError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.command == "check":
        print(f"{options.topology}: {len(topology.node_names())} nodes")
        return 0
    # Imported late: checking a topology and talking to a lab need none of the models.
    from .server import Options, run

    speed = topology.speed if options.speed is None else options.speed
    run(topology, Options(options.dir.resolve(), options.ports, speed, options.inventory, options.parent))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
