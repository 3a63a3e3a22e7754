# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results: judged at once, pinned to their plan, corrected by newer records, counted in a tally."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa

from traveler import jobs
from traveler.errors import NoSuchJob, NoSuchOperation
from traveler.quality import errors, gauges, measurement_records, measurements, tables, tally, views
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import BadQuantityText, OtherUnit
from traveler.quality.measurements import Reading
from traveler.tablet.errors import ActStale
from traveler.tablet.sending import Sent
from vault.ledger import events
from vault.ledger.errors import RoleNeeded


def enter(
    shop: Any, *readings: Reading, job: str = "J-1", seq: int | None = 40, **more: Any
) -> Any:
    """Record readings as the inspector."""
    return measurements.record(shop.vault, shop.quinn, job, seq, readings, **more)


def row(shop: Any, balloon: str, job: str = "J-1") -> Any:
    """Return what a job says of one characteristic."""
    found = views.results_of(shop.vault, job).characteristics
    return next(one for one in found if one.characteristic.balloon == balloon)


def test_a_result_is_judged_as_it_is_recorded(shop: Any) -> None:
    """In, out with how much over, in inches against millimetres, and a verdict without a number."""
    done = enter(
        shop, Reading("1", "1", "12.018"), Reading("1", "2", "12,0195"),
        Reading("1", "3", "0.4720", "in"), Reading("2", "1", "25.40 mm"), Reading("3", "1", "go"),
    )  # fmt: skip
    assert done.count == 5
    assert [(one.piece, one.verdict, one.by, one.text, one.unit) for one in done.outside] == [
        ("2", "over", "0.0015", "12.0195", "mm"), ("3", "under", "0.0112", "0.4720", "in"),
    ]  # fmt: skip
    assert (row(shop, "1").state, row(shop, "2").state, row(shop, "3").state) == (
        "fail", "pass", "missing",
    )  # fmt: skip
    assert views.results_of(shop.vault, "J-1").passes("2") is False
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_second_result_of_a_piece_counts_and_the_first_stays(shop: Any) -> None:
    """A piece that was reworked is measured again: the newest stands, all are on record."""
    enter(shop, Reading("1", "1", "12.05"))
    enter(shop, Reading("1", "1", "12.01"))
    assert [one.text for one in row(shop, "1").results] == ["12.01"]
    with shop.vault.ledger.reading() as connection:
        every = measurement_records.measurements(connection, "J-1", standing=False)
    assert [(one.text, one.replaces) for one in every] == [("12.05", None), ("12.01", every[0].id)]


def test_a_correction_says_why_and_is_judged_by_the_same_plan(shop: Any) -> None:
    """A slip of the finger is corrected with a reason; twice from the same record is a conflict."""
    enter(shop, Reading("1", "1", "21.01"))
    (wrong,) = row(shop, "1").results
    with pytest.raises(errors.CorrectionNeedsReason):
        measurements.correct(shop.vault, shop.quinn, "J-1", wrong.id, "12.01", " ")
    shop.release_plan("balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,5,4,6,mm,\n")
    now = measurements.correct(shop.vault, shop.quinn, "J-1", wrong.id, "12.01", "mistyped")
    assert (now.verdict, now.replaces, now.why) == ("pass", wrong.id, "mistyped")
    with pytest.raises(errors.MeasurementReplaced):
        measurements.correct(shop.vault, shop.quinn, "J-1", wrong.id, "12.02", "again")
    gone = measurements.withdraw(shop.vault, shop.quinn, "J-1", now.id, "wrong piece")
    assert gone.withdrawn
    assert row(shop, "1").results == ()
    with pytest.raises(errors.NoSuchMeasurement):
        measurements.correct(shop.vault, shop.quinn, "J-1", 99, "1", "none")


def test_releasing_another_plan_touches_no_result(shop: Any) -> None:
    """The job keeps the plan of its revision; limits changed later judge later jobs only."""
    enter(shop, Reading("1", "1", "12.01"))
    before = row(shop, "1")
    shop.release_plan("balloon,requirement,nominal,lower,upper,unit,gauge\n1,Bore,13,13,13.1,mm,\n")
    assert row(shop, "1") == before
    jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 2, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-2")
    done = enter(shop, Reading("1", "1", "12.01"), job="J-2")
    assert done.outside[0].by == "0.99"


@pytest.mark.parametrize(
    ("reading", "kind"),
    [
        (Reading("9", "1", "12"), errors.NoSuchBalloon),
        (Reading("1", "", "12"), errors.BadPiece),
        (Reading("1", "x" * 41, "12"), errors.BadPiece),
        (Reading("1", "=cmd|' /C calc'!A0", "12"), errors.BadPiece),
        (Reading("1", "1", "=1+1"), BadQuantityText),
        (Reading("1", "1", "12 deg"), OtherUnit),
        (Reading("3", "1", "maybe"), BadQuantityText),
        (Reading("1", "1", "12", gauge="MIC-99"), errors.NoSuchGauge),
    ],
)
def test_what_is_no_result_is_refused_and_nothing_lands(
    quiet: Any, reading: Reading, kind: type[Exception]
) -> None:
    """One bad reading among good ones: all are refused together, with the reason."""
    with pytest.raises(kind):
        enter(quiet, Reading("1", "5", "12.01"), reading)
    assert row(quiet, "1").results == ()


def test_who_where_and_when_not(shop: Any) -> None:
    """Roles, jobs, steps, and jobs that are not in the shop."""
    with pytest.raises(RoleNeeded):
        measurements.record(shop.vault, shop.cora, "J-1", 40, [Reading("1", "1", "12")])
    with pytest.raises(NoSuchJob):
        enter(shop, Reading("1", "1", "12"), job="J-9")
    with pytest.raises(NoSuchOperation):
        enter(shop, Reading("1", "1", "12"), seq=15)
    with pytest.raises(errors.NoResults):
        enter(shop)
    jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 2, "2027-03-01")
    with pytest.raises(errors.JobNotMeasured, match="release J-2"):
        enter(shop, Reading("1", "1", "12"), job="J-2")
    jobs.add(shop.vault, shop.pat, "J-3", "10-0050", 2, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-3")
    with pytest.raises(errors.NothingToMeasure):
        enter(shop, Reading("1", "1", "12"), job="J-3", seq=None)
    jobs.close(shop.vault, shop.pat, "J-1", "ended early")
    with pytest.raises(errors.JobNotMeasured, match="closed"):
        enter(shop, Reading("1", "1", "12"))


def test_sent_twice_is_recorded_once(shop: Any) -> None:
    """The answer of the first time comes back, and one result stands."""
    first = enter(shop, Reading("1", "1", "12.05"), idempotency_key="k")
    assert enter(shop, Reading("1", "1", "12.05"), idempotency_key="k") == first
    with shop.vault.ledger.reading() as connection:
        assert len(measurement_records.measurements(connection, "J-1", standing=False)) == 1


def test_what_was_measured_since_by_somebody_else_is_asked_about(shop: Any) -> None:
    """A tablet sends late what was read off before quinn measured the piece: asked, not replaced."""
    late = Sent(ago=90)
    enter(shop, Reading("1", "1", "12.01"))
    said = "quinn has measured piece 1 at balloon 1 since"
    with pytest.raises(ActStale, match=said):
        measurements.record(
            shop.vault, shop.otto, "J-1", 40, [Reading("1", "1", "12.05")], sent=late
        )
    assert [one.text for one in row(shop, "1").results] == ["12.01"]
    measurements.record(shop.vault, shop.otto, "J-1", 40, [Reading("1", "2", "12.00")], sent=late)
    enter(shop, Reading("1", "1", "12.02"), sent=late)  # her own second thought needs no question
    sure = Sent(ago=90, sure=True)
    measurements.record(shop.vault, shop.otto, "J-1", 40, [Reading("1", "1", "12.05")], sent=sure)
    assert [one.text for one in row(shop, "1").results] == ["12.05", "12.00"]
    told = [one for one in jobs.history(shop.vault, "J-1") if one.kind == "measurement.recorded"]
    assert ["done_at" in one.facts for one in told] == [False, True, True, True]
    assert all(one.facts["done_at"] < one.at for one in told[1:])


def test_an_overdue_gauge_measures_nothing(shop: Any) -> None:
    """Never calibrated, overdue, unfit, retired; and where the shop keeps such gauges, name one."""
    gauges.add(shop.vault, shop.quinn, "MIC-04", "micrometer", "0-25 mm")
    one = Reading("1", "1", "12.01", gauge="mic-04")
    with pytest.raises(errors.GaugeNotCalibrated):
        enter(shop, one)
    with pytest.raises(errors.GaugeNeeded, match="MIC-04"):
        enter(shop, Reading("1", "1", "12.01"))
    gauges.calibrated(shop.vault, shop.quinn, "MIC-04", "2020-02-01", on="2019-02-01")
    with pytest.raises(errors.GaugeOverdue, match="2020-02-01"):
        enter(shop, one)
    gauges.calibrated(shop.vault, shop.quinn, "MIC-04", "2149-02-01", on="2021-02-01")
    enter(shop, one)
    assert row(shop, "1").results[0].gauge == "MIC-04"
    gauges.retire(shop.vault, shop.quinn, "MIC-04")
    with pytest.raises(errors.GaugeRetired):
        enter(shop, one)
    gauges.retire(shop.vault, shop.quinn, "MIC-04", retired=False)
    found = gauges.calibrated(shop.vault, shop.quinn, "MIC-04", "2149-03-01", fit=False)
    assert [each.text for each in found.doubtful] == ["12.01"]
    with pytest.raises(errors.GaugeNotCalibrated):
        enter(shop, one)
    with pytest.raises(errors.BadCalibration):
        gauges.calibrated(shop.vault, shop.quinn, "MIC-04", "2149-03-01", on="2148-01-01")
    with pytest.raises(errors.BadCalibration):
        gauges.calibrated(shop.vault, shop.quinn, "MIC-04", "2020-01-01", on="2020-01-01")
    with pytest.raises(errors.GaugeExists):
        gauges.add(shop.vault, shop.quinn, "mic-04", "Micrometer")
    with pytest.raises(errors.BadGauge):
        gauges.add(shop.vault, shop.quinn, "MIC/04", "Micrometer")
    with pytest.raises(RoleNeeded):
        gauges.add(shop.vault, shop.otto, "MIC-05", "Micrometer")


def test_the_tally_is_what_counting_all_standing_results_gives(shop: Any) -> None:
    """Whatever is recorded, corrected and withdrawn, in whatever order, limits and far ends too."""
    chance = random.Random(7)
    for _ in range(15):
        texts = [chance.choice(["12.018", "12.000", "11.5", "900000000", f"12.0{chance.randint(0, 25):02}"])
                 for _ in range(4)]  # fmt: skip
        enter(shop, *(Reading("1", str(at + chance.randint(0, 1) * 4), text)
                      for at, text in enumerate(texts)))  # fmt: skip
        enter(shop, Reading("3", str(chance.randint(1, 3)), chance.choice(["pass", "fail"])))
        if chance.random() < 0.4:
            one = chance.choice(row(shop, "1").results)
            measurements.correct(shop.vault, shop.quinn, "J-1", one.id, chance.choice(texts), "x")
        if chance.random() < 0.3:
            one = chance.choice(row(shop, "1").results)
            measurements.withdraw(shop.vault, shop.quinn, "J-1", one.id, "x")
    table = tables.measurement
    with shop.vault.ledger.reading() as connection:
        for planned in measurement_records.planned(connection, "10-0042"):
            grid = tally.grid(planned.characteristic)
            wanted: dict[int, tally.Sums] = {}
            for one in measurement_records.measurements(connection, "J-1"):
                if one.characteristic == planned.id and not one.withdrawn:
                    chosen = sa.select(table.c.value).where(table.c.id == one.id)
                    value = connection.execute(chosen).scalar_one()
                    wanted.setdefault(grid.bin(value), tally.Sums()).take(
                        value, grid, outside=not one.passes
                    )
            kept = {one.bin: one for one in measurement_records.tallies(connection, [planned.id])}
            assert kept.keys() == wanted.keys()
            for bin_, sums in wanted.items():
                found = kept[bin_]
                assert (found.count, found.least, found.most, found.outside) == (
                    sums.count, sums.least, sums.most, sums.outside,
                )  # fmt: skip
                assert found.total == pytest.approx(sums.total)
                assert found.squares == pytest.approx(sums.squares)
    assert list(events.verify(shop.vault.ledger)) == []


def test_statistics_of_sums_are_those_of_the_results() -> None:
    """Mean, spread, Cp, Cpk, ends: from sixtieths of the tolerance or from each result, the same."""
    from traveler.quality.capability import capability

    told = Characteristic("1", "Bore", "500.0", "499.998", "500.004", "mm")
    grid, chance = tally.grid(told), random.Random(3)
    values = [round(chance.gauss(500.001, 0.0012), 4) for _ in range(500)] + [500.004]
    by_bin: dict[int, tally.Sums] = {}
    for one in values:
        outside = not 499.998 <= one <= 500.004
        by_bin.setdefault(grid.bin(one), tally.Sums()).take(one, grid, outside=outside)
    found = tally.capability_of(grid, tally.added_up(by_bin.values()))
    wanted = capability(values, 499.998, 500.004)
    assert found is not None
    assert wanted is not None
    for name in ("count", "mean", "smallest", "largest", "spread", "cp", "cpk", "outside"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-6), name
    bars = tally.bars(grid, sorted(by_bin.items()))
    assert sum(one.count for one in bars) == 501
    assert len(bars) <= 24
    assert any(one.since == pytest.approx(499.998) for one in bars)
