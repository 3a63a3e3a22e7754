# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links to customers as the ledger keeps them; all selects of them are here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.customer.tables import share as share_table
from traveler.customer.tables import share_look
from vault import clock


@dataclass(frozen=True, slots=True)
class Look:
    """One use of a link: what was done, when, from which device."""

    what: str
    at: str
    device: str


@dataclass(frozen=True, slots=True)
class Share:
    """A link to one order: until when, whether it asks a passcode and shows dates, who made it.

    ``state`` is ``live``, ``expired`` or ``withdrawn``.
    """

    id: int
    job: str
    passcode_hash: str | None
    dates: bool
    whom: str
    expires_at: str
    revoked_at: str | None
    at: str
    person: str

    @property
    def state(self) -> str:
        """Return whether the link opens."""
        if self.revoked_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= clock.now() else "live"

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it; never its code."""
        return {
            "share": self.id, "job": self.job, "state": self.state, "whom": self.whom,
            "passcode": self.passcode_hash is not None, "dates": self.dates,
            "expires_at": self.expires_at, "made_at": self.at, "made_by": self.person,
        }  # fmt: skip


def by_hash(connection: Connection, digest: str) -> Share | None:
    """Return the link whose code has this hash."""
    found = _shares(connection, sa.select(share_table).where(share_table.c.hash == digest))
    return found[0] if found else None


def by_id(connection: Connection, number: int) -> Share | None:
    """Return a link by its number."""
    found = _shares(connection, sa.select(share_table).where(share_table.c.id == number))
    return found[0] if found else None


def of_job(connection: Connection, job: str) -> list[Share]:
    """Return the links to a job, the newest first."""
    chosen = sa.select(share_table).where(share_table.c.job == job)
    return _shares(connection, chosen.order_by(share_table.c.id.desc()))


def looks(connection: Connection, share: int) -> list[Look]:
    """Return every use of a link, oldest first."""
    chosen = sa.select(share_look).where(share_look.c.share == share).order_by(share_look.c.id)
    return [Look(row.what, row.at, row.device) for row in connection.execute(chosen)]


def _shares(connection: Connection, chosen: sa.Select[Any]) -> list[Share]:
    return [
        Share(
            row.id, row.job, row.passcode_hash, bool(row.dates), row.whom, row.expires_at,
            row.revoked_at, row.at, row.person,
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip
