"""Values on their way into WQL, a command line and a property list: read back by readers that know nothing of the
writers, they are what they were, or they were refused."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.property_list import (
    PropertyListError,
    decode,
    encode,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.products import packed, unpacked
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import UnsafeValue, quote, quote_property
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import UnsendableValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.wql import literal, select
from support.cmd_reader import arguments, cmd_passes_on
from support.wql_reader import NotAQuery, read_query

NASTY = st.text(alphabet=st.sampled_from("'\"\\%!^&|<>()= \t\n\r\0a;*_-[]"), max_size=30)
TEXTS = st.one_of(st.text(max_size=40), NASTY)


# ---- WQL ----------------------------------------------------------------------------------------
@given(TEXTS, TEXTS)
@example("\\", "'")
@example("' OR '1'='1", "")
def test_a_value_comes_out_of_a_query_as_it_went_in(first: str, second: str) -> None:
    try:
        query = select("Win32_Service", Name=first, Path=second)
    except UnsendableValue:
        assert any(ord(char) < 32 for char in first + second)
        return
    assert read_query(query) == ("Win32_Service", {"Name": first, "Path": second})


@given(TEXTS)
def test_a_literal_is_refused_only_for_control_characters(value: str) -> None:
    if any(ord(char) < 32 for char in value):
        with pytest.raises(UnsendableValue):
            literal(value)
    else:
        assert literal(value)[0] == literal(value)[-1] == "'"


@pytest.mark.parametrize("value", ["'", "a' OR 'a' = 'a", "\\", "a\\b", "' AND State = 'x"])
def test_the_reader_of_these_tests_notices_what_is_pasted_in(value: str) -> None:
    try:
        found = read_query(f"SELECT * FROM X WHERE Name = '{value}'")
    except NotAQuery:
        return
    assert found != ("X", {"Name": value})


# ---- command lines ------------------------------------------------------------------------------
@given(TEXTS, TEXTS, st.booleans())
@example("S:\\", "x", False)
@example("\\\\server\\share\\", "a & del x", True)
def test_a_value_is_one_argument_or_refused(first: str, second: str, delayed: bool) -> None:
    try:
        line = f"program {quote(first, delayed=delayed)} /x {quote(second, delayed=delayed)}"
    except UnsafeValue:
        forbidden = set('"%\x7f') | ({"!"} if delayed else set())
        assert any(char in forbidden or ord(char) < 32 for char in first + second)
        return
    assert arguments(cmd_passes_on(line, delayed=delayed)) == ["program", first, "/x", second]


@given(st.from_regex(r"[A-Z_][A-Z0-9_.]{0,10}", fullmatch=True), TEXTS)
def test_a_property_is_one_argument_or_refused(name: str, value: str) -> None:
    try:
        line = f"msiexec {quote_property(f'{name}={value}', delayed=True)} /qn"
    except UnsafeValue:
        return
    assert arguments(cmd_passes_on(line, delayed=True)) == ["msiexec", f"{name}={value}", "/qn"]


@given(TEXTS)
def test_what_is_no_name_is_no_property(text: str) -> None:
    try:
        quoted = quote_property(text)
    except UnsafeValue:
        return
    name = quoted.partition("=")[0]
    assert name.isascii()
    assert not set(name) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


# ---- property lists -----------------------------------------------------------------------------
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
LISTS = st.dictionaries(NAMES, st.one_of(NAMES, st.integers(0, 0xFFFFFFFF)), max_size=6)


@given(LISTS)
def test_a_property_list_comes_back(values: dict[str, str | int]) -> None:
    data = encode(values)
    assert len(data) % 4 == 0
    assert decode(data) == values


@given(LISTS, st.binary(max_size=40))
def test_what_follows_a_list_changes_nothing(values: dict[str, str | int], rest: bytes) -> None:
    assert decode(encode(values) + rest) == values


@given(st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers()), max_size=3))
def test_writing_fails_in_one_way_only(values: dict[str, str | int]) -> None:
    try:
        assert decode(encode(values)) == values
    except PropertyListError:
        return


@settings(max_examples=500)
@given(st.binary(max_size=400))
def test_bytes_of_any_kind_are_a_list_or_none(data: bytes) -> None:
    try:
        found = decode(data)
    except PropertyListError:
        return
    assert all(isinstance(value, (str, int)) for value in found.values())


@settings(max_examples=500)
@given(LISTS, st.data())
def test_a_damaged_list_is_a_list_or_none(values: dict[str, str | int], data: st.DataObject) -> None:
    whole = bytearray(encode(values))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        try:
            decode(damaged)
        except PropertyListError:
            continue


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\3\0\4\0\4\0\0\0A\0\0\0" + b"\0\0\0\0", b"\3\0\1\0\0\0\0\0"])
def test_a_large_buffer_takes_no_time_and_no_memory(filling: bytes) -> None:
    """A count of four thousand million promises nothing."""
    size = 400_000
    data = b"\xff\xff\xff\xff" + filling * (size // len(filling))
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(PropertyListError):
        decode(data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - begin < 10
    assert peak < 20 * size


# ---- GUIDs --------------------------------------------------------------------------------------
@given(st.uuids())
def test_a_packed_guid_comes_back(value: object) -> None:
    guid = "{" + str(value).upper() + "}"
    assert unpacked(packed(guid)) == guid
