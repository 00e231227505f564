"""The grammar and the evaluation of command lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.node.cmd import parser
from lab.node.cmd.text import arguments, expand_percent, strip_outer_quotes
from support.node import Bench

MISSING = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"


@pytest.mark.fact("wsman 4", "I")
@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("echo hello", "hello\r\n"),
        ("echo  two blanks ", " two blanks \r\n"),
        ('echo "a & b" & echo c', '"a & b" \r\nc\r\n'),
        ("echo a^&b", "a&b\r\n"),
        ("echo a^^b ^> c", "a^b > c\r\n"),
        ("echo.", "\r\n"),
        ("echo", "ECHO is on.\r\n"),
        ("echo one)two", "one)two\r\n"),
        ("(echo a& echo b)", "a\r\nb\r\n"),
        ("nothere || echo b&& echo c", "b\r\nc\r\n"),
        ("echo a|| echo b", "a\r\n"),
        ("nothere 2>nul & echo %ERRORLEVEL%", "0\r\n"),
        ("cmd /v:on /c nothere 2^>nul ^& echo !ERRORLEVEL!", "9009\r\n"),
        ('cmd /v:on /c "cmd /c exit 5 & echo !ERRORLEVEL!"', "5\r\n"),
        ('cmd /s /c "echo "a b""', '"a b"\r\n'),
        ("if 1==1 echo yes", "yes\r\n"),
        ("if 1==2 echo a & echo b", ""),
        ("if 1==2 (echo a) else (echo b)", "b\r\n"),
        ("if not 1==2 (echo a) else (echo b) & echo c", "a\r\n"),
        ("if /i A==a echo same", "same\r\n"),
        ("if 10 gtr 9 echo more", "more\r\n"),
        ("if exist C:\\Windows (echo there) else echo gone", "there\r\n"),
        ("if exist C:\\nowhere\\*.* (echo there) else echo gone", "gone\r\n"),
        ("if defined COMPUTERNAME echo %COMPUTERNAME%", "NODE1\r\n"),
        ("for %i in (1 2 3) do @echo %i", "1\r\n2\r\n3\r\n"),
        ("for /l %i in (1,2,5) do echo %i& echo -", "1\r\n-\r\n3\r\n-\r\n5\r\n-\r\n"),
        ("for /f %i in ('hostname') do echo <%i>", ""),
        ("for /f %i in ('hostname') do echo [%i]", "[NODE1]\r\n"),
        ("set ZED=1& set ZED", "ZED=1\r\n"),
        ("echo %UNKNOWN% %OS:~0,3% %OS:_=-%", "%UNKNOWN% Win Windows-NT\r\n"),
        ("echo a b c|findstr b", "a b c\r\n"),
        ("echo x>C:\\t.txt & type C:\\t.txt", "x \r\n"),
        ("(echo a& echo b)>C:\\t.txt & type C:\\t.txt", "a\r\nb\r\n"),
        ("echo a>C:\\t.txt& echo b>>C:\\t.txt& type C:\\t.txt", "a\r\nb\r\n"),
        ("nothere >C:\\t.txt 2>&1 & type C:\\t.txt", MISSING.format("nothere")),
        ("echo lost>nul", ""),
        ('start "" /wait cmd /c echo inner', "inner\r\n"),
        ('"hostname"', "NODE1\r\n"),
        ("C:\\Windows\\System32\\hostname.exe", "NODE1\r\n"),
    ],
)
def test_output(bench: Bench, line: str, out: str) -> None:
    """What cmd prints: quoting, carets, pipes, redirection, variables, conditions, loops."""
    assert bench.run(line).out == out


@pytest.mark.fact("wsman 4", "I")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("exit 7", 7),
        ("exit /b 3010", 3010),
        ("exit 3 & echo no", 3),
        ("exit -2147024891", -2147024891),
        ("cmd /c exit 5", 5),
        ("cmd /c exit 5 & echo x", 5),
        ("cmd /c exit 5 & hostname", 0),
        ("cmd /c exit 5 && echo x", 5),
        ("echo a && exit 4", 4),
        ("if errorlevel 1 exit 4", 0),
        ("nothere", 1),
        ("echo x > Q:\\a.txt", 1),
        ("echo (", 0),
        ("(echo a", 255),
        ("& echo a", 255),
        ("echo a |", 255),
        ("echo a >", 255),
        ("start nothere", 9059),
        ("", 0),
    ],
)
def test_exit_code(bench: Bench, line: str, code: int) -> None:
    """Which exit code a line ends with: the last command's, 1 for an unknown one, 255 for bad syntax."""
    assert bench.run(line).code == code


@pytest.mark.fact("wsman 4", "S")
def test_program_that_is_not_there(bench: Bench) -> None:
    """A line runs under cmd /c, so an unknown program is exit code 1 with cmd's own text on stderr."""
    result = bench.run("pwsh -Command x")
    assert (result.code, result.out, result.err) == (1, "", MISSING.format("pwsh"))


@pytest.mark.fact("wsman 4", "I")
@pytest.mark.parametrize(
    ("line", "stripped"),
    [
        ('"my prog" a', '"my prog" a'),
        ('"my prog" "a"', 'my prog" "a'),
        ('"my p(1)rog" a', "my p(1)rog a"),
        ('"unknown prog" a', "unknown prog a"),
        ('"prog" a', "prog a"),
        ('"', ""),
        ("plain", "plain"),
    ],
)
def test_quotation_marks_of_cmd_c(line: str, stripped: str) -> None:
    """The rule that ``cmd /?`` states."""
    assert strip_outer_quotes(line, lambda name: name in ("my prog", "prog")) == stripped


@pytest.mark.fact("wsman 4", "I")
def test_the_switch_s_always_strips() -> None:
    assert strip_outer_quotes('"my prog" a', lambda _name: True, keep=False) == "my prog a"


@pytest.mark.fact("wsman 4", "I")
def test_arguments_as_the_c_runtime_splits_them() -> None:
    assert arguments(r'a "b c" d\"e "f\\" "g\" h"') == ["a", "b c", 'd"e', "f\\", 'g" h']


@pytest.mark.fact("wsman 4", "I")
def test_line_limit(bench: Bench) -> None:
    """8191 characters run, one more does not."""
    assert bench.run("echo " + "x" * (parser.LINE_LIMIT - 5)).code == 0
    result = bench.run("echo " + "x" * (parser.LINE_LIMIT - 4))
    assert (result.code, result.err) == (1, "The command line is too long.\r\n")


@pytest.mark.fact("wsman 4", "S")
def test_codepage(bench: Bench) -> None:
    """Output is in the code page that the shell was opened with."""
    assert bench.run("echo é", codepage=65001).stdout == "é\r\n".encode()
    assert bench.run("echo é", codepage=437).stdout == b"\x82\r\n"


def test_a_redirected_command_is_one_file_write_more_than_its_creation(bench: Bench) -> None:
    bench.run("more > C:\\big.txt", stdin=b"line\r\n" * 5000)
    assert bench.node.files.read("C:\\big.txt") == b"line\r\n" * 5000
    assert [item.kind for item in bench.journal.by("client")] == ["file.write", "file.write"]


@pytest.mark.fact("wsman 4", "R")
def test_standard_input_arrives_in_pieces(bench: Bench) -> None:
    running = bench.start("findstr ^^", stdin=None)
    assert running.command is not None
    running.command.stdin(b"one\r\ntw", False)
    bench.clock.advance(1)
    assert not running.finished
    running.command.stdin(b"o\r\n", True)
    bench.clock.advance(1)
    assert running.finished
    assert running.out == "one\r\ntwo\r\n"


def test_ping_waits_on_the_virtual_clock(bench: Bench) -> None:
    running = bench.start("ping -n 6 127.0.0.1 >nul & echo done")
    bench.clock.advance(4.9)
    assert not running.finished
    bench.clock.advance(0.2)
    assert running.out == "done\r\n"


@pytest.mark.fact("wsman 4", "S")
def test_terminate_ends_the_rest_of_the_line(bench: Bench) -> None:
    running = bench.start("ping -n 60 127.0.0.1 >nul & echo done>C:\\done.txt")
    assert running.command is not None
    running.command.terminate()
    bench.clock.advance(120)
    assert running.code == 1
    assert not bench.node.files.exists("C:\\done.txt")


def test_a_power_cut_ends_what_runs(bench: Bench) -> None:
    running = bench.start("ping -n 60 127.0.0.1 >nul & echo done>C:\\done.txt")
    bench.node.crash()
    bench.clock.advance(120)
    assert running.finished
    assert not bench.node.files.exists("C:\\done.txt")


@pytest.mark.fact("wsman 2.3", "S")
def test_processes_in_processes_end_at_the_quota_of_the_shell(bench: Bench) -> None:
    """WinRM 2.0 gives a shell 15 processes."""
    assert bench.run("cmd /c " * 10 + "echo x").out == "x\r\n"
    result = bench.run("cmd /c " * 1000 + "echo x")
    assert (result.code, result.out) == (1, "")


PIECES = [*'abe "^&|()<>%!=/12\\\r\n:', "if ", "for ", "echo ", "cmd /c ", "call ", "%i in (1) do "]
LINES = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
NESTERS = ["(", "if 1==1 ", "for %i in (1) do ", "a&", "a|", "call ", "cmd /c ", "^", '"', 'start "" /wait ']


@given(LINES)
@settings(max_examples=150, deadline=None)
def test_any_line_ends(line: str) -> None:
    """No line crashes the interpreter or hangs it."""
    bench = Bench()
    result = bench.run(line)
    assert result.code is not None


@given(st.sampled_from(NESTERS))
@settings(deadline=None)
def test_long_nesting_ends(piece: str) -> None:
    bench = Bench()
    assert bench.run((piece * 8000)[:8000] + "echo x").code is not None


@pytest.mark.fact("wsman 4", "S")
@given(st.text(alphabet="ab&|<>()^ %", max_size=30))
def test_carets_make_everything_plain(text: str) -> None:
    bench = Bench()
    escaped = "".join("^" + char for char in text if char != "%")
    plain = text.replace("%", "")
    assert bench.run(f"echo.{escaped}").out == plain + "\r\n"


@pytest.mark.fact("wsman 4", "I")
def test_percent_leaves_unknown_names() -> None:
    assert expand_percent("%A% %B%", {"A": "x"}.get) == "x %B%"
