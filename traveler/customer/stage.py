# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far an order is, in words for somebody who does not know the shop: pure, from the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traveler.records import Job, Operation

STAGES: Final = ("Planned", "In work", "Made", "Proved")
"""The bar a customer sees; the last is reached with a valid proof packet."""
_WAITING: Final = {
    "material": "material", "approval": "an approval", "machine": "a machine",
    "inspection": "inspection", "labor": "people", "outside": "work outside",
    "outside process": "work outside", "shipping": "shipping",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage reached, by its place in the bar, and a sentence about it."""

    place: int
    sentence: str

    @property
    def name(self) -> str:
        """Return the stage's word."""
        return STAGES[self.place]


def stage(
    job: Job, operations: Sequence[Operation], waiting: Sequence[str], *, proved: bool
) -> Stage:
    """Return how far a job is; ``waiting`` are the kinds of blockers that hold it now."""
    done = sum(one.state in {"done", "skipped"} for one in operations)
    if proved:
        return Stage(3, "All pieces are made, and the proof packet is issued.")
    if operations and done == len(operations):
        return Stage(2, "All steps are done; what proves the parts is being put together.")
    if job.state == "planned" or not any(one.started_at for one in operations):
        return Stage(0, "The order is planned; work on it has not begun.")
    step = next(one for one in operations if one.state not in {"done", "skipped"})
    said = f"Step {done + 1} of {len(operations)}: {step.title}."
    if job.state == "held":
        return Stage(1, f"{said} Work is on hold at the moment.")
    if waiting:
        kinds = list(dict.fromkeys(_WAITING.get(kind, kind) for kind in waiting))
        return Stage(1, f"{said} It waits for {' and '.join(kinds)}.")
    return Stage(1, said)
