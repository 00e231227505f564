"""The topology that shows everything, and the switches of the lab that follow a version."""

from __future__ import annotations

from lab.profiles import PROFILES
from lab.topology import SHAPES, load
from lab.world import World
from support.facts import each_setting
from support.play import ROOT
from support.shapes import world

BREADTH = ROOT / "tests" / "lab" / "topologies" / "breadth.yml"


def test_breadth_holds_every_shape_and_every_windows() -> None:
    topology = load(BREADTH)
    assert {item.shape for item in topology.clusters} == set(SHAPES)
    assert {item.windows for item in topology.clusters} == set(PROFILES)
    assert {item.windows for item in topology.standalone} == set(PROFILES)
    assert max(len(item.nodes) for item in topology.clusters) == 8


def test_breadth_comes_to_rest() -> None:
    """All online but the resource of the vendor's own type, for which no SEM is installed."""
    found = World(load(BREADTH))
    resting = {
        item.name for made in found.clusters.values() for item in made.snapshot().resources if item.state != "ONLINE"
    }
    assert resting == {"SPAMfighter Cluster Instance"}


@each_setting("batch_items_32000", "wsman 2.3", "U")
def test_batches_of_an_updated_windows(batch_items_32000: bool) -> None:
    """2003 and 2008 as delivered send 20 items at most; what the update KB968930 makes of that is not documented."""
    for windows in ("windows2003r2", "windows2008"):
        found = world(windows, "application", 2, {"batch_items_32000": batch_items_32000})
        assert found.machines["N1"].settings.max_batch_items == (32_000 if batch_items_32000 else 20)
    plain = world("windows2003r2", "application", 2, {"batch_items_32000": batch_items_32000}, winrm="1.1")
    assert plain.machines["N1"].settings.max_batch_items == 20
