# SPDX-License-Identifier: AGPL-3.0-or-later
"""Need-by and forecast of jobs, for the pages and programs that show a job.

Neither is stored.  Need-by is counted back from the due date over the planned work of the
steps that are not begun, in the hours of their stations: it rests on the due date, the quantity,
the released route and the calendars, and on nothing that happens on the floor, so it stays put
without being kept, and follows at once when the due date or a holiday changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from traveler.dispatch import desk, wording
from traveler.dispatch.judging import Line
from traveler.views import Dates
from vault.home import Vault


def of(vault: Vault, numbers: Iterable[str]) -> dict[str, Dates]:
    """Return the dates of those of these jobs that are open, by number."""
    return {
        number: replace(dates, steps=_steps(line))
        for number, line in lines(vault, numbers)
        if (dates := line.listed.dates)
    }


def lines(vault: Vault, numbers: Iterable[str]) -> list[tuple[str, Line]]:
    """Return those of these jobs that are open, as the board has them after the newest event."""
    wanted = list(numbers)
    if not wanted:
        return []
    known = desk.board(vault).lines
    return [(number, known[number]) for number in wanted if number in known]


def _steps(line: Line) -> dict[int, tuple[str, str | None]]:
    slots = line.found.slots
    return {
        seq: (
            wording.stamp(need.finish),
            wording.stamp(slots[seq].finish) if slots[seq].is_known else None,
        )
        for seq, need in line.found.needs.items()
    }
