"""Installing, upgrading and removing on one node (rules 1 and 15 to 18)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._plan import Plan
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.package import (
    PackageSeen,
    PackageWanted,
    Source,
    needs_file,
    plan_package,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import Package
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.model import Product
from support.observed import codes, kinds

STAGED = "C:\\Windows\\Temp\\sem-4.1.0.msi"
SOURCE = Source("controller", "/srv/packages/sem-4.1.0.msi", "ab" * 32, 20)
ON_NODE = Source("node", "D:\\Setup\\sem-4.1.0.MSI", None, 20)
WANTED = PackageWanted("present", Package("4.1.0"), SOURCE, STAGED)
EMPTY = PackageSeen("N1", "running", (), staged=False)


def product(version: str = "4.1.0", name: str = "SPAMfighter Exchange Module") -> Product:
    return Product("{1}", name, version, "SPAMfighter", "C:\\Program Files\\SPAMfighter", "", 64, True)


def installed(version: str = "4.1.0", **changed: t.Any) -> PackageSeen:
    return replace(EMPTY, products=(product(version),), **changed)


def plan(seen: PackageSeen, version: str | None = "4.1.0", **changed: t.Any) -> Plan:
    return plan_package(replace(WANTED, package=Package(version), **changed), seen)


# ---- rule 1 -------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("seen", [EMPTY, installed(), installed("4.0.0")])
def test_rule_1_a_member_whose_cluster_service_is_stopped_is_never_touched(state: str, seen: PackageSeen) -> None:
    found = plan(replace(seen, membership="stopped"), state=state)
    assert codes(found) == ["cluster_service_stopped"]
    assert found.changes == ()


@pytest.mark.parametrize("membership", ["none", "running"])
def test_rule_1_the_two_other_answers_install(membership: t.Any) -> None:
    seen = replace(EMPTY, membership=membership)
    assert kinds(plan(seen)) == ["stage", "install"]
    assert needs_file(WANTED, seen)


# ---- versions -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("version", "there", "expected"),
    [
        ("4.1.0", "4.1.0", []),
        ("4.1", "4.1.0.0", []),
        (None, "1.0", []),
        ("4.1.0", "4.0.9", ["stage", "upgrade"]),
        ("4.10.0", "4.9.0", ["stage", "upgrade"]),
    ],
)
def test_rule_15_the_declared_version_is_installed(version: str | None, there: str, expected: list[str]) -> None:
    seen = installed(there)
    assert kinds(plan(seen, version)) == expected
    wanted = replace(WANTED, package=Package(version))
    assert needs_file(wanted, seen) is bool(expected)


@pytest.mark.parametrize("version", ["latest", "4.1b", "4."])
@pytest.mark.parametrize("swap", [False, True])
def test_versions_that_cannot_be_compared_are_refused(version: str, swap: bool) -> None:
    declared, there = ("4.1.0", version) if swap else (version, "4.1.0")
    found = plan(installed(there), declared)
    assert codes(found) == ["version"]
    assert version in found.problems[0].what
    assert not needs_file(replace(WANTED, package=Package(declared)), installed(there))


@pytest.mark.parametrize("owned", [(), ("Mail",)])
def test_going_back_is_never_done_here(owned: tuple[str, ...]) -> None:
    found = plan(installed("4.2.0", owned_groups=owned))
    assert codes(found) == ["newer_installed"]
    assert not needs_file(WANTED, installed("4.2.0"))


def test_several_products_are_refused_with_their_names() -> None:
    seen = replace(EMPTY, products=(product(), product("2.0", "SPAMfighter Exchange Module Tools")))
    for state in ("present", "absent"):
        found = plan(seen, state=state)
        assert codes(found) == ["several_products"]
        assert "Tools 2.0 ({1})" in found.problems[0].what
    assert not needs_file(WANTED, seen)
    assert seen.product is None


# ---- rules 16 and 20 ----------------------------------------------------------------------------
def test_rule_16_the_owner_of_an_exchange_group_is_not_upgraded_under_it() -> None:
    found = plan(installed("4.0.0", owned_groups=("Mail", "Second")))
    assert codes(found) == ["owner_upgrade"]
    assert "'Mail', 'Second'" in found.problems[0].what
    assert "update.yml" in found.problems[0].advice
    assert found.changes == ()


def test_rule_15_the_owner_gets_a_first_installation() -> None:
    assert kinds(plan(replace(EMPTY, owned_groups=("Mail",)))) == ["stage", "install"]


def test_an_upgrade_interrupts_sem_and_an_installation_nothing() -> None:
    assert [item.interrupts for item in plan(installed("4.0.0")).changes] == ["none", "sem"]
    assert [item.interrupts for item in plan(EMPTY).changes] == ["none", "none"]


# ---- the file -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "staged", "expected"),
    [
        (SOURCE, False, ["stage", "install"]),
        (SOURCE, None, ["stage", "install"]),
        (SOURCE, True, ["install"]),
        (ON_NODE, True, ["install"]),
    ],
)
def test_the_file_is_staged_when_it_is_not_there(source: Source, staged: bool | None, expected: list[str]) -> None:
    found = plan(replace(EMPTY, staged=staged), source=source)
    assert kinds(found) == expected
    assert found.changes[-1].after == "4.1.0"


def test_a_staged_file_is_told_by_its_checksums() -> None:
    stage = plan(replace(EMPTY, staged_checksum="cd" * 32)).changes[0]
    assert (stage.target, stage.before, stage.after) == (STAGED, "cd" * 32, "ab" * 32)


@pytest.mark.parametrize(
    ("source", "seen", "expected"),
    [
        (None, EMPTY, "no_source"),
        (replace(SOURCE, path="/srv/setup.exe"), EMPTY, "not_msi"),
        (replace(ON_NODE, path="D:\\a.msi\\setup"), EMPTY, "not_msi"),
        (ON_NODE, EMPTY, "wrong_file"),
        (ON_NODE, replace(EMPTY, staged=None), "wrong_file"),
        (replace(ON_NODE, checksum="ab" * 32), replace(EMPTY, staged_checksum="cd" * 32), "wrong_file"),
        (SOURCE, replace(EMPTY, free_mb=259), "disk_full"),
    ],
)
@pytest.mark.parametrize("old", [False, True])
def test_rule_16_a_file_that_cannot_be_installed_is_a_problem(
    source: Source | None, seen: PackageSeen, expected: str, old: bool
) -> None:
    seen = replace(seen, products=(product("4.0.0"),)) if old else seen
    found = plan(seen, source=source)
    assert codes(found) == [expected]
    assert found.changes == ()


def test_the_wrong_file_is_told_with_both_checksums() -> None:
    assert plan(EMPTY, source=ON_NODE).problems[0].what == "D:\\Setup\\sem-4.1.0.MSI is not on the node"
    wrong = plan(replace(EMPTY, staged_checksum="cd" * 32), source=replace(ON_NODE, checksum="ab" * 32))
    assert "cd" * 32 in wrong.problems[0].what
    assert "ab" * 32 in wrong.problems[0].what


@pytest.mark.parametrize("free", [260, None])
def test_enough_space_or_unknown_space_is_no_problem(free: int | None) -> None:
    assert codes(plan(replace(EMPTY, free_mb=free))) == []


def test_nothing_is_asked_of_the_file_when_nothing_has_to_be_installed() -> None:
    assert plan(installed(free_mb=0), source=None).problems == ()


# ---- absent -------------------------------------------------------------------------------------
def test_rule_30_removal() -> None:
    found = plan(installed(), state="absent")
    assert [(item.kind, item.before, item.after, item.interrupts) for item in found.changes] == [
        ("uninstall", "4.1.0", None, "sem")
    ]
    assert not needs_file(replace(WANTED, state="absent"), EMPTY)
    assert plan(EMPTY, state="absent") == Plan(notes=("SEM is not installed",))


def test_rule_30_sem_is_not_removed_under_its_resource() -> None:
    found = plan(installed(used_by="SPAMfighter Cluster Instance"), state="absent")
    assert codes(found) == ["in_use"]
    assert found.changes == ()
