# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking orders over from an ERP: what would change is shown first, good rows land, bad ones are named.

A line is known by its source and external id, so the same file may come again every night: what
is the same is left alone, what differs is changed where the floor still allows it, and a row that
is refused says which field, why, and what to do.  What came is kept as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from release.errors import NoSuchRevision
from release.log import ReleaseLog
from traveler import amending, gate, job_records, jobs, routing
from traveler.customer.errors import CustomerStays
from traveler.errors import BadDueDate, BadJobNumber, BadQuantity, BadWords, JobCannot, JobExists
from traveler.exchange import records as kept
from traveler.exchange import rows as sheets
from traveler.exchange.errors import QuantityStays
from traveler.exchange.mapping import FIELDS, Map, folded
from traveler.exchange.orders import Fault, OrderLine, order_line
from traveler.exchange.tables import erp_line
from traveler.standing import standing
from vault import canonical
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

_FIELD_OF: Final[Mapping[type[Refusal], str]] = {
    BadQuantity: "qty", BadDueDate: "due", BadJobNumber: "job", JobExists: "job", QuantityStays: "qty",
    CustomerStays: "customer", JobCannot: "job", NoSuchRevision: "rev",
}  # fmt: skip
_CHANGEABLE: Final = ("qty", "due", "customer", "order")
_PINNED: Final = ("job", "item", "rev")


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is done, or would be, with one row: ``new``, ``changed``, ``same`` or ``refused``.

    ``changes`` holds before and after of each field of a changed row; ``field`` and ``why`` say
    what is wrong with a refused one.
    """

    row: int
    verdict: str
    job: str = ""
    line: OrderLine | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    field: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "row": self.row, "verdict": self.verdict, "job": self.job,
            "changes": {name: list(pair) for name, pair in self.changes.items()},
            "field": self.field, "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Import:
    """What becomes of a file: each row with its verdict, and the columns that were not read."""

    source: str
    rows: tuple[RowPlan, ...]
    unread: tuple[str, ...]
    done: bool

    def of(self, verdict: str) -> list[RowPlan]:
        """Return the rows of one verdict, in the order of the file."""
        return [one for one in self.rows if one.verdict == verdict]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        counts = {name: len(self.of(name)) for name in ("new", "changed", "same", "refused")}
        return {
            "source": self.source, "done": self.done, **counts,
            "rows": [one.as_json() for one in self.rows if one.verdict != "same"],
            "unread": list(self.unread),
        }  # fmt: skip


Progress = Callable[[int], None]


def preview(vault: Vault, actor: Person, data: bytes, where: str, told: Map) -> Import:
    """Return what an import would do, and change nothing; raises RoleNeeded or BadOrderFile."""
    return _run(vault, actor, data, where, told, _judged, lambda _row: None, done=False)


def take_over(
    vault: Vault,
    actor: Person,
    data: bytes,
    where: str,
    told: Map,
    progress: Progress = lambda _row: None,
) -> Import:
    """Make and change the jobs a file asks for, each row on its own.

    ``progress`` is told after each row.  Raises RoleNeeded or BadOrderFile; what is wrong with a
    single row is in the answer, and the other rows have landed.
    """
    return _run(vault, actor, data, where, told, _taken, progress, done=True)


_Verb = Callable[[Vault, Person, Map, OrderLine], Mapping[str, tuple[Any, Any]] | None]
"""What is done with a line: returns its changes, or None for a new job; raises Refusal."""


def _run(
    vault: Vault,
    actor: Person,
    data: bytes,
    where: str,
    told: Map,
    verb: _Verb,
    progress: Progress,
    *,
    done: bool,
) -> Import:
    require(actor, "planner")
    sheet = sheets.read(data, where, told)
    plans = []
    for plan in _plans(vault, actor, told, sheet.rows, verb):
        plans.append(plan)
        progress(1)
    unread = tuple(one for one in sheet.columns if one and folded(one) not in told.columns)
    return Import(told.source, tuple(plans), unread, done)


def _plans(
    vault: Vault, actor: Person, told: Map, rows: Sequence[sheets.Row], verb: _Verb
) -> Iterator[RowPlan]:
    seen: dict[str, int] = {}
    jobs_seen: dict[str, int] = {}
    for row in rows:
        line = order_line(row, told)
        if isinstance(line, Fault):
            yield RowPlan(row.number, "refused", line.job, field=line.field, why=line.what)
        elif (before := seen.setdefault(line.external_id, row.number)) != row.number:
            why = f"row {before} has the external id {line.external_id} too; keep one of them"
            yield RowPlan(row.number, "refused", line.job, line, field="external_id", why=why)
        elif (before := jobs_seen.get(fold(line.job), row.number)) != row.number:
            why = f"row {before} makes the job {line.job} too; choose another number"
            yield RowPlan(row.number, "refused", line.job, line, field="job", why=why)
        else:
            plan = _plan(vault, actor, told, row.number, line, verb)
            if plan.verdict == "new":
                jobs_seen[fold(line.job)] = row.number
            yield plan


def _plan(
    vault: Vault, actor: Person, told: Map, number: int, line: OrderLine, verb: _Verb
) -> RowPlan:
    try:
        changes = verb(vault, actor, told, line)
    except Refusal as refusal:
        what = str(refusal.facts.get("what", ""))
        name = _FIELD_OF.get(type(refusal), what if what in FIELDS else "item")
        return RowPlan(number, "refused", line.job, line, field=name, why=str(refusal))
    if changes is None:
        return RowPlan(number, "new", line.job, line)
    return RowPlan(number, "changed" if changes else "same", line.job, line, changes)


def _judged(
    vault: Vault, _actor: Person, told: Map, line: OrderLine
) -> Mapping[str, tuple[Any, Any]] | None:
    """Ask what the verbs would ask, without writing."""
    with vault.ledger.reading() as connection:
        before = kept.last_said(connection, told.source, line.external_id)
        if before is not None:
            changes = _changes(before[1], line)
            amending.judged(connection, before[0], _wanted(line, changes))
            return changes
        if found := job_records.job(connection, line.job):
            raise JobExists(number=found.number)
    jobs.checked_number(line.job)
    amending.given(line.qty, line.due, line.customer, line.order)
    log = ReleaseLog(vault)
    revision = log.wanted(line.item, line.rev or None)
    now = standing(log, revision.number, revision.rev)
    if now.state == "recalled":
        raise gate.recalled(revision.number, revision.rev, now)
    routing.released(log, revision)
    return None


def _taken(
    vault: Vault, actor: Person, told: Map, line: OrderLine
) -> Mapping[str, tuple[Any, Any]] | None:
    with vault.ledger.reading() as connection:
        before = kept.last_said(connection, told.source, line.external_id)
    if before is None:
        wanted = jobs.Wanted(line.job, line.item, line.qty, line.due, line.rev or None,
                             line.customer, line.order)  # fmt: skip
        jobs.enter(vault, actor, wanted,
                   also=lambda writing: _keep(writing, told.source, line, line.job))  # fmt: skip
        return None
    changes = _changes(before[1], line)
    if changes:
        with vault.ledger.writing(actor.name) as writing:
            amending.amended(writing, before[0], _wanted(line, changes), f"as {told.source} says")
            _keep(writing, told.source, line, before[0])
    return changes


def _changes(said: Mapping[str, Any], line: OrderLine) -> dict[str, tuple[Any, Any]]:
    """Return what a line says otherwise than the last time; raises BadWords for what is pinned."""
    now = line.as_json()
    for name in _PINNED:
        if said.get(name) != now[name]:
            why = (
                f"the job was made with {said.get(name) or 'none'}, the file says"
                f" {now[name] or 'none'}; use an external id of its own for another job"
            )
            raise BadWords(what=name, why=why)
    return {
        name: (said.get(name), now[name]) for name in _CHANGEABLE if said.get(name) != now[name]
    }


def _wanted(line: OrderLine, changes: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: getattr(line, name) if name in changes else None for name in _CHANGEABLE}
    return amending.given(**told)


def _keep(writing: Writing, source: str, line: OrderLine, job: str) -> None:
    writing.insert(
        erp_line, source=source, external_id=line.external_id, job=job, at=writing.at,
        person=writing.actor, said=canonical.dumps(line.as_json()).decode(),
    )  # fmt: skip
    writing.record(
        "erp.taken", job_records.subject(job), source=source, external_id=line.external_id
    )
