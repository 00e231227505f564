"""XML of every kind: values come back as they were, and what is no envelope ends in an EnvelopeError."""

from __future__ import annotations

import contextlib
import datetime as dt
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import envelope as env
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import (
    EnvelopeError,
    UnsendableValue,
    WireError,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.faults import fault_in, read_fault
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    CimValue,
    ClassSchema,
    Field,
    Reference,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.values import read_instance
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.writing import write_instance
from support.answers import (
    enumerated,
    extended,
    instance,
    output,
    properties,
    provider_fault,
    pulled,
    received,
    reference,
    wmi_error,
    wsman_fault,
)
from support.replay import Sent, make_wire

SCHEMA = ClassSchema(
    "root/mscluster",
    "MSCluster_Demo",
    ("Name",),
    {
        "Number": Field("uint32"),
        "Wide": Field("sint64"),
        "Flag": Field("boolean"),
        "Texts": Field("string", array=True),
        "Bytes": Field("uint8", array=True),
        "Moment": Field("datetime"),
        "Span": Field("interval"),
        "Real": Field("real64"),
        "Partner": Field("reference"),
        "Private": Field("object"),
    },
)
# What XML 1.0 can carry.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff").filter(
    lambda char: char in "\t\n\r" or ord(char) >= 32
)
TEXTS = st.text(CHARACTERS, max_size=20)
ZONES = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=2)), dt.timezone(dt.timedelta(hours=-11, minutes=-30))])
REFERENCES = st.builds(
    lambda value: Reference("root/mscluster", "MSCluster_Node", (("Name", value), ("Id", ""))), TEXTS
)
EMBEDDED = st.builds(
    lambda text, more: CimInstance("Inner", {"A": text, "B": None, "C": more}, "root/mscluster"),
    TEXTS,
    st.lists(TEXTS, min_size=2, max_size=3).map(tuple),
)
VALUES: dict[str, st.SearchStrategy[CimValue]] = {
    "Name": TEXTS,
    "Number": st.integers(0, 0xFFFFFFFF),
    "Wide": st.integers(-(2**63), 2**63 - 1),
    "Flag": st.booleans(),
    "Texts": st.lists(TEXTS, min_size=1, max_size=4).map(tuple),
    "Bytes": st.binary(min_size=1, max_size=8).map(tuple),
    "Moment": st.datetimes(timezones=ZONES),
    "Span": st.timedeltas(dt.timedelta(0), dt.timedelta(days=9_999_999)),
    "Real": st.floats(allow_nan=False),
    "Partner": REFERENCES,
    "Private": EMBEDDED,
    "Unknown": st.none(),
}
INSTANCES = st.fixed_dictionaries({}, optional=VALUES)


@settings(max_examples=300)
@given(INSTANCES)
def test_an_instance_comes_back_as_it_was_put(values: dict[str, CimValue]) -> None:
    """Through our writer and another parser, so that nothing is lost that both our sides would lose."""
    message = env.Message("urn:put", "urn:x", body=write_instance(CimInstance("X", values), SCHEMA))
    again = b"<Envelope><Body>" + etree.tostring(Sent(message.to_bytes(), 0).body) + b"</Body></Envelope>"
    (element,) = env.body_of(env.parse(again.replace(b"&#13;", b"&#xD;")))
    found = read_instance(element, SCHEMA)
    assert found.properties == values
    assert found.class_name == "MSCluster_Demo"


@given(st.text(max_size=30))
@example("\r\n")
@example("]]>")
def test_a_text_is_carried_or_refused(text: str) -> None:
    try:
        sent = Sent(env.Message("urn:get", "urn:x", {"Name": text}).to_bytes(), 0)
    except UnsendableValue:
        assert any(ord(char) < 32 or ord(char) >= 0xD800 for char in text)
        return
    assert sent.selectors == {"Name": text}


# ---- answers of every kind ----------------------------------------------------------------------
ANSWERS: tuple[bytes, ...] = (
    enumerated([instance("Win32_Thing", properties({"Name": "x", "State": 2, "Gone": None}))], "context"),
    pulled([instance("Win32_Thing", properties({"Name": ["a", "b"]}))], "next"),
    output("Win32_Thing", "Do", "<p:ReturnValue>0</p:ReturnValue>"),
    enumerated([f"<w:XmlFragment><Partner>{reference('X', {'Name': 'y'})}</Partner></w:XmlFragment>"]),
    provider_fault(2150858778, extended(5007)),
    wmi_error(error_Code=2150859173, Message="0x80070005"),
    wsman_fault(2150858793, "late"),
    received('<rsp:Stream Name="stdout">aGVsbG8=</rsp:Stream>', "Done", 0),
)
READING = ClassSchema("root/cimv2", "Win32_Thing", ("Name",), {"State": Field("uint32"), "Partner": Field("reference")})
PIECES = [
    *(b"<", b">", b"&", b"/", b'"', b"&x;", b"<!DOCTYPE a>", b"<!ENTITY x 'y'>", b"]]>", b"<![CDATA[", b"\0", b"\xff"),
    *(b"xmlns:p=''", b"<?xml version='1.0' encoding='utf-7'?>", b"xsi:nil='true'", b"<s:Fault/>", b"-->"),
]


def read_everything(data: bytes) -> None:
    """What the client does with an answer."""
    body = env.body_of(env.parse(data))
    fault = fault_in(body)
    if fault is not None:
        assert isinstance(str(read_fault(fault, "x")), str)
    for element in body.iter():
        read_instance(element, READING)


def mutated(data: st.DataObject) -> bytes:
    whole = bytearray(data.draw(st.sampled_from(ANSWERS)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole)))
        length = data.draw(st.sampled_from([0, 0, 1, 5, 40]))
        piece = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from(PIECES)))
        whole[place : place + length] = piece
    return bytes(whole)


@settings(max_examples=500)
@given(st.data())
def test_a_damaged_answer_is_read_or_is_an_envelope_error(data: st.DataObject) -> None:
    damaged = mutated(data)
    try:
        read_everything(damaged)
    except EnvelopeError:
        return
    assert b"<!DOCTYPE" not in damaged or b"<![CDATA[" in damaged or b"<!--" in damaged


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
@example(b"\xff\xfe")
@example(b"<\0")
@example(b"\xef\xbb\xbf")
@example(b"<?xml version='1.0' encoding='cp037'?>L\x81n")
def test_bytes_of_any_kind_are_an_envelope_error(data: bytes) -> None:
    try:
        read_everything(data)
    except EnvelopeError:
        return
    raise AssertionError("that was no envelope")


@given(st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-7", "cp037", "utf-32"]), st.text(max_size=20))
def test_a_declared_encoding_never_decides(codec: str, text: str) -> None:
    head = f"<?xml version='1.0' encoding='{codec}'?>".encode()
    try:
        read_everything(head + b"<Envelope><Body>" + text.encode("utf-8", "replace") + b"</Body></Envelope>")
    except EnvelopeError:
        return


@settings(max_examples=200)
@given(st.data(), st.sampled_from(["x", "&y;", "file:///etc/passwd"]))
def test_no_entity_is_ever_expanded(data: st.DataObject, value: str) -> None:
    """Wherever the reference stands: the declaration alone is the end."""
    declared = f'<!DOCTYPE e [<!ENTITY x "EXPANDED{value}"> <!ENTITY y SYSTEM "{value}">]>'.encode()
    whole = data.draw(st.sampled_from(ANSWERS))
    place = data.draw(st.integers(0, len(whole)))
    with pytest.raises(EnvelopeError):
        env.parse(declared + whole[:place] + b"&x;&y;" + whole[place:])


@settings(max_examples=200)
@given(st.data())
def test_a_client_on_damaged_answers_ends_in_one_of_its_own_errors(data: st.DataObject) -> None:
    made = make_wire(Enumerate=mutated(data), Pull=mutated(data), Release=mutated(data), Get=mutated(data))
    calls: list[t.Callable[[], object]] = [lambda: made.ws.enumerate(READING), lambda: made.ws.get(READING)]
    for call in calls:
        with contextlib.suppress(WireError):
            call()
    assert made.verbs[0] == "Enumerate"
    assert "Get" in made.verbs
