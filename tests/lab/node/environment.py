"""The environment of a fresh command on one Windows."""

from __future__ import annotations

from ..profiles import WindowsProfile


def environment(profile: WindowsProfile, computer: str, domain: str, user: str) -> dict[str, str]:
    """Variables by name. Windows 2003 has no ProgramData, 32-bit Windows no ProgramFiles(x86)."""
    folders = profile.folders
    found = {
        "SystemDrive": "C:",
        "SystemRoot": folders.windows,
        "windir": folders.windows,
        "TEMP": f"{folders.windows}\\Temp",
        "TMP": f"{folders.windows}\\Temp",
        "ProgramFiles": folders.program_files,
        "ALLUSERSPROFILE": folders.program_data.removesuffix("\\Application Data"),
        "COMPUTERNAME": computer.upper(),
        "USERDOMAIN": domain,
        "USERNAME": user,
        "PROCESSOR_ARCHITECTURE": "AMD64" if profile.wow64 else "x86",
        "ComSpec": f"{folders.windows}\\system32\\cmd.exe",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD",
        "Path": f"{folders.windows}\\system32;{folders.windows}",
        "OS": "Windows_NT",
    }
    if profile.wow64:
        found["ProgramFiles(x86)"] = profile.program_files_x86
    if profile.build >= 6000:
        found["ProgramData"] = folders.program_data
    return found
