# SPDX-License-Identifier: AGPL-3.0-or-later
"""Read receipts: who has to acknowledge a revision before working on it, and who has.

Whom a release asks stands in the release log; that they read it stands in the ledger.  Only the
current revision asks anybody: an older one is not worked from, a recalled one by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from release import distribution, settling
from release.log import ReleaseLog, Revision
from traveler import tables
from traveler.errors import NotAReader, NotRead, NotTheOneToRead
from vault.home import Vault
from vault.ledger.people import ROLES, Person, require

_table = tables.acknowledgement.c


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who has to read a revision, and when they said that they did; empty where they have not.

    ``by`` names the list of the rules, or the change order, that asks them.
    """

    number: str
    rev: str
    person: str
    at: str
    by: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "number": self.number,
            "rev": self.rev,
            "person": self.person,
            "asked_by": self.by,
            "read_at": self.at or None,
        }


def receipts(vault: Vault, number: str, rev: str) -> list[Receipt]:
    """Return a line for each who is asked to read a revision, in the order of the list."""
    log = ReleaseLog(vault)
    revision = log.revision(number, rev)
    asked = distribution.readers(vault, log, revision.number, revision.rev)
    with vault.ledger.reading() as connection:
        found = _read(connection, revision.number, revision.rev)
    return [
        Receipt(revision.number, revision.rev, one.person, found.get(one.person, ""), one.by)
        for one in asked
    ]


def to_read(vault: Vault, person: Person) -> list[Revision]:
    """Return the current revisions this person has to acknowledge and has not, newest first."""
    log = ReleaseLog(vault)
    asked = [
        key for key, names in distribution.all_lists(vault, log).items()
        if any(one.person == person.name for one in names)
    ]  # fmt: skip
    if not asked:
        return []
    with vault.ledger.reading() as connection:
        chosen = sa.select(_table.item, _table.rev).where(_table.person == person.name)
        done = {(row.item, row.rev) for row in connection.execute(chosen)}
    found = [
        revision for number, rev in asked
        if (revision := log.current(number)) is not None and revision.rev == rev
        and (revision.number, revision.rev) not in done
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.sequence, reverse=True)


def owes(vault: Vault, person: str, number: str, rev: str) -> bool:
    """Say whether somebody still has to acknowledge a revision before working on it."""
    return any(one.person == person and not one.at for one in receipts(vault, number, rev))


def acknowledge(vault: Vault, actor: Person, number: str, rev: str, device: str = "") -> Receipt:
    """Put on record that this person read a revision; a second time changes nothing.

    Raises RoleNeeded, NoSuchRevision, NotTheOneToRead or NotAReader.
    """
    require(actor, *(role for role in ROLES if role != "customer"))
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.revision(number, rev)
    standing = log.standing(revision.number, revision.rev)
    if standing != "current":
        now = log.current(revision.number)
        way = f"read {now.rev}" if now else "ask its approval owner"
        raise NotTheOneToRead(number=revision.number, rev=revision.rev, state=standing, way=way)
    lists = {one.person: one.by for one in
             distribution.readers(vault, log, revision.number, revision.rev)}  # fmt: skip
    asked = list(lists)
    if actor.name not in asked:
        said = f"its readers are {', '.join(asked)}" if asked else "it asks nobody"
        raise NotAReader(name=actor.name, number=revision.number, rev=revision.rev, readers=said)
    with vault.ledger.writing(actor.name, device) as writing:
        found = _read(writing.connection, revision.number, revision.rev)
        if actor.name not in found:
            writing.insert(
                tables.acknowledgement, item=revision.number, rev=revision.rev,
                person=actor.name, at=writing.at, device=device,
            )  # fmt: skip
            writing.record("revision.read", f"item/{revision.number}", rev=revision.rev)
        at = found.get(actor.name, writing.at)
    return Receipt(revision.number, revision.rev, actor.name, at, lists[actor.name])


def refusal(
    vault: Vault, log: ReleaseLog, connection: Connection, person: str, number: str, rev: str
) -> NotRead | None:
    """Return why somebody may not start work on a revision yet, or None; for the floor's gate.

    Only the current revision asks: on a superseded one the job's own decision does.
    """
    if log.standing(number, rev) != "current":
        return None
    asked = {one.person for one in distribution.readers(vault, log, number, rev)}
    if person not in asked or person in _read(connection, number, rev):
        return None
    return NotRead(name=person, number=number, rev=rev)


def _read(connection: Connection, number: str, rev: str) -> dict[str, str]:
    chosen = sa.select(_table.person, _table.at).where(_table.item == number, _table.rev == rev)
    return {row.person: row.at for row in connection.execute(chosen)}
