"""One envelope in, one envelope out: which service answers which action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlparse

from lxml import etree

from .. import journal
from ..contract import Account, CimError, Machine
from . import names, soap
from .cim import CimService
from .counters import Counters, RequestRecord
from .faults import Fault, from_cim, render
from .names import CFG, RSP, WMI, WSMID, S, q
from .shells import SHELL_QUOTA, ShellService
from .soap import Request
from .switches import Switches

Element = Any
SHELL_ACTIONS = (names.COMMAND, names.SEND, names.RECEIVE, names.SIGNAL)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an injected fault does with one request: ``do`` is None for nothing.

    ``do``: latency, reset_before, reset_after, http, fault, hang, access_denied; ``value`` its argument
    (seconds, HTTP status, WSManFault code).
    """

    do: str | None = None
    value: float = 0


class FaultHook(Protocol):
    def judge(self, node: str, record: RequestRecord) -> Verdict: ...


class Endpoint:
    """The WS-Man service of one machine."""

    def __init__(self, machine: Machine, switches: Switches, counters: Counters) -> None:
        self.machine = machine
        self.switches = switches
        self.counters = counters
        self.cim = CimService(machine, switches)
        self.shells = ShellService(machine, switches)

    def describe(self, data: bytes) -> RequestRecord:
        """Action, class and method of a request, as far as it can be read."""
        try:
            root = soap.parse_xml(data)
        except Fault:
            return RequestRecord("invalid", "", "")
        action = (root.findtext(f".//{q(names.A, 'Action')}") or "").strip()
        uri = (root.findtext(f".//{q(names.W, 'ResourceURI')}") or "").strip()
        class_name = uri.rpartition("/")[2]
        if class_name == "*":
            class_name = _queried(root)
        if uri and action.lower().startswith(uri.lower()) and uri.startswith(WMI):
            return RequestRecord("Invoke", class_name, action.rpartition("/")[2])
        return RequestRecord(action.rpartition("/")[2] or "Identify", class_name, "")

    def identify(self, data: bytes, anonymous: bool = True) -> Answer | None:
        """The answer to a pure Identify, which needs no authentication (wsman 9); None for anything else. To an
        anonymous caller the version of Windows is zeros ([MS-WSMV] note 72)."""
        try:
            body = soap.body_of(soap.parse_xml(data))
        except Fault:
            return None
        if [child.tag for child in body] != [q(WSMID, "Identify")]:
            return None
        return Answer(200, soap.envelope("", None, self._identify(anonymous)))

    async def handle(self, data: bytes, account: Account) -> Answer:
        """Serve one plain envelope; every fault is HTTP 500 (wsman 1.2)."""
        with journal.acting("client"):
            relates_to: str | None = None
            machine_name = self.machine.name
            try:
                if (identified := self.identify(data, anonymous=False)) is not None:
                    return identified
                request = soap.read(soap.parse_xml(data), self.machine.settings.max_envelope_kb)
                relates_to = request.message_id
                machine_name = urlparse(request.to).hostname or machine_name
                self._check_access(account)
                body = await self._dispatch(request, account)
                return Answer(200, _reply(request, body))
            except CimError as error:
                namespace = _namespace(data)
                modern = self.machine.settings.stack >= "3"
                found = from_cim(error, namespace, machine_name, self.switches, modern)
                return self._fault(found, relates_to, machine_name)
            except Fault as fault:
                return self._fault(fault, relates_to or fault.relates_to, machine_name)

    def _fault(self, fault: Fault, relates_to: str | None, machine: str) -> Answer:
        # Quota faults with MSFT_WmiError were recorded without RelatesTo (wsman 2.2).
        related = relates_to if fault.detail is None or fault.code != SHELL_QUOTA else None
        return Answer(500, soap.envelope(fault.action, related, render(fault, machine, self.switches)))

    def fault(self, code: int, text: str) -> Answer:
        """An injected fault."""
        return self._fault(Fault(code, text), None, self.machine.name)

    def _check_access(self, account: Account) -> None:
        if not account.administrator or account.filtered_token:
            raise Fault(self.switches.access_denied, "Access is denied.")

    async def _dispatch(self, request: Request, account: Account) -> Element | list[Element] | None:
        uri = request.uri.lower()
        if uri.startswith(RSP):
            return await self._shell(request, account)
        if uri == CFG:
            if request.action != names.GET:
                raise Fault(2150858771, "The action is not supported by the resource.")
            return self._config()
        if request.action == names.GET:
            return self.cim.get(request)
        if request.action == names.PUT:
            return self.cim.put(request)
        if request.action == names.ENUMERATE:
            return self.cim.enumerate(request)
        if request.action == names.PULL:
            return self.cim.enumerations.pull(request)
        if request.action == names.RELEASE:
            self.cim.enumerations.release(request)
            return None
        if request.action.lower().startswith(uri + "/"):
            return await self.cim.invoke(request)
        raise Fault(2150858771, "The action is not supported by the resource.")

    async def _shell(self, request: Request, account: Account) -> Element | list[Element] | None:
        table: Mapping[str, Callable[[Request], Element]] = {
            names.COMMAND: self.shells.command,
            names.SEND: self.shells.send,
            names.SIGNAL: self.shells.signal,
        }
        if request.action == names.CREATE:
            created = self.shells.create(request, account.user)
            self.counters.shells += 1
            return created
        if request.action == names.RECEIVE:
            return await self.shells.receive(request)
        if request.action == names.DELETE:
            self.shells.delete(request)
            return None
        if request.action in table:
            return table[request.action](request)
        raise Fault(2150858771, "The action is not supported by the resource.")

    def _identify(self, anonymous: bool) -> Element:
        element = etree.Element(q(WSMID, "IdentifyResponse"), nsmap={"wsmid": WSMID})
        etree.SubElement(element, q(WSMID, "ProtocolVersion")).text = names.W
        etree.SubElement(element, q(WSMID, "ProductVendor")).text = "Microsoft Corporation"
        system = "OS: 0.0.0 SP: 0.0" if anonymous else f"OS: {self.machine.os_version} SP: 1.0"
        version = f"{system} Stack: {self.machine.settings.stack}"
        etree.SubElement(element, q(WSMID, "ProductVersion")).text = version
        return element

    def _config(self) -> Element:
        settings = self.machine.settings
        config = etree.Element(q(CFG, "Config"), nsmap={"cfg": CFG})
        for name, value in (
            ("MaxEnvelopeSizekb", settings.max_envelope_kb),
            ("MaxTimeoutms", settings.max_timeout_ms),
            ("MaxBatchItems", settings.max_batch_items),
        ):
            etree.SubElement(config, q(CFG, name)).text = str(value)
        service = etree.SubElement(config, q(CFG, "Service"))
        etree.SubElement(service, q(CFG, "MaxConcurrentOperationsPerUser")).text = str(settings.max_operations_per_user)
        etree.SubElement(service, q(CFG, "MaxConnections")).text = str(settings.max_connections)
        etree.SubElement(service, q(CFG, "AllowUnencrypted")).text = str(settings.allow_unencrypted).lower()
        winrs = etree.SubElement(config, q(CFG, "Winrs"))
        etree.SubElement(winrs, q(CFG, "MaxShellsPerUser")).text = str(settings.max_shells_per_user)
        etree.SubElement(winrs, q(CFG, "MaxProcessesPerShell")).text = str(settings.max_processes_per_shell)
        etree.SubElement(winrs, q(CFG, "MaxMemoryPerShellMB")).text = str(settings.max_memory_per_shell_mb)
        return config


def _reply(request: Request, body: Element | list[Element] | None) -> bytes:
    action = request.action + "Response"
    if not isinstance(body, list):
        return soap.envelope(action, request.message_id, body)
    root = etree.fromstring(soap.envelope(action, request.message_id, None))
    root.find(q(S, "Body")).extend(body)
    return bytes(etree.tostring(root, encoding="utf-8"))


def _namespace(data: bytes) -> str:
    root = soap.parse_xml(data)
    uri = (root.findtext(f".//{q(names.W, 'ResourceURI')}") or "").strip()
    return uri[len(WMI) :].rpartition("/")[0] or "root/cimv2"


def _queried(root: Element) -> str:
    words = " ".join(root.itertext()).split()
    upper = [word.upper() for word in words]
    return words[upper.index("FROM") + 1] if "FROM" in upper[:-1] else "*"
