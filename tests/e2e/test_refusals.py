"""What cannot be done safely is refused before anything is touched, and the message says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.cell import Cell
from support.play import Run

NAME = "SPAMfighter Cluster Instance"
Factory = Callable[..., Cell]


def refused(run: Run, cell: Cell, code: str) -> str:
    """The message, once it is sure that the run was refused for ``code`` and wrote nothing."""
    assert run.rc in (2, 4), run.output[-3000:]
    codes = {item["code"] for failure in run.failures() for item in failure.result.get("problems", ())}
    assert codes == {code}, run.output[-3000:]
    assert cell.writes == []
    messages = [str(failure.result["msg"]) for failure in run.failures()]
    assert all("What to do:" in message and "Nothing was touched" in message for message in messages)
    return messages[0]


def shared(cell: Cell) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = cell.lab.inventory_data()["all"]["children"]["sem"]["vars"]
    return found


def test_cluster_service_stopped(cell: Cell) -> None:
    """Rule 1: a member is never treated as a stand-alone server."""
    node = cell.passive
    cell.cmd(node, "net stop ClusSvc")
    cell.lab.advance(30)
    cell.forget()
    run = cell.play(arguments=["--limit", cell.host(node)])
    assert "clussvc" in refused(run, cell, "cluster_service_stopped")


def test_cluster_service_disabled(cell: Cell) -> None:
    """Rule 1: also when an admin has disabled it for a while."""
    node = cell.passive
    cell.cmd(node, "net stop ClusSvc")
    cell.cmd(node, "sc config ClusSvc start= disabled")
    cell.lab.advance(30)
    cell.forget()
    refused(cell.play(arguments=["--limit", cell.host(node)]), cell, "cluster_service_stopped")


def test_several_disks_need_a_name(make_cell: Factory) -> None:
    """Rule 11."""
    cell = make_cell(disks=2)
    cell.play(arguments=["--tags", "install"]).ok()
    cell.forget()
    assert "disk" in refused(cell.play(), cell, "several_disks")
    name = cell.facts["disks"][1]["resource"]
    cell.play(variables={"sem_disk": name}).ok()
    assert f"[{name}]" in cell.resource(NAME)["dependencies"]
    cell.forget()
    assert cell.play().ok().changes == []  # the existing choice wins, and needs no name


def test_wrong_checksum(cell: Cell) -> None:
    package = {**shared(cell)["sem_package"], "checksum": "sha256:" + "0" * 64}
    run = cell.play(variables={"sem_package": package})
    assert run.rc == 2
    assert "SHA-256" in run.output
    assert cell.writes == []


def test_package_missing(cell: Cell) -> None:
    run = cell.play(variables={"sem_package": {"src": "nowhere/sem.msi", "version": "4.1.0"}})
    assert run.rc == 2
    assert "there is no file" in run.output
    assert cell.writes == []


def test_package_not_declared(cell: Cell) -> None:
    refused(cell.play(variables={"sem_package": {"version": "4.1.0"}}), cell, "no_source")


def test_wrong_password(cell: Cell) -> None:
    run = cell.play(variables={"ansible_password": "wrong"})
    assert run.rc == 4
    assert "ansible_password" in run.output
    assert cell.writes == []


def test_untrusted_certificate(cell: Cell) -> None:
    run = cell.play(scheme="https", variables={"ansible_winrm_ca_trust_path": ""})
    assert run.rc == 4
    assert "ansible_winrm_ca_trust_path" in run.output
    assert cell.writes == []


def test_access_denied(cell: Cell) -> None:
    node = cell.nodes[0]
    cell.lab.inject({"do": "access_denied", "when": {"node": node}})
    run = cell.play(arguments=["--limit", cell.host(node)])
    cell.lab.clear()
    assert run.rc == 2
    assert "administrator" in run.output
    assert cell.writes == []


def test_group_that_does_not_exist(cell: Cell) -> None:
    message = refused(cell.play(variables={"sem_cluster_group": "No & such"}), cell, "group_missing")
    assert cell.facts["exchange_group"] in message


def test_name_taken_by_another_group(cell: Cell) -> None:
    cell.play(arguments=["--tags", "install"]).ok()
    cell.admin("create_resource", group=cell.facts["foreign_group"], name=NAME, type_name="Generic Service")
    cell.forget()
    run = cell.play()
    assert run.rc == 2
    assert "What to do: rename or delete it" in run.output
    assert not any(item["kind"].startswith("cluster.") for item in cell.writes)


def test_owner_not_in_the_play(cell: Cell) -> None:
    """Rule 13: nothing is silently left undone."""
    cell.play(arguments=["--tags", "install"]).ok()
    cell.forget()
    run = cell.play(arguments=["--limit", f"all:!{cell.host(cell.owner)}"])
    assert run.rc == 2
    assert cell.owner in run.output
    assert "not in this play" in run.output
    assert not any(item["kind"].startswith("cluster.") for item in cell.writes)


def test_node_without_sem(cell: Cell) -> None:
    """Rule 15: a possible owner that lacks SEM is named."""
    hosts = f"all:!{cell.host(cell.nodes[2])}"
    cell.play(arguments=["--tags", "install", "--limit", hosts]).ok()
    cell.forget()
    run = cell.play(arguments=["--tags", "integrate"])
    assert run.rc == 2
    assert f"SEM is not installed on the possible owner {cell.nodes[2]}" in run.output


def test_same_node_twice(cell: Cell) -> None:
    """Rule 4: the virtual server's name leads to its owner."""
    path = cell.inventory()
    text = path.read_text()
    host = cell.host(cell.owner)
    block = text[text.index(f"{host}:") :].splitlines()[1:4]
    twin = "\n".join(["            virtual-name:", *block]) + "\n"
    at = text.index(f"            {host}:")
    path.write_text(text[:at] + twin + text[at:])
    cell.player.play("site.yml", path, arguments=["--tags", "install", "--limit", "all:!virtual-name"]).ok()
    cell.forget()
    run = cell.player.play("site.yml", path, arguments=["--tags", "integrate"])
    assert run.rc == 2
    assert "virtual-name" in run.output
    assert not any(item["kind"].startswith("cluster.") for item in cell.writes)


def test_paused_owner(cell: Cell) -> None:
    cell.play(arguments=["--tags", "install"]).ok()
    cell.admin("pause_node", name=cell.owner)
    cell.forget()
    run = cell.play()
    assert run.rc == 2
    assert "paused" in run.output
    assert not any(item["kind"].startswith("cluster.") for item in cell.writes)


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"sem_folder_name": "a<b"}, "a folder name may not hold"),
        ({"sem_folder_name": "con"}, "reserved by Windows"),
        ({"sem_restart": {"retry_s": 5}}, "retry_s may not be shorter"),
        ({"sem_pending_timeout_s": 0}, "pending_timeout_s: 0 s is not between"),
    ],
)
def test_illegal_option(cell: Cell, variables: dict[str, object], text: str) -> None:
    cell.play(arguments=["--tags", "install"]).ok()
    cell.forget()
    run = cell.play(variables=variables)
    assert run.rc == 2
    assert text in " ".join(run.output.split())
    assert not any(item["kind"].startswith("cluster.") for item in cell.writes)
