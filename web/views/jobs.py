# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs: the list, the page of one with its route, the form for a new one, the traveler."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Response, render_template, request, url_for

from release.log import ReleaseLog
from traveler import jobs, lifecycle, sheet
from traveler.copies import register
from traveler.copies.records import CopyFilter
from traveler.records import JobFilter
from traveler.views import JobLine, JobView
from vault.errors import NotFound, Refusal, WrongUse
from vault.ledger.events import Event
from web import dated, forms, present
from web.errors import NotReadable
from web.visitor import has_role, me, vault

PAGE: Final = 50
TABS: Final = (
    ("released", "On the floor"), ("planned", "Planned"), ("held", "On hold"),
    ("closed", "Closed"), ("", "All"),
)  # fmt: skip
DONE: Final = {
    "add": "The job is planned. Release it, then print its traveler.",
    "release": "Released to the floor.",
    "hold": "On hold: no new work starts on it.",
    "close": "Closed.",
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
    "blocker.close": "closed blocker {blocker}",
    "blocker.reopen": "reopened blocker {blocker}: {words}",
    "blocker.clear": "closed blocker {blocker} by itself: {words}",
    "traveler.printed": "printed traveler {print}",
    "label.printed": "printed {labels} labels",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A job in a table."""

    job: str
    number: str
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
    zone = present.zone(vault().settings.time_zone)
    return [
        Row(
            job=one.job.number, number=one.job.item, rev=one.job.rev,
            warning="" if one.standing.state == "current" else one.standing.state,
            qty=one.job.qty, due=one.job.due,
            due_note="" if one.job.state == "closed" else present.due(one.job.due, zone),
            state=one.job.state, progress=f"{one.done} of {one.of}" if one.of else "",
            blocked=one.step is not None and bool(one.ground.on(one.job, one.step)),
            forecast=dated.forecast(one.dates), behind=dated.behind(one.dates),
        )
        for one in lines
    ]  # fmt: skip


def of_item(number: str) -> list[Row]:
    """Return the jobs on an item, whatever their revision."""
    return job_rows(jobs.listing(vault(), JobFilter(item=number)))


def listing() -> str:
    """Show jobs by state, the earliest due first."""
    chosen = forms.asked("state") if "state" in request.args else "released"
    if chosen not in dict(TABS):
        chosen = ""
    words, skipped = forms.asked("q"), forms.number_asked("skip")
    wanted = JobFilter(state=chosen, words=words)
    rows = job_rows(jobs.listing(vault(), wanted, PAGE + 1, skipped))
    more = ""
    if len(rows) > PAGE:
        rows = rows[:PAGE]
        more = url_for("jobs.listing", state=chosen, q=words or None, skip=skipped + PAGE)
    return render_template(
        "jobs.html", jobs=rows, tabs=TABS, chosen=chosen, words=words, more=more, first=skipped + 1
    )


def new() -> Response | str | tuple[str, int]:
    """Show the form for a job, or plan one."""
    typed = forms.typed("job", "number", "qty", "due", "rev", "customer", "order")
    if request.method != "POST":
        return render_template("job_new.html", refusal=None, typed=typed)
    try:
        view = jobs.add(
            vault(), me(), forms.needed("job", "The job number"),
            forms.needed("number", "The item"), forms.whole("qty", "The quantity"),
            forms.needed("due", "The due day"), rev=forms.text("rev") or None,
            customer=forms.text("customer"), order=forms.text("order"),
        )  # fmt: skip
    except Refusal as refusal:
        return forms.shown_again(refusal, "job_new.html", typed=typed)
    return forms.gone_on(url_for("jobs.page", job=view.job.number, done="add"))


def page(job: str) -> Response | str | tuple[str, int]:
    """Show a job with its route, or release, hold or close it."""
    if request.method != "POST":
        return _shown(job, None)
    act = forms.text("act")
    try:
        if act == "release":
            jobs.release_job(vault(), me(), job)
        elif act == "hold":
            jobs.hold(vault(), me(), job, forms.text("why"))
        elif act == "close":
            jobs.close(vault(), me(), job, forms.text("why"))
        else:
            raise NotReadable(why="the form does not say what to do")
    except (NotFound, WrongUse):
        raise
    except Refusal as refusal:
        return _shown(job, refusal), refusal.status
    return forms.gone_on(url_for("jobs.page", job=job, done=act))


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
        plans=plans, events=[_line(one) for one in _events(number)],
        drawings=_drawings(view),
        copies=register.listing(vault(), CopyFilter(job=view.job.number)),
        typed=forms.typed("why"), refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _drawings(view: JobView) -> list[str]:
    """Return the drawings a copy can be taken of, none of a recalled revision."""
    if view.standing.state == "recalled" or view.job.state == "closed":
        return []
    revision = ReleaseLog(vault()).revision(view.job.item, view.job.rev)
    return [one.name for one in revision.files if one.stamped]


def _events(number: str) -> list[Event]:
    return list(reversed(jobs.history(vault(), number, limit=200)))


def _line(event: Event) -> Line:
    facts: Mapping[str, Any] = event.facts
    said = _SAID.get(event.kind, event.kind.replace(".", " "))
    why = f" ({facts['why']})" if facts.get("why") else ""
    return Line(event.at, event.actor, said.format_map(_Facts(facts)) + why)


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"
