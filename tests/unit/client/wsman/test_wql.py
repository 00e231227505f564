"""Queries (wsman 3.5): a value never ends its literal."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import UnsendableValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.wql import literal, select


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "''"),
        ("ClusSvc", "'ClusSvc'"),
        ("it's", r"'it\'s'"),
        ('say "x"', r"'say \"x\"'"),
        ("C:\\", "'C:\\\\'"),
        ("x' OR 1=1 --", r"'x\' OR 1=1 --'"),
        ("\\' OR '", "'\\\\\\' OR \\''"),
        ("Größe 🙂 % _ [a]", "'Größe 🙂 % _ [a]'"),
    ],
)
def test_a_literal(value: str, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize("character", ["\0", "\n", "\r", "\t", "\x1f"])
def test_no_name_holds_a_control_character(character: str) -> None:
    with pytest.raises(UnsendableValue):
        literal(f"a{character}b")
    assert issubclass(UnsendableValue, ValueError)


def test_a_query() -> None:
    assert select("X") == "SELECT * FROM X"
    assert select("X", Name="it's", ProcessId=7) == r"SELECT * FROM X WHERE Name = 'it\'s' AND ProcessId = 7"


@pytest.mark.parametrize("name", ["", "1X", "X Y", "X;", "X'", "Ä", "X-Y"])
def test_names_are_checked(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        select(name)
    with pytest.raises(ValueError, match="not a name"):
        select("X", **{name: "1"})
