"""Programs that administer services, the registry and processes: sc, net, reg, tasklist, taskkill, shutdown."""

from __future__ import annotations

import re

from ..errors import TEXTS
from ..registry import BINARY, DWORD, EXPAND_SZ, MULTI_SZ, QWORD, SZ, Data, Key
from .builtins import complain, instant, say
from .session import Program, Session, Streams
from .text import arguments as words

SC_MODES = {"boot": "Boot", "system": "System", "auto": "Auto", "demand": "Manual", "disabled": "Disabled"}
SC_STATES = {"Stopped": "1  STOPPED", "Start Pending": "2  START_PENDING", "Stop Pending": "3  STOP_PENDING"}
REG_TYPES = {
    SZ: "REG_SZ",
    EXPAND_SZ: "REG_EXPAND_SZ",
    BINARY: "REG_BINARY",
    DWORD: "REG_DWORD",
    MULTI_SZ: "REG_MULTI_SZ",
    QWORD: "REG_QWORD",
}
ACTIONS = {"": 0, "restart": 1, "reboot": 2, "run": 3}


def sc(session: Session, rest: str, streams: Streams) -> int:
    """Exit code is the Win32 code, as with the real one."""
    items = words(rest)
    if len(items) < 2:
        return complain(session, streams, "DESCRIPTION: SC is a command line program")
    verb, name = items[0].lower(), items[1]
    services = session.node.services
    if services.find(name) is None:
        say(session, streams, f"[SC] OpenService FAILED 1060:\r\n\r\n{TEXTS[1060]}\r\n")
        return 1060
    options = _sc_options(items[2:])
    if verb == "start" or verb == "stop":
        code = services.start(name) if verb == "start" else services.stop(name)
        if code:
            call = "StartService" if verb == "start" else "ControlService"
            say(session, streams, f"[SC] {call} FAILED {code}:\r\n\r\n{TEXTS.get(code, '')}\r\n")
        return code
    if verb in ("query", "queryex"):
        status = services.status(name)
        state = SC_STATES.get(status.state, "4  RUNNING") if status else ""
        say(session, streams, f"\r\nSERVICE_NAME: {name}\r\n        STATE              : {state}")
        return 0
    if verb == "config":
        return _sc_config(session, name, options, streams)
    if verb == "failure":
        actions = _sc_actions(options.get("actions", ""))
        services.set_recovery(name, actions, int(options.get("reset", "0") or 0))
        say(session, streams, "[SC] ChangeServiceConfig2 SUCCESS")
        return 0
    if verb == "delete":
        services.delete(name)
        say(session, streams, "[SC] DeleteService SUCCESS")
        return 0
    return complain(session, streams, "*** Unrecognized Command ***")


def _sc_options(items: list[str]) -> dict[str, str]:
    """``name= value`` pairs: the blank after the equals sign is sc's own."""
    found: dict[str, str] = {}
    name = ""
    for item in items:
        if item.endswith("="):
            name = item[:-1].lower()
            found[name] = ""
        elif name:
            found[name], name = item, ""
    return found


def _sc_actions(text: str) -> tuple[tuple[int, int], ...]:
    parts = text.split("/") if text else []
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return tuple((ACTIONS.get(kind.lower(), 0), int(delay or 0)) for kind, delay in pairs)


def _sc_config(session: Session, name: str, options: dict[str, str], streams: Streams) -> int:
    if "start" in options:
        if options["start"].lower() not in SC_MODES:
            return complain(session, streams, "Invalid start= field")
        session.node.services.set_start_mode(name, SC_MODES[options["start"].lower()])
    if "obj" in options:
        session.node.services.set_account(name, options["obj"])
    say(session, streams, "[SC] ChangeServiceConfig SUCCESS")
    return 0


def net(session: Session, rest: str, streams: Streams) -> Program:
    items = words(rest)
    if len(items) < 2 or items[0].lower() not in ("start", "stop"):
        return complain(session, streams, "The syntax of this command is:")
    start = items[0].lower() == "start"
    name = items[1]
    services = session.node.services
    code = services.start(name) if start else services.stop(name)
    if code:
        return complain(session, streams, f"System error {code} has occurred.\r\n\r\n{TEXTS.get(code, '')}") + 1
    wanted = "Running" if start else "Stopped"
    for _second in range(60):
        status = services.status(name)
        if status is not None and status.state == wanted:
            say(session, streams, f"The {name} service was {'started' if start else 'stopped'} successfully.")
            return 0
        yield 1.0
    return complain(session, streams, f"The {name} service could not be {'started' if start else 'stopped'}.") + 1


def tasklist(session: Session, rest: str, streams: Streams) -> int:
    match = re.search(r'(?i)/fi\s+"?pid\s+eq\s+(\d+)', rest)
    found = [item for item in session.node.processes.running.values() if not match or item.process_id == int(match[1])]
    if not found:
        say(session, streams, "INFO: No tasks are running which match the specified criteria.")
    for item in found:
        say(session, streams, f"{item.name[:25]:25} {item.process_id:8} Services                   0      4,000 K")
    return 0


def taskkill(session: Session, rest: str, streams: Streams) -> int:
    match = re.search(r"(?i)/pid\s+(\d+)", rest)
    node = session.node
    if match is None or int(match[1]) not in node.processes.running:
        return complain(session, streams, "ERROR: The process was not found.") * 128
    process_id = int(match[1])
    for name in node.services.names():
        if node.services.get(name).process_id == process_id:
            node.services.crash(name)
    node.processes.kill(process_id)
    say(session, streams, f"SUCCESS: The process with PID {process_id} has been terminated.")
    return 0


def shutdown(session: Session, rest: str, streams: Streams) -> int:
    if "/r" not in rest.lower():
        return complain(session, streams, "The parameter is incorrect.(87)") * 87
    match = re.search(r"(?i)/t\s+(\d+)", rest)
    session.node.reboot(float(match[1]) if match else 30.0)
    return 0


# ---- reg ------------------------------------------------------------------------------------
def reg(session: Session, rest: str, streams: Streams) -> int:
    items = words(rest)
    if len(items) < 2:
        return complain(session, streams, "ERROR: Invalid syntax.")
    verb, path = items[0].lower(), items[1]
    match = re.fullmatch(r"(?i)(?:HKLM|HKEY_LOCAL_MACHINE)(?:\\(.*))?", path)
    if match is None:
        return complain(session, streams, "ERROR: Invalid key name.")
    if re.search(r"(?i)/reg:(32|64)\b", rest) and not session.node.profile.registry_views:
        return complain(session, streams, "ERROR: Invalid syntax.")
    view = 32 if "/reg:32" in rest.lower() else 64
    options = [item.lower() for item in items[2:]]
    value = items[2 + options.index("/v") + 1] if "/v" in options else ("" if "/ve" in options else None)
    below = match[1] or ""
    registry = session.node.registry
    if verb == "add":
        kind = items[2 + options.index("/t") + 1].upper() if "/t" in options else "REG_SZ"
        data = items[2 + options.index("/d") + 1] if "/d" in options else ""
        number = next(key for key, name in REG_TYPES.items() if name == kind)
        if value is None:
            registry.create(below, view=view)
        else:
            registry.set(below, value, number, _reg_data(number, data), view=view)
    elif registry.find(below, view=view) is None or (
        value is not None and verb == "delete" and registry.value(below, value, view=view) is None
    ):
        return complain(session, streams, "ERROR: The system was unable to find the specified registry key or value.")
    elif verb == "delete" and value is not None:
        registry.delete_value(below, value, view=view)
    elif verb == "delete":
        registry.delete_key(below, view=view, recursive=True)
    elif verb == "query":
        return _reg_query(session, below, view, value, "/s" in options, items, streams)
    else:
        return complain(session, streams, "ERROR: Invalid syntax.")
    say(session, streams, "The operation completed successfully.")
    return 0


def _reg_data(kind: int, text: str) -> Data:
    if kind in (DWORD, QWORD):
        return int(text, 0)
    if kind == BINARY:
        return bytes.fromhex(text)
    return tuple(text.split("\\0")) if kind == MULTI_SZ else text


def _reg_query(
    session: Session, path: str, view: int, value: str | None, recursive: bool, items: list[str], streams: Streams
) -> int:
    options = [item.lower() for item in items]
    wanted = items[options.index("/f") + 1].lower() if "/f" in options else None
    key = session.node.registry.find(path, view=view)
    assert key is not None
    count = _query_key(session, f"HKEY_LOCAL_MACHINE\\{path}", key, value, recursive, wanted, streams)
    if recursive or wanted is not None:
        say(session, streams, f"End of search: {count} match(es) found.")
    elif not count and value is not None:
        return complain(session, streams, "ERROR: The system was unable to find the specified registry key or value.")
    return 0 if count or value is None else 1


def _query_key(
    session: Session, path: str, key: Key, value: str | None, recursive: bool, wanted: str | None, streams: Streams
) -> int:
    values = [item for item in key.values.values() if value is None or item.name.lower() == value.lower()]
    values = [item for item in values if wanted is None or wanted in _shown(item.data).lower()]
    if values:
        say(session, streams, f"\r\n{path}")
    for item in values:
        say(session, streams, f"    {item.name or '(Default)'}    {REG_TYPES[item.type]}    {_shown(item.data)}")
    count = len(values)
    for child in key.keys.values():
        if recursive:
            count += _query_key(session, f"{path}\\{child.name}", child, value, recursive, wanted, streams)
        elif value is None:
            say(session, streams, f"{path}\\{child.name}")
    return count


def _shown(data: Data) -> str:
    if isinstance(data, bytes):
        return data.hex().upper()
    if isinstance(data, tuple):
        return "\\0".join(data)
    return f"0x{data:x}" if isinstance(data, int) else data


TABLE = {
    "sc": instant(sc),
    "net": net,
    "tasklist": instant(tasklist),
    "taskkill": instant(taskkill),
    "shutdown": instant(shutdown),
    "reg": instant(reg),
}
