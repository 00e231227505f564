"""One cluster asked at its addresses: which node's answer counts, and when asking ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory import asking
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.declared import Address, declared
from ansible_collections.spamfighter.sem.plugins.plugin_utils._inventory.picture import Picture, Unanswered
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    AuthRefused,
    HttpStatus,
    NotSent,
    OutcomeUnknown,
    TlsRefused,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target
from support.direct import DirectLab
from support.inventory_plugin import Silent, Wire, through

TARGET = Target("winrm", "unused", 5986, "https", "/wsman", ("ntlm",), "user", "geheim", {"send_cbt": True})
STATES = ("up", "down", "cluster_service_stopped", "up", "paused")
NODES = {f"N{number}": {"state": state} for number, state in enumerate(STATES, 1)}
TOPOLOGY: dict[str, Any] = {
    "seed": 7,
    "clusters": {"C1": {"windows": "windows2008r2", "shape": "exchange2007_scc", "nodes": NODES}},
    "standalone": {"S1": {"windows": "windows2008r2"}},
}


@pytest.fixture(scope="module")
def lab() -> Iterator[DirectLab]:
    made = DirectLab(TOPOLOGY)
    yield made
    made.stop()


@dataclass
class Failing(Silent):
    """An address that fails in one way; ``sent`` counts."""

    error: Exception
    sent: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, envelope: bytes, timeout_s: float) -> bytes:
        self.sent.append(timeout_s)
        raise self.error


def ask(lab: DirectLab, addresses: list[str], target: Target = TARGET, **options: Any) -> Picture | Unanswered:
    settings = declared({"clusters": [{"address": addresses[0], "nodes": addresses[1:]}], **options})
    return asking.ask(settings.entries[0], target, settings, lab)


def wire(lab: DirectLab) -> Wire:
    return Wire(lab, {"n1": "N1", "n2": "N2", "n3": "N3", "s1": "S1"})


def test_the_first_node_that_answers_shows_the_whole_cluster(lab: DirectLab) -> None:
    sessions = wire(lab)
    with through(sessions):
        found = ask(lab, ["n1", "n3"])
    assert isinstance(found, Picture)
    assert (found.cluster, found.asked, found.owner, found.problems) == ("C1", "n1", "N1", ())
    assert [(item.name, item.state) for item in found.members] == [
        ("N1", "up"),
        ("N2", "down"),
        ("N3", "down"),
        ("N4", "up"),
        ("N5", "paused"),
    ]
    assert sessions.asked == ["n1"]


@pytest.mark.parametrize("told", [True, False])
def test_the_version_of_a_down_node_is_what_the_cluster_tells_or_unknown(told: bool) -> None:
    made = DirectLab({**TOPOLOGY, "wire": {"switches": {"down_nodes_tell_version": told}}})
    with through(wire(made)):
        found = ask(made, ["n1"])
    made.stop()
    assert isinstance(found, Picture)
    windows, down = "6.1.7601", "6.1.7601" if told else ""
    assert [item.version for item in found.members] == [windows, down, down, windows, windows]


def test_addresses_are_asked_in_turn_and_each_says_why_not(lab: DirectLab) -> None:
    sessions = wire(lab)
    with through(sessions):
        found = ask(lab, ["silent", "n2", "n3", "s1:5985", "n1"])
        assert isinstance(found, Picture)
        assert found.asked == "n1"
        assert sessions.asked == ["silent", "n2", "n3", "s1", "n1"]
        failed = ask(lab, ["silent", "n2", "n3", "s1:5985"])
    assert failed == Unanswered(
        "silent: cannot connect: connection refused; n2: cannot connect: connection refused; "
        "n3: its cluster service is in the state Stopped; s1:5985: it is no node of a failover cluster"
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NotSent("no route"), "x: cannot connect: no route"),
        (TlsRefused("hostname mismatch"), "x: TLS failed: hostname mismatch (ca_trust_path"),
        (OutcomeUnknown("reset"), "x: reset"),
        (HttpStatus(404), "x: HTTP 404"),
        (HttpStatus(403, "\x1b[2Jgone\r\n"), "x: HTTP 403:  [2Jgone"),
    ],
)
def test_any_failure_of_the_wire_leads_to_the_next_address(lab: DirectLab, error: Exception, text: str) -> None:
    sessions = wire(lab)
    failing = Failing(error)
    with through(lambda target, limit: failing if target.host == "x" else sessions(target, limit)):
        assert isinstance(ask(lab, ["x", "n1"]), Picture)
        found = ask(lab, ["x"])
    assert isinstance(found, Unanswered)
    assert found.why.startswith(text)
    assert found.why.isprintable()


@pytest.mark.parametrize(("transports", "asked"), [(("ntlm",), ["x"]), (("kerberos",), ["x", "n1"])])
def test_refused_credentials_are_not_tried_on_every_node(
    lab: DirectLab, transports: tuple[str, ...], asked: list[str]
) -> None:
    """Each attempt would count for the lock-out of the account; with Kerberos no password travels."""
    hosts: list[str] = []
    sessions = wire(lab)

    def open_session(target: Target, limit: float | None) -> Any:
        hosts.append(target.host)
        return Failing(AuthRefused("refused (401)")) if target.host == "x" else sessions(target, limit)

    target = Target("winrm", "unused", 5986, "https", "/wsman", transports, "user", "geheim")
    with through(open_session):
        found = ask(lab, ["x", "n1"], target)
    assert hosts == asked
    assert (found == Unanswered("x: refused (401)")) is (asked == ["x"])


def test_a_cluster_may_take_its_time_but_no_longer(lab: DirectLab) -> None:
    """A node that takes requests and answers none holds up its own cluster up to the limit."""

    class Hanging(Failing):
        def send(self, envelope: bytes, timeout_s: float) -> bytes:
            lab.sleep(timeout_s)
            return super().send(envelope, timeout_s)

    hanging = Hanging(OutcomeUnknown("read timed out"))
    start = lab.monotonic()
    with through(lambda target, limit: hanging):
        found = ask(lab, ["x", "y", "z"], timeout_s=50)
    assert lab.monotonic() - start <= 51
    assert sum(hanging.sent) <= 51
    assert isinstance(found, Unanswered)
    assert "z: cannot connect: the time allowed for this cluster (timeout_s) is over" in found.why


@pytest.mark.parametrize(
    ("address", "options", "port", "scheme"),
    [
        ("n1", {}, 5986, "https"),
        ("n1", {"port": 5985}, 5985, "http"),
        ("n1:5985", {}, 5985, "http"),
        ("n1:5985", {"port": 443}, 5985, "http"),
        ("n1:5985", {"scheme": "https"}, 5985, "https"),
        ("n1", {"scheme": "http", "port": 80}, 80, "http"),
    ],
)
def test_where_a_session_goes(address: str, options: dict[str, Any], port: int, scheme: str) -> None:
    entry = declared({"clusters": [address], **options}).entries[0]
    found = asking.at(TARGET, entry, entry.addresses[0])
    assert (found.host, found.port, found.scheme) == ("n1", port, scheme)
    assert (found.username, found.secret, found.transports, found.options) == (
        TARGET.username,
        TARGET.secret,
        TARGET.transports,
        TARGET.options,
    )


def test_the_limit_of_connecting_is_handed_on(lab: DirectLab) -> None:
    sessions = wire(lab)
    with through(sessions):
        ask(lab, ["silent", "n1"], connect_timeout_s=3)
    assert sessions.limits == [3, 3]


def test_every_session_is_closed(lab: DirectLab) -> None:
    closed: list[str] = []

    def open_session(target: Target, limit: float | None) -> Any:
        made: Any = Silent()
        made.close = _noting(closed, target.host)
        return made

    with through(open_session):
        ask(lab, ["a", "b"])
    assert closed == ["a", "b"]


def _noting(closed: list[str], host: str) -> Callable[[], None]:
    return lambda: closed.append(host)


def test_an_address_is_shown_as_it_is_dialled() -> None:
    assert str(Address("2001:db8::7", 5985)) == "[2001:db8::7]:5985"
