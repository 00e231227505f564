"""Many clusters at once: together, in order, each with its own login."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
import winrm

from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory import fleet
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import Declared, Entry, declared
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.picture import Answer, Picture, Unanswered
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target

TOGETHER = 8
PATIENCE_S = 60  # only a defect waits that long
LONG_ENOUGH_S = 0.5


def settings(count: int = 1, **options: Any) -> Declared:
    return declared({"clusters": [f"c{number}" for number in range(count)], "username": "u", **options})


def answer(entry: Entry) -> Picture:
    return Picture(entry.title, "", entry.title, ())


def titles(answers: list[Answer]) -> list[str]:
    return [item.cluster if isinstance(item, Picture) else item.why for item in answers]


def test_clusters_are_asked_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gets past the barrier before as many as allowed are there: without a clock that could be slow."""
    barrier = threading.Barrier(TOGETHER)

    def ask(entry: Entry, *_rest: Any) -> Answer:
        barrier.wait(PATIENCE_S)
        return answer(entry)

    monkeypatch.setattr(fleet, "ask", ask)
    chosen = settings(3 * TOGETHER, concurrency=TOGETHER)
    assert titles(fleet.ask_all(chosen.entries, chosen)) == [entry.title for entry in chosen.entries]


def test_no_more_than_allowed_are_asked_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lock, now, most = threading.Lock(), [0], [0]
    full = threading.Barrier(3)

    def ask(entry: Entry, *_rest: Any) -> Answer:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        full.wait(PATIENCE_S)
        with lock:
            now[0] -= 1
        return answer(entry)

    monkeypatch.setattr(fleet, "ask", ask)
    chosen = settings(12, concurrency=3)
    fleet.ask_all(chosen.entries, chosen)
    assert most == [3]


def test_answers_stand_in_the_order_of_the_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers first: here each waits for the next one."""
    done = [threading.Event() for _number in range(5)]

    def ask(entry: Entry, *_rest: Any) -> Answer:
        number = int(entry.title.removeprefix("c"))
        if number + 1 < len(done):
            assert done[number + 1].wait(PATIENCE_S)
        done[number].set()
        return answer(entry) if number % 2 else Unanswered(entry.title)

    monkeypatch.setattr(fleet, "ask", ask)
    chosen = settings(5)
    assert titles(fleet.ask_all(chosen.entries, chosen)) == ["c0", "c1", "c2", "c3", "c4"]


def test_the_same_entry_twice_is_answered_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "ask", lambda entry, *_rest: answer(entry))
    chosen = declared({"clusters": ["c1", "c1"]})
    assert titles(fleet.ask_all(chosen.entries, chosen)) == ["c1", "c1"]


def test_a_defect_is_not_taken_for_an_unreachable_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_rest: Any) -> Answer:
        raise KeyError("defect")

    monkeypatch.setattr(fleet, "ask", ask)
    chosen = settings(2)
    with pytest.raises(KeyError, match="defect"):
        fleet.ask_all(chosen.entries, chosen)


def test_each_cluster_has_its_own_credentials_and_equal_ones_share_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Target] = {}
    made: list[dict[str, Any]] = []
    real = fleet.connection_with

    def ask(entry: Entry, target: Target, *_rest: Any) -> Answer:
        seen[entry.title] = target
        return answer(entry)

    monkeypatch.setattr(fleet, "ask", ask)
    monkeypatch.setattr(fleet, "connection_with", lambda variables: made.append(variables) or real(variables))
    own = {"username": "b", "password": "q", "winrm": {"message_encryption": "always"}, "ca_trust_path": "/ca.pem"}
    clusters: list[Any] = ["c1", {"address": "c2", "port": 5985, "scheme": "http"}, {"address": "c3", **own}]
    chosen = declared({"clusters": clusters, "username": "a", "password": "p", "transport": ["ntlm"]})
    fleet.ask_all(chosen.entries, chosen)
    assert [(target.username, target.secret) for target in seen.values()] == [("a", "p"), ("a", "p"), ("b", "q")]
    assert seen["c3"].options["message_encryption"] == "always"
    assert seen["c3"].options["ca_trust_path"] == "/ca.pem"
    assert "message_encryption" not in seen["c1"].options
    assert {target.transports for target in seen.values()} == {("ntlm",)}
    assert len(made) == 2


KINIT = """#!/bin/sh
read -r secret
[ "$secret" = "of $1" ] || { echo "wrong password $secret" >&2; exit 1; }
printf %s "$1" > "${KRB5CCNAME#FILE:}"
"""


@pytest.fixture
def kinit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kinit whose ticket is the principal's name, and a pywinrm that has Kerberos."""
    path = tmp_path / "kinit"
    path.write_text(KINIT, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(winrm, "FEATURE_SUPPORTED_AUTHTYPES", ["kerberos", "ntlm", "ssl"])
    monkeypatch.setenv("KRB5CCNAME", "FILE:/of/the/play")
    return path


def test_nobody_is_asked_with_the_ticket_of_another(monkeypatch: pytest.MonkeyPatch, kinit: Path) -> None:
    """kinit's ticket is found through the environment of the whole process."""
    tickets: dict[str, str] = {}
    second = threading.Event()
    real = fleet.target_of

    def target_of(connection: Any) -> Target:
        found = real(connection)
        if found.username == "b@X":
            second.set()
        return found

    def ask(entry: Entry, target: Target, *_rest: Any) -> Answer:
        if target.username == "a@X":
            second.wait(LONG_ENOUGH_S)  # a defect would get the next ticket meanwhile
        cache = os.environ["KRB5CCNAME"].removeprefix("FILE:")
        tickets[entry.title] = Path(cache).read_text() if "kerberos" in target.transports else target.username
        return answer(entry)

    monkeypatch.setattr(fleet, "ask", ask)
    monkeypatch.setattr(fleet, "target_of", target_of)
    clusters = [
        {"address": f"c{number}", "username": user, "password": f"of {user}", "transport": [transport]}
        for number, (user, transport) in enumerate([("a@X", "kerberos"), ("b@X", "kerberos"), ("c", "ntlm")] * 3)
    ]
    clusters.append({"address": "c9", "username": "d@X", "password": "geheim", "transport": ["kerberos"]})
    chosen = declared({"clusters": clusters, "winrm": {"kinit_cmd": str(kinit)}})
    answers = fleet.ask_all(chosen.entries, chosen)
    assert tickets == {f"c{number}": ("a@X", "b@X", "c")[number % 3] for number in range(9)}
    assert isinstance(answers[9], Unanswered)
    assert "Kerberos auth failure for principal d@X" in answers[9].why
    assert "geheim" not in answers[9].why
    assert os.environ["KRB5CCNAME"] == "FILE:/of/the/play"


def test_a_ticket_that_the_controller_has_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, kinit: Path) -> None:
    tickets: list[str | None] = []

    def ask(entry: Entry, *_rest: Any) -> Answer:
        tickets.append(os.environ.get("KRB5CCNAME"))
        return answer(entry)

    monkeypatch.setattr(fleet, "ask", ask)
    chosen = settings(2, transport=["kerberos"], winrm={"kinit_cmd": str(kinit)})
    fleet.ask_all(chosen.entries, chosen)
    assert tickets == ["FILE:/of/the/play"] * 2


def test_no_ticket_cache_before_means_none_after(monkeypatch: pytest.MonkeyPatch, kinit: Path) -> None:
    monkeypatch.delenv("KRB5CCNAME")
    monkeypatch.setattr(fleet, "ask", lambda entry, *_rest: answer(entry))
    chosen = settings(1, transport=["kerberos"], password="of u", winrm={"kinit_cmd": str(kinit)})
    assert titles(fleet.ask_all(chosen.entries, chosen)) == ["c0"]
    assert "KRB5CCNAME" not in os.environ
