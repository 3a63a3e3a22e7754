# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was current on a day: told by the release log and the moments recorded in it.

Labels say nothing about time.  A day is the shop's, and ends when it ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from release import settling
from release.errors import BadDay
from release.log import ReleaseLog, Revision
from vault import clock, errors
from vault.catalogue import RevisionRow
from vault.home import Vault


@dataclass(frozen=True, slots=True)
class Then:
    """An item at a moment (UTC): the revision that was current, and the one that is now."""

    number: str
    at: str
    revision: Revision | None
    now: str


def moment(vault: Vault, told: str) -> str:
    """Return the last second of a day, or a moment as it is, in UTC; raises BadDay."""
    try:
        if "T" in told:
            return clock.text(clock.moment(told))
        day = date.fromisoformat(told) + timedelta(days=1)
        begun = datetime(day.year, day.month, day.day, tzinfo=_zone(vault.settings.time_zone))
        return clock.text(begun.astimezone(UTC) - timedelta(seconds=1))
    except (ValueError, OverflowError):
        raise BadDay(told=told) from None


def item(vault: Vault, number: str, told: str) -> Then:
    """Return what was current of an item on a day; raises NoSuchItem or BadDay."""
    settling.settle(vault)
    at = moment(vault, told)
    row = vault.catalogue.item(number)
    known = vault.catalogue.revisions(number)
    if row is None and not known:
        raise errors.NoSuchItem(number=number)
    then = vault.catalogue.current_at(number, vault.catalogue.entry_by(at))
    found = None if then is None else ReleaseLog(vault).revision(then.number, then.rev)
    now = next((one.rev for one in known if one.state == "current"), "")
    return Then(row.number if row else known[0].number, at, found, now)


def items(vault: Vault, told: str, after: str | None = None, limit: int = 200) -> list[Revision]:
    """Return every revision that was current on a day, by number; raises BadDay."""
    settling.settle(vault)
    sequence = vault.catalogue.entry_by(moment(vault, told))
    rows: list[RevisionRow] = vault.catalogue.all_current_at(sequence, after, limit)
    log = ReleaseLog(vault)
    return [log.revision(one.number, one.rev) for one in rows]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
