# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is still to be measured: the next piece, how many are open, and nothing read besides."""

from __future__ import annotations

from typing import Any

import pytest

from traveler import jobs
from traveler.quality import measurement_records, measurements, remaining, views
from traveler.quality.errors import NoSuchBalloon
from traveler.quality.measurements import Reading


def _measured(shop: Any, seq: int, *readings: tuple[str, str, str], job: str = "J-1") -> None:
    told = [Reading(balloon, piece, text) for balloon, piece, text in readings]
    measurements.record(shop.vault, shop.otto, job, seq, told)


def _next(shop: Any, seq: int | None, job: str = "J-1") -> tuple[str, str] | None:
    found = remaining.at(shop.vault, job, seq).next
    return found and (found[0].characteristic.balloon, found[1])


def test_pieces_are_taken_one_after_the_other_each_through_its_balloons(shop: Any) -> None:
    """What was left out comes first, a result taken back is open again, and at the end is nothing."""
    assert _next(shop, 40) == ("1", "1")
    assert remaining.at(shop.vault, "J-1", 40).open == 6
    _measured(shop, 40, ("1", "1", "12.01"))
    assert _next(shop, 40) == ("2", "1")
    _measured(shop, 40, ("2", "1", "1.0"), ("1", "3", "12.01"))
    assert _next(shop, 40) == ("1", "2")
    _measured(shop, 40, *(("1", piece, "12.01") for piece in "245"))
    assert _next(shop, 40) is None
    assert _next(shop, None) == ("3", "1")
    (last,) = [one for one in views.results_of(shop.vault, "J-1").characteristics[0].results
               if one.piece == "4"]  # fmt: skip
    measurements.withdraw(shop.vault, shop.quinn, "J-1", last.id, "wrong piece")
    assert _next(shop, 40) == ("1", "4")


def test_serial_numbers_measured_at_one_step_are_asked_for_at_the_next(shop: Any) -> None:
    """Where no counted piece has a result the job goes by names, whichever step gave them."""
    _measured(shop, 20, ("3", "SN-7", "pass"), ("3", "SN-12", "pass"))
    found = remaining.at(shop.vault, "J-1", 40)
    assert found.pieces == ("SN-12", "SN-7")
    assert found.next is not None
    assert found.next[1] == "SN-12"


def test_it_agrees_with_all_that_is_known_of_the_results(shop: Any) -> None:
    """As many open of each balloon as the results say, at each step and of the whole job."""
    _measured(
        shop, 40, ("1", "1", "12.01"), ("1", "2", "13"), ("2", "1", "1.0"), ("3", "2", "fail")
    )
    told = views.results_of(shop.vault, "J-1")
    for seq in (None, 20, 40):
        rows = remaining.at(shop.vault, "J-1", seq).rows
        assert [(one.characteristic, one.needed, one.open) for one in rows] == [
            (one.characteristic, one.needed, one.open) for one in told.at(seq)
        ]


def test_no_result_is_read_for_it(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of results only which pieces they are, and of the step in hand only."""
    _measured(shop, 20, ("3", "1", "pass"))
    _measured(shop, 40, ("1", "1", "12.01"))
    monkeypatch.setattr(measurement_records, "measurements", None)
    asked: list[int] = []
    plain = measurement_records.pieces
    monkeypatch.setattr(
        measurement_records, "pieces",
        lambda connection, job, ids: asked.extend(ids) or plain(connection, job, ids),
    )  # fmt: skip
    assert _next(shop, 40) == ("2", "1")
    with shop.vault.ledger.reading() as connection:
        known = measurement_records.planned_of(connection, asked)
    assert {one.characteristic.balloon for one in known.values()} == {"1"}


def test_a_balloon_of_another_step_may_be_named(shop: Any) -> None:
    """It is measured all the same; one that is in no plan is not there."""
    found = remaining.at(shop.vault, "J-1", 40)
    assert found.row("3").characteristic.requirement == "Thread"
    with pytest.raises(NoSuchBalloon):
        found.row("99")


def test_the_pieces_ahead_move_on_with_what_was_measured(shop: Any) -> None:
    """A tablet takes along the next ones only, also where hundreds are measured already."""
    jobs.add(shop.vault, shop.pat, "J-8", "10-0042", 700, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-8")
    assert remaining.at(shop.vault, "J-8", 40).ahead(3) == ["1", "2", "3"]
    done = [("1", str(piece), "12.01") for piece in range(1, 601)]
    _measured(shop, 40, ("2", "1", "1.0"), *done, job="J-8")
    assert remaining.at(shop.vault, "J-8", 40).ahead(3) == ["601", "602", "603"]
