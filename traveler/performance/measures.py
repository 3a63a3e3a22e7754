# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measures, each defined once: what is counted, over what, and what is left out.

Names are those of ISO 22400-2 where it has one.  A measure nobody can know is None, never 0: a
month without a delivery is not a month in which every delivery was late.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import add, attrgetter
from typing import Final


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some work; every measure is a ratio of two of them, so figures can be added up.

    ``steps`` operations were counted, of which ``timed`` have a planned time and one that was
    measured; ``planned`` and ``spent`` are minutes of those, ``worked`` the minutes of all steps
    and ``labour`` the minutes of all people.  ``good``, ``scrap`` and ``aside`` (set aside for
    rework) are pieces at operations.  ``jobs`` were finished, ``in_time`` by their due date, with
    ``started`` pieces of which ``first_pass`` were never scrapped or reworked, ``lead`` days after
    their release.  ``due`` deliveries were to be judged; ``kept`` are on time, ``first_kept`` even
    by the date first told; ``unrecorded`` ended without a shipment.  ``blockers`` lasted ``blocked``
    minutes by the clock and ``manned`` minutes of working time.
    """

    steps: int = 0
    timed: int = 0
    planned: float = 0.0
    spent: float = 0.0
    worked: float = 0.0
    labour: float = 0.0
    good: int = 0
    scrap: int = 0
    aside: int = 0
    jobs: int = 0
    in_time: int = 0
    started: int = 0
    first_pass: int = 0
    lead: float = 0.0
    led: int = 0
    short: int = 0
    cancelled: int = 0
    due: int = 0
    kept: int = 0
    first_kept: int = 0
    unrecorded: int = 0
    blockers: int = 0
    blocked: float = 0.0
    manned: float = 0.0

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both."""
        return Figures(*map(add, _VALUES(self), _VALUES(other)))

    @property
    def is_empty(self) -> bool:
        """Say whether nothing at all was counted."""
        return not any(_VALUES(self))

    @property
    def on_time(self) -> float | None:
        """Return on-time delivery: complete on or before the due date, of all that were due.

        A delivery is a job with the jobs split off it, since splitting must not make half of an
        order look like all of it.  It counts in the period of its due date, as that stood when the
        last piece left; one that is past it and not complete is late, and so is one that was closed
        short.  Child jobs of an assembly leave no shop and count nowhere; cancelled jobs neither.
        """
        return _share(self.kept, self.due)

    @property
    def on_time_first(self) -> float | None:
        """Return on-time delivery by the due date the job was planned with, however often it moved."""
        return _share(self.first_kept, self.due)

    @property
    def first_pass_yield(self) -> float | None:
        """Return the share of started pieces that were good without scrap or rework on the way.

        ISO 22400-2 calls it first pass yield, over pieces inspected; here every piece counts that a
        finished job was for.  Pieces have no names, so one that is lost twice counts twice.
        """
        return _share(self.first_pass, self.started)

    @property
    def step_yield(self) -> float | None:
        """Return the share of pieces that left an operation good, of all it counted."""
        return _share(self.good, self.pieces)

    @property
    def scrap_ratio(self) -> float | None:
        """Return scrapped pieces over produced ones, at operations (ISO 22400-2 scrap ratio)."""
        return _share(self.scrap, self.pieces)

    @property
    def rework_ratio(self) -> float | None:
        """Return pieces set aside for rework over produced ones (ISO 22400-2 rework ratio)."""
        return _share(self.aside, self.pieces)

    @property
    def plan_ratio(self) -> float | None:
        """Return planned over actual time: 100 % is as planned, less took longer.

        Planned is the setup once and the run time of every piece the operation counted, good or
        not, so a partial quantity is held against a partial plan.  Actual is the time at least one
        person was on it: pauses are excluded and two people together count once.  ISO 22400-2 calls
        planned run time over production time effectiveness; setup is not timed apart here, so it is
        on both sides.
        """
        return _share(self.planned, self.spent)

    @property
    def lead_days(self) -> float | None:
        """Return the mean days from the release of a job to its last operation, by the calendar."""
        return _share(self.lead, self.led)

    @property
    def pieces(self) -> int:
        """Return the pieces operations counted: good, scrapped, and set aside for rework."""
        return self.good + self.scrap + self.aside


NAMES: Final = tuple(one.name for one in fields(Figures))
_VALUES: Final = attrgetter(*NAMES)

DEFINITIONS: Final = (
    ("On-time delivery", ("Deliveries complete on or before their due date, of all that were due in the"
     " period: the date as it stood when the last piece left. A job and those split off it"
            " are one delivery. Past"
     " due and not complete is late, closed short too. Child jobs, cancelled jobs, and jobs closed"
     " without any shipment are not counted; the last are shown beside.")),
    ("First-pass yield", ("Pieces never scrapped or set aside for rework, of the pieces finished jobs"
     " were for (ISO 22400-2: first pass yield). At a station, by operation: good pieces of all it"
     " counted.")),
    ("Scrap ratio", ("Scrapped pieces of all pieces operations counted (ISO 22400-2: scrap ratio); the"
     " rework ratio likewise. Scrap counts where it is counted, at the operation.")),
    ("Planned and actual time", ("Planned: setup once and run time for each piece counted, good or not."
     " Actual: the time somebody was on the operation. Pauses are excluded, two people at once count"
     " once; their hours together are the people’s hours. Operations started and finished within a"
     " minute, without a plan, or at a vendor’s have no time to compare.")),
    ("When it counts", ("An operation on the day it was finished, or given up with its job; a job on the"
     " day of its last operation; days are the shop’s. What is corrected later changes the figures of"
     " that day.")),
    ("Blocked time", ("From raised to resolved, and again once reopened, split by who owned the blocker"
     " meanwhile. Clock hours are hours; working hours only those in which the station, else the shop,"
     " was manned by the hours told at that time. Several blockers at once count each.")),
)  # fmt: skip
"""What stands on the page beside the charts; the docstrings above are the same in full."""


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
