"""What the inventory cache keeps, and what is read from one that somebody else wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory import cache
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import Address, Entry
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.picture import Member, Picture, Unanswered

ENTRY = Entry((Address("c1"), Address("n1", 5985)), {"ansible_user": "EXAMPLE\\sem"}, password="geheim")
MEMBERS = (Member("N1", "up", "6.1.7601", ("EVS1",)), Member("N2", "down", "", ()))
PICTURE = Picture("C1", "id", "c1", MEMBERS, "EVS1", "N1", ("a problem",))


def test_a_picture_survives_json() -> None:
    kept = json.loads(json.dumps(cache.write([(ENTRY, PICTURE)])))
    assert cache.read(kept, [ENTRY]) == [PICTURE]


def test_neither_credentials_nor_failures_are_kept() -> None:
    kept = json.dumps(cache.write([(ENTRY, PICTURE), (replace(ENTRY, name="x", cluster_group="y"), Unanswered("why"))]))
    assert "geheim" not in kept
    assert "EXAMPLE" not in kept
    assert "why" not in kept
    assert len(json.loads(kept)["pictures"]) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"addresses": (Address("c2"),)},
        {"addresses": (Address("c1"),)},
        {"variables": {"ansible_port": 5985}},
        {"cluster_group": "EVS2"},
        {"protected_types": ("Other",)},
    ],
)
def test_what_changes_the_picture_asks_anew(changed: dict[str, Any]) -> None:
    kept = cache.write([(ENTRY, PICTURE)])
    assert cache.read(kept, [replace(ENTRY, **changed), ENTRY]) == [None, PICTURE]


@pytest.mark.parametrize("changed", [{"password": "other"}, {"variables": {"ansible_user": "b"}}, {"name": "x"}])
def test_credentials_and_names_do_not(changed: dict[str, Any]) -> None:
    assert cache.read(cache.write([(ENTRY, PICTURE)]), [replace(ENTRY, **changed)]) == [PICTURE]


def damaged() -> list[object]:
    good = cache.write([(ENTRY, PICTURE)])
    key = cache.key_of(ENTRY)
    members = good["pictures"][key]["members"]
    bad: list[object] = [None, [], "text", {}, {**good, "format": 2}, {**good, "pictures": []}]
    for picture in (None, 7, {}, {**good["pictures"][key], "more": 1}, {**good["pictures"][key], "members": [{}]}):
        bad.append({**good, "pictures": {key: picture}})
    for changed in ({"cluster": 7}, {"owner": ["N1"]}, {"members": [{**members[0], "groups": [1]}]}):
        bad.append({**good, "pictures": {key: {**good["pictures"][key], **changed}}})
    return bad


@pytest.mark.parametrize("data", damaged(), ids=str)
def test_what_this_version_cannot_read_is_asked_anew(data: object) -> None:
    assert cache.read(data, [ENTRY]) == [None]
