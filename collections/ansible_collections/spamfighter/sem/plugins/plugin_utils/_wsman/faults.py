# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""SOAP faults classified by everything they carry, never by language (wsman 5.1, mscluster 1.1)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from .envelope import child, descendants, local, text
from .errors import OperationTimedOut, WsManFault

HRESULT = re.compile(r"0x([0-9A-Fa-f]{8})\b")
TIMED_OUT = 2150858793
GENERIC_PROVIDER = {2150858778, 2150859010}  # "look into the text"


def read_fault(fault: ET.Element, operation: str) -> WsManFault:
    """The fault, classified: extended status, HRESULT in a message, MSFT_WmiError, inner, outer code."""
    outer_element = next(descendants(fault, "WSManFault"), None)
    outer = _number(outer_element.get("Code") if outer_element is not None else None)
    inner_element = None
    if outer_element is not None:
        inner_element = next(
            (item for item in descendants(outer_element, "WSManFault") if item is not outer_element), None
        )
    inner = _number(inner_element.get("Code") if inner_element is not None else None)
    subcode = text(child(child(child(fault, "Code"), "Subcode"), "Value")).rpartition(":")[2]
    detail = text(next(descendants(fault, "FaultDetail"), None)).rpartition("/")[2]
    hresult = _extended(fault) or _in_messages(fault) or _wmi_error(fault)
    win32 = _win32(hresult)
    for code in (inner, outer):
        if win32 is None and code is not None and 0 < code < 0x10000:
            win32 = code
    if win32 is None and subcode == "AccessDenied":
        win32 = 5
    kind = OperationTimedOut if TIMED_OUT in (inner, outer) or (subcode == "TimedOut" and not hresult) else WsManFault
    return kind(
        win32=win32,
        hresult=hresult or _as_hresult(inner, outer),
        outer=outer,
        inner=inner,
        subcode=subcode,
        detail=detail,
        text=_message(fault),
        operation=operation,
    )


def _number(value: str | None) -> int | None:
    try:
        return int(value) & 0xFFFFFFFF if value else None
    except ValueError:
        return None


def _as_hresult(*codes: int | None) -> int | None:
    return next((code for code in codes if code and code not in GENERIC_PROVIDER), None)


def _win32(hresult: int | None) -> int | None:
    if hresult is not None and hresult & 0xFFFF0000 == 0x80070000:
        return hresult & 0xFFFF
    return None


def _extended(fault: ET.Element) -> int | None:
    for holder in descendants(fault, "ExtendedError"):
        for item in descendants(holder, "StatusCode"):
            found = _number(text(item))
            if found:
                # MSCluster_ExtendedStatus gives a plain Win32 code (ErrorType 1).
                return found if found > 0xFFFF else 0x80070000 | found
    return None


def _in_messages(fault: ET.Element) -> int | None:
    for name in ("Message", "Description", "Text"):
        for item in descendants(fault, name):
            for found in HRESULT.finditer(text(item)):
                code = int(found[1], 16)
                if code & 0x80000000 and code not in GENERIC_PROVIDER:
                    return code
    return None


def _wmi_error(fault: ET.Element) -> int | None:
    """MSFT_WmiError in place of WSManFault; its namespace varies, so by local name."""
    error = next(descendants(fault, "MSFT_WmiError"), None)
    code = _number(text(child(error, "error_Code")))
    if code:
        return code if code > 0xFFFF else 0x80070000 | code
    match = HRESULT.search(text(child(error, "MessageID")))
    return int(match[1], 16) if match else None


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
