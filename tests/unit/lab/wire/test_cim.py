"""Enumerations, filters, paging, Put and Invoke, without HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from lxml import etree

from lab.wire.switches import Switches
from support.envelopes import ENUMERATION, NAMESPACES, TRANSFER, filtered, message, pull, selector_set, wql
from support.facts import each_setting
from support.toy import BOX, PREFIX, Reply, ToyEndpoint, thing

URI = PREFIX + "Toy_Thing"
ANY = PREFIX + "*"
SELECTORS = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
ASSOCIATION = "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
OPTIMIZE = "<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>"


def toy(count: int, switches: Switches | None = None, **settings: Any) -> ToyEndpoint:
    made = ToyEndpoint(switches, **settings)
    made.provider.stored["Toy_Thing"] = [thing(f"T{index}", index) for index in range(count)]
    return made


def ask(made: ToyEndpoint, body: str, uri: str = URI, verb: str = "Enumerate", size: int | None = None) -> Reply:
    changed = {} if size is None else {"w:MaxEnvelopeSize": f"<w:MaxEnvelopeSize>{size}</w:MaxEnvelopeSize>"}
    return asyncio.run(made.send(message(ENUMERATION + verb, uri, body, changed=changed)))


def names(reply: Reply) -> list[str]:
    items = reply.find("Items")
    return [item.findtext("{*}Name") for item in (items if items is not None else ())]


def pages(
    made: ToyEndpoint, body: str, uri: str = URI, elements: str = "32000", size: int | None = None
) -> list[Reply]:
    replies = [ask(made, body, uri, size=size)]
    while replies[-1].find("EndOfSequence") is None:
        assert replies[-1].status == 200, replies[-1].code
        context = replies[-1].text("EnumerationContext")
        assert context
        replies.append(ask(made, pull(context, elements), uri, "Pull", size))
    return replies


@pytest.mark.fact("wsman 3.5", "R")
def test_an_optimised_enumeration_brings_one_item_first() -> None:
    made = toy(5)
    first, *rest = pages(made, f"<n:Enumerate>{OPTIMIZE}</n:Enumerate>", elements="3")
    assert names(first) == ["T0"]
    assert etree.QName(first.find("Items")).namespace == NAMESPACES["w"]
    assert [names(page) for page in rest] == [["T1", "T2", "T3"], ["T4"]]
    assert len({page.text("EnumerationContext") for page in (first, *rest)}) == 3
    assert rest[-1].find("EnumerationContext") is None
    assert not made.endpoint.cim.enumerations.open


@pytest.mark.fact("wsman 3.5", "S")
@pytest.mark.parametrize("count", [0, 1, 3])
def test_without_optimising_only_the_context_comes(count: int) -> None:
    first, *rest = pages(toy(count), "<n:Enumerate/>")
    assert first.find("Items") is None
    assert [name for page in rest for name in names(page)] == [f"T{index}" for index in range(count)]


@pytest.mark.fact("wsman 3.5", "R")
@pytest.mark.parametrize("count", [0, 1])
def test_a_result_that_fits_ends_at_once(count: int) -> None:
    made = toy(count)
    reply = ask(made, f"<n:Enumerate>{OPTIMIZE}</n:Enumerate>")
    assert len(names(reply)) == count
    assert not reply.text("EnumerationContext")
    assert etree.QName(reply.find("EndOfSequence")).namespace == NAMESPACES["w"]
    assert not made.endpoint.cim.enumerations.open


@each_setting("end_of_sequence", "wsman 3.5", "R")
@each_setting("empty_page", "wsman 3.5", "S")
@each_setting("changing_contexts", "wsman 3.5", "R")
def test_the_forms_of_a_pull(end_of_sequence: Any, empty_page: bool, changing_contexts: bool) -> None:
    switches = Switches(end_of_sequence=end_of_sequence, empty_page=empty_page, changing_contexts=changing_contexts)
    first, *rest = pages(toy(3, switches), f"<n:Enumerate>{OPTIMIZE}</n:Enumerate>", elements="1")
    assert [names(page) for page in rest] == ([[]] if empty_page else []) + [["T1"], ["T2"]]
    assert {etree.QName(page.find("Items")).namespace for page in rest} == {NAMESPACES[end_of_sequence]}
    assert etree.QName(rest[-1].find("EndOfSequence")).namespace == NAMESPACES[end_of_sequence]
    again = rest[0].text("EnumerationContext")
    assert (again == first.text("EnumerationContext")) is not changing_contexts


@pytest.mark.fact("wsman 2.3", "R")
def test_a_page_holds_what_the_envelope_holds() -> None:
    replies = pages(toy(60), f"<n:Enumerate>{OPTIMIZE}</n:Enumerate>", size=16_384)
    assert len(replies) > 3
    assert [name for page in replies for name in names(page)] == [f"T{index}" for index in range(60)]
    assert all(len(etree.tostring(page.root)) < 16_384 for page in replies)


@pytest.mark.fact("wsman 2.3", "S")
@pytest.mark.parametrize("optimized", ["", OPTIMIZE])
def test_an_item_larger_than_the_envelope(optimized: str) -> None:
    made = ToyEndpoint()
    made.provider.stored["Toy_Thing"] = [thing("Big", note="x" * 9000), thing("Small")]
    reply = ask(made, f"<n:Enumerate>{optimized}</n:Enumerate>", size=8192)
    if not optimized:
        reply = ask(made, pull(reply.text("EnumerationContext") or ""), verb="Pull", size=8192)
    assert reply.code == 2150858824


@pytest.mark.fact("wsman 3.5", "S")
def test_a_pull_keeps_the_envelope_of_the_enumerate() -> None:
    made = toy(3)
    context = ask(made, "<n:Enumerate/>", size=20_000).text("EnumerationContext") or ""
    assert ask(made, pull(context), verb="Pull", size=30_000).code == 2150859181


@pytest.mark.fact("wsman 3.5", "R")
def test_a_context_that_is_not_open() -> None:
    made = toy(3)
    context = ask(made, "<n:Enumerate/>").text("EnumerationContext") or ""
    assert ask(made, pull(context), PREFIX + "Toy_Box", "Pull").code == 2150858779
    assert ask(made, pull("uuid:0"), verb="Pull").code == 2150858779
    assert ask(made, "<n:Pull/>", verb="Pull").code == 2150858779


@pytest.mark.fact("wsman 3.5", "S")
def test_release_ends_an_enumeration_once() -> None:
    made = toy(3)
    context = ask(made, "<n:Enumerate/>").text("EnumerationContext")
    body = f"<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>"
    assert ask(made, body, verb="Release").status == 200
    assert ask(made, body, verb="Release").code == 2150858779


@pytest.mark.fact("wsman 3.5", "S")
def test_an_enumeration_expires() -> None:
    made = toy(3, enumeration_timeout_ms=0)
    context = ask(made, "<n:Enumerate/>").text("EnumerationContext") or ""
    assert ask(made, pull(context), verb="Pull").code == 2150858779


@pytest.mark.fact("wsman 3.5", "I")
@pytest.mark.parametrize("elements", ["x", "-1", "0", "²", "9" * 5000])
def test_max_elements_that_is_no_number_above_zero(elements: str) -> None:
    made = toy(3)
    context = ask(made, "<n:Enumerate/>").text("EnumerationContext") or ""
    assert ask(made, pull(context, elements), verb="Pull").code == 2150858817


@pytest.mark.fact("wsman 2.3", "R")
def test_open_enumerations_count_against_the_quota() -> None:
    made = toy(3, max_operations_per_user=15)
    replies = [ask(made, "<n:Enumerate/>") for _ in range(16)]
    assert [reply.code for reply in replies] == [None] * 15 + [2150859174]
    context = replies[0].text("EnumerationContext") or ""
    assert ask(made, pull(context), verb="Pull").find("EndOfSequence") is not None
    assert ask(made, "<n:Enumerate/>").status == 200


@pytest.mark.fact("wsman 3.5", "C")
@pytest.mark.parametrize(
    ("selectors", "found"),
    [({"Name": "t2"}, ["T2"]), ({"name": "T2", "Count": "2"}, ["T2"]), ({"Name": "T2", "Count": "1"}, [])],
)
def test_a_selector_filter(selectors: dict[str, str], found: list[str]) -> None:
    reply = ask(toy(4), filtered(SELECTORS, selector_set(selectors), OPTIMIZE))
    assert names(reply) == found


@pytest.mark.fact("wsman 3.5", "S, its code I")
@pytest.mark.parametrize("content", [selector_set({"Name": "o'neil"}), selector_set({"Nix": "x"}), ""])
def test_a_selector_filter_that_cannot_be_processed(content: str) -> None:
    assert ask(toy(1), filtered(SELECTORS, content)).code == 2150859042


def association(kind: str, box: str, parts: str = "") -> str:
    selectors = selector_set({"Id": box})
    target = f"<w:ResourceURI>{PREFIX}Toy_Box</w:ResourceURI>{selectors}"
    target = f"<a:Address>x</a:Address><a:ReferenceParameters>{target}</a:ReferenceParameters>"
    return filtered(ASSOCIATION, f"<b:{kind}><b:Object>{target}</b:Object>{parts}</b:{kind}>", OPTIMIZE)


def boxes() -> ToyEndpoint:
    made = toy(3)
    for box, name in (("A{1}", "T0"), ("A{1}", "T1"), ("B", "T2")):
        made.provider.link(box, name)
    return made


def found_by(body: str) -> list[str]:
    return [name for page in pages(boxes(), body, ANY) for name in names(page)]


@pytest.mark.fact("wsman 3.5", "S")
@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ("", ["T0", "T1"]),
        ("<b:AssociationClassName>toy_boxtothing</b:AssociationClassName>", ["T0", "T1"]),
        ("<b:AssociationClassName/><b:ResultClassName/><b:Role/><b:ResultRole/>", ["T0", "T1"]),
        ("<b:AssociationClassName>Toy_Other</b:AssociationClassName>", []),
        ("<b:ResultClassName>Toy_Box</b:ResultClassName>", []),
        ("<b:Role>GroupComponent</b:Role>", ["T0", "T1"]),
        ("<b:Role>PartComponent</b:Role>", []),
        ("<b:ResultRole>GroupComponent</b:ResultRole>", []),
    ],
)
def test_an_association_filter(parts: str, found: list[str]) -> None:
    assert found_by(association("AssociatedInstances", "a{1}", parts)) == found


@pytest.mark.fact("wsman 3.5", "S")
def test_associators_of_and_references_of() -> None:
    assert found_by(wql("ASSOCIATORS OF {Toy_Box.Id='A{1}'} WHERE Role = GroupComponent", OPTIMIZE)) == ["T0", "T1"]
    assert found_by(wql("ASSOCIATORS OF {Toy_Box.Id='C'}", OPTIMIZE)) == []
    links = pages(boxes(), association("AssociationInstances", "A{1}"), ANY)
    assert sum(len(page.all("PartComponent")) for page in links) == 2


@pytest.mark.fact("wsman 3.1", "S")
@pytest.mark.parametrize(
    ("uri", "body", "selectors", "code"),
    [
        (URI, "<n:Enumerate/>", {"Name": "T0"}, 2150859016),
        (ANY, wql("SELECT * FROM Toy_Thing"), {"Name": "T0"}, 2150859003),
        (URI, wql("SELECT * FROM Toy_Thing"), {}, 2150858777),
        (ANY, filtered("urn:x", "x"), {}, 2150858777),
        (URI, "", {}, 2150858817),
        (ANY, filtered(ASSOCIATION, ""), {}, 2150859042),
    ],
)
def test_an_enumeration_that_is_refused(uri: str, body: str, selectors: dict[str, str], code: int) -> None:
    made = toy(1)
    assert asyncio.run(made.send(message(ENUMERATION + "Enumerate", uri, body, selectors))).code == code


@pytest.mark.fact("wsman 3.5", "S")
def test_the_forms_of_an_item() -> None:
    made = toy(1)
    made.provider.stored[BOX.name] = []
    mode = f"{OPTIMIZE}<w:EnumerationMode>{{}}</w:EnumerationMode>"
    reply = ask(made, f"<n:Enumerate>{mode.format('EnumerateEPR')}</n:Enumerate>")
    assert [etree.QName(item).localname for item in reply.find("Items")] == ["EndpointReference"]
    assert reply.find("Selector").text == "T0"
    both = ask(made, f"<n:Enumerate>{mode.format('EnumerateObjectAndEPR')}</n:Enumerate>")
    assert [etree.QName(item).localname for item in both.find("Item")] == ["Toy_Thing", "EndpointReference"]
    assert ask(made, f"<n:Enumerate>{mode.format('Nix')}</n:Enumerate>").code == 2150858886


@pytest.mark.fact("wsman 3.5", "R")
def test_a_select_list_has_no_namespace_and_is_alphabetical() -> None:
    reply = ask(toy(1), wql("SELECT Note, Count, Name FROM Toy_Thing", OPTIMIZE), ANY)
    assert [item.tag for item in reply.find("XmlFragment")] == ["Count", "Name", "Note"]


@pytest.mark.fact("wsman 3.5", "R")
def test_derived_instances_come_under_their_own_name() -> None:
    made = toy(1)
    made.provider.stored["Toy_Special"] = [type(thing("S"))("root/toy", "Toy_Special", {"Name": "S"})]
    replies = pages(made, wql("SELECT * FROM Toy_Thing", OPTIMIZE), ANY)
    found = [etree.QName(item) for page in replies for item in page.find("Items")]
    assert [(item.namespace, item.localname) for item in found] == [
        (PREFIX + "Toy_Thing", "Toy_Thing"),
        (PREFIX + "Toy_Special", "Toy_Special"),
    ]
    assert TRANSFER + "Get" not in {page.text("Action") for page in replies}
