"""Win32 errors of the node model, with Microsoft's English text (system error codes)."""

from __future__ import annotations

TEXTS = {
    2: "The system cannot find the file specified.",
    3: "The system cannot find the path specified.",
    5: "Access is denied.",
    13: "The data is invalid.",
    21: "The device is not ready.",
    32: "The process cannot access the file because it is being used by another process.",
    80: "The file exists.",
    87: "The parameter is incorrect.",
    112: "There is not enough space on the disk.",
    123: "The filename, directory name, or volume label syntax is incorrect.",
    145: "The directory is not empty.",
    183: "Cannot create a file when that file already exists.",
    267: "The directory name is invalid.",
    1051: "A stop control has been sent to a service that other running services are dependent on.",
    1053: "The service did not respond to the start or control request in a timely fashion.",
    1056: "An instance of the service is already running.",
    1058: (
        "The service cannot be started, either because it is disabled or because it has no enabled devices "
        "associated with it."
    ),
    1060: "The specified service does not exist as an installed service.",
    1062: "The service has not been started.",
    1067: "The process terminated unexpectedly.",
    1068: "The dependency service or group failed to start.",
    1069: "The service did not start due to a logon failure.",
    1072: "The specified service has been marked for deletion.",
    1073: "The specified service already exists.",
}


class WinError(Exception):
    """A Win32 call failed."""

    def __init__(self, code: int, what: str = "") -> None:
        super().__init__(f"{TEXTS.get(code, f'error {code}')}{f' ({what})' if what else ''}")
        self.code = code
        self.text = TEXTS.get(code, f"error {code}")
