# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs that belong together: an assembly with child jobs for its parts, a kit of several items.

A child is a job like any other, pinned to its own revision with its own route; the parent's
operation that needs it waits until it is over.  The further items of a kit are pinned too: when
one of them is superseded or recalled, no work starts on the kit until it is taken anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from release.log import ReleaseLog, Revision
from traveler import job_records, operation_records, routing
from traveler.errors import BadChild, NoChildren
from traveler.kit_records import JobItem
from traveler.route import Step
from traveler.words import day, pieces
from vault import bom
from vault.ledger.engine import Writing
from vault.names import fold

DEEPEST: Final = 8
MOST: Final = 300
MOST_ITEMS: Final = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """A further item of a kit: its number, its letter or the current one, how many to each piece."""

    number: str
    rev: str = ""
    qty: int = 1


@dataclass(frozen=True, slots=True)
class Family:
    """What a new job belongs to, and what belongs to it.

    ``parent`` is the job that waits for it, at its operation ``at`` (0: where its route needs the
    item).  ``children`` plans a job for every part of the assembly that has a route, due on
    ``children_due`` or with it.
    """

    parent: str = ""
    at: int = 0
    kit: tuple[Wanted, ...] = ()
    children: bool = False
    children_due: str = ""


ALONE: Final = Family()


@dataclass(frozen=True, slots=True)
class Planned:
    """A child job that is to be made: of which revision, with which steps, needed where."""

    revision: Revision
    steps: tuple[Step, ...]
    qty: int
    at: int
    children: tuple[Planned, ...] = ()


def needed_at(steps: Sequence[Step], number: str) -> int:
    """Return the operation that needs a part: the first that names it, else the first of all."""
    named = (one.seq for one in steps if any(fold(name) == fold(number) for name in one.needs))
    return next(named, steps[0].seq if steps else 0)


def parts(
    log: ReleaseLog, revision: Revision, steps: Sequence[Step], qty: int,
    above: tuple[str, ...] = (),
) -> tuple[Planned, ...]:  # fmt: skip
    """Return the child jobs an assembly needs, over all levels; none for what is bought.

    A part without a released route is bought or comes from stock.  Raises BadChild where a part
    was never released, or an assembly contains itself.
    """
    if bom.FILE not in {one.name for one in revision.files}:
        return ()
    lines = bom.parse(log.read(revision, bom.FILE), f"{revision.number} {revision.rev} {bom.FILE}")
    above = (*above, fold(revision.number))
    counted: dict[str, Decimal] = {}
    for one in lines:
        counted[one.number] = counted.get(one.number, Decimal(0)) + Decimal(one.qty)
    found = []
    for number, each in counted.items():
        if fold(number) in above or len(above) > DEEPEST:
            why = "it contains itself" if fold(number) in above else "it is nested too deeply"
            raise BadChild(job=number, parent=revision.number, why=why)
        current = log.current(number)
        if current is None:
            continue
        own = routing.released(log, current)
        if not own:
            continue
        count = pieces(int((each * qty).to_integral_value(ROUND_CEILING)), least=1)
        below = parts(log, current, own, count, above)
        found.append(Planned(current, own, count, needed_at(steps, number), below))
    return tuple(found)


def children(
    log: ReleaseLog, revision: Revision, steps: Sequence[Step], qty: int
) -> tuple[Planned, ...]:
    """Return the child jobs of an assembly; raises NoChildren where none of its parts is made."""
    found = parts(log, revision, steps, qty)
    if not found:
        raise NoChildren(number=revision.number, rev=revision.rev)
    if _count(found) > MOST:
        why = f"that would be more than {MOST} jobs"
        raise BadChild(job=revision.number, parent=revision.number, why=why)
    return found


def link(writing: Writing, log: ReleaseLog, item: str, family: Family) -> dict[str, Any]:
    """Return the columns that make a new job the child of one that is there; raises BadChild."""
    if not family.parent:
        return {}
    parent = job_records.known(writing.connection, family.parent)
    if parent.ended:
        raise BadChild(job=item, parent=parent.number, why=f"{parent.number} is {parent.state}")
    own = [
        one
        for one in operation_records.operations(writing.connection, parent.number)
        if not one.loop
    ]
    at = family.at
    if not at:
        steps = routing.released(log, log.revision(parent.item, parent.rev))
        at = needed_at(steps, item)
    here = next((one for one in own if one.seq == at), None)
    why = ""
    if here is None:
        why = f"{parent.number} has no operation {at} that could wait for it"
    elif here.state != "waiting":
        why = f"operation {at} of {parent.number} is {here.state}"
    if why:
        raise BadChild(job=item, parent=parent.number, why=why)
    return {"parent": parent.number, "parent_seq": at}


def kit(log: ReleaseLog, job: str, revision: Revision, wanted: Sequence[Wanted]) -> list[JobItem]:
    """Return the further items of a kit, pinned; raises BadChild, NeverReleased or NoSuchRevision."""
    if len(wanted) > MOST_ITEMS:
        raise BadChild(job="the kit", parent=job, why=f"it has more than {MOST_ITEMS} items")
    found: list[JobItem] = []
    taken = {fold(revision.number)}
    for one in wanted:
        own = log.wanted(one.number, one.rev or None)
        if fold(own.number) in taken:
            raise BadChild(job=own.number, parent=job, why="it is named twice")
        taken.add(fold(own.number))
        found.append(JobItem(job, own.number, own.rev, own.title, pieces(one.qty, least=1)))
    return found


def due(family: Family, own: str) -> str:
    """Return the day the child jobs are due; raises BadDueDate."""
    return day(family.children_due) if family.children_due else own


def _count(found: Sequence[Planned]) -> int:
    return sum(1 + _count(one.children) for one in found)


def named(text: str) -> Wanted:
    """Return a further item as people name it: ``10-0041``, ``10-0041:C``, ``10-0041:C*2``."""
    head, _, many = text.partition("*")
    number, _, rev = head.partition(":")
    return Wanted(number.strip(), rev.strip(), pieces(int(many), least=1) if many.isdigit() else 1)
