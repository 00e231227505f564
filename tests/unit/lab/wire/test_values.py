"""CIM values as XML and back."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from lab.contract import CimValue, Instance, Reference
from lab.wire.faults import Fault
from lab.wire.values import Writer, read_embedded, read_reference, read_value, reference
from support.envelopes import ENUMERATION, NAMESPACES, TRANSFER, message
from support.toy import PREFIX, ToyEndpoint, thing

URI = PREFIX + "Toy_Thing"
NIL = f"{{{NAMESPACES['xsi']}}}nil"
TYPE = f"{{{NAMESPACES['xsi']}}}type"
KEYS = st.dictionaries(st.sampled_from(["Id", "Name", "Index"]), st.text("ab&<>\"' é", max_size=8), min_size=1)


def written(value: CimValue) -> Any:
    root = etree.Element("Holder")
    Writer(lambda *_: False, "omitted", False, False).property(root, "urn:x", "V", value, isinstance(value, tuple))
    return etree.fromstring(etree.tostring(root))


@pytest.mark.fact("wsman 3.3", "R")
def test_an_instance_as_recorded() -> None:
    toy = ToyEndpoint()
    toy.provider.stored["Toy_Thing"] = [thing("One", 3, note="", tags=("a",))]
    reply = asyncio.run(toy.send(message(TRANSFER + "Get", URI, selectors={"Name": "One"})))
    item = reply.find("Toy_Thing")
    assert item.get(TYPE) == "p:Toy_Thing_Type"
    assert item.nsmap["p"] == URI
    assert [etree.QName(child).localname for child in item] == ["Count", "Name", "Note", "Tags"]
    assert all(TYPE not in child.attrib for child in item)
    assert NIL not in reply.find("Note").attrib


@pytest.mark.fact("wsman 3.3", "R")
@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (-5, "-5"), (2**64 - 1, str(2**64 - 1)), ("a<b>&c", "a<b>&c"), ("", None)],
)
def test_scalars(value: CimValue, text: str | None) -> None:
    assert written(value)[0].text == text


@pytest.mark.fact("wsman 3.3", "R")
def test_null_is_nil_and_arrays_are_repeated() -> None:
    assert written(None)[0].get(NIL) == "true"
    assert [item.text for item in written(("b", "a"))] == ["b", "a"]
    assert len(written(("a",))) == 1
    assert len(written(())) == 0


@pytest.mark.fact("wsman 3.3", "S")
def test_control_characters_become_question_marks() -> None:
    assert written("a\x01\x0b\x1fb\tc\nd\re")[0].text == "a???b\tc\nd\re"


@pytest.mark.fact("wsman 3.3", "R")
def test_moments_and_intervals_are_children() -> None:
    east = dt.timezone(dt.timedelta(hours=2))
    assert written(dt.datetime(2026, 3, 2, 10, tzinfo=east))[0].findtext("{*}Datetime") == "2026-03-02T08:00:00Z"
    assert written(dt.timedelta(days=1, seconds=5))[0].findtext("{*}Interval") == "P1DT5S"


@pytest.mark.fact("wsman 3.3", "R")
@given(keys=KEYS)
def test_a_reference_round_trip(keys: dict[str, str]) -> None:
    value = Reference("root/toy", "Toy_Box", tuple(keys.items()))
    nested = Reference("root/toy", "Toy_Link", (("Box", value), ("Name", "x")))
    for item in (value, nested):
        root = etree.Element("Holder")
        reference(root, item)
        assert read_reference(etree.fromstring(etree.tostring(root))) == item


@pytest.mark.fact("wsman 3.3", "R")
def test_an_embedded_object_is_in_the_namespace_of_its_own_class() -> None:
    value = Instance("root/toy", "Toy_Inner", {"Address": "10.0.0.5", "Hosts": ("a", "b"), "Mask": None})
    element = written(value)[0]
    prefix, _, name = element.get(TYPE).partition(":")
    assert (element.nsmap[prefix], name) == (PREFIX + "Toy_Inner", "Toy_Inner_Type")
    assert {etree.QName(child).namespace for child in element} == {PREFIX + "Toy_Inner"}
    assert read_embedded(element) == value


@pytest.mark.fact("wsman 3.6", "S")
@given(bits=st.sampled_from([8, 16, 32, 64]), signed=st.booleans(), value=st.integers(-(2**64), 2**65))
def test_integers_have_limits(bits: int, signed: bool, value: int) -> None:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    element = etree.Element("V")
    element.text = str(value)
    name = f"{'s' if signed else 'u'}int{bits}"
    if low <= value <= high:
        assert read_value(element, name) == value
    else:
        with pytest.raises(Fault) as caught:
            read_value(element, name)
        assert caught.value.code == 2150858838


@pytest.mark.fact("wsman 3.6", "S")
@pytest.mark.parametrize(
    ("text", "type_name"),
    [("yes", "boolean"), ("", "uint8"), ("1.0", "uint8"), ("9" * 5000, "uint8"), ("x", "datetime")],
)
def test_a_value_of_another_type(text: str, type_name: str) -> None:
    element = etree.Element("V")
    element.text = text
    with pytest.raises(Fault) as caught:
        read_value(element, type_name)
    assert caught.value.code == 2150858838


@pytest.mark.fact("wsman 2.2", "S")
def test_the_server_caps_the_envelope() -> None:
    toy = ToyEndpoint(max_envelope_kb=16)
    toy.provider.stored["Toy_Thing"] = [thing(f"T{index}", note="x" * 500) for index in range(40)]
    changed = {"w:MaxEnvelopeSize": "<w:MaxEnvelopeSize>9000000</w:MaxEnvelopeSize>"}
    reply = asyncio.run(toy.send(message(ENUMERATION + "Enumerate", URI, "<n:Enumerate/>", changed=changed)))
    context = f"<n:EnumerationContext>{reply.text('EnumerationContext')}</n:EnumerationContext>"
    body = f"<n:Pull>{context}<n:MaxElements>40</n:MaxElements></n:Pull>"
    page = asyncio.run(toy.send(message(ENUMERATION + "Pull", URI, body, changed=changed)))
    assert 1 <= len(page.all("Toy_Thing")) < 40
    assert len(etree.tostring(page.root)) < 16 * 1024
