# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor follows the release log: it asks about overtaken jobs and clears approvals that came.

What follows from a release is derived and repeatable, like everything after its commit point.
How far the floor has looked stands in the ledger, in the transaction of what it did there; a crash
in between heals at the next act of anybody, or by the server's follower.  What is looked at is how
things stand, not what happened, so nothing depends on having seen every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from release.log import ReleaseLog, folder, order_path
from traveler import job_records, kit_records, tables
from traveler.blockers import filing
from traveler.blockers import records as blocker_records
from traveler.blockers.records import Blocker, BlockerFilter
from traveler.decisions import asking
from traveler.decisions import records as decisions
from traveler.job_records import Job
from traveler.standing import standing
from traveler.words import today
from vault import following, looking
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.ledger import engine
from vault.ledger.engine import Writing

WHO: Final = engine.ITSELF
"""Who acts where the system does: it has no login and no role."""
_LOG, _DAY = "releases", "day"
_FOLLOWED: Final = sa.select(tables.followed)


def follow(vault: Vault) -> None:
    """Do what follows from the release log and from the day, as far as it was not done yet.

    With nothing new this reads one ref and two small rows.  Whoever only looks writes nothing
    (``vault.looking``): what a page says of a job is read from the release log in any case.
    """
    if looking.is_only():
        return
    tip = vault.history.tip(RELEASES) or ""
    day = today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        seen = _places(connection)
    if seen.get(_LOG) == tip and seen.get(_DAY) == day:
        return
    with vault.ledger.writing(WHO) as writing:
        seen = _places(writing.connection)
        touched = _touched(vault, seen.get(_LOG), tip)
        ended = set() if seen.get(_DAY) == day else decisions.dated(writing.connection)
        log = ReleaseLog(vault, at=tip or None)
        for job in _doubtful(writing.connection, log, touched, ended):
            asking.ask(writing, vault.ledger, log, job, day)
        _clear_approvals(vault, writing, log)
        _remember(writing, _LOG, tip)
        _remember(writing, _DAY, day)


def _doubtful(
    connection: Connection, log: ReleaseLog, touched: frozenset[str] | None, ended: set[str]
) -> Iterator[Job]:
    """Yield the jobs about which something may have to be asked, or taken back.

    ``touched`` are the folders of the log that changed, None where any may have; ``ended`` the
    jobs whose deviation has a last day.
    """
    asked = blocker_records.asked_about(connection)
    stand: dict[tuple[str, str], str] = {}
    kits = kit_records.kits_in_process(connection)
    for job in job_records.in_process(connection):
        pairs = [(job.item, job.rev), *kits.get(job.number, ())]
        near = touched is None or any(folder(item) in touched for item, _rev in pairs)
        if not near and job.number not in ended:
            continue
        for pair in pairs:
            if pair not in stand:
                stand[pair] = standing(log, *pair).state
        if any(stand[pair] != "current" for pair in pairs) or job.number in asked:
            yield job


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


def _touched(vault: Vault, seen: str | None, tip: str) -> frozenset[str] | None:
    """Return the folders of the log that changed since it was followed, None for all of them."""
    if seen == tip:
        return frozenset()
    if not seen or not tip or following.has_drifted(vault, seen, tip):
        return None
    return frozenset(path.rpartition("/")[0] for path in vault.history.changed(seen, tip))


def _places(connection: Connection) -> dict[str, str]:
    return {row.name: row.place for row in connection.execute(_FOLLOWED)}


def _remember(writing: Writing, name: str, place: str) -> None:
    writing.execute(sa.delete(tables.followed).where(tables.followed.c.name == name))
    writing.execute(sa.insert(tables.followed).values(name=name, place=place))
