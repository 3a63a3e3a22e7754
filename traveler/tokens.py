# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes in a traveler's QRs: who holds the paper may look, and act with a badge and PIN.

A code is 130 random bits, kept as a hash, for one job or one of its operations.  It is known only
while the sheet is printed, so every print has codes of its own and each print can be withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.engine import Connection

from traveler import records, tables
from traveler.errors import NoSuchTraveler, TravelerEnded
from traveler.records import Job, Operation, Token
from vault import clock
from vault.codes import hashed, new_code
from vault.errors import BadCode
from vault.ledger.engine import Writing

LIFE = timedelta(days=180)
"""How long a code outlives the day its job is due, or its printing, whichever is later."""


@dataclass(frozen=True, slots=True)
class Code:
    """A new code, as it goes onto paper: for the job, or for the operation ``seq``."""

    code: str
    seq: int | None


def issue(writing: Writing, job: Job, operations: Sequence[Operation]) -> tuple[int, list[Code]]:
    """Make the codes of a new print, one for the job and one for each operation.

    Returns the number of the print, counted from 1, and the codes; the caller records the event.
    """
    earlier = records.tokens(writing.connection, job.number)
    number = max((one.print for one in earlier), default=0) + 1
    due = clock.moment(f"{job.due}T00:00:00Z")
    until = clock.text(max(due, clock.moment(writing.at)) + LIFE)
    codes: list[Code] = []
    for operation in (None, *operations):
        made = Code(new_code(), operation.seq if operation else None)
        writing.insert(
            tables.traveler_token, hash=hashed(made.code), job=job.number,
            operation=operation.id if operation else None, print=number, issued_at=writing.at,
            issued_by=writing.actor, expires_at=until,
        )  # fmt: skip
        codes.append(made)
    return number, codes


def find(connection: Connection, code: str) -> Token:
    """Return the live token of a scanned or typed code; raises NoSuchTraveler, TravelerEnded."""
    try:
        found = records.token(connection, hashed(code))
    except BadCode:
        found = None
    if found is None:
        raise NoSuchTraveler
    if found.revoked_at is not None:
        raise TravelerEnded(job=found.job, why="withdrawn")
    if found.expires_at <= clock.now():
        raise TravelerEnded(job=found.job, why="out of date")
    return found


def revoke(writing: Writing, job: Job, before: int | None = None) -> int:
    """Withdraw the prints of a job, or those before a number; returns how many codes it ended."""
    count = 0
    for one in records.tokens(writing.connection, job.number):
        if one.revoked_at is None and (before is None or one.print < before):
            writing.update(tables.traveler_token, one.id, revoked_at=writing.at)
            count += 1
    return count
