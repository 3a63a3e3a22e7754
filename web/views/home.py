# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page: what this person should do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Response, render_template, url_for

from release import desk, settling
from release.change import Order
from release.log import Revision
from traveler import jobs, lifecycle, readers, recalls, work_records
from traveler.blockers import handling
from traveler.blockers.records import BlockerFilter
from traveler.blockers.telling import BlockerView
from traveler.customer import questions
from traveler.customer.talk_records import Question
from traveler.dispatch import desk as desks
from traveler.dispatch.judging import Line
from traveler.job_records import JobFilter
from traveler.nonconformance import disposing
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.records import Filter, Nonconformance
from traveler.nonconformance.rules import OPEN
from traveler.quality import gauges
from traveler.recalls import Withdrawal
from traveler.views import JobLine
from vault import inbox
from vault.inbox import Entry
from vault.ledger.people import Person
from web import forms, present
from web.views.questions import age
from web.visitor import me, vault

ROWS: Final = 8
NO_STEP: Final = 0  # numbers of operations begin with 1
URGENT: Final = {"halt": 0, "wait": 1}
"""Which tones come first; all others after them, each in the order of the roles."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do or to know, with the way to it."""

    name: str
    href: str
    text: str
    soft: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class Todo:
    """A list of the first page; ``none`` is said where it is empty."""

    name: str
    title: str
    icon: str
    tone: str
    rows: list[Row]
    none: str
    more: str = ""


def page() -> str | Response:
    """Show the lists of this person's roles, what waits first, empty ones as a line.

    Customers are led to their orders.
    """
    if me().roles == {"customer"}:
        return forms.sent_to(url_for("customer.listing"))
    settling.settle(vault())
    person, zone = me(), present.zone(vault().settings.time_zone)
    lists = sorted(_lists(person), key=lambda one: URGENT.get(one.tone, 2))
    waiting = sum(len(one.rows) for one in lists if one.tone in {"wait", "halt"})
    return render_template(
        "home.html", lists=[one for one in lists if one.rows],
        nothing=[one.none for one in lists if not one.rows], greeting=f"Next for {person.shown}",
        today=present.day_text(datetime.now(zone).date()), summary=_summary(waiting),
    )  # fmt: skip


def _summary(waiting: int) -> str:
    if waiting == 0:
        return "Nothing waits for you."
    return "One thing waits for you." if waiting == 1 else f"{waiting} things wait for you."


def _lists(person: Person) -> Iterable[Todo]:
    roles = person.roles
    if unread := readers.to_read(vault(), person):
        yield Todo("read", "To read before you work on it", "pen", "wait",
                   [_unread_row(one) for one in unread[:ROWS]], "")  # fmt: skip
    if held := _own_blockers(person):
        yield Todo("blockers", "Your blockers", "block", "wait",
                   [_blocker_row(one) for one in held[:ROWS]], "",
                   url_for("blockers.board", owner=person.name) if len(held) > ROWS else "")  # fmt: skip
    if roles & {"planner", "quality", "admin"} and (left := recalls.first(vault(), ROWS + 1)):
        yield Todo("recalls", "Copies to collect, jobs to decide", "hand", "halt",
                   [_recall_row(one) for one in left[:ROWS]], "",
                   url_for("copies.recall_list") if len(left) > ROWS else "")  # fmt: skip
    yield from _questions(person)
    if roles & {"approver", "engineer", "quality", "admin"}:
        yield from _of_changes(person, desk.listing(vault(), "open"))
    if roles & {"engineer", "admin"} and (found := inbox.waiting(vault())):
        yield Todo("inbox", "Files that belong to no item yet", "box", "wait",
                   [_inbox_row(one) for one in found[:ROWS]], "",
                   url_for("inbox.page") if len(found) > ROWS else "")  # fmt: skip
    if roles & {"quality", "admin"}:
        yield _nonconformances()
        yield from _gauges()
    if "operator" in roles:
        yield from _in_hand(person)
    if roles & {"planner", "admin"}:
        yield _dispatch()
        yield _jobs("plan", "Jobs to release", "planned", "act", "No job waits to be released.")
    if roles & {"planner", "operator", "admin"}:
        yield _jobs("floor", "Jobs on the floor", "released", "go", "Nothing is on the floor.")


def _questions(person: Person) -> Iterable[Todo]:
    if not questions.may_answer(vault(), person):
        return
    if asked := questions.waiting(vault(), person, ROWS + 1):
        yield Todo("questions", "Customers ask", "search", "wait",
                   [_question_row(one) for one in asked[:ROWS]], "",
                   url_for("questions.listing") if len(asked) > ROWS else "")  # fmt: skip


def _of_changes(person: Person, orders: list[Order]) -> Iterable[Todo]:
    all_of_them = url_for("changes.listing")
    mine = [one for one in orders if _waits_for(one, person)]
    if "approver" in person.roles:
        yield Todo("sign", "Waiting for your signature", "pen", "wait",
                   [*(_order_row(one) for one in mine[:ROWS]), *_dispositions(person)],
                   "Nothing waits for your signature.",
                   all_of_them if len(mine) > ROWS else "")  # fmt: skip
    if "engineer" in person.roles:
        own = [one for one in orders + desk.listing(vault(), "rejected")
               if one.author == person.name]  # fmt: skip
        yield Todo("mine", "Your change orders", "change", "act",
                   [_order_row(one) for one in own[:ROWS]],
                   "You have no open change order.",
                   all_of_them if len(own) > ROWS else "")  # fmt: skip
    rest = [one for one in orders if one not in mine and one.author != person.name]
    yield Todo("review", "In review", "clock", "calm", [_order_row(one) for one in rest[:ROWS]],
               "No other change is in review.", all_of_them if len(rest) > ROWS else "")  # fmt: skip


def _waits_for(order: Order, person: Person) -> bool:
    """Say whether the person owns an item of an order and has not signed what it holds now."""
    return order.author != person.name and any(
        one.owner == person.name
        and not any(sign.by == person.name and sign.covers(one) for sign in order.signoffs)
        for one in order.items
    )


def _order_row(one: Order) -> Row:
    numbers = ", ".join(item.number for item in one.items[:3])
    more = f" and {len(one.items) - 3} more" if len(one.items) > 3 else ""
    href = url_for("changes.page", change=one.change)
    return Row(one.change, href, f"{numbers}{more}: {one.notes}", one.author, "order", one.state)


def _inbox_row(one: Entry) -> Row:
    text = f"perhaps {one.guess}: {one.why}" if one.guess else f"from {one.origin}"
    state = "guessed" if one.guess else "unknown"
    return Row(one.name, url_for("inbox.page"), text, one.by, "inbox", state)


def _unread_row(one: Revision) -> Row:
    href = url_for("items.revision", number=one.number, rev=one.rev)
    return Row(f"{one.number} {one.rev}", href, f"{one.title}: {one.notes}", one.change,
               "receipt", "unread")  # fmt: skip


def _recall_row(one: Withdrawal) -> Row:
    href = url_for("copies.recall_page", number=one.number, rev=one.rev)
    left = f"{len(one.open)} of {len(one.tasks)} to do"
    return Row(f"{one.number} {one.rev}", href, one.reason, left, "revision", one.standing)


def _question_row(one: Question) -> Row:
    href = url_for("questions.page", question=one.id)
    return Row(one.label, href, f"{one.customer}, job {one.job}: {one.said[-1].words[:200]}",
               age(one), "question", one.state)  # fmt: skip


def _own_blockers(person: Person) -> list[BlockerView]:
    """Return what blocks and is up to this person, by ownership or by escalation."""
    blocking = BlockerFilter(states=lifecycle.BLOCKING)
    return [
        one for one in handling.listing(vault(), blocking, limit=2000)
        if one.blocker.owner == person.name
        or (one.escalated and one.blocker.escalate_to == person.name)
    ]  # fmt: skip


def _blocker_row(one: BlockerView) -> Row:
    blocker = one.blocker
    href = (
        url_for("decisions.page", job=blocker.job, item=blocker.about or None) if blocker.decides
        else url_for("blockers.page", blocker=blocker.id)
    )  # fmt: skip
    late = (f"escalated to {blocker.escalate_to}, {blocker.owner} owns it" if one.escalated else "",
            one.check if one.overdue else "")  # fmt: skip
    soft = ", ".join(part for part in late if part) or one.age
    return Row(blocker.job or blocker.station or "", href, f"{blocker.kind}: {blocker.what}", soft,
               "blocker", blocker.state)  # fmt: skip


def _dispatch() -> Todo:
    """Return what the board has to be done first, and the way to it."""
    found = desks.board(vault()).section("next")
    urgent = [one for one in found if one.line.urgent]
    return Todo("dispatch", "Needs action now", "flag", "halt",
                [_dispatch_row(one.line) for one in urgent[:ROWS]],
                "Every job will be done in time as things stand.",
                url_for("dispatch.board") if len(urgent) > ROWS else "")  # fmt: skip


def _dispatch_row(line: Line) -> Row:
    who = f"{line.who}: " if line.who else ""
    text = f"{line.why}. {who}{line.act}" if line.act else line.why
    return Row(line.number, url_for("jobs.page", job=line.number), text, line.facts.job.customer,
               "outlook", line.found.verdict)  # fmt: skip


def _dispositions(person: Person) -> Iterable[Row]:
    """Yield the nonconformances whose repair or use as is takes this person's signature."""
    waiting = nc_views.listing(vault(), Filter(states=frozenset({"proposed"})))
    return (_nc_row(one) for one in waiting if disposing.owns(vault(), person, one))


def _nonconformances() -> Todo:
    found = nc_views.listing(vault(), Filter(states=OPEN), ROWS + 1)
    return Todo("nc", "Nonconformances to settle", "warn", "halt",
                [_nc_row(one) for one in found[:ROWS]], "No nonconformance is open.",
                url_for("nc.board") if len(found) > ROWS else "")  # fmt: skip


def _nc_row(one: Nonconformance) -> Row:
    href = url_for("nc.page", nc=one.number)
    return Row(one.number, href, one.facts.what.splitlines()[0], one.job, "nc", one.state)


def _gauges() -> Iterable[Todo]:
    due = [one for one in gauges.listing(vault()) if one[1] not in {"ready", "retired"}]
    if due:
        yield Todo("gauges", "Gauges nobody may measure with", "caliper", "wait",
                   [Row(one.code, url_for("gauges.page", gauge=one.code),
                        f"{one.kind} {one.name}".strip(), "", "gauge", state)
                    for one, state in due[:ROWS]], "",
                   url_for("gauges.listing") if len(due) > ROWS else "")  # fmt: skip


def _in_hand(person: Person) -> Iterable[Todo]:
    """Yield what an operator is on at this moment, whatever tablet it was started at."""
    with vault().ledger.reading() as connection:
        running = work_records.elsewhere(connection, {person.name}, NO_STEP)
    yield Todo("hand", "You are on", "play", "go",
               [Row(one.job, url_for("jobs.page", job=one.job), f"step {one.seq}: {one.title}",
                    "", "op", "running") for one in running],
               "No step runs in your name.")  # fmt: skip


def _jobs(name: str, title: str, state: str, tone: str, none: str) -> Todo:
    lines = jobs.listing(vault(), JobFilter(state=state), ROWS + 1)
    return Todo(name, title, "job", tone, [_job_row(one) for one in lines[:ROWS]], none,
                url_for("jobs.listing", state=state) if len(lines) > ROWS else "")  # fmt: skip


def _job_row(one: JobLine) -> Row:
    job = one.job
    step = f"next {one.step.seq} at {one.step.station}" if one.step else "all steps done"
    text = (
        f"{job.qty} × {job.item} {job.rev}, {step}"
        if one.of
        else f"{job.qty} × {job.item} {job.rev}"
    )
    far = present.due(job.due, present.today(present.zone(vault().settings.time_zone)))
    kind, state = "job", job.state
    if not one.ground.workable:
        kind, state = "revision", one.standing.state
    elif one.step is not None and one.ground.on(job, one.step):
        kind, state = "op", "blocked"
    return Row(job.number, url_for("jobs.page", job=job.number), text, far, kind, state)
