# SPDX-License-Identifier: AGPL-3.0-or-later
"""Need-by and forecast of jobs, for the pages and programs that show a job.

Neither is stored.  Need-by is counted back from the due date over the planned work of the
steps that are not begun, in the hours of their stations: it rests on the due date, the quantity,
the released route and the calendars, and on nothing that happens on the floor, so it stays put
without being kept, and follows at once when the due date or a holiday changes.
"""

from __future__ import annotations

from collections.abc import Iterable

from traveler.dispatch import desk, wording
from traveler.dispatch.judging import Line
from traveler.views import Dates
from vault.home import Vault


def of(vault: Vault, numbers: Iterable[str]) -> dict[str, Dates]:
    """Return the dates of those of these jobs that are open, by number."""
    wanted = list(numbers)
    if not wanted:
        return {}
    lines = desk.board(vault).lines
    return {number: _dates(lines[number]) for number in wanted if number in lines}


def _dates(line: Line) -> Dates:
    found = line.found
    steps = {
        seq: (
            wording.stamp(need.finish),
            wording.stamp(found.slots[seq].finish) if found.slots[seq].is_known else None,
        )
        for seq, need in found.needs.items()
    }
    first = line.facts.left[0].seq if line.facts.left else None
    return Dates(
        need_by=steps[first][0] if first is not None else wording.stamp(found.load.due),
        forecast=wording.stamp(found.finish) if found.finish is not None else None,
        verdict=found.verdict, why=line.why, steps=steps,
    )  # fmt: skip
