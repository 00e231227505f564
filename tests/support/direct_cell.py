"""A cluster in a :class:`DirectLab`, with the interface of an end-to-end test's cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.inventory import Endpoint

from .cell import Cell
from .direct import DirectLab
from .play import Player
from .rollout import Outcome, Rollout, TaskResult


@dataclass
class DirectCell(Cell):
    """``play`` runs the collection's playbooks in this process."""

    def endpoints(self) -> dict[str, Endpoint]:
        return {}

    def play(  # type: ignore[override]
        self,
        playbook: str | Path = "site.yml",
        *,
        check: bool = False,
        scheme: str = "http",
        variables: Mapping[str, Any] | None = None,
        arguments: Sequence[str] = (),
        verbosity: int = 0,
    ) -> Outcome:
        options = dict(zip(arguments[::2], arguments[1::2], strict=True))
        assert set(options) <= {"--tags", "--limit"}, options
        rollout = self._rollout(variables or {})
        limit = options["--limit"].split(",") if "--limit" in options else None
        tags = options["--tags"].split(",") if "--tags" in options else ()
        return rollout.play(str(playbook).removesuffix(".yml"), check=check, limit=limit, tags=tags)

    def _rollout(self, variables: Mapping[str, Any]) -> Rollout:
        shared = {**self.direct.world.sem_variables(), **self.extra, **variables}
        return Rollout(self.direct, {self.host(node): node for node in self.nodes}, shared)

    @property
    def direct(self) -> DirectLab:
        assert isinstance(self.lab, DirectLab)
        return self.lab

    def module(self, name: str, node: str, *, check: bool = False, **args: Any) -> TaskResult:
        """One module on one node, with the product's profile, and its package where there is one."""
        shared = {**self.direct.world.sem_variables(), **self.extra}
        given = {"profile": shared["sem_profile"]}
        if name in ("node_info", "package"):
            given["package"] = shared["sem_package"]
        return self._rollout({}).module(name, self.host(node), check=check, **{**given, **args})


def direct_cell(directory: Path, nodes: int = 3, wire: Mapping[str, Any] | None = None, **spec: Any) -> DirectCell:
    """A lab of its own with one cluster in it; ``wire`` as in a topology file, ``spec`` the cluster's."""
    topology: dict[str, Any] = {"seed": 7, "standalone": {"S0": {"windows": "windows2008r2"}}}
    lab = DirectLab({**topology, **({"wire": json.loads(json.dumps(wire))} if wire else {})})
    cell = DirectCell.create(lab, Player(directory / "home"), directory, nodes, **spec)
    assert isinstance(cell, DirectCell)
    return cell
