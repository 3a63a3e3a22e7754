# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dispatch: the board, what-if and pins, and the displays that hang on the wall."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Response, jsonify, render_template, url_for

from traveler import stations
from traveler.customer import questions
from traveler.dispatch import board as boards
from traveler.dispatch import desk, pins, rules, whatif, wording
from traveler.dispatch.board import AtStation, Board, Entry, Section, StationLoad, Wanted
from traveler.dispatch.judging import Line
from traveler.dispatch.snapshot import day_number
from traveler.dispatch.whatif import Trial
from traveler.quality import proof_desk
from traveler.quality.proof import NOTHING, ProofState
from traveler.schedule import ranking
from vault.errors import Refusal
from vault.names import fold
from web import forms, live, present, wall_pages
from web.errors import NotReadable
from web.forms import Answer
from web.present import State
from web.visitor import device, has_role, me, vault

PAGE: Final = 50
LISTED: Final = 500
"""The most entries of one list that a program gets at once; ``skip`` goes on."""
BAR_DAYS: Final = 5
WALL_ROWS, URGENT_ROWS = 4, 12
QUICK_S, REST, LONGEST_REST_S = 0.03, 20, 5.0
"""Where a walk through the stations is not quick: how much longer than it took it is good for."""
TABS: Final = (
    ("next", "Next action", "right"), ("late", "Late", "clock"), ("at_risk", "Due at risk", "warn"),
    ("blocked", "Blocked", "block"), ("ready", "Ready", "play"), ("load", "Load", "gear"),
)  # fmt: skip
KNOWN_RULES: Final = (
    *((name, said) for name, (said, _rule) in ranking.RULES.items()),
    ("customer NAME", "what is for a customer"),
)
EMPTY: Final = {
    "next": "Nobody has to do anything: what can run runs, and in time.",
    "late": "No job is past its due date.", "at_risk": "Every job will be done in time.",
    "blocked": "Nothing is blocked.", "ready": "Nothing waits to be started.",
}  # fmt: skip
DONE: Final = {
    "pin": "Pinned. Who, when and why stay on the job.",
    "unpin": "The pin is taken back.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the board as the page shows it."""

    job: str
    item: str
    rev: str
    customer: str
    qty: int
    due: str
    step: str
    station: str
    why: str
    act: str
    who: str
    need: str
    forecast: str
    verdict: State
    place: int
    pin: str
    provisional: bool
    proof: ProofState


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of a station: how much of it is booked, in words and in percent."""

    day: str
    text: str
    share: int
    full: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A job on a wall display: few words, large."""

    job: str
    what: str
    step: str
    note: str
    tone: str


# --- the board ----------------------------------------------------------------------------------


def board() -> Response:
    """Show what needs action now, in the list that was asked for."""
    found = desk.board(vault())
    shown, wanted = section_asked(), wanted_asked()
    skipped = forms.number_asked("skip")
    asked = questions.count(vault()) if has_role(*questions.READERS) else 0
    marks = ("board", found.version, shown, repr(wanted), str(skipped), forms.asked("done"),
             str(has_role("planner")), vault().settings.shop_name, str(asked))  # fmt: skip
    return live.answer(
        marks,
        lambda: _board_part(found, shown, wanted, skipped),
        lambda part, tag: render_template(
            "dispatch.html", part=present.rendered(part), tag=tag, clock=live.clock(),
            shown=shown, wanted=wanted,
            stations=sorted(found.names.items()), people=_people(found), jobs=len(found.lines),
            done=DONE.get(forms.asked("done")), plans=has_role("planner"),
            address=_address(wanted, shown, skipped, live=1), asked=asked,
        ),
    )  # fmt: skip


def what_if() -> Answer:
    """Show what a pin or another ranking would move, or pin, or take a pin back."""
    return forms.answered(_pinned, _trial)


def _pinned() -> Response:
    act, job = forms.text("act"), forms.needed("job", "The job")
    if act == "pin":
        place = forms.whole("place", "The place")
        pins.pin(vault(), me(), job, place, forms.text("why"), device=device())
    elif act == "unpin":
        pins.unpin(vault(), me(), job, forms.text("why"), device=device())
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("dispatch.board", done=act))


def _board_part(found: Board, shown: str, wanted: Wanted, skipped: int) -> str:
    entries = [] if shown == "load" else found.section(cast("Section", shown), wanted)
    rows = _with_proof(found, entries[skipped : skipped + PAGE])
    after = skipped + PAGE
    counts = (
        {name: len(found.section(name, wanted)) for name in boards.SECTIONS} if wanted
        else found.counts()
    )  # fmt: skip
    return render_template(
        "dispatch_part.html", rows=rows, shown=shown, counts=counts, tabs=TABS,
        links={name: _address(wanted, name, 0) for name, _word, _icon in TABS},
        empty_said=EMPTY.get(shown, ""), narrowed=bool(wanted), all_link=_address(Wanted(), shown, 0),
        first=skipped + 1, last=skipped + len(rows), total=len(entries),
        before=_address(wanted, shown, max(0, skipped - PAGE)),
        more=_address(wanted, shown, after) if after < len(entries) else "",
        pinned=[_row(found, Entry(one, None)) for one in found.pinned()],
        loads=[(one, _bars(found, one)) for one in found.loads
               if not wanted.station or one is found.load(wanted.station)],
        ranking=found.ranking, counted=wording.stamp(found.counted)[11:], plans=has_role("planner"),
    )  # fmt: skip


def _trial(refusal: Refusal | None) -> str:
    found = desk.board(vault())
    typed = forms.typed("job", "place", "ranking", "why")
    line = _line(found, typed["job"])
    place = int(typed["place"]) if typed["place"].isdigit() and len(typed["place"]) < 4 else 1
    said, outcome = str(refusal) if refusal else None, None
    if typed["job"] and line is None:
        said = said or f"There is no open job {typed['job']}."
    elif line is not None or typed["ranking"]:
        try:
            names = rules.split(typed["ranking"]) if typed["ranking"] else None
            outcome = whatif.run(vault(), Trial({line.number: place} if line else {}, names))
        except Refusal as fault:
            said = said or str(fault)
    moved = outcome.moved if outcome else ()
    return render_template(
        "dispatch_whatif.html", typed=typed, place=place, outcome=outcome, refusal=said,
        row=_row(found, Entry(line, None)) if line else None,
        moved=moved[:PAGE], more=max(0, len(moved) - PAGE),
        ranking=", ".join(found.ranking), known=KNOWN_RULES,
        tried=f"ranking = {json.dumps(outcome.ranking, ensure_ascii=False)}"
        if outcome and typed["ranking"] else "",
    )  # fmt: skip


def _line(found: Board, number: str) -> Line | None:
    wanted = fold(number)
    return next((one for name, one in found.lines.items() if fold(name) == wanted), None)


# --- walls --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """Every station as it was seen in one walk through the jobs, and how long that is good for."""

    version: str
    until: float
    stations: dict[str, AtStation]


_seen: dict[str, Seen] = {}


def wall() -> Response:
    """Show the whole shop for the wall: every station green or red, with the reason."""
    return shop_shown(url_for("dispatch.wall", live=1))


def station(station: str) -> Response:
    """Show one station for the wall: now, next, coming, and its load."""
    code = stations.get(vault(), station).code
    return station_shown(code, url_for("dispatch.station", station=code, live=1))


def shop_shown(address: str, *, alone: bool = False) -> Response:
    """Return the shop as the wall shows it; ``alone`` on a screen that leads nowhere else."""
    found = desk.board(vault())
    seen = _walked(found)
    return live.answer(
        ("wall", seen.version, vault().settings.shop_name, str(alone)),
        lambda: _wall_part(found, list(seen.stations.values()), alone=alone),
        lambda part, tag: _on_the_wall("Shop", part, tag, address, alone=alone),
    )


def station_shown(code: str, address: str, *, alone: bool = False) -> Response:
    """Return one station as the wall shows it."""
    found = desk.board(vault())
    walked = _walked(found)
    seen = walked.stations.get(code) or boards.at_station(found, code, LISTED)
    return live.answer(
        ("station", code, walked.version),
        lambda: _station_part(found, seen),
        lambda part, tag: _on_the_wall(code, part, tag, address, alone=alone, station=code),
    )


def _walked(found: Board) -> Seen:
    """Return all stations, seen anew when something happened, but never for most of the time.

    In a large shop a walk takes a fifth of a second: then what was seen is good for twenty times
    as long, so that thirty displays take a twentieth of a processor and not most of it.
    """
    place, now = str(vault().root), time.monotonic()
    known = _seen.get(place)
    if known is not None and (known.version == found.version or now < known.until):
        return known
    began = time.thread_time()
    at = {one.code: one for one in boards.at_stations(found, sorted(found.names), LISTED)}
    took = time.thread_time() - began
    rest = min(LONGEST_REST_S, REST * took) if took > QUICK_S else 0.0
    _seen[place] = Seen(found.version, time.monotonic() + rest, at)
    return _seen[place]


def _on_the_wall(
    title: str, part: str, tag: str, address: str, *, alone: bool, station: str = ""
) -> str:  # fmt: skip
    return render_template(
        "wall.html",
        title=title,
        part=present.rendered(part),
        tag=tag,
        address=address,
        clock=live.clock(),
        alone=alone,
        station=station,
    )


def _wall_part(found: Board, seen: list[AtStation], *, alone: bool) -> str:
    urgent = found.section("next")
    return render_template(
        "wall_shop.html", alone=alone, wall=wall_pages.laid_out(seen),
        counts=found.counts(), red=sum(one.red for one in seen), of=len(seen),
        urgent=[_row(found, one) for one in urgent[:URGENT_ROWS]], more=max(0, len(urgent) - URGENT_ROWS),
        counted=wording.stamp(found.counted)[11:], jobs=len(found.lines),
    )  # fmt: skip


def _station_part(found: Board, seen: AtStation) -> str:
    return render_template(
        "wall_station.html", seen=seen, load=seen.load,
        lists=[
            ("Now", _cards(found, seen.running), len(seen.running), "Nothing runs"),
            ("Next", _cards(found, [*seen.ready, *seen.blocked]), len(seen.ready) + len(seen.blocked),
             "Nothing waits here"),
            ("Coming", _cards(found, seen.coming), len(seen.coming), "Nothing is on its way"),
        ],
        bars=_bars(found, seen.load) if seen.load else [],
        counted=wording.stamp(found.counted)[11:],
    )  # fmt: skip


def _cards(found: Board, entries: Sequence[Entry]) -> list[Card]:
    return [_card(found, one) for one in entries[:WALL_ROWS]]


def _card(found: Board, entry: Entry) -> Card:
    job, step = entry.line.facts.job, entry.step
    need, slot = entry.line.dates(entry.seq) if entry.seq is not None else (None, None)
    late = need is not None and slot is not None and slot.finish > need.finish
    parts = []
    if step and step.state == "running":
        parts.append(step.who)
    elif step and step.state in {"blocked", "waiting"}:
        parts.append(step.why)
    if need is not None:
        parts.append(f"needed by {wording.when(need.finish, found.now)}")
    tone = "halt" if late or (step and step.state == "blocked") else "calm"
    return Card(
        job.number, f"{job.qty} × {job.item} {job.rev}",
        step.operation.title if step else "", ", ".join(part for part in parts if part), tone,
    )  # fmt: skip


# --- programs -----------------------------------------------------------------------------------


def api_board() -> Response:
    """Say what needs action now; ``station``, ``customer``, ``person``, ``q`` narrow it.

    Each list has the first 500; ``total`` says how many there are.
    """
    found, wanted = desk.board(vault()), wanted_asked()
    return jsonify({**found.as_json(wanted, LISTED), "total": {
        name: len(found.section(name, wanted)) for name in boards.SECTIONS}})  # fmt: skip


def api_station(station: str) -> Response:
    """Say what runs at a station, what is next and what comes, and its load."""
    code = stations.get(vault(), station).code
    return jsonify(boards.at_station(desk.board(vault()), code, LISTED).as_json())


# --- inside -------------------------------------------------------------------------------------


def section_asked() -> str:
    """Return which list of the board the address asks for."""
    asked = forms.asked("show", "next")
    return asked if asked in {name for name, _word, _icon in TABS} else "next"


def wanted_asked() -> Wanted:
    """Return what the address narrows the board to."""
    return Wanted(*(forms.asked(name) for name in ("station", "customer", "person", "q")))


def _address(wanted: Wanted, shown: str, skip: int, **more: Any) -> str:
    asked: dict[str, Any] = {
        "station": wanted.station, "customer": wanted.customer, "person": wanted.person,
        "q": wanted.words, "skip": skip,
    }  # fmt: skip
    kept = {name: value for name, value in asked.items() if value}
    return url_for("dispatch.board", show=shown, **kept, **more)


def _people(found: Board) -> list[str]:
    return sorted({name for line in found.lines.values() for name in line.people})


def _with_proof(found: Board, entries: Sequence[Entry]) -> list[Row]:
    """Return entries as rows that tell the proof of their jobs; asked for what is shown alone."""
    facts = {one.line.number: one.line.facts for one in entries}
    steps = {number: one.operations for number, one in facts.items()}
    stands = proof_desk.of_jobs(vault(), [one.job for one in facts.values()], steps)
    return [_row(found, one, stands[one.line.number]) for one in entries]


def _row(found: Board, entry: Entry, stands: ProofState = NOTHING) -> Row:
    line: Line = entry.line
    job = line.facts.job
    need, _slot = line.dates(entry.seq) if entry.seq is not None else (None, None)
    finish = line.found.finish
    title = entry.step.operation.title if entry.step else line.at.title if line.at else ""
    pin = line.pin
    zone = present.zone(vault().settings.time_zone)
    return Row(
        job=job.number, item=job.item, rev=job.rev, customer=job.customer, qty=job.qty,
        due=wording.day(day_number(job.due), found.now),
        step=f"{entry.seq} {title}" if entry.seq is not None else "", station=entry.station or "",
        why=entry.why if entry.section in {"blocked", "ready"} else line.why, act=line.act, who=line.who,
        need=wording.when(need.finish, found.now) if need else "–",
        forecast=wording.when(finish, found.now) if finish is not None else "no date",
        verdict=present.state("outlook", line.found.verdict), place=pin.position if pin else 0,
        pin=f"{pin.person}, {present.local(pin.at, zone)}: {pin.why}" if pin else "",
        provisional=line.found.provisional, proof=stands,
    )  # fmt: skip


def _bars(found: Board, load: StationLoad) -> list[Bar]:
    return list(_days(found, load))


def _days(found: Board, load: StationLoad) -> Iterable[Bar]:
    for one in [day for day in load.days if day.capacity][:BAR_DAYS]:
        share = 100 * one.booked // one.capacity
        text = f"{wording.hours(one.booked)} of {wording.hours(one.capacity)}"
        yield Bar(wording.day(one.day, found.now), text, share, one.booked >= one.capacity)
