# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links, logins and looks of customers as the ledger keeps them; all selects of them are here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.customer.tables import customer_look, customer_tie, share_look
from traveler.customer.tables import share as share_table
from vault import codes


@dataclass(frozen=True, slots=True)
class Look:
    """One use of a link: what was done, when, from which device."""

    what: str
    at: str
    device: str


@dataclass(frozen=True, slots=True)
class Tie:
    """That somebody who signs in sees the orders of a customer, or no longer does (``untie``).

    ``customer`` is the name as jobs have it, letter for letter; nothing is guessed from likeness.
    """

    login: str
    customer: str
    act: str
    why: str
    at: str
    person: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"login": self.login, "customer": self.customer, "act": self.act, "why": self.why,
                "at": self.at, "by": self.person}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoginLook:
    """One view or download by somebody signed in: of which job, or of the list of orders."""

    login: str
    job: str
    what: str
    at: str
    device: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"login": self.login, "job": self.job or None, "what": self.what, "at": self.at,
                "device": self.device}  # fmt: skip


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
        return codes.life(self.expires_at, self.revoked_at)

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


def ties(connection: Connection, *, login: str = "", customer: str = "") -> list[Tie]:
    """Return the ties in force, of a login or a customer where one is named, by login."""
    named = (customer_tie.c.login, login), (customer_tie.c.customer, customer)
    newest = sa.select(sa.func.max(customer_tie.c.id)).group_by(
        customer_tie.c.login, customer_tie.c.customer
    )
    for column, value in named:
        if value:
            newest = newest.where(column == value)
    chosen = sa.select(customer_tie).where(
        customer_tie.c.id.in_(newest), customer_tie.c.act == "tie"
    )
    rows = connection.execute(chosen.order_by(customer_tie.c.login, customer_tie.c.customer))
    return [_tie(row) for row in rows]


def tie_history(connection: Connection, customer: str) -> list[Tie]:
    """Return all that was ever done about who sees a customer's orders, oldest first."""
    chosen = sa.select(customer_tie).where(customer_tie.c.customer == customer)
    return [_tie(row) for row in connection.execute(chosen.order_by(customer_tie.c.id))]


def customers_of(connection: Connection, login: str) -> tuple[str, ...]:
    """Return the customers whose orders a login sees at this moment."""
    return tuple(one.customer for one in ties(connection, login=login)) if login else ()


def login_looks(
    connection: Connection, *, job: str = "", logins: Sequence[str] | None = None, limit: int = 200
) -> list[LoginLook]:
    """Return views and downloads by people signed in, the newest first."""
    chosen = sa.select(customer_look)
    if job:
        chosen = chosen.where(customer_look.c.job == job)
    if logins is not None:
        chosen = chosen.where(customer_look.c.login.in_(logins))
    rows = connection.execute(chosen.order_by(customer_look.c.id.desc()).limit(limit))
    return [LoginLook(row.login, row.job or "", row.what, row.at, row.device) for row in rows]


def last_looks(
    connection: Connection, login: str, jobs: Sequence[str], before: str
) -> dict[str, str]:
    """Return when a login last looked at each of some orders before a moment, by job."""
    chosen = sa.select(customer_look.c.job, sa.func.max(customer_look.c.at)).where(
        customer_look.c.login == login, customer_look.c.job.in_(jobs), customer_look.c.at < before
    )
    return {row[0]: row[1] for row in connection.execute(chosen.group_by(customer_look.c.job))}


def _tie(row: Any) -> Tie:
    return Tie(row.login, row.customer, row.act, row.why, row.at, row.person)


def _shares(connection: Connection, chosen: sa.Select[Any]) -> list[Share]:
    return [
        Share(
            row.id, row.job, row.passcode_hash, bool(row.dates), row.whom, row.expires_at,
            row.revoked_at, row.at, row.person,
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip
