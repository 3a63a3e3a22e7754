# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing nonconformances down, and the blocker that keeps what must wait from going on.

Whoever calls this has asked who may; here only the lifecycle is held.  The blocker follows the
nonconformance: nobody resolves it by hand, and it closes by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy.engine import Connection

from traveler import series
from traveler import words as words_of
from traveler.blockers import filing as blocker_filing
from traveler.blockers import records as blocker_records
from traveler.blockers.filing import Draft
from traveler.blockers.records import Blocker, Step
from traveler.job_records import Job, subject
from traveler.nonconformance import records, rules, tables
from traveler.nonconformance.errors import (
    DispositionNeedsReason,
    NonconformanceCannot,
    NonconformanceMoved,
    NoSuchNonconformance,
)
from traveler.nonconformance.records import Nonconformance
from traveler.nonconformance.rules import Facts
from traveler.operation_records import Operation
from vault import canonical
from vault.ledger.engine import Writing

CAUSE = "nonconformance"
"""The key under which a blocker says which nonconformance it follows."""
_DID = {"dispose": "dispose of", "propose": "propose anything for", "approve": "approve",
         "refuse": "refuse", "reconsider": "reconsider", "close": "close", "reopen": "reopen",
         "correct": "correct", "explain": "explain"}  # fmt: skip
_WAYS = {
    "open": "dispose of it first",
    "proposed": "the approval owner signs or refuses it first",
    "disposed": "take its disposition back first, with the reason",
    "closed": "reopen it with the reason",
}


def known(connection: Connection, number: str) -> Nonconformance:
    """Return a nonconformance by ``NC-0001``; raises NoSuchNonconformance."""
    which = series.NONCONFORMANCE.number(number)
    found = records.one(connection, which) if which is not None else None
    if found is None:
        raise NoSuchNonconformance(number=number)
    return found


def seen(connection: Connection, number: str, seen: int | None) -> Nonconformance:
    """Return it where nobody changed it since its entry ``seen``; raises NonconformanceMoved."""
    found = known(connection, number)
    if seen is not None and seen != found.entries:
        raise NonconformanceMoved(number=found.number, by=found.changed_by)
    return found


def reason(what: str, why: str) -> str:
    """Return the reason for a deed, which may not be empty; raises DispositionNeedsReason."""
    told = words_of.line("reason", why, 500)
    if not told:
        raise DispositionNeedsReason(number="it", disposition=f"a {what}")
    return told


def undecided(facts: Facts) -> Facts:
    """Return what is known without what was decided."""
    return replace(facts, parts=())


def new(
    writing: Writing, job: Job, operation: Operation | None, facts: Facts,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Nonconformance:  # fmt: skip
    """Write down a new nonconformance and return it; ``more`` is what its event tells besides."""
    row = writing.insert(
        tables.nonconformance, job=job.number, operation=operation.id if operation else None,
        item=job.item, rev=job.rev, raised_at=writing.at, raised_by=writing.actor, state="open",
        entries=1,
    )  # fmt: skip
    made = Nonconformance(
        row["id"], job.number, operation.seq if operation else None, row["operation"], job.item,
        job.rev, writing.at, writing.actor, "open", 1, writing.at, writing.actor, facts,
    )  # fmt: skip
    _enter(writing, made, "open", "", more)
    return made


def allowed(before: Nonconformance, deed: str) -> str:
    """Return the state a deed leads to; raises NonconformanceCannot."""
    after = rules.NONCONFORMANCE.get((before.state, deed))
    if after is None:
        raise NonconformanceCannot(
            number=before.number, state=before.state, act=_DID[deed], way=_WAYS[before.state]
        )
    return after


def act(
    writing: Writing, before: Nonconformance, deed: str, words: str, facts: Facts
) -> Nonconformance:
    """Take one step of the lifecycle; raises NonconformanceCannot."""
    now = replace(
        before, state=allowed(before, deed), entries=before.entries + 1, changed_at=writing.at,
        changed_by=writing.actor, facts=facts,
    )  # fmt: skip
    writing.update(tables.nonconformance, now.id, state=now.state, entries=now.entries)
    _enter(writing, now, deed, words)
    return now


def hold(
    writing: Writing, one: Nonconformance, operations: Sequence[Operation], owner: str
) -> Blocker | None:
    """Raise the blocker of what must wait; None where nothing but shipping has to."""
    at = _held(one, operations)
    if one.facts.holds == "nothing" or (at is None and one.facts.holds != "job" and one.seq):
        return None
    return blocker_filing.raise_new(
        writing,
        Draft(
            kind="inspection", owner=owner, what=f"{one.number}: {one.facts.what}"[:300],
            job=one.job, operation=at.id if at else None, seq=at.seq if at else None,
            steps=(Step("Dispose of it"), Step("Close it")), facts={"plan": one.number},
            cause={CAUSE: one.id},
        ),
    )  # fmt: skip


def holding(connection: Connection, one: Nonconformance) -> list[Blocker]:
    """Return the blockers that follow a nonconformance and still stand."""
    active = blocker_records.concerning(connection, [one.job], ())
    return [each for each in active if each.cause.get(CAUSE) == one.id]


def let_go(writing: Writing, one: Nonconformance, words: str) -> None:
    """Close the blockers that follow it."""
    for each in holding(writing.connection, one):
        blocker_filing.clear(writing, each, words)


def _held(one: Nonconformance, operations: Sequence[Operation]) -> Operation | None:
    """Return the first operation of the route behind it that has not begun."""
    if one.facts.holds != "rest" or one.seq is None:
        return None
    return next(
        (each for each in operations if each.seq > one.seq and each.state == "waiting"), None
    )


def _enter(
    writing: Writing, now: Nonconformance, deed: str, words: str,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:  # fmt: skip
    facts = _said(asdict(now.facts))
    facts |= {"qty": now.facts.qty, "what": now.facts.what, "holds": now.facts.holds}
    if now.facts.parts:
        facts["parts"] = [_said(asdict(one)) for one in now.facts.parts]
    writing.insert(
        tables.nonconformance_entry, nonconformance=now.id, number=now.entries, at=writing.at,
        person=writing.actor, device=writing.device, act=deed, words=words, state=now.state,
        facts=canonical.dumps(facts).decode(),
    )  # fmt: skip
    told: dict[str, object] = dict(more) | ({"seq": now.seq} if now.seq is not None else {})
    also = {"words": words, "disposition": now.facts.disposition}
    told |= {name: value for name, value in also.items() if value}
    writing.record(
        f"nonconformance.{deed}", subject(now.job), nonconformance=now.number,
        what=now.facts.what, qty=now.facts.qty, now=now.state, **told,
    )  # fmt: skip


def _said(told: dict[str, Any]) -> dict[str, Any]:
    """Return what is known, without what is empty."""
    return {key: value for key, value in told.items() if value not in ("", (), None, {}, False)}
