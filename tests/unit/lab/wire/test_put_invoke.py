"""Put and Invoke: what is checked before a provider is asked, and what the answer looks like."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lab.contract import Instance
from lab.wire.switches import Switches
from support.envelopes import NAMESPACES, TRANSFER, message
from support.facts import each_setting
from support.toy import NAMESPACE, PREFIX, Reply, ToyEndpoint, thing

URI = PREFIX + "Toy_Thing"
NAME, COUNT, NOTE = "<t:Name>One</t:Name>", "<t:Count>1</t:Count>", "<t:Note>old</t:Note>"
NIL = '<t:Note xsi:nil="true"/>'


def toy(switches: Switches | None = None, **settings: Any) -> ToyEndpoint:
    made = ToyEndpoint(switches, **settings)
    made.provider.stored["Toy_Thing"] = [thing("One", 1, "old")]
    return made


def put(made: ToyEndpoint, properties: str) -> Reply:
    body = f'<t:Toy_Thing xmlns:t="{URI}">{properties}</t:Toy_Thing>'
    return asyncio.run(made.send(message(TRANSFER + "Put", URI, body, {"Name": "One"})))


def call(made: ToyEndpoint, method: str, body: str, selectors: dict[str, str] | None = None) -> Reply:
    text = body.replace("<t:", f'<t:{method}_INPUT xmlns:t="{URI}"><t:', 1) + f"</t:{method}_INPUT>"
    text = text if body else f'<t:{method}_INPUT xmlns:t="{URI}"/>'
    return asyncio.run(made.send(message(f"{URI}/{method}", URI, text, selectors)))


@pytest.mark.fact("wsman 3.7", "S")
@pytest.mark.parametrize(("note", "stored"), [("<t:Note>new</t:Note>", "new"), ("<t:Note/>", ""), (NIL, None)])
def test_a_whole_instance_is_put(note: str, stored: str | None) -> None:
    made = toy()
    reply = put(made, NAME + COUNT + note + "<t:Tags>a</t:Tags><t:Tags>b</t:Tags>")
    assert reply.status == 200
    kept = made.provider.stored["Toy_Thing"][0].properties
    assert (kept["Note"], kept["Tags"], kept["Count"]) == (stored, ("a", "b"), 1)
    assert [item.text for item in reply.all("Tags")] == ["a", "b"]


@each_setting("partial_put", "wsman 3.7", "U")
def test_a_partial_instance(partial_put: bool) -> None:
    made = toy(Switches(partial_put=partial_put))
    assert put(made, "<t:Note>new</t:Note>").code == (None if partial_put else 2150858838)
    assert made.provider.stored["Toy_Thing"][0].properties["Note"] == ("new" if partial_put else "old")


@each_setting("embedded_put", "mscluster 11", "U")
def test_an_embedded_object_in_a_put(embedded_put: bool) -> None:
    """Refused it would be noticed; dropped it has to be read back."""
    made = toy(Switches(embedded_put=embedded_put))
    made.provider.stored["Toy_Jar"] = [Instance(NAMESPACE, "Toy_Jar", {"Name": "One", "Lid": None})]
    lid = f'<t:Lid xmlns:e="{PREFIX}Toy_Lid" xsi:type="e:Toy_Lid_Type"><e:Colour>red</e:Colour></t:Lid>'
    body = f'<t:Toy_Jar xmlns:t="{PREFIX}Toy_Jar">{lid}{NAME}</t:Toy_Jar>'
    assert asyncio.run(made.send(message(TRANSFER + "Put", PREFIX + "Toy_Jar", body, {"Name": "One"}))).status == 200
    stored = made.provider.stored["Toy_Jar"][0].properties["Lid"]
    colour = stored.properties["Colour"] if isinstance(stored, Instance) else None
    assert colour == ("red" if embedded_put else None)


@pytest.mark.fact("wsman 3.7", "S")
@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ("<t:Name>Two</t:Name>" + COUNT + NOTE, 2150858989),
        (NAME + "<t:Count>2</t:Count>" + NOTE, 2150859010),
        (NAME + "<t:Count>x</t:Count>" + NOTE, 2150858838),
        (NAME + COUNT + NOTE + "<t:Nix/>", 2150858817),
    ],
)
def test_a_put_that_is_refused(properties: str, code: int) -> None:
    made = toy()
    assert put(made, properties).code == code
    assert made.provider.stored["Toy_Thing"] == [thing("One", 1, "old")]


@pytest.mark.fact("wsman 3.7", "S")
def test_a_comment_in_an_instance_is_nothing() -> None:
    assert put(toy(), NAME + "<!-- note -->" + COUNT + NOTE).status == 200


@each_setting("null_arrays", "wsman 3.3", "R")
def test_a_null_array(null_arrays: Any) -> None:
    made = toy(Switches(null_arrays=null_arrays))
    reply = asyncio.run(made.send(message(TRANSFER + "Get", URI, selectors={"Name": "One"})))
    assert len(reply.all("Tags")) == (1 if null_arrays == "nil" else 0)


@pytest.mark.fact("wsman 3.3", "S")
def test_precise_arrays_are_an_option() -> None:
    option = '<w:OptionSet><w:Option Name="msftwinrm:UsePreciseArrays" Type="xs:boolean">true</w:Option></w:OptionSet>'
    text = message(TRANSFER + "Get", URI, selectors={"Name": "One"}, changed={"w:OptionSet": option})
    reply = asyncio.run(toy().send(text))
    assert reply.find("Tags").get(f"{{{NAMESPACES['p']}}}IsNullArray") == "true"


@each_setting("lower_case_namespaces", "wsman 3.1", "S")
def test_the_response_namespace_may_be_in_lower_case(lower_case_namespaces: bool) -> None:
    switches = Switches(lower_case_namespaces=lower_case_namespaces)
    reply = asyncio.run(toy(switches).send(message(TRANSFER + "Get", URI, selectors={"Name": "One"})))
    tag = reply.find("Toy_Thing").tag
    assert tag == "{%s}Toy_Thing" % (PREFIX + ("toy_thing" if lower_case_namespaces else "Toy_Thing"))


@pytest.mark.fact("wsman 3.6", "R")
def test_a_static_method() -> None:
    reply = call(toy(), "Add", "<t:Number>255</t:Number>")
    assert reply.text("Action") == f"{URI}/AddResponse"
    assert [item.tag.rpartition("}")[2] for item in reply.find("Add_OUTPUT")] == ["Sum", "ReturnValue"]
    assert reply.text("Sum") == "256"


@pytest.mark.fact("wsman 3.6", "S")
def test_a_static_method_takes_selectors_and_another_needs_them() -> None:
    assert call(toy(), "Add", "<t:Number>1</t:Number>", {"Name": "One"}).status == 200
    assert call(toy(), "Refuse", "").code == 2150859002


@each_setting("byte_arrays", "mscluster 11", "I")
def test_bytes_as_repeated_elements(byte_arrays: bool) -> None:
    reply = call(toy(Switches(byte_arrays=byte_arrays)), "Total", "<t:Data>250</t:Data><t:Data>6</t:Data>")
    assert (reply.code, reply.text("Sum")) == ((None, "256") if byte_arrays else (2150858817, None))


@each_setting("architecture_option", "wsman 2.2", "C")
def test_the_architecture_option_reaches_the_provider_or_not(architecture_option: bool) -> None:
    """An Option named wmi:X is handed to the provider as X; this one was also seen to have no effect."""
    made = toy(Switches(architecture_option=architecture_option))
    option = '<w:OptionSet><w:Option Name="wmi:__ProviderArchitecture" Type="xs:int">32</w:Option></w:OptionSet>'
    body = f'<t:Add_INPUT xmlns:t="{URI}"><t:Number>1</t:Number></t:Add_INPUT>'
    asyncio.run(made.send(message(f"{URI}/Add", URI, body, changed={"w:OptionSet": option})))
    assert made.provider.seen_context == ({"__ProviderArchitecture": "32"} if architecture_option else {})


@pytest.mark.fact("wsman 3.6", "R")
@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("Add", "<t:Nix>1</t:Nix>", 2150858817),
        ("Add", '<t:Number xmlns:t="urn:x">1</t:Number>', 2150858840),
        ("Add", "", 1359),
    ],
)
def test_an_input_that_is_refused(method: str, body: str, code: int) -> None:
    assert call(toy(), method, body).code == code


@pytest.mark.fact("wsman 3.6", "I")
@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("Add", "<t:Number>256</t:Number>", 2150858838),
        ("Add", "<t:Number>-1</t:Number>", 2150858838),
        ("Add", "<t:Number>1</t:Number><t:Number>2</t:Number>", 2150858817),
        ("Nix", "", 2150858771),
        ("add", "<t:Number>1</t:Number>", 2150858771),
        ("Wait", "", 2150859002),
    ],
)
def test_a_call_that_is_refused(method: str, body: str, code: int) -> None:
    assert call(toy(), method, body).code == code


@pytest.mark.fact("wsman 3.6", "R")
def test_the_input_element_is_checked() -> None:
    wrong = message(f"{URI}/Add", URI, f'<t:Add xmlns:t="{URI}"/>')
    assert asyncio.run(toy().send(wrong)).code == 2150858817
    elsewhere = message(f"{URI}/Add", URI, '<t:Add_INPUT xmlns:t="urn:x"/>')
    assert asyncio.run(toy().send(elsewhere)).code == 2150858840
    assert "0x8004102f" in (call(toy(), "Add", "").text("Message") or "")


@pytest.mark.fact("wsman 3.9", "S")
def test_a_long_method_ends_the_wait_and_not_the_work() -> None:
    made = toy(max_timeout_ms=20)
    reply = call(made, "Wait", "", {"Name": "One"})
    assert reply.code == 2150858793
    made.provider.pending.finish({})
    assert call(made, "Wait", "", {"Name": "One"}).status == 200


@pytest.mark.fact("wsman 2.2", "S")
@pytest.mark.parametrize("asked", ["PT300S", ""])
def test_the_time_out_is_clamped(asked: str) -> None:
    made = toy(max_timeout_ms=20)
    header = f"<w:OperationTimeout>{asked}</w:OperationTimeout>" if asked else ""
    body = f'<t:Wait_INPUT xmlns:t="{URI}"/>'
    text = message(f"{URI}/Wait", URI, body, {"Name": "One"}, {"w:OperationTimeout": header})
    assert asyncio.run(asyncio.wait_for(made.send(text), 5)).code == 2150858793


@pytest.mark.fact("wsman 3.8", "S")
@pytest.mark.parametrize("verb", ["Create", "Delete"])
def test_create_and_delete_came_with_2012(verb: str) -> None:
    assert asyncio.run(toy().send(message(TRANSFER + verb, URI, "", {"Name": "One"}))).code == 2150858771
