# SPDX-License-Identifier: AGPL-3.0-or-later
"""The route of a job as a picture: stages from left to right, and what hangs on each.

Nothing is decided here; it is put in the order people read.
"""

from __future__ import annotations

from dataclasses import dataclass

from traveler import flow
from traveler.job_records import Child
from traveler.operation_records import Loop
from traveler.views import JobView, OperationView


@dataclass(frozen=True, slots=True)
class Detour:
    """Rework below the stage it leaves from, and the step it comes back to, 0 at the end."""

    loop: Loop
    steps: tuple[OperationView, ...]

    @property
    def over(self) -> bool:
        """Say whether its pieces came back."""
        return all(one.operation.over for one in self.steps)


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps side by side, the child jobs they wait for above, the rework that leaves below."""

    steps: tuple[OperationView, ...]
    children: tuple[Child, ...]
    detours: tuple[Detour, ...]
    split: int
    comes_back: int

    @property
    def pending(self) -> int:
        """Return how many pieces set aside here have no rework planned."""
        return sum(one.pending for one in self.steps)


def stages(view: JobView) -> tuple[Stage, ...]:
    """Return the route of a job as it is drawn."""
    operations = [one.operation for one in view.operations]
    shown = {one.operation.seq: one for one in view.operations}
    loops = flow.loops(operations)
    steps = {
        number: tuple(
            one for one in view.operations if one.operation.loop and one.operation.loop.id == number
        )
        for number in loops
    }
    found = []
    last = 0
    for group in flow.groups(operations):
        seqs = {one.seq for one in group}
        inner = {one.operation.seq for number in loops if loops[number].source in seqs
                 for one in steps[number]}  # fmt: skip
        detours = tuple(
            Detour(loops[number], steps[number])
            for number in sorted(loops) if loops[number].source in seqs | inner
        )  # fmt: skip
        highest = max(seqs)
        found.append(Stage(
            steps=tuple(shown[one.seq] for one in group),
            children=tuple(one for one in view.children if last < one.at <= highest),
            detours=detours, split=sum(one.split for one in group),
            comes_back=sum(one.qty for one in loops.values() if one.back in seqs),
        ))  # fmt: skip
        last = highest
    return tuple(found)
