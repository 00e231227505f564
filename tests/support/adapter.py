"""Under pywinrm and requests: answers of a server without a socket."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport import Target
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.transport_winrm import WinrmTransport

from .answers import answer, wsman_fault

SOAP = "application/soap+xml;charset=UTF-8"


def response(status: int, body: bytes = b"", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = body
    made.raw = io.BytesIO(body)
    made.headers.update({"Content-Type": SOAP, **{key.replace("_", "-"): value for key, value in headers.items()}})
    return made


@dataclass
class FakeAdapter(requests.adapters.BaseAdapter):
    """Each request takes the next answer: a response, or what is raised."""

    answers: list[requests.Response | BaseException]
    seen: list[requests.PreparedRequest] = field(default_factory=list)
    timeouts: list[Any] = field(default_factory=list)
    closed: int = 0

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # type: ignore[override]
        self.seen.append(request)
        self.timeouts.append(how.get("timeout"))
        found = self.answers.pop(0)
        if isinstance(found, BaseException):
            raise found
        found.request = request
        found.url = request.url or ""
        found.connection = self  # type: ignore[attr-defined]
        return found

    def close(self) -> None:
        self.closed += 1


ASKED = answer("<n:Question/>")
GOOD = answer("<n:Answer/>")
FAULT = wsman_fault(5, "Zugriff verweigert: ü")


def target(**changed: Any) -> Target:
    options = {"server_cert_validation": "validate", "proxy": None, "ca_trust_path": None}
    values = {"port": 5985, "scheme": "http", "path": "/wsman", "transports": ("basic",), "options": options, **changed}
    return Target("winrm", "toy", username="Administrator", secret="geheim", **values)


class Node:
    """A transport over a fake adapter."""

    def __init__(self, patch: pytest.MonkeyPatch, *answers: requests.Response | BaseException, **changed: Any) -> None:
        self.adapter = FakeAdapter(list(answers))
        patch.setattr(requests.Session, "get_adapter", lambda _session, url: self.adapter)
        self.transport = WinrmTransport(target(**changed))

    def send(self, timeout_s: float = 20.0) -> bytes:
        return self.transport.send(ASKED, timeout_s)

    @property
    def posts(self) -> int:
        return len(self.adapter.seen)
