"""WQL: what is written is what is found."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.contract import Reference
from lab.wire.wql import Associators, Row, Select, WqlError, parse

NAMES = st.from_regex(r"[A-Za-z]\w{0,8}", fullmatch=True, alphabet=st.characters(max_codepoint=127)).filter(
    lambda name: name.upper() not in {"FROM", "WHERE", "AND", "OR", "NOT", "IS", "LIKE", "NULL"}
)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
QUOTES = st.sampled_from("'\"")


def quoted(text: str, quote: str = "'") -> str:
    """A literal by the rule of the WMI SDK: backslash and both quotes take a backslash."""
    return quote + re.sub(r"([\\'\"])", r"\\\1", text) + quote


def matches(where: str, row: Row) -> bool:
    query = parse(f"SELECT * FROM C WHERE {where}")
    assert isinstance(query, Select)
    assert query.where is not None
    return query.where(row)


@pytest.mark.fact("wsman 3.5", "S")
@given(text=TEXTS, other=TEXTS, quote=QUOTES)
def test_a_quoted_text_is_found_again(text: str, other: str, quote: str) -> None:
    where = f"Name = {quoted(text, quote)}"
    assert matches(where, {"Name": text})
    assert matches(where, {"nAME": text})
    assert matches(where, {"Name": other}) is (other.lower() == text.lower())


@given(columns=st.lists(NAMES, min_size=1, max_size=4), class_name=NAMES, name=NAMES)
def test_a_select_round_trip(columns: list[str], class_name: str, name: str) -> None:
    query = parse(f"select {' , '.join(columns)}\nfrom {class_name} where ({name} = 1)")
    assert isinstance(query, Select)
    assert (query.columns, query.class_name) == (tuple(columns), class_name)
    assert query.fields == (*columns, name)


@pytest.mark.fact("wsman 3.5", "S")
@given(class_name=NAMES, keys=st.dictionaries(NAMES, TEXTS, min_size=1, max_size=3), quote=QUOTES, role=NAMES)
def test_an_object_path_round_trip(class_name: str, keys: dict[str, str], quote: str, role: str) -> None:
    path = ",".join(f"{name}={quoted(text, quote)}" for name, text in keys.items())
    query = parse(f"ASSOCIATORS OF {{{class_name}.{path}}} WHERE ResultClass = X Role={role}")
    assert query == Associators(False, class_name, tuple(keys.items()), None, "X", role, None)


@given(text=st.text(max_size=40))
def test_garbage_is_refused_and_nothing_else_happens(text: str) -> None:
    with contextlib.suppress(WqlError):
        parse(text)
    with contextlib.suppress(WqlError):
        parse("SELECT * FROM C WHERE " + text)
    with contextlib.suppress(WqlError):
        parse("ASSOCIATORS OF {C.K=" + text + "}")


@given(a=st.booleans(), b=st.booleans(), c=st.booleans())
def test_not_binds_tighter_than_and_than_or(a: bool, b: bool, c: bool) -> None:
    row = {"A": a, "B": b, "C": c}
    assert matches("A = TRUE OR B = TRUE AND NOT C = TRUE", row) is (a or (b and not c))
    assert matches("(A = TRUE OR B = TRUE) AND NOT C = TRUE", row) is ((a or b) and not c)


@given(left=st.integers(-(2**31), 2**32), right=st.integers(-(2**31), 2**32))
def test_numbers_are_compared_as_numbers(left: int, right: int) -> None:
    row = {"N": left}
    assert matches(f"N < {right}", row) is (left < right)
    assert matches(f"N >= '{right}'", row) is (left >= right)
    assert matches(f"N <> {right}", row) is (left != right)


@pytest.mark.fact("wsman 3.5", "S")
@given(text=st.text(st.sampled_from("ab%_[]^-x"), max_size=8), extra=st.sampled_from("abx"))
def test_like_wildcards_in_brackets_stand_for_themselves(text: str, extra: str) -> None:
    pattern = "".join(f"[{char}]" if char in "%_[" else char for char in text)
    assert matches(f"Name LIKE {quoted(pattern)}", {"Name": text.upper()})
    assert not matches(f"Name LIKE {quoted(pattern)}", {"Name": text + extra})
    assert matches(f"Name LIKE {quoted(pattern + '%')}", {"Name": text + extra})
    assert matches(f"Name LIKE {quoted(pattern + '_')}", {"Name": text + extra})


@pytest.mark.fact("wsman 3.5", "S")
@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("[a-c]x", "bx", True),
        ("[a-c]x", "dx", False),
        ("[^a-c]x", "dx", True),
        ("a.c", "abc", False),
        ("a\\b", "a\\b", True),
        ("[a&&b]", "&", True),
    ],
)
def test_like_sets(pattern: str, text: str, found: bool) -> None:
    assert matches(f"Name LIKE {quoted(pattern)}", {"Name": text}) is found


@pytest.mark.parametrize(("path", "value"), [("-7", "-7"), ("true", "true")])
def test_a_key_may_be_bare(path: str, value: str) -> None:
    query = parse(f"REFERENCES OF {{A.B={path}}}")
    assert query == Associators(True, "A", (("B", value),))


def test_null_equals_nothing() -> None:
    row = {"Name": None, "Size": 1}
    assert not matches("Name = ''", row)
    assert not matches("Name LIKE '%'", row)
    assert matches("Name IS NULL AND Size IS NOT NULL", row)


def test_a_reference_is_compared_as_its_path() -> None:
    row = {"Antecedent": Reference("root/x", "Node", (("Name", "n1"),))}
    assert matches('Antecedent = "Node.Name=\\"N1\\""', row)
    assert not matches("Antecedent = 'Node.Name=n1'", row)


@pytest.mark.fact("wsman 5.3", "S")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM A B",
        "SELECT * FROM A WHERE",
        "SELECT * FROM A WHERE B",
        "SELECT * FROM A WHERE B = C",
        "SELECT * FROM A WHERE B = 'x",
        "SELECT * FROM A WHERE B LIKE 1",
        "SELECT *, A FROM A",
        "DELETE FROM A",
        "SELECT * FROM A WHERE " + "(" * 100 + "B = 1" + ")" * 100,
        "SELECT * FROM A WHERE " + "NOT " * 100 + "B = 1",
        "ASSOCIATORS OF A",
        "ASSOCIATORS OF {A}",
        "ASSOCIATORS OF {A.B=c}",
        "ASSOCIATORS OF {A.B='c' D='e'}",
        "ASSOCIATORS OF {A.B=1x}",
        "ASSOCIATORS OF {A.B='c'} WHERE Nix = X",
        "ASSOCIATORS OF {A.B='c'} WHERE ResultClass",
    ],
)
def test_what_is_no_query(text: str) -> None:
    with pytest.raises(WqlError):
        parse(text)
