"""What the providers of a node have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...contract import CimError, CimValue, ClassDef, Instance, MethodDef, NotFound, Reference


def not_capable() -> CimError:
    return CimError("Provider is not capable of the attempted operation", hresult=0x80041024)


def not_found() -> NotFound:
    return NotFound("Not found", hresult=0x80041002)


def whole_disk() -> CimError:
    """Files can be named and not listed."""
    return CimError("The whole disk would have to be read", hresult=0x80041001)


def find(instances: Iterable[Instance], keys: Mapping[str, CimValue]) -> Instance:
    """The instance with these keys, whatever their case. Raises NotFound."""
    for item in instances:
        if all(_same(item.properties.get(name), value) for name, value in keys.items()):
            return item
    raise not_found()


def _same(value: CimValue, wanted: CimValue) -> bool:
    if isinstance(value, Reference) and isinstance(wanted, Reference):
        return value.class_name.lower() == wanted.class_name.lower() and _keys(value) == _keys(wanted)
    return str(value).lower() == str(wanted).lower()


def _keys(reference: Reference) -> list[tuple[str, str]]:
    return sorted((name.lower(), str(value).lower()) for name, value in reference.keys)


class ReadOnly:
    """A provider that changes nothing, but for the methods that it adds."""

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Mapping[str, CimValue]) -> Instance:
        raise not_capable()

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue]:
        raise not_capable()
