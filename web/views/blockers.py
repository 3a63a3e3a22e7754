# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers: the board, the page of one with its way out, and the form to raise one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template, request, url_for

from traveler import clearing, csv_table, lifecycle
from traveler.blockers import handling, kinds, stats, telling
from traveler.blockers.handling import Wanted
from traveler.blockers.kinds import Kind
from traveler.blockers.records import ACTIVE, Blocker, BlockerFilter
from traveler.blockers.stats import Bar, Stats
from traveler.blockers.telling import BlockerView
from vault import codes
from vault.errors import NotFound, Refusal
from vault.ledger import people
from vault.ledger.people import Person
from web import forms, handing, uploads
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, me, vault

PAGE: Final = 100
TABS: Final = (
    ("active", "To be done"), ("open", "Open"), ("acknowledged", "Seen to"),
    ("resolved", "Resolved"), ("closed", "Closed"),
)  # fmt: skip
DONE: Final = {
    "raise": "The blocker is raised; its owner finds it on the first page.",
    "acknowledge": "You see to it.",
    "step": "Ticked.",
    "correct": "Corrected; what was said before stays on record.",
    "resolve": "Resolved: work may go on.",
    "close": "Closed.",
    "reopen": "Open again.",
    "photo": "The photos are kept with the blocker.",
    "withdraw": "Withdrawn; it stays on record here and is shown nowhere else.",
}
SAID: Final = {
    "raise": "raised", "acknowledge": "sees to it", "step": "ticked a step",
    "correct": "corrected", "resolve": "resolved", "close": "closed", "reopen": "reopened",
    "clear": "closed by itself", "photo": "added photos",
    "withdraw": "withdrew a photo",
}  # fmt: skip
_FIELDS: Final = ("job", "op", "station", "what", "owner", "path", "until", "next_check",
                  "escalate_hours", "escalate_to")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Blockers of one type or one owner, on the board."""

    name: str
    icon: str
    rows: list[BlockerView]


@dataclass(frozen=True, slots=True)
class Measure:
    """One bar of the statistics; ``share`` of the longest one in percent."""

    name: str
    count: int
    share: int
    soft: str


def board() -> str | tuple[str, int]:
    """Show what blocks, grouped by type or owner, the oldest first."""
    chosen, by, asked_for = _chosen(), forms.asked("by", "type"), wanted()
    skipped = forms.number_asked("skip")
    refusal, found = None, []
    try:
        found = handling.listing(vault(), asked_for, PAGE + 1, skipped)
    except NotFound as slip:
        refusal = slip
    narrow = {"by": by, "type": asked_for.kind, "owner": asked_for.owner, "job": asked_for.job,
              "station": asked_for.station}  # fmt: skip
    asked: dict[str, Any] = {name: value for name, value in narrow.items() if value}
    more = url_for("blockers.board", **asked, state=chosen, skip=skipped + PAGE)
    shown = render_template(
        "blockers.html", refusal=str(refusal) if refusal else None,
        groups=_groups(found[:PAGE], by), tabs=TABS, chosen=chosen, by=by,
        narrow=narrow, more=more if len(found) > PAGE else "", first=skipped + 1,
        shown=min(len(found), PAGE),
        tab_links={name: url_for("blockers.board", **asked, state=name) for name, _word in TABS},
        bars=_bars(stats.counted(vault())),
        kinds=kinds.KINDS,
        narrowed=any((asked_for.job, asked_for.station, asked_for.owner, asked_for.kind)),
    )  # fmt: skip
    return (shown, refusal.status) if refusal else shown


def wanted() -> BlockerFilter:
    """Return which blockers the address asks for; those that want something where it does not say."""
    kind, chosen = forms.asked("type"), _chosen()
    return BlockerFilter(
        job=forms.asked("job"), station=forms.asked("station"), owner=forms.asked("owner"),
        kind=kind if kind in kinds.KINDS else "",
        states=ACTIVE if chosen == "active" else frozenset({chosen}),
    )  # fmt: skip


def _chosen() -> str:
    asked = forms.asked("state", "active")
    return asked if asked in dict(TABS) else "active"


def counts() -> Response:
    """Send the statistics as CSV."""
    answer = Response(
        csv_table.whole(stats.COLUMNS, stats.counted(vault()).rows()), mimetype="text/csv"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="blockers.csv"'
    return answer


def new() -> Answer:
    """Show the types, or the form of one, or raise a blocker."""
    typed = forms.typed(*_FIELDS)
    name = forms.text("type") or forms.asked("type")
    if request.method != "POST":
        kind = kinds.KINDS.get(name)
        if kind is None:
            return render_template("blocker_new.html", kind=None, kinds=kinds.KINDS, typed=typed)
        return render_template("blocker_new.html", refusal=None, **_form(kind, typed))
    try:
        kind = kinds.kind_named(forms.needed("type", "The type"))
    except Refusal as refusal:
        return forms.shown_again(refusal, "blocker_new.html", kind=None, kinds=kinds.KINDS,
                                 typed=typed)  # fmt: skip
    try:
        wanted = _wanted(kind)
        with uploads.sent("photo") as files:
            made = handling.raise_blocker(vault(), me(), wanted, files=files,
                                          idempotency_key=forms.text("key"))  # fmt: skip
    except Refusal as refusal:
        return forms.shown_again(refusal, "blocker_new.html", **_form(kind, typed))
    return forms.gone_on(url_for("blockers.page", blocker=made.id, done="raise"))


def page(blocker: int) -> Answer:
    """Show a blocker with all that was done about it, or act on it."""

    def acted() -> Response:
        handling.show(vault(), blocker)
        act = forms.text("act")
        _act(blocker, act)
        return forms.gone_on(url_for("blockers.page", blocker=blocker, done=act))

    return forms.answered(acted, lambda refusal: _shown(blocker, refusal))


def photo(blocker: int, photo: int, role: str) -> Response:
    """Send a photo of what blocks, drawn anew or small, or as it came to be saved."""
    found = handling.photo(vault(), blocker, photo).file(role)
    return handing.kept(found, f"blocker-{blocker}-{photo}-{found.name}")


def owners() -> list[Person]:
    """Return who may be given a blocker."""
    return [
        one for one in people.everybody(vault().ledger)
        if not one.disabled and one.roles != {"customer"}
    ]  # fmt: skip


# --- inside -----------------------------------------------------------------


def _act(blocker: int, act: str) -> None:
    words, seen = forms.text("why"), forms.whole("seen", "What was shown", 0) or None
    if act == "acknowledge":
        handling.acknowledge(vault(), me(), blocker, words)
    elif act == "step":
        handling.tick(vault(), me(), blocker, forms.whole("step", "The step"))
    elif act == "resolve":
        handling.resolve(vault(), me(), blocker, words, seen)
    elif act == "close":
        handling.close(vault(), me(), blocker, words, seen)
    elif act == "reopen":
        handling.reopen(vault(), me(), blocker, words)
    elif act == "photo":
        with uploads.sent("photo") as files:
            handling.add_photos(vault(), me(), blocker, files, words, device=device(),
                                idempotency_key=forms.text("key"))  # fmt: skip
    elif act == "withdraw":
        handling.withdraw_photo(vault(), me(), blocker, forms.whole("photo", "The photo"), words,
                                device=device())  # fmt: skip
    elif act == "correct":
        kind = handling.show(vault(), blocker)[0].kind
        handling.correct(vault(), me(), blocker, words, seen, **_changes(kind))
    else:
        raise NotReadable(why="the form does not say what to do")


def _changes(kind: Kind) -> dict[str, Any]:
    return {
        "owner": forms.text("owner") or None, "what": forms.text("what") or None,
        "facts": _facts(kind), "path": forms.text("path").splitlines() or None,
        "until": forms.text("until"), "next_check": forms.text("next_check"),
        "escalate_hours": forms.whole("escalate_hours", "The time", 0),
        "escalate_to": forms.text("escalate_to"),
    }  # fmt: skip


def _wanted(kind: Kind) -> Wanted:
    return Wanted(
        kind=kind.name, owner=forms.needed("owner", "The owner"),
        what=forms.needed("what", "What is missing"), job=forms.text("job"),
        seq=forms.whole("op", "The operation") if forms.text("op") else None,
        station=forms.text("station"), path=forms.text("path").splitlines(), facts=_facts(kind),
        until=forms.text("until"), next_check=forms.text("next_check"),
        escalate_hours=forms.whole("escalate_hours", "The time", 0),
        escalate_to=forms.text("escalate_to"),
    )  # fmt: skip


def _facts(kind: Kind) -> dict[str, str]:
    return {one.key: forms.text(f"fact-{one.key}") for one in kind.facts}


def _form(kind: Kind, typed: dict[str, str]) -> dict[str, Any]:
    typed = typed | {f"fact-{one.key}": forms.text(f"fact-{one.key}") for one in kind.facts}
    typed["path"] = typed["path"] or "\n".join(kind.path)
    typed["key"] = forms.text("key") or codes.new_code()
    return {"kind": kind, "kinds": kinds.KINDS, "typed": typed, "owners": owners()}


def _shown(number: int, refusal: Refusal | None) -> str:
    view, entries = handling.show(vault(), number)
    one = view.blocker
    acts = {
        deed for (state, deed) in lifecycle.BLOCKER
        if state == one.state and deed != "clear" and handling.may(me(), one, deed)
    }  # fmt: skip
    return render_template(
        "blocker.html", view=view, one=one, acts=acts,
        itself=clearing.said(one) if one.blocking else "", owners=owners(), said=SAID,
        entries=list(reversed(entries)), changed=telling.changes(view.kind, entries),
        typed=_typed(one, refused=refusal is not None),
        refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")), key=codes.new_code(),
    )  # fmt: skip


def _typed(one: Blocker, *, refused: bool) -> dict[str, str]:
    """Return what the form of a correction shows: what was typed, else how it stands."""
    if refused and forms.text("act") == "correct":
        return {name: forms.text(name) for name in (*request.form.keys(), *_FIELDS, "why")}
    now = {
        "what": one.what, "owner": one.owner, "until": one.until, "next_check": one.next_check,
        "path": "\n".join(step.text for step in one.steps), "escalate_to": one.escalate_to,
        "escalate_hours": str(one.escalate_hours or ""), "why": forms.text("why"),
    }  # fmt: skip
    return now | {f"fact-{key}": value for key, value in one.facts.items()}


def _groups(found: Iterable[BlockerView], by: str) -> list[Group]:
    grouped: dict[str, list[BlockerView]] = {}
    for one in found:
        key = one.blocker.owner if by == "owner" else one.blocker.kind
        grouped.setdefault(key, []).append(one)
    order = sorted(grouped) if by == "owner" else [name for name in kinds.NAMES if name in grouped]
    return [
        Group(name, "person" if by == "owner" else kinds.KINDS[name].icon, grouped[name])
        for name in order
    ]


def _bars(found: Stats) -> list[tuple[str, list[Measure]]]:
    """Return the statistics as lists of bars; none where nothing was ever raised."""
    if not found.types:
        return []
    return [
        ("By type", _measures(found.types, lambda bar: f"typically {bar.takes}" if bar.takes else "")),
        ("By age", _measures(found.ages, lambda _bar: "")),
        ("By owner", _measures(
            [bar for bar in found.owners if bar.blocking][:8],
            lambda bar: f"oldest {bar.oldest}" if bar.oldest else "",
        )),
    ]  # fmt: skip


def _measures(bars: Iterable[Bar], soft: Any) -> list[Measure]:
    every = list(bars)
    longest = max((one.blocking for one in every), default=0) or 1
    return [
        Measure(one.name, one.blocking, round(100 * one.blocking / longest), soft(one))
        for one in every
    ]
