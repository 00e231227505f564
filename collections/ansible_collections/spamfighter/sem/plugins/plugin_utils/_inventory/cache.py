# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""What the inventory cache keeps: pictures of clusters by what was asked for. No credentials, no failures."""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Iterable, Sequence

from .declared import Entry
from .picture import Picture, from_data, to_data

FORMAT: t.Final = 1


def key_of(entry: Entry) -> str:
    """Changes with everything that changes the picture, not with credentials."""
    parts = [
        [str(address) for address in entry.addresses],
        entry.variables.get("ansible_port"),
        entry.cluster_group,
        list(entry.protected_types),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def write(answers: Iterable[tuple[Entry, object]]) -> dict[str, t.Any]:
    """The pictures among the answers, as JSON can carry them."""
    pictures = {key_of(entry): to_data(answer) for entry, answer in answers if isinstance(answer, Picture)}
    return {"format": FORMAT, "pictures": pictures}


def read(data: object, entries: Sequence[Entry]) -> list[Picture | None]:
    """The kept picture of each entry; None where there is none that this version can read."""
    kept = data.get("pictures") if isinstance(data, dict) and data.get("format") == FORMAT else None
    return [_picture(kept.get(key_of(entry))) if isinstance(kept, dict) else None for entry in entries]


def _picture(data: object) -> Picture | None:
    try:
        return from_data(data)
    except ValueError:
        return None
