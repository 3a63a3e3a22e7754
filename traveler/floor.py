# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor: what a scan shows, and the few things that may be done there.

Looking needs only the traveler's code and never changes anything.  Acting needs a person, known by
badge and PIN, and may be sent twice with the same idempotency key without being done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.engine import Connection

import traveler.words as words_of
from release.log import ReleaseLog
from traveler import (
    flow,
    following,
    gate,
    ground,
    job_records,
    jobs,
    lifecycle,
    operation_records,
    readers,
    station_records,
    stations,
    tables,
    tokens,
    work_records,
)
from traveler.errors import NoSuchJob, NotOutside, OutsideTraveler, ProofOwed, TravelerEnded
from traveler.gate import Ground, Part
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.quality import proof
from traveler.quality.proof import Line
from traveler.tablet import lots, sending
from traveler.tablet.lots import Lot
from traveler.tablet.sending import DIRECT, Sent
from traveler.token_records import Token
from traveler.views import JobView, OperationView
from traveler.words import today
from traveler.work_records import Stint
from vault import canonical, clock
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

ROLES = ("operator", "planner", "quality")
PASSERS = ("planner",)
"""Who may start past a blocker, administrators beside them."""
LONGEST_NOTE = 2000
_ALL_DONE = "Every operation of this job is done."


@dataclass(frozen=True, slots=True)
class FloorFile:
    """A released file of the job's revision; ``pages`` of its stamped PDF, 0 where there is none.

    ``here`` says that the current step names it, or names none and so needs all.
    """

    name: str
    size: int
    pages: int
    here: bool


@dataclass(frozen=True, slots=True)
class FloorView:
    """All that the page behind a traveler's QR shows, true at the moment ``as_of``.

    ``step`` is the operation in hand: the scanned one, else the first that is not done.  ``acts``
    are the buttons; where there is none, ``why_not`` is the sentence that says why and ``refused``
    the name of the refusal.  ``unfinished`` says why a running step cannot be finished.  ``mark``
    goes with every act that is pressed on it.  ``owed`` is the step's proof, had, missing or waived.
    """

    view: JobView
    scope: int | None
    step: OperationView | None
    files: tuple[FloorFile, ...]
    owed: tuple[Line, ...]
    acts: tuple[str, ...]
    why_not: str
    refused: str
    as_of: str
    mark: str = ""
    lot: Lot | None = None
    unfinished: str = ""

    @property
    def job(self) -> Job:
        """Return the job."""
        return self.view.job

    @property
    def standing(self) -> gate.Standing:
        """Return how the job's revision stands."""
        return self.view.standing

    @property
    def stop(self) -> bool:
        """Say whether the page has to say STOP: nobody may work from the revision."""
        return not self.view.ground.workable

    def pinned(self, item: str = "") -> Part:
        """Return what may be looked at: the job's own revision, or an item's of its kit; NotInKit."""
        return gate.pinned(self.job, self.view.ground, item)

    @property
    def kit_stop(self) -> tuple[Part, ...]:
        """Return the further items of a kit for which the page has to say STOP."""
        return self.view.ground.overtaken

    @property
    def owing(self) -> bool:
        """Say whether only missing proof keeps the running step from being finished."""
        step = self.step
        return step is not None and step.operation.state == "running" and bool(step.owing)

    @property
    def blocked(self) -> bool:
        """Say whether only blockers keep the step from starting."""
        return self.step is not None and not self.acts and self.refused == "OperationBlocked"


@dataclass(frozen=True, slots=True)
class Trip:
    """Pieces on their way out: to which vendor, with which packing slip, expected back on a day.

    What is left empty is the station's own vendor, and today and the days its work takes.
    """

    vendor: str = ""
    slip: str = ""
    expected: str = ""


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


def opened(vault: Vault, code: str) -> tuple[Job, list[Operation]]:
    """Return the job a traveler's code opens, with its operations, and nothing that hangs on them.

    That is all an act has to know before its verb asks the gates.  Raises what ``look`` does.
    """
    with vault.ledger.reading() as connection:
        token, job = _opened(connection, code)
        operations = operation_records.operations(connection, job.number)
    _scanned(token, job, operations)
    return job, operations


def look(vault: Vault, code: str) -> FloorView:
    """Return what a traveler's code shows; raises NoSuchTraveler, TravelerEnded."""
    with vault.ledger.reading() as connection:
        token, job = _opened(connection, code)
        view = jobs.gathered(vault, connection, job)
        lot = lots.lot(connection, job.number, token.lot) if token.lot is not None else None
    operations = [one.operation for one in view.operations]
    scanned = _scanned(token, job, operations)
    step = view.operation(scanned.seq) if scanned else view.step
    acts = step.acts if step else ()
    why_not = None if acts else _why_not(view, operations, step)
    return FloorView(
        view=view,
        scope=scanned.seq if scanned else None,
        step=step,
        files=_files(ReleaseLog(vault), job, step),
        owed=step.proof.lines if step else (),
        acts=acts,
        why_not=str(why_not) if why_not else "" if acts else _ALL_DONE,
        refused=type(why_not).__name__ if why_not else "",
        as_of=clock.now(),
        mark=sending.mark(job, operations, view.ground),
        lot=lot,
        unfinished=_unfinished(view, operations, step),
    )


def _opened(connection: Connection, code: str) -> tuple[Token, Job]:
    token = tokens.find(connection, code)
    job = job_records.job(connection, token.job)
    if job is None:  # the ledger's foreign keys keep this from happening
        raise NoSuchJob(number=token.job)
    return token, job


def _scanned(token: Token, job: Job, operations: Sequence[Operation]) -> Operation | None:
    """Return the operation a code is of, None where it is of the job; raises TravelerEnded."""
    scanned = next((one for one in operations if one.id == token.operation), None)
    if scanned is None and token.operation is not None:
        raise TravelerEnded(job=job.number, why=f"of a step that revision {job.rev} does not have")
    return scanned


def start(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    *,
    override: str = "",
    machine: str = "",
    trip: Trip | None = None,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Begin, or go on with, an operation, or join those who are on it already.

    ``machine`` names the station of the group it is started on.  At an outside station a start
    sends the pieces away, as ``trip`` tells, and a finish takes them back.

    ``override`` is the reason for which a planner starts past its blockers; it stays visible on
    the job for ever and sets nothing else aside.  Raises RoleNeeded, NoSuchJob, NoSuchOperation,
    OperationCannot, JobNotReleased, EarlierOperationOpen, NothingArrived, OperationBlocked,
    RevisionUndecided, DeviationUsedUp, RevisionRecalled, KitOvertaken, ChildrenOpen, ReworkOpen,
    BadMachine, NotOutside, BadDueDate, NotRead or OutsideTraveler.
    """
    told = {"override": override, "machine": machine, **(asdict(trip) if trip else {})}
    request = {"act": "start", "job": job, "seq": seq} | {
        name: text for name, text in told.items() if text.strip()
    }
    return _act(vault, actor, request, device, idempotency_key, token, sent)


def pause(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    qty: int = 0,
    scrap: int = 0,
    *,
    rework: int = 0,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Interrupt an operation, counting the pieces made since it was started.

    Where others are on it too, it goes on without this person.  ``rework`` pieces are set aside
    to be worked on again.  Raises what ``start`` does but for the job's standing, and BadQuantity
    or TooManyPieces.
    """
    request = {"act": "pause", "job": job, "seq": seq, "qty": qty, "scrap": scrap} | (
        {"rework": rework} if rework else {}
    )
    return _act(vault, actor, request, device, idempotency_key, token, sent)


def finish(  # noqa: PLR0913 - the act itself, and how it came
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    qty: int | None = None,
    scrap: int = 0,
    *,
    rework: int = 0,
    why: str = "",
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """End an operation for everybody on it; without ``qty`` all pieces not counted yet are good.

    Every piece that came must be accounted for, or ``why`` must say why some are missing.  Raises
    what ``pause`` does, and PiecesMissing or ReworkOpen.
    """
    request = {"act": "finish", "job": job, "seq": seq, "qty": qty, "scrap": scrap, "why": why} | (
        {"rework": rework} if rework else {}
    )
    return _act(vault, actor, request, device, idempotency_key, token, sent)


def note(
    vault: Vault,
    actor: Person,
    job: str,
    seq: int,
    words: str,
    *,
    device: str = "",
    idempotency_key: str = "",
    token: str = "",
    sent: Sent = DIRECT,
) -> Progress:
    """Write down something about an operation, whatever its state; raises BadWords."""
    request = {"act": "note", "job": job, "seq": seq, "words": words}
    return _act(vault, actor, request, device, idempotency_key, token, sent)


def _act(
    vault: Vault,
    actor: Person,
    request: Mapping[str, Any],
    device: str,
    key: str,
    code: str,
    sent: Sent,
) -> Progress:
    require(actor, *(PASSERS if request.get("override") else ROLES))
    following.follow(vault)
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, key, request)
        if earlier is not None:
            return Progress(**earlier)
        job, operations, operation = operation_records.found(
            writing.connection, request["job"], request["seq"]
        )
        lot = _within(writing, code, job, operation).lot if code else None
        sent, machine = _placed(writing, sent, operation)
        log = ReleaseLog(vault)
        stand = _ground(vault, log, writing, job, _counted(operations, operation, request))
        now = sending.mark(job, operations, stand)
        if refusal := sending.refusal(sent, now, job, operation, request["act"]):
            raise refusal
        came = _Came(stand, lot, _done_at(writing, sent, operation), {})
        came.facts.update(sending.facts(sent, now, came.at, operation))
        if request["act"] == "note":
            done = _note(writing, job, operation, request["words"], came)
        elif request["act"] == "start":
            begun = {"machine": machine, **request}
            done = _start(vault, log, writing, job, operations, operation, begun, came)
        else:
            done = _stop(writing, job, operations, operation, request, came)
        idempotency.keep(writing, key, request, asdict(done))
    return done


@dataclass(frozen=True, slots=True)
class _Came:
    """What an act finds: its ground, for which lot, when it was done, what else to record."""

    ground: Ground
    lot: int | None
    at: str
    facts: dict[str, Any]


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


def _start(
    vault: Vault,
    log: ReleaseLog,
    writing: Writing,
    job: Job,
    operations: list[Operation],
    operation: Operation,
    request: Mapping[str, Any],
    came: _Came,
) -> Progress:
    why = words_of.line("reason", request.get("override", ""), 500)
    stand = came.ground
    act = "start"
    if operation.state == "running" and not work_records.open_stint(
        writing.connection, operation.id, writing.actor
    ):
        act = "join"
    refusal = gate.act_refusal(job, operations, operation, stand, act, past_blockers=bool(why))
    if refusal:
        raise refusal
    pinned = [(job.item, job.rev), *((one.item.item, one.item.rev) for one in stand.kit)]
    for pin in pinned:
        if unread := readers.refusal(vault, log, writing.connection, writing.actor, *pin):
            raise unread
    changes = _where(vault, writing, operation, request)
    writing.insert(
        tables.stint, operation=operation.id, person=writing.actor, device=writing.device,
        started_at=came.at, good=0, scrap=0, lot=came.lot,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "rev": job.rev, "standing": stand.standing.state, **changes, **came.facts
    }  # fmt: skip
    if why and (passed := [one.id for one in stand.on(job, operation)]):
        writing.insert(
            tables.start_override, operation=operation.id, at=writing.at, person=writing.actor,
            device=writing.device, why=why, blockers=canonical.dumps(passed).decode(),
        )  # fmt: skip
        facts |= {"past_blockers": passed, "why": why}
    changes["started_at"] = operation.started_at or came.at
    return _moved(writing, operation, act, changes=changes, facts=facts)


def _where(
    vault: Vault, writing: Writing, operation: Operation, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a start tells of the machine, or of the vendor the pieces are sent to."""
    found: dict[str, Any] = {}
    if machine := request.get("machine", ""):
        found["machine"] = stations.machine(writing.connection, operation, machine)
    told = [request.get(name, "") for name in ("vendor", "slip", "expected")]
    if not operation.outside:
        if any(told):
            raise NotOutside(job=operation.job, seq=operation.seq, station=operation.station)
        return found
    vendor, slip, expected = told
    if not expected and operation.days:
        sent = date.fromisoformat(today(vault.settings.time_zone))
        expected = (sent + timedelta(days=operation.days)).isoformat()
    return found | {
        "sent_to": words_of.line("vendor", vendor or operation.vendor, 80),
        "slip": words_of.line("packing slip", slip or operation.slip, 80),
        "expected": words_of.day(expected) if expected else "",
    }


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


def _stop(
    writing: Writing,
    job: Job,
    operations: list[Operation],
    operation: Operation,
    request: Mapping[str, Any],
    came: _Came,
) -> Progress:
    act, given = request["act"], request["qty"]
    on_it = work_records.open_stints(writing.connection, operation.id)
    own = next((one for one in on_it if one.person == writing.actor), None)
    if act == "pause" and own is not None and len(on_it) > 1:
        act = "leave"
    stand = came.ground
    if refusal := gate.act_refusal(job, operations, operation, stand, act):
        raise refusal
    scrap = words_of.pieces(request["scrap"])
    rework = words_of.pieces(request.get("rework", 0))
    left = flow.left(job, operations, operation) - scrap - rework
    good = words_of.pieces(max(left, 0) if given is None else given)
    why = words_of.line("reason", request.get("why", ""), 500)
    finishing = act == "finish"
    if refusal := gate.pieces_refusal(
        job, operations, operation, good, scrap, finishing, why, stand.tightest, rework
    ):
        raise refusal
    if came.lot is not None:
        lots.within(writing.connection, job, operation, came.lot, good + scrap + rework)
    aside = {"rework": rework} if rework else {}
    counted = {"good": good, "scrap": scrap, **aside}
    of_lot = {} if came.lot is None else {"lot": came.lot}
    _leave(writing, operation, on_it, own, counted | of_lot, came.at, alone=act == "leave")
    changes: dict[str, Any] = {
        name: count + getattr(operation, name) for name, count in counted.items()
    }
    if finishing:
        changes["finished_at"] = came.at
    facts: dict[str, Any] = {**counted, **of_lot, **came.facts} | ({"why": why} if why else {})
    return _moved(writing, operation, act, changes=changes, facts=facts)


def _leave(
    writing: Writing,
    operation: Operation,
    on_it: list[Stint],
    own: Stint | None,
    counted: Mapping[str, int],
    at: str,
    *,
    alone: bool,
) -> None:
    """End the stints on an operation, or one's own alone; the pieces are whose hand counted them.

    Somebody who was not on it, and counts for several, gets a stint without length.
    """
    counter = own or (on_it[0] if len(on_it) == 1 else None)
    ended = {"ended_at": at, "ended_by": writing.actor}
    for one in on_it:
        if one is counter:
            writing.update(tables.stint, one.id, **ended, **counted)
        elif not alone:
            writing.update(tables.stint, one.id, **ended)
    if counter is None and on_it:
        writing.insert(
            tables.stint, operation=operation.id, person=writing.actor, device=writing.device,
            started_at=at, **ended, **counted,
        )  # fmt: skip


def _moved(
    writing: Writing,
    operation: Operation,
    act: str,
    changes: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Progress:
    after = lifecycle.OPERATION[operation.state, act]
    row = writing.update(tables.operation, operation.id, state=after, **changes)
    writing.record(
        f"operation.{act}", job_records.subject(operation.job), seq=operation.seq,
        before=operation.state, now=after, **facts,
    )  # fmt: skip
    return Progress(
        operation.job, operation.seq, after, row["good"], row["scrap"], writing.at,
        row["rework"] or 0,
    )  # fmt: skip


def _note(writing: Writing, job: Job, operation: Operation, text: str, came: _Came) -> Progress:
    words = words_of.lines("note", text, LONGEST_NOTE)
    writing.insert(
        tables.floor_note, operation=operation.id, at=came.at, person=writing.actor, words=words
    )
    writing.record(
        "operation.note",
        job_records.subject(job.number),
        seq=operation.seq,
        note=words,
        **came.facts,
    )
    return Progress(
        job.number, operation.seq, operation.state, operation.good, operation.scrap, writing.at,
        operation.rework,
    )  # fmt: skip


def _within(writing: Writing, code: str, job: Job, operation: Operation) -> Token:
    token = tokens.find(writing.connection, code)
    if token.job != job.number or token.operation not in {None, operation.id}:
        scope = operation_records.operations(writing.connection, token.job)
        own = next((one.seq for one in scope if one.id == token.operation), "any")
        raise OutsideTraveler(job=token.job, own=own, seq=operation.seq)
    return token


def _files(log: ReleaseLog, job: Job, step: OperationView | None) -> tuple[FloorFile, ...]:
    named = step.operation.files if step else ()
    revision = log.revision(job.item, job.rev)
    return tuple(
        FloorFile(
            name=file.name,
            size=file.size,
            pages=file.stamped.pages if file.stamped else 0,
            here=not named or file.name in named,
        )
        for file in revision.files
    )


def _why_not(
    view: JobView, operations: list[Operation], step: OperationView | None
) -> Refusal | None:
    if step is None:
        return None
    return gate.act_refusal(view.job, operations, step.operation, view.ground, "start")


def _unfinished(view: JobView, operations: list[Operation], step: OperationView | None) -> str:
    """Return why a running step cannot be finished yet, empty where it can or does not run."""
    if step is None or step.operation.state != "running":
        return ""
    why = gate.act_refusal(view.job, operations, step.operation, view.ground, "finish")
    if isinstance(why, ProofOwed):
        return f"First it owes proof: {proof.told(step.owing)}."
    return str(why) if why else ""
