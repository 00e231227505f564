"""Win32_OperatingSystem, Win32_ComputerSystem, services, processes, events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ...contract import CimValue, ClassDef, Instance, MethodDef
from ...define import cim_class, cut, method
from ..machine import WindowsNode
from .common import ReadOnly, find

SPACE = "root/cimv2"
OPERATING_SYSTEM = cim_class(
    SPACE,
    "Win32_OperatingSystem",
    "Name* string,BootDevice string,BuildNumber string,Caption string,CSName string,CSDVersion string,"
    "InstallDate datetime,LastBootUpTime datetime,LocalDateTime datetime,OSArchitecture string,"
    "OSLanguage uint32,OtherTypeDescription string,ProductType uint32,ServicePackMajorVersion uint16,"
    "SystemDirectory string,SystemDrive string,Version string,WindowsDirectory string,MUILanguages string[]",
    (method("Reboot"), method("Shutdown")),
)
COMPUTER_SYSTEM = cim_class(
    SPACE,
    "Win32_ComputerSystem",
    "Name* string,Caption string,DNSHostName string,Domain string,DomainRole uint16,Manufacturer string,Model string,"
    "NumberOfProcessors uint32,PartOfDomain boolean,Roles string[],SystemType string,TotalPhysicalMemory uint64",
)
SERVICE = cim_class(
    SPACE,
    "Win32_Service",
    "Name* string,AcceptPause boolean,AcceptStop boolean,Caption string,Description string,DisplayName string,"
    "DelayedAutoStart boolean,ErrorControl string,ExitCode uint32,PathName string,ProcessId uint32,"
    "ServiceSpecificExitCode uint32,"
    "ServiceType string,Started boolean,StartMode string,StartName string,State string,Status string,SystemName string",
    (
        method("StartService"),
        method("StopService"),
        method("PauseService"),
        method("ResumeService"),
        method("InterrogateService"),
        method("ChangeStartMode", "in StartMode string"),
        method("Delete"),
        method(
            "Change",
            "in DisplayName? string,in PathName? string,in ServiceType? uint8,in ErrorControl? uint8,"
            "in StartMode? string,in DesktopInteract? boolean,in StartName? string,in StartPassword? string",
        ),
    ),
)
PROCESS = cim_class(
    SPACE,
    "Win32_Process",
    "Handle* string,Caption string,CommandLine string,CreationDate datetime,ExecutablePath string,Name string,"
    "ParentProcessId uint32,ProcessId uint32,WorkingSetSize uint64",
    (
        method(
            "Create",
            "in CommandLine string,in CurrentDirectory? string,in ProcessStartupInformation? object,"
            "out ProcessId uint32",
            static=True,
        ),
        method("Terminate", "in Reason? uint32"),
    ),
)
EVENT = cim_class(
    SPACE,
    "Win32_NTLogEvent",
    "Logfile* string,RecordNumber* uint32,EventCode uint16,EventIdentifier uint32,Message string,SourceName string,"
    "TimeGenerated datetime,Type string",
)
# ReturnValue of Win32_Service methods for the codes of the service control manager (wsman 8.2).
RETURN = {0: 0, 2: 9, 5: 2, 1051: 3, 1053: 7, 1056: 10, 1058: 14, 1060: 8, 1062: 5, 1068: 13, 1069: 15}
MODES = {"boot": "Boot", "system": "System", "automatic": "Auto", "manual": "Manual", "disabled": "Disabled"}


class SystemProvider(ReadOnly):
    """All of root/cimv2 but storage, registry and security."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node
        self._rows: dict[str, Callable[[], Iterable[Mapping[str, CimValue]]]] = {
            OPERATING_SYSTEM.name: self._operating_system,
            COMPUTER_SYSTEM.name: self._computer_system,
            SERVICE.name: self._services,
            PROCESS.name: self._processes,
            EVENT.name: self._events,
        }

    def classes(self) -> Iterable[ClassDef]:
        return cut((OPERATING_SYSTEM, COMPUTER_SYSTEM, SERVICE, PROCESS, EVENT), self._node.profile.absent)

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        known = {item.name for item in class_def.properties}
        rows = self._rows[class_def.name]()
        return [Instance(SPACE, class_def.name, {k: v for k, v in row.items() if k in known}) for row in rows]

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        return find(self.instances(class_def), keys)

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue]:
        if class_def.name == SERVICE.name:
            name = str(self.get(class_def, keys or {}).properties["Name"])
            return {"ReturnValue": self._service_method(name, method.name, arguments)}
        if class_def.name == PROCESS.name:
            return self._process_method(method.name, keys, arguments)
        # Reboot and Shutdown need a privilege that WS-Man has no field for (wsman 8.4).
        return {"ReturnValue": 1314}

    # ---- rows -------------------------------------------------------------------------------
    def _operating_system(self) -> Iterable[Mapping[str, CimValue]]:
        profile, folders = self._node.profile, self._node.profile.folders
        yield {
            "Name": f"{profile.caption}|{folders.windows}|\\Device\\Harddisk0\\Partition2",
            "BuildNumber": str(profile.build),
            "Caption": profile.caption,
            "CSName": self._node.name.upper(),
            "CSDVersion": f"Service Pack {profile.service_pack}" if profile.service_pack else None,
            "LastBootUpTime": self._node.booted,
            "LocalDateTime": self._node.clock.wall(),
            "OSArchitecture": profile.architecture,
            "OSLanguage": 1033,
            "ProductType": profile.product_type,
            "OtherTypeDescription": "R2" if profile.name == "windows2003r2" else None,
            "ServicePackMajorVersion": profile.service_pack,
            "SystemDirectory": f"{folders.windows}\\system32",
            "SystemDrive": "C:",
            "Version": profile.version,
            "WindowsDirectory": folders.windows,
            "MUILanguages": ("en-US",),
        }

    def _computer_system(self) -> Iterable[Mapping[str, CimValue]]:
        name = self._node.name.upper()
        yield {
            "Name": name,
            "Caption": name,
            "DNSHostName": self._node.name,
            "Domain": f"{self._node.domain.lower()}.test",
            "DomainRole": 3,
            "Manufacturer": "Lab",
            "Model": "Modelled",
            "NumberOfProcessors": 2,
            "PartOfDomain": True,
            "SystemType": "x64-based PC" if self._node.profile.wow64 else "X86-based PC",
            "TotalPhysicalMemory": 8589934592,
        }

    def _services(self) -> Iterable[Mapping[str, CimValue]]:
        manager = self._node.services
        for name in manager.names():
            service = manager.get(name)
            running = service.state != "Stopped"
            display = manager.config(name, "DisplayName") or name
            yield {
                "Name": name,
                "AcceptPause": False,
                "AcceptStop": service.state == "Running",
                "Caption": display,
                "DelayedAutoStart": False,
                "Description": manager.config(name, "Description") or None,
                "DisplayName": display,
                "ErrorControl": "Normal",
                "ExitCode": service.exit_code,
                "PathName": manager.config(name, "ImagePath"),
                "ProcessId": service.process_id,
                "ServiceSpecificExitCode": 0,
                "ServiceType": "Own Process",
                "Started": running,
                "StartMode": manager.start_mode(name),
                "StartName": manager.config(name, "ObjectName"),
                "State": service.state,
                "Status": "OK",
                "SystemName": self._node.name.upper(),
            }

    def _processes(self) -> Iterable[Mapping[str, CimValue]]:
        for item in self._node.processes.running.values():
            yield {
                "Handle": str(item.process_id),
                "Caption": item.name,
                "CommandLine": item.command_line,
                "Name": item.name,
                "ParentProcessId": item.parent_id,
                "ProcessId": item.process_id,
                "WorkingSetSize": 4_000_000,
            }

    def _events(self) -> Iterable[Mapping[str, CimValue]]:
        for number, item in enumerate(self._node.events, 1):
            yield {
                "Logfile": item.log,
                "RecordNumber": number,
                "EventCode": item.event_id,
                "EventIdentifier": item.event_id,
                "Message": item.message,
                "SourceName": item.source,
                "TimeGenerated": item.at,
                "Type": item.level,
            }

    # ---- methods ----------------------------------------------------------------------------
    def _service_method(self, name: str, method: str, arguments: Mapping[str, CimValue]) -> int:
        manager = self._node.services
        if method == "StartService":
            return RETURN.get(manager.start(name), 8)
        if method == "StopService":
            return RETURN.get(manager.stop(name), 8)
        if method == "ChangeStartMode":
            return self._change_mode(name, str(arguments.get("StartMode")))
        if method == "Delete":
            manager.delete(name)
            return 0
        if method == "Change":
            return self._change(name, arguments)
        return 0 if method == "InterrogateService" else 1

    def _change_mode(self, name: str, mode: str) -> int:
        if mode.lower() not in MODES:
            return 21
        self._node.services.set_start_mode(name, MODES[mode.lower()])
        return 0

    def _change(self, name: str, arguments: Mapping[str, CimValue]) -> int:
        if arguments.get("StartMode") is not None and (code := self._change_mode(name, str(arguments["StartMode"]))):
            return code
        if arguments.get("StartName") is not None:
            self._node.services.set_account(name, str(arguments["StartName"]))
        return 0

    def _process_method(
        self, method: str, keys: Mapping[str, CimValue] | None, arguments: Mapping[str, CimValue]
    ) -> Mapping[str, CimValue]:
        if method == "Terminate":
            killed = self._node.processes.kill(int(str((keys or {})["Handle"])))
            return {"ReturnValue": 0 if killed else 2}
        line = str(arguments.get("CommandLine") or "")
        if not line.strip():
            return {"ReturnValue": 21, "ProcessId": None}
        process_id = self._node.create_process(line, str(arguments.get("CurrentDirectory") or "") or None)
        if process_id is None:
            return {"ReturnValue": 9, "ProcessId": None}
        return {"ReturnValue": 0, "ProcessId": process_id}
