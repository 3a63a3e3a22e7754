# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every act at a traveler passes, whichever it is: who may, once only, on which ground.

Acting needs a person, known by badge and PIN, and may be sent twice with the same idempotency key
without being done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from release.log import ReleaseLog
from traveler import (
    following,
    ground,
    lifecycle,
    operation_records,
    station_records,
    tables,
    tokens,
    work_records,
)
from traveler import words as words_of
from traveler.gate import Ground
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from traveler.tablet import sending
from traveler.tablet.sending import Sent
from traveler.words import today
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

ROLES = ("operator", "planner", "quality")

PASSERS = ("planner",)
"""Who may start past a blocker, administrators beside them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What an act on an operation left: its state, and its pieces counted so far."""

    job: str
    seq: int
    state: str
    good: int
    scrap: int
    at: str
    rework: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What an act finds when it is done ``at`` a moment, for a ``lot`` where the code is of one.

    ``machine`` is the station of the group it is done on; ``facts`` go into the record beside
    what the act itself tells.
    """

    vault: Vault
    log: ReleaseLog
    writing: Writing
    job: Job
    operations: list[Operation]
    operation: Operation
    ground: Ground
    request: Mapping[str, Any]
    lot: int | None
    at: str
    machine: str
    facts: Mapping[str, Any]


def act(
    vault: Vault,
    actor: Person,
    request: Mapping[str, Any],
    device: str,
    key: str,
    code: str,
    sent: Sent,
    do: Callable[[Scene], Progress],
) -> Progress:
    """Do one act in a transaction of its own, once for each key; ``do`` is what is special of it."""
    require(actor, *(PASSERS if request.get("override") else ROLES))
    following.follow(vault)
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, key, request)
        if earlier is not None:
            return Progress(**earlier)
        job, operations, operation = operation_records.found(
            writing.connection, request["job"], request["seq"]
        )
        lot = tokens.within(writing.connection, code, job, operation).lot if code else None
        sent, machine = _placed(writing, sent, operation)
        log = ReleaseLog(vault)
        stand = _ground(vault, log, writing, job, _counted(operations, operation, request))
        now = sending.mark(job, operations, stand)
        if refusal := sending.refusal(sent, now, job, operation, request["act"]):
            raise refusal
        at = _done_at(writing, sent, operation)
        done = do(
            Scene(
                vault, log, writing, job, operations, operation, stand, request, lot, at,
                request.get("machine", machine), sending.facts(sent, now, at, operation),
            )
        )  # fmt: skip
        idempotency.keep(writing, key, request, asdict(done))
    return done


def moved(scene: Scene, act: str, changes: Mapping[str, Any], facts: Mapping[str, Any]) -> Progress:
    """Write down that the operation went on by an act, and return how far it is."""
    writing, operation = scene.writing, scene.operation
    after = lifecycle.OPERATION[operation.state, act]
    row = writing.update(tables.operation, operation.id, state=after, **changes)
    writing.record(
        f"operation.{act}", subject(operation.job), seq=operation.seq, before=operation.state,
        now=after, **facts, **scene.facts,
    )  # fmt: skip
    return Progress(
        operation.job, operation.seq, after, row["good"], row["scrap"], writing.at,
        row["rework"] or 0,
    )  # fmt: skip


def _placed(writing: Writing, sent: Sent, operation: Operation) -> tuple[Sent, str]:
    """Let a tablet at one station of a group do what is planned for the group; name the station."""
    for code in sorted(sent.stations - {operation.station}):
        found = station_records.station(writing.connection, code)
        if found is not None and found.group == operation.station:
            return replace(sent, stations=sent.stations | {operation.station}), found.code
    return sent, ""


def _done_at(writing: Writing, sent: Sent, operation: Operation) -> str:
    """Return when an act was done: later than all that was done on the operation before it."""
    if not sent.late:
        return writing.at
    stints = work_records.open_stints(writing.connection, operation.id)
    before = [*(one.started_at for one in stints), operation.started_at, operation.finished_at]
    return sending.moment(sent, writing.at, before)


def _ground(
    vault: Vault, log: ReleaseLog, writing: Writing, job: Job, operations: list[Operation]
) -> Ground:
    day_now = today(vault.settings.time_zone)
    return ground.ground(log, writing.connection, job, operations, day_now)


def _counted(
    operations: Sequence[Operation], operation: Operation, request: Mapping[str, Any]
) -> list[Operation]:
    """Return the operations as a finish leaves them: what it scraps need not be measured."""
    if request["act"] != "finish":
        return list(operations)
    scrap, rework = words_of.pieces(request["scrap"]), words_of.pieces(request.get("rework", 0))
    after = operation._replace(scrap=operation.scrap + scrap, rework=operation.rework + rework)
    return [after if one.id == operation.id else one for one in operations]
