# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM values out of XML, typed by the class schema (wsman 3.3, 3.6)."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

from .envelope import CIM, WMI, XSI, child, local, q, text
from .errors import EnvelopeError
from .types import CimInstance, CimValue, ClassSchema, Field, MethodSchema, Reference

NIL = q(XSI, "nil")
BITS = {
    "uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64, "sint8": 8, "sint16": 16, "sint32": 32, "sint64": 64,
}  # fmt: skip
INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
INTERVAL = re.compile(r"P(?:(\d{1,8})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})(?:\.(\d{1,6})\d*)?S)?)?")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
NAMESPACE_KEY = "__cimnamespace"  # a selector that names no key (wsman 3.1)


def class_uri(schema: ClassSchema) -> str:
    return f"{WMI}{schema.namespace}/{schema.name}"


def is_nil(element: ET.Element) -> bool:
    return element.get(NIL, "").lower() in ("true", "1")


def read_instance(element: ET.Element, schema: ClassSchema) -> CimInstance:
    """An instance by the schema: a known array is a tuple whatever its count, a missing one is absent.

    Property names are matched without case, because servers differ (wsman 3.1).

    Raises:
        EnvelopeError: a text does not fit its type.
    """
    fields = {name.lower(): (name, item) for name, item in schema.properties.items()}
    found: dict[str, CimValue] = {}
    for item in element:
        if item.tag.startswith(f"{{{CIM}}}"):
            continue  # cim:Location is no property (wsman 3.3)
        name, kind = fields.get(local(item).lower(), (local(item), None))
        value = read_value(item, kind)
        if kind is not None and kind.array:
            before = found.get(name)
            before = before if isinstance(before, tuple) else ()
            found[name] = before if value is None else (*before, value)
        else:
            _collect(found, name, value)
    return CimInstance(local(element), found, schema.namespace)


def _collect(found: dict[str, CimValue], name: str, value: CimValue) -> None:
    """A name that comes again is an array."""
    if name in found:
        before = found[name]
        found[name] = (*before, value) if isinstance(before, tuple) else (before, value)
    else:
        found[name] = value


def read_value(element: ET.Element, kind: Field | None) -> CimValue:
    """One element's value.

    Raises:
        EnvelopeError: the text does not fit the type.
    """
    if is_nil(element):
        return None
    if child(element, "ReferenceParameters") is not None:
        return read_reference(element)
    for name, read in (("Datetime", _datetime), ("Interval", _interval)):
        inner = child(element, name)
        if inner is not None and len(element) == 1:
            return read(text(inner))
    written = element.text or ""
    if len(element) or (kind is not None and kind.type == "object" and not written.strip()):
        return read_embedded(element)
    return _scalar(written, kind.type if kind is not None else "string")


def _scalar(value: str, kind: str) -> CimValue:
    if kind in ("string", "object", "reference"):
        return value
    cleaned = value.strip()
    if not cleaned:
        return None  # an element left empty stands for NULL (mscluster 1)
    if kind in BITS:
        return _integer(cleaned, kind)
    if kind == "boolean" and cleaned.lower() in BOOLEANS:
        return BOOLEANS[cleaned.lower()]
    if kind == "datetime":
        return _datetime(cleaned)
    if kind == "interval":
        return _interval(cleaned)
    if kind in ("real32", "real64"):
        try:
            return float(cleaned)
        except ValueError as error:
            raise EnvelopeError(f"{value!r} is not a {kind}") from error
    raise EnvelopeError(f"{value!r} is not a {kind}")


def _integer(value: str, kind: str) -> int:
    """Servers print some unsigned numbers signed (mscluster 2.5), so both ranges are taken."""
    number = int(value) if INTEGER.fullmatch(value) else None
    if number is None or not -(1 << BITS[kind] - 1) <= number < 1 << BITS[kind]:
        raise EnvelopeError(f"{value[:40]!r} is not a {kind}")
    return number


def _datetime(value: str) -> dt.datetime:
    """Raises EnvelopeError."""
    cleaned = re.sub(r"(\.\d{6})\d+", r"\1", value.strip().replace("Z", "+00:00"))
    try:
        found = dt.datetime.fromisoformat(cleaned)
    except ValueError as error:
        raise EnvelopeError(f"{value!r} is not a date and time") from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _interval(value: str) -> dt.timedelta:
    """Raises EnvelopeError."""
    match = INTERVAL.fullmatch(value.strip())
    if match is None:
        raise EnvelopeError(f"{value!r} is not an interval")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    fraction = int((match[5] or "").ljust(6, "0"))
    return dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)


def read_reference(element: ET.Element) -> Reference:
    """A reference from endpoint-reference content, which stands directly in the property (wsman 3.3).

    Raises:
        EnvelopeError: one of its keys is a reference itself.
    """
    parameters = child(element, "ReferenceParameters")
    namespace, name = _class_of(text(child(parameters, "ResourceURI")))
    selectors = child(parameters, "SelectorSet")
    keys: list[tuple[str, str]] = []
    for item in selectors if selectors is not None else ():
        key = item.get("Name", "")
        if len(item):
            raise EnvelopeError(f"the key {key} of a reference to {name} is a reference itself")
        if key.lower() == NAMESPACE_KEY:
            namespace = namespace or (item.text or "").replace("\\", "/")
        else:
            keys.append((key, item.text or ""))
    return Reference(namespace, name, tuple(keys))


def _class_of(uri: str) -> tuple[str, str]:
    """Namespace and class of a resource URI in any case; the DMTF form names no namespace (wsman 3.1)."""
    start = uri.lower().find("/wmi/")
    path = uri[start + len("/wmi/") :] if start >= 0 else uri.rpartition("/")[2]
    namespace, _slash, name = path.rpartition("/")
    return namespace, name


def read_embedded(element: ET.Element) -> CimValue:
    """An embedded object; its class from xsi:type, its values as text (mscluster 3.2). None when there is neither
    a class nor a value."""
    name = element.get(q(XSI, "type"), "").rpartition(":")[2].removesuffix("_Type")
    found: dict[str, CimValue] = {}
    for item in element:
        _collect(found, local(item), read_value(item, None))
    first = next(iter(element), None)
    namespace, class_name = _class_of("" if first is None else first.tag.rpartition("}")[0].lstrip("{"))
    return CimInstance(name or class_name, found, namespace) if name or found else None


def read_output(element: ET.Element | None, method: MethodSchema) -> dict[str, CimValue]:
    """Out parameters and ReturnValue; a void method's answer is empty."""
    fields = dict(method.outputs)
    if method.returns:
        fields["ReturnValue"] = Field("sint64")
    if element is None:
        return dict.fromkeys(fields)
    found = read_instance(element, ClassSchema("", method.name, (), fields)).properties
    return {**dict.fromkeys(fields), **found}
