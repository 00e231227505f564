"""What the controller keeps: who published what, one upgrade per cluster, logs (rules 4, 13, 14 and 31)."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t
from dataclasses import asdict
from pathlib import Path

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _controller as controller
from ansible_collections.spamfighter.sem.plugins.plugin_utils._controller import LockTimeout, gather_peers, sem_node
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.acting import Peers
from support.observed import published


def fact(node: str, **changed: t.Any) -> dict[str, object]:
    return asdict(published(node, **changed))


def gather(facts: dict[str, t.Any], failed: t.Collection[str] = (), elsewhere: t.Collection[str] = ()) -> Peers:
    active = [host for host in facts if host not in failed]
    return gather_peers(facts, active, [host for host in facts if host not in elsewhere], "run")


# ---- rule 14 ------------------------------------------------------------------------------------
def test_rule_14_an_entry_of_this_run_is_read_back() -> None:
    assert sem_node(fact("N1"), "run") == published("N1")
    assert sem_node({**fact("N1"), "later": "field"}, "run") == published("N1")
    assert sem_node(fact("N1", predicted=True, fresh=True), "run") == published("N1", predicted=True, fresh=True)


@pytest.mark.parametrize("entry", [None, "text", [], {}, {"run_id": None}, fact("N1", run_id="yesterday")])
def test_rule_14_anything_else_is_unknown_never_absent(entry: object) -> None:
    assert sem_node(entry, "run") is None
    assert gather({"a": entry}) == Peers()


def test_rule_14_what_an_older_version_did_not_write_is_empty() -> None:
    entry = sem_node({"run_id": "run", "node": "N1"}, "run")
    assert entry is not None
    assert (entry.product, entry.service, entry.predicted, entry.fresh) == (None, None, False, False)


# ---- rule 13 ------------------------------------------------------------------------------------
def test_rule_13_only_hosts_that_are_here_can_act_and_the_others_say_why() -> None:
    facts = {"a": fact("N1"), "b": fact("N2"), "c": fact("N3"), "d": None}
    peers = gather(facts, failed=("b",), elsewhere=("c",))
    assert peers.nodes == {"n1": published("N1")}
    assert "host b failed" in peers.absent["n2"]
    assert "host c is in another batch" in peers.absent["n3"]
    assert set(peers.absent) == {"n2", "n3"}
    assert peers.of("N1") == published("N1")
    assert peers.of("N2") is None


def test_rule_4_two_hosts_that_are_one_node_are_found_by_the_nodes_own_name() -> None:
    peers = gather({"mailvs": fact("n1"), "a": fact("N1"), "b": fact("N2")})
    assert peers.duplicates == {"n1": ("a", "mailvs")}


def test_rule_4_a_host_that_failed_does_not_make_a_node_absent_or_double() -> None:
    peers = gather({"mailvs": fact("N1"), "a": fact("N1")}, failed=("mailvs",))
    assert peers == Peers({"n1": published("N1")})


# ---- the lock -----------------------------------------------------------------------------------
def test_one_upgrade_per_cluster_at_a_time(tmp_path: Path) -> None:
    with controller.cluster_lock(tmp_path / "locks", "id-1", 1):
        with (
            pytest.raises(LockTimeout, match="another upgrade"),
            controller.cluster_lock(tmp_path / "locks", "id-1", 0),
        ):
            raise AssertionError("two at a time")
        with controller.cluster_lock(tmp_path / "locks", "id-2", 0):
            pass
    with controller.cluster_lock(tmp_path / "locks", "id-1", 0):
        pass


def test_the_lock_is_given_back_after_an_error_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "LOCK_POLL_S", 0.01)
    taken, order = threading.Event(), []

    def first() -> None:
        with contextlib.suppress(RuntimeError), controller.cluster_lock(tmp_path, "id-1", 1):
            taken.set()
            time.sleep(0.1)
            order.append("first")
            raise RuntimeError

    thread = threading.Thread(target=first)
    thread.start()
    assert taken.wait(5)
    with controller.cluster_lock(tmp_path, "id-1", 5):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_locks_are_the_users_own_and_follow_no_link(tmp_path: Path) -> None:
    with controller.cluster_lock(tmp_path / "locks", "../../id", 0):
        (file,) = (tmp_path / "locks").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
    file.unlink()
    file.symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic link"), controller.cluster_lock(tmp_path / "locks", "../../id", 0):
        raise AssertionError("followed")


# ---- logs ---------------------------------------------------------------------------------------
def test_rule_18_no_log_is_written_over_another_one(tmp_path: Path) -> None:
    paths = [Path(controller.keep_log(tmp_path / "logs", "N1", (f"run {number}", "ü"))) for number in range(3)]
    assert [path.read_text(encoding="utf-8") for path in paths] == [f"run {number}\nü\n" for number in range(3)]
    assert all(path.name.startswith("N1-") and path.suffix == ".log" for path in paths)
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
