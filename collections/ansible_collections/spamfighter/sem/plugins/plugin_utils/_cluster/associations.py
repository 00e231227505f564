# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Association classes, enumerated whole and joined here (mscluster 2.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .._wsman.operations import WsManOperations
from .._wsman.types import CimInstance, ClassSchema, Reference
from . import schema

Pairs = list[tuple[str, str]]
NETWORK_NAME, ADDRESS = "network name", "ip address"


class ClusterReadError(Exception):
    """The cluster cannot be read; the text says why."""


def pairs(
    ws: WsManOperations, association: ClassSchema, first: str = "GroupComponent", second: str = "PartComponent"
) -> Pairs:
    """The names at both ends of every association instance.

    Raises:
        ClusterReadError: an end is no reference with a key.
    """
    return [(_name(item, first), _name(item, second)) for item in ws.enumerate(association)]


def _name(item: CimInstance, end: str) -> str:
    """The one key there is, whatever the server calls it."""
    reference = item.get(end)
    if not isinstance(reference, Reference) or not reference.keys:
        raise ClusterReadError(f"{item.class_name}.{end} is no reference with a key: {reference!r}")
    return reference.keys[0][1]


def dependencies(ws: WsManOperations, types: Mapping[str, str]) -> Pairs:
    """(resource, provider) of the whole cluster; ``types``: registered type by resource name.

    The antecedent is the resource that depends (mscluster 0.4), against what readers of CIM expect. A Network Name
    depends on an IP Address and never the other way round (mscluster 3.1), so where a server does it the usual way
    it shows.

    Raises:
        ClusterReadError: both ways show.
    """
    found = pairs(ws, schema.DEPENDENCIES, *schema.ENDS)
    kinds = {name.lower(): kind.lower() for name, kind in types.items()}
    shown = {(kinds.get(left.lower()), kinds.get(right.lower())) for left, right in found}
    documented, reverse = (NETWORK_NAME, ADDRESS) in shown, (ADDRESS, NETWORK_NAME) in shown
    if documented and reverse:
        raise ClusterReadError("the cluster shows dependencies in both directions: which resource depends is not clear")
    return [(right, left) for left, right in found] if reverse else found


def speller(names: Iterable[str]) -> Callable[[str], str]:
    """A name as ``names`` spells it: the value of a key has no case (wsman 2.2)."""
    known = {name.lower(): name for name in names}
    return lambda name: known.get(name.lower(), name)


def join(names: Iterable[str], found: Pairs) -> dict[str, frozenset[str]]:
    """The right ends by left end, for each of ``names``; pairs of others are left out."""
    table: dict[str, set[str]] = {name: set() for name in names}
    for left, right in found:
        if left in table:
            table[left].add(right)
    return {name: frozenset(items) for name, items in table.items()}
