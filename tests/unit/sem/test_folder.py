"""The folder on the shared disk and the value that leads SEM to it (rule 11)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import Cluster, Partition, ResourceState
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.folder import (
    Choice,
    FolderSeen,
    FolderWanted,
    choose_disk,
    plan_folder,
    same_path,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.folders import FULL_CONTROL
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import AccessEntry, FolderState
from support.observed import (
    ATTENDANT,
    DISK,
    GROUP,
    LOGS,
    SEM,
    STORE,
    codes,
    exchange_cluster,
    integrated,
    kinds,
    resource,
    sem,
)

SIDS = ("S-1-5-18", "S-1-5-32-544")
WANTED = FolderWanted("SPAMfighter", None, SIDS, 500)
PATH, VALUE, LOCAL = "S:\\SPAMfighter", "SOFTWARE\\SPAMfighter\\DataDirectory", "C:\\ProgramData\\SPAMfighter"
CHOICE = Choice(DISK, PATH, 9_000)
RIGHT = FolderState(PATH, True, True, tuple(AccessEntry(sid, FULL_CONTROL, 3) for sid in SIDS))
DONE = FolderSeen("N1", True, RIGHT, (), PATH, True, None, False, True)


def choose(cluster: Cluster, disk: str | None = None, data: str | None = None, **changed: t.Any) -> Choice:
    wanted = replace(WANTED, disk=disk, **changed)
    return choose_disk(cluster, cluster.groups[GROUP], wanted, cluster.resource(SEM), data)


def volumes(cluster: Cluster, **paths: tuple[str, ...]) -> Cluster:
    """The cluster with other volumes on disk S."""
    parts = tuple(Partition(path, "", 10_000, 9_000) for path in paths["disk"])
    return replace(cluster, partitions={**cluster.partitions, DISK: parts})


# ---- which disk ---------------------------------------------------------------------------------
def test_rule_11_the_only_disk_is_taken() -> None:
    assert choose(exchange_cluster(without=(LOGS,))) == Choice(DISK, PATH, 9_000)


def test_rule_11_several_disks_need_a_name() -> None:
    choice = choose(exchange_cluster())
    assert codes(choice) == ["several_disks"]
    assert f"{LOGS!r} (L:), {DISK!r} (S:)" in choice.problems[0].what


@pytest.mark.parametrize("named", [LOGS, LOGS.upper(), "L:", "l:", "L:\\"])
def test_rule_11_a_disk_is_named_by_resource_or_letter(named: str) -> None:
    assert choose(exchange_cluster(), named).path == "L:\\SPAMfighter"


@pytest.mark.parametrize("named", ["X:", "Disk", "C:", GROUP])
def test_rule_11_a_disk_that_the_group_has_not_is_refused(named: str) -> None:
    choice = choose(exchange_cluster(), named)
    assert codes(choice) == ["disk_missing"]
    assert "(L:)" in choice.problems[0].advice


@pytest.mark.parametrize("named", [None, "L:", "S:"])
def test_rule_11_the_existing_choice_wins_over_the_name(named: str | None) -> None:
    """The resource's dependency, or the data directory, says where SEM's data is."""
    by_resource = choose(integrated(), named)
    by_value = choose(exchange_cluster(), named, "s:\\SPAMfighter\\")
    assert by_resource.disk == by_value.disk == DISK
    assert bool(by_resource.note) == bool(by_value.note) == (named == "L:")


def test_rule_11_of_two_disks_that_sem_depends_on_the_one_with_the_data_is_meant() -> None:
    cluster = integrated(needs=(ATTENDANT, STORE, DISK, LOGS))
    assert choose(cluster, None, "L:\\SPAMfighter").disk == LOGS
    assert codes(choose(cluster)) == ["several_disks"]


@pytest.mark.parametrize("data", [LOCAL, "", "\\\\server\\share", None])
def test_rule_11_local_data_is_no_choice(data: str | None) -> None:
    assert codes(choose(exchange_cluster(), None, data)) == ["several_disks"]


@pytest.mark.parametrize(
    ("named", "data", "path"),
    [
        (None, None, PATH),
        ("T:", None, "T:\\SPAMfighter"),
        (None, "T:\\SPAMfighter", "T:\\SPAMfighter"),
        ("S:", "T:\\SPAMfighter", "T:\\SPAMfighter"),
    ],
)
def test_rule_11_a_disk_with_two_volumes_keeps_the_data_where_it_is(
    named: str | None, data: str | None, path: str
) -> None:
    cluster = volumes(exchange_cluster(without=(LOGS,)), disk=("S:", "T:"))
    assert choose(cluster, named, data).path == path


def test_a_volume_without_a_letter_is_passed_over() -> None:
    assert choose(volumes(exchange_cluster(without=(LOGS,)), disk=("\\\\?\\Volume{1}", "t:"))).path == "T:\\SPAMfighter"


@pytest.mark.parametrize("paths", [(), ("\\\\?\\Volume{1}",), ("\\\\?\\GLOBALROOT\\Device\\Harddisk1\\Partition1",)])
def test_a_disk_without_a_letter_is_refused(paths: tuple[str, ...]) -> None:
    assert codes(choose(volumes(exchange_cluster(without=(LOGS,)), disk=paths))) == ["no_letter"]


@pytest.mark.parametrize("state", [item for item in ResourceState if item != ResourceState.ONLINE])
def test_a_disk_that_is_not_online_is_refused(state: ResourceState) -> None:
    assert codes(choose(exchange_cluster(without=(LOGS,), states={DISK: state}))) == ["disk_offline"]


@pytest.mark.parametrize(("needed", "expected"), [(9_000, []), (9_001, ["disk_full"])])
def test_rule_11_minimum_free_space(needed: int, expected: list[str]) -> None:
    assert codes(choose(exchange_cluster(without=(LOGS,)), min_free_mb=needed)) == expected


def test_rule_2_ccr_has_no_disk_and_says_so() -> None:
    choice = choose(exchange_cluster(without=(DISK, LOGS)), "S:")
    assert (choice.disk, choice.path, choice.problems) == (None, None, ())
    assert "CCR" in choice.note
    assert plan_folder(WANTED, choice, DONE, None).changes == ()
    assert plan_folder(WANTED, choice, DONE, None).notes == (choice.note,)


def test_a_disk_of_another_vendor_is_known_by_its_class() -> None:
    cluster = exchange_cluster(resource("Volume", "Veritas Volume", resource_class=1), without=(DISK, LOGS))
    cluster = replace(cluster, partitions={"Volume": (Partition("V:", "", 10_000, 9_000),)})
    assert choose(cluster).path == "V:\\SPAMfighter"


def test_a_physical_disk_is_known_without_a_class() -> None:
    disk = resource("Disk X", "Physical Disk", resource_class=0)
    cluster = exchange_cluster(disk, without=(DISK, LOGS))
    cluster = replace(cluster, partitions={"Disk X": (Partition("X:", "", 10_000, 9_000),)})
    assert choose(cluster).path == "X:\\SPAMfighter"


def test_a_disk_of_another_group_is_not_meant() -> None:
    cluster = exchange_cluster(resource("Witness", "Physical Disk", "Files"), sem(group="Files"), without=(LOGS,))
    assert choose(cluster).disk == DISK


@pytest.mark.parametrize(
    "name", ["", " ", "a ", " a", "a.", "..", "a/b", "a\\b", "a:b", "%TEMP%", "a!b", "NUL", "con.x"]
)
def test_a_folder_name_that_windows_refuses_is_refused_first(name: str) -> None:
    assert codes(choose(exchange_cluster(), name=name)) == ["folder_name"]


# ---- the steps ----------------------------------------------------------------------------------
def test_rule_11_what_is_right_is_left_alone() -> None:
    assert plan_folder(WANTED, CHOICE, DONE, VALUE).changes == ()


def test_rule_11_the_owner_makes_everything_in_order() -> None:
    seen = replace(DONE, folder=None, data_directory=LOCAL, local_content=("mail.db",))
    plan = plan_folder(WANTED, CHOICE, seen, VALUE)
    assert kinds(plan) == ["folder", "permissions", "copy_data", "data_directory"]
    assert plan.changes[1].before is None
    assert plan.changes[2].interrupts == "sem"
    assert (plan.changes[3].target, plan.changes[3].before, plan.changes[3].after) == (VALUE, LOCAL, PATH)


def test_rule_13_another_node_sets_its_own_value_only() -> None:
    seen = replace(DONE, is_owner=False, folder=None, data_directory=None, local_content=None)
    plan = plan_folder(WANTED, CHOICE, seen, VALUE)
    assert kinds(plan) == ["data_directory"]
    assert "owner's task" in plan.notes[0]


@pytest.mark.parametrize(
    "folder",
    [
        replace(RIGHT, protected=False),
        replace(RIGHT, entries=RIGHT.entries[:1]),
        replace(RIGHT, entries=(*RIGHT.entries, AccessEntry("S-1-1-0", 0x1200A9, 3))),
        replace(RIGHT, entries=(*RIGHT.entries, AccessEntry("S-1-5-18", FULL_CONTROL, 3, allow=False))),
        replace(RIGHT, entries=tuple(replace(item, mask=0x1200A9) for item in RIGHT.entries)),
        replace(RIGHT, entries=tuple(replace(item, flags=0) for item in RIGHT.entries)),
    ],
)
def test_permissions_are_exactly_the_wanted_ones(folder: FolderState) -> None:
    plan = plan_folder(WANTED, CHOICE, replace(DONE, folder=folder), VALUE)
    assert kinds(plan) == ["permissions"]
    assert plan.changes[0].before == sorted(f"{item.sid}:{item.mask:#x}" for item in folder.entries)


@pytest.mark.parametrize(
    ("changed", "copies", "note"),
    [
        ({}, True, ""),
        ({"fresh": True}, False, ""),
        ({"local_content": ()}, False, ""),
        ({"local_content": None}, False, ""),
        ({"folder_content": ("mail.db",)}, False, "holds data already"),
        ({"data_directory": PATH}, False, ""),
        ({"is_owner": False}, False, "owner's task"),
    ],
)
def test_rule_11_local_data_is_copied_once(changed: t.Any, copies: bool, note: str) -> None:
    base = replace(DONE, data_directory=LOCAL, local_content=("mail.db",))
    plan = plan_folder(WANTED, CHOICE, replace(base, **changed), VALUE)
    assert ("copy_data" in kinds(plan)) is copies
    assert note in " ".join(plan.notes)


def test_without_the_value_nothing_is_made() -> None:
    plan = plan_folder(WANTED, CHOICE, replace(DONE, folder=None), None)
    assert codes(plan) == ["data_value_unknown"]
    assert plan.changes == ()


def test_the_value_waits_for_sem() -> None:
    plan = plan_folder(WANTED, CHOICE, replace(DONE, data_directory=None, sem_expected=False), VALUE)
    assert plan.changes == ()
    assert "not installed here" in plan.notes[-1]


def test_a_disk_that_cannot_be_used_stops_everything() -> None:
    choice = choose(exchange_cluster())
    plan = plan_folder(WANTED, choice, replace(DONE, folder=None), VALUE)
    assert (plan.changes, plan.problems) == ((), choice.problems)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("S:\\A", "s:/a/", True),
        (None, "", True),
        ("S:\\A", None, False),
        ("S:\\A", "S:\\A\\B", False),
        ("S:\\A", "S:\\AB", False),
    ],
)
def test_paths_are_the_same_in_any_spelling(left: str | None, right: str | None, same: bool) -> None:
    assert same_path(left, right) is same
