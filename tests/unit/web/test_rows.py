# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a row says is worked out once for an object and a day, and never told of another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from web import rows

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Thing:
    """An object that equals others which say the same."""

    name: str


def test_a_row_is_worked_out_once_for_an_object_and_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another object that says the same, or another day, is worked out anew; so is all of it once full."""
    made: list[tuple[str, date, int]] = []

    @rows.once_for_each
    def row(one: Thing, today: date, day: int) -> str:
        made.append((one.name, today, day))
        return f"{one.name} {day}"

    one, alike = Thing("J-1"), Thing("J-1")
    assert [row(one, TODAY, 1), row(one, TODAY, 1), row(alike, TODAY, 1), row(one, TODAY, 2)] == [
        "J-1 1", "J-1 1", "J-1 1", "J-1 2",
    ]  # fmt: skip
    assert len(made) == 3
    monkeypatch.setattr(rows, "KEPT", 3)
    assert row(Thing("J-2"), TODAY, 1) == "J-2 1"
    assert row(one, TODAY, 1) == "J-1 1"
    assert len(made) == 5, "full, so all was dropped"


def test_an_object_that_is_gone_lends_its_row_to_no_other() -> None:
    """Ids are used again as soon as an object is gone; what is kept holds on to its own."""

    @rows.once_for_each
    def row(one: Thing, _today: date, _day: int) -> str:
        return one.name

    for number in range(2_000):
        assert row(Thing(f"J-{number}"), TODAY, 1) == f"J-{number}"
