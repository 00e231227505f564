"""The table of codes (mscluster 9, wsman 5.3)."""

from __future__ import annotations

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.codes import (
    ACCESS_DENIED,
    GLITCHES,
    NOT_YET,
    TRANSIENT,
    WIN32,
    WSMAN,
    advice,
    microsoft_text,
)

# Every row of mscluster 9.
TABLE = (
    2, 5, 70, 87, 123, 183, 997, 1053, 1058, 1059, 1060, 1069, 1722, 1753, 5001, 5002, 5003, 5005, 5036, 5006, 5007,
    5010, 5012, 5013, 5015, 5016, 5018, 5019, 5023, 5024, 5026, 5037, 5038, 5042, 5050, 5058, 5071, 5076, 5078, 5079,
    5084, 5089, 5895, 5897, 5913, 5908, 5910, 5925, 5929, 5932, 5942, 5943, 5944, 5959, 5960, 5962, 5970,
)  # fmt: skip
WORTH_RETRYING = (
    1702,
    1717,
    1722,
    1723,
    1726,
    1727,
    1747,
    1753,
    1775,
    1825,
    5050,
    5072,
    5073,
    70,
    5908,
    5944,
    5959,
    997,
)


@pytest.mark.parametrize("code", TABLE)
def test_every_code_of_the_table_has_microsofts_text(code: int) -> None:
    assert microsoft_text(code).endswith(".")
    assert microsoft_text(code)[0].isupper()


def test_only_the_codes_of_the_last_paragraph_are_tried_again() -> None:
    assert set(WORTH_RETRYING) == TRANSIENT
    assert {5921, 5922} == GLITCHES


def test_what_is_refused_before_it_runs() -> None:
    quotas = {2150858815, 2150859173, 2150859174, 2150859175, 2150859176, 2150859179, *range(2150859236, 2150859243)}
    assert quotas | {2150858802, 2150859118} == NOT_YET
    assert not NOT_YET & ACCESS_DENIED


def test_the_texts_that_admins_will_search_for() -> None:
    """Byte for byte (mscluster 9)."""
    assert microsoft_text(5007) == "The cluster resource could not be found."
    assert microsoft_text(5908) == "The group is unable to accept the request since it is moving to another node."
    assert microsoft_text(1753) == "There are no more endpoints available from the endpoint mapper."
    assert (microsoft_text(None), microsoft_text(4711)) == ("", "")


def test_advice_for_the_first_code_that_is_known() -> None:
    assert advice(5024, 2150858752) == WIN32[5024][1]
    assert advice(4711, None, 1, 2150859014, 2150858752) == WSMAN[2150859014]
    assert advice(None, 0x8004100E).startswith("the namespace is missing")
    assert advice(None) == advice(4711, 4712) == ""
