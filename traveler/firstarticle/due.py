# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a first article is due on a job: derived from the records, confirmed or waived by a person.

Nothing is held by it: opening the proposed one confirms it, and who sets a reason aside says why.
A reason that was set aside is not asked again on further jobs of the item.  Every nonconformance ends
with an action, most of which change nothing of the making: those are told and not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy.engine import Connection

from release import rulebook
from release.log import ReleaseLog, Revision
from traveler import job_records, operation_records, route, station_records, words
from traveler.firstarticle import process, records, rules, tables
from traveler.firstarticle.errors import (
    ReasonAsked,
    ReasonNotDue,
    ReasonWaived,
    WaiverNeedsReason,
)
from traveler.firstarticle.process import Answer, Change, Made, Process
from traveler.firstarticle.records import Article
from traveler.firstarticle.rules import Earlier, Owed, Reason, Waiver
from traveler.job_records import Job, subject
from traveler.nonconformance import records as nonconformances
from traveler.operation_records import Operation
from traveler.quality import plan
from vault import item
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

EARLIER: Final = 10
"""How many approved ones of an item are looked back at."""
MOST_ACTIONS: Final = 20


def owed(vault: Vault, number: str) -> Owed:
    """Return whether a first article is due on a job, and every reason; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        return _owed(vault, connection, number)


def in_process(vault: Vault) -> tuple[Owed, ...]:
    """Return the jobs in process on which one is due, of items that were ever inspected so."""
    with vault.ledger.reading() as connection:
        inspected = records.inspected(connection)
        jobs = [one for one in job_records.in_process(connection) if one.item in inspected]
        found = [_owed(vault, connection, one.number) for one in jobs]
    return tuple(one for one in found if one.open)


def waive(
    vault: Vault, actor: Person, number: str, ref: str, why: str, device: str = ""
) -> Owed:  # fmt: skip
    """Set a reason aside, with another reason: this job and further ones need none for it.

    Raises RoleNeeded, NoSuchJob, ReasonNotDue, ReasonWaived or WaiverNeedsReason.
    """
    require(actor, *rulebook.current(vault).quality.may_waive)
    told = _told(ref, why)
    with vault.ledger.writing(actor.name, device) as writing:
        before, one = _known(vault, writing, number, ref)
        if one.waiver is not None:
            raise ReasonWaived(ref=one.ref, person=one.waiver.person, job=one.waiver.job)
        _mark(writing, before, one, "waive", told)
        return _with(before, one, Waiver(writing.actor, writing.at, before.job, told))


def ask(vault: Vault, actor: Person, number: str, ref: str, why: str, device: str = "") -> Owed:
    """Have a reason asked again that was set aside; raises what ``waive`` does, or ReasonAsked."""
    require(actor, *rulebook.current(vault).quality.may_waive)
    told = _told(ref, why)
    with vault.ledger.writing(actor.name, device) as writing:
        before, one = _known(vault, writing, number, ref)
        if one.waiver is None:
            raise ReasonAsked(ref=one.ref)
        _mark(writing, before, one, "ask", told)
        return _with(before, one, None)


# --- inside -----------------------------------------------------------------


def _told(ref: str, why: str) -> str:
    told = words.line("reason", why, 500)
    if not told:
        raise WaiverNeedsReason(ref=ref)
    return told


def _known(vault: Vault, writing: Writing, number: str, ref: str) -> tuple[Owed, Reason]:
    found = _owed(vault, writing.connection, number)
    wanted = ref.strip().casefold()
    for one in found.reasons:
        if one.ref.casefold() == wanted:
            return found, one
    raise ReasonNotDue(job=found.job, ref=ref)


def _mark(writing: Writing, found: Owed, one: Reason, act: str, why: str) -> None:
    writing.insert(
        tables.first_article_waiver, item=found.item, ref=one.ref, act=act, why=why, job=found.job,
        at=writing.at, person=writing.actor, device=writing.device,
    )  # fmt: skip
    deed = "waived" if act == "waive" else "asked"
    writing.record(f"first_article.{deed}", subject(found.job), number=found.item, reason=one.ref,
                   what=one.sentence, why=why)  # fmt: skip


def _with(found: Owed, which: Reason, waiver: Waiver | None) -> Owed:
    return replace(found, reasons=tuple(
        replace(one, waiver=waiver) if one is which else one for one in found.reasons
    ))  # fmt: skip


def _owed(vault: Vault, connection: Connection, number: str) -> Owed:
    job = job_records.known(connection, number)
    log = ReleaseLog(vault)
    every = records.listed(connection, item=job.item)
    approved = [one for one in every if one.state == "approved"]
    now = _process(log, connection, job.number, job.item, job.rev)
    reasons = _by_age(vault, log, connection, job, approved, now)
    if approved and not any(one.whole for one in reasons):
        reasons += _by_change(log, connection, job, approved, now)
    gone = records.waivers(connection, job.item)
    last = approved[-1] if approved else None
    return Owed(
        job.number, job.item, job.rev,
        tuple(replace(one, waiver=gone.get(one.ref)) for one in reasons),
        last.number if last else "", last.rev if last else "",
        tuple(one.balloon for one in now.plan),
        tuple(one.number for one in every
              if one.job == job.number and one.state in {"draft", "verified"}),
    )  # fmt: skip


def _by_age(
    vault: Vault, log: ReleaseLog, connection: Connection, job: Job, approved: list[Article],
    now: Process,
) -> tuple[Reason, ...]:  # fmt: skip
    earlier = [Earlier(one.number, one.rev, one.facts.approved_at) for one in approved]
    made = records.last_made(connection, job.item, job.number)
    differs: tuple[str, ...] = ()
    if approved:
        before = plan.of_revision(log, job.item, approved[-1].rev).characteristics
        differs = rules.changed(before, now.plan)
    return rules.due(job.rev, earlier, made, words.today(vault.settings.time_zone), differs)


def _by_change(
    log: ReleaseLog, connection: Connection, job: Job, approved: list[Article], now: Process
) -> tuple[Reason, ...]:
    """Return what changed in the making since the approved ones, none for the jobs they are of."""
    last = approved[-1]
    if job.number in {one.job for one in approved}:
        return ()
    before = [_process(log, connection, one.job, one.item, one.rev) for one in approved[-EARLIER:]]
    since = last.facts.approved_at
    closed = nonconformances.Filter(item=job.item, states=frozenset({"closed"}))
    answers = [
        Answer(one.number, one.facts.action, one.facts.balloons)
        for one in nonconformances.listed(connection, closed, MOST_ACTIONS)
        if one.facts.action and (one.changed_at, one.job != last.job) > (since, False)
    ]  # fmt: skip
    found = (*process.changes(before, now), *process.answered(answers, now.plan))
    return tuple(_reason(one) for one in found)


def _reason(one: Change) -> Reason:
    return Reason(one.ref, one.kind, one.sentence, one.balloons, certain=one.kind != process.ACTION)


def _process(
    log: ReleaseLog, connection: Connection, number: str, item_number: str, rev: str
) -> Process:
    """Return how a job makes its item: its own steps, with what its revision says of them."""
    revision = log.revision(item_number, rev)
    places = {one.code: one.group or one.code for one in station_records.stations(connection)}
    told = _told_by_route(log, revision)
    shas = {one.name: one.sha256 for one in revision.files}
    steps = tuple(
        _made(one, places, shas, told) for one in operation_records.operations(connection, number)
        if one.loop is None and one.state not in {"skipped", "dropped"}
    )  # fmt: skip
    return Process(number, rev, steps, _material(log, revision),
                   plan.of_revision(log, item_number, rev).characteristics)  # fmt: skip


def _made(
    one: Operation, places: Mapping[str, str], shas: Mapping[str, str],
    told: Mapping[int, Mapping[str, str]],
) -> Made:  # fmt: skip
    return Made(
        one.seq, one.title, places.get(one.station, one.station),
        (one.vendor or one.station) if one.outside else "",
        {name: shas.get(name, "") for name in one.files}, told.get(one.seq, {}),
    )  # fmt: skip


def _told_by_route(log: ReleaseLog, revision: Revision) -> dict[int, dict[str, str]]:
    """Return what else a released route says of its steps, as a ``program`` or a ``fixture``."""
    if all(one.name != route.FILE for one in revision.files):
        return {}
    found = route.parse(log.read(revision, route.FILE), f"{revision.number} {route.FILE}")
    return {
        step.seq: {name: str(value) for name, value in step.metadata.items()
                   if isinstance(value, str | int | float)}
        for step in found.steps
    }  # fmt: skip


def _material(log: ReleaseLog, revision: Revision) -> str:
    if all(one.name != item.FILE for one in revision.files):
        return ""
    told = item.parse(log.read(revision, item.FILE), item.FILE).metadata
    return str(told.get("material", ""))
