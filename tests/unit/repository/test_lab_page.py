"""The tables of docs/lab.md name the lab's commands, and all its faults and what a topology can say."""

from __future__ import annotations

import re

from lab.faults import INSTALLER, WIRE
from lab.profiles import PROFILES
from lab.topology import SHAPES
from lab.topology_cluster import CLUSTER_KEYS, MACHINE_KEYS
from lab.verbs import Verbs
from support.play import ROOT

PAGE = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")


def first_column(heading: str) -> set[str]:
    """Words in backticks in the first column of the table below a heading row."""
    rows = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_fault_is_on_the_page() -> None:
    assert first_column("`do`") == {*WIRE, *INSTALLER}


def test_every_command_on_the_page_exists() -> None:
    named = first_column("command")
    assert {"tree", "events", "inject"} < named
    assert named <= {name.removeprefix("do_") for name in dir(Verbs) if name.startswith("do_")}


def test_every_key_of_a_topology_is_on_the_page() -> None:
    assert first_column("`windows`") == set(PROFILES)
    assert first_column("`shape`") == set(SHAPES)
    machine = first_column("key | of a machine: a stand-alone server, a node, or all nodes of a cluster")
    assert machine == set(MACHINE_KEYS)
    assert first_column("key | of a cluster") == set(CLUSTER_KEYS) - machine
