# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""SOAP faults classified by everything they carry, never by language (wsman 5.1, mscluster 1.1)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from .envelope import child, descendants, local, text
from .errors import OperationTimedOut, WsManFault

HRESULT = re.compile(r"0x([0-9A-Fa-f]{8})\b")
TIMED_OUT = {2150858793, 2150858780}
GENERIC_PROVIDER = {2150858778, 2150859010}  # "look into the text"
# CIMStatusCode of a MSFT_WmiError as the WBEM code with the same meaning (wsman 5.3).
CIM_STATUS = {
    1: 0x80041001,
    2: 0x80041003,
    3: 0x8004100E,
    4: 0x80041008,
    5: 0x80041010,
    6: 0x80041002,
    7: 0x80041024,
}


def read_fault(fault: ET.Element, operation: str) -> WsManFault:
    """The fault, classified: extended status, HRESULT in a message, MSFT_WmiError, inner, outer code, subcode."""
    outer, inner = _nested_codes(fault)
    subcode = text(child(child(child(fault, "Code"), "Subcode"), "Value")).rpartition(":")[2]
    named = [*_extended(fault), *_in_messages(fault), *_wmi_error(fault)]
    found = [*named, *(_hresult(code) for code in (inner, outer) if code and code not in GENERIC_PROVIDER)]
    hresult = found[0] if found else None
    win32 = next((code & 0xFFFF for code in found if code & 0xFFFF0000 == 0x80070000), None)
    if win32 is None and subcode == "AccessDenied":
        win32 = 5
    late = not TIMED_OUT.isdisjoint({inner, outer, *named}) or (subcode == "TimedOut" and not found)
    kind = OperationTimedOut if late else WsManFault
    return kind(
        win32=win32,
        hresult=hresult,
        outer=outer,
        inner=inner,
        subcode=subcode,
        detail=text(next(descendants(fault, "FaultDetail"), None)).rpartition("/")[2],
        text=_message(fault),
        operation=operation,
    )


def _nested_codes(fault: ET.Element) -> tuple[int | None, int | None]:
    """Of the outermost WSManFault and of the innermost, which is the more specific one (wsman 5.1)."""
    found = list(descendants(fault, "WSManFault"))
    outer = _number(found[0].get("Code")) if found else None
    inner = _number(found[-1].get("Code")) if len(found) > 1 else None
    return outer, inner


def _number(value: str | None) -> int | None:
    try:
        return int(value) & 0xFFFFFFFF if value else None
    except ValueError:
        return None


def _hresult(code: int) -> int:
    """A plain Win32 code as an HRESULT."""
    return code if code > 0xFFFF else 0x80070000 | code


def _extended(fault: ET.Element) -> Iterator[int]:
    """StatusCode of any class below ExtendedError; MSCluster_ExtendedStatus gives a plain Win32 code (ErrorType 1)."""
    for holder in descendants(fault, "ExtendedError"):
        for item in descendants(holder, "StatusCode"):
            found = _number(text(item))
            if found:
                yield _hresult(found)


def _in_messages(fault: ET.Element) -> Iterator[int]:
    for name in ("Message", "Description", "Text"):
        for item in descendants(fault, name):
            for match in HRESULT.finditer(text(item)):
                code = int(match[1], 16)
                if code & 0x80000000 and code not in GENERIC_PROVIDER:
                    yield code


def _wmi_error(fault: ET.Element) -> Iterator[int]:
    """MSFT_WmiError in place of WSManFault; its namespace varies, so by local name."""
    error = next(descendants(fault, "MSFT_WmiError"), None)
    code = _number(text(child(error, "error_Code")))
    if code:
        yield _hresult(code)
    match = HRESULT.search(text(child(error, "MessageID")))
    if match:
        yield int(match[1], 16)
    status = CIM_STATUS.get(_number(text(child(error, "CIMStatusCode"))) or 0)
    if status:
        yield status


def _message(fault: ET.Element) -> str:
    """The most telling text there is."""
    for name in ("Description", "Message"):
        for item in reversed(list(descendants(fault, name))):
            own = (item.text or "").strip() or text(item)
            if own:
                return own
    reason = text(child(fault, "Reason"))
    return reason or text(child(fault, "Detail"))


def fault_in(body: ET.Element) -> ET.Element | None:
    return next((item for item in body if local(item) == "Fault"), None)


# ---- what a fault says --------------------------------------------------------------------------
def is_absent(fault: WsManFault) -> bool:
    """No such class or instance, in every shape of it (wsman 3.4, mscluster 1.1)."""
    known = fault.has(2150858752, 2150858770, 2150859034, 0x80041002, 0x80041010) or fault.win32 == 5007
    return known or (fault.bare and fault.subcode == "DestinationUnreachable")


def is_class_missing(fault: WsManFault) -> bool:
    """No such class or namespace; an unknown class and a missing instance answer alike (wsman 3.4)."""
    return fault.has(0x8004100E) or is_absent(fault)


def is_too_large(fault: WsManFault) -> bool:
    """Fewer elements may fit (wsman 2.3, 5.3); 2150859037: the server takes fewer at a time."""
    known = fault.has(2150858790, 2150858805, 2150858823, 2150858824, 2150858825, 2150859037)
    return known or (fault.bare and fault.subcode == "EncodingLimit")


def is_enumeration_gone(fault: WsManFault) -> bool:
    """The context is unknown or has expired: start the enumeration again (wsman 3.5)."""
    return fault.has(2150858779, 2150858759) or (fault.bare and fault.subcode == "InvalidEnumerationContext")


def is_shell_gone(fault: WsManFault) -> bool:
    """No such shell or command; of a verb that names no other selector (wsman 4)."""
    return fault.has(2150858843) or (fault.bare and fault.subcode == "InvalidSelectors")


def is_method_missing(fault: WsManFault) -> bool:
    """This version has no such method; no recording says which code it gives (wsman 3.6)."""
    known = fault.has(2150858771, 2150858753, 2150858921, 0x8004102E, 0x80041024)
    return known or fault.subcode == "ActionNotSupported"


def needs_selectors(fault: WsManFault) -> bool:
    """The class was addressed and an instance is wanted (wsman 3.2)."""
    return fault.has(2150859002, 2150858842) or (fault.bare and fault.subcode == "InvalidSelectors")
