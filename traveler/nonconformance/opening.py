# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening a nonconformance, and saying more of it: what was found, what is contained, what caused it.

Everybody who works here may open one, because what nobody reports goes to the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from release import orders
from release.log import ReleaseLog
from traveler import job_records, operation_records, series, tokens, words
from traveler.errors import JobCannot
from traveler.job_records import Job
from traveler.nonconformance import filing, records, rules
from traveler.nonconformance.errors import BadHold, TooManyNonconforming
from traveler.nonconformance.records import Nonconformance
from traveler.nonconformance.rules import Facts
from traveler.operation_records import Operation
from traveler.tablet import pressed
from traveler.tablet.sending import DIRECT, Sent
from vault.home import Vault
from vault.ledger import idempotency, people
from vault.ledger.people import Person, require

STAFF = ("engineer", "approver", "planner", "operator", "quality")

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says about something that is not right."""

    job: str
    what: str
    qty: int = 1
    seq: int | None = None
    place: str = ""
    pieces: str = ""
    containment: str = ""
    holds: str = "rest"
    balloons: Sequence[str] = ()
    results: Sequence[int] = ()
    owner: str = ""


def open_new(
    vault: Vault, actor: Person, wanted: Wanted, *, device: str = "", idempotency_key: str = "",
    token: str = "", sent: Sent = DIRECT,
) -> Nonconformance:  # fmt: skip
    """Write down what does not conform, and keep from going on what has to wait.

    ``sent`` tells how it came from a tablet, which may have kept it while it had no contact.
    Where balloons are named and no results, it is about the results that `rules.meant` finds.
    Raises RoleNeeded, NoSuchJob, NoSuchOperation, JobCannot, BadQuantity, TooManyNonconforming,
    BadHold, BadWords, OutsideTraveler or ActStale.
    """
    require(actor, *STAFF)
    facts = _facts(wanted)
    request = {"act": "nc", "job": wanted.job, "seq": wanted.seq, "what": facts.what,
               "qty": facts.qty}  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return filing.known(
                writing.connection, series.NONCONFORMANCE.name(earlier["nonconformance"])
            )
        job, operations, operation = _place(writing.connection, wanted.job, wanted.seq)
        if token:
            tokens.within(writing.connection, token, job, operation)
        if facts.qty > job.qty:
            raise TooManyNonconforming(job=job.number, most=job.qty, qty=facts.qty)
        if not facts.place and operation:
            facts = replace(facts, place=f"{operation.station}, step {operation.seq}")
        if facts.balloons and not facts.results:
            out = [(one.id, one.balloon, one.piece)
                   for one in records.outside(writing.connection, job.number)]  # fmt: skip
            named = rules.meant(out, facts.balloons, facts.pieces, facts.qty)
            facts = replace(facts, results=named)
        told = pressed.facts(vault, writing, sent, job)
        made = filing.new(writing, job, operation, facts, told)
        owner = people.get(vault.ledger, wanted.owner).name if wanted.owner else job.added_by
        if not job.ended:  # there is nothing left to keep from going on
            filing.hold(writing, made, operations, owner)
        idempotency.keep(writing, idempotency_key, request, {"nonconformance": made.id})
    return made


def correct(
    vault: Vault, actor: Person, number: str, why: str, seen: int | None = None, **changes: Any
) -> Nonconformance:
    """Change what was found: qty, what, place, pieces, containment; a proposal falls by it.

    Raises NonconformanceCannot, NonconformanceMoved, TooManyNonconforming, BadWords, BadQuantity.
    """
    require(actor, *STAFF)
    reason = filing.reason("correction", why)
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
        facts = replace(before.facts, **_changes(changes))
        job = job_records.job(writing.connection, before.job)
        if job is not None and facts.qty > job.qty:
            raise TooManyNonconforming(job=job.number, most=job.qty, qty=facts.qty)
        return filing.act(writing, before, "correct", reason, filing.undecided(facts))


def explain(
    vault: Vault, actor: Person, number: str, *, cause: str = "", action: str = "",
    change: str = "", recall: str = "", containment: str = "", seen: int | None = None,
) -> Nonconformance:  # fmt: skip
    """Say why it happened and what keeps it from happening again; link a change or a recall.

    Raises BadWords, NoSuchChange, NoSuchRevision, NonconformanceCannot or NonconformanceMoved.
    """
    require(actor, *STAFF)
    told = _changes({"cause": cause or None, "action": action or None,
                     "containment": containment or None})  # fmt: skip
    with vault.ledger.writing(actor.name) as writing:
        before = filing.seen(writing.connection, number, seen)
        if change:
            told["change"] = orders.load(vault, change).order.change
        if recall:
            told["recall"] = ReleaseLog(vault).revision(before.item, recall).rev
        facts = replace(before.facts, **told)
        return filing.act(writing, before, "explain", "", facts)


def _facts(wanted: Wanted) -> Facts:
    if wanted.holds not in rules.HOLDS:
        raise BadHold(text=wanted.holds)
    return Facts(
        qty=words.pieces(wanted.qty, least=1),
        what=words.lines("description", wanted.what, LONGEST),
        place=words.line("place", wanted.place, 120),
        pieces=words.line("pieces", wanted.pieces, 200),
        containment=words.line("containment", wanted.containment, 500),
        holds=wanted.holds,
        balloons=tuple(words.line("balloon", one, 12) for one in wanted.balloons if one.strip()),
        results=tuple(wanted.results),
    )


def _changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes as they are kept; ``None`` in them means: as it was."""
    told: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name == "qty":
            told[name] = words.pieces(value, least=1)
        elif name in {"what", "cause", "action"}:
            told[name] = words.lines(name, value, LONGEST)
        else:
            told[name] = words.line(name, value, 500)
    return told


def _place(
    connection: Connection, number: str, seq: int | None
) -> tuple[Job, list[Operation], Operation | None]:
    job = job_records.known(connection, number)
    operations = operation_records.operations(connection, job.number)
    if way := _nothing_there(job, operations):
        raise JobCannot(job=job.number, state=job.state, act="called nonconforming", way=way)
    found = None if seq is None else operation_records.step(operations, job.number, seq)
    return job, operations, found


def _nothing_there(job: Job, operations: Sequence[Operation]) -> str:
    """Return why a job has no pieces that could be wrong, empty where it may have some.

    What was made before a job was given up is still there, and may have gone out already.
    """
    if job.state == "planned":
        return "nothing was made yet"
    made = job.split_from or any(one.counted or one.started_at for one in operations)
    if job.state == "cancelled" and not made:
        return "nothing was made of it; what others should know goes into a note"
    return ""
