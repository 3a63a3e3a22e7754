# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences a customer may be told of an order, each with the record it rests on: pure.

What happened since they were last told, then how it stands.  News on the customer's own page and
drafts of messages are made of the same sentences.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from traveler.customer.knowing import Known
from traveler.customer.wording import day_words, local_day, pieces
from traveler.operation_records import Operation
from vault import canonical


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence, the job it is about, and its source: ``kind`` of record and ``where`` in it.

    ``at`` is when it happened, empty for what just stands so.
    """

    job: str
    words: str
    kind: str
    where: str
    at: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as it is kept with a message."""
        return {"job": self.job, "words": self.words, "kind": self.kind, "where": self.where,
                "at": self.at}  # fmt: skip


def happened(known: Known, since: str) -> list[Fact]:
    """Return what was done from a moment on, in its order: steps, packets, shipments.

    That moment's own second is in it: better told twice than never.
    """
    found = [*_finished(known), *_issued(known), *_sent(known)]
    return sorted((one for one in found if one.at >= since), key=lambda one: one.at)


def standing(known: Known, *, dates: bool) -> list[Fact]:
    """Return how an order stands: the step it is at, what it waits for, when it is expected."""
    job = known.job.number
    stage = known.stage
    if stage.over or known.job.ended:
        return [] if known.shipments else [Fact(job, stage.sentence, "job", job)]
    found = []
    step = known.step
    if step is not None:
        found.append(Fact(job, _at(known, step, dates=dates), "step", str(step.seq)))
    for one in known.blockers:
        until = f", expected {day_words(one.expected, known.today)}" if one.expected else ""
        found.append(Fact(job, f"It waits for {known.named(one)}{until}.", "blocker", str(one.id)))
    day, honest = known.forecast(allowed=dates)
    if day:
        said = f"We expect all of it to be done {_on(day_words(day, known.today))}. {honest}"
        found.append(Fact(job, said, "forecast", job))
    elif honest:
        said = "So no day can be said at the moment." if known.blockers else honest
        found.append(Fact(job, said, "forecast", job))
    return found


def mark(facts: Sequence[Fact]) -> str:
    """Return a digest of facts, by which a draft shows whether they still stand so."""
    return hashlib.sha256(canonical.dumps([asdict(one) for one in facts])).hexdigest()[:16]


def _finished(known: Known) -> list[Fact]:
    over = [one for one in known.operations if one.state == "done" and one.finished_at]
    return [
        Fact(known.job.number,
             f"Step {one.seq}{_title(known, one)} was finished {_day(known, one.finished_at or '')}.",
             "step", str(one.seq), one.finished_at or "")
        for one in over
    ]  # fmt: skip


def _issued(known: Known) -> list[Fact]:
    return [
        Fact(known.job.number, f"Proof packet {one.label} can be downloaded.", "packet", one.label, one.at)
        for one in known.packets
    ]  # fmt: skip


def _sent(known: Known) -> list[Fact]:
    found = []
    for one in known.shipments:
        tracking = f", tracking {one.facts.tracking}" if one.facts.tracking else ""
        said = (f"{pieces(one.facts.qty).capitalize()} left {_day(known, one.facts.shipped_at)} with "
                f"{one.facts.carrier}{tracking}.")  # fmt: skip
        found.append(Fact(known.job.number, said, "shipment", one.number, one.facts.shipped_at))
    return found


def _at(known: Known, step: Operation, *, dates: bool) -> str:
    title = _title(known, step)
    told = known.dates.steps.get(step.seq) if known.dates and dates else None
    day = (
        f"; we expect it to be finished {_on(day_words(told[1], known.today))}"
        if told and told[1]
        else ""
    )
    if step.state == "running":
        return f"Step {step.seq}{title} is being worked on{day}."
    return f"Next is step {step.seq}{title}{day}."


def _title(known: Known, step: Operation) -> str:
    return f" ({step.title})" if known.rules.steps else ""


def _day(known: Known, stored: str) -> str:
    return _on(day_words(local_day(stored, known.zone), known.today))


def _on(day: str) -> str:
    return day if day in {"yesterday", "today", "tomorrow"} else f"on {day}"
