# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pins: a person gives a job its turn by hand, with the reason, and may take that back.

A pin is never changed: another place, or none, is a newer record.
"""

from __future__ import annotations

from typing import Final

from traveler import job_records, tables
from traveler.dispatch import records
from traveler.dispatch.errors import BadPlace, CannotPin, NotPinned
from traveler.dispatch.records import Pin
from traveler.job_records import subject
from traveler.words import reason_for
from vault.home import Vault
from vault.ledger.people import Person, require

MOST: Final = 500
LONGEST_WHY: Final = 500


def pin(vault: Vault, actor: Person, job: str, place: int, why: str, *, device: str = "") -> Pin:
    """Give an open job a place among the pinned ones, from 1; who stood there moves down.

    Raises RoleNeeded, NoSuchJob, CannotPin, BadPlace or NoReason.
    """
    require(actor, "planner")
    reason = reason_for("pin", why)
    with vault.ledger.writing(actor.name, device) as writing:
        found = job_records.known(writing.connection, job)
        if found.ended:
            raise CannotPin(job=found.number, state=found.state)
        others = [one for one in records.pins(writing.connection) if one.job != found.number]
        spot = between(others, place)
        writing.insert(
            tables.dispatch_pin, job=found.number, place=spot, at=writing.at,
            person=writing.actor, device=writing.device, why=reason,
        )  # fmt: skip
        writing.record("job.pinned", subject(found.number), place=place, why=reason)
        return next(one for one in records.pins(writing.connection) if one.job == found.number)


def unpin(vault: Vault, actor: Person, job: str, why: str, *, device: str = "") -> None:
    """Take a pin back; raises RoleNeeded, NoSuchJob, NotPinned or NoReason."""
    require(actor, "planner")
    reason = reason_for("unpin", why)
    with vault.ledger.writing(actor.name, device) as writing:
        found = job_records.known(writing.connection, job)
        if all(one.job != found.number for one in records.pins(writing.connection)):
            raise NotPinned(job=found.number)
        writing.insert(
            tables.dispatch_pin, job=found.number, place=None, at=writing.at,
            person=writing.actor, device=writing.device, why=reason,
        )  # fmt: skip
        writing.record("job.unpinned", subject(found.number), why=reason)


def between(others: list[Pin], place: int) -> float:
    """Return the number that sorts a pin into a place among others, from 1; raises BadPlace."""
    if not 1 <= place <= MOST:
        raise BadPlace(place=place, most=MOST)
    place = min(place, len(others) + 1)
    after = others[place - 2].place if place > 1 else None
    before = others[place - 1].place if place <= len(others) else None
    if before is None:
        return (after or 0.0) + 1.0
    return before - 1.0 if after is None else (after + before) / 2
