# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a recall or a supersession leaves to do: copies to account for, jobs to decide.

Nobody closes a recall.  It is closed when every copy of the revision is collected, destroyed or
declared missing and every job on it is decided, and open again should one turn up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from release import settling
from release.log import ReleaseLog, Revision
from traveler import job_records, kit_records
from traveler.copies import old, register
from traveler.copies import records as copy_records
from traveler.copies.records import Copy, CopyFilter
from traveler.decisions import rules
from traveler.decisions.records import Decision, decisions
from traveler.errors import NoWithdrawal
from traveler.gate import Standing
from traveler.job_records import Job, JobFilter
from traveler.standing import standing as standing_of
from traveler.words import today
from vault.home import Vault

RECALLS: Final = "refs/tags/recall/"
_MOST_JOBS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a withdrawn revision leaves to do: a copy to account for, or a job to decide.

    ``where`` is the job, step and station, ``who`` has it since ``since``; ``outcome`` says what
    became of it once it is ``done``.
    """

    kind: Literal["copy", "job"]
    name: str
    where: str
    who: str
    since: str
    done: bool
    outcome: str
    done_at: str = ""
    done_by: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "kind": self.kind, "name": self.name, "where": self.where or None, "who": self.who,
            "since": self.since, "done": self.done, "outcome": self.outcome or None,
            "done_at": self.done_at or None, "done_by": self.done_by or None,
            "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A revision nobody shall work from any more, why, and all that this leaves to do.

    ``standing`` is ``superseded`` or ``recalled``; ``order`` is the recall's instruction as a
    sentence; ``by`` and ``at`` tell who withdrew it and when.
    """

    number: str
    rev: str
    title: str
    standing: str
    current: str | None
    by: str
    at: str
    reason: str
    order: str
    tasks: tuple[Task, ...]

    @property
    def open(self) -> tuple[Task, ...]:
        """Return what is still to be done."""
        return tuple(one for one in self.tasks if not one.done)

    @property
    def state(self) -> str:
        """Return ``open`` while anything is to be done, else ``closed``."""
        return "open" if self.open else "closed"

    @property
    def closed_at(self) -> str:
        """Return when the last thing was done, empty while something is open."""
        return "" if self.open else max((self.at, *(one.done_at for one in self.tasks)))

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "number": self.number, "rev": self.rev, "standing": self.standing,
            "current": self.current, "by": self.by, "at": self.at, "reason": self.reason,
            "instruction": self.order or None, "state": self.state, "open": len(self.open),
            "closed_at": self.closed_at or None, "tasks": [one.as_json() for one in self.tasks],
        }  # fmt: skip


def of(vault: Vault, number: str, rev: str) -> Withdrawal:
    """Return a withdrawn revision with all it leaves to do; raises NoSuchRevision, NoWithdrawal."""
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.revision(number, rev)
    standing = log.standing(revision.number, revision.rev)
    if standing == "current":
        raise NoWithdrawal(number=revision.number, rev=revision.rev, state=standing)
    return _withdrawal(vault, log, revision, standing)


def listing(vault: Vault, *, closed: bool = False) -> list[Withdrawal]:
    """Return the withdrawn revisions that leave something to do, the newest first.

    With ``closed`` also every recall and supersession of which all is done.
    """
    settling.settle(vault)
    wanted = [one for one in _found(vault, closed=closed) if closed or one.open]
    return sorted(wanted, key=lambda one: (one.at, one.number), reverse=True)


def first(vault: Vault, limit: int) -> list[Withdrawal]:
    """Return some withdrawn revisions that leave something to do, recalled ones first."""
    settling.settle(vault)
    return list(islice((one for one in _found(vault, closed=False) if one.open), limit))


def _found(vault: Vault, *, closed: bool) -> Iterator[Withdrawal]:
    log = ReleaseLog(vault)
    for pair, standing in old.withdrawn(log, list(_candidates(vault, closed=closed))).items():
        yield _withdrawal(vault, log, log.revision(*pair), standing)


def _candidates(vault: Vault, *, closed: bool) -> Iterator[tuple[str, str]]:
    with vault.ledger.reading() as connection:
        yield from copy_records.revisions(connection, "" if closed else register.OUT)
        yield from job_records.job_revisions(connection, closed=closed)
    if closed:
        for ref, _target in vault.history.refs(RECALLS):
            number, _slash, rev = ref.removeprefix(RECALLS).rpartition("/")
            yield number, rev


def _withdrawal(vault: Vault, log: ReleaseLog, revision: Revision, standing: str) -> Withdrawal:
    now = log.current(revision.number)
    recall = log.recall(revision.number, revision.rev)
    if recall is not None:
        by, at, reason, order = recall.by, recall.at, recall.reason, recall.order
    else:
        next_one = successor(log, revision)
        by, at, reason, order = (
            next_one.released_by, next_one.released_at,
            f"{next_one.rev} was released: {next_one.notes}", "",
        )  # fmt: skip
    return Withdrawal(
        revision.number, revision.rev, revision.title, standing, now.rev if now else None, by, at,
        reason, order, tuple(_tasks(vault, log, revision, at)),
    )  # fmt: skip


def successor(log: ReleaseLog, revision: Revision) -> Revision:
    """Return the revision that superseded another one; itself where none did."""
    for one in log.revisions(revision.number):
        if one.supersedes == revision.rev:
            return one
    return revision


def _tasks(vault: Vault, log: ReleaseLog, revision: Revision, at: str) -> Iterator[Task]:
    stand = standing_of(log, revision.number, revision.rev)
    day = today(vault.settings.time_zone)
    with vault.ledger.reading() as connection:
        copies = copy_records.copies(connection, CopyFilter(revision.number, revision.rev))
        own = job_records.jobs(connection, JobFilter(item=revision.number), _MOST_JOBS)
        found = [(job, None) for job in own] + kit_records.in_kits(connection, revision.number)
        made = decisions(connection, [job.number for job, _part in found])
    yield from (_copy(one) for one in reversed(copies))
    for job, part in found:
        item, rev = (part.item, part.rev) if part else ("", job.rev)
        mine = [one for one in made[job.number] if (one.item, one.rev) == (item, revision.rev)]
        if rev == revision.rev and (mine or job.closed_at is None or job.closed_at >= at):
            yield _job(job, rules.in_force(mine, job, stand, day, part), stand)
        elif rev != revision.rev and mine and mine[-1].choice == "move":
            yield _decided(job, mine[-1])


def _copy(one: Copy) -> Task:
    done = one.state != register.OUT
    last = one.last if done else None
    return Task(
        "copy", one.number, one.work, one.person, one.at, done, one.state if done else "",
        last.at if last else "", last.person if last else "", last.note if last else "",
    )  # fmt: skip


def _job(job: Job, decision: Decision | None, stand: Standing) -> Task:
    if decision is not None:
        return _decided(job, decision)
    done = not rules.open_question(job, stand, None)
    return Task("job", job.number, f"{job.qty} pieces, {job.state}", job.added_by, job.added_at,
                done, job.state if done else "", job.closed_at or "" if done else "")  # fmt: skip


def _decided(job: Job, decision: Decision) -> Task:
    return Task(
        "job", job.number, f"{job.qty} pieces, {job.state}", job.added_by, job.added_at, True,
        decision.sentence, decision.at, decision.person, decision.why,
    )  # fmt: skip
