# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs on blockers: raise, acknowledge, tick, correct, resolve, close, reopen, list.

Everybody who works here may raise one, because a blocker nobody reports is the worst kind; what
is done about it is up to its owner, who raised it, who it was escalated to, and the planner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import (
    clearing,
    following,
    job_records,
    operation_records,
    series,
    station_records,
    tokens,
)
from traveler.blockers import filing, fitting, kinds, photos, records, telling
from traveler.blockers.errors import (
    BadHours,
    BadOwner,
    BlockerCannot,
    BlockerDecides,
    BlockerFollows,
    BlockerMoved,
    BlockerNowhere,
    NoPhoto,
    NoSuchBlocker,
    NoSuchTick,
    NothingCorrected,
    NotTheirBlocker,
    PhotoWithdrawn,
    StepOfNoJob,
)
from traveler.blockers.filing import Draft
from traveler.blockers.photos import Photo
from traveler.blockers.records import Blocker, BlockerFilter, Entry, Step
from traveler.blockers.telling import BlockerView
from traveler.errors import BadWords, JobCannot, NoReason, OutsideTraveler
from traveler.job_records import Job
from traveler.operation_records import Operation
from traveler.station_records import Station
from traveler.tablet import pressed
from traveler.tablet.sending import DIRECT, Sent
from traveler.words import day, line, reason_for, today
from vault.home import Vault
from vault.ledger import idempotency, people
from vault.ledger.people import Person, require
from vault.names import fold

STAFF = ("engineer", "approver", "planner", "operator", "quality")
MOST_STEPS, MOST_HOURS = 20, 2000
LISTED = 200
NO_FILES: Final[Mapping[str, Path]] = MappingProxyType({})
_OWN = frozenset({"acknowledge"})
"""What only those may do who have to act; who raised it knows that it is there."""
_ANYBODY = frozenset({"reopen", "photo", "withdraw"})
"""What everybody who works here may do: whoever stands before it knows best how it looks."""
_FOLLOWED = frozenset({"resolve", "close", "reopen"})
"""What nobody does by hand with a blocker that follows a nonconformance."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says about a blocker: type, owner, what, where, and the way out."""

    kind: str
    owner: str
    what: str
    job: str = ""
    seq: int | None = None
    station: str = ""
    path: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    until: str = ""
    next_check: str = ""
    escalate_hours: int = 0
    escalate_to: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a blocker is raised; ``about`` is the job of the paper it was raised from."""

    job: Job | None
    operations: list[Operation]
    operation: Operation | None
    station: Station | None
    about: Job | None


def raise_blocker(
    vault: Vault, actor: Person, wanted: Wanted, *, device: str = "", idempotency_key: str = "",
    token: str = "", sent: Sent = DIRECT, files: Mapping[str, Path] = NO_FILES,
) -> Blocker:  # fmt: skip
    """Raise a blocker on a job, one of its operations, its work at a station, or a station.

    ``sent`` tells how it came from a tablet, which may have kept it while it had no contact;
    ``files`` are photos of what blocks.  Raises RoleNeeded, NoSuchBlockerType, BadBlockerFact,
    BadOwner, BadHours, BadWords, BadDueDate, BlockerNowhere, StepOfNoJob, BlockerHoldsNothing,
    NoSuchJob, NoSuchOperation, NoSuchStation, NoSuchChange, NoSuchItem, NoSuchPerson, JobCannot,
    OutsideTraveler, TooManyFiles, FileNotTaken or ActStale.
    """
    require(actor, *STAFF)
    draft = _draft(vault, wanted)
    if files:
        with vault.ledger.reading() as connection:  # before any work is done on the photos
            _place(connection, wanted, token)
    kept = photos.cleaned(vault, files)
    request = {
        "act": "block", "type": draft.kind, "job": wanted.job, "seq": wanted.seq,
        "station": wanted.station, "what": draft.what, "owner": draft.owner,
        **photos.named(kept),
    }  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return _known(writing.connection, earlier["blocker"])
        place = _place(writing.connection, wanted, token)
        if not sent.late:  # what a tablet kept was true when it was pressed
            fitting.placed(place.job, place.operations, place.operation, place.station)
        number = place.job.number if place.job else None
        fitting.named(vault, writing.connection, kinds.KINDS[draft.kind], draft.facts, job=number)
        told = pressed.facts(vault, writing, sent, place.about)
        made = filing.raise_new(
            writing,
            replace(
                draft, job=number, operation=place.operation.id if place.operation else None,
                seq=wanted.seq, station=place.station.code if place.station else None,
                cause=_cause(vault, draft)
                | clearing.awaited(vault, writing.connection, draft.kind, place.job, wanted.seq),
            ),
            told,
            kept,
        )  # fmt: skip
        idempotency.keep(writing, idempotency_key, request, {"blocker": made.id})
    return made


def acknowledge(vault: Vault, actor: Person, number: int, words: str = "") -> Blocker:
    """Say that one has seen it and sees to it; raises NotTheirBlocker or BlockerCannot."""
    return _act(vault, actor, number, "acknowledge", words)


def tick(vault: Vault, actor: Person, number: int, step: int, words: str = "") -> Blocker:
    """Tick a step of the path, counted from 1; raises NoSuchTick, NotTheirBlocker, BlockerCannot."""
    return _act(vault, actor, number, "step", words, step=step)


def correct(
    vault: Vault, actor: Person, number: int, words: str, seen: int | None = None, **changes: Any
) -> Blocker:
    """Change what is known: owner, what, facts, path, until, next_check, escalation; with a reason.

    The earlier entry stays.  ``seen`` is the count of entries the person looked at.  Raises
    BlockerMoved where there are more now, and what raising one refuses.
    """
    if not words.strip():
        raise NoReason(what="correction")
    return _act(vault, actor, number, "correct", words, seen=seen, changes=changes)


def add_photos(
    vault: Vault, actor: Person, number: int, files: Mapping[str, Path], words: str = "", *,
    device: str = "", idempotency_key: str = "", token: str = "",
) -> Blocker:  # fmt: skip
    """Keep photos of what blocks with a blocker that is not closed; by anybody who works here.

    Raises RoleNeeded, NoSuchBlocker, BlockerDecides, BlockerCannot, NoPhoto, TooManyFiles,
    FileNotTaken or OutsideTraveler.
    """
    require(actor, *STAFF)
    if not files:
        raise NoPhoto
    said = line("words", words, 500)
    with vault.ledger.reading() as connection:  # before any work is done on the photos
        one = _undecided(_known(connection, number))
        filing.allowed(one, "photo")
        if token:
            _of_paper(connection, token, one)
    kept = photos.cleaned(vault, files)
    request = {"act": "blocker photo", "blocker": number, "words": said, **photos.named(kept)}
    with vault.ledger.writing(actor.name, device) as writing:
        if idempotency.earlier(writing, idempotency_key, request) is not None:
            return _known(writing.connection, number)
        _undecided(_known(writing.connection, number))
        made = filing.act(writing, number, "photo", said, kept)
        idempotency.keep(writing, idempotency_key, request, {"blocker": number})
    return made


def withdraw_photo(
    vault: Vault, actor: Person, number: int, photo_number: int, words: str, *, device: str = ""
) -> Blocker:  # fmt: skip
    """Take a photo back that shows the wrong thing, with the reason; by anybody who works here.

    It stays on record and is shown with its reason on the blocker's page alone.  Raises RoleNeeded,
    NoReason, NoSuchBlocker, NoSuchPhoto or PhotoWithdrawn.
    """
    require(actor, *STAFF)
    said = reason_for("withdrawn photo", words)
    with vault.ledger.writing(actor.name, device) as writing:
        _known(writing.connection, number)
        found = photos.of(writing.connection, [number]).get(number, ())
        shot = photos.one(found, number, photo_number)
        if shot.taken:
            raise PhotoWithdrawn(photo=shot.number, id=number, by=shot.taken.person)
        return filing.act(writing, number, "withdraw", said, back=shot)


def photo(vault: Vault, number: int, photo_number: int) -> Photo:
    """Return a photo of a blocker, a withdrawn one too; raises NoSuchBlocker or NoSuchPhoto."""
    with vault.ledger.reading() as connection:
        _known(connection, number)
        those = photos.of(connection, [number]).get(number, ())
    return photos.one(those, number, photo_number)


def resolve(
    vault: Vault, actor: Person, number: int, words: str, seen: int | None = None
) -> Blocker:
    """Say that the reason is gone and how; work may start again at once."""
    if not words.strip():
        raise NoReason(what="resolution")
    return _act(vault, actor, number, "resolve", words, seen=seen)


def close(
    vault: Vault, actor: Person, number: int, words: str = "", seen: int | None = None
) -> Blocker:
    """Put a resolved blocker away."""
    return _act(vault, actor, number, "close", words, seen=seen)


def reopen(vault: Vault, actor: Person, number: int, words: str) -> Blocker:
    """Take it up again, since it still blocks; by anybody who works here, with the reason."""
    if not words.strip():
        raise NoReason(what="reopening")
    return _act(vault, actor, number, "reopen", words)


def show(vault: Vault, number: int) -> tuple[BlockerView, list[Entry]]:
    """Return a blocker with all that was done about it; raises NoSuchBlocker."""
    following.follow(vault)
    with vault.ledger.reading() as connection:
        found = _known(connection, number)
        done = records.entries(connection, number)
        seen = photos.of(connection, [number]).get(number, ())
    return telling.seen(found, today(vault.settings.time_zone), seen), done


def listing(
    vault: Vault, wanted: BlockerFilter | None = None, limit: int = LISTED, offset: int = 0
) -> list[BlockerView]:
    """Return the blockers that fit, the oldest first.

    Raises NoSuchJob, NoSuchStation or NoSuchPerson for a slip of the hand, which would read as if
    nothing blocked there.
    """
    following.follow(vault)
    if wanted is not None and wanted.owner:
        people.get(vault.ledger, wanted.owner)
    with vault.ledger.reading() as connection:
        if wanted is not None and wanted.job:
            job_records.known(connection, wanted.job)
        if wanted is not None and wanted.station:
            station_records.known(connection, wanted.station)
        found = records.listed(connection, wanted or BlockerFilter(), limit, offset)
        seen = photos.of(connection, [one.id for one in found])
    day_now = today(vault.settings.time_zone)
    return [telling.seen(one, day_now, seen.get(one.id, ())) for one in found]


def may(actor: Person, one: Blocker, act: str) -> bool:
    """Say whether this person may do this to a blocker, as far as who they are decides it."""
    if one.follows and act in _FOLLOWED:
        return False
    if actor.disabled or one.decides or not actor.roles & {"admin", *STAFF}:
        return False
    if act in _ANYBODY or actor.roles & {"admin", "planner"}:
        return True
    theirs = {one.owner, one.escalate_to} if act in _OWN else _hands(one)
    return actor.name in theirs


# --- inside -----------------------------------------------------------------


def _act(
    vault: Vault, actor: Person, number: int, deed: str, words: str, *, step: int = 0,
    seen: int | None = None, changes: Mapping[str, Any] | None = None,
) -> Blocker:  # fmt: skip
    require(actor, *STAFF)
    said = line("reason", words, 500)
    with vault.ledger.writing(actor.name) as writing:
        before = _undecided(_known(writing.connection, number))
        if before.follows and deed in _FOLLOWED:
            raise BlockerFollows(
                id=number, number=series.NONCONFORMANCE.name(before.cause["nonconformance"])
            )
        if not may(actor, before, deed):
            raise NotTheirBlocker(name=actor.name, act=deed, id=number, who=_whose(before, deed))
        if seen is not None and seen != before.entries:
            raise BlockerMoved(id=number, by=before.changed_by)
        told = _ticked(before, actor.name, writing.at, step) if deed == "step" else {}
        if changes:
            told = _changed(vault, before, changes)
            fitting.named(vault, writing.connection, kinds.KINDS[before.kind],
                          told.get("facts", {}), before.facts, before.job)  # fmt: skip
        if deed == "correct" and all(getattr(before, name) == now for name, now in told.items()):
            raise NothingCorrected(id=number)
        if deed == "reopen":
            _job_goes_on(writing.connection, before)
        return filing.act(writing, number, deed, said, **told)


def _draft(vault: Vault, wanted: Wanted) -> Draft:
    if not wanted.job and not wanted.station:
        raise BlockerNowhere
    kind = kinds.kind_named(wanted.kind)
    what = line("blocker", wanted.what, 300)
    if not what:
        raise NoReason(what="blocker")
    return Draft(
        kind=kind.name, owner=_owner(vault, wanted.owner), what=what,
        steps=_steps(wanted.path) or tuple(Step(text) for text in kind.path),
        facts=kinds.checked(kind, wanted.facts),
        until=day(wanted.until) if wanted.until else "",
        next_check=day(wanted.next_check) if wanted.next_check else "",
        **_escalation(vault, wanted.escalate_hours, wanted.escalate_to),
    )  # fmt: skip


def _changed(vault: Vault, before: Blocker, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a correction as it is kept; ``None`` in it means: as it was."""
    kind = kinds.KINDS[before.kind]
    told = {name: value for name, value in given.items() if value is not None}
    now: dict[str, Any] = {}
    if "owner" in told:
        now["owner"] = _owner(vault, told["owner"])
    if "what" in told:
        now["what"] = line("blocker", told["what"], 300) or before.what
    if "facts" in told:
        merged = {**before.facts, **told["facts"]}
        now["facts"] = kinds.checked(kind, merged)
    if "path" in told:
        done = {step.text: step for step in before.steps if step.done_by}
        now["steps"] = tuple(done.get(one.text, one) for one in _steps(told["path"]))
    for name in ("until", "next_check"):
        if name in told:
            now[name] = day(told[name]) if told[name] else ""
    if "escalate_to" in told or "escalate_hours" in told:
        hours = told.get("escalate_hours", before.escalate_hours)
        now |= _escalation(vault, hours, told.get("escalate_to", before.escalate_to))
    return now


def _owner(vault: Vault, name: str) -> str:
    found = people.get(vault.ledger, name.strip())
    if found.disabled:
        raise BadOwner(name=found.name, why="they are disabled")
    if found.roles == {"customer"}:
        raise BadOwner(name=found.name, why="they are a customer")
    return found.name


def _steps(path: Sequence[str]) -> tuple[Step, ...]:
    texts = [line("step", part, 200) for text in path for part in text.splitlines()]
    steps = tuple(Step(text) for text in texts if text)
    if len(steps) > MOST_STEPS:
        why = f"it has {len(steps)} steps, and {MOST_STEPS} are the most"
        raise BadWords(what="way out", why=why)
    return steps


def _escalation(vault: Vault, hours: int, to: str) -> dict[str, Any]:
    if not hours and not to:
        return {"escalate_hours": 0, "escalate_to": ""}
    if not to:
        raise BadHours(why=f"Nobody is named to hear of it after {hours} h")
    if not hours:
        raise BadHours(why=f"{to} is named, and not after how many hours")
    if not 1 <= hours <= MOST_HOURS:
        raise BadHours(why=f"{hours} is no such number of hours")
    return {"escalate_hours": hours, "escalate_to": _owner(vault, to)}


def _place(connection: Connection, wanted: Wanted, token: str) -> _Place:
    """Return where it is raised; raises OutsideTraveler where the paper in hand is of another job."""
    job, operations, operation = _job(connection, wanted)
    station = station_records.known(connection, wanted.station) if wanted.station else None
    about = _within(connection, token, job, operation, wanted) if token else job
    return _Place(job, operations, operation, station, about)


def _job(
    connection: Connection, wanted: Wanted
) -> tuple[Job | None, list[Operation], Operation | None]:
    if not wanted.job:
        if wanted.seq is not None:
            raise StepOfNoJob(seq=wanted.seq)
        return None, [], None
    job = job_records.known(connection, wanted.job)
    if job.ended:
        raise JobCannot(job=job.number, state=job.state, act="blocked", way="nothing waits for it")
    operations = operation_records.operations(connection, job.number)
    if wanted.seq is None:
        return job, operations, None
    return job, operations, operation_records.step(operations, job.number, wanted.seq)


def _cause(vault: Vault, draft: Draft) -> dict[str, Any]:
    """Return what the system watches: a release after this place in the log clears an approval."""
    if draft.kind == "approval" and (draft.facts.get("change") or draft.facts.get("item")):
        return {"since": ReleaseLog(vault).head().sequence}
    return {}


def _within(
    connection: Connection, code: str, job: Job | None, operation: Operation | None, wanted: Wanted
) -> Job | None:
    """Return the job of the paper in somebody's hand; raises OutsideTraveler where it is another."""
    token = tokens.find(connection, code)
    steps = operation_records.operations(connection, token.job)
    if job is None:
        fits = any(fold(one.station) == fold(wanted.station) for one in steps)
    else:
        fits = token.job == job.number
        fits &= operation is None or token.operation in {None, operation.id}
    if not fits:
        own = next((one.seq for one in steps if one.id == token.operation), "any")
        raise OutsideTraveler(job=token.job, own=own, seq=operation.seq if operation else "any")
    return job_records.job(connection, token.job)


def _of_paper(connection: Connection, code: str, one: Blocker) -> None:
    """Raise OutsideTraveler where a blocker holds nothing of the paper in somebody's hand."""
    where = Wanted(one.kind, one.owner, one.what, one.job or "", one.seq, one.station or "")
    job = job_records.job(connection, one.job) if one.job else None
    steps = operation_records.operations(connection, job.number) if job else []
    operation = next((step for step in steps if step.id == one.operation), None)
    _within(connection, code, job, operation, where)


def _job_goes_on(connection: Connection, before: Blocker) -> None:
    job = job_records.job(connection, before.job) if before.job else None
    if job is not None and job.ended:
        way = f"job {job.number} is {job.state}, so nothing waits for it"
        raise BlockerCannot(id=before.id, state=before.state, act="reopen", way=way)


def _ticked(before: Blocker, name: str, at: str, step: int) -> dict[str, Any]:
    steps = list(before.steps)
    if not 1 <= step <= len(steps) or steps[step - 1].done_by:
        left = ", ".join(str(n) for n, one in enumerate(steps, 1) if not one.done_by)
        raise NoSuchTick(id=before.id, step=step, steps=left or "none left")
    steps[step - 1] = replace(steps[step - 1], done_by=name, done_at=at)
    return {"steps": tuple(steps)}


def _hands(one: Blocker) -> set[str]:
    return {one.owner, one.raised_by, one.escalate_to} - {""}


def _whose(one: Blocker, deed: str) -> str:
    names = {one.owner, one.escalate_to} - {""} if deed in _OWN else _hands(one)
    return ", ".join([*sorted(names), "a planner"])


def _undecided(one: Blocker) -> Blocker:
    """Return a blocker that people act on; raises BlockerDecides for a question about a job."""
    if one.decides:
        raise BlockerDecides(id=one.id, job=one.job)
    return one


def _known(connection: Connection, number: int) -> Blocker:
    found = records.blocker(connection, number)
    if found is None:
        raise NoSuchBlocker(id=number)
    return found
