"""What an error of a node says: what happened, in Microsoft's words, with its code, and what to do."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._windows.errors import WindowsError


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({}, "stop it"),
        ({"code": 5}, "stop it (code 5)"),
        ({"code": 0}, "stop it (code 0)"),
        ({"text": "Zugriff verweigert"}, "stop it (Zugriff verweigert)"),
        ({"text": "Zugriff verweigert", "code": 5}, "stop it (Zugriff verweigert, code 5)"),
        ({"advice": "ask"}, "stop it; ask"),
        ({"text": "nein", "code": 5, "advice": "ask"}, "stop it (nein, code 5); ask"),
    ],
)
def test_only_what_is_known_is_said(parts: dict[str, t.Any], shown: str) -> None:
    error = WindowsError("stop it", **parts)
    assert str(error) == shown
    assert (error.what, error.code) == ("stop it", parts.get("code"))
    assert (error.text, error.advice) == (parts.get("text", ""), parts.get("advice", ""))
