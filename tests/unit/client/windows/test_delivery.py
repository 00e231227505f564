"""Getting a file onto a node, and the end of a log back."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows import delivery
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import UnsafeValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.operations import CommandResult
from support.scripted_shell import ScriptedShell

TARGET = "C:\\Windows\\Temp\\spamfighter_sem\\sem.msi"
SUM = hashlib.sha256(b"x").hexdigest()
HASHING = f'if exist "{TARGET}" (certutil -hashfile'


def test_where_things_are_put() -> None:
    assert delivery.staging_directory("D:\\WINNT") == "D:\\WINNT\\Temp\\spamfighter_sem"


def test_the_checksum_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"ab" * 1_000_000)
    assert delivery.local_checksum(path) == hashlib.sha256(b"ab" * 1_000_000).hexdigest()


# ---- checksums ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        f"SHA256 hash of C:\\f:\r\n{SUM}\r\nCertUtil: -hashfile command completed successfully.\r\n",
        "SHA256-Hash der Datei f:\r\n" + " ".join(SUM[n : n + 2] for n in range(0, 64, 2)).upper() + "\r\nfertig\r\n",
    ],
)
def test_a_checksum_in_any_language_and_spelling(text: str) -> None:
    """Blanks between the bytes before Server 2012."""
    assert delivery.remote_checksum(ScriptedShell({HASHING: text}), TARGET) == SUM


def test_a_file_that_is_not_there() -> None:
    shell = ScriptedShell({HASHING: 2})
    assert delivery.remote_checksum(shell, TARGET) is None
    assert shell.lines == [f'if exist "{TARGET}" (certutil -hashfile "{TARGET}" SHA256) else (exit /b 2)']


def test_a_checksum_that_cannot_be_made() -> None:
    said = CommandResult(-2146885613, "CertUtil: -hashfile command FAILED: 0x80092013\r\n", "")
    with pytest.raises(WindowsError, match="no checksum") as refused:
        delivery.remote_checksum(ScriptedShell({HASHING: said}), TARGET)
    assert refused.value.code == -2146885613


# ---- upload -------------------------------------------------------------------------------------
class Node(ScriptedShell):
    """Decodes what it gets. ``damage`` changes the file on its way."""

    def __init__(self, damage: bytes = b"", **codes: int) -> None:
        super().__init__()
        self.file: bytes | None = None
        self.answers = {
            "if not exist": CommandResult(codes.get("md", 0), "", "md says no"),
            "findstr": CommandResult(codes.get("findstr", 0), "", "findstr says no"),
            "certutil -f -decode": lambda _line: self._decode(damage, codes.get("decode", 0)),
            "del /f /q": "",
            HASHING: lambda _line: CommandResult(0, hashlib.sha256(self.file or b"").hexdigest(), ""),
        }

    def _decode(self, damage: bytes, code: int) -> CommandResult:
        self.file = base64.b64decode(self.stdin[0]) + damage
        return CommandResult(code, "certutil says no", "")


def upload(node: Node, tmp_path: Path, data: bytes) -> None:
    source = tmp_path / "sem.msi"
    source.write_bytes(data)
    delivery.upload(node, source, TARGET, hashlib.sha256(data).hexdigest(), 600.0)


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, delivery.CHUNK, delivery.CHUNK + 1, 3 * delivery.CHUNK + 7])
def test_a_file_arrives_as_it_left(tmp_path: Path, size: int) -> None:
    node = Node()
    data = bytes(number % 251 for number in range(size))
    upload(node, tmp_path, data)
    assert node.file == data
    assert node.lines == [
        'if not exist "C:\\Windows\\Temp\\spamfighter_sem" md "C:\\Windows\\Temp\\spamfighter_sem"',
        f'findstr "^" > "{TARGET}.b64"',
        f'certutil -f -decode "{TARGET}.b64" "{TARGET}"',
        f'del /f /q "{TARGET}.b64"',
        f'if exist "{TARGET}" (certutil -hashfile "{TARGET}" SHA256) else (exit /b 2)',
    ]
    lines = node.stdin[0].split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 76 for line in lines)
    assert node.timeouts[1:3] == [600.0, 600.0]


def test_a_file_that_arrived_changed_is_removed(tmp_path: Path) -> None:
    node = Node(damage=b"!")
    with pytest.raises(WindowsError, match=r"sem\.msi arrived changed .*copy the file to the node yourself"):
        upload(node, tmp_path, b"data")
    assert node.lines[-1] == f'del /f /q "{TARGET}"'


def test_a_file_that_vanished_on_arrival(tmp_path: Path) -> None:
    """A virus scanner took it."""
    node = Node()
    node.answers[HASHING] = 2
    with pytest.raises(WindowsError, match="SHA-256 none instead of "):
        upload(node, tmp_path, b"data")


@pytest.mark.parametrize(
    ("codes", "says"),
    [({"findstr": 1}, "upload sem.msi .findstr says no"), ({"decode": 5}, "decode sem.msi .certutil says")],
)
def test_the_parts_are_removed_whatever_happens(tmp_path: Path, codes: dict[str, int], says: str) -> None:
    node = Node(**codes)
    with pytest.raises(WindowsError, match=says):
        upload(node, tmp_path, b"data")
    assert node.lines[-1] == f'del /f /q "{TARGET}.b64"'


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    node = Node(md=5)
    with pytest.raises(WindowsError, match=r"create C:\\Windows\\Temp\\spamfighter_sem \(md says no, code 5\)"):
        upload(node, tmp_path, b"data")
    assert len(node.lines) == 1


def test_a_target_that_cmd_would_change_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    node = Node()
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(UnsafeValue):
        delivery.upload(node, tmp_path / "f", "C:\\%TEMP%\\f", SUM, 1.0)
    assert node.lines == []


# ---- logs ---------------------------------------------------------------------------------------
def test_the_end_of_a_log() -> None:
    text = "\ufeff=== Logging ===\r\n\r\n" + "".join(f"line {n}  \r\n" for n in range(30)) + "E\x00N\x00D\x00\ufffd\r\n"
    shell = ScriptedShell({"if exist": text})
    assert delivery.read_text_tail(shell, "C:\\a b.log", 3) == ("line 28", "line 29", "END")
    assert shell.lines == ['if exist "C:\\a b.log" type "C:\\a b.log"']
    assert delivery.read_text_tail(ScriptedShell({"if exist": ""}), "C:\\none.log") == ()
