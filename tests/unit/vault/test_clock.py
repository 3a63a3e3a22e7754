# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time as it is stored: one form, read back as what it was, and nothing else taken for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import clock


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_what_is_stored_is_read_back(moment: datetime) -> None:
    """To the second, in UTC."""
    assert clock.moment(clock.text(moment)) == moment.replace(microsecond=0)
    assert clock.moment(clock.text(moment)).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "stored",
    ["", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00+01:00",
     "2026-W09-7T09:30:00Z", "2026-03-01T093000.0Z", "2026-03-01T09:30:00z", "2026-02-30T09:30:00Z",
     "2026-03-01T25:30:00Z", "2026-03-01T09:30:00Z\n", "٢٠٢٦-03-01T09:30:00Z"],
)  # fmt: skip
def test_another_form_is_no_stored_moment(stored: str) -> None:
    """Other ways to write a moment by ISO 8601 included: nothing of ours writes them."""
    with pytest.raises(ValueError):  # noqa: PT011 - what reads the ledger names the row
        clock.moment(stored)
