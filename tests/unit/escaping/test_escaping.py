"""Values enter XML, WQL and command lines in one place each; the lab, which shares no code with them, reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.installer import Job, command_line
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.quoting import (
    UnsafeValue,
    quote,
    quote_property,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.envelope import Message
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.wql import select
from lab.node.cmd.text import arguments
from lab.wire import soap, wql
from support.node import Bench

PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=20)
ON_A_LINE = st.text(alphabet="ab &|<>^()'!;,=~`@#$*?[]{}\\.", max_size=20)


@given(PLAIN)
def test_a_selector_arrives_as_it_was(text: str) -> None:
    sent = Message("urn:x", "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/x/Y", {"Name": text}).to_bytes()
    assert soap.read(etree.fromstring(sent), 500).selector("Name") == text


@given(PLAIN, PLAIN)
def test_a_literal_arrives_as_it_was(text: str, other: str) -> None:
    query = wql.parse(select("MSCluster_Resource", Name=text))
    assert isinstance(query, wql.Select)
    assert query.where is not None
    assert query.where({"Name": text}) is True
    assert query.where({"Name": other}) is (text.lower() == other.lower())


@pytest.mark.parametrize("name", ["Name = 'x' OR 1", "", "a b"])
def test_a_name_in_a_query_is_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        select("MSCluster_Resource", **{name: "x"})


@given(ON_A_LINE)
@settings(max_examples=60, deadline=None)
def test_an_argument_arrives_as_it_was(text: str) -> None:
    """cmd sees nothing in it to act on, and the program's runtime gets it whole."""
    line = quote(text)
    assert arguments(f"program {line} end") == ["program", text, "end"]
    assert Bench().run(f"echo.{line}&echo after").out == f"{line}\r\nafter\r\n"


@pytest.mark.parametrize("text", ['a"b', "%PATH%", "a\nb", "a\x00b", "\x7f"])
def test_what_cannot_be_carried_is_refused(text: str) -> None:
    with pytest.raises(UnsafeValue):
        quote(text)


def test_with_delayed_expansion_an_exclamation_mark_is_refused_too() -> None:
    assert quote("a!b") == '"a!b"'
    with pytest.raises(UnsafeValue):
        quote("a!b", delayed=True)
    with pytest.raises(UnsafeValue):
        command_line("/i", "C:\\a!b.msi", Job("C:\\Temp", "x"))


@pytest.mark.parametrize("assignment", ["lower=1", "A B=1", "NAME", "=1", "A&B=1", 'A="1', "A=%X%"])
def test_what_is_no_property_is_refused(assignment: str) -> None:
    with pytest.raises(UnsafeValue):
        quote_property(assignment)


def test_a_property_keeps_its_value() -> None:
    assert arguments(quote_property("INSTALLDIR=C:\\Program Files\\a & b\\")) == [
        "INSTALLDIR=C:\\Program Files\\a & b\\"
    ]


def test_a_target_shows_no_secret() -> None:
    target = Target("winrm", "n1", 5985, "http", "/wsman", ("ntlm",), "u", "canary", {"password": "canary"})
    assert "canary" not in repr(target) + str(target)
