"""CIM values out of XML (wsman 3.3, 3.6)."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import envelope as env
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import EnvelopeError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    CimValue,
    ClassSchema,
    Field,
    MethodSchema,
    Reference,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.values import read_instance, read_output
from support.answers import CIM2, WMI, answer, instance, reference

MSFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
DEMO = ClassSchema(
    "root/mscluster",
    "MSCluster_Demo",
    ("Name",),
    {
        "State": Field("uint32"),
        "Small": Field("uint8"),
        "Big": Field("uint64"),
        "Signed": Field("sint32"),
        "Real": Field("real64"),
        "Enabled": Field("boolean"),
        "Nodes": Field("string", array=True),
        "Bytes": Field("uint8", array=True),
        "CreatedOn": Field("datetime"),
        "Waits": Field("interval"),
        "Private": Field("object"),
        "Partner": Field("reference"),
    },
)


def element(xml: str) -> ET.Element:
    return next(iter(env.body_of(env.parse(answer(xml)))))


def read(xml: str) -> CimInstance:
    """The instance whose properties are this XML with the prefix p."""
    return read_instance(element(instance("MSCluster_Demo", xml, "root/mscluster")), DEMO)


def one(name: str, text: str) -> CimValue:
    return read(f"<p:{name}>{text}</p:{name}>").get(name)


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


# ---- references ---------------------------------------------------------------------------------
def test_a_reference_stands_directly_in_its_property() -> None:
    found = one("Partner", reference("MSCluster_Node", {"Name": "n & 1"}))
    assert found == Reference("root/mscluster", "MSCluster_Node", (("Name", "n & 1"),))
    assert isinstance(found, Reference)
    assert found.key("NAME") == "n & 1"
    with pytest.raises(KeyError):
        found.key("Id")


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        (f"{WMI}root/mscluster/MSCluster_Node", "root/mscluster", "MSCluster_Node"),
        (f"{WMI}root/mscluster/MSCluster_Node".upper(), "ROOT/MSCLUSTER", "MSCLUSTER_NODE"),
        (f"{CIM2}CIM_System", "root/x", "CIM_System"),
        ("CIM_System", "root/x", "CIM_System"),
    ],
)
def test_the_class_of_a_reference_and_the_selector_that_is_no_key(uri: str, namespace: str, name: str) -> None:
    """__cimnamespace may stand among the selectors (wsman 3.1)."""
    found = one(
        "Partner",
        f"<a:ReferenceParameters><w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>"
        '<w:Selector Name="__cimnamespace">root\\x</w:Selector><w:Selector Name="Name">n1</w:Selector>'
        "</w:SelectorSet></a:ReferenceParameters>",
    )
    assert found == Reference(namespace, name, (("Name", "n1"),))


def test_a_reference_without_selectors() -> None:
    uri = f"<w:ResourceURI>{WMI}root/cimv2/Win32_OperatingSystem</w:ResourceURI>"
    found = one("Partner", f"<a:ReferenceParameters>{uri}</a:ReferenceParameters>")
    assert found == Reference("root/cimv2", "Win32_OperatingSystem", ())


def test_a_key_that_is_a_reference_is_not_lost_silently() -> None:
    inner = f"<a:EndpointReference>{reference('MSCluster_Node', {'Name': 'n1'})}</a:EndpointReference>"
    xml = f'<w:SelectorSet><w:Selector Name="Antecedent">{inner}</w:Selector></w:SelectorSet>'
    with pytest.raises(EnvelopeError, match="Antecedent"):
        one("Partner", f"<a:ReferenceParameters>{xml}</a:ReferenceParameters>")


# ---- embedded objects ---------------------------------------------------------------------------
EMBEDDED = "MSCluster_Property_Resource_Generic_Service"


def embedded(inside: str, prefix: str = "p1", kind: str = EMBEDDED) -> str:
    uri = f"{WMI}root/mscluster/{kind}"
    return f'<p:Private xmlns:{prefix}="{uri}" xsi:type="{prefix}:{kind}_Type">{inside}</p:Private>'


def test_an_embedded_object_has_its_own_class_and_namespace() -> None:
    found = read(
        embedded(
            '<p1:ServiceName>svc</p1:ServiceName><p1:Empty></p1:Empty><p1:None xsi:nil="true"/>'
            "<p1:Many>1</p1:Many><p1:Many>2</p1:Many>"
        )
    ).get("Private")
    assert found == CimInstance(
        EMBEDDED, {"ServiceName": "svc", "Empty": "", "None": None, "Many": ("1", "2")}, "root/mscluster"
    )


def test_an_embedded_class_without_a_type_attribute_is_that_of_its_values() -> None:
    xml = f'<p:Private xmlns:e="{WMI}root/mscluster/Some_Class"><e:A>1</e:A></p:Private>'
    assert read(xml).get("Private") == CimInstance("Some_Class", {"A": "1"}, "root/mscluster")


def test_embedded_objects_repeat_with_prefixes_of_their_own() -> None:
    """wsman 3.3: p1, p2, p3."""
    xml = "".join(
        f'<p:Items xmlns:p{n}="{WMI}root/x/Item" xsi:type="p{n}:Item_Type"><p{n}:N>{n}</p{n}:N></p:Items>'
        for n in (1, 2)
    )
    assert read(xml).get("Items") == tuple(CimInstance("Item", {"N": str(n)}, "root/x") for n in (1, 2))


def test_an_embedded_object_without_values_keeps_its_class() -> None:
    assert read(embedded("")).get("Private") == CimInstance(EMBEDDED, {}, "")


def test_an_object_that_says_nothing_is_null_and_one_that_is_text_stays_text() -> None:
    assert one("Private", "") is None
    assert one("Private", "instance of X {};") == "instance of X {};"


def test_objects_in_objects() -> None:
    xml = embedded(f'<p1:Inner xmlns:i="{WMI}root/x/In" xsi:type="i:In_Type"><i:A>1</i:A></p1:Inner>')
    outer = read(xml).get("Private")
    assert isinstance(outer, CimInstance)
    assert outer.get("Inner") == CimInstance("In", {"A": "1"}, "root/x")


# ---- outputs ------------------------------------------------------------------------------------
METHOD = MethodSchema("Do", {}, {"Sum": Field("uint32"), "Names": Field("string", array=True)})


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("", {"Sum": None, "Names": None, "ReturnValue": None}),
        ('<p:ReturnValue xsi:nil="true"/>', {"Sum": None, "Names": None, "ReturnValue": None}),
        ("<p:ReturnValue>0</p:ReturnValue>", {"Sum": None, "Names": None, "ReturnValue": 0}),
        ("<p:ReturnValue>-2147217403</p:ReturnValue>", {"Sum": None, "Names": None, "ReturnValue": -2147217403}),
        ("<p:ReturnValue>2147749893</p:ReturnValue>", {"Sum": None, "Names": None, "ReturnValue": 2147749893}),
        (
            "<p:Names>a</p:Names><p:Sum>1</p:Sum><p:ReturnValue>5</p:ReturnValue>",
            {"Sum": 1, "Names": ("a",), "ReturnValue": 5},
        ),
    ],
)
def test_outputs_of_a_method(xml: str, expected: dict[str, object]) -> None:
    """wsman 3.6: the whole OUTPUT may be empty and the ReturnValue nil."""
    holder = element(f'<p:Do_OUTPUT xmlns:p="{WMI}root/x/Y">{xml}</p:Do_OUTPUT>')
    assert read_output(holder, METHOD) == expected


def test_a_void_method_has_no_return_value() -> None:
    assert read_output(None, MethodSchema("Do", {}, {"Sum": Field("uint32")}, returns=False)) == {"Sum": None}
