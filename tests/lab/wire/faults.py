"""SOAP faults in the shapes Windows was seen to send (wsman 5.1, mapping 5.4; mscluster 1.1)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from ..contract import CimError, NotFound
from .names import FAULT_DETAIL, A, B, F, N, S, W, X, q
from .switches import Switches

Element = Any
PREFIX = {"a": A, "b": B, "n": N, "s": S, "w": W, "x": X}
SENDER = "s:Sender"
RECEIVER = "s:Receiver"
# code: (SOAP code, subcode, FaultDetail name)
MAPPING: dict[int, tuple[str, str, str]] = {
    5: (SENDER, "w:AccessDenied", ""),
    50: (RECEIVER, "w:InternalError", ""),
    87: (SENDER, "w:InvalidParameter", ""),
    1359: (RECEIVER, "w:InternalError", ""),
    2150858752: (SENDER, "a:DestinationUnreachable", "InvalidResourceURI"),
    2150858753: (SENDER, "a:ActionNotSupported", ""),
    2150858767: (SENDER, "a:InvalidMessageInformationHeader", ""),
    2150858768: ("s:MustUnderstand", "", ""),
    2150858769: (SENDER, "a:MessageInformationHeaderRequired", ""),
    2150858771: (SENDER, "a:ActionNotSupported", ""),
    2150858773: (SENDER, "x:InvalidRepresentation", ""),
    2150858777: (SENDER, "n:FilterDialectRequestedUnavailable", ""),
    2150858778: (SENDER, "n:CannotProcessFilter", ""),
    2150858779: (RECEIVER, "n:InvalidEnumerationContext", ""),
    2150858793: (RECEIVER, "w:TimedOut", ""),
    2150858805: (SENDER, "w:EncodingLimit", ""),
    2150858811: (SENDER, "a:DestinationUnreachable", "InvalidResourceURI"),
    2150858815: (SENDER, "w:QuotaLimit", ""),
    2150858817: (SENDER, "w:SchemaValidationError", ""),
    2150858818: (SENDER, "w:UnsupportedFeature", ""),
    2150858819: (SENDER, "w:InternalError", "Invalid"),
    2150858824: (SENDER, "w:EncodingLimit", "MaxEnvelopeSizeExceeded"),
    2150858835: (SENDER, "w:InvalidOptions", "InvalidValue"),
    2150858838: (SENDER, "x:InvalidRepresentation", "InvalidValues"),
    2150858840: (SENDER, "x:InvalidRepresentation", "InvalidNamespace"),
    2150858842: (SENDER, "w:InvalidSelectors", "InsufficientSelectors"),
    2150858843: (SENDER, "w:InvalidSelectors", "UnexpectedSelectors"),
    2150858845: (SENDER, "w:InvalidSelectors", "InvalidValue"),
    2150858847: (SENDER, "w:InvalidSelectors", "DuplicateSelectors"),
    2150858870: (SENDER, "w:UnsupportedFeature", "AddressingMode"),
    2150858878: (SENDER, "w:EncodingLimit", "MinimumEnvelopeLimit"),
    2150858881: (SENDER, "a:InvalidMessageInformationHeader", "InvalidTimeout"),
    2150858886: (SENDER, "w:UnsupportedFeature", "EnumerationMode"),
    2150858887: (SENDER, "w:UnsupportedFeature", "Locale"),
    2150858899: (SENDER, "w:CannotProcessFilter", ""),
    2150858989: (SENDER, "x:InvalidRepresentation", "InvalidValues"),
    2150859002: (SENDER, "w:InvalidSelectors", "InsufficientSelectors"),
    2150859003: (SENDER, "w:InvalidSelectors", "UnexpectedSelectors"),
    2150859010: (RECEIVER, "w:InternalError", ""),
    2150859012: (SENDER, "w:AccessDenied", ""),
    2150859013: (SENDER, "w:AccessDenied", ""),
    2150859014: (SENDER, "w:AccessDenied", ""),
    2150859016: (SENDER, "w:InvalidSelectors", "UnexpectedSelectors"),
    2150859038: (RECEIVER, "w:InternalError", ""),
    2150859042: (SENDER, "w:CannotProcessFilter", ""),
    2150859067: (SENDER, "w:InvalidSelectors", "InvalidValue"),
    2150859173: (SENDER, "w:QuotaLimit", ""),
    2150859174: (RECEIVER, "w:InternalError", ""),
    2150859175: (SENDER, "w:QuotaLimit", ""),
    2150859181: (SENDER, "w:InvalidParameter", ""),
    2147942402: (RECEIVER, "w:InternalError", ""),
}
INVALID_TIMEOUT = 2150858881  # the one row of wsman 5.4 whose action is not of its subcode's family
FAMILY = {"a": A, "n": N, "x": X, "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman", "b": B, "s": A, "": A}
PROVIDER_PATH = "C:\\Windows\\system32\\WsmWmiPl.dll"
WMI_BASE = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"


class Fault(Exception):
    """A fault to be sent. ``code`` is the WSManFault code; ``detail`` replaces the WSManFault element."""

    def __init__(self, code: int, text: str, *, inner: Element | None = None, detail: Element | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.inner = inner
        self.detail = detail
        self.relates_to: str | None = None

    @property
    def action(self) -> str:
        """The fault action; its family follows the subcode (wsman 5.1)."""
        subcode = MAPPING.get(self.code, (RECEIVER, "w:InternalError", ""))[1]
        if self.code == INVALID_TIMEOUT:
            subcode = "w"
        return f"{FAMILY[subcode.partition(':')[0]]}/fault"


def render(fault: Fault, machine: str, switches: Switches) -> Element:
    """The ``s:Fault`` element."""
    soap_code, subcode, detail_name = MAPPING.get(fault.code, (RECEIVER, "w:InternalError", ""))
    root = etree.Element(q(S, "Fault"), nsmap={**PREFIX, "f": F})
    code = etree.SubElement(root, q(S, "Code"))
    etree.SubElement(code, q(S, "Value")).text = soap_code
    if subcode:
        etree.SubElement(etree.SubElement(code, q(S, "Subcode")), q(S, "Value")).text = subcode
    reason = etree.SubElement(etree.SubElement(root, q(S, "Reason")), q(S, "Text"))
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "en-US")
    reason.text = fault.text
    detail = etree.SubElement(root, q(S, "Detail"))
    if detail_name:
        etree.SubElement(detail, q(W, "FaultDetail")).text = FAULT_DETAIL + detail_name
    if fault.detail is not None:
        detail.append(fault.detail)
    else:
        detail.append(_wsman_fault(fault, machine, switches))
    return root


def _wsman_fault(fault: Fault, machine: str, switches: Switches) -> Element:
    element = etree.Element(q(F, "WSManFault"), nsmap={"f": F})
    if switches.fault_code:
        element.set("Code", str(fault.code))
    element.set("Machine", machine)
    message = etree.SubElement(element, q(F, "Message"))
    if fault.inner is not None:
        message.append(fault.inner)
    else:
        message.text = fault.text
    return element


def from_cim(error: CimError, namespace: str, machine: str, switches: Switches, modern: bool = True) -> Fault:
    """The fault for a provider's refusal, in the shape the switches choose. ``modern``: 2012 or later, where the
    cluster's provider has an extended status of its own (mscluster 1.1)."""
    if isinstance(error, NotFound) and switches.missing_instance == "resource":
        return Fault(2150858752, "The WS-Management service cannot process the request. The resource was not found.")
    hresult = error.hresult if error.hresult is not None else 0x80070000 | ((error.win32 or 0) & 0xFFFF)
    if switches.cluster_fault == "wmierror":
        return Fault(
            2150859010, error.text, detail=wmi_error(f"{WMI_BASE}{namespace}/MSFT_WmiError", error.text, hresult)
        )
    text = f"{error.text} HRESULT 0x{hresult:08x}"
    outer = 2150858778 if switches.cluster_fault == "text" else 2150859010
    provider = etree.Element(q(F, "ProviderFault"), nsmap={"f": F})
    provider.set("provider", "WMI Provider")
    provider.set("path", PROVIDER_PATH)
    inner = etree.SubElement(provider, q(F, "WSManFault"), Code=str(outer), Machine=machine)
    etree.SubElement(inner, q(F, "Message")).text = text if switches.cluster_fault != "extended" else error.text
    if switches.cluster_fault == "extended":
        extended = etree.SubElement(provider, q(F, "ExtendedError"))
        extended.append(_extended_status(error, hresult, namespace, modern))
    return Fault(outer, error.text, inner=provider)


def _extended_status(error: CimError, hresult: int, namespace: str, modern: bool) -> Element:
    own = modern and namespace.lower().endswith("mscluster")
    name = "MSCluster_ExtendedStatus" if own else "__ExtendedStatus"
    uri = f"{WMI_BASE}{namespace}/{name}"
    element = etree.Element(q(uri, name), nsmap={"p": uri})
    etree.SubElement(element, q(uri, "Description")).text = error.text
    etree.SubElement(element, q(uri, "Operation")).text = error.operation
    etree.SubElement(element, q(uri, "ParameterInfo")).text = ""
    etree.SubElement(element, q(uri, "ProviderName")).text = "MS_CLUSTER_PROVIDER"
    etree.SubElement(element, q(uri, "StatusCode")).text = str(hresult)
    return element


def wmi_error(uri: str, text: str, hresult: int, status: int = 1) -> Element:
    """MSFT_WmiError, which stands in place of a WSManFault; its namespace varies (wsman 5.1)."""
    element = etree.Element(q(uri, "MSFT_WmiError"), nsmap={"p": uri})
    for name, value in (
        ("CIMStatusCode", str(status)),
        ("Message", text),
        ("MessageID", f"HRESULT 0x{hresult:08x}"),
        ("error_Category", "0"),
        ("error_Code", str(hresult)),
        ("error_Type", "HRESULT"),
        ("error_WindowsErrorMessage", text),
    ):
        etree.SubElement(element, q(uri, name)).text = value
    return element
