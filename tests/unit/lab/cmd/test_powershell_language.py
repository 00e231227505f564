"""The part of PowerShell's language that the lab's powershell.exe reads."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.node.cmd.powershell.lexer import ScriptError, tokens
from lab.node.cmd.powershell.parser import Command, Member, Pipeline, parse


@pytest.mark.fact("about_Quoting_Rules", "D")
@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("'a b'", "a b"),
        ("'O''Brien'", "O'Brien"),
        ("'$x `n \"q\"'", '$x `n "q"'),
        ("'a\u2019\u2019b'", "a\u2019b"),
        ("\u2018a\u2019", "a"),
        ('"a""b`"c`nd`$e"', 'a"b"c\nd$e'),
        ("a` b", "a b"),
        ("12", 12),
        ("0x10", 16),
        ("$true", True),
        ("N1", "N1"),
        (".", "."),
        ("SOFTWARE\\X.Y", "SOFTWARE\\X.Y"),
    ],
)
def test_quoting(script: str, value: object) -> None:
    statement = parse(f"Get-X {script}")[0]
    assert isinstance(statement, Pipeline)
    assert statement.commands[0].positional == (value,)


@pytest.mark.fact("PowerShell language specification 2.3.5.2", "S")
def test_a_typographic_quotation_mark_ends_a_string() -> None:
    """A name with such a mark has to have it doubled, or what follows is program."""
    with pytest.raises(ScriptError):
        parse("Get-X 'O\u2019Brien'")
    statement = parse("Get-X 'a\u2019; Get-Y 'b'")
    assert len(statement) == 2


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=40))
@settings(max_examples=200)
def test_doubling_every_single_quotation_mark_keeps_any_text(text: str) -> None:
    safe = re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text)
    assert [token.value for token in tokens(f"'{safe}'")] == [text]


def test_the_grammar() -> None:
    first, second = parse("Import-Module FailoverClusters; (Get-X 'a').Prop = 'v'")
    assert first == Pipeline((Command("Import-Module", ("FailoverClusters",), ()),))
    assert second == Member(Pipeline((Command("Get-X", ("a",), ()),)), "Prop", ("v",))
    piped = parse("Get-X a | Set-Y -Owners b,'c d' -Force:$false -Name:'n' @{A='1';B=2}")[0]
    assert isinstance(piped, Pipeline)
    assert piped.commands[1].positional == ({"A": "1", "B": 2},)
    assert piped.commands[1].named == (("owners", ["b", "c d"]), ("force", False), ("name", "n"))
    assert parse("# nothing\n") == []


@given(st.text(alphabet="Get-X'\"`$@{}()|;,=. ab1\n", max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_script_ends(script: str) -> None:
    try:
        parse(script)
    except ScriptError:
        return
