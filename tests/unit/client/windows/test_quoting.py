"""Values on a command line."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import (
    UnsafeValue,
    quote,
    quote_property,
)
from support.cmd_reader import WouldRunMore, arguments, cmd_passes_on


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'),
        ("S:\\SPAMfighter", '"S:\\SPAMfighter"'),
        ("C:\\Program Files\\a & b", '"C:\\Program Files\\a & b"'),
        ("S:\\", '"S:\\\\"'),
        ("a\\\\", '"a\\\\\\\\"'),
        ("^<>|()!;,=~`'$", '"^<>|()!;,=~`\'$"'),
        ("Größe 🙂", '"Größe 🙂"'),
    ],
)
def test_a_value_is_one_argument(value: str, text: str) -> None:
    assert quote(value) == text
    assert arguments(cmd_passes_on(f"program {quote(value)} next")) == ["program", value, "next"]


@pytest.mark.parametrize("value", ['a"b', '"', "%TEMP%", "100%", "a\nb", "a\rb", "a\0b", "a\tb", "\x7f"])
def test_what_cannot_be_carried_is_refused(value: str) -> None:
    with pytest.raises(UnsafeValue, match="not allowed"):
        quote(value)
    with pytest.raises(UnsafeValue):
        quote_property(f"NAME={value}")


def test_an_exclamation_mark_is_fine_until_cmd_expands_it() -> None:
    assert quote("a!b!") == '"a!b!"'
    with pytest.raises(UnsafeValue):
        quote("a!b!", delayed=True)


@pytest.mark.parametrize(
    ("given", "text"),
    [("INSTALLDIR=C:\\a b\\", 'INSTALLDIR="C:\\a b\\\\"'), ("A_1.B=", 'A_1.B=""'), ("_X=a=b", '_X="a=b"')],
)
def test_a_property(given: str, text: str) -> None:
    assert quote_property(given) == text


@pytest.mark.parametrize("given", ["", "NAME", "=x", "name=x", "1A=x", "A B=x", "/x={GUID}", "A&calc=x"])
def test_what_is_no_property(given: str) -> None:
    with pytest.raises(UnsafeValue):
        quote_property(given)


@pytest.mark.parametrize("line", ["a & b", "a > b", "%x%", 'a "b', "a\nb", "a (b)"])
def test_the_reader_of_these_tests_notices(line: str) -> None:
    with pytest.raises(WouldRunMore):
        cmd_passes_on(line)
    with pytest.raises(WouldRunMore):
        cmd_passes_on('"!x!"', delayed=True)


def test_the_reader_knows_backslashes() -> None:
    assert arguments(r'a\b "c\\" "d\"e" f\\g ""') == ["a\\b", "c\\", 'd"e', "f\\\\g", ""]
