# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gauges and their calibrations: one that is overdue measures nothing (ISO 9001, 7.1.5.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from traveler.quality import gauge_records, measurement_records, tables
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import (
    BadCalibration,
    BadGauge,
    GaugeExists,
    GaugeNeeded,
    GaugeNotCalibrated,
    GaugeOverdue,
    GaugeRetired,
    NoSuchGauge,
)
from traveler.quality.gauge_records import Calibration, Gauge, Use
from traveler.quality.measurement_records import Measurement
from traveler.words import day, line, today
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger.people import Person, require
from vault.names import fold

KEEPERS = ("quality", "planner")
NEWEST = 2_000
"""Of how many of its newest results a gauge says who took them."""
_SIGNS = frozenset(" ._-+&")


@dataclass(frozen=True, slots=True)
class GaugeView:
    """A gauge with its calibrations, who used it, and the results in doubt where it was found unfit."""

    gauge: Gauge
    state: str
    calibrations: tuple[Calibration, ...]
    doubtful: tuple[Measurement, ...]
    uses: tuple[Use, ...] = ()


def add(vault: Vault, actor: Person, code: str, kind: str, name: str = "", due: str = "") -> Gauge:
    """Put a gauge on the list; ``kind`` is what plans call it, as Micrometer.

    Raises RoleNeeded, BadGauge, GaugeExists, BadWords or BadDueDate.
    """
    require(actor, *KEEPERS)
    told = line("code", code, 40)
    if not told or not all(sign.isalnum() or sign in _SIGNS for sign in told):
        raise BadGauge(code=code, why="it is empty, or has other signs")
    what = line("kind", kind, 60)
    if not what:
        raise BadGauge(code=code, why="its kind is not said")
    with vault.ledger.writing(actor.name) as writing:
        if found := gauge_records.gauge(writing.connection, told):
            raise GaugeExists(code=found.code)
        writing.insert(
            tables.gauge, code=told, fold=fold(told), name=line("name", name, 120), kind=what,
            due=day(due) if due else "", retired=0, added_at=writing.at, added_by=writing.actor,
        )  # fmt: skip
        writing.record("gauge.added", f"gauge/{told}", of=what, due=due)
        return known(gauge_records.gauge(writing.connection, told), told)


def calibrated(
    vault: Vault, actor: Person, code: str, due: str, *, on: str = "", fit: bool = True,
    certificate: str = "", note: str = "",
) -> GaugeView:  # fmt: skip
    """Record a calibration and until when it holds; an unfit gauge measures nothing from now on.

    Raises RoleNeeded, NoSuchGauge, BadCalibration, BadDueDate or BadWords.
    """
    require(actor, *KEEPERS)
    now = today(vault.settings.time_zone)
    done, until = day(on) if on else now, day(due)
    if done > now:
        raise BadCalibration(code=code, why="it lies in the future")
    if until <= done:
        raise BadCalibration(code=code, why="it is due again no later than it was done")
    with vault.ledger.writing(actor.name) as writing:
        gauge = known(gauge_records.gauge(writing.connection, code), code)
        writing.insert(
            tables.gauge_calibration, gauge=gauge.code, day=done, due=until, fit=int(fit),
            certificate=line("certificate", certificate, 120), note=line("note", note, 500),
            at=writing.at, person=writing.actor,
        )  # fmt: skip
        writing.update(tables.gauge, gauge.code, due=until if fit else "")
        writing.record("gauge.calibrated", f"gauge/{gauge.code}", day=done, due=until, fit=fit)
    return show(vault, code)


def retire(vault: Vault, actor: Person, code: str, *, retired: bool = True) -> Gauge:
    """Take a gauge out of use, or back into it; raises RoleNeeded or NoSuchGauge."""
    require(actor, *KEEPERS)
    with vault.ledger.writing(actor.name) as writing:
        gauge = known(gauge_records.gauge(writing.connection, code), code)
        writing.update(tables.gauge, gauge.code, retired=int(retired))
        writing.record("gauge.retired" if retired else "gauge.returned", f"gauge/{gauge.code}")
        return known(gauge_records.gauge(writing.connection, code), code)


def listing(vault: Vault) -> list[tuple[Gauge, str]]:
    """Return every gauge with its state, by code."""
    now = today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        return [(one, one.state(now)) for one in gauge_records.gauges(connection)]


def show(vault: Vault, code: str) -> GaugeView:
    """Return a gauge with its history; raises NoSuchGauge.

    Where the last calibration found it unfit, every result since the last fit one is in doubt.
    """
    with vault.ledger.reading() as connection:
        gauge = known(gauge_records.gauge(connection, code), code)
        done = gauge_records.calibrations(connection, gauge.code)
        doubtful: Sequence[Measurement] = ()
        if done and not done[-1].fit:
            since = next((one.day for one in reversed(done) if one.fit), "")
            doubtful = measurement_records.measured_with(connection, gauge.code, since)
        uses = gauge_records.uses(connection, gauge.code, NEWEST)
    state = gauge.state(today(vault.settings.time_zone))
    return GaugeView(gauge, state, tuple(done), tuple(doubtful), tuple(uses))


def known(found: Gauge | None, code: str) -> Gauge:
    """Return a gauge that was looked up; raises NoSuchGauge where there is none."""
    if found is None:
        raise NoSuchGauge(code=code)
    return found


def refusal(
    gauges: Mapping[str, Gauge], code: str, characteristic: Characteristic, now: str
) -> Refusal | None:
    """Return why nothing may be measured so: with this gauge, or with none named.

    A gauge has to be named where the plan asks for a kind of which this shop keeps a list.
    ``gauges`` are those of the shop by folded code, ``now`` is the present day.
    """
    if not code:
        kind = fold(characteristic.gauge)
        there = sorted(
            one.code for one in gauges.values() if not one.retired and fold(one.kind) == kind
        )
        if not kind or not there:
            return None
        return GaugeNeeded(
            balloon=characteristic.balloon, kind=characteristic.gauge, known=", ".join(there[:12])
        )
    gauge = gauges.get(fold(code))
    if gauge is None:
        return NoSuchGauge(code=code)
    state = gauge.state(now)
    if state == "overdue":
        return GaugeOverdue(code=gauge.code, due=gauge.due)
    if state == "uncalibrated":
        return GaugeNotCalibrated(code=gauge.code)
    return GaugeRetired(code=gauge.code) if state == "retired" else None
