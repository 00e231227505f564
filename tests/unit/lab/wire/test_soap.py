"""The header rules of MS-WSMV as the endpoint applies them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lab.contract import Account
from lab.wire.switches import Switches
from support.envelopes import NAMESPACES, TRANSFER, message, wrap
from support.facts import each_setting
from support.toy import PREFIX, Reply, ToyEndpoint, thing

URI = PREFIX + "Toy_Thing"
GET = TRANSFER + "Get"


def toy(switches: Switches | None = None) -> ToyEndpoint:
    made = ToyEndpoint(switches)
    made.provider.stored["Toy_Thing"].append(thing("One"))
    return made


def send(text: str, account: Account | None = None, switches: Switches | None = None) -> Reply:
    endpoint = toy(switches)
    return asyncio.run(endpoint.send(text, account) if account else endpoint.send(text))


def get(changed: dict[str, str] | None = None, uri: str = URI, **selectors: str) -> Reply:
    return send(message(GET, uri, selectors=selectors or {"Name": "One"}, changed=changed))


@pytest.mark.fact("wsman 2.2", "S")
def test_a_plain_request_is_answered() -> None:
    reply = get()
    assert reply.status == 200
    assert reply.text("Action") == GET + "Response"
    assert reply.text("RelatesTo") == "uuid:1"
    assert reply.text("To") == NAMESPACES["a"] + "/role/anonymous"
    assert reply.text("Name") == "One"


@pytest.mark.fact("wsman 2.2", "S")
@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a:Action", "", 2150858769),
        ("a:ReplyTo", "", 2150858769),
        ("a:ReplyTo", "<a:ReplyTo><a:Address>http://me</a:Address></a:ReplyTo>", 2150858870),
        ("a:MessageID", "", 2150858767),
        ("a:MessageID", "<a:MessageID> </a:MessageID>", 2150858767),
        ("a:MessageID", f"<a:MessageID>{'x' * 2049}</a:MessageID>", 2150858767),
        ("w:MaxEnvelopeSize", "<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>", 2150858878),
        ("w:MaxEnvelopeSize", "<w:MaxEnvelopeSize>²</w:MaxEnvelopeSize>", 2150858767),
        ("w:OperationTimeout", "<w:OperationTimeout>60</w:OperationTimeout>", 2150858881),
        ("w:OperationTimeout", "<w:OperationTimeout>PT</w:OperationTimeout>", 2150858881),
        ("w:OperationTimeout", "<w:OperationTimeout>P1DT</w:OperationTimeout>", 2150858881),
        ("w:OperationTimeout", "<w:OperationTimeout>-PT1S</w:OperationTimeout>", 2150858881),
        ("w:Locale", '<w:Locale xml:lang="en-US" s:mustUnderstand="true"/>', 2150858887),
        ("p:DataLocale", '<p:DataLocale xml:lang="en-US" s:mustUnderstand="1"/>', 2150858887),
        ("w:FragmentTransfer", "<w:FragmentTransfer>Name</w:FragmentTransfer>", 2150858767),
        ("x", '<x xmlns="urn:x" s:mustUnderstand="true"/>', 2150858768),
    ],
)
def test_a_bad_header_is_refused(name: str, text: str, code: int) -> None:
    reply = get({name: text})
    assert (reply.status, reply.code) == (500, code)


@pytest.mark.fact("wsman 2.2", "S")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("w:Locale", '<w:Locale xml:lang="en-US" s:mustUnderstand="false"/>'),
        ("w:Locale", '<w:Locale xml:lang="en-US" mustUnderstand="true"/>'),  # pywinrm: an unknown attribute
        ("w:MaxEnvelopeSize", "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>"),
        ("w:OperationTimeout", "<w:OperationTimeout>PT1H2M3.5S</w:OperationTimeout>"),
        ("w:OperationTimeout", f"<w:OperationTimeout>PT{'9' * 400}S</w:OperationTimeout>"),
        ("a:MessageID", f"<a:MessageID>{'x' * 2048}</a:MessageID>"),
        ("p:SessionId", '<p:SessionId s:mustUnderstand="false">uuid:2</p:SessionId>'),
        ("x", '<x xmlns="urn:x" s:mustUnderstand="false"/>'),
    ],
)
def test_a_good_header_is_accepted(name: str, text: str) -> None:
    assert get({name: text}).status == 200


@pytest.mark.fact("wsman 2.2", "S")
def test_uri_and_selector_names_have_no_case() -> None:
    assert get(uri=URI.upper(), nAME="oNE").text("Name") == "One"


@pytest.mark.fact("wsman 2.2", "S")
def test_a_selector_that_stands_twice() -> None:
    twice = '<w:Selector Name="Name">One</w:Selector><w:Selector Name="name">One</w:Selector>'
    assert get({"w:SelectorSet": f"<w:SelectorSet>{twice}</w:SelectorSet>"}).code == 2150858847


@pytest.mark.fact("wsman 3.2", "V")
@pytest.mark.parametrize(
    ("selectors", "code"),
    [({}, 2150859002), ({"Nam": "One"}, 2150858843), ({"Name": "One", "Count": "0"}, 2150858843)],
)
def test_selectors_are_exactly_the_keys(selectors: dict[str, str], code: int) -> None:
    assert send(message(GET, URI, selectors=selectors)).code == code


@pytest.mark.fact("wsman 3.1", "S")
@pytest.mark.parametrize(("value", "code"), [("root/toy", None), ("ROOT\\TOY", None), ("root/cimv2", 2150859067)])
def test_the_namespace_selector_must_agree_with_the_uri(value: str, code: int | None) -> None:
    assert get(Name="One", __cimnamespace=value).code == code


@pytest.mark.fact("wsman 5.4", "V")
@pytest.mark.parametrize(
    ("uri", "code"), [("http://example.org/x", 2150858811), (PREFIX + "Toy_None", 2150858752), ("", 2150858752)]
)
def test_an_unknown_resource(uri: str, code: int) -> None:
    assert send(message(GET, uri, selectors={"Name": "One"})).code == code


@pytest.mark.fact("wsman 5.4", "V")
@pytest.mark.parametrize("text", ["", "<a", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<s:x xmlns:s='u:s'/>"])
def test_what_is_no_envelope_is_a_fault(text: str) -> None:
    reply = send(text)
    assert (reply.status, reply.code) == (500, 2150858819)


@pytest.mark.fact("wsman 2.2", "R")
def test_the_machine_of_a_fault_is_the_host_of_to() -> None:
    fault = get(Name="Two").find("WSManFault")
    assert fault.get("Machine") == "toy"


@each_setting("access_denied", "wsman 5.3", "S")
@pytest.mark.parametrize(
    "account", [Account("u", "unused", administrator=False), Account("u", "unused", filtered_token=True)]
)
def test_without_rights_access_is_denied(account: Account, access_denied: Any) -> None:
    reply = send(message(GET, URI, selectors={"Name": "One"}), account, Switches(access_denied=access_denied))
    assert (reply.status, reply.code) == (500, access_denied)
    assert reply.all("Value")[1].text == "w:AccessDenied"


@pytest.mark.fact("wsman 9", "S")
def test_identify_needs_no_addressing_headers() -> None:
    reply = send(wrap("", "<wsmid:Identify/>"))
    assert reply.status == 200
    assert reply.text("ProductVendor") == "Microsoft Corporation"
    assert (reply.text("ProductVersion") or "").startswith("OS: 6.1.7601 ")
    assert reply.find("Action") is None
