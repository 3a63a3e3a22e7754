# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far an order is, in words for somebody who does not know the shop: pure, from the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traveler.job_records import Job
from traveler.operation_records import Operation

STAGES: Final = ("Planned", "In work", "Made", "Proved", "Shipped")
"""The bar a customer sees; *Proved* is reached with a valid proof packet."""
PROVED: Final = 3
_WAITING: Final = {
    "material": "material", "approval": "an approval", "machine": "a machine",
    "inspection": "inspection", "labor": "people", "outside": "work outside",
    "outside process": "work outside", "shipping": "shipping",
}  # fmt: skip
_SOMETHING: Final = "something the shop sees to"


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage reached, by its place in the bar, and a sentence about it.

    ``proved`` is told apart, since an order may leave without a packet; ``over`` says that no more
    work is to be expected.
    """

    place: int
    sentence: str
    proved: bool = False
    over: bool = False

    @property
    def name(self) -> str:
        """Return the stage's word."""
        return STAGES[self.place]

    def tone(self, place: int) -> str:
        """Return how a place of the bar is drawn: ``past``, ``now``, or nothing."""
        if place == self.place:
            return "now"
        return "past" if place < self.place and (place != PROVED or self.proved) else ""


def stage(
    job: Job,
    operations: Sequence[Operation],
    waiting: Sequence[str],
    *,
    proved: bool,
    made: int = 0,
    gone: int = 0,
    arrived: int = 0,
    titles: bool = True,
) -> Stage:
    """Return how far a job is.

    ``waiting`` are the words for what holds it now, ``made``, ``gone`` and ``arrived`` pieces that
    came through the whole route, that left, and that were received; ``titles`` lets a step be named.
    """
    done = sum(one.state in {"done", "skipped"} for one in operations)
    if job.state == "cancelled":
        return Stage(min(done, 1), "The order was cancelled; ask the shop if that surprises you.",
                     proved, over=True)  # fmt: skip
    if operations and done == len(operations):
        return _made(proved=proved, made=made, gone=gone, arrived=arrived)
    if job.state == "closed":
        said = f"The shop has closed the order.{_on_their_way(gone, made, arrived)}"
        return Stage(PROVED if proved else 2, said, proved, over=True)
    if proved:
        return Stage(PROVED, "The proof packet is issued.", proved=True)
    if job.state == "planned" or not any(one.started_at for one in operations):
        return Stage(0, "The order is planned; work on it has not begun.")
    step = next(one for one in operations if one.state not in {"done", "skipped"})
    said = f"Step {done + 1} of {len(operations)}{f': {step.title}' if titles else ''}."
    if job.state == "held":
        said = f"{said} Work is on hold at the moment."
    elif waiting:
        said = f"{said} It waits for {' and '.join(dict.fromkeys(waiting))}."
    return Stage(1, said + _on_their_way(gone, 0, arrived))


def waits_for(kind: str, *, named: bool = True) -> str:
    """Return what a type of blocker is called before a customer, no more than that."""
    return _WAITING.get(kind, _SOMETHING) if named else _SOMETHING


def _made(*, proved: bool, made: int, gone: int, arrived: int) -> Stage:
    if gone and gone >= made:
        if gone == 1:
            said = "The piece arrived." if arrived else "The piece is on its way."
        elif not arrived:
            said = f"All {gone} pieces are on their way."
        elif arrived < gone:
            said = f"All {gone} pieces left, and {arrived} of them arrived."
        else:
            said = f"All {gone} pieces arrived."
        return Stage(4, said, proved, over=True)
    if proved:
        said = "All pieces are made, and the proof packet is issued."
        return Stage(PROVED, said + _on_their_way(gone, made, arrived), proved=True, over=True)
    said = "All steps are done; what proves the parts is being put together."
    return Stage(2, said + _on_their_way(gone, made, arrived), over=True)


def _on_their_way(gone: int, made: int, arrived: int) -> str:
    if not gone:
        return ""
    of = f" of {made}" if made else ""
    said = f" {gone}{of} piece{'' if gone == 1 and not made else 's'}"
    if arrived:
        return f"{said} left, and {arrived} of them arrived."
    return f"{said} {'is on its' if gone == 1 else 'are on their'} way."
