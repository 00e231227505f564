"""CIM values to and from XML (wsman 3.3, 3.6)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from ..contract import CimValue, Instance, MethodDef, Reference
from .faults import Fault
from .names import ANONYMOUS, CIM, WMI, XSI, A, P, W, q
from .soap import read_selectors

Element = Any
NIL = q(XSI, "nil")
TYPE = q(XSI, "type")
CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
LIMITS = {f"{sign}int{bits}": bits for sign in "us" for bits in (8, 16, 32, 64)}


def class_uri(namespace: str, class_name: str, lower: bool = False) -> str:
    path = f"{namespace}/{class_name}"
    return WMI + (path.lower() if lower else path)


class Writer:
    """Writes instances; ``array`` tells whether a property of a class is an array."""

    def __init__(self, is_array: Callable[[str, str, str], bool], null_arrays: str, precise: bool, lower: bool) -> None:
        self._is_array = is_array
        self._null_arrays = null_arrays
        self._precise = precise
        self._lower = lower

    def instance(self, item: Instance, properties: tuple[str, ...]) -> Element:
        """The whole instance, properties in case-insensitive alphabetical order."""
        uri = class_uri(item.namespace, item.class_name, self._lower)
        element = etree.Element(q(uri, item.class_name), nsmap={"p": uri, "xsi": XSI, "cim": CIM})
        element.set(TYPE, f"p:{item.class_name}_Type")
        for name in sorted(properties, key=str.lower):
            array = self._is_array(item.namespace, item.class_name, name)
            self.property(element, uri, name, item.properties.get(name), array)
        return element

    def property(self, parent: Element, uri: str, name: str, value: CimValue, array: bool) -> None:
        if value is None and array:
            self._null_array(parent, uri, name)
        elif value is None:
            etree.SubElement(parent, q(uri, name)).set(NIL, "true")
        elif isinstance(value, tuple):
            for item in value:
                self.value(etree.SubElement(parent, q(uri, name)), item)
        else:
            self.value(etree.SubElement(parent, q(uri, name)), value)

    def _null_array(self, parent: Element, uri: str, name: str) -> None:
        if self._precise:
            element = etree.SubElement(parent, q(uri, name))
            element.set(q(P, "IsNullArray"), "true")
            element.set(NIL, "true")
        elif self._null_arrays == "nil":
            etree.SubElement(parent, q(uri, name)).set(NIL, "true")

    def value(self, element: Element, value: CimValue) -> None:
        """Fill one element with one scalar, reference or embedded object."""
        if isinstance(value, dt.datetime):
            text = value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            etree.SubElement(element, q(CIM, "Datetime")).text = text
        elif isinstance(value, dt.timedelta):
            etree.SubElement(element, q(CIM, "Interval")).text = f"P{value.days}DT{value.seconds}S"
        elif isinstance(value, Reference):
            reference(element, value, self._lower)
        elif isinstance(value, Instance):
            self._embedded(element, value)
        else:
            element.text = scalar_text(value)

    def _embedded(self, element: Element, value: Instance) -> None:
        uri = class_uri(value.namespace, value.class_name, self._lower)
        # The prefix is declared on a child, which lxml needs to keep the QName in xsi:type resolvable.
        element.set(TYPE, f"p1:{value.class_name}_Type")
        for name in sorted(value.properties, key=str.lower):
            item = value.properties[name]
            self.property(element, uri, name, item, isinstance(item, tuple))
        etree.cleanup_namespaces(element, top_nsmap={"p1": uri}, keep_ns_prefixes=["p1", "xsi", "cim"])


def scalar_text(value: CimValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return CONTROL.sub("?", str(value))


def reference(parent: Element, value: Reference, lower: bool = False) -> None:
    """The content of an endpoint reference, directly inside ``parent``."""
    etree.SubElement(parent, q(A, "Address")).text = ANONYMOUS
    parameters = etree.SubElement(parent, q(A, "ReferenceParameters"))
    etree.SubElement(parameters, q(W, "ResourceURI")).text = class_uri(value.namespace, value.class_name, lower)
    selectors = etree.SubElement(parameters, q(W, "SelectorSet"))
    for name, key in value.keys:
        item = etree.SubElement(selectors, q(W, "Selector"), Name=name)
        if isinstance(key, Reference):
            reference(etree.SubElement(item, q(A, "EndpointReference")), key, lower)
        else:
            item.text = scalar_text(key)


def read_reference(element: Element) -> Reference:
    """A reference from endpoint-reference content. Raises Fault 2150858838."""
    uri = element.findtext(f"{q(A, 'ReferenceParameters')}/{q(W, 'ResourceURI')}") or ""
    selectors = element.find(f"{q(A, 'ReferenceParameters')}/{q(W, 'SelectorSet')}")
    if not uri.lower().startswith(WMI):
        raise Fault(2150858838, "This is not an endpoint reference of a WMI class.")
    namespace, _, name = uri[len(WMI) :].rpartition("/")
    keys = tuple((item.name, selector_value(item.value)) for item in read_selectors(selectors))
    return Reference(namespace, name, keys)


def selector_value(value: str | Element) -> CimValue:
    return value if isinstance(value, str) else read_reference(value)


def read_value(element: Element, type_name: str) -> CimValue:
    """One element's value as the CIM type says. Raises Fault 2150858838."""
    if element.get(NIL, "").lower() in ("true", "1"):
        return None
    text = (element.text or "").strip()
    if type_name == "boolean":
        if text.lower() not in ("true", "false", "1", "0"):
            raise Fault(2150858838, f"{etree.QName(element).localname}: not a boolean.")
        return text.lower() in ("true", "1")
    if type_name in LIMITS:
        return _integer(element, text, type_name)
    if type_name == "datetime":
        return _datetime(element)
    if type_name == "reference":
        return read_reference(element)
    if type_name == "object":
        return read_embedded(element)
    return element.text or ""


def _integer(element: Element, text: str, type_name: str) -> int:
    bits = LIMITS[type_name]
    low, high = (0, 2**bits - 1) if type_name[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not re.fullmatch(r"-?[0-9]{1,20}", text) or not low <= int(text) <= high:
        raise Fault(2150858838, f"{etree.QName(element).localname}: {text!r} is not a {type_name}.")
    return int(text)


def _datetime(element: Element) -> dt.datetime:
    text = (element.findtext(q(CIM, "Datetime")) or "").strip().replace("Z", "+00:00")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(2150858838, "This is not a datetime.") from error


def read_embedded(element: Element) -> Instance:
    """An embedded object; its class and namespace from xsi:type or from its children."""
    children = [child for child in element if isinstance(child.tag, str)]
    uri = etree.QName(children[0]).namespace if children else ""
    declared = element.get(TYPE, "")
    name = declared.rpartition(":")[2].removesuffix("_Type") or (uri or "").rpartition("/")[2]
    namespace = (uri or "")[len(WMI) :].rpartition("/")[0]
    values: dict[str, CimValue] = {}
    for child in children:
        local = etree.QName(child).localname
        item: CimValue
        if child.get(NIL, "") == "true":
            item = None
        elif len(child):
            item = read_embedded(child)
        else:
            item = child.text or ""
        if local in values:
            before = values[local]
            values[local] = (*before, item) if isinstance(before, tuple) else (before, item)
        else:
            values[local] = item
    return Instance(namespace, name, values)


def read_arguments(element: Element, method: MethodDef, uri: str) -> dict[str, CimValue]:
    """The in parameters of an INPUT element.

    Raises:
        Fault: wrong element 2150858817, wrong namespace 2150858840, wrong value 2150858838,
            missing parameter 1359 with 0x8004102F in the text (wsman 3.6).
    """
    known = {item.name: item for item in method.parameters if item.direction in ("in", "inout")}
    found: dict[str, CimValue] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child)
        if name.localname not in known:
            raise Fault(2150858817, f"The element {name.localname} is not a parameter of {method.name}.")
        if (name.namespace or "").lower() != uri.lower():
            raise Fault(2150858840, f"The parameter {name.localname} is in the wrong namespace.")
        definition = known[name.localname]
        value = read_value(child, definition.type)
        if definition.array and value is not None:
            before = found.get(name.localname) or ()
            found[name.localname] = (*before, value) if isinstance(before, tuple) else (before, value)
        elif name.localname in found:
            raise Fault(2150858817, f"The parameter {name.localname} is no array and stands twice.")
        else:
            found[name.localname] = value
    missing = [
        name for name, item in known.items() if name not in found and not item.optional and item.direction == "in"
    ]
    if missing:
        raise Fault(1359, f"Invalid method Parameter(s) ({', '.join(missing)}). HRESULT 0x8004102f")
    return found


def output(uri: str, method: MethodDef, result: Mapping[str, CimValue], writer: Writer) -> Element:
    """The OUTPUT element: out parameters, ReturnValue last."""
    name = f"{method.name}_OUTPUT"
    element = etree.Element(q(uri, name), nsmap={"p": uri, "xsi": XSI, "cim": CIM})
    for item in method.parameters:
        if item.direction == "in":
            continue
        value = result.get(item.name)
        if value is not None or not item.array:
            writer.property(element, uri, item.name, value, item.array)
    if method.returns:
        writer.property(element, uri, "ReturnValue", result.get("ReturnValue"), False)
    return element
