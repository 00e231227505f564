"""Checks the built archive: ``python .ci/check_archive.py build``.

It has to hold the collection, all of it, and nothing else: the root of the workspace has a link to
``galaxy.yml``, so that a build started there makes an archive of the whole workspace without a warning.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLLECTION = ROOT / "collections" / "ansible_collections" / "spamfighter" / "sem"
GENERATED = {"MANIFEST.json", "FILES.json"}
NEEDED = ("plugins", "roles", "playbooks", "meta")
NOT_SHIPPED = {"galaxy.yml"}


def sources() -> set[str]:
    """The collection's files as git knows them, new ones that are not ignored included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=COLLECTION, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (COLLECTION / name).exists()} - NOT_SHIPPED


def faults(archive: Path) -> list[str]:
    """What is wrong with the archive, as sentences."""
    with tarfile.open(archive) as opened:
        names = {member.name for member in opened.getmembers() if not member.isdir()}
        manifest = opened.extractfile("MANIFEST.json")
        info = json.load(manifest)["collection_info"] if manifest else {}
    expected = sources()
    found = [f"{name}: in the archive, not in the collection" for name in sorted(names - expected - GENERATED)]
    found += [f"{name}: in the collection, not in the archive" for name in sorted(expected - names)]
    found += [f"{part}/: nothing of it is in the archive" for part in NEEDED if not any(_within(names, part))]
    if archive.name != f"{info.get('namespace')}-{info.get('name')}-{info.get('version')}.tar.gz":
        found.append(f"{archive.name}: the manifest names another collection or version")
    return found


def _within(names: set[str], folder: str) -> list[str]:
    return [name for name in names if name.startswith(folder + "/")]


def main(directory: Path) -> int:
    archives = sorted(directory.glob("*.tar.gz"))
    if len(archives) != 1:
        print(f"{directory}: one archive is expected, found {len(archives)}", file=sys.stderr)
        return 1
    wrong = faults(archives[0])
    for line in wrong:
        print(line, file=sys.stderr)
    if not wrong:
        print(f"{archives[0]}: the whole collection and nothing else, {archives[0].stat().st_size // 1024} KiB")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
