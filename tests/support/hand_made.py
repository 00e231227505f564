"""A node made of rows and functions. It answers with hand-made envelopes, so the whole client is under test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .answers import answer, enumerated, instance, output, properties, wsman_fault
from .replay import Sent, Wire, make_wire
from .wql_reader import read_query

Row = dict[str, Any]
Method = Callable[[dict[str, list[str]]], Any]
ABSENT = wsman_fault(2150858752, subcode="a:DestinationUnreachable", named="InvalidResourceURI")


def given(request: Sent) -> dict[str, list[str]]:
    """The parameters of a call, each as often as it was sent."""
    found: dict[str, list[str]] = {}
    for name, text in request.children():
        found.setdefault(name, []).append(text)
    return found


class HandMade:
    """``rows`` by class; ``methods`` by ``Class.Method``: they get the parameters (and ``@`` selectors) and give the
    outputs, a whole answer, or raise. ``calls`` keeps what was invoked or put."""

    def __init__(self, namespace: str = "root/cimv2") -> None:
        self.namespace = namespace
        self.rows: dict[str, list[Row]] = {}
        self.methods: dict[str, Method] = {}
        self.enumerations: dict[str, Callable[[], bytes | None]] = {}
        self.put: Callable[[str, dict[str, str], Sent], bytes] | None = None
        self.calls: list[tuple[str, dict[str, list[str]]]] = []
        self.asked: list[str] = []

    def wire(self) -> Wire:
        made = make_wire()
        made.replay.send = lambda envelope, timeout_s: self._send(made, Sent(envelope, timeout_s))  # type: ignore[method-assign]
        return made

    def _send(self, made: Wire, request: Sent) -> bytes:
        made.replay.sent.append(request)
        namespace, _, name = request.uri.rpartition("/")
        if not namespace.lower().endswith(f"/wmi/{self.namespace}"):
            return self._elsewhere(request)
        if request.verb == "Enumerate":
            return self._enumerate(request, name)
        if request.verb == "Get":
            return self._get(request, name)
        if request.verb == "Put" and self.put is not None:
            self.calls.append((f"{name}.Put", given(request)))
            return self.put(name, request.selectors, request)
        return self._invoke(request, name, f"{name}.{request.verb}")

    def _elsewhere(self, request: Sent) -> bytes:
        return ABSENT

    def _enumerate(self, request: Sent, name: str) -> bytes:
        conditions: Mapping[str, str | int] = {}
        query = request.texts("Filter")
        if query:
            name, conditions = read_query(query[0])
        self.asked.append(name)
        special = self.enumerations.get(name, lambda: None)()
        if special is not None:
            return special
        found = [
            row for row in self.rows.get(name, []) if all(_equal(row.get(key), conditions[key]) for key in conditions)
        ]
        return enumerated([self._shown(name, row) for row in found])

    def _shown(self, name: str, row: Row) -> str:
        return instance(name, properties(row), self.namespace)

    def _get(self, request: Sent, name: str) -> bytes:
        wanted = request.selectors
        for row in self.rows.get(name, []):
            if all(_equal(row.get(key), value) for key, value in wanted.items()):
                return answer(self._shown(name, row))
        return ABSENT

    def _invoke(self, request: Sent, name: str, label: str) -> bytes:
        arguments = given(request)
        self.calls.append((label, arguments))
        found = self.methods[label]({**arguments, **{f"@{key}": [value] for key, value in request.selectors.items()}})
        if isinstance(found, bytes):
            return found
        return output(name, request.verb, properties(found or {}), self.namespace)

    def called(self, label: str) -> list[dict[str, list[str]]]:
        return [arguments for name, arguments in self.calls if name == label]


def _equal(found: object, wanted: object) -> bool:
    return str(found).lower() == str(wanted).lower()


Keys = dict[str, dict[str, Any]]
MISMATCH = 2147749893


class HandMadeRegistry:
    """StdRegProv on ``keys`` (path: value name: value). A value is text, a number, bytes or a list; ``Expand`` marks
    REG_EXPAND_SZ, which GetStringValue is not documented for (wsman 8.1). Numbers in ``codes`` are refusals by path."""

    def __init__(self, keys: Keys | None = None) -> None:
        self.keys: Keys = keys or {}
        self.codes: dict[str, int | None] = {}

    def methods(self) -> dict[str, Method]:
        readers = {
            "GetStringValue": ("sValue", str),
            "GetExpandedStringValue": ("sValue", (str, Expand)),
            "GetMultiStringValue": ("sValue", list),
            "GetDWORDValue": ("uValue", int),
            "GetBinaryValue": ("uValue", bytes),
        }
        found: dict[str, Method] = {
            f"StdRegProv.{name}": self._reader(output_name, kind) for name, (output_name, kind) in readers.items()
        }
        for name in ("EnumKey", "EnumValues", "CreateKey", "SetStringValue", "DeleteValue"):
            found[f"StdRegProv.{name}"] = getattr(self, f"_{name}")
        return found

    def _place(self, arguments: Mapping[str, list[str]]) -> tuple[str, str | None, int | None]:
        assert arguments["hDefKey"] == ["2147483650"]
        path = arguments["sSubKeyName"][0]
        spelled = next((key for key in self.keys if key.lower() == path.lower()), None)
        return path, spelled, self.codes.get(path, 0)

    def _reader(self, output_name: str, kind: Any) -> Method:
        def read(arguments: dict[str, list[str]]) -> Any:
            _path, key, code = self._place(arguments)
            if code != 0:
                return {"ReturnValue": code}
            if key is None:
                return {"ReturnValue": 2}
            value = self.keys[key].get(arguments["sValueName"][0])
            if value is None:
                return {"ReturnValue": 1}
            if not isinstance(value, kind) or (kind is str and isinstance(value, Expand)):
                return {"ReturnValue": MISMATCH - (1 << 32)}
            shown = list(value) if isinstance(value, bytes) else value
            return {output_name: shown, "ReturnValue": 0}

        return read

    def _EnumKey(self, arguments: dict[str, list[str]]) -> Any:
        path, key, code = self._place(arguments)
        if code != 0 or key is None:
            return {"ReturnValue": 2 if code == 0 else code}
        below = {
            item[len(path) + 1 :].split("\\")[0] for item in self.keys if item.lower().startswith(path.lower() + "\\")
        }
        return {"sNames": sorted(below), "ReturnValue": 0}

    def _EnumValues(self, arguments: dict[str, list[str]]) -> Any:
        _path, key, code = self._place(arguments)
        if code != 0 or key is None:
            return {"ReturnValue": 2 if code == 0 else code}
        return {"sNames": sorted(self.keys[key]), "ReturnValue": 0}

    def _CreateKey(self, arguments: dict[str, list[str]]) -> Any:
        path, _key, code = self._place(arguments)
        if code == 0:
            self.keys.setdefault(path, {})
        return {"ReturnValue": code}

    def _SetStringValue(self, arguments: dict[str, list[str]]) -> Any:
        _path, key, code = self._place(arguments)
        if code != 0 or key is None:
            return {"ReturnValue": 2 if code == 0 else code}
        self.keys[key][arguments["sValueName"][0]] = arguments["sValue"][0]
        return {"ReturnValue": 0}

    def _DeleteValue(self, arguments: dict[str, list[str]]) -> Any:
        _path, key, code = self._place(arguments)
        if code != 0 or key is None:
            return {"ReturnValue": 2 if code == 0 else code}
        return {"ReturnValue": 0 if self.keys[key].pop(arguments["sValueName"][0], None) is not None else 2}


class Expand(str):
    """A REG_EXPAND_SZ value, as the server expands it."""

    __slots__ = ()
