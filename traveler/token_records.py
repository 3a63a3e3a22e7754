# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of the codes on travelers, by which a scan finds its job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a traveler's code: the job or operation it opens, and until when."""

    id: int
    job: str
    operation: int | None
    print: int
    issued_at: str
    issued_by: str
    expires_at: str
    revoked_at: str | None
    lot: int | None = None


def token(connection: Connection, digest: str) -> Token | None:
    """Return a traveler's token by the digest of its code."""
    row = connection.execute(_TOKEN, {"hash": digest}).one_or_none()
    return None if row is None else _token(row)


def tokens(connection: Connection, number: str) -> list[Token]:
    """Return every token of a job's travelers, oldest first."""
    table = tables.traveler_token
    chosen = sa.select(table).where(table.c.job == number).order_by(table.c.id)
    return [_token(row) for row in connection.execute(chosen)]


def _token(row: Any) -> Token:
    return Token(
        row.id, row.job, row.operation, row.print, row.issued_at, row.issued_by, row.expires_at,
        row.revoked_at, row.lot,
    )  # fmt: skip


_TOKEN: Final = sa.select(tables.traveler_token).where(
    tables.traveler_token.c.hash == sa.bindparam("hash")
)
