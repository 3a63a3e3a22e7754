# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which decision holds now, and which may be made: pure functions on frozen values.

A decision binds to what it judged.  One on a superseded revision says nothing about its recall,
and a deviation from C says nothing once D is current: then somebody has to decide anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traveler.decisions.records import Decision
from traveler.gate import Standing
from traveler.job_records import Job
from traveler.kit_records import JobItem

LOT_MAY_END: Final = "finish lot"
"""The instruction of a recall under which a job may be finished by deviation."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of the three ways, and why it is not open where it is not."""

    choice: str
    why_not: str = ""

    @property
    def open(self) -> bool:
        """Say whether it may be chosen."""
        return not self.why_not


def in_force(
    made: Sequence[Decision], job: Job, standing: Standing, today: str, part: JobItem | None = None
) -> Decision | None:
    """Return the decision that answers for a job as it stands now, or None where none does.

    ``part`` is the further item of its kit that is asked about, None for the job's own.
    """
    item, rev = (part.item, part.rev) if part else ("", job.rev)
    mine = [one for one in made if one.item == item]
    if standing.state == "current" or not mine:
        return None
    last = mine[-1]
    if (last.rev, last.standing) != (rev, standing.state):
        return None
    if last.choice == "hold":
        return last if job.state in {"planned", "held"} else None
    if last.choice != "deviation" or last.current != (standing.current or ""):
        return None
    return None if last.until and last.until < today else last


def open_question(job: Job, standing: Standing, decision: Decision | None) -> bool:
    """Say whether somebody has to decide what happens to a job."""
    return not job.ended and standing.state != "current" and decision is None


def options(
    job: Job, standing: Standing, running: Sequence[int], part: JobItem | None = None
) -> tuple[Option, ...]:
    """Return the three ways for a job whose revision is not current; ``running`` operations."""
    item, rev = (part.item, part.rev) if part else (job.item, job.rev)
    deviation = move = ""
    if standing.state == "recalled" and standing.instruction != LOT_MAY_END:
        deviation = f"{item} {rev} was recalled with the instruction “{standing.instruction}”"
    if standing.current is None:
        move = f"no revision of {item} is current"
    elif running:
        shown = ", ".join(str(seq) for seq in running)
        move = f"operation {shown} is running; pause or finish it first"
    return Option("deviation", deviation), Option("move", move), Option("hold")
