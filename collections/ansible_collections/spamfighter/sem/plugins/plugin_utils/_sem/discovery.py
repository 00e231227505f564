# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Which of a node's services is SEM's (design: product profile; nothing is guessed)."""

from __future__ import annotations

from collections.abc import Iterable

from .._windows.model import Service


def program_of(path: str) -> str:
    """The program in a service's command line, without quotes and arguments, in lower case."""
    text = path.strip()
    if text.startswith('"'):
        return text[1:].partition('"')[0].lower()
    head, extension, _rest = text.lower().partition(".exe")
    return head + extension


def find_service(services: Iterable[Service], folders: Iterable[str]) -> tuple[Service, ...]:
    """The services whose program lies in one of the product's folders."""
    roots = [folder.rstrip("\\").lower() + "\\" for folder in folders if _specific(folder)]
    return tuple(item for item in services if any(program_of(item.path).startswith(root) for root in roots))


def _specific(folder: str) -> bool:
    """Whether the folder is a product's own: at least three parts deep (C:\\Program Files\\X)."""
    return folder[1:3] == ":\\" and len([part for part in folder.split("\\") if part]) >= 3
