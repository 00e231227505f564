"""Every shape of a fault (wsman 5.1 to 5.3, mscluster 1.1)."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import envelope as env
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import faults
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OperationTimedOut, WsManFault
from support.answers import CIM2, WMI, answer, extended, fault, provider_fault, wmi_error, wsman_fault

HR = 0x80070000
OWN = "MSCluster_ExtendedStatus"


def read(data: bytes) -> WsManFault:
    found = faults.fault_in(env.body_of(env.parse(data)))
    assert found is not None
    return faults.read_fault(found, "Get X")


def inner(code: int, text: str = "") -> str:
    return f'<f:WSManFault Code="{code}" Machine="n1"><f:Message>{text}</f:Message></f:WSManFault>'


def test_the_recorded_shape() -> None:
    """A missing instance on 2012 R2 (wsman 3.4)."""
    provider = f'<f:ProviderFault provider="WMI Provider">{inner(2150858752)}{extended(None)}</f:ProviderFault>'
    found = read(wsman_fault(2150858752, provider, "a:DestinationUnreachable", "InvalidResourceURI"))
    assert (found.outer, found.inner, found.hresult, found.win32) == (2150858752, 2150858752, 2150858752, None)
    assert (found.subcode, found.detail, found.operation) == ("DestinationUnreachable", "InvalidResourceURI", "Get X")
    assert found.text == "Beschreibung"
    assert faults.is_absent(found)
    assert str(found) == "Get X: Beschreibung (0x80338000, WSMan 2150858752)"


# ---- order --------------------------------------------------------------------------------------
TEXT = "Fehler. HRESULT 0x8007138f"


@pytest.mark.parametrize(
    ("data", "hresult", "win32"),
    [
        # StatusCode before the HRESULT in a text, plain and as an HRESULT
        (provider_fault(2150858778, inner(2150859010, TEXT) + extended(5023)), HR | 5023, 5023),
        (provider_fault(2150858778, inner(2150859010, TEXT) + extended(HR | 5010)), HR | 5010, 5010),
        # nil or zero: the HRESULT in a text, in any case, before the codes
        (provider_fault(2150858778, inner(2150859010, TEXT) + extended(None)), HR | 5007, 5007),
        (provider_fault(2150858778, inner(2150859010, TEXT) + extended(0)), HR | 5007, 5007),
        (provider_fault(2150858778, inner(2150859010, "hresult 0X8007138F".replace("0X", "0x"))), HR | 5007, 5007),
        (provider_fault(2150858778, TEXT), HR | 5007, 5007),
        (fault("w:InternalError", reason=TEXT), HR | 5007, 5007),
        (wsman_fault(1359, "WMI 0x8004102F"), 0x8004102F, 1359),
        # an StatusCode that only says "failed" does not hide the Win32 code of the text
        (provider_fault(2150858778, inner(2150859010, TEXT) + extended(0x80041001)), 0x80041001, 5007),
        # the inner code before the outer one
        (provider_fault(2150858778, inner(2150859013)), 2150859013, None),
        (provider_fault(2150858778, inner(5)), HR | 5, 5),
        (provider_fault(2150858778, inner(HR | 5)), HR | 5, 5),
        (wsman_fault(170), HR | 170, 170),
        (wsman_fault(2147942402), 2147942402, 2),
        (wsman_fault(-2147024891), HR | 5, 5),
        # codes that only say "look into the text" say nothing
        (wsman_fault(2150858778), None, None),
        (wsman_fault(2150858778, "0x80338102 0x8033801A 0x00000001 0x80071392"), HR | 5010, 5010),
        (wsman_fault(2150858778, "version 0x80071392ff"), None, None),
        # no code at all
        (wsman_fault("", subcode="w:AccessDenied"), None, 5),
        (wsman_fault("many", subcode="w:Concurrency"), None, None),
        (fault("a:DestinationUnreachable"), None, None),
        # the machine's own class name and the base one
        (provider_fault(2150858778, extended(5019, OWN, f"{WMI}root/mscluster/{OWN}")), HR | 5019, 5019),
        (provider_fault(2150858778, extended(1753, uri=f"{WMI}root/wmi/__ExtendedStatus")), HR | 1753, 1753),
    ],
)  # fmt: skip
def test_the_order_of_classification(data: bytes, hresult: int | None, win32: int | None) -> None:
    found = read(data)
    assert (found.hresult, found.win32) == (hresult, win32)


@pytest.mark.parametrize("uri", [f"{CIM2}MSFT_WmiError", f"{WMI}root/standardcimv2/MSFT_WmiError", "urn:other"])
@pytest.mark.parametrize(
    ("values", "hresult", "win32"),
    [
        ({"error_Code": 2150859173, "CIMStatusCode": 27}, 2150859173, None),
        ({"error_Code": 5007}, HR | 5007, 5007),
        ({"error_Code": HR | 5010}, HR | 5010, 5010),
        ({"error_Code": 0, "MessageID": "HRESULT 0x80041010"}, 0x80041010, None),
        ({"error_Code": "", "MessageID": "HRESULT 0x8007139f"}, HR | 5023, 5023),
        ({"CIMStatusCode": 1}, 0x80041001, None),
        ({"CIMStatusCode": 2}, 0x80041003, None),
        ({"CIMStatusCode": 4}, 0x80041008, None),
        ({"CIMStatusCode": 7}, 0x80041024, None),
        ({"CIMStatusCode": 3}, 0x8004100E, None),
        ({"CIMStatusCode": 5}, 0x80041010, None),
        ({"CIMStatusCode": 6}, 0x80041002, None),
        ({"CIMStatusCode": 27}, None, None),
        ({"Message": "0x80070005", "error_Code": 5007}, HR | 5, 5),
    ],
)
def test_a_wmi_error_in_place_of_a_wsman_fault(uri: str, values: dict[str, object], hresult: int, win32: int) -> None:
    """Its namespace varies (wsman 5.1)."""
    found = read(wmi_error(uri, **values))
    assert (found.hresult, found.win32, found.outer, found.inner) == (hresult, win32, None, None)


def test_the_innermost_code_is_the_most_specific() -> None:
    found = read(provider_fault(1, inner(2, inner(3))))
    assert (found.outer, found.inner, found.win32) == (1, 3, 3)


@pytest.mark.parametrize(
    "data",
    [
        wsman_fault(2150858793, subcode="w:TimedOut"),
        wsman_fault(2150858780, subcode="n:TimedOut"),
        wsman_fault(2150858780, subcode="w:InternalError"),
        fault("w:TimedOut"),
        provider_fault(2150858778, inner(2150858793)),
        wmi_error(error_Code=2150858793),
    ],
)
def test_a_late_answer_is_an_exception_of_its_own(data: bytes) -> None:
    assert isinstance(read(data), OperationTimedOut)


def test_a_code_wins_over_the_subcode_of_a_late_answer() -> None:
    assert not isinstance(read(wsman_fault(HR | 1460, subcode="w:TimedOut")), OperationTimedOut)


# ---- texts --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (provider_fault(1, inner(2, "inner text")), "inner text"),
        (provider_fault(1, "plain text"), "plain text"),
        (provider_fault(1, inner(2, "inner text") + extended(5)), "Beschreibung"),
        (wsman_fault(1, "  outer text "), "outer text"),
        (fault(reason="the reason"), "the reason"),
        (fault(detail="only a detail"), "only a detail"),
        (wmi_error(Message="of the provider"), "of the provider"),
        (fault(), ""),
    ],
)
def test_the_most_telling_text(data: bytes, text: str) -> None:
    assert read(data).text == text


def test_a_fault_that_says_nothing_can_be_shown() -> None:
    found = read(answer("<s:Fault/>"))
    assert found == WsManFault(operation="Get X")
    assert found.bare
    assert str(found) == "Get X: fault without text ()"
    assert str(read(fault("w:QuotaLimit"))) == "Get X: fault without text (QuotaLimit)"
    assert (
        str(WsManFault(win32=5, hresult=HR | 5, outer=5))
        == "operation: fault without text (Win32 5, 0x80070005, WSMan 5)"
    )


def test_a_fault_may_be_kept_in_a_set() -> None:
    one = WsManFault(win32=5)
    assert {one, one} == {one}
    assert isinstance(hash(OperationTimedOut()), int)


def test_a_fault_is_found_behind_another_element() -> None:
    assert faults.fault_in(env.body_of(env.parse(answer("<n:A/><s:Fault/>")))) is not None
    assert faults.fault_in(env.body_of(env.parse(answer("<n:A/>")))) is None


def test_a_fault_in_any_prefix() -> None:
    data = wsman_fault(5, "text").replace(b"f:", b"g:").replace(b"xmlns:f=", b"xmlns:g=")
    assert b"<g:WSManFault" in data
    assert read(data).win32 == 5


# ---- what a fault says --------------------------------------------------------------------------


def bare(subcode: str) -> WsManFault:
    return WsManFault(subcode=subcode)


@pytest.mark.parametrize(
    ("says", "yes", "subcode"),
    [
        (faults.is_absent, (2150858752, 2150858770, 2150859034, 0x80041002, 0x80041010), "DestinationUnreachable"),
        (faults.is_class_missing, (2150858752, 0x8004100E, 0x80041010), "DestinationUnreachable"),
        (faults.is_too_large, (2150858790, 2150858805, 2150858823, 2150858824, 2150859037), "EncodingLimit"),
        (faults.is_enumeration_gone, (2150858779, 2150858759), "InvalidEnumerationContext"),
        (faults.is_shell_gone, (2150858843,), "InvalidSelectors"),
        (faults.needs_selectors, (2150859002, 2150858842), "InvalidSelectors"),
        (faults.is_method_missing, (2150858771, 2150858753, 2150858921, 0x80041024), "ActionNotSupported"),
    ],
)
def test_what_a_fault_says_by_each_code_and_by_its_bare_subcode(
    says: object, yes: tuple[int, ...], subcode: str
) -> None:
    assert callable(says)
    for code in yes:
        assert says(WsManFault(outer=code))
        assert says(WsManFault(outer=1359, inner=code))
        assert says(WsManFault(hresult=code))
    assert says(bare(subcode))
    assert not says(bare("InternalError"))
    assert not says(WsManFault(outer=2150858793, hresult=2150858793))


def test_a_missing_resource_of_a_cluster_is_absent_too() -> None:
    """mscluster 1.1: both shapes."""
    assert faults.is_absent(read(provider_fault(2150858778, extended(5007))))
    assert not faults.is_absent(read(provider_fault(2150858778, extended(5013))))


def test_a_code_wins_over_the_subcode() -> None:
    for code in ("outer", "inner", "hresult"):
        assert not faults.is_absent(WsManFault(**{code: 2150858778}, subcode="DestinationUnreachable"))
    assert not faults.is_absent(WsManFault(outer=5, hresult=HR | 5, subcode="DestinationUnreachable"))
