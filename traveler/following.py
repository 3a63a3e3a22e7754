# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor follows the release log: it asks about overtaken jobs and clears approvals that came.

What follows from a release is derived and repeatable, like everything after its commit point.
How far the floor has looked stands in the ledger, in the transaction of what it did there; a crash
in between heals at the next call of anything.  What is looked at is how things stand, not what
happened, so nothing depends on having seen every step.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from release.log import ReleaseLog, folder, order_path
from traveler import records, tables
from traveler.blockers import filing
from traveler.blockers import records as blocker_records
from traveler.blockers.records import Blocker, BlockerFilter
from traveler.decisions import asking
from traveler.words import today
from vault import following
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.ledger.engine import Writing

WHO: Final = "titleblock"
"""Who acts where the system does: it has no login and no role."""
_LOG, _DAY = "releases", "day"


def follow(vault: Vault) -> None:
    """Do what follows from the release log and from the day, as far as it was not done yet.

    With nothing new this reads one ref and two small rows.
    """
    tip = vault.history.tip(RELEASES) or ""
    day = today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        seen = _places(connection)
    if seen.get(_LOG) == tip and seen.get(_DAY) == day:
        return
    with vault.ledger.writing(WHO) as writing:
        seen = _places(writing.connection)
        whole = seen.get(_DAY) != day or not _goes_on(vault, seen.get(_LOG), tip)
        touched = None if whole else _touched(vault, seen[_LOG], tip)
        log = ReleaseLog(vault, at=tip or None)
        for job in records.in_process(writing.connection):
            if touched is None or folder(job.item) in touched:
                asking.ask(writing, vault.ledger, log, job, day)
        _clear_approvals(vault, writing, log)
        _remember(writing, _LOG, tip)
        _remember(writing, _DAY, day)


def _clear_approvals(vault: Vault, writing: Writing, log: ReleaseLog) -> None:
    """Close the blockers that wait for a release which has been made."""
    waiting = BlockerFilter(kind="approval", states=frozenset({"open", "acknowledged"}))
    for one in blocker_records.listed(writing.connection, waiting, limit=100_000):
        if "since" in one.cause and (said := _released(vault, log, one)):
            filing.clear(writing, one, said)


def _released(vault: Vault, log: ReleaseLog, one: Blocker) -> str:
    """Return what was released of what a blocker waits for, empty where nothing was."""
    change, item = one.facts.get("change", ""), one.facts.get("item", "")
    if change and log.tip and vault.history.blob(log.tip, order_path(change)) is not None:
        return f"{change} is released"
    current = log.current(item) if item and not change else None
    if current is not None and current.sequence > one.cause["since"]:
        return f"{current.number} {current.rev} is released ({current.change})"
    return ""


def _goes_on(vault: Vault, seen: str | None, tip: str) -> bool:
    return bool(seen) and bool(tip) and not following.has_drifted(vault, seen or "", tip)


def _touched(vault: Vault, seen: str, tip: str) -> frozenset[str]:
    changed = vault.history.changed(seen, tip)
    return frozenset(path.rpartition("/")[0] for path in changed)


def _places(connection: Connection) -> dict[str, str]:
    rows = connection.execute(sa.select(tables.followed))
    return {row.name: row.place for row in rows}


def _remember(writing: Writing, name: str, place: str) -> None:
    writing.execute(sa.delete(tables.followed).where(tables.followed.c.name == name))
    writing.execute(sa.insert(tables.followed).values(name=name, place=place))
