# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: the list, the page of one with its route, the form for a new one, the traveler."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask import Response, render_template, request, url_for

from release.log import ReleaseLog
from traveler import family, jobs, lifecycle, rework, sheet, skipping, splitting, stations
from traveler.copies import register
from traveler.copies.records import CopyFilter
from traveler.decisions import deciding
from traveler.family import Family
from traveler.firstarticle import due
from traveler.job_records import JobFilter
from traveler.memory import desk as memory
from traveler.memory.rules import Remembered
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.records import Filter
from traveler.route import Step
from traveler.schedule.clock import DAY
from traveler.views import JobLine, JobView, OperationView
from vault.errors import NotFound, Refusal
from vault.ledger.events import Event
from web import dated, flow_picture, forms, present
from web.errors import NotReadable
from web.forms import Answer
from web.rows import once_for_each
from web.visitor import has_role, me, vault

TABS: Final = (
    ("released", "On the floor"), ("planned", "Planned"), ("held", "On hold"),
    ("closed", "Closed"), ("cancelled", "Cancelled"), ("", "All"),
)  # fmt: skip
DONE: Final = {
    "add": "The job is planned. Release it, then print its traveler.",
    "release": "Released to the floor.",
    "release_family": "Released to the floor, with its child jobs.",
    "hold": "On hold: no new work starts on it.",
    "close": "Closed.",
    "cancel": "Given up: nothing more is made.",
    "split": "This is the split job. Print its traveler.",
    "rework": "The rework is in the route. Print the traveler anew, so that its steps have codes.",
    "skip": "Left out; it stays visible with the reason.",
    "restore": "Back in the route.",
    "kit": "The kit has the current revision.",
    "deviation": "The job goes on by deviation; who, why and within what stays on it.",
    "move": "The job is on the current revision. Print its traveler anew.",
    "decided": "Decided.",
}
_SAID: Final = {
    "job.added": "planned",
    "job.released": "released to the floor",
    "job.held": "put on hold",
    "job.closed": "closed",
    "operation.start": "started step {seq}",
    "operation.pause": "paused step {seq}: {good} good, {scrap} scrap",
    "operation.finish": "finished step {seq}: {good} good, {scrap} scrap",
    "operation.note": "noted on step {seq}: {note}",
    "job.moved": "moved from revision {before} to {now}",
    "job.decided.deviation": "allowed to go on with revision {rev} by deviation",
    "job.decided.move": "decided to leave revision {rev}",
    "job.decided.hold": "decided to hold on revision {rev}",
    "blocker.raise": "raised blocker {blocker}: {what}",
    "blocker.acknowledge": "sees to blocker {blocker}",
    "blocker.step": "ticked a step of blocker {blocker}",
    "blocker.correct": "corrected blocker {blocker}: {words}",
    "blocker.resolve": "resolved blocker {blocker}: {words}",
    "blocker.photo": "added photos to blocker {blocker}",
    "blocker.withdraw": "withdrew photo {photo} of blocker {blocker}: {words}",
    "blocker.close": "closed blocker {blocker}",
    "blocker.reopen": "reopened blocker {blocker}: {words}",
    "blocker.clear": "closed blocker {blocker} by itself: {words}",
    "job.cancelled": "gave the job up",
    "job.kit": "pinned the items of the kit",
    "job.split": "split off {qty} at step {seq} as {lot}",
    "job.rework": "sent {qty} at step {seq} into rework",
    "operation.skip": "left out step {seq}",
    "operation.restore": "took step {seq} back into the route",
    "operation.written_off": "wrote {scrap} off at step {seq} for {cause}",
    "operation.taken_back": "brought {scrap} back at step {seq} for {cause}",
    "operation.join": "joined step {seq}",
    "operation.leave": "left step {seq}: {good} good, {scrap} scrap",
    "nonconformance.open": "opened {nonconformance}: {what}",
    "nonconformance.correct": "corrected {nonconformance}",
    "nonconformance.explain": "explained {nonconformance}",
    "nonconformance.propose": "proposed for {nonconformance}: {disposition}",
    "nonconformance.dispose": "disposed of {nonconformance}: {disposition}",
    "nonconformance.approve": "signed for {nonconformance}: {disposition}",
    "nonconformance.refuse": "turned the proposal for {nonconformance} down",
    "nonconformance.reconsider": "took back what was decided on {nonconformance}",
    "nonconformance.close": "closed {nonconformance}",
    "nonconformance.reopen": "reopened {nonconformance}",
    "shipment.pack": "packed {qty} pieces as {shipment}",
    "shipment.ship": "let {shipment} leave with {carrier}",
    "shipment.receive": "saw {shipment} arrive",
    "shipment.cancel": "unpacked {shipment}",
    "shipment.attach": "kept photos with {shipment}",
    "shipment.correct": "corrected {shipment}",
    "certificate.signed": "signed {certificate} for {shipment}",
    "first_article.open": "opened first article {first_article}, {scope}",
    "first_article.list": "wrote form 2 of {first_article}",
    "first_article.verify": "verified first article {first_article}",
    "first_article.approve": "approved first article {first_article}",
    "first_article.reject": "sent first article {first_article} back",
    "first_article.waived": "set aside that a first article is due: {what}",
    "first_article.asked": "asks for a first article again: {what}",
    "first_article.cancel": "gave first article {first_article} up",
    "proof.vouched": "vouched for {proof} of step {seq}",
    "proof.word_withdrawn": "took back the word for {proof}",
    "proof.waived": "waived {proof} of step {seq}",
    "proof.waiver_withdrawn": "took back the waiver of {proof}",
    "proof.asked": "asks for {proof} before {before}",
    "proof.dropped": "no longer asks for {proof}",
    "traveler.printed": "printed traveler {print}",
    "label.printed": "printed {labels} labels",
}


class Row(NamedTuple):
    """A job in a table."""

    job: str
    customer: str
    number: str
    title: str
    rev: str
    warning: str
    qty: int
    due: str
    due_note: str
    state: str
    progress: str
    blocked: bool
    forecast: str
    behind: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a job's history."""

    at: str
    actor: str
    text: str


def job_rows(lines: Iterable[JobLine]) -> list[Row]:
    """Return jobs as tables show them; one on an old or recalled revision says so."""
    zone, now = present.zone(vault().settings.time_zone), dated.minute()
    today, day = present.today(zone), now // DAY
    return [_row(one, today, day) for one in lines]


@once_for_each
def _row(one: JobLine, today: date, day: int) -> Row:
    """Return the row of a job on a day of the calendar; ``day`` is that of the schedule."""
    job = one.job
    return Row(
        job=job.number, customer=job.customer, number=job.item, title=job.title, rev=job.rev,
        warning="" if one.standing.state == "current" else one.standing.state,
        qty=job.qty, due=job.due, due_note="" if job.ended else present.due(job.due, today),
        state=job.state, progress=f"{one.done} of {one.of}" if one.of else "",
        blocked=one.step is not None and bool(one.ground.on(job, one.step)),
        forecast=dated.forecast(one.dates, day * DAY), behind=dated.behind(one.dates),
    )  # fmt: skip


def of_item(number: str, limit: int) -> list[Row]:
    """Return the first jobs on an item, whatever their revision."""
    return job_rows(jobs.listing(vault(), JobFilter(item=number), limit))


def listing() -> str:
    """Show jobs by state, open ones by their due date, the latest of those that ended first."""
    asked, skipped = wanted(), forms.number_asked("skip")
    chosen, words = asked.state, asked.words
    size = forms.rows_asked()
    rows = job_rows(jobs.listing(vault(), asked, size + 1, skipped))

    def address(skip: int, shown: int) -> str:
        return url_for("jobs.listing", state=chosen, q=words or None, skip=skip or None,
                       rows=shown if shown > forms.ROWS else None)  # fmt: skip

    more = len(rows) > size
    return render_template(
        "jobs.html", jobs=rows[:size], tabs=TABS, chosen=chosen, words=words, first=skipped + 1,
        more=address(skipped + size, size) if more else "",
        all=address(skipped, forms.MANY_ROWS) if more and size < forms.MANY_ROWS else "",
        many=forms.MANY_ROWS,
    )  # fmt: skip


def wanted() -> JobFilter:
    """Return which jobs the address asks for; those on the floor where it does not say."""
    chosen = forms.asked("state") if "state" in request.args else "released"
    return JobFilter(state=chosen if chosen in dict(TABS) else "", words=forms.asked("q"))


def new() -> Answer:
    """Show the form for a job, or plan one."""
    typed = forms.typed("job", "number", "qty", "due", "rev", "customer", "order", "kit", "children",
                        "parent", "at")  # fmt: skip
    if request.method != "POST":
        return render_template("job_new.html", refusal=None, typed=typed, before=_before(typed))
    try:
        view = jobs.add(
            vault(), me(), forms.needed("job", "The job number"),
            forms.needed("number", "The item"), forms.whole("qty", "The quantity"),
            forms.needed("due", "The due day"), rev=forms.text("rev") or None,
            customer=forms.text("customer"), order=forms.text("order"),
            family=Family(
                parent=forms.text("parent"), at=forms.whole("at", "The operation", 0),
                kit=tuple(family.named(one) for one in forms.text("kit").split()),
                children=forms.text("children") == "yes",
            ),
        )  # fmt: skip
    except Refusal as refusal:
        return forms.shown_again(refusal, "job_new.html", typed=typed, before=())
    return forms.gone_on(url_for("jobs.page", job=view.job.number, done="add"))


def _before(typed: Mapping[str, str]) -> tuple[Remembered, ...]:
    """Return what earlier jobs tell of the item a job is planned for, once it is known which."""
    try:
        return memory.of_item(vault(), typed["number"], dismissed=False) if typed["number"] else ()
    except NotFound:
        return ()


def page(job: str) -> Answer:
    """Show a job with its route, or release, hold or close it."""

    def acted() -> Response:
        act = forms.text("act")
        if act not in _ACTS:
            raise NotReadable(why="the form does not say what to do")
        shown = _ACTS[act](job)
        return forms.gone_on(url_for("jobs.page", job=shown, done=act))

    return forms.answered(acted, lambda refusal: _shown(job, refusal))


def _release(job: str) -> str:
    return jobs.release_job(vault(), me(), job).job.number


def _release_family(job: str) -> str:
    return jobs.release_family(vault(), me(), job).job.number


def _hold(job: str) -> str:
    return jobs.hold(vault(), me(), job, forms.text("why")).job.number


def _close(job: str) -> str:
    return jobs.close(vault(), me(), job, forms.text("why")).job.number


def _cancel(job: str) -> str:
    return jobs.cancel(vault(), me(), job, forms.text("why")).job.number


def _split(job: str) -> str:
    qty = forms.whole("qty", "The quantity")
    return splitting.split(vault(), me(), job, qty, forms.text("why")).job.number


def _skip(job: str) -> str:
    seq = forms.whole("seq", "The step")
    return skipping.skip(vault(), me(), job, seq, forms.text("why")).job.number


def _restore(job: str) -> str:
    seq = forms.whole("seq", "The step")
    return skipping.restore(vault(), me(), job, seq, forms.text("why")).job.number


def _kit(job: str) -> str:
    item = forms.needed("item", "The item")
    return deciding.renew(vault(), me(), job, item, forms.text("why")).job


def _rework(job: str) -> str:
    qty, back = forms.text("qty"), forms.text("back_to")
    rows = zip(request.form.getlist("station"), request.form.getlist("title"), strict=False)
    again = [int(one) for one in request.form.getlist("again") if one.isdigit() and len(one) < 6]
    rework.plan(
        vault(), me(), job, forms.whole("seq", "The step"), forms.text("why"),
        qty=forms.whole("qty", "The quantity") if qty else None,
        steps=[Step(1, one.strip(), title.strip() or one.strip()) for one, title in rows if one.strip()],
        repeat=again, back_to=forms.whole("back_to", "The step") if back else None,
    )  # fmt: skip
    return job


_ACTS: Final[Mapping[str, Callable[[str], str]]] = {
    "release": _release, "release_family": _release_family,
    "hold": _hold, "close": _close, "cancel": _cancel, "split": _split,
    "skip": _skip, "restore": _restore, "kit": _kit, "rework": _rework,
}  # fmt: skip


def traveler(job: str) -> Response:
    """Print a traveler: each print has codes of its own, so printing is an act and not a look."""
    if request.method != "POST":
        jobs.show(vault(), job)
        return forms.sent_to(url_for("jobs.page", job=job))
    with tempfile.TemporaryDirectory(prefix="traveler-") as folder:
        printed = sheet.print_traveler(vault(), me(), job, Path(folder) / "traveler.pdf")
        return forms.handed_out(printed.path, f"{job}_traveler.pdf")


def _shown(number: str, refusal: Refusal | None) -> str:
    view = jobs.show(vault(), number)
    plans = has_role("planner")
    return render_template(
        "job.html", job=view.job, view=view, standing=view.standing,
        operations=view.operations, verdict=dated.verdict(view.dates), dates=dated.steps(view),
        acts=lifecycle.acts(lifecycle.JOB, view.job.state) if plans else (),
        stages=flow_picture.stages(view), flow_acts=_flow_acts(view) if plans else None,
        plans=plans, events=[Line(one.at, one.actor, said_of(one)) for one in _events(number)],
        drawings=_drawings(view),
        ncs=nc_views.listing(vault(), Filter(job=view.job.number)),
        outside=nc_views.proposed(vault(), view.job.number),
        before=memory.of_job(vault(), view.job.number),
        article=None if view.job.ended else due.owed(vault(), view.job.number),
        copies=register.listing(vault(), CopyFilter(job=view.job.number)),
        typed=forms.typed("why", "act", "qty", "seq", "station", "title", "back_to"),
        refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowActs:
    """What a planner may change about the flow of a job now: which steps, how many pieces."""

    split: int
    skip: tuple[OperationView, ...]
    restore: tuple[OperationView, ...]
    rework: tuple[tuple[OperationView, int], ...]
    again: tuple[OperationView, ...]
    stations: tuple[str, ...]


def _flow_acts(view: JobView) -> FlowActs | None:
    if view.job.ended or not view.operations:
        return None
    operations = [one.operation for one in view.operations]

    def may(act: str) -> tuple[OperationView, ...]:
        return tuple(
            one for one in view.operations
            if not skipping.fault(view.job, operations, one.operation, act)
        )  # fmt: skip

    takable = (
        (one, rework.takable(view.job, operations, one.operation)) for one in view.operations
    )
    return FlowActs(
        splitting.most(view.job, operations), may("skip"), may("restore"),
        tuple(one for one in takable if one[1]) if view.job.state != "planned" else (),
        tuple(one for one in view.operations if one.operation.over and not one.operation.loop),
        tuple(one.code for one in stations.listing(vault()) if not one.retired),
    )  # fmt: skip


def _drawings(view: JobView) -> list[str]:
    """Return the drawings a copy can be taken of, none of a recalled revision."""
    if view.standing.state == "recalled" or view.job.ended:
        return []
    revision = ReleaseLog(vault()).revision(view.job.item, view.job.rev)
    return [one.name for one in revision.files if one.stamped]


def _events(number: str) -> list[Event]:
    return list(reversed(jobs.history(vault(), number, limit=200)))


def said_of(event: Event) -> str:
    """Return an event of a job in words."""
    facts: Mapping[str, Any] = event.facts
    said = _SAID.get(event.kind, event.kind.replace(".", " "))
    aside = f", {facts['rework']} for rework" if facts.get("rework") else ""
    why = f" ({facts['why']})" if facts.get("why") else ""
    return said.format_map(_Facts(facts)) + aside + why


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"
