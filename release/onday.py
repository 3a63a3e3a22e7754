# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was current at a moment: told by the release log as it stood then, and by nothing else.

The moment finds an entry of the log, the last one made by then, and that entry's tree says what was
current.  An entry was made before all that follow it, whatever the clocks said: order is the order
of the log.  Labels say nothing about time.  A day is the shop's, and ends when it ends there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from release import settling
from release.errors import BadDay
from release.log import Recall, ReleaseLog, Revision
from vault import clock, errors
from vault.home import Vault


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the release log: its place, its commit, and the moment it tells (UTC).

    Before the first one the place is 0, and the others are empty.
    """

    sequence: int
    commit: str
    at: str


@dataclass(frozen=True, slots=True)
class Then:
    """An item at a moment (UTC): by which entry, what was current, every revision, and what is now.

    ``revisions`` are those there were, the oldest first, each with its standing then; ``recall`` is
    why nothing was current although something had been released.
    """

    number: str
    at: str
    entry: LogEntry
    revision: Revision | None
    revisions: tuple[tuple[Revision, str], ...]
    recall: Recall | None
    now: str


@dataclass(frozen=True, slots=True)
class Shop:
    """What was current of every item at a moment, by number, and by which entry."""

    at: str
    entry: LogEntry
    revisions: tuple[Revision, ...]


def moment(vault: Vault, told: str) -> str:
    """Return the last second of a day, or a moment, in UTC; raises BadDay.

    A moment without ``Z`` or offset is the shop's time.
    """
    zone = _zone(vault.settings.time_zone)
    try:
        if "T" in told or " " in told.strip():
            found = datetime.fromisoformat(told.strip())
            return clock.text(found if found.tzinfo else found.replace(tzinfo=zone))
        day = date.fromisoformat(told.strip()) + timedelta(days=1)
        begun = datetime(day.year, day.month, day.day, tzinfo=zone)
        return clock.text(begun.astimezone(UTC) - timedelta(seconds=1))
    except (ValueError, OverflowError):
        raise BadDay(told=told) from None


def item(vault: Vault, number: str, told: str) -> Then:
    """Return what was current of an item at a moment; raises NoSuchItem or BadDay."""
    settling.settle(vault)
    at = moment(vault, told)
    by, log = _as_it_stood(vault, at)
    revisions = [] if log is None else log.revisions(number)
    row = vault.catalogue.item(number)
    newest = ReleaseLog(vault).revisions(number)
    if row is None and not newest:
        raise errors.NoSuchItem(number=number)
    current = None if log is None else log.current(number)
    recall = None
    if log is not None and current is None and revisions:
        recall = log.recall(revisions[-1].number, revisions[-1].rev)
    now = ReleaseLog(vault).current(number)
    return Then(
        number=row.number if row else newest[-1].number, at=at, entry=by, revision=current,
        revisions=tuple((one, log.standing(one.number, one.rev)) for one in revisions if log),
        recall=recall, now=now.rev if now else "",
    )  # fmt: skip


def items(vault: Vault, told: str, after: str | None = None, limit: int = 200) -> Shop:
    """Return every revision that was current at a moment, by number; raises BadDay."""
    settling.settle(vault)
    at = moment(vault, told)
    by, log = _as_it_stood(vault, at)
    found: list[Revision] = []
    for number in [] if log is None else log.numbers(after):
        current = log.current(number) if log else None
        if current is not None:
            found.append(current)
        if len(found) == limit:
            break
    return Shop(at, by, tuple(found))


def entry(vault: Vault, sequence: int) -> LogEntry:
    """Return an entry of the log by its place; raises DamagedHistory where there is none."""
    log = ReleaseLog(vault)
    back = log.head().sequence - sequence
    if log.tip is not None and back >= 0:
        for commit in vault.history.chain(log.tip):
            if not back:
                return LogEntry(sequence, commit.oid, vault.catalogue.entry_moment(sequence))
            back -= 1
    raise errors.DamagedHistory(where="the release log", why=f"it has no entry {sequence}")


def _as_it_stood(vault: Vault, at: str) -> tuple[LogEntry, ReleaseLog | None]:
    """Return the last entry made by a moment, and the log as it stood; no log before the first."""
    sequence = vault.catalogue.entry_by(at)
    if not sequence:
        return LogEntry(0, "", ""), None
    found = entry(vault, sequence)
    return found, ReleaseLog(vault, at=found.commit)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
