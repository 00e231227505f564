"""The options of msiexec."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..node.cmd.text import words


@dataclass(frozen=True)
class Request:
    """A parsed msiexec command line."""

    verb: str  # i | x
    target: str
    log: str | None
    properties: dict[str, str]
    quiet: bool  # without it the user interface waits for somebody, for ever in a WinRS shell
    restart: bool  # /forcerestart


def parse(rest: str) -> Request | None:
    """msiexec's options; None for a line it answers with 1639."""
    verb = target = ""
    log: str | None = None
    properties: dict[str, str] = {}
    quiet = restart = False
    items = words(rest)
    index = 0
    while index < len(items):
        item = items[index]
        lower = item.lower()
        index += 1
        if re.fullmatch(r"[A-Z_][A-Z0-9_.]*=.*", item, re.DOTALL):
            name, _, value = item.partition("=")
            properties[name] = value
        elif lower in ("/i", "-i", "/package", "/x", "-x", "/uninstall") and index < len(items):
            verb = "x" if lower[1] in "xu" else "i"
            target = items[index]
            index += 1
        elif re.fullmatch(r"[/-]x\{[0-9a-f-]+\}", lower):
            verb, target = "x", item[2:]
        elif re.fullmatch(r"[/-]l[*a-z!+]*", lower) or lower == "/log":
            log = items[index] if index < len(items) else None
            index += 1
        elif re.fullmatch(r"[/-](q[nb]?[+-]?!?|quiet|passive)", lower):
            quiet = True
        elif lower[1:] == "norestart":
            properties.setdefault("REBOOT", "ReallySuppress")
        elif lower[1:] in ("forcerestart", "promptrestart"):
            restart = lower[1:] == "forcerestart"
        else:
            return None
    return Request(verb, target, log, properties, quiet, restart) if verb and target else None
