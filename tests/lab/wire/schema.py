"""The classes of one machine, found by name in any case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..contract import CimError, CimProvider, CimValue, ClassDef, Instance, Machine, Reference
from .faults import Fault
from .names import WMI
from .wql import Associators, Predicate, value_of

INVALID_NAMESPACE = 0x8004100E
# Keyed classes that answer without selectors in practice (wsman 3.2, 8.4).
SINGLETONS = ("win32_operatingsystem", "win32_computersystem")


class Classes:
    """A view on the providers of a machine; made per request, because a cluster may come and go."""

    def __init__(self, machine: Machine) -> None:
        self._table: dict[tuple[str, str], tuple[ClassDef, CimProvider]] = {}
        self.namespaces: set[str] = set()
        for provider in machine.providers():
            for item in provider.classes():
                self._table[(item.namespace.lower(), item.name.lower())] = (item, provider)
                self.namespaces.add(item.namespace.lower())

    def split(self, uri: str) -> tuple[str, str]:
        """Namespace and class of a WMI resource URI.

        Raises:
            Fault: 2150858811, not a WMI URI.
            CimError: 0x8004100E, no such namespace.
        """
        if not uri.lower().startswith(WMI):
            raise Fault(2150858811, "The resource URI is not known.")
        namespace, _, name = uri[len(WMI) :].rpartition("/")
        if namespace.lower() not in self.namespaces:
            raise CimError("Invalid namespace", hresult=INVALID_NAMESPACE, operation="ExecQuery")
        return namespace, name

    def find(self, namespace: str, name: str) -> tuple[ClassDef, CimProvider]:
        """Raises Fault 2150858752 when there is no such class."""
        found = self._table.get((namespace.lower(), name.lower()))
        if found is None:
            raise Fault(2150858752, f"The WS-Management service cannot find the class {name}.")
        return found

    def has(self, namespace: str, name: str) -> bool:
        return (namespace.lower(), name.lower()) in self._table

    def in_namespace(self, namespace: str) -> Iterator[tuple[ClassDef, CimProvider]]:
        return (item for (space, _), item in self._table.items() if space == namespace.lower())

    def is_array(self, namespace: str, name: str, property_name: str) -> bool:
        found = self._table.get((namespace.lower(), name.lower()))
        return bool(found) and any(item.name == property_name and item.array for item in found[0].properties)  # type: ignore[index]

    def property_names(self, item: Instance) -> tuple[str, ...]:
        """All properties of the instance's class; those of an unknown class as they stand."""
        found = self._table.get((item.namespace.lower(), item.class_name.lower()))
        return tuple(item.properties) if found is None else tuple(entry.name for entry in found[0].properties)

    def instances(self, namespace: str, name: str) -> list[Instance]:
        """Instances of the class and of the classes derived from it (wsman 3.5)."""
        definition, provider = self.find(namespace, name)
        found = list(provider.instances(definition))
        for derived, owner in self.in_namespace(namespace):
            if (derived.base or "").lower() == definition.name.lower():
                found += owner.instances(derived)
        return found

    def reference_to(self, item: Instance) -> Reference:
        definition, _ = self.find(item.namespace, item.class_name)
        keys = tuple((entry.name, item.properties.get(entry.name)) for entry in definition.properties if entry.key)
        return Reference(item.namespace, item.class_name, keys)

    def associated(self, namespace: str, query: Associators) -> list[Instance]:
        """The answer to ASSOCIATORS OF, or to REFERENCES OF."""
        found: list[Instance] = []
        for definition, provider in self.in_namespace(namespace):
            roles = [item.name for item in definition.properties if item.type == "reference"]
            if len(roles) < 2 or not _named(definition.name, query.result if query.references else query.association):
                continue
            for link in provider.instances(definition):
                found += self._follow(link, roles, query)
        return found

    def _follow(self, link: Instance, roles: list[str], query: Associators) -> Iterable[Instance]:
        for role in roles:
            source = link.properties.get(role)
            if not isinstance(source, Reference) or not _named(role, query.role) or not _points_to(source, query):
                continue
            if query.references:
                yield link
                continue
            for other in roles:
                target = link.properties.get(other)
                if other == role or not isinstance(target, Reference) or not _named(other, query.result_role):
                    continue
                if _named(target.class_name, query.result):
                    definition, provider = self.find(target.namespace, target.class_name)
                    yield provider.get(definition, dict(target.keys))


def _named(name: str, wanted: str | None) -> bool:
    return not wanted or name.lower() == wanted.lower()


def _points_to(reference: Reference, query: Associators) -> bool:
    keys: Mapping[str, CimValue] = dict(reference.keys)
    same = reference.class_name.lower() == query.class_name.lower()
    return same and all(str(value_of(keys, name)).lower() == value.lower() for name, value in query.keys)


def matching(items: Iterable[Instance], where: Predicate | None) -> list[Instance]:
    return [item for item in items if where is None or where(item.properties)]
