"""Under pywinrm and requests: answers of a server without a socket."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import requests

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
