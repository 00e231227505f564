"""A machine that is no Windows: three small classes and a shell, to test the wire alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from lab import wmi_context
from lab.contract import (
    Account,
    CimError,
    CimProvider,
    CimValue,
    ClassDef,
    Command,
    Instance,
    MethodDef,
    NotFound,
    ParameterDef,
    Pending,
    PropertyDef,
    Reference,
    ShellHost,
    WinrmSettings,
)
from lab.wire.counters import Counters
from lab.wire.endpoint import Endpoint
from lab.wire.switches import Switches

NAMESPACE = "root/toy"
PREFIX = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/toy/"
USER = Account("Administrator", "unused")
IN, OUT = "in", "out"
THING = ClassDef(
    NAMESPACE,
    "Toy_Thing",
    (
        PropertyDef("Name", "string", key=True),
        PropertyDef("Count", "uint32"),
        PropertyDef("Note", "string", writable=True),
        PropertyDef("Tags", "string", array=True, writable=True),
    ),
    (
        MethodDef("Add", (ParameterDef("Number", "uint8"), ParameterDef("Sum", "uint32", direction=OUT)), static=True),
        MethodDef(
            "Total",
            (ParameterDef("Data", "uint8", array=True), ParameterDef("Sum", "uint32", direction=OUT)),
            static=True,
        ),
        MethodDef("Wait", returns=False),
        MethodDef("Refuse", returns=False),
    ),
)
SPECIAL = ClassDef(NAMESPACE, "Toy_Special", THING.properties, base="Toy_Thing")
BOX = ClassDef(NAMESPACE, "Toy_Box", (PropertyDef("Id", "string", key=True),))
JAR = ClassDef(
    NAMESPACE,
    "Toy_Jar",
    (PropertyDef("Name", "string", key=True), PropertyDef("Lid", "object", writable=True)),
)
LINK = ClassDef(
    NAMESPACE,
    "Toy_BoxToThing",
    (PropertyDef("GroupComponent", "reference", key=True), PropertyDef("PartComponent", "reference", key=True)),
)


def thing(name: str, count: int = 0, note: str | None = None, tags: tuple[str, ...] | None = None) -> Instance:
    return Instance(NAMESPACE, "Toy_Thing", {"Name": name, "Count": count, "Note": note, "Tags": tags})


class ToyProvider:
    """Stores instances by class; ``refusal`` is what every call of a refusing method raises."""

    def __init__(self) -> None:
        self.stored: dict[str, list[Instance]] = {item.name: [] for item in (THING, SPECIAL, BOX, JAR, LINK)}
        self.refusal = CimError("The resource is not in the correct state.", win32=5023, operation="ExecMethod")
        self.pending = Pending()
        self.seen_context: Mapping[str, str] = {}  # what the last call was handed beside its arguments

    def link(self, box: str, name: str) -> None:
        group = Reference(NAMESPACE, "Toy_Box", (("Id", box),))
        part = Reference(NAMESPACE, "Toy_Thing", (("Name", name),))
        self.stored["Toy_BoxToThing"].append(
            Instance(NAMESPACE, "Toy_BoxToThing", {"GroupComponent": group, "PartComponent": part})
        )

    def classes(self) -> Iterable[ClassDef]:
        return (THING, SPECIAL, BOX, JAR, LINK)

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        return list(self.stored[class_def.name])

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        for item in self.stored[class_def.name]:
            if all(str(item.properties[name]).lower() == str(value).lower() for name, value in keys.items()):
                return item
        raise NotFound("Not found", hresult=0x80041002, operation="GetObject")

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Mapping[str, CimValue]) -> Instance:
        before = self.get(class_def, keys)
        after = Instance(before.namespace, before.class_name, {**before.properties, **changed})
        items = self.stored[class_def.name]
        items[items.index(before)] = after
        return after

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue] | Pending:
        self.seen_context = wmi_context.values()
        if method.name == "Refuse":
            raise self.refusal
        if method.name == "Wait":
            return self.pending
        if method.name == "Total":
            data = arguments["Data"]
            return {"Sum": sum(int(str(item)) for item in data) if isinstance(data, tuple) else 0, "ReturnValue": 0}
        return {"Sum": int(str(arguments["Number"])) + 1, "ReturnValue": 0}


@dataclass
class ToyCommand:
    """Does nothing until the test says so."""

    line: str
    output: Callable[[str, bytes], None]
    done: Callable[[], None]
    exit_code: int | None = None
    received: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def stdin(self, data: bytes, end: bool) -> None:
        self.received += data
        self.ended = end

    def terminate(self) -> None:
        self.finish(-1073741510)

    def finish(self, code: int) -> None:
        self.exit_code = code
        self.done()


class ToyShells:
    def __init__(self) -> None:
        self.commands: list[ToyCommand] = []

    def start_command(
        self,
        line: str,
        *,
        environment: Mapping[str, str],
        directory: str | None,
        codepage: int,
        output: Callable[[str, bytes], None],
        done: Callable[[], None],
    ) -> Command:
        self.commands.append(ToyCommand(line, output, done))
        return self.commands[-1]


@dataclass
class ToyMachine:
    name: str = "TOY1"
    up: bool = True
    settings: WinrmSettings = field(default_factory=WinrmSettings)
    os_version: str = "6.1.7601"
    users: tuple[Account, ...] = (USER,)
    provider: ToyProvider = field(default_factory=ToyProvider)
    host: ToyShells = field(default_factory=ToyShells)

    def accounts(self) -> Sequence[Account]:
        return self.users

    def providers(self) -> Sequence[CimProvider]:
        return (self.provider,)

    def shells(self) -> ShellHost:
        return self.host


@dataclass(frozen=True)
class Reply:
    status: int
    root: Any

    def find(self, name: str) -> Any:
        """The first element with this local name, or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> list[Any]:
        return list(self.root.iter(f"{{*}}{name}"))

    def text(self, name: str) -> str | None:
        found = self.find(name)
        return None if found is None else found.text

    @property
    def code(self) -> int | None:
        """The code of the outermost WSManFault."""
        found = self.find("WSManFault")
        return None if found is None or "Code" not in found.attrib else int(found.get("Code"))


class ToyEndpoint:
    """The service of a toy machine, without HTTP."""

    def __init__(self, switches: Switches | None = None, **settings: Any) -> None:
        self.machine = ToyMachine(settings=WinrmSettings(**settings))
        self.provider = self.machine.provider
        self.endpoint = Endpoint(self.machine, switches or Switches(), Counters())

    async def send(self, message: str, account: Account = USER) -> Reply:
        answer = await self.endpoint.handle(message.encode(), account)
        return Reply(answer.status, etree.fromstring(answer.body))
