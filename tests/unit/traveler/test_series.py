# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers the shop counts on in are written and read by one grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.series import CERTIFICATE, FIRST_ARTICLE, NONCONFORMANCE, SHIPMENT, Series

SERIES = (NONCONFORMANCE, FIRST_ARTICLE, SHIPMENT, CERTIFICATE)


@given(st.sampled_from(SERIES), st.integers(1, 999_999_999))
def test_a_number_is_read_as_it_is_written(series: Series, which: int) -> None:
    """NC-0001 and nc-12345 are one grammar, and no other series reads them."""
    written = series.name(which)
    assert series.number(written) == which
    assert series.number(f" {written.lower()} ") == which
    assert [one for one in SERIES if one.number(written)] == [series]


@pytest.mark.parametrize(
    "text",
    ["NC-0000", "NC-1", "NC-00001", "NC-0001-2", "NC 0001", "NC-+001", "NC-\u0660001", "CO-0001", "0001",
     "", "NC-", "NC-1234567890"],
)  # fmt: skip
def test_what_is_no_number_names_nothing(text: str) -> None:
    """A near miss is not read as somebody else's."""
    assert NONCONFORMANCE.number(text) is None
