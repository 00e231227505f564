"""The registry through StdRegProv (wsman 8.1)."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError
from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.registry import Registry, physical
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import OutcomeUnknown, WsManFault
from support.answers import answer, output, properties, provider_fault, wsman_fault
from support.hand_made import Expand, HandMade, HandMadeRegistry
from support.replay import Sent, make_wire

KEY = "SOFTWARE\\Vendor"


@pytest.fixture
def store() -> HandMadeRegistry:
    return HandMadeRegistry({KEY: {}, f"{KEY}\\B": {}, f"{KEY}\\A": {}, f"{KEY}\\A\\Deep": {}, "SOFTWARE\\Empty": {}})


@pytest.fixture
def node(store: HandMadeRegistry) -> HandMade:
    made = HandMade()
    made.methods.update(store.methods())
    return made


@pytest.fixture
def registry(node: HandMade) -> Registry:
    return Registry(node.wire().ws)


# ---- views --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "view", "place"),
    [
        ("SOFTWARE\\X", 64, "SOFTWARE\\X"),
        ("SOFTWARE\\X", 32, "SOFTWARE\\Wow6432Node\\X"),
        ("Software\\X", 32, "Software\\Wow6432Node\\X"),
        ("\\SOFTWARE\\\\X\\", 32, "SOFTWARE\\Wow6432Node\\X"),
        ("SOFTWARE\\Wow6432Node\\X", 32, "SOFTWARE\\Wow6432Node\\X"),
        ("SOFTWARE\\WOW6432NODE\\X", 32, "SOFTWARE\\WOW6432NODE\\X"),
        ("SOFTWARE", 32, "SOFTWARE\\Wow6432Node"),
        ("SYSTEM\\X", 32, "SYSTEM\\X"),
        ("SOFTWAREX\\Y", 32, "SOFTWAREX\\Y"),
        ("", 32, ""),
    ],
)
def test_a_view_is_a_place(path: str, view: int, place: str) -> None:
    assert physical(path, view) == place  # type: ignore[arg-type]


def test_reading_in_the_32_bit_view(store: HandMadeRegistry, registry: Registry) -> None:
    store.keys["SOFTWARE\\Wow6432Node\\Vendor"] = {"V": "32"}
    store.keys[KEY]["V"] = "64"
    assert (registry.text(KEY, "V", 32), registry.text(KEY, "V")) == ("32", "64")


# ---- values -------------------------------------------------------------------------------------
def test_values_by_their_type(store: HandMadeRegistry, registry: Registry) -> None:
    store.keys[KEY] = {"T": " a & b ", "N": 4294967295, "B": b"\x00\xff", "M": ["b", "a"], "One": ["x"], "": "default"}
    assert registry.text(KEY, "T") == " a & b "
    assert registry.text(KEY, "") == "default"
    assert registry.number(KEY, "N") == 4294967295
    assert registry.binary(KEY, "B") == b"\x00\xff"
    assert registry.texts(KEY, "M") == ("b", "a")
    assert registry.texts(KEY, "One") == ("x",)


def test_an_expanded_text_is_asked_for_a_second_time(
    node: HandMade, store: HandMadeRegistry, registry: Registry
) -> None:
    """GetStringValue is documented for REG_SZ only."""
    store.keys[KEY]["P"] = Expand("C:\\Program Files\\X")
    assert registry.text(KEY, "P") == "C:\\Program Files\\X"
    assert [name for name, _ in node.calls] == ["StdRegProv.GetStringValue", "StdRegProv.GetExpandedStringValue"]


def test_what_is_absent_or_of_another_type_is_none(store: HandMadeRegistry, registry: Registry) -> None:
    """1: no value; 2: no key; 0x80041005 signed: another type."""
    store.keys[KEY] = {"T": "text", "N": 1}
    for path, name in ((KEY, "none"), ("SOFTWARE\\None", "T")):
        assert registry.text(path, name) is None
        assert registry.number(path, name) is None
        assert registry.binary(path, name) is None
        assert registry.texts(path, name) == ()
    assert registry.text(KEY, "N") is None
    assert registry.number(KEY, "T") is None


def test_an_answer_without_a_value_is_none() -> None:
    """A null array is left out (wsman 8.1)."""
    made = make_wire(GetBinaryValue=output("StdRegProv", "GetBinaryValue", "<p:ReturnValue>0</p:ReturnValue>"))
    assert Registry(made.ws).binary(KEY, "B") is None


# ---- keys ---------------------------------------------------------------------------------------
def test_keys_and_their_children(registry: Registry) -> None:
    assert registry.subkeys(KEY) == ("A", "B")
    assert registry.subkeys("SOFTWARE\\Empty") == ()
    assert registry.subkeys("SOFTWARE\\None") is None
    assert registry.exists(KEY)
    assert not registry.exists("SOFTWARE\\None")


def test_names_of_values(store: HandMadeRegistry, registry: Registry) -> None:
    store.keys[KEY] = {"b": 1, "a": ""}
    assert registry.values(KEY) == ("a", "b")
    assert registry.values("SOFTWARE\\Empty") == ()
    assert registry.values("SOFTWARE\\None") is None


def test_writing_and_deleting(store: HandMadeRegistry, registry: Registry) -> None:
    registry.create("SOFTWARE\\New\\Deep", 32)
    registry.write_text(KEY, "V", "<ä>\r\n")
    assert "SOFTWARE\\Wow6432Node\\New\\Deep" in store.keys
    assert store.keys[KEY]["V"] == "<ä>\r\n"
    registry.delete_value(KEY, "V")
    registry.delete_value(KEY, "V")
    registry.delete_value("SOFTWARE\\None", "V")
    assert store.keys[KEY] == {}


# ---- refusals -----------------------------------------------------------------------------------
def every_verb(registry: Registry, path: str) -> list[tuple[str, object]]:
    return [
        ("read", lambda: registry.text(path, "V")),
        ("read", lambda: registry.number(path, "V")),
        ("list", lambda: registry.subkeys(path)),
        ("list", lambda: registry.values(path)),
        ("create", lambda: registry.create(path)),
        ("write", lambda: registry.write_text(path, "V", "x")),
        ("delete", lambda: registry.delete_value(path, "V")),
    ]


@pytest.mark.parametrize("code", [5, 8, 1450])
def test_a_refusal_names_the_place_and_the_code(store: HandMadeRegistry, registry: Registry, code: int) -> None:
    store.codes[KEY] = code
    for verb, call in every_verb(registry, KEY):
        with pytest.raises(WindowsError, match=rf"^{verb} HKLM\\SOFTWARE\\Vendor") as refused:
            call()  # type: ignore[operator]
        assert refused.value.code == code
        assert ("administrator" in str(refused.value)) is (code == 5)


def test_an_answer_without_a_result_is_not_success(store: HandMadeRegistry, registry: Registry) -> None:
    """Taken for 0 it would make an absent key exist."""
    store.codes[KEY] = None
    for _verb, call in every_verb(registry, KEY):
        with pytest.raises(WindowsError, match="gave no result"):
            call()  # type: ignore[operator]


def test_a_write_into_a_key_that_is_not_there(registry: Registry) -> None:
    with pytest.raises(WindowsError) as refused:
        registry.write_text("SOFTWARE\\None", "V", "x")
    assert refused.value.code == 2


# ---- where the class is -------------------------------------------------------------------------
HERE = output("StdRegProv", "GetStringValue", properties({"sValue": "x", "ReturnValue": 0}), "root/default")


@pytest.mark.parametrize(
    "missing",
    [
        wsman_fault(2150858752, subcode="a:DestinationUnreachable"),
        provider_fault(2150858778, "0x80041010"),
        provider_fault(2150858778, "0x8004100e"),
    ],
)
def test_a_class_that_is_only_in_root_default(missing: bytes) -> None:
    """wsman 8.1: try root/cimv2 first, fall back; found once, it is not searched again."""

    def only_default(request: Sent) -> bytes:
        return HERE if request.uri.rpartition("/wmi/")[2].startswith("root/default/") else missing

    made = make_wire(GetStringValue=only_default)
    registry = Registry(made.ws)
    assert registry.text(KEY, "V") == "x"
    assert registry.text(KEY, "V") == "x"
    assert [item.uri.rpartition("/wmi/")[2] for item in made.sent] == [
        "root/cimv2/StdRegProv", "root/default/StdRegProv", "root/default/StdRegProv",
    ]  # fmt: skip


def test_a_class_that_is_nowhere() -> None:
    made = make_wire(GetStringValue=wsman_fault(2150858752))
    with pytest.raises(WsManFault):
        Registry(made.ws).text(KEY, "V")
    assert len(made.sent) == 2


@pytest.mark.parametrize("failure", [wsman_fault(5), OutcomeUnknown("reset")])
def test_another_failure_is_not_taken_for_a_missing_class(failure: bytes | Exception) -> None:
    made = make_wire(SetStringValue=failure)
    with pytest.raises((WsManFault, OutcomeUnknown)):
        Registry(made.ws).write_text(KEY, "V", "x")
    assert len(made.sent) == 1


def test_an_empty_answer_is_no_value() -> None:
    with pytest.raises(WindowsError):
        Registry(make_wire(GetStringValue=answer("")).ws).text(KEY, "V")
