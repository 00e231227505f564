"""Programs that an older Windows has in another form, or not at all."""

from __future__ import annotations

import base64
import hashlib

import pytest

from lab.node.cmd import sddl
from lab.node.files import Ace
from lab.node.switches import NodeSwitches
from lab.node.volumes import CONTAINER_INHERIT, FULL, OBJECT_INHERIT
from lab.profiles import profile
from support.facts import each_setting
from support.node import Bench

INVALID = -2147024809
BOTH = OBJECT_INHERIT | CONTAINER_INHERIT


def bench(windows: str, **switches: bool) -> Bench:
    """With the switches of programs, as the lab applies them to a profile."""
    found = Bench(windows)
    found.node.profile = NodeSwitches(**switches).applied(profile(windows))
    found.node.files.make_directory("C:\\Data")
    found.node.files.write("C:\\Data\\a.bin", b"abc")
    return found


# ---- certutil -----------------------------------------------------------------------------------
@each_setting("certutil_2003_hashfile", "certutil -hashfile, by version", "U")
def test_certutil_of_2003(certutil_2003_hashfile: bool) -> None:
    """Decoding and encoding are documented for 2003, hashing is not; nothing gives SHA-256 there."""
    found = bench("windows2003r2", certutil_2003_hashfile=certutil_2003_hashfile)
    result = found.run("certutil -hashfile C:\\Data\\a.bin")
    assert result.code == (0 if certutil_2003_hashfile else INVALID)
    assert found.run("certutil -hashfile C:\\Data\\a.bin SHA256").code == INVALID
    found.node.files.write("C:\\Data\\a.b64", base64.b64encode(b"abc"))
    assert found.run("certutil -f -decode C:\\Data\\a.b64 C:\\Data\\b.bin").code == 0
    assert found.node.files.read("C:\\Data\\b.bin") == b"abc"
    assert found.run("certutil -encode C:\\Data\\b.bin C:\\Data\\c.b64").code == 0


@each_setting("certutil_2008_hashes", "certutil -hashfile, by version", "U")
def test_certutil_of_2008(certutil_2008_hashes: bool) -> None:
    found = bench("windows2008", certutil_2008_hashes=certutil_2008_hashes)
    spaced = " ".join(f"{byte:02x}" for byte in hashlib.sha1(b"abc").digest())
    assert spaced in found.run("certutil -hashfile C:\\Data\\a.bin").out
    assert found.run("certutil -hashfile C:\\Data\\a.bin SHA256").code == (0 if certutil_2008_hashes else INVALID)


@pytest.mark.parametrize(("windows", "spaced"), [("windows2008r2", True), ("windows2012r2", False)])
def test_certutil_of_later_ones(windows: str, spaced: bool) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    text = " ".join(digest[index : index + 2] for index in range(0, 64, 2)) if spaced else digest
    found = bench(windows)
    assert text in found.run("certutil -hashfile C:\\Data\\a.bin SHA256").out
    assert found.run("certutil -hashfile C:\\Data\\a.bin WHIRLPOOL").code != 0


# ---- icacls -------------------------------------------------------------------------------------
@each_setting("icacls_2003_inheritance", "KB919240", "D")
def test_icacls_of_2003_cannot_cut_inheritance_by_an_option(icacls_2003_inheritance: bool) -> None:
    """The article on icacls for 2003 names neither /inheritance nor /q; granting and /reset it does."""
    found = bench("windows2003r2", icacls_2003_inheritance=icacls_2003_inheritance)
    assert found.run("icacls C:\\Data /grant *S-1-5-18:(OI)(CI)F").code == 0
    assert found.run("icacls C:\\Data /reset").code == 0
    assert found.run("icacls C:\\Data /inheritance:r").code == (0 if icacls_2003_inheritance else 87)
    assert found.run("icacls C:\\Data /reset /q").code == (0 if icacls_2003_inheritance else 87)


@each_setting("icacls_2008_inheritance", "icacls, by version", "U")
def test_icacls_of_2008(icacls_2008_inheritance: bool) -> None:
    found = bench("windows2008", icacls_2008_inheritance=icacls_2008_inheritance)
    assert found.run("icacls C:\\Data /inheritance:r").code == (0 if icacls_2008_inheritance else 87)
    assert bench("windows2008r2").run("icacls C:\\Data /inheritance:r /q").code == 0


@pytest.mark.fact("KB919240", "D")
@pytest.mark.parametrize("windows", ["windows2003r2", "windows2008", "windows2022"])
def test_icacls_restores_a_descriptor_that_cuts_inheritance(windows: str) -> None:
    """The documented way for every version: a name and a descriptor in UTF-16, restored on the folder above."""
    found = bench(windows)
    text = "Data\r\nD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)\r\n"
    found.node.files.write("C:\\acl.txt", text.encode("utf-16-le"))
    result = found.run("icacls C:\\ /restore C:\\acl.txt")
    assert result.code == 0
    protected, entries = found.node.files.acl("C:\\Data")
    assert protected
    assert entries == (Ace("S-1-5-32-544", FULL, BOTH), Ace("S-1-5-18", FULL, BOTH))
    assert found.run("icacls C:\\Data /save C:\\saved.txt").code == 0
    saved = found.node.files.read("C:\\saved.txt").decode("utf-16-le").splitlines()
    assert saved == ["Data", "D:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)"]
    found.node.files.write("C:\\acl.txt", "Data\r\nD:nonsense\r\n".encode("utf-16-le"))
    assert found.run("icacls C:\\ /restore C:\\acl.txt").code == 13


@pytest.mark.parametrize(
    "text", ["", "O:BA", "D:(A;OICI;FA;;;BA", "D:(A;XX;FA;;;BA)", "D:(A;;ZZ;;;BA)", "D:(A;;FA;;;QQ)"]
)
def test_what_is_no_descriptor(text: str) -> None:
    assert sddl.parse(text) is None


# ---- others -------------------------------------------------------------------------------------
@pytest.mark.fact("reg.exe, KB948698", "I")
def test_reg_of_2003_knows_no_views() -> None:
    line = "reg add HKLM\\SOFTWARE\\X /v A /d 1 /reg:32"
    assert bench("windows2003r2").run(line).code == 1
    assert bench("windows2008").run(line).code == 0


@pytest.mark.fact("robocopy, Windows Server 2008", "D")
def test_robocopy_came_with_2008() -> None:
    assert bench("windows2003r2").run("robocopy C:\\Data C:\\Copy").code == 1
    found = bench("windows2008")
    found.node.files.make_directory("C:\\Data\\deep")
    found.node.files.write("C:\\Data\\deep\\b.bin", b"b")
    assert found.run("robocopy C:\\Data C:\\Copy /E").code == 1
    assert found.node.files.read("C:\\Copy\\deep\\b.bin") == b"b"
    assert found.run("robocopy C:\\Data C:\\Copy /E").code == 0
    assert found.run("robocopy C:\\Nowhere C:\\Copy").code == 16


@pytest.mark.parametrize("windows", ["windows2003r2", "windows2022"])
def test_fsutil_tells_the_free_space_of_a_folders_volume(windows: str) -> None:
    found = bench(windows)
    free = found.node.files.drive("C:").free_mb() * 1024 * 1024
    assert f"Total # of free bytes        : {free}\r\n" in found.run("fsutil volume diskfree C:\\Data").out
    assert found.run("fsutil volume diskfree Q:\\").code == 1
