"""Instances, arrays and scalars out of XML (wsman 3.3)."""

from __future__ import annotations

import datetime as dt

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import EnvelopeError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.values import read_instance
from support.answers import CIM2, instance
from support.demo_class import DEMO, element, one, read

MSFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"


def test_the_recorded_shape() -> None:
    """wsman 3.3, composed after recordings of 2008 and 2012."""
    found = read(
        '<p:Caption xsi:nil="true"/><p:CreatedOn><cim:Datetime>2024-05-01T10:20:30.123456Z</cim:Datetime></p:CreatedOn>'
        "<p:Description></p:Description><p:Enabled>true</p:Enabled><p:Name>demo</p:Name>"
        "<p:Nodes>n1</p:Nodes><p:Nodes>n2</p:Nodes><p:State>4294967295</p:State>"
    )
    assert found.class_name == "MSCluster_Demo"
    assert found.properties == {
        "Caption": None,
        "CreatedOn": dt.datetime(2024, 5, 1, 10, 20, 30, 123456, dt.UTC),
        "Description": "",
        "Enabled": True,
        "Name": "demo",
        "Nodes": ("n1", "n2"),
        "State": 0xFFFFFFFF,
    }


@pytest.mark.parametrize("prefix", ["p", "q", "ns0", "MSCluster_Demo"])
def test_prefixes_mean_nothing(prefix: str) -> None:
    xml = instance("MSCluster_Demo", f"<{prefix}:Name>x</{prefix}:Name>", "root/mscluster", prefix)
    assert read_instance(element(xml), DEMO).get("Name") == "x"


@pytest.mark.parametrize("namespace", ["ROOT/MSCluster", "root/mscluster", "root/MSCLUSTER"])
def test_the_namespace_comes_in_any_case(namespace: str) -> None:
    """wsman 3.1: the path may come back in lower case."""
    found = read_instance(element(instance("MSCluster_Demo", "<p:State>2</p:State>", namespace)), DEMO)
    assert (found.get("State"), found.namespace) == (2, "root/mscluster")


def test_known_names_are_matched_without_case() -> None:
    assert read("<p:state>2</p:state><p:NODES>a</p:NODES>").properties == {"State": 2, "Nodes": ("a",)}


def test_the_dmtf_form_types_each_property() -> None:
    """Typed cim-schema/2 output (wsman 3.3): the types are not needed and not believed."""
    xml = (
        f'<c:MSCluster_Demo xmlns:c="{CIM2}MSCluster_Demo" xsi:type="c:MSCluster_Demo_Type">'
        '<c:Name xsi:type="cim:cimString">x</c:Name><c:State xsi:type="cim:cimUnsignedInt">2</c:State>'
        '<c:Enabled xsi:type="cim:cimBoolean">TRUE</c:Enabled>'
        '<c:Caption xsi:type="cim:cimString" xsi:nil="true"/></c:MSCluster_Demo>'
    )
    found = read_instance(element(xml), DEMO).properties
    assert found == {"Name": "x", "State": 2, "Enabled": True, "Caption": None}


def test_a_projection_has_no_namespaces() -> None:
    """A WQL select list gives an XmlFragment (wsman 3.5)."""
    found = read_instance(element("<w:XmlFragment><Name>x</Name><State>2</State></w:XmlFragment>"), DEMO)
    assert found.properties == {"Name": "x", "State": 2}


def test_a_location_is_no_property() -> None:
    found = read('<cim:Location xsi:nil="true"/><p:Name>x</p:Name>')
    assert found.properties == {"Name": "x"}


# ---- arrays -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<p:Nodes>a</p:Nodes>", ("a",)),
        ("<p:Nodes>b</p:Nodes><p:Nodes>a</p:Nodes>", ("b", "a")),
        ("<p:Nodes></p:Nodes>", ("",)),
        ('<p:Nodes xsi:nil="true"/>', ()),
        ('<p:Nodes xsi:nil="1"/>', ()),
        (f'<p:Nodes xmlns:m="{MSFT}" m:IsNullArray="true" xsi:nil="true"/>', ()),
        ("<p:Bytes>0</p:Bytes><p:Bytes>255</p:Bytes>", (0, 255)),
    ],
)
def test_a_known_array_is_a_tuple_whatever_its_count(xml: str, expected: tuple[object, ...]) -> None:
    assert list(read(xml).properties.values()) == [expected]


def test_an_array_left_out_is_absent() -> None:
    """Recorded servers leave null arrays out (wsman 3.3)."""
    assert read("<p:Name>x</p:Name>").get("Nodes") is None


def test_an_unknown_property_that_repeats_is_an_array() -> None:
    assert read("<p:X>a</p:X><p:X>b</p:X><p:X>c</p:X>").get("X") == ("a", "b", "c")


# ---- scalars ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("State", "0", 0),
        ("State", " 12 ", 12),
        ("State", "-1", -1),
        ("State", "4294967295", 4294967295),
        ("Signed", "4294967295", 4294967295),
        ("Signed", "-2147483648", -2147483648),
        ("Big", "18446744073709551615", 18446744073709551615),
        ("Small", "255", 255),
        ("Enabled", "true", True),
        ("Enabled", "TRUE", True),
        ("Enabled", "1", True),
        ("Enabled", "False", False),
        ("Enabled", "0", False),
        ("Real", "1.5E3", 1500.0),
        ("Name", " kept as it is\n", " kept as it is\n"),
        ("State", "", None),
        ("Enabled", "  ", None),
        ("CreatedOn", "", None),
    ],
)
def test_scalars_by_their_type(name: str, text: str, expected: object) -> None:
    """OMI spells booleans in capitals (wsman 3.3); unsigned numbers may come signed (mscluster 2.5)."""
    found = one(name, text)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("State", "two"),
        ("State", "1_0"),
        ("State", "٣"),
        ("State", "4294967296"),
        ("State", "9" * 5000),
        ("Small", "256"),
        ("Enabled", "yes"),
        ("Real", "1,5"),
        ("CreatedOn", "yesterday"),
        ("Waits", "an hour"),
        ("CreatedOn", "20240501102030.000000+000"),
    ],
)
def test_a_text_that_does_not_fit_its_type(name: str, text: str) -> None:
    with pytest.raises(EnvelopeError, match="is not a"):
        one(name, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-01T10:20:30Z", dt.datetime(2024, 5, 1, 10, 20, 30, 0, dt.UTC)),
        ("2024-05-01T10:20:30.5Z", dt.datetime(2024, 5, 1, 10, 20, 30, 500000, dt.UTC)),
        ("2024-05-01T12:20:30.123456+02:00", dt.datetime(2024, 5, 1, 10, 20, 30, 123456, dt.UTC)),
        ("2024-05-01T10:20:30.123456789Z", dt.datetime(2024, 5, 1, 10, 20, 30, 123456, dt.UTC)),
        ("2024-05-01T10:20:30", dt.datetime(2024, 5, 1, 10, 20, 30, 0, dt.UTC)),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_dates_with_every_fraction_and_zone(text: str, expected: dt.datetime, wrapped: bool) -> None:
    found = one("CreatedOn", f"<cim:Datetime>{text}</cim:Datetime>" if wrapped else text)
    assert found == expected
    assert isinstance(found, dt.datetime)
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1DT2H3M4S", dt.timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P0DT0H0M0.000500S", dt.timedelta(microseconds=500)),
        ("P2D", dt.timedelta(days=2)),
        ("PT5.1234567S", dt.timedelta(seconds=5, microseconds=123456)),
    ],
)
@pytest.mark.parametrize("wrapped", [True, False])
def test_intervals(text: str, expected: dt.timedelta, wrapped: bool) -> None:
    assert one("Waits", f"<cim:Interval>{text}</cim:Interval>" if wrapped else text) == expected
