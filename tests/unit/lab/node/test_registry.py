"""StdRegProv and the hives behind it."""

from __future__ import annotations

from typing import Any

import pytest

from lab.node.registry import HKCU, HKLM
from support.node import Bench
from support.providers import Wmi

KEY = "SOFTWARE\\Vendor"
MISMATCH = 0x80041005


@pytest.fixture
def wmi(bench: Bench) -> Wmi:
    return Wmi(bench.node)


def call(wmi: Wmi, method: str, path: str = KEY, **arguments: Any) -> dict[str, Any]:
    return dict(wmi.call("StdRegProv", method, sSubKeyName=path, **arguments))


@pytest.mark.fact("wsman 8.1", "S")
@pytest.mark.parametrize("space", ["root/cimv2", "root/default"])
def test_the_provider_is_in_both_namespaces(wmi: Wmi, space: str) -> None:
    made = wmi.call("StdRegProv", "CreateKey", space=space, sSubKeyName=KEY)
    assert made == {"ReturnValue": 0}


@pytest.mark.fact("wsman 8.1", "S")
@pytest.mark.parametrize(
    ("kind", "field", "value", "number"),
    [
        ("String", "sValue", "it's %TEMP% & <b>", 1),
        ("MultiString", "sValue", ("a", "b"), 7),
        ("DWORD", "uValue", 0xFFFFFFFF, 4),
        ("QWORD", "uValue", 1 << 40, 11),
        ("Binary", "uValue", (0, 255, 7), 3),
    ],
)
def test_every_type_is_written_and_read(wmi: Wmi, kind: str, field: str, value: Any, number: int) -> None:
    call(wmi, "CreateKey")
    assert call(wmi, f"Set{kind}Value", sValueName="X", **{field: value}) == {"ReturnValue": 0}
    assert call(wmi, f"Get{kind}Value", sValueName="x") == {field: value, "ReturnValue": 0}
    assert call(wmi, "EnumValues") == {"sNames": ("X",), "Types": (number,), "ReturnValue": 0}


@pytest.mark.fact("wsman 8.1", "C")
def test_an_expandable_text_is_expanded_on_the_server(wmi: Wmi) -> None:
    call(wmi, "CreateKey")
    call(wmi, "SetExpandedStringValue", sValueName="X", sValue="%SystemRoot%\\a")
    assert call(wmi, "GetExpandedStringValue", sValueName="X")["sValue"] == "C:\\Windows\\a"


@pytest.mark.fact("wsman 8.1", "C")
def test_what_is_missing_has_its_codes(wmi: Wmi) -> None:
    """2 for the key, 1 for the value on Get, 2 on DeleteValue, 0x80041005 for another type; never a fault."""
    assert call(wmi, "GetStringValue", sValueName="X") == {"ReturnValue": 2}
    assert call(wmi, "SetStringValue", sValueName="X", sValue="") == {"ReturnValue": 2}
    assert call(wmi, "EnumKey") == {"ReturnValue": 2}
    call(wmi, "CreateKey")
    assert call(wmi, "GetStringValue", sValueName="X") == {"ReturnValue": 1}
    assert call(wmi, "DeleteValue", sValueName="X") == {"ReturnValue": 2}
    call(wmi, "SetDWORDValue", sValueName="X", uValue=1)
    assert call(wmi, "GetStringValue", sValueName="X") == {"ReturnValue": MISMATCH}


@pytest.mark.fact("wsman 8.1", "C")
def test_an_empty_key_has_null_arrays(wmi: Wmi) -> None:
    call(wmi, "CreateKey")
    assert call(wmi, "EnumKey") == {"sNames": None, "ReturnValue": 0}
    assert call(wmi, "EnumValues") == {"sNames": None, "Types": None, "ReturnValue": 0}


@pytest.mark.fact("wsman 8.1", "S")
def test_parents_are_created_and_children_are_not_deleted(wmi: Wmi) -> None:
    assert call(wmi, "CreateKey", KEY + "\\A\\B") == {"ReturnValue": 0}
    assert call(wmi, "EnumKey")["sNames"] == ("A",)
    assert call(wmi, "DeleteKey")["ReturnValue"] == 5
    assert [call(wmi, "DeleteKey", KEY + end)["ReturnValue"] for end in ("\\A\\B", "\\A", "")] == [0, 0, 0]


@pytest.mark.fact("wsman 8.1", "S")
def test_the_hive_is_hklm_unless_another_is_named(wmi: Wmi) -> None:
    call(wmi, "CreateKey", hDefKey=HKLM)
    assert call(wmi, "EnumKey")["ReturnValue"] == 0
    assert call(wmi, "EnumKey", hDefKey=HKCU)["ReturnValue"] == 2


@pytest.mark.fact("wsman 2.2", "S")
def test_the_32_bit_view_is_another_part_of_software(wmi: Wmi) -> None:
    """By the architecture option where it has an effect, and always by its physical path."""
    wmi.call("StdRegProv", "CreateKey", context={"__ProviderArchitecture": "32"}, sSubKeyName=KEY)
    assert call(wmi, "EnumKey")["ReturnValue"] == 2
    assert call(wmi, "EnumKey", "SOFTWARE\\Wow6432Node\\Vendor")["ReturnValue"] == 0


@pytest.mark.fact("mscluster 6.9", "D")
def test_a_key_with_an_open_handle_inside_is_not_replaced(bench: Bench) -> None:
    registry = bench.node.registry
    registry.set(KEY, "X", 1, "one")
    captured = registry.capture(KEY, 64)
    assert captured is not None
    registry.set(KEY, "X", 1, "two")
    registry.open_handles.add(KEY.lower() + "\\sub")
    assert registry.restore(KEY, 64, captured) != 0
    assert registry.text(KEY, "X") == "two"
    registry.open_handles.clear()
    assert registry.restore(KEY, 64, captured) == 0
    assert registry.text(KEY, "X") == "one"
