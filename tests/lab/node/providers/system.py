"""Win32_OperatingSystem, Win32_ComputerSystem, services, processes, disks, folders, events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ...contract import CimError, CimValue, ClassDef, Instance, MethodDef, NotFound
from ...define import cim_class, method
from ..errors import WinError
from ..files import Entry
from ..machine import WindowsNode

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
    "ErrorControl string,ExitCode uint32,PathName string,ProcessId uint32,ServiceSpecificExitCode uint32,"
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
LOGICAL_DISK = cim_class(
    SPACE,
    "Win32_LogicalDisk",
    "DeviceID* string,Caption string,DriveType uint32,FileSystem string,FreeSpace uint64,Name string,Size uint64,"
    "VolumeName string",
)
DIRECTORY = cim_class(
    SPACE,
    "Win32_Directory",
    "Name* string,Caption string,Drive string,FileName string,FileType string,Path string,Readable boolean,"
    "Writeable boolean",
)
DATA_FILE = cim_class(
    SPACE,
    "CIM_DataFile",
    "Name* string,Caption string,Drive string,Extension string,FileName string,FileSize uint64,Path string",
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


class SystemProvider:
    """All of root/cimv2 but the registry and security classes."""

    def __init__(self, node: WindowsNode) -> None:
        self._node = node
        self._rows: dict[str, Callable[[], Iterable[Mapping[str, CimValue]]]] = {
            OPERATING_SYSTEM.name: self._operating_system,
            COMPUTER_SYSTEM.name: self._computer_system,
            SERVICE.name: self._services,
            PROCESS.name: self._processes,
            LOGICAL_DISK.name: self._disks,
            EVENT.name: self._events,
        }

    def classes(self) -> Iterable[ClassDef]:
        return (OPERATING_SYSTEM, COMPUTER_SYSTEM, SERVICE, PROCESS, LOGICAL_DISK, DIRECTORY, DATA_FILE, EVENT)

    def instances(self, class_def: ClassDef) -> Iterable[Instance]:
        rows = self._rows.get(class_def.name)
        if rows is None:
            raise CimError("The whole disk would have to be read", hresult=0x80041001)
        return [Instance(SPACE, class_def.name, row) for row in rows()]

    def get(self, class_def: ClassDef, keys: Mapping[str, CimValue]) -> Instance:
        if class_def in (DIRECTORY, DATA_FILE):
            return self._file(class_def, str(keys["Name"]))
        for item in self.instances(class_def):
            if all(str(item.properties.get(name)).lower() == str(value).lower() for name, value in keys.items()):
                return item
        raise NotFound("Not found", hresult=0x80041002)

    def put(self, class_def: ClassDef, keys: Mapping[str, CimValue], changed: Mapping[str, CimValue]) -> Instance:
        raise CimError("Provider is not capable of the attempted operation", hresult=0x80041024)

    def invoke(
        self,
        class_def: ClassDef,
        method: MethodDef,
        keys: Mapping[str, CimValue] | None,
        arguments: Mapping[str, CimValue],
    ) -> Mapping[str, CimValue]:
        if class_def == SERVICE:
            name = str(self.get(class_def, keys or {}).properties["Name"])
            return {"ReturnValue": self._service_method(name, method.name, arguments)}
        if class_def == PROCESS:
            return self._process_method(method.name, keys, arguments)
        # Reboot and Shutdown need a privilege that WS-Man has no field for (wsman 8.4).
        return {"ReturnValue": 1314}

    # ---- rows -------------------------------------------------------------------------------
    def _operating_system(self) -> Iterable[Mapping[str, CimValue]]:
        profile = self._node.profile
        yield {
            "Name": f"{profile.caption}|C:\\Windows|\\Device\\Harddisk0\\Partition2",
            "BuildNumber": str(profile.build),
            "Caption": profile.caption,
            "CSName": self._node.name.upper(),
            "CSDVersion": "Service Pack 1",
            "LastBootUpTime": self._node.booted,
            "LocalDateTime": self._node.clock.wall(),
            "OSArchitecture": profile.architecture,
            "OSLanguage": 1033,
            "ProductType": profile.product_type,
            "ServicePackMajorVersion": 1,
            "SystemDirectory": "C:\\Windows\\system32",
            "SystemDrive": "C:",
            "Version": profile.version,
            "WindowsDirectory": "C:\\Windows",
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
            "SystemType": "x64-based PC",
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

    def _disks(self) -> Iterable[Mapping[str, CimValue]]:
        for volume in self._node.files.volumes.values():
            if volume.letter is None:
                continue
            yield {
                "DeviceID": volume.letter,
                "Caption": volume.letter,
                "DriveType": 3,
                "FileSystem": "NTFS",
                "FreeSpace": volume.free_mb() * 1024 * 1024,
                "Name": volume.letter,
                "Size": volume.size_mb * 1024 * 1024,
                "VolumeName": volume.label,
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

    def _file(self, class_def: ClassDef, path: str) -> Instance:
        try:
            entry = self._node.files.entry(path)
        except WinError as error:
            raise NotFound("Not found", hresult=0x80041002) from error
        if entry.directory != (class_def == DIRECTORY):
            raise NotFound("Not found", hresult=0x80041002)
        return Instance(SPACE, class_def.name, _file_properties(path, entry))

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


def _file_properties(path: str, entry: Entry) -> Mapping[str, CimValue]:
    drive, _, rest = path.partition(":")
    parent, _, name = rest.rpartition("\\")
    found: dict[str, CimValue] = {
        "Name": path.lower(),
        "Caption": path.lower(),
        "Drive": drive.lower() + ":",
        "FileName": name.lower(),
        "Path": parent.lower() + "\\",
    }
    if entry.directory:
        return found | {"FileType": "File Folder", "Readable": True, "Writeable": True}
    return found | {"FileSize": len(entry.data), "Extension": name.rpartition(".")[2].lower()}
