"""Security descriptors as text: what ``icacls /save`` writes and ``/restore`` reads (KB919240)."""

from __future__ import annotations

import re

from ..volumes import CONTAINER_INHERIT, FULL, INHERITED, OBJECT_INHERIT, Ace

ALIASES = {"BA": "S-1-5-32-544", "SY": "S-1-5-18", "BU": "S-1-5-32-545", "NS": "S-1-5-20", "WD": "S-1-1-0"}
RIGHTS = {"FA": FULL, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0, "GA": 0x10000000}
FLAGS = {"OI": OBJECT_INHERIT, "CI": CONTAINER_INHERIT, "NP": 4, "IO": 8, "ID": INHERITED}
ENTRY = re.compile(r"\((A|D);([A-Z]*);([A-Z]{2}|0x[0-9a-fA-F]+);;;([A-Z]{2}|S-1-[\d-]+)\)")


def parse(text: str) -> tuple[bool, tuple[Ace, ...]] | None:
    """Whether inheritance is cut (P), and the entries; None when it is no DACL of these forms."""
    match = re.fullmatch(r"D:((?:P|AI|AR)*)((?:\([^()]*\))*)", text.strip())
    if match is None:
        return None
    entries = []
    for piece in re.findall(r"\([^()]*\)", match[2]):
        found = ENTRY.fullmatch(piece)
        if found is None or len(found[2]) % 2:
            return None
        words = [found[2][index : index + 2] for index in range(0, len(found[2]), 2)]
        sid = ALIASES.get(found[4], found[4])
        if not set(words) <= set(FLAGS) or not sid.startswith("S-1-"):
            return None
        mask = RIGHTS.get(found[3]) if found[3] in RIGHTS else _number(found[3])
        if mask is None:
            return None
        entries.append(Ace(sid, mask, sum(FLAGS[word] for word in words), found[1] == "A"))
    return "P" in match[1], tuple(entries)


def _number(text: str) -> int | None:
    return int(text, 16) if text.startswith("0x") else None


def render(protected: bool, entries: tuple[Ace, ...]) -> str:
    names = {sid: alias for alias, sid in ALIASES.items()}
    parts = []
    for ace in entries:
        flags = "".join(word for word, bit in FLAGS.items() if ace.flags & bit)
        rights = "FA" if ace.mask == FULL else f"0x{ace.mask:x}"
        parts.append(f"({'A' if ace.allow else 'D'};{flags};{rights};;;{names.get(ace.sid, ace.sid)})")
    return f"D:{'P' if protected else ''}AI{''.join(parts)}"
