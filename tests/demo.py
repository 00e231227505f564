"""The main job, start to end, on a cluster in the lab: what ``make demo`` runs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from lab.api import Lab
from support.play import ROOT, Player, Run

TOPOLOGY = ROOT / "tests" / "lab" / "topologies" / "demo.yml"
STEPS = (
    ("preflight.yml", False, "What is there: reads only"),
    ("site.yml", True, "What would be done: check mode with diff"),
    ("site.yml", False, "Install SEM on every node and integrate it"),
    ("site.yml", False, "Again: nothing may change"),
    ("verify.yml", False, "Is everything as declared"),
)


def title(text: str) -> None:
    print(f"\n=== {text} {'=' * max(3, 96 - len(text))}\n", flush=True)


def judge(number: int, run: Run) -> str | None:
    """Why the demo has to stop here, or None."""
    if run.rc != 0:
        return f"step {number} ended with exit code {run.rc}"
    if number in (1, 4, 5) and any(run.changed.values()):
        return f"step {number} must not change anything, but it did: {run.kinds()}"
    if number == 3 and not any(run.changed.values()):
        return "step 3 should have changed something"
    return None


def run_steps(lab: Lab, player: Player) -> str | None:
    """Run every step; the reason why it stopped early, or None."""
    for number, (playbook, check, text) in enumerate(STEPS, 1):
        title(f"{number}. {text}: {playbook}{' --check --diff' if check else ''}")
        run = player.play(playbook, lab.inventory, check=check)
        print(run.output, flush=True)
        if (wrong := judge(number, run)) is not None:
            return wrong
    return None


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="sem-demo-") as name, Lab.start(TOPOLOGY, Path(name) / "lab") as lab:
        if (wrong := run_steps(lab, Player(Path(name) / "home"))) is not None:
            print(wrong, file=sys.stderr)
            return 1
        title("What the lab itself says is there")
        for cluster in lab.ready["clusters"]:
            print(lab.cluster(cluster).tree())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
