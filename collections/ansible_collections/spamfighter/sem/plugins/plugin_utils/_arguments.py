# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""The options that several modules share, and how they become the values that the layers below take."""

from __future__ import annotations

import re
import typing as t

from ._cluster.model import RestartPolicy
from ._sem.exchange import PROTECTED
from ._sem.folder import FolderWanted
from ._sem.instance import RESTART_WITHOUT_FAILOVER
from ._sem.profile import FOLDER_NAME, GENERIC_SERVICE, PRODUCT_NAME, RESOURCE_NAME, Package, Profile
from ._windows.folders import ADMINISTRATORS, SYSTEM

Spec = dict[str, t.Any]
SID = re.compile(r"S-1-\d+(-\d+)+")
CHECKSUM = re.compile(r"(?:sha256:)?([0-9A-Fa-f]{64})")
MAX_MS = 0xFFFFFFFE  # one more means never (mscluster 2.4)
SERVICE_NAME = re.compile(r'[^\\/"%!\x00-\x1f]{1,256}')

PROFILE: t.Final[Spec] = {
    "type": "dict",
    "default": {},
    "options": {
        "display_name": {"type": "str", "default": PRODUCT_NAME + "*"},
        "service": {"type": "str"},
        "registry_key": {"type": "str"},
        "settings_subkey": {"type": "str"},
        "data_value": {"type": "str"},
        "view": {"type": "int", "choices": [32, 64], "default": 64},
    },
}
PACKAGE: t.Final[Spec] = {
    "type": "dict",
    "default": {},
    "options": {
        "version": {"type": "str"},
        "src": {"type": "str"},
        "checksum": {"type": "str"},
        "upgrade_code": {"type": "str"},
        "arguments": {"type": "list", "elements": "str", "default": []},
        "exit_codes": {"type": "dict", "default": {}},
    },
}
CLUSTER: t.Final[dict[str, Spec]] = {
    "profile": PROFILE,
    "cluster_group": {"type": "str"},
    "protected_types": {"type": "list", "elements": "str", "default": list(PROTECTED)},
    "wait_timeout_s": {"type": "int", "default": 180},
}
RESOURCE: t.Final[dict[str, Spec]] = {
    "resource_name": {"type": "str", "default": RESOURCE_NAME},
    "resource_type": {"type": "str", "default": GENERIC_SERVICE},
}
FOLDER: t.Final[dict[str, Spec]] = {
    "folder_name": {"type": "str", "default": FOLDER_NAME},
    "disk": {"type": "str"},
    "min_free_mb": {"type": "int", "default": 500},
}
PERMISSIONS: t.Final[Spec] = {"type": "list", "elements": "str", "default": [SYSTEM, ADMINISTRATORS]}
RESTART: t.Final[Spec] = {
    "type": "dict",
    "default": {},
    "options": {
        "threshold": {"type": "int", "default": 3},
        "period_s": {"type": "int", "default": 900},
        "retry_s": {"type": "int", "default": 900},
    },
}


INSTANCE: t.Final[dict[str, Spec]] = {
    "resource_state": {"type": "str", "choices": ["present", "online", "offline"], "default": "online"},
    "depends_on": {"type": "str", "choices": ["required", "all"], "default": "required"},
    "use_network_name": {"type": "bool", "default": False},
    "restart": RESTART,
    "pending_timeout_s": {"type": "int", "default": 60},
    "write_route": {"type": "str", "choices": ["auto", "control_code", "put", "method"], "default": "auto"},
}
ACCOUNT: t.Final[dict[str, Spec]] = {
    "account": {"type": "str"},
    "account_password": {"type": "str", "no_log": True},
}
INSTALL: t.Final[dict[str, Spec]] = {
    **ACCOUNT,
    "package": PACKAGE,
    "install_timeout_s": {"type": "int", "default": 1800},
    "log_directory": {"type": "path"},
}


class BadArgument(Exception):
    """An option that cannot be used; nothing was touched."""


def profile(args: t.Mapping[str, t.Any]) -> Profile:
    """Raises BadArgument for keys that are not below HKLM\\SOFTWARE or SYSTEM, or unusable service names."""
    given = args["profile"] or {}
    service = given.get("service") or None
    if service and not SERVICE_NAME.fullmatch(service):
        raise BadArgument(f"profile.service: {service!r} is not a short service name")
    key = _key("profile.registry_key", given.get("registry_key"))
    if key and not re.match(r"(?i)(software|system)\\.", key):
        raise BadArgument(f"profile.registry_key: {key!r} is not a key below HKLM\\SOFTWARE or HKLM\\SYSTEM")
    subkey = _key("profile.settings_subkey", given.get("settings_subkey"))
    if subkey and not key:
        raise BadArgument("profile.settings_subkey needs profile.registry_key")
    return Profile(
        display_name=given.get("display_name") or PRODUCT_NAME + "*",
        service=service,
        registry_key=key,
        settings_subkey=subkey,
        data_value=given.get("data_value") or None,
        view=32 if given.get("view") == 32 else 64,
    )


def _key(option: str, value: str | None) -> str | None:
    """A registry path as people write it (HKLM\\ in front, or a leading backslash), made plain."""
    if not value:
        return None
    text = re.sub(r"(?i)^(hklm|hkey_local_machine)(:)?\\", "", value.strip()).strip("\\")
    if not text or "\\\\" in text or any(ord(char) < 32 for char in text):
        raise BadArgument(f"{option}: {value!r} is not a path below HKEY_LOCAL_MACHINE")
    return text


def package(args: t.Mapping[str, t.Any]) -> Package:
    """Raises BadArgument."""
    given = args["package"] or {}
    codes = {}
    for code, word in (given.get("exit_codes") or {}).items():
        if not re.fullmatch(r"-?\d+", str(code)) or word not in ("success", "reboot", "failure"):
            raise BadArgument(f"package.exit_codes: {code}: {word!r} is not a number with success, reboot or failure")
        codes[int(code)] = str(word)
    upgrade_code = given.get("upgrade_code") or None
    if upgrade_code and not re.fullmatch(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?", upgrade_code):
        raise BadArgument(f"package.upgrade_code: {upgrade_code!r} is not a GUID")
    return Package(
        version=given.get("version") or None,
        src=given.get("src") or None,
        checksum=checksum(given.get("checksum")),
        upgrade_code="{" + upgrade_code.strip("{}") + "}" if upgrade_code else None,
        arguments=tuple(given.get("arguments") or ()),
        exit_codes=codes,
    )


def checksum(value: str | None) -> str | None:
    """SHA-256 in lower-case hex, with or without ``sha256:`` in front. Raises BadArgument."""
    if not value:
        return None
    found = CHECKSUM.fullmatch(value.strip())
    if found is None:
        raise BadArgument(f"package.checksum: {value!r} is not sha256: and 64 hex digits")
    return found[1].lower()


def folder(args: t.Mapping[str, t.Any], sids: t.Sequence[str] = ()) -> FolderWanted:
    """Raises BadArgument."""
    for sid in sids:
        if not SID.fullmatch(sid):
            raise BadArgument(f"permissions: {sid!r} is not a SID such as S-1-5-18")
    if args["min_free_mb"] < 0:
        raise BadArgument("min_free_mb: a size in MB, 0 or more, is expected")
    return FolderWanted(args["folder_name"], args["disk"] or None, tuple(sids), args["min_free_mb"])


def restart(args: t.Mapping[str, t.Any]) -> RestartPolicy:
    """Seconds become the cluster's milliseconds. Raises BadArgument."""
    given = {"threshold": 3, "period_s": 900, "retry_s": 900, **(args["restart"] or {})}
    if not 0 <= given["threshold"] <= 0xFFFF or not 1 <= given["period_s"] <= 86_400 * 7:
        raise BadArgument("restart: threshold is 0 to 65535, period_s is 1 s to 7 days")
    if given["retry_s"] < given["period_s"]:
        raise BadArgument("restart: retry_s may not be shorter than period_s (the cluster refuses it, code 5089)")
    if given["retry_s"] > MAX_MS // 1000:
        raise BadArgument(f"restart: retry_s may be {MAX_MS // 1000} s at most")
    return RestartPolicy(
        RESTART_WITHOUT_FAILOVER, given["threshold"], given["period_s"] * 1000, given["retry_s"] * 1000
    )


def seconds(args: t.Mapping[str, t.Any], name: str, low: int = 1, high: int = 86_400) -> int:
    """A time option within its range. Raises BadArgument."""
    value = int(args[name])
    if not low <= value <= high:
        raise BadArgument(f"{name}: {value} s is not between {low} and {high} s")
    return value
