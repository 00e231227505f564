"""CIM values into XML, looked at with another parser (wsman 3.6, 3.7)."""

from __future__ import annotations

import datetime as dt
import math
import typing as t
import xml.etree.ElementTree as ET

import pytest
from lxml import etree

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    CimValue,
    ClassSchema,
    Field,
    MethodSchema,
    Reference,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.writing import write_input, write_instance
from support.answers import COMMON, WMI
from support.envelopes import NAMESPACES

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
DEMO = ClassSchema(
    "root/mscluster",
    "MSCluster_Demo",
    ("Name",),
    {"Nodes": Field("string", array=True)},
    {
        "Do": MethodSchema("Do", {"Zebra": Field(), "Alpha": Field("uint32"), "Bytes": Field("uint8", array=True)}),
        "Nothing": MethodSchema("Nothing"),
    },
)
URI = f"{WMI}root/mscluster/MSCluster_Demo"


def written(properties: t.Mapping[str, CimValue]) -> t.Any:
    element = write_instance(CimInstance("Other", properties, "root/other"), DEMO)
    return etree.fromstring(ET.tostring(element))


def value(item: CimValue) -> t.Any:
    return written({"X": item}).find(f"{{{URI}}}X")


def test_an_instance_in_the_namespace_of_the_schema_in_alphabetical_order() -> None:
    root = written({"b": "1", "C": "2", "a": "3"})
    assert root.tag == f"{{{URI}}}MSCluster_Demo"
    assert [item.tag for item in root] == [f"{{{URI}}}{name}" for name in ("a", "b", "C")]


def test_null_scalars_are_nil_and_null_arrays_left_out() -> None:
    """wsman 3.7."""
    root = written({"Nodes": None, "Note": None, "Empty": ""})
    assert [(etree.QName(item).localname, item.get(f"{XSI}nil"), item.text) for item in root] == [
        ("Empty", None, None),
        ("Note", "true", None),
    ]


def test_arrays_repeat_in_order() -> None:
    root = written({"Nodes": ("b", "a"), "One": ("x",), "None": (), "Gap": ("x", None)})
    assert [(etree.QName(item).localname, item.text) for item in root] == [
        ("Gap", "x"), ("Gap", None), ("Nodes", "b"), ("Nodes", "a"), ("One", "x"),
    ]  # fmt: skip
    assert root[1].get(f"{XSI}nil") == "true"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (True, "true"),
        (False, "false"),
        (4294967295, "4294967295"),
        (-1, "-1"),
        ("a & <b>", "a & <b>"),
        (1.5, "1.5"),
        (math.inf, "INF"),
        (-math.inf, "-INF"),
        (math.nan, "NaN"),
    ],
)
def test_scalars(item: CimValue, text: str) -> None:
    assert value(item).text == text


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (dt.datetime(2024, 5, 1, 10, 20, 30, tzinfo=dt.UTC), "2024-05-01T10:20:30Z"),
        (dt.datetime(2024, 5, 1, 10, 20, 30, 123456, dt.UTC), "2024-05-01T10:20:30.123456Z"),
        (dt.datetime(2024, 5, 1, 10, 20, 30, 0, dt.timezone(dt.timedelta(hours=2))), "2024-05-01T10:20:30+02:00"),
        (dt.datetime(2024, 5, 1, 10, 20, 30), "2024-05-01T10:20:30Z"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "0001-01-01T00:00:00Z"),
    ],
)
def test_a_date_is_put_back_as_it_was_read(item: dt.datetime, text: str) -> None:
    """A Put whose read-only properties differ is refused (wsman 3.7), so no fraction may get lost."""
    assert value(item).findtext(f"{{{COMMON}}}Datetime") == text


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (dt.timedelta(days=1, hours=2, minutes=3, seconds=4), "P1DT2H3M4S"),
        (dt.timedelta(microseconds=500), "P0DT0H0M0.000500S"),
        (dt.timedelta(0), "P0DT0H0M0S"),
    ],
)
def test_intervals(item: dt.timedelta, text: str) -> None:
    assert value(item).findtext(f"{{{COMMON}}}Interval") == text


def test_there_are_no_negative_intervals() -> None:
    with pytest.raises(ValueError, match="negative"):
        value(dt.timedelta(seconds=-1))


def test_a_reference_is_endpoint_reference_content() -> None:
    item = value(Reference("root/mscluster", "MSCluster_Node", (("Name", "n1"),)))
    assert [etree.QName(child).localname for child in item] == ["Address", "ReferenceParameters"]
    parameters = item.find("a:ReferenceParameters", NAMESPACES)
    assert parameters.findtext("w:ResourceURI", None, NAMESPACES) == f"{WMI}root/mscluster/MSCluster_Node"
    selector = parameters.find("w:SelectorSet/w:Selector", NAMESPACES)
    assert (selector.get("Name"), selector.text) == ("Name", "n1")


@pytest.mark.parametrize("namespace", ["root/mscluster", ""])
def test_an_embedded_object_is_in_the_namespace_of_its_class(namespace: str) -> None:
    """wsman 3.6; one that was read without values told no namespace."""
    inner = CimInstance("Inner", {"A": 1}, "root/else")
    item = value(CimInstance("MSCluster_Property_X", {"b": None, "A": "1", "In": inner}, namespace))
    uri = f"{WMI}root/mscluster/MSCluster_Property_X"
    prefix, _, kind = item.get(f"{XSI}type").partition(":")
    assert (item.nsmap[prefix], kind) == (uri, "MSCluster_Property_X_Type")
    assert [child.tag for child in item] == [f"{{{uri}}}{name}" for name in ("A", "b", "In")]
    assert item[1].get(f"{XSI}nil") == "true"
    nested = item[2]
    assert nested.nsmap[nested.get(f"{XSI}type").partition(":")[0]] == f"{WMI}root/else/Inner"
    assert nested.findtext(f"{{{WMI}root/else/Inner}}A") == "1"


# ---- input --------------------------------------------------------------------------------------
def given(method: str, arguments: t.Mapping[str, CimValue]) -> t.Any:
    return etree.fromstring(ET.tostring(write_input(DEMO, DEMO.methods[method], arguments)))


def test_parameters_in_the_order_of_the_mof_unset_ones_left_out() -> None:
    root = given("Do", {"Bytes": (0, 255), "Alpha": 0, "Zebra": None})
    assert root.tag == f"{{{URI}}}Do_INPUT"
    assert [(item.tag, item.text) for item in root] == [
        (f"{{{URI}}}Alpha", "0"), (f"{{{URI}}}Bytes", "0"), (f"{{{URI}}}Bytes", "255"),
    ]  # fmt: skip
    assert [etree.QName(item).localname for item in given("Do", {"Alpha": 1, "Zebra": "z"})] == ["Zebra", "Alpha"]


def test_a_method_without_parameters_has_an_input_element_too() -> None:
    assert given("Nothing", {}).tag == f"{{{URI}}}Nothing_INPUT"


def test_an_unknown_parameter_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="has no parameter Beta, Gamma"):
        given("Do", {"Gamma": 1, "Beta": 2})
