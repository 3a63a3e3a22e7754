# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs on the memory of the shop: what is told of an item, and what need not be told any more.

Nothing is copied into a new job: it is told from the record that made it, with its job, revision
and day, until somebody who may sets it aside with a reason.  Records themselves stay untouched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.engine import Connection

from release.errors import NeverReleased
from release.log import ReleaseLog
from traveler import job_records, operation_records, words
from traveler.memory import records, rules
from traveler.memory.errors import (
    DismissalNeedsReason,
    DismissedAlready,
    NotDismissed,
    NotRemembered,
)
from traveler.memory.rules import Dismissal, Place, Remembered
from traveler.memory.tables import memory_mark
from traveler.operation_records import Operation
from traveler.quality.characteristics import Characteristic
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

MAY: Final = ("engineer", "approver", "planner", "quality")
"""Who may set something aside: whoever answers for the route, the drawing or the results."""


@dataclass(frozen=True, slots=True)
class JobMemory:
    """What earlier jobs of the item tell this one, the newest first, by its steps.

    ``elsewhere`` belongs to no step: to the job as a whole, or to one the route has no longer.
    """

    item: str
    rev: str
    told: tuple[Remembered, ...]
    steps: dict[int | None, tuple[Remembered, ...]]

    @property
    def elsewhere(self) -> tuple[Remembered, ...]:
        """Return what belongs to no step of the route."""
        return self.steps.get(None, ())

    def at(self, seq: int | None) -> tuple[Remembered, ...]:
        """Return what is told at a step; without one what belongs to no step."""
        return self.steps.get(seq, ())

    def about(self, told: Characteristic) -> tuple[Remembered, ...]:
        """Return what is told of a characteristic."""
        return tuple(one for one in self.told if rules.about(one, told))

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "number": self.item, "rev": self.rev,
            "steps": {str(seq): [one.as_json() for one in rows]
                      for seq, rows in self.steps.items() if seq is not None},
            "elsewhere": [one.as_json() for one in self.elsewhere],
        }  # fmt: skip


def of_item(vault: Vault, item: str, *, dismissed: bool = True) -> tuple[Remembered, ...]:
    """Return what is remembered of an item, the newest first; raises NeverReleased.

    With ``dismissed`` also what was set aside, which says so.
    """
    number = _number(vault, item)
    with vault.ledger.reading() as connection:
        found = records.of_item(connection, number)
    return tuple(one for one in found if dismissed or one.dismissal is None)


def of_job(vault: Vault, job: str) -> JobMemory:
    """Return what earlier jobs of its item tell a job, by step; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        return in_job(connection, job)


def in_job(connection: Connection, number: str) -> JobMemory:
    """Return the same inside a transaction."""
    job = job_records.known(connection, number)
    told = rules.gathered(
        one for one in records.of_item(connection, job.item, job.number) if one.dismissal is None
    )
    steps = [_place(one) for one in operation_records.operations(connection, job.number)
             if one.loop is None]  # fmt: skip
    return JobMemory(job.item, job.rev, told, rules.placed(told, steps))


def dismiss(
    vault: Vault, actor: Person, item: str, ref: str, why: str, device: str = ""
) -> Remembered:
    """Set something aside, so that no job tells it any more; the record it names stays.

    Raises RoleNeeded, NeverReleased, NotRemembered, DismissedAlready or DismissalNeedsReason.
    """
    require(actor, *MAY)
    reason = _reason(ref, why)
    number = _number(vault, item)
    with vault.ledger.writing(actor.name, device) as writing:
        one = _known(writing.connection, number, ref)
        if one.dismissal is not None:
            raise DismissedAlready(ref=one.ref, item=one.item, person=one.dismissal.person)
        _mark(writing, one, "dismiss", reason)
        return replace(one, dismissal=Dismissal(writing.actor, writing.at, reason))


def restore(
    vault: Vault, actor: Person, item: str, ref: str, why: str, device: str = ""
) -> Remembered:
    """Have something told again that was set aside; raises what ``dismiss`` does, or NotDismissed."""
    require(actor, *MAY)
    reason = _reason(ref, why)
    number = _number(vault, item)
    with vault.ledger.writing(actor.name, device) as writing:
        one = _known(writing.connection, number, ref)
        if one.dismissal is None:
            raise NotDismissed(ref=one.ref, item=one.item)
        _mark(writing, one, "restore", reason)
        return replace(one, dismissal=None)


# --- inside -----------------------------------------------------------------


def _reason(ref: str, why: str) -> str:
    reason = words.line("reason", why, 500)
    if not reason:
        raise DismissalNeedsReason(ref=ref)
    return reason


def _number(vault: Vault, item: str) -> str:
    """Return an item's number as it is spelled; raises NeverReleased."""
    log = ReleaseLog(vault)
    last = log.latest(item)
    if last is None:
        raise NeverReleased(number=item)
    return log.revision(item, last).number


def _mark(writing: Writing, one: Remembered, act: str, why: str) -> None:
    writing.insert(
        memory_mark, item=one.item, ref=one.ref, act=act, why=why, at=writing.at,
        person=writing.actor, device=writing.device,
    )  # fmt: skip
    writing.record(f"memory.{act}", f"item/{one.item}", ref=one.ref, job=one.job, why=why)


def _known(connection: Connection, item: str, ref: str) -> Remembered:
    wanted = ref.strip().casefold()
    for one in records.of_item(connection, item):
        if one.ref.casefold() == wanted:
            return one
    raise NotRemembered(item=item, ref=ref)


def _place(one: Operation) -> Place:
    return Place(one.seq, one.title, one.station)
