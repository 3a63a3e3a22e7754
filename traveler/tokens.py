# SPDX-License-Identifier: AGPL-3.0-or-later
"""The codes in a traveler's QRs: who holds the paper may look, and act with a badge and PIN.

A code is 130 random bits, kept as a hash, for one job or one of its operations.  It is known only
while the sheet is printed, so every print has codes of its own and each print can be withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Connection

from traveler import job_records, operation_records, tables, token_records
from traveler.errors import NoSuchPrint, NoSuchTraveler, OutsideTraveler, TravelerEnded
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.tablet.badges import FLOOR
from traveler.token_records import Token
from vault import clock
from vault.codes import hashed, new_code
from vault.errors import BadCode
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

LIFE = timedelta(days=180)
"""How long a code outlives the day its job is due, or its printing, whichever is later."""
SHIFT = timedelta(hours=12)
"""How long a code lasts that somebody opened by typing the job's number."""
BY_HAND = 0
"""The print of such a code: there is none."""


@dataclass(frozen=True, slots=True)
class Code:
    """A new code, as it goes onto paper: for the job, or for the operation ``seq``."""

    code: str
    seq: int | None


def issue(
    writing: Writing, job: Job, operations: Sequence[Operation], lot: int | None = None
) -> tuple[int, list[Code]]:
    """Make the codes of a new print, one for the job and one for each operation.

    With a lot they count for that part of the job.  Returns the number of the print, counted
    from 1, and the codes; the caller records the event.
    """
    earlier = token_records.tokens(writing.connection, job.number)
    number = max((one.print for one in earlier), default=0) + 1
    due = clock.moment(f"{job.due}T00:00:00Z")
    until = clock.text(max(due, clock.moment(writing.at)) + LIFE)
    codes: list[Code] = []
    for operation in (None, *operations):
        made = Code(new_code(), operation.seq if operation else None)
        writing.insert(
            tables.traveler_token, hash=hashed(made.code), job=job.number,
            operation=operation.id if operation else None, print=number, issued_at=writing.at,
            issued_by=writing.actor, expires_at=until, lot=lot,
        )  # fmt: skip
        codes.append(made)
    return number, codes


def open_by_hand(vault: Vault, actor: Person, number: str, seq: int | None, device: str) -> str:
    """Return a code for a job whose number somebody with a role on the floor typed.

    A typed number is no secret, so it takes a person where a scanned code takes none; the code
    lasts for a shift and is withdrawn with the job's prints.  Raises NoSuchJob, NoSuchOperation.
    """
    require(actor, *FLOOR)
    with vault.ledger.writing(actor.name, device) as writing:
        job = job_records.known(writing.connection, number)
        operations = operation_records.operations(writing.connection, job.number)
        chosen = operation_records.step(operations, job.number, seq) if seq is not None else None
        made = new_code()
        writing.insert(
            tables.traveler_token, hash=hashed(made), job=job.number,
            operation=chosen.id if chosen else None, print=BY_HAND, issued_at=writing.at,
            issued_by=writing.actor, expires_at=clock.text(clock.moment(writing.at) + SHIFT),
        )  # fmt: skip
        writing.record("traveler.opened", job_records.subject(job.number), seq=seq)
    return made


def find(connection: Connection, code: str) -> Token:
    """Return the live token of a scanned or typed code; raises NoSuchTraveler, TravelerEnded."""
    try:
        found = token_records.token(connection, hashed(code))
    except BadCode:
        found = None
    if found is None:
        raise NoSuchTraveler
    if found.revoked_at is not None:
        raise TravelerEnded(job=found.job, why="withdrawn")
    if found.expires_at <= clock.now():
        raise TravelerEnded(job=found.job, why="out of date")
    return found


def within(connection: Connection, code: str, job: Job, operation: Operation | None) -> Token:
    """Return what is known of a code that is of this job or step; raises OutsideTraveler."""
    token = find(connection, code)
    own = token.operation
    if token.job == job.number and (own is None or operation is None or operation.id == own):
        return token
    steps = operation_records.operations(connection, token.job)
    told = next((one.seq for one in steps if one.id == own), "any")
    raise OutsideTraveler(job=token.job, own=told, seq=operation.seq if operation else "any")


def revoke(writing: Writing, job: Job, before: int | None = None, only: int | None = None) -> int:
    """Withdraw the prints of a job, those before a number, or one; returns how many codes ended."""
    count = 0
    for one in token_records.tokens(writing.connection, job.number):
        meant = (before is None or one.print < before) and (only is None or one.print == only)
        if one.revoked_at is None and meant:
            writing.update(tables.traveler_token, one.id, revoked_at=writing.at)
            count += 1
    return count


@dataclass(frozen=True, slots=True)
class Print:
    """A traveler that was printed: the number on it, by whom, for which lot, and whether it opens."""

    number: int
    issued_at: str
    issued_by: str
    expires_at: str
    lot: int | None
    codes: int
    state: str

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        told = asdict(self)
        return {"print": told.pop("number"), **told}


def prints(connection: Connection, number: str) -> list[Print]:
    """Return the travelers printed of a job, oldest first; not what was opened by hand."""
    found: dict[int, list[Token]] = {}
    for one in token_records.tokens(connection, number):
        if one.print != BY_HAND:
            found.setdefault(one.print, []).append(one)
    now = clock.now()
    return [
        Print(
            number, tokens[0].issued_at, tokens[0].issued_by, tokens[0].expires_at, tokens[0].lot,
            len(tokens), _state(tokens, now),
        )
        for number, tokens in found.items()
    ]  # fmt: skip


def withdraw(vault: Vault, actor: Person, number: str, only: int | None = None) -> int:
    """Make one print of a job, or all of them, useless at once; returns how many codes ended.

    Raises RoleNeeded, NoSuchJob or NoSuchPrint.
    """
    require(actor, "planner")
    with vault.ledger.writing(actor.name) as writing:
        job = job_records.known(writing.connection, number)
        there = [one.number for one in prints(writing.connection, job.number)]
        if only is not None and only not in there:
            shown = ", ".join(map(str, there)) or "none"
            raise NoSuchPrint(job=job.number, print=only, prints=shown)
        count = revoke(writing, job, only=only)
        facts = {} if only is None else {"print": only}
        writing.record("traveler.withdrawn", job_records.subject(job.number), codes=count, **facts)
    return count


def _state(tokens: Sequence[Token], now: str) -> str:
    if all(one.revoked_at is not None for one in tokens):
        return "withdrawn"
    return "out of date" if tokens[0].expires_at <= now else "live"
