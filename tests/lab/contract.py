"""What the parts of the lab promise each other.

The wire (``lab.wire``) knows HTTP, SOAP, WS-Man and WinRS and nothing of Windows; it asks a
:class:`Machine` for everything. The node model (``lab.node``) and the cluster model
(``lab.cluster``) know nothing of the wire; they are CIM providers and a command interpreter.
The cluster model needs of a node only what :class:`Host` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias


# ---- CIM values -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Reference:
    """A CIM reference; on the wire an endpoint reference (wsman 3.3)."""

    namespace: str  # "root/mscluster"
    class_name: str
    keys: tuple[tuple[str, CimValue], ...]


@dataclass(frozen=True)
class Instance:
    """An instance, also as an embedded object. A property that is absent is NULL."""

    namespace: str
    class_name: str
    properties: Mapping[str, CimValue]


CimValue: TypeAlias = (
    bool | int | str | dt.datetime | dt.timedelta | Reference | Instance | tuple["CimValue", ...] | None
)


@dataclass(frozen=True, slots=True)
class PropertyDef:
    """``type`` is a CIM type: string boolean uint8..uint64 sint8..sint64 real32 real64 datetime
    interval reference object. ``object`` is an embedded instance."""

    name: str
    type: str
    array: bool = False
    key: bool = False
    writable: bool = False


@dataclass(frozen=True, slots=True)
class ParameterDef:
    name: str
    type: str
    array: bool = False
    direction: str = "in"  # in | out | inout
    optional: bool = False


@dataclass(frozen=True, slots=True)
class MethodDef:
    """``returns``: whether the OUTPUT carries a ReturnValue (Win32_* do, MSCluster_* are void)."""

    name: str
    parameters: tuple[ParameterDef, ...] = ()
    static: bool = False
    returns: bool = True


@dataclass(frozen=True, slots=True)
class ClassDef:
    namespace: str
    name: str
    properties: tuple[PropertyDef, ...]
    methods: tuple[MethodDef, ...] = ()
    base: str | None = None  # polymorphic enumeration: an enumeration of the base yields this class too


class CimError(Exception):
    """A provider refuses. ``win32`` is a Win32 code (5007), ``hresult`` a WBEM/HRESULT code
    (0x8004100E); the wire chooses the fault shape from them and its switches (wsman 5.1,
    mscluster 1.1). Exactly one of the two is set."""

    def __init__(self, text: str, *, win32: int | None = None, hresult: int | None = None, operation: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.win32 = win32
        self.hresult = hresult
        self.operation = operation


class NotFound(CimError):
    """No such instance."""


@dataclass
class Pending:
    """A method whose answer comes later in virtual time; the wire keeps the request waiting until
    ``finish`` or the operation time-out (wsman 3.9). Providers call ``finish`` exactly once."""

    result: Mapping[str, CimValue] | CimError | None = None
    _waiter: Callable[[], None] | None = field(default=None, repr=False)

    def finish(self, result: Mapping[str, CimValue] | CimError) -> None:
        self.result = result
        if self._waiter is not None:
            self._waiter()

    def on_finish(self, waiter: Callable[[], None]) -> None:
        self._waiter = waiter
        if self.result is not None:
            waiter()


class CimProvider(Protocol):
    """One namespace's worth of classes on one node, or several providers for one namespace.

    Class and namespace names are compared case-insensitively by the wire, which passes the names
    as the ClassDef spells them. Out parameters and ``ReturnValue`` are returned together in the
    mapping of ``invoke``.
    """

    def classes(self) -> Iterable[ClassDef]: ...

    def instances(self, class_def: ClassDef) -> Iterable[Instance]: ...

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance: ...

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue] | Pending: ...

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Mapping[str, CimValue]) -> Instance:
        """Apply the properties that the client sent and that differ from the stored ones."""
        ...


# ---- command shells -------------------------------------------------------------------------
class Command(Protocol):
    """A running command. Output arrives through the two callables given at start, on the virtual
    clock or at once; ``exit_code`` is None while it runs. Signed 32-bit, as Windows has it."""

    exit_code: int | None

    def stdin(self, data: bytes, end: bool) -> None: ...

    def terminate(self) -> None: ...


class ShellHost(Protocol):
    def start_command(
        self,
        line: str,
        *,
        environment: Mapping[str, str],
        directory: str | None,
        codepage: int,
        output: Callable[[str, bytes], None],  # ("stdout" | "stderr", bytes)
        done: Callable[[], None],
    ) -> Command: ...


# ---- what the wire serves -------------------------------------------------------------------
@dataclass(frozen=True)
class WinrmSettings:
    """winrm/config as the profile has it (wsman 2.3); sizes in kB, times in ms."""

    max_envelope_kb: int = 500
    max_timeout_ms: int = 60_000
    max_batch_items: int = 32_000
    max_operations_per_user: int = 1500
    enumeration_timeout_ms: int = 60_000
    max_connections: int = 300
    max_shells_per_user: int = 30
    max_processes_per_shell: int = 25
    max_memory_per_shell_mb: int = 1024
    allow_unencrypted: bool = False
    basic: bool = False
    negotiate: bool = True
    cbt_hardening: str = "Relaxed"  # Relaxed | Strict
    idle_close_s: float = 120.0
    tls_max: str = "1.2"  # highest protocol the profile's schannel speaks
    skip_cmd_shell_honoured: bool = True  # up to 2012 (wsman 4)
    optimized_first_items: int = 1  # items in an optimised EnumerateResponse (2003: all)


@dataclass(frozen=True)
class Account:
    user: str
    password: str
    administrator: bool = True
    filtered_token: bool = False  # local administrator without LocalAccountTokenFilterPolicy


class Machine(Protocol):
    """One node as its listener sees it. ``up`` False: connections are refused."""

    name: str
    up: bool

    @property
    def settings(self) -> WinrmSettings: ...

    @property
    def os_version(self) -> str:
        """Such as "6.1.7601", for Identify."""
        ...

    def accounts(self) -> Sequence[Account]: ...

    def providers(self) -> Sequence[CimProvider]: ...

    def shells(self) -> ShellHost: ...


# ---- what the cluster model needs of a node -------------------------------------------------
@dataclass(frozen=True, slots=True)
class ServiceStatus:
    state: str  # Stopped | Start Pending | Stop Pending | Running | Paused
    start_mode: str  # Boot | System | Auto | Manual | Disabled
    process_id: int  # 0 when not running
    exit_code: int = 0  # win32 exit code of the last run


@dataclass(frozen=True, slots=True)
class VolumeInfo:
    """A volume of a shared disk; its files live in ``tree``, which moves with the disk."""

    volume_id: str  # "{guid}"
    letter: str | None  # "S:"
    label: str
    size_mb: int
    mount_points: tuple[str, ...] = ()


class Host(Protocol):
    name: str
    up: bool

    @property
    def os_version(self) -> str: ...

    def service_status(self, name: str) -> ServiceStatus | None:
        """None: no such service (1060)."""
        ...

    def service_start(self, name: str, arguments: Sequence[str] = ()) -> int:
        """0 accepted (the state follows on the clock), or the Win32 code: 1060 1058 1056 1069 1053 1068."""
        ...

    def service_stop(self, name: str) -> int:
        """0 accepted, or 1060, 1062 (not running)."""
        ...

    def service_kill(self, name: str) -> None: ...

    def attach_volume(self, volume: VolumeInfo) -> None:
        """Mount the shared volume on this node; its contents are shared by ``volume_id``."""
        ...

    def detach_volume(self, volume_id: str) -> None: ...

    def volume_free_mb(self, volume_id: str) -> int: ...

    def registry_capture(self, path: str, view: int) -> object | None:
        """A frozen copy of HKLM\\path and below in the 32 or 64 bit view; None if it is absent."""
        ...

    def registry_restore(self, path: str, view: int, captured: object) -> int:
        """Replace the key; 0, or 32-ish code when a handle is open inside it (event 1024)."""
        ...

    def log_event(self, log: str, source: str, event_id: int, level: str, message: str) -> None: ...
