"""Tracked text names no machine, no host but public ones, and links to what exists."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from support import pages, tools
from support.play import ROOT

# Namespaces of protocols, licences, and the pages that documentation points to.
HOSTS = {
    "docs.ansible.com",
    "fsf.org",
    "github.com",
    "schemas.dmtf.org",
    "schemas.microsoft.com",
    "schemas.xmlsoap.org",
    "www.gnu.org",
    "www.spamfighter.com",
    "www.w3.org",
}
INVENTED = re.compile(r"(?:[\w-]+\.)*example\.(?:com|org)|toy|windows-host|me<")  # of examples and tests
URL = re.compile(r"https?://([^/:\s\"'`)>\\{]+)")
MACHINE = re.compile(r"(?<![\w.%{}\\-])/(?:work|root|Users|private|home/(?!admin/)[a-z]\w*)/")
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
WRITTEN = ROOT / "tests" / "lab" / "FIDELITY.md"  # by make fidelity; make fidelity-check holds that it exists
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@cache
def texts() -> dict[str, str]:
    """Tracked and new text files that git does not ignore, by path."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = {}
    for name in filter(None, listed.split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    return found


def test_only_public_hosts_are_named() -> None:
    unknown = {
        f"{name}: {host}"
        for name, text in texts().items()
        for host in URL.findall(text)
        if host not in HOSTS and not INVENTED.fullmatch(host)
    }
    assert len(texts()) > 200
    assert unknown == set()


def test_no_path_of_a_machine_is_named() -> None:
    found = [f"{name}: {match[0]}" for name, text in texts().items() for match in MACHINE.finditer(text)]
    assert found == []
    if len(ROOT.parts) > 2:
        assert [name for name, text in texts().items() if str(ROOT) in text] == []


def test_a_path_of_a_machine_would_be_seen() -> None:
    for path in ("work/x/y", "root/.ansible", "home/joe/a"):
        assert MACHINE.search(f"see /{path}")
    assert not MACHINE.search("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2")


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists() or target == WRITTEN, f"{link} leads nowhere"
        if anchor:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}, link


def test_changelog_fragments_are_valid(tmp_path: Path) -> None:
    """``antsibull-changelog lint`` over the fragments, and it does refuse a bad one."""
    tools.ok(["antsibull-changelog", "lint"], tmp_path, cwd=pages.COLLECTION)
    bad = tmp_path / "bad.yml"
    bad.write_text("---\nbugfix: [no such section]\n", encoding="utf-8")
    assert tools.run(["antsibull-changelog", "lint", str(bad)], tmp_path, cwd=pages.COLLECTION).returncode != 0
