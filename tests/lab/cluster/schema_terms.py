"""Short spellings for the class definitions of root/MSCluster."""

from __future__ import annotations

from ..contract import MethodDef, ParameterDef, PropertyDef
from .properties import Property

NAMESPACE = "root/mscluster"


def prop(name: str, cim: str, array: bool = False, writable: bool = False) -> PropertyDef:
    return PropertyDef(name, cim, array, False, writable)


def several(cim: str, *names: str) -> list[PropertyDef]:
    return [prop(name, cim) for name in names]


def key(name: str) -> PropertyDef:
    return PropertyDef(name, "string", key=True)


def given(name: str, cim: str, array: bool = False, optional: bool = True) -> ParameterDef:
    return ParameterDef(name, cim, array, "in", optional)


def out(name: str, cim: str, array: bool = False) -> ParameterDef:
    return ParameterDef(name, cim, array, "out", True)


def void(name: str, *parameters: ParameterDef, static: bool = False) -> MethodDef:
    """Almost every method is declared void (mscluster 0.1)."""
    return MethodDef(name, parameters, static, returns=False)


def control(name: str) -> MethodDef:
    return void(
        name,
        given("ControlCode", "sint32", optional=False),
        given("InputBuffer", "uint8", array=True),
        out("OutputBuffer", "uint8", array=True),
        out("OutputBufferSize", "sint32"),
    )


def common(table: tuple[Property, ...]) -> list[PropertyDef]:
    return [prop(item.name, item.type, writable=item.writable) for item in table]


def logical(owner_properties: bool) -> list[PropertyDef]:
    """Of MSCluster_LogicalElement; read/write before 2012."""
    return [prop(name, "uint32", writable=not owner_properties) for name in ("Flags", "Characteristics")]
