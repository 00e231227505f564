# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""CIM values into XML: instances for a Put, parameters of a method (wsman 3.6, 3.7)."""

from __future__ import annotations

import datetime as dt
import math
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from .envelope import CIM, WMI, XSI, q, write_reference
from .types import CimInstance, CimValue, ClassSchema, MethodSchema, Reference
from .values import NIL, class_uri


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
        return
    for item in value if isinstance(value, tuple) else (value,):
        element = ET.SubElement(parent, q(uri, name))
        if item is None:
            element.set(NIL, "true")
        elif isinstance(item, CimInstance):
            _write_embedded(element, item, uri)
        else:
            write_value(element, item)


def write_value(element: ET.Element, value: CimValue) -> None:
    """Fill one element with a scalar or a reference."""
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, dt.datetime):
        ET.SubElement(element, q(CIM, "Datetime")).text = _datetime(value)
    elif isinstance(value, dt.timedelta):
        ET.SubElement(element, q(CIM, "Interval")).text = _interval(value)
    elif isinstance(value, Reference):
        write_reference(element, value)
    elif isinstance(value, float):
        element.text = _real(value)
    else:
        element.text = str(value)


def _write_embedded(element: ET.Element, value: CimInstance, outer: str) -> None:
    """In the namespace of its own class, which is the outer one's when it told none (wsman 3.6)."""
    namespace = value.namespace or outer.removeprefix(WMI).rpartition("/")[0]
    uri = f"{WMI}{namespace}/{value.class_name}"
    element.set("xmlns:e", uri)
    element.set(q(XSI, "type"), f"e:{value.class_name}_Type")
    for name in sorted(value.properties, key=str.lower):
        write_property(element, uri, name, value.properties[name])


def _datetime(value: dt.datetime) -> str:
    """With its fraction, so that a value read is put back as it was; without a zone it is UTC (wsman 3.6)."""
    zoned = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return zoned.isoformat().replace("+00:00", "Z")


def _interval(value: dt.timedelta) -> str:
    """Raises ValueError for a negative one, which CIM does not have."""
    if value < dt.timedelta(0):
        raise ValueError(f"{value} is negative")
    minutes, seconds = divmod(value.seconds, 60)
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"P{value.days}DT{minutes // 60}H{minutes % 60}M{seconds}{fraction}S"


def _real(value: float) -> str:
    """As XML schema spells it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return repr(value)


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
