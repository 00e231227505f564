"""What ``make build`` refuses to ship."""

from __future__ import annotations

import importlib.util
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
INFO = {"collection_info": {"namespace": "spamfighter", "name": "sem", "version": "0.1.0"}}


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The check, made to believe that the collection has five files."""
    spec = importlib.util.spec_from_file_location("check_archive", ROOT / ".ci" / "check_archive.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "sources", lambda: {"README.md", *SHIPPED})
    return module


SHIPPED = ("plugins/action/package.py", "roles/node/tasks/main.yml", "playbooks/site.yml", "meta/runtime.yml")


def archive(directory: Path, names: Iterable[str], file_name: str = "spamfighter-sem-0.1.0.tar.gz") -> Path:
    path = directory / file_name
    with tarfile.open(path, "w:gz") as opened:
        for name in (*names, "MANIFEST.json", "FILES.json"):
            content = json.dumps(INFO).encode() if name == "MANIFEST.json" else b""
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return path


def test_the_whole_collection_passes(check: ModuleType, tmp_path: Path) -> None:
    archive(tmp_path, ("README.md", *SHIPPED))
    assert check.main(tmp_path) == 0


def test_a_file_of_the_workspace_is_refused(check: ModuleType, tmp_path: Path) -> None:
    found = check.faults(archive(tmp_path, ("README.md", "tests/lab/api.py", *SHIPPED)))
    assert found == ["tests/lab/api.py: in the archive, not in the collection"]
    assert check.main(tmp_path) == 1


def test_a_file_that_was_left_out_is_named(check: ModuleType, tmp_path: Path) -> None:
    found = check.faults(archive(tmp_path, ("README.md", *SHIPPED[1:])))
    assert found == [
        "plugins/action/package.py: in the collection, not in the archive",
        "plugins/: nothing of it is in the archive",
    ]


def test_the_name_has_to_be_the_manifests(check: ModuleType, tmp_path: Path) -> None:
    found = check.faults(archive(tmp_path, ("README.md", *SHIPPED), "spamfighter-sem-0.2.0.tar.gz"))
    assert found == ["spamfighter-sem-0.2.0.tar.gz: the manifest names another collection or version"]


def test_two_archives_are_one_too_many(check: ModuleType, tmp_path: Path) -> None:
    archive(tmp_path, ("README.md", *SHIPPED))
    archive(tmp_path, ("README.md", *SHIPPED), "spamfighter-sem-0.2.0.tar.gz")
    assert check.main(tmp_path) == 1
