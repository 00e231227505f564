"""One listening node for a whole file; tests that need other settings open their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.listening import Listening, listening


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with listening(tmp_path_factory.mktemp("tls"), basic=True) as found:
        yield found


@pytest.fixture(autouse=True)
def no_authority_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user trusts by environment is not what the tests trust."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
