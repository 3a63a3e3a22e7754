# SPDX-License-Identifier: AGPL-3.0-or-later
"""Need-by and forecast on the pages of jobs: near days by name, and whether one comes too late."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from traveler.dispatch import snapshot, wording
from traveler.schedule.clock import DAY, moment
from traveler.views import Dates, JobView
from web import present
from web.present import State
from web.visitor import vault


def verdict(dates: Dates | None) -> State:
    """Return how the outlook of a job is shown."""
    return present.state("outlook", dates.verdict if dates else "on time")


def steps(view: JobView) -> dict[int, tuple[str, str, bool]]:
    """Return need-by and forecast of every step in words, and whether it is behind; dashes if done."""
    now = minute()
    found = {one.operation.seq: ("–", "–", False) for one in view.operations}
    for seq, (need, done) in (view.dates.steps if view.dates else {}).items():
        late = done is None or done > need
        found[seq] = (_when(need, now), _when(done, now) if done else "no date", late)
    return found


def minute() -> int:
    """Return the present minute in the shop."""
    return snapshot.now(vault().settings.time_zone).minute


def forecast(dates: Dates | None, now: int | None = None) -> str:
    """Return when a job will be done, in words; ``now`` is asked once for a list."""
    if dates is None:
        return "–"
    if not dates.forecast:
        return "no date"
    return _when(dates.forecast, minute() if now is None else now)


def behind(dates: Dates | None) -> bool:
    """Say whether a job will not be done in time as things stand."""
    return dates is not None and dates.verdict != "on time"


def _when(stamp: str, now: int) -> str:
    return _on(stamp, now // DAY * DAY)  # all that is said of a moment hangs on the day alone


@lru_cache(maxsize=5_000)
def _on(stamp: str, day: int) -> str:
    return wording.when(moment(datetime.fromisoformat(stamp)), day)
