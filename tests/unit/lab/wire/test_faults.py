"""Every shape of a fault that Windows was seen to send, and the codes' places in SOAP."""

from __future__ import annotations

import ast
import asyncio
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import lab.wire
from lab.contract import CimError
from lab.wire.faults import MAPPING
from lab.wire.switches import Switches
from support.envelopes import ENUMERATION, TRANSFER, message, wql
from support.facts import each_setting
from support.toy import PREFIX, Reply, ToyEndpoint, thing

URI = PREFIX + "Toy_Thing"
HRESULT = 0x8007139F  # 5023
INFERRED = pytest.mark.fact("wsman 3.5", "I")
FACTS = """
5 Sender w:AccessDenied - wsman
2150858752 Sender a:DestinationUnreachable InvalidResourceURI addressing
2150858811 Sender a:DestinationUnreachable InvalidResourceURI addressing
2150858753 Sender a:ActionNotSupported - addressing
2150858771 Sender a:ActionNotSupported - addressing
2150858767 Sender a:InvalidMessageInformationHeader - addressing
2150858769 Sender a:MessageInformationHeaderRequired - addressing
2150858881 Sender a:InvalidMessageInformationHeader InvalidTimeout wsman
2150858778 Sender n:CannotProcessFilter - enumeration
2150858777 Sender n:FilterDialectRequestedUnavailable - enumeration
2150858779 Receiver n:InvalidEnumerationContext - enumeration
2150859042 Sender w:CannotProcessFilter - wsman
2150858899 Sender w:CannotProcessFilter - wsman
2150858793 Receiver w:TimedOut - wsman
1359 Receiver w:InternalError - wsman
2150858805 Sender w:EncodingLimit - wsman
2150858878 Sender w:EncodingLimit MinimumEnvelopeLimit wsman
2150858824 Sender w:EncodingLimit MaxEnvelopeSizeExceeded wsman
2150858835 Sender w:InvalidOptions InvalidValue wsman
2150858838 Sender x:InvalidRepresentation InvalidValues transfer
2150858840 Sender x:InvalidRepresentation InvalidNamespace transfer
2150858842 Sender w:InvalidSelectors InsufficientSelectors wsman
2150859002 Sender w:InvalidSelectors InsufficientSelectors wsman
2150858843 Sender w:InvalidSelectors UnexpectedSelectors wsman
2150858845 Sender w:InvalidSelectors InvalidValue wsman
2150858847 Sender w:InvalidSelectors DuplicateSelectors wsman
2150859173 Sender w:QuotaLimit - wsman
2150859174 Receiver w:InternalError - wsman
2150858817 Sender w:SchemaValidationError - wsman
2150858819 Sender w:InternalError Invalid wsman
2150858818 Sender w:UnsupportedFeature - wsman
2150858870 Sender w:UnsupportedFeature AddressingMode wsman
2150858886 Sender w:UnsupportedFeature EnumerationMode wsman
2150858887 Sender w:UnsupportedFeature Locale wsman
2150858768 MustUnderstand - - addressing
2150859010 Receiver w:InternalError - wsman
2150859038 Receiver w:InternalError - wsman
"""
ROWS = [tuple(line.split()) for line in FACTS.strip().splitlines()]
FAMILIES = {
    "addressing": "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
    "wsman": "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
    "enumeration": "http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault",
    "transfer": "http://schemas.xmlsoap.org/ws/2004/09/transfer/fault",
}


@pytest.mark.fact("wsman 5.4", "V")
@pytest.mark.parametrize(("code", "side", "subcode", "detail", "family"), ROWS, ids=[row[0] for row in ROWS])
def test_the_place_of_a_code(code: str, side: str, subcode: str, detail: str, family: str) -> None:
    answer = ToyEndpoint().endpoint.fault(int(code), "Text.")
    reply = Reply(answer.status, etree.fromstring(answer.body))
    assert reply.status == 500
    assert reply.code == int(code)
    values = [item.text for item in reply.all("Value")]
    assert values == [f"s:{side}"] + ([] if subcode == "-" else [subcode])
    assert (reply.text("FaultDetail") or "").rpartition("/")[2] == ("" if detail == "-" else detail)
    assert reply.text("Action") == FAMILIES[family]
    for value in reply.all("Value"):
        assert value.nsmap[value.text.partition(":")[0]]  # a prefix in a QName has to be declared


def test_every_code_that_the_wire_raises_has_a_place() -> None:
    raised = set()
    for path in Path(lab.wire.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault" and node.args:
                raised |= {item.value for item in ast.walk(node.args[0]) if isinstance(item, ast.Constant)}
    codes = {item for item in raised if isinstance(item, int)}
    assert len(codes) > 20
    assert codes - set(MAPPING) == set()


def refused(switches: Switches, error: CimError | None = None) -> Reply:
    toy = ToyEndpoint(switches)
    toy.provider.stored["Toy_Thing"].append(thing("One"))
    if error is not None:
        toy.provider.refusal = error
    body = f'<t:Refuse_INPUT xmlns:t="{URI}"/>'
    return asyncio.run(toy.send(message(f"{URI}/Refuse", URI, body, {"Name": "One"})))


@pytest.mark.fact("wsman 5.1", "R", switch="cluster_fault=extended")
def test_extended_status_is_nested_in_the_provider_fault() -> None:
    reply = refused(Switches(cluster_fault="extended"))
    path = ["Detail", "WSManFault", "Message", "ProviderFault", "ExtendedError", "__ExtendedStatus", "StatusCode"]
    status = reply.find("StatusCode")
    assert [etree.QName(item).localname for item in status.iterancestors()][:6] == path[-2::-1]
    assert int(status.text) == HRESULT
    assert reply.text("Operation") == "ExecMethod"
    assert [item.get("Code") for item in reply.all("WSManFault")] == ["2150859010", "2150859010"]


@pytest.mark.fact("wsman 5.1", "R", switch="cluster_fault=text")
def test_the_code_may_stand_in_the_text_only() -> None:
    reply = refused(Switches(cluster_fault="text"))
    outer, inner = reply.all("WSManFault")
    assert outer.get("Code") == inner.get("Code") == "2150858778"
    assert f"0x{HRESULT:08x}" in "".join(inner.itertext())
    assert reply.find("ExtendedError") is None


@pytest.mark.fact("wsman 5.1", "C", switch="cluster_fault=wmierror")
def test_a_wmi_error_stands_in_place_of_the_fault() -> None:
    reply = refused(Switches(cluster_fault="wmierror"))
    assert reply.find("WSManFault") is None
    error = reply.find("MSFT_WmiError")
    assert etree.QName(error).namespace == PREFIX + "MSFT_WmiError"
    assert int(reply.text("error_Code") or 0) == HRESULT
    assert error.findtext("{*}MessageID") == f"HRESULT 0x{HRESULT:08x}"


@pytest.mark.fact("mscluster 1.1", "U", switch="cluster_fault=bare")
def test_the_bare_form_has_neither_status_nor_wmi_error() -> None:
    reply = refused(Switches(cluster_fault="bare"))
    assert [item.get("Code") for item in reply.all("WSManFault")] == ["2150859010", "2150859010"]
    assert f"0x{HRESULT:08x}" in "".join(reply.all("WSManFault")[1].itertext())
    assert reply.find("ExtendedError") is None
    assert reply.find("MSFT_WmiError") is None


@each_setting("fault_code", "wsman 5.1", "C")
def test_the_code_attribute_may_be_absent(fault_code: bool) -> None:
    toy = ToyEndpoint(Switches(fault_code=fault_code))
    reply = asyncio.run(toy.send(message(TRANSFER + "Get", PREFIX + "Toy_None", selectors={"Name": "x"})))
    assert reply.code == (2150858752 if fault_code else None)
    assert [item.text for item in reply.all("Value")] == ["s:Sender", "a:DestinationUnreachable"]


@pytest.mark.fact("wsman 5.3", "S")
def test_wbem_and_win32_codes_become_hresults() -> None:
    denied = refused(Switches(), CimError("Access denied", hresult=0x80041003))
    assert int(denied.text("StatusCode") or 0) == 0x80041003
    absent = refused(Switches(), CimError("Not found", win32=5007))
    assert int(absent.text("StatusCode") or 0) == 0x8007138F


@each_setting("missing_instance", "wsman 3.4", "R")
def test_a_missing_instance(missing_instance: Any) -> None:
    toy = ToyEndpoint(Switches(missing_instance=missing_instance))
    reply = asyncio.run(toy.send(message(TRANSFER + "Get", URI, selectors={"Name": "none"})))
    assert reply.code == (2150858752 if missing_instance == "resource" else 2150859010)
    assert (reply.text("StatusCode") == str(0x80041002)) is (missing_instance == "hresult")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param("SELECT * FROM Toy_None", "0x80041010", marks=pytest.mark.fact("wsman 3.4", "R")),
        pytest.param("SELECT FROM", "0x80041017", marks=pytest.mark.fact("wsman 5.3", "S")),
        pytest.param("SELECT Nix FROM Toy_Thing", "0x80041017", marks=INFERRED),
        pytest.param("SELECT * FROM Toy_Thing WHERE NOT (Name = 'x' OR Nix IS NULL)", "0x80041017", marks=INFERRED),
    ],
)
def test_a_query_that_cannot_be_served(query: str, text: str) -> None:
    reply = asyncio.run(ToyEndpoint().send(message(ENUMERATION + "Enumerate", PREFIX + "*", wql(query))))
    assert reply.code == 2150858778
    assert text in (reply.text("Message") or "")
