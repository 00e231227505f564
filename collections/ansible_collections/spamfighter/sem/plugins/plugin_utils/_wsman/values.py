# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM values out of and into XML, typed by the class schema (wsman 3.3, 3.6)."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from .envelope import WMI, XSI, child, local, q, text, write_reference
from .errors import EnvelopeError
from .types import CimInstance, CimValue, ClassSchema, Field, MethodSchema, Reference

NIL = q(XSI, "nil")
INTEGERS = {"uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64"}
INTERVAL = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$")


def class_uri(schema: ClassSchema) -> str:
    return f"{WMI}{schema.namespace}/{schema.name}"


def is_nil(element: ET.Element) -> bool:
    return element.get(NIL, "").lower() in ("true", "1")


def read_instance(element: ET.Element, schema: ClassSchema) -> CimInstance:
    """An instance by the schema: a known array is a tuple whatever its count, a missing one is absent.

    Property names are matched without case, because servers differ (wsman 3.1).
    """
    fields = {name.lower(): (name, item) for name, item in schema.properties.items()}
    found: dict[str, CimValue] = {}
    for item in element:
        name, kind = fields.get(local(item).lower(), (local(item), None))
        value = read_value(item, kind)
        if kind is not None and kind.array:
            before = found.get(name)
            before = before if isinstance(before, tuple) else ()
            found[name] = before if value is None else (*before, value)
        elif name in found:
            before = found[name]
            found[name] = (*before, value) if isinstance(before, tuple) else (before, value)
        else:
            found[name] = value
    return CimInstance(local(element), found, schema.namespace)


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
    if len(element):
        return read_embedded(element)
    return _scalar(element.text or "", kind)


def _scalar(value: str, kind: Field | None) -> CimValue:
    name = kind.type if kind is not None else "string"
    try:
        if name in INTEGERS:
            return int(value)
        if name in ("real32", "real64"):
            return float(value)
    except ValueError as error:
        raise EnvelopeError(f"{value!r} is not a {name}") from error
    if name == "boolean":
        return value.strip().lower() in ("true", "1")
    if name == "datetime":
        return _datetime(value) if value.strip() else None
    return value


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
    match = INTERVAL.match(value.strip())
    if match is None:
        raise EnvelopeError(f"{value!r} is not an interval")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def read_reference(element: ET.Element) -> Reference:
    """A reference from endpoint-reference content, which stands directly in the property (wsman 3.3)."""
    parameters = child(element, "ReferenceParameters")
    uri = text(child(parameters, "ResourceURI"))
    namespace, _slash, name = uri.partition("/wmi/")[2].rpartition("/")
    keys: list[tuple[str, str]] = []
    for item in child(parameters, "SelectorSet") or ():
        keys.append((item.get("Name", ""), item.text or ""))
    return Reference(namespace, name, tuple(keys))


def read_embedded(element: ET.Element) -> CimInstance:
    """An embedded object; its class from xsi:type, its values as text (mscluster 3.2)."""
    name = element.get(q(XSI, "type"), "").rpartition(":")[2].removesuffix("_Type")
    found: dict[str, CimValue] = {}
    for item in element:
        value = read_value(item, None)
        key = local(item)
        if key in found:
            before = found[key]
            found[key] = (*before, value) if isinstance(before, tuple) else (before, value)
        else:
            found[key] = value
    first = next(iter(element), None)
    uri = "" if first is None else first.tag.partition("}")[0].lstrip("{")
    return CimInstance(name or uri.rpartition("/")[2], found, uri.partition("/wmi/")[2].rpartition("/")[0])


def write_instance(instance: CimInstance, schema: ClassSchema) -> ET.Element:
    """The whole instance for a Put: null scalars as nil, null arrays left out (wsman 3.7)."""
    uri = class_uri(schema)
    element = ET.Element(q(uri, schema.name))
    for name in sorted(instance.properties, key=str.lower):
        kind = schema.properties.get(name)
        write_property(element, uri, name, instance.properties[name], kind is not None and kind.array)
    return element


def write_property(parent: ET.Element, uri: str, name: str, value: CimValue, array: bool = False) -> None:
    if value is None:
        if not array:
            ET.SubElement(parent, q(uri, name), {NIL: "true"})
    elif isinstance(value, tuple):
        for item in value:
            write_value(ET.SubElement(parent, q(uri, name)), item)
    else:
        write_value(ET.SubElement(parent, q(uri, name)), value)


def write_value(element: ET.Element, value: CimValue) -> None:
    """Fill one element with a scalar, a reference or an embedded object."""
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, dt.datetime):
        inner = ET.SubElement(element, q("http://schemas.dmtf.org/wbem/wscim/1/common", "Datetime"))
        inner.text = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    elif isinstance(value, Reference):
        write_reference(element, value)
    elif isinstance(value, CimInstance):
        uri = f"{WMI}{value.namespace}/{value.class_name}"
        element.set("xmlns:e", uri)
        element.set(q(XSI, "type"), f"e:{value.class_name}_Type")
        for name in sorted(value.properties, key=str.lower):
            write_property(element, uri, name, value.properties[name])
    else:
        element.text = str(value)


def write_input(schema: ClassSchema, method: MethodSchema, arguments: Mapping[str, CimValue]) -> ET.Element:
    """The INPUT element: parameters in MOF order, unset optional ones left out (wsman 3.6).

    Raises:
        ValueError: a parameter that the method does not have.
    """
    unknown = set(arguments) - set(method.inputs)
    if unknown:
        raise ValueError(f"{schema.name}.{method.name} has no parameter {', '.join(sorted(unknown))}")
    uri = class_uri(schema)
    element = ET.Element(q(uri, f"{method.name}_INPUT"))
    for name in method.inputs:
        if arguments.get(name) is not None:
            write_property(element, uri, name, arguments[name])
    return element


def read_output(element: ET.Element | None, method: MethodSchema) -> dict[str, CimValue]:
    """Out parameters and ReturnValue; a void method's answer is empty."""
    fields = dict(method.outputs)
    if method.returns:
        fields["ReturnValue"] = Field("sint64")
    if element is None:
        return dict.fromkeys(fields)
    found = read_instance(element, ClassSchema("", method.name, (), fields)).properties
    return {**dict.fromkeys(fields), **found}
