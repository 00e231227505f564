# Copyright (c) 2026 SPAMfighter SEM collection maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: internal to this collection; it may change in any release without notice.

"""Asking many clusters at once: a thread and a session for each, logins shared."""

from __future__ import annotations

import contextlib
import json
import os
import typing as t
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from ansible.errors import AnsibleConnectionFailure

from .._connection import connection_with, needs_ticket, target_of
from .._wait import RealClock
from .asking import ask
from .declared import Declared, Entry
from .picture import Answer, Unanswered

TICKETS: t.Final = "KRB5CCNAME"
# These differ between clusters that share a login; they are set when the session is opened.
ENDPOINT = ("ansible_port", "ansible_winrm_scheme")


@dataclass
class Login:
    """ansible-core's winrm plugin for the entries that have the same credentials and settings."""

    connection: t.Any
    entries: list[Entry] = field(default_factory=list)


def ask_all(entries: Sequence[Entry], settings: Declared) -> list[Answer]:
    """What each cluster shows, in the order of ``entries``.

    kinit leaves its ticket in a variable of the whole process, so entries that need different tickets are asked
    one login after the other; all others together.

    Raises:
        UnsupportedConnection: pywinrm is not installed.
        AnsibleError: settings that pywinrm cannot use.
    """
    logins = _logins(entries)
    kerberos = [login for login in logins if needs_ticket(login.connection)]
    together = [login for login in logins if login not in kerberos]
    answers: dict[int, Answer] = {}
    with _ticket_kept():
        for batch in (together, *([login] for login in kerberos)):
            answers |= _ask_batch(batch, settings)
    return [answers[id(entry)] for entry in entries]


def _ask_batch(logins: Sequence[Login], settings: Declared) -> dict[int, Answer]:
    """Answers by the identity of the entry."""
    answers: dict[int, Answer] = {}
    with ThreadPoolExecutor(settings.concurrency) as pool:
        running: dict[int, Future[Answer]] = {}
        for login in logins:
            try:
                target = target_of(login.connection)
            except AnsibleConnectionFailure as error:  # kinit
                answers |= {id(entry): Unanswered(str(error)) for entry in login.entries}
            else:
                clock = RealClock()
                running |= {id(entry): pool.submit(ask, entry, target, settings, clock) for entry in login.entries}
        answers |= {key: future.result() for key, future in running.items()}
    return answers


def _logins(entries: Sequence[Entry]) -> list[Login]:
    found: dict[str, Login] = {}
    for entry in entries:
        variables = {name: value for name, value in entry.variables.items() if name not in ENDPOINT}
        if entry.password is not None:
            variables["ansible_password"] = entry.password
        key = json.dumps(variables, sort_keys=True, default=str)
        if key not in found:
            found[key] = Login(connection_with(variables))
        found[key].entries.append(entry)
    return list(found.values())


@contextlib.contextmanager
def _ticket_kept() -> Iterator[None]:
    """The play that follows finds its own ticket cache again, not one of ours that is gone."""
    before = os.environ.get(TICKETS)
    try:
        yield
    finally:
        os.environ.pop(TICKETS, None)
        if before is not None:
            os.environ[TICKETS] = before
