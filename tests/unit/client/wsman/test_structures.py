"""References, embedded objects and outputs out of XML (wsman 3.3, 3.6)."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import EnvelopeError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    Field,
    MethodSchema,
    Reference,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.values import read_output
from support.answers import CIM2, WMI, reference
from support.demo_class import element, one, read

MSFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"


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
