# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens on the wall as the ledger keeps them; all selects of them are here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.display.tables import display as table
from vault import codes


@dataclass(frozen=True, slots=True)
class Display:
    """A screen: which station it shows, where it hangs, until when, who made its address.

    Without ``station`` it shows the whole shop; ``state`` is ``live``, ``expired`` or ``withdrawn``.
    """

    id: int
    station: str
    place: str
    expires_at: str
    revoked_at: str | None
    at: str
    person: str

    @property
    def state(self) -> str:
        """Return whether its address shows anything."""
        return codes.life(self.expires_at, self.revoked_at)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it; never its code."""
        return {
            "display": self.id, "station": self.station or None, "place": self.place or None,
            "state": self.state, "expires_at": self.expires_at, "made_at": self.at,
            "made_by": self.person,
        }  # fmt: skip


def by_hash(connection: Connection, digest: str) -> Display | None:
    """Return the screen whose code has this hash."""
    return _one(connection, sa.select(table).where(table.c.hash == digest))


def by_id(connection: Connection, number: int) -> Display | None:
    """Return a screen by its number."""
    return _one(connection, sa.select(table).where(table.c.id == number))


def everything(connection: Connection) -> list[Display]:
    """Return all screens, the newest first."""
    rows = connection.execute(sa.select(table).order_by(table.c.id.desc()))
    return [_display(row) for row in rows]


def _one(connection: Connection, chosen: sa.Select[Any]) -> Display | None:
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _display(row)


def _display(row: sa.Row[Any]) -> Display:
    return Display(
        row.id, row.station or "", row.place, row.expires_at, row.revoked_at, row.at, row.person
    )
