# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures over time: the overview and its lists, one item, one station, people, and a job's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

from flask import Response, jsonify, render_template, url_for
from markupsafe import Markup

from traveler import stations
from traveler.performance import desk, record, rules, telling
from traveler.performance.desk import Report, Row, Wanted
from traveler.performance.measures import DEFINITIONS
from traveler.performance.periods import GROUPINGS
from traveler.performance.telling import Column, Table
from vault import clock
from vault.errors import NotFound, Refusal, WrongUse
from web import forms, performance_plots, present
from web.views.jobs import said_of
from web.visitor import me, vault

SHOWN: Final = 100
"""Rows of a list on a page; its CSV has all."""
TABS: Final = (
    ("overview", "Overview"), ("stations", "Stations"), ("items", "Items"),
    ("customers", "Customers"), ("deliveries", "Deliveries"), ("people", "People"),
)  # fmt: skip
LISTS: Final = frozenset({"stations", "items", "customers", "deliveries"})
_PERIODS: Final[Mapping[str, tuple[str, ...]]] = {
    "delivery": ("period", "due", "on_time", "on_time_percent", "on_time_first_percent",
                 "unrecorded"),
    "yield": ("period", "jobs", "first_pass_percent", "lead_days"),
    "step-yield": ("period", "operations", "good", "yield_percent"),
    "scrap": ("period", "good", "scrap", "rework", "scrap_percent", "rework_percent"),
    "times": ("period", "operations", "timed", "planned_hours", "actual_hours", "plan_percent"),
    "blocked": ("period", "working_hours", "clock_hours"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A chart with its table beside it, and the sentence that says what it shows."""

    name: str
    title: str
    says: str
    chart: Markup
    table: Table
    columns: tuple[Column, ...]
    csv: str
    none: str = ""


def page() -> str | tuple[str, int]:
    """Show the overview of a range, or one list of it."""
    shown = forms.asked("show", "overview")
    shown = shown if shown in LISTS else "overview"
    parts = ("periods", "blockers") if shown == "overview" else telling.parts(shown)
    wanted = _wanted()
    try:
        found = desk.report(vault(), wanted, parts)
    except Refusal as refusal:
        return _refused(refusal, wanted, shown)
    lists = [telling.table(found, shown)] if shown in LISTS else []
    return _rendered(
        found, shown, sections=_sections(found, wanted) if not lists else [], lists=lists
    )


def item(number: str) -> str | tuple[str, int]:
    """Show what an item took and yielded over time, step by step."""
    wanted = replace(_wanted(), item=number)
    parts = ("periods", "blockers", "steps", "newest", "deliveries")
    return _about(wanted, parts, ("steps", "operations", "deliveries"))


def station(station: str) -> str | tuple[str, int]:
    """Show what a station did over time; raises NoSuchStation."""
    code = stations.get(vault(), station).code
    wanted = replace(_wanted(), station=code)
    return _about(wanted, ("periods", "blockers", "steps", "newest"), ("steps", "operations"))


def people() -> str | tuple[str, int]:
    """Show the figures of everybody this person may see: themselves, and others by the rules."""
    wanted = _wanted()
    try:
        found = desk.of_people(vault(), me(), wanted)
    except Refusal as refusal:
        return _refused(refusal, wanted, "people")
    return _rendered(found, "people", sections=[], lists=[telling.table(found, "people")],
                     alone=not rules.sees_people(vault(), me()))  # fmt: skip


def person(person: str) -> str | tuple[str, int]:
    """Show one person's figures to that person, and to whom the rules name."""
    wanted = replace(_wanted(), person=person)
    try:
        found = desk.of_person(vault(), me(), wanted)
    except (NotFound, WrongUse):
        raise
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _refused(refusal, wanted, "people")
    names = ("stations", "items")
    return _rendered(found, "people", sections=[_times(found)],
                     lists=[telling.table(found, one) for one in names])  # fmt: skip


def table(name: str) -> Response:
    """Send one table of a range as CSV; those of people only to whom they belong."""
    wanted = replace(_wanted(), person=forms.asked("person"))
    made = telling.table(_found(wanted, name), name)
    answer = Response(made.csv_bytes(), mimetype="text/csv")
    about = "-".join(filter(None, (wanted.item, wanted.station, wanted.customer)))
    title = "".join(sign if sign.isalnum() or sign in "-._" else "_" for sign in about)
    said = f"{name}-{title}" if title.isascii() and title else name
    answer.headers["Content-Disposition"] = f'attachment; filename="{said}.csv"'
    return answer


def job(job: str) -> str:
    """Show who did what on a job, when, where and from which device, and its times against plan."""
    found = record.of_job(vault(), job)
    lines = [(one, said_of(one.event)) for one in reversed(found.acts)]
    drawn = record.stretches(found.work, clock.now())
    running = frozenset(place for place, (_, one) in enumerate(found.work) if not one.ended_at)
    zone = present.zone(vault().settings.time_zone)
    return render_template(
        "job_history.html", record=found, operations=found.table("operations"),
        work=found.table("work"), lines=lines, hatch=performance_plots.HATCH,
        chart=performance_plots.timeline(drawn, running, zone), link=partial(_link, wanted=Wanted()),
    )  # fmt: skip


def job_table(job: str, table: str) -> Response:
    """Send the times, the work or the acts of a job as CSV."""
    found = record.of_job(vault(), job)
    answer = Response(found.table(table).csv_bytes(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.job.number}-{table}.csv"'
    return answer


def api_job(job: str) -> Response:
    """Return the record of a job: operations against plan, work, and every act with its device."""
    return jsonify(record.of_job(vault(), job).as_json())


def api() -> Response:
    """Return the figures of a range: total and tables; ``from``, ``to``, ``by`` and what about."""
    wanted = _wanted()
    names = ("periods", "stations", "items", "customers", "blocker-types", "blocker-owners")
    found = desk.report(vault(), wanted)
    return jsonify(
        telling.as_json(found, (*names, "steps") if wanted.item or wanted.station else names)
    )


def api_table(name: str) -> Response:
    """Return one table of a range; ``person`` asks for figures of a person who may be seen."""
    wanted = replace(_wanted(), person=forms.asked("person"))
    return jsonify(telling.as_json(_found(wanted, name), (name,)))


# --- inside -----------------------------------------------------------------


def _wanted() -> Wanted:
    return Wanted(
        forms.asked("from"), forms.asked("to"), forms.asked("by"), forms.asked("item"),
        forms.asked("station"), forms.asked("customer"),
    )  # fmt: skip


def _found(wanted: Wanted, name: str) -> Report:
    parts = telling.parts(name)
    if name == "people":
        return desk.of_people(vault(), me(), wanted)
    if wanted.person:
        return desk.of_person(vault(), me(), wanted)
    return desk.report(vault(), wanted, parts)


def _about(
    wanted: Wanted, parts: Sequence[str], lists: Sequence[str]
) -> str | tuple[str, int]:  # fmt: skip
    shown = "items" if wanted.item else "stations"
    try:
        found = desk.report(vault(), wanted, parts)
    except Refusal as refusal:
        return _refused(refusal, wanted, shown)
    made = [telling.table(found, one) for one in lists]
    return _rendered(found, shown, sections=_sections(found, wanted), lists=made)


def _refused(refusal: Refusal, wanted: Wanted, shown: str) -> tuple[str, int]:
    """Return the page of a range that cannot be read: the sentence, and what was typed."""
    facts: dict[str, Any] = {"found": None, "sections": [], "lists": [], "refusal": str(refusal)}
    return render_template("performance.html", **_around(wanted, shown) | facts), refusal.status


def _rendered(
    found: Report, shown: str, *, sections: Sequence[Section], lists: Sequence[Table],
    alone: bool = False,
) -> str:  # fmt: skip
    days = found.range.first, found.range.last
    facts = {
        "found": found, "sections": sections, "lists": lists, "refusal": None, "alone": alone,
        "total": telling.figures(found.total), "first": days[0].isoformat(),
        "last": days[1].isoformat(), "titled": " to ".join(map(present.day_text, days)),
        "csv": {one.name: _link("performance.table", found.wanted, name=one.name) for one in lists},
    }  # fmt: skip
    return render_template("performance.html", **_around(found.wanted, shown) | facts)


def _around(wanted: Wanted, shown: str) -> dict[str, Any]:
    """Return what stands around the figures of every page: tabs, the form, the definitions."""
    plain = replace(wanted, item="", station="", person="")
    tabs = {name: _link("performance.people" if name == "people" else "performance.page", plain,
                        show=None if name in {"overview", "people"} else name)
            for name, _ in TABS}  # fmt: skip
    return {
        "link": partial(_link, wanted=plain),
        "wanted": wanted, "shown": shown, "tabs": TABS, "tab_links": tabs, "groupings": GROUPINGS,
        "definitions": DEFINITIONS, "hatch": performance_plots.HATCH, "most": SHOWN,
        "narrow": _narrow(wanted), "first": _day(wanted.first), "last": _day(wanted.last), "titled": "",
        "total": {}, "csv": {}, "alone": False,
    }  # fmt: skip


def _day(text: str) -> str:
    """Return a day that a field for days can hold, nothing where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _narrow(wanted: Wanted) -> dict[str, str]:
    told = {"from": wanted.first, "to": wanted.last, "by": wanted.by, "customer": wanted.customer}
    return {name: value for name, value in told.items() if value}


def _link(endpoint: str, wanted: Wanted, **more: str | None) -> str:
    told = {"item": wanted.item, "station": wanted.station, "person": wanted.person, **more}
    asked: dict[str, Any] = {**_narrow(wanted), **{k: v for k, v in told.items() if v}}
    return url_for(endpoint, **asked)


def _sections(found: Report, wanted: Wanted) -> list[Section]:
    """Return the charts of a range, each with its table; a station delivers nothing."""
    rows, of_steps = found.periods, bool(wanted.station)
    name, title = ("step-yield", "Yield at the step") if of_steps else ("yield", "First-pass yield")
    made = [
        _period("delivery", "On-time delivery",
                "By the period they were due in. Hatched: late, or closed short.",
                performance_plots.on_time(rows), found, "No delivery was due in this range."),
        _period(name, title, "Pieces that were good at once, of all that were counted.",
                performance_plots.yields(rows, of_steps), found,
                "No operation was finished here." if of_steps else "No job was finished."),
        _period("scrap", "Scrap and rework",
                "Shares of all pieces operations counted. Hatched: rework.",
                performance_plots.scrap(rows), found, "Nothing was scrapped or reworked."),
        _times(found),
        _period("blocked", "Blocked time", "Working hours in which blockers held work.",
                performance_plots.blocked(rows), found, "Nothing was blocked in this range."),
        _blockers("blocker-types", found, found.kinds),
        _blockers("blocker-owners", found, found.owners),
    ]  # fmt: skip
    return [one for one in made if one and not (of_steps and one.name == "delivery")]


def _blockers(name: str, found: Report, rows: Sequence[Row]) -> Section | None:
    made = telling.table(found, name)
    if not rows:
        return None
    bars = [(one.name, one.figures.manned / 60, f"{one.figures.manned / 60:.1f} h")
            for one in rows[:12]]  # fmt: skip
    says = "Working hours; hours by the clock stand beside."
    return Section(name, made.title, says, performance_plots.lying(made.title, bars), made,
                   made.shown, _link("performance.table", found.wanted, name=name))  # fmt: skip


def _times(found: Report) -> Section:
    return _period("times", "Planned and actual time",
                   "Hours of finished operations; hatched: actual. Above: planned / actual.",
                   performance_plots.times(found.periods), found,
                   "No finished operation has both a planned and a measured time.")  # fmt: skip


def _period(
    name: str, title: str, says: str, chart: Markup, found: Report, none: str
) -> Section:  # fmt: skip
    made = telling.table(found, "periods")
    by_key = {one.key: one for one in made.columns}
    return Section(name, title, says, chart, made, tuple(by_key[one] for one in _PERIODS[name]),
                   _link("performance.table", found.wanted, name="periods"), none)  # fmt: skip
