# SPDX-License-Identifier: AGPL-3.0-or-later
"""What there is to see of nonconformances, and why something has to wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler.nonconformance import filing, records
from traveler.nonconformance.errors import NonconformanceOpen
from traveler.nonconformance.records import Entry, Filter, Nonconformance, Outside
from vault.home import Vault

LISTED = 200


@dataclass(frozen=True, slots=True)
class View:
    """A nonconformance with all that helps to decide on it."""

    one: Nonconformance
    owner: str
    entries: tuple[Entry, ...]
    steps: tuple[tuple[int, str, str], ...] = ()
    blockers: tuple[int, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            **self.one.as_json(), "owner": self.owner, "blockers": list(self.blockers),
            "steps": [{"seq": seq, "title": title, "state": state}
                      for seq, title, state in self.steps],
            "history": [{"at": it.at, "by": it.person, "act": it.act, "words": it.words or None,
                         "state": it.state} for it in self.entries],
        }  # fmt: skip


def show(vault: Vault, number: str) -> View:
    """Return a nonconformance with all that was done about it; raises NoSuchNonconformance."""
    with vault.ledger.reading() as connection:
        one = filing.known(connection, number)
        return View(
            one, ReleaseLog(vault).revision(one.item, one.rev).owner,
            tuple(records.entries(connection, one.id)),
            tuple(records.steps(connection, one.facts.rework_ids)),
            tuple(held.id for held in filing.holding(connection, one)),
        )  # fmt: skip


def listing(
    vault: Vault, wanted: Filter | None = None, limit: int = LISTED, offset: int = 0
) -> list[Nonconformance]:
    """Return the nonconformances that fit, the newest first."""
    with vault.ledger.reading() as connection:
        return records.listed(connection, wanted or Filter(), limit, offset)


def proposed(vault: Vault, job: str) -> list[Outside]:
    """Return the results of a job out of tolerance for which nobody has opened one yet."""
    with vault.ledger.reading() as connection:
        return records.outside(connection, job)


def behind(
    vault: Vault, items: Sequence[str], *, change: str = "", recall: str = ""
) -> list[Nonconformance]:
    """Return the nonconformances because of which a change order or a recall of items was made."""
    with vault.ledger.reading() as connection:
        return records.linked(connection, items, change, recall)


def refusal(connection: Connection, job: str, what: str) -> NonconformanceOpen | None:
    """Return why something of a job has to wait for its nonconformances, or None."""
    waiting = records.open_of(connection, [job])[job]
    if not waiting:
        return None
    return NonconformanceOpen(what=what, numbers=", ".join(one.number for one in waiting))
