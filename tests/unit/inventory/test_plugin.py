"""The inventory plugin as ansible-core drives it, on a lab in the same process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import context
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.utils.context_objects import CLIArgs

from support.direct import DirectLab
from support.inventory_plugin import NAME, Parsed, Wire, make_plugin, parse, through

SHAPE = {"windows": "windows2008r2", "shape": "exchange2007_scc"}
EVIL = "{{ 7 * 7 }}{% raw %}"


@pytest.fixture(scope="module")
def lab() -> Iterator[DirectLab]:
    clusters = {
        "C1": {**SHAPE, "nodes": {"N1": {}, "N2": {"state": "down"}, "N3": {}}},
        "C2": {**SHAPE, "nodes": {"M1": {}, "M2": {}}},
        EVIL: {**SHAPE, "nodes": {"X1": {}, "{{ 8 * 8 }}": {}}},
    }
    made = DirectLab({"seed": 7, "clusters": clusters})
    group = made.cluster(EVIL).facts()["exchange_group"]
    made.admin(EVIL, "rename_group", name=group, new_name="{{ lookup('env', 'HOME') }}")
    yield made
    made.stop()


@pytest.fixture
def wire(lab: DirectLab) -> Iterator[Wire]:
    sessions = Wire(lab, {"c1": "N1", "n1": "N1", "n3": "N3", "c2": "M1", "m1": "M1", "evil": "X1"})
    with through(sessions):
        yield sessions


@pytest.fixture(autouse=True)
def no_arguments() -> Iterator[None]:
    """As without a command line; a test may set extra variables."""
    before = context.CLIARGS
    context.CLIARGS = CLIArgs({})
    yield
    context.CLIARGS = before


def extra_variables(**variables: Any) -> None:
    context.CLIARGS = CLIArgs({"extra_vars": (json.dumps(variables),)})


# ---- hosts and groups -----------------------------------------------------------------------------
def test_hosts_groups_and_variables(wire: Wire, tmp_path: Path) -> None:
    found = parse(tmp_path, {"clusters": ["c1", "c2"], "username": "u", "transport": ["ntlm"], "port": 5985})
    assert found.hosts == ["m1", "m2", "n1", "n2", "n3"]
    assert found.group("sem") == found.hosts
    assert found.group("sem_cluster_c1") == ["n1", "n2", "n3"]
    assert found.group("sem_cluster_c2") == ["m1", "m2"]
    assert {group.name for group in found.data.groups["sem"].child_groups} == {"sem_cluster_c1", "sem_cluster_c2"}
    owners = [wire.lab.cluster(name).facts()["owner"].lower() for name in ("C2", "C1")]
    assert found.group("sem_owner") == owners
    assert found.group("sem_passive") == sorted(set(found.hosts) - set(owners))
    host = found.variables("n2")
    assert {name: host[name] for name in host if name.startswith("ansible_")} == {
        "ansible_connection": "winrm",
        "ansible_host": "n2",
        "ansible_port": 5985,
        "ansible_user": "u",
        "ansible_winrm_transport": ["ntlm"],
    }
    assert (host["sem_cluster_node"]["state"], host["sem_cluster_node"]["role"]) == ("down", "passive")
    assert found.screen.warnings == []


def test_virtual_servers_and_clusters_are_no_hosts(wire: Wire, tmp_path: Path) -> None:
    """Rule 4: a virtual server is somebody else tomorrow."""
    found = parse(tmp_path, {"clusters": ["c1"]})
    virtual = {wire.lab.cluster("C1").facts()["virtual_server"].lower(), "c1"}
    addresses = {found.variables(host)["ansible_host"] for host in found.hosts}
    assert found.hosts == ["n1", "n2", "n3"]
    assert virtual.isdisjoint({*found.hosts, *addresses})


def test_constructed_groups_and_variables(wire: Wire, tmp_path: Path) -> None:
    config = {
        "clusters": ["c1"],
        "host_pattern": "*.example.com",
        "keyed_groups": [{"key": "sem_cluster_node.state", "prefix": "state"}],
        "groups": {"answering": "sem_cluster_node.state == 'up'"},
        "compose": {"sem_disk": "'disk of ' ~ sem_cluster_node.name", "ansible_port": "5985"},
        "strict": True,
    }
    found = parse(tmp_path, config)
    assert found.group("state_down") == ["n2.example.com"]
    assert found.group("answering") == ["n1.example.com", "n3.example.com"]
    assert found.variables("n3.example.com")["sem_disk"] == "disk of N3"
    assert int(found.variables("n3.example.com")["ansible_port"]) == 5985


def test_strict_makes_an_expression_that_fails_an_error(wire: Wire, tmp_path: Path) -> None:
    config = {"clusters": ["c1"], "compose": {"x": "sem_cluster_node.nothing.there"}}
    assert "x" not in parse(tmp_path, config).variables("n1")
    with pytest.raises(AnsibleError, match="Could not set x for host n1"):
        parse(tmp_path, {**config, "strict": True})


@pytest.mark.parametrize(("given", "passed"), [({}, None), ({"pass_password": True}, "geheim")])
def test_the_password_stays_here_unless_it_is_asked_for(
    wire: Wire, tmp_path: Path, given: dict[str, Any], passed: str | None
) -> None:
    found = parse(tmp_path, {"clusters": ["c1"], "username": "u", "password": "geheim", **given})
    assert found.variables("n1").get("ansible_password") == passed
    assert [(target.username, target.secret) for target in wire.targets] == [("u", "geheim")]


# ---- names that came from a server ----------------------------------------------------------------
def test_what_a_server_says_is_never_a_template(wire: Wire, tmp_path: Path) -> None:
    config = {
        "clusters": ["evil"],
        "compose": {"copied": "sem_cluster_node.cluster", "joined": "'in ' ~ sem_cluster_node.sem_group"},
        "keyed_groups": [{"key": "sem_cluster_node.sem_group", "prefix": "g"}],
        "strict": True,
    }
    found = parse(tmp_path, config)
    assert found.hosts == ["x1"]
    assert len(found.screen.warnings) == 1
    assert "has a node '{{ 8 * 8 }}' that is left out: that cannot be a computer's name" in found.screen.warnings[0]
    lookup = "{{ lookup('env', 'HOME') }}"
    for expression, expected in (
        ("{{ sem_cluster_node.cluster }}", EVIL),
        ("{{ sem_cluster_node.sem_group }}", lookup),
        ("{{ sem_cluster_node.groups | join }}", lookup),
        ("{{ copied }}", EVIL),
        ("{{ joined }}", f"in {lookup}"),
        ("{{ ansible_host }}", "x1"),
    ):
        assert found.templated("x1", expression) == expected, expression
    assert all(name.isidentifier() for name in found.data.groups)


def test_a_node_is_not_called_like_a_group_of_another_source(wire: Wire, tmp_path: Path) -> None:
    data = InventoryData()
    data.add_group("n3")
    found = parse(tmp_path, {"clusters": ["c1"]}, data=data)
    assert found.hosts == ["n1", "n2"]
    assert "n3 means something else in an inventory" in found.screen.warnings[0]


# ---- credentials ----------------------------------------------------------------------------------
def test_credentials_from_the_environment_are_no_templates(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPAMFIGHTER_SEM_USERNAME", "EXAMPLE\\sem")
    monkeypatch.setenv("SPAMFIGHTER_SEM_PASSWORD", "a {{ b }} %c")
    found = parse(tmp_path, {"clusters": ["c1"], "pass_password": True})
    assert [(target.username, target.secret) for target in wire.targets] == [("EXAMPLE\\sem", "a {{ b }} %c")]
    assert found.templated("n1", "{{ ansible_password }}") == "a {{ b }} %c"


def test_credentials_may_be_templates_that_see_extra_variables(wire: Wire, tmp_path: Path) -> None:
    extra_variables(secret="geheim", cluster="c1", user="u")
    parse(tmp_path, {"clusters": [{"address": "{{ cluster }}", "username": "{{ user }}"}], "password": "{{ secret }}"})
    assert [(item.host, item.username, item.secret) for item in wire.targets] == [("c1", "u", "geheim")]


def test_an_unsafe_value_is_taken_as_it_is(wire: Wire, tmp_path: Path) -> None:
    parse(tmp_path, f"plugin: {NAME}\nclusters: [c1]\nusername: u\npassword: !unsafe 'a{{{{b'\n")
    assert wire.targets[0].secret == "a{{b"


def test_a_template_that_cannot_be_resolved_is_an_error_before_anything_is_sent(wire: Wire, tmp_path: Path) -> None:
    with pytest.raises(AnsibleParserError, match="nowhere"):
        parse(tmp_path, {"clusters": ["c1"], "password": "{{ nowhere }}"})
    assert wire.targets == []


# ---- clusters without an answer -------------------------------------------------------------------
def test_an_unreachable_cluster_is_a_warning(wire: Wire, tmp_path: Path) -> None:
    found = parse(tmp_path, {"clusters": [{"address": "gone", "nodes": ["away"]}, "c2"]})
    assert found.hosts == ["m1", "m2"]
    refused = "cannot connect: connection refused"
    assert found.screen.warnings == [f"{NAME}: the cluster gone cannot be read: gone: {refused}; away: {refused}"]


def test_or_an_error_with_nothing_added(wire: Wire, tmp_path: Path) -> None:
    data = InventoryData()
    with pytest.raises(AnsibleParserError, match="the cluster gone cannot be read"):
        parse(tmp_path, {"clusters": ["c2", "gone"], "unreachable": "fail"}, data=data)
    assert list(data.hosts) == []


def test_several_groups_for_sem_are_a_warning_until_one_is_named(wire: Wire, tmp_path: Path) -> None:
    config = {"clusters": [{"address": "c1", "protected_types": ["Microsoft Exchange", "Generic Service"]}]}
    found = parse(tmp_path, config)
    assert found.hosts == ["n1", "n2", "n3"]
    assert "sem_owner" not in found.data.groups
    assert "name the one that gets SEM with cluster_group" in found.screen.warnings[0]
    config["clusters"][0]["cluster_group"] = wire.lab.cluster("C1").facts()["exchange_group"]  # type: ignore[assignment]
    assert parse(tmp_path, config).group("sem_owner") == ["n1"]


# ---- cache ----------------------------------------------------------------------------------------
def cached(tmp_path: Path, *clusters: str, **options: Any) -> dict[str, Any]:
    kept = {"cache": True, "cache_plugin": "jsonfile", "cache_connection": str(tmp_path / "cache")}
    return {"clusters": list(clusters), "username": "user-canary", "password": "canary", **kept, **options}


def as_data(found: Parsed) -> dict[str, Any]:
    return {host: found.variables(host) for host in found.hosts}


def test_the_cache_saves_the_questions_and_holds_no_credentials(wire: Wire, tmp_path: Path) -> None:
    first = parse(tmp_path, cached(tmp_path, "c1", "evil"))
    asked = len(wire.asked)
    second = parse(tmp_path, cached(tmp_path, "c1", "evil"))
    assert len(wire.asked) == asked == 2
    assert as_data(second) == as_data(first)
    assert {name: found.get_hosts() for name, found in second.data.groups.items()}.keys() == first.data.groups.keys()
    assert second.templated("x1", "{{ sem_cluster_node.cluster }}") == EVIL
    files = [path.read_text(encoding="utf-8") for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(files) == 1
    assert "canary" not in files[0]
    assert "N2" in files[0]


def test_a_refresh_asks_again(wire: Wire, tmp_path: Path) -> None:
    parse(tmp_path, cached(tmp_path, "c1"))
    parse(tmp_path, cached(tmp_path, "c1"), cache=False)
    assert wire.asked == ["c1", "c1"]
    parse(tmp_path, cached(tmp_path, "c1"))
    assert wire.asked == ["c1", "c1"]


def test_a_cluster_that_is_new_or_gave_no_answer_is_asked_beside_the_cache(wire: Wire, tmp_path: Path) -> None:
    parse(tmp_path, cached(tmp_path, "c1", "gone"))
    wire.targets.clear()
    found = parse(tmp_path, cached(tmp_path, "gone", "c1", "c2"))
    assert sorted(wire.asked) == ["c2", "gone"]
    assert found.hosts == ["m1", "m2", "n1", "n2", "n3"]


def test_a_damaged_cache_is_no_cache(wire: Wire, tmp_path: Path) -> None:
    parse(tmp_path, cached(tmp_path, "c1"))
    (path,) = (tmp_path / "cache").iterdir()
    path.write_text(json.dumps({"format": 1, "pictures": "{{ x }}"}), encoding="utf-8")
    assert parse(tmp_path, cached(tmp_path, "c1")).hosts == ["n1", "n2", "n3"]
    assert wire.asked == ["c1", "c1"]


# ---- configuration --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("sem.yml", True),
        ("mail.sem.yaml", True),
        ("spamfighter.sem.cluster.yml", True),
        ("x.sem.cluster.yaml", True),
        ("sem.json", False),
        ("inventory.yml", False),
    ],
)
def test_files_are_known_by_their_names(tmp_path: Path, name: str, ours: bool) -> None:
    assert make_plugin().verify_file(str(tmp_path / name)) is False  # it does not exist
    (tmp_path / name).write_text("", encoding="utf-8")
    assert make_plugin().verify_file(str(tmp_path / name)) is ours


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"clusters": ["c1"], "usrname": "u"}, "there is no option usrname"),
        ({"username": "u"}, "clusters"),
        ({"clusters": []}, "clusters: it is empty"),
        ({"clusters": [{"address": "c1", "hosts": []}]}, "hosts"),
        ({"clusters": ["c1"], "unreachable": "ignore"}, "unreachable"),
        ({"clusters": ["c1"], "transport": ["telepathy"]}, "telepathy"),
        ({"clusters": ["c1"], "plugin": "spamfighter.sem.nothing"}, "spamfighter.sem.nothing"),
    ],
)
def test_wrong_options_are_errors_before_anything_is_sent(
    wire: Wire, tmp_path: Path, config: dict[str, Any], text: str
) -> None:
    with pytest.raises(AnsibleError, match=text):
        parse(tmp_path, {"password": "canary", **config})
    assert wire.targets == []


def test_without_pywinrm_it_says_what_to_install(wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(AnsibleParserError, match="pip install pywinrm"):
        parse(tmp_path, {"clusters": ["c1"]})


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnsibleParserError, match="is empty"):
        parse(tmp_path, yaml.safe_dump(None).replace("null\n...\n", "---\n"))
