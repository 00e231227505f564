"""CIM operations over WS-Man: Get, Put, Enumerate, Invoke (wsman 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from .. import wmi_context
from ..contract import CimError, CimValue, ClassDef, Instance, Machine, Pending, Reference
from . import wql
from .enumerations import Enumerations
from .faults import Fault
from .names import ASSOCIATION_FILTER, SELECTOR_FILTER, WQL, B, N, W, q
from .schema import SINGLETONS, Classes, matching
from .soap import Request, read_selectors
from .switches import Switches
from .values import Writer, class_uri, output, read_arguments, read_reference, read_value, selector_value
from .values import reference as write_reference

Element = Any
MODES = ("EnumerateObject", "EnumerateEPR", "EnumerateObjectAndEPR")


@dataclass
class CimService:
    """The WMI plug-in of one machine's listener."""

    machine: Machine
    switches: Switches
    enumerations: Enumerations = field(init=False)

    def __post_init__(self) -> None:
        self.enumerations = Enumerations(self.machine, self.switches)

    def writer(self, classes: Classes, request: Request) -> Writer:
        precise = request.options.get("msftwinrm:UsePreciseArrays", "").lower() == "true"
        return Writer(classes.is_array, self.switches.null_arrays, precise, self.switches.lower_case_namespaces)

    # ---- Get and Put ------------------------------------------------------------------------
    def get(self, request: Request) -> Element:
        if request.fragment is not None:
            raise Fault(2150858818, "Fragment access is not supported here.")
        classes = Classes(self.machine)
        namespace, name = classes.split(request.uri)
        definition, provider = classes.find(namespace, name)
        keys = self._keys(definition, request)
        if keys is None:
            items = list(provider.instances(definition))
            if not items:
                raise Fault(2150858752, "The resource was not found.")
            item = items[0]
        else:
            item = provider.get(definition, keys)
        return self.writer(classes, request).instance(item, classes.property_names(item))

    def _keys(self, definition: ClassDef, request: Request) -> dict[str, CimValue] | None:
        """The key values by the class's own spelling; None for a class that needs none (wsman 3.2)."""
        names = {item.name.lower(): item for item in definition.properties if item.key}
        found: dict[str, CimValue] = {}
        for selector in request.selectors:
            if selector.name.lower() == "__cimnamespace":
                _check_namespace(definition, selector.value)
                continue
            entry = names.get(selector.name.lower())
            if entry is None:
                raise Fault(2150858843, f"The selector {selector.name} is not a key of {definition.name}.")
            found[entry.name] = selector_value(selector.value)
        if not found and (not names or definition.name.lower() in SINGLETONS):
            return None
        if len(found) < len(names):
            raise Fault(2150859002, f"The keys of {definition.name} are not complete.")
        return found

    def put(self, request: Request) -> Element:
        if request.fragment is not None:
            raise Fault(2150858818, "Fragment access is not supported here.")
        classes = Classes(self.machine)
        definition, provider = classes.find(*classes.split(request.uri))
        keys = self._keys(definition, request)
        if keys is None:
            raise Fault(2150859002, "A Put needs the keys.")
        stored = provider.get(definition, keys)
        sent = _instance_element(request.body, definition)
        changed = self._differences(definition, stored, sent)
        item = provider.put(definition, keys, changed)
        return self.writer(classes, request).instance(item, classes.property_names(item))

    def _differences(self, definition: ClassDef, stored: Instance, sent: Element) -> dict[str, CimValue]:
        known = {item.name: item for item in definition.properties}
        found: dict[str, list[Element]] = {}
        for child in sent:
            name = etree.QName(child).localname
            if name not in known:
                raise Fault(2150858817, f"{name} is not a property of {definition.name}.")
            found.setdefault(name, []).append(child)
        missing = [name for name, item in known.items() if name not in found and not item.array]
        if missing and not self.switches.partial_put:
            raise Fault(2150858838, f"The instance is not complete: {', '.join(missing)}.")
        changed: dict[str, CimValue] = {}
        for name, elements in found.items():
            item = known[name]
            if item.type == "object" and not self.switches.embedded_put:
                value: CimValue = stored.properties.get(name)
            elif item.array:
                value = tuple(read_value(element, item.type) for element in elements)
            else:
                value = read_value(elements[0], item.type)
            before = stored.properties.get(name)
            if _plain(value) == _plain(before) or (item.array and not value and not before):
                continue
            if item.key:
                raise Fault(2150858989, "The keys of an instance cannot be changed.")
            if not item.writable:
                raise Fault(2150859010, f"{name} is read-only: provider is not capable of the attempted operation.")
            changed[name] = value
        return changed

    # ---- Enumerate -------------------------------------------------------------------------
    def enumerate(self, request: Request) -> Element:
        self.enumerations.admit()
        body = request.body.find(q(N, "Enumerate"))
        if body is None:
            raise Fault(2150858817, "The Enumerate element is missing.")
        return self.enumerations.begin(request, body, self._items(request, body))

    def _items(self, request: Request, body: Element) -> list[Element]:
        classes = Classes(self.machine)
        filter_element = body.find(q(W, "Filter"))
        filter_element = filter_element if filter_element is not None else body.find(q(N, "Filter"))
        writer = self.writer(classes, request)
        namespace, name = classes.split(request.uri)
        if filter_element is None or filter_element.get("Dialect") == SELECTOR_FILTER:
            if request.selectors:
                raise Fault(2150859016, "An enumeration takes no selectors.")
            found = classes.instances(namespace, name)
            if filter_element is not None:
                known = {item.name.lower() for item in classes.find(namespace, name)[0].properties}
                found = self._select(found, filter_element, known)
            return [self._form(item, body, classes, writer) for item in found]
        dialect = filter_element.get("Dialect", "")
        if name != "*":
            raise Fault(2150858777, "This filter dialect needs a URI that ends with *.")
        if request.selectors:
            raise Fault(2150859003, "A query takes no selectors.")
        if dialect == WQL:
            return self._query(filter_element.text or "", namespace, body, classes, writer)
        if dialect == ASSOCIATION_FILTER and self.machine.settings.association_filter:
            query = _association_filter(filter_element)
            return [self._form(item, body, classes, writer) for item in classes.associated(namespace, query)]
        raise Fault(2150858777, "The filter dialect is not supported.")

    def _query(self, text: str, namespace: str, body: Element, classes: Classes, writer: Writer) -> list[Element]:
        try:
            query = wql.parse(text)
        except wql.WqlError as error:
            raise Fault(2150858778, f"The query is not valid ({error}). HRESULT 0x80041017") from error
        if isinstance(query, wql.Associators):
            return [self._form(item, body, classes, writer) for item in classes.associated(namespace, query)]
        if not classes.has(namespace, query.class_name):
            raise Fault(2150858778, f"Invalid class {query.class_name}. HRESULT 0x80041010")
        definition, _ = classes.find(namespace, query.class_name)
        known = {item.name.lower() for item in definition.properties}
        unknown = [name for name in query.fields if name.lower() not in known]
        if unknown:
            raise Fault(2150858778, f"The class has no property {unknown[0]}. HRESULT 0x80041017")
        found = matching(classes.instances(namespace, query.class_name), query.where)
        if query.columns is None:
            return [self._form(item, body, classes, writer) for item in found]
        return [_projection(item, query.columns, classes, writer) for item in found]

    def _select(self, items: list[Instance], filter_element: Element, known: set[str]) -> list[Instance]:
        selectors = read_selectors(filter_element.find(q(W, "SelectorSet")))
        if not selectors or any(item.name.lower() not in known for item in selectors):
            raise Fault(2150859042, "A selector filter needs selectors that are properties of the class.")
        if any("'" in str(item.value) or '"' in str(item.value) for item in selectors):
            raise Fault(2150859042, "A selector filter cannot hold quotation marks.")

        def fits(item: Instance) -> bool:
            values = ((wql.value_of(item.properties, entry.name), entry.value) for entry in selectors)
            return all(_plain(value).lower() == str(wanted).lower() for value, wanted in values)

        return [item for item in items if fits(item)]

    def _form(self, item: Instance, body: Element, classes: Classes, writer: Writer) -> Element:
        mode = body.findtext(q(W, "EnumerationMode")) or MODES[0]
        if mode not in MODES:
            raise Fault(2150858886, f"The enumeration mode {mode} is not supported.")
        element = writer.instance(item, classes.property_names(item))
        if mode == "EnumerateObject":
            return element
        endpoint = etree.Element(q("http://schemas.xmlsoap.org/ws/2004/08/addressing", "EndpointReference"))
        write_reference(endpoint, classes.reference_to(item), self.switches.lower_case_namespaces)
        if mode == "EnumerateEPR":
            return endpoint
        both = etree.Element(q(W, "Item"))
        both.extend([element, endpoint])
        return both

    # ---- Invoke ---------------------------------------------------------------------------------
    async def invoke(self, request: Request) -> Element:
        classes = Classes(self.machine)
        namespace, name = classes.split(request.uri)
        definition, provider = classes.find(namespace, name)
        method_name = request.action.rpartition("/")[2]
        method = next((item for item in definition.methods if item.name == method_name), None)
        if method is None:
            raise Fault(2150858771, f"The class {name} has no method {method_name}.")
        keys = None
        if request.selectors or not method.static:
            keys = self._keys(definition, request)
        sent = request.body.find(f"{{*}}{method.name}_INPUT")
        if sent is None:
            raise Fault(2150858817, f"The element {method.name}_INPUT is missing.")
        if (etree.QName(sent).namespace or "").lower() != request.uri.lower():
            raise Fault(2150858840, "The INPUT element is in the wrong namespace.")
        arguments = read_arguments(sent, method, request.uri)
        self._check_bytes(arguments, {item.name for item in method.parameters if item.type == "uint8" and item.array})
        with wmi_context.handed(self._context(request)):
            result = provider.invoke(definition, method, keys, arguments)
        if isinstance(result, Pending):
            result = await self._wait(result, request)
        uri = class_uri(definition.namespace, definition.name, self.switches.lower_case_namespaces)
        return output(uri, method, result, self.writer(classes, request))

    def _context(self, request: Request) -> dict[str, str]:
        """Options named wmi:X; whether the architecture is among them is a switch."""
        found = {name[4:]: value for name, value in request.options.items() if name.lower().startswith("wmi:")}
        if not self.switches.architecture_option:
            found.pop(wmi_context.ARCHITECTURE, None)
        return found

    def _check_bytes(self, arguments: Mapping[str, CimValue], names: set[str]) -> None:
        if not self.switches.byte_arrays and names & set(arguments):
            raise Fault(2150858817, "The byte array was not accepted.")

    async def _wait(self, pending: Pending, request: Request) -> Mapping[str, CimValue]:
        """Until the provider is done or the operation time-out, clamped to MaxTimeoutms (wsman 3.9)."""
        done = asyncio.Event()
        pending.on_finish(done.set)
        limit = self.machine.settings.max_timeout_ms
        timeout_ms = min(request.timeout_ms or limit, limit)
        try:
            await asyncio.wait_for(done.wait(), timeout_ms / 1000)
        except TimeoutError as error:
            raise Fault(2150858793, "The WS-Management service cannot complete the operation in time.") from error
        if isinstance(pending.result, CimError):
            raise pending.result
        return pending.result or {}


def _check_namespace(definition: ClassDef, value: Element | str) -> None:
    if str(value).replace("\\", "/").lower() != definition.namespace.lower():
        raise Fault(2150859067, "The selector __cimnamespace and the resource URI name different namespaces.")


def _instance_element(body: Element, definition: ClassDef) -> Element:
    for child in body:
        if isinstance(child.tag, str) and etree.QName(child).localname.lower() == definition.name.lower():
            return child
    raise Fault(2150858817, "The body does not hold an instance of the class.")


def _plain(value: CimValue) -> str:
    """Values as text, for comparing what was sent with what is stored."""
    if value is None:
        return "\x00null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Instance):
        return repr(sorted((name, _plain(item)) for name, item in value.properties.items()))
    if isinstance(value, tuple):
        return repr([_plain(item) for item in value])
    if isinstance(value, Reference):
        return wql.path_text(value).lower()
    return str(value)


def _projection(item: Instance, columns: tuple[str, ...], classes: Classes, writer: Writer) -> Element:
    """A select list: children without namespace, alphabetical (wsman 3.5)."""
    names = {name.lower(): name for name in classes.property_names(item)}
    fragment = etree.Element(q(W, "XmlFragment"))
    for name in sorted((names[column.lower()] for column in columns), key=str.lower):
        array = classes.is_array(item.namespace, item.class_name, name)
        writer.property(fragment, "", name, item.properties.get(name), array)
    for child in fragment.iter():
        if isinstance(child.tag, str) and child.tag.startswith("{}"):
            child.tag = etree.QName(child).localname
    return fragment


def _association_filter(element: Element) -> wql.Associators:
    for name, references in (("AssociatedInstances", False), ("AssociationInstances", True)):
        found = element.find(q(B, name))
        if found is None:
            continue
        holder = found.find(q(B, "Object"))
        if holder is None:
            raise Fault(2150859042, "The association filter has no Object.")
        inner = holder.find(q("http://schemas.xmlsoap.org/ws/2004/08/addressing", "EndpointReference"))
        target = read_reference(inner if inner is not None else holder)
        keys = tuple((key, str(value)) for key, value in target.keys)
        text = {part: found.findtext(q(B, part)) or None for part in FILTER_PARTS}
        return wql.Associators(
            references,
            target.class_name,
            keys,
            text["AssociationClassName"],
            text["ResultClassName"],
            text["Role"],
            text["ResultRole"],
        )
    raise Fault(2150859042, "The association filter is not valid.")


FILTER_PARTS = ("AssociationClassName", "ResultClassName", "Role", "ResultRole")
