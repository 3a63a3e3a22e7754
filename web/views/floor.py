# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page behind a traveler's QR: anybody may look, badge and PIN act, GET changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Response, render_template, request, url_for

from release.log import ReleaseLog, Revision
from traveler import floor, gate
from traveler.floor import FloorView
from traveler.views import OperationView
from vault import codes
from vault.errors import NotFound, Refusal
from vault.ledger import people
from vault.ledger.people import Person
from web import drawings, forms, present
from web.drawings import FileRow, Picture, Place
from web.errors import NotReadable
from web.limits import Bucket
from web.present import State
from web.views import files
from web.visitor import device, vault

TRIES: Final = Bucket(size=40, seconds=3.0)
"""Forty PINs of one device at once, then one every three seconds; the lock itself is the ledger's."""

WORDS: Final = {
    "start": ("Start", "play", "begin", "go"),
    "pause": ("Pause", "pause", "pause", "wait"),
    "finish": ("Finish", "flag", "begin", "act"),
    "override": ("Start anyway", "warn", "pause", "wait"),
}
DONE: Final = {
    "start": "Started.",
    "pause": "Paused; the pieces are counted.",
    "finish": "Finished.",
    "read": "It is on record that you have read this revision.",
}


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the floor page: it leads to a page that asks who and how many."""

    word: str
    icon: str
    look: str
    href: str


def page(token: str) -> Response | str | tuple[str, int]:
    """Show the floor page; ``?act=`` the page that asks for badge and PIN; or act."""
    if request.method == "POST":
        return _acted(token)
    view = floor.look(vault(), token)
    act = forms.asked("act")
    if view.step is not None and (act in view.acts or (act == "override" and view.blocked)):
        return _asking(token, view, view.step, act, None)
    return _shown(token, view)


def picture(token: str, name: str, page: int) -> Response:
    """Send a page of a released drawing of the traveler's job; nothing of a recalled one.

    Only where a deviation lets the job go on does an overtaken drawing come without its mark.
    """
    view = floor.look(vault(), token)
    revision = _revision(view)
    if view.stop:
        return files.page_as_it_stands(revision, name, page)
    return files.released_page(revision, name, page)


def file(token: str, name: str) -> Response:
    """Send a released file of the traveler's job; a drawing is taken as a numbered copy."""
    revision = _revision(floor.look(vault(), token))
    if revision.file(name).stamped is not None:
        return forms.sent_to(url_for("floor_copies.copy", token=token, name=name))
    return files.released(revision, name)


def _revision(view: FloorView) -> Revision:
    if view.stop and view.standing.state == "recalled":
        raise gate.recalled(view.job.item, view.job.rev, view.standing)
    return ReleaseLog(vault()).revision(view.job.item, view.job.rev)


def _acted(token: str) -> Response | tuple[str, int]:
    view, act = floor.look(vault(), token), forms.text("act")
    seq = forms.whole("seq", "The step")
    step = view.view.operation(seq)
    if step is None or act not in WORDS:
        raise NotReadable(why="the form does not say what to do on which step")
    try:
        TRIES.take(request.remote_addr or "")
        operator = forms.needed("operator", "Who you are")
        person = people.check_pin(vault().ledger, operator, forms.secret("pin"))
        _do(view, person, act, seq, token)
    except NotFound:
        raise
    except Refusal as refusal:
        return _asking(token, view, step, act, refusal), refusal.status
    return forms.gone_on(url_for("floor.page", token=token, done=act))


def _do(view: FloorView, person: Person, act: str, seq: int, token: str) -> None:
    """Ask the one verb; the key makes a form that is sent twice count once."""
    key, where = forms.text("key"), device()
    if act == "start":
        floor.start(vault(), person, view.job.number, seq, device=where, idempotency_key=key,
                    token=token)  # fmt: skip
        return
    if act == "override":
        floor.start(vault(), person, view.job.number, seq, device=where, idempotency_key=key,
                    token=token, override=forms.needed("why", "The reason"))  # fmt: skip
        return
    good, scrap = forms.whole("good", "Good", 0), forms.whole("scrap", "Scrap", 0)
    if act == "pause":
        floor.pause(vault(), person, view.job.number, seq, good, scrap, device=where,
                    idempotency_key=key, token=token)  # fmt: skip
    else:
        floor.finish(vault(), person, view.job.number, seq, good, scrap, why=forms.text("why"),
                     device=where, idempotency_key=key, token=token)  # fmt: skip


def _shown(token: str, view: FloorView) -> str:
    log = ReleaseLog(vault())
    shop = present.zone(vault().settings.time_zone)
    recalled = view.stop and view.standing.state == "recalled"
    return render_template(
        "floor.html", view=view, job=view.job, step=view.step,
        current=log.current(view.job.item) if view.stop else None,
        face=_face(view), said=_said(view), acts=_buttons(token, view),
        picture=None if recalled else _picture(token, view),
        files=[] if recalled else _files(token, view),
        done=DONE.get(forms.asked("done")), self_url=url_for("floor.page", token=token),
        checked=present.now_time(shop), held=view.step.held if view.step else (),
        block_url=url_for("floor_blockers.page", token=token),
    )  # fmt: skip


def _asking(
    token: str, view: FloorView, step: OperationView, act: str, refusal: Refusal | None
) -> str:
    word, mark, look, tone = WORDS[act]
    typed = forms.typed("operator", "good", "scrap", "why")
    left = max(step.arrived - step.operation.good - step.operation.scrap, 0)
    typed["good"] = typed["good"] or (str(left) if act == "finish" else "0")
    typed["scrap"] = typed["scrap"] or "0"
    return render_template(
        "floor_act.html", view=view, job=view.job, step=step, act=act, word=word, mark=mark,
        look=look, tone=tone, typed=typed,
        operators=operators(floor.PASSERS if act == "override" else floor.ROLES),
        amounts=act in {"pause", "finish"},
        refusal=str(refusal) if refusal else None, back=url_for("floor.page", token=token),
        key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def operators(roles: Iterable[str]) -> list[Person]:
    """Return who may act here with a badge and one of these roles."""
    return [
        one for one in people.everybody(vault().ledger)
        if one.has_pin and not one.disabled and one.roles & {"admin", *roles}
    ]  # fmt: skip


def _face(view: FloorView) -> State:
    if view.job.state != "released":
        return present.state("job", view.job.state)
    if view.step is None:
        return present.state("job", "done")
    if view.blocked:
        return present.state("op", "blocked")
    step = view.step.operation
    return present.state("op", "ready" if step.state == "waiting" and view.acts else step.state)


def _said(view: FloorView) -> str:
    step = view.step
    if step is not None and step.running_by:
        shop = present.zone(vault().settings.time_zone)
        return f"by {step.running_by} since {present.local(step.running_since, shop)}"
    if view.blocked:
        return "The planner can start it all the same, with a reason that stays."
    return view.why_not


def _buttons(token: str, view: FloorView) -> list[Button]:
    found = []
    for act in view.acts:
        word, mark, look, _tone = WORDS[act]
        if act == "start" and view.step and view.step.operation.state == "paused":
            word = "Go on"
        href = url_for("floor.page", token=token, act=act)
        found.append(Button(word, mark, look, href))
    if view.blocked:
        word, mark, _look, _tone = WORDS["override"]
        found.append(Button(word, mark, "", url_for("floor.page", token=token, act="override")))
    return sorted(found, key=lambda one: one.word == "Pause")


def _place(token: str, view: FloorView) -> Place:
    return Place(
        title=f"{view.job.item} {view.job.rev}",
        picture=lambda name, page, width: url_for(
            "floor.picture", token=token, name=name, page=page, w=width
        ),
        file=lambda name: url_for("floor.file", token=token, name=name),
        page=lambda page: url_for("floor.page", token=token, page=page),
        file_word="Copy",
        copy=lambda name: url_for("floor_copies.copy", token=token, name=name),
    )


def _picture(token: str, view: FloorView) -> Picture | None:
    """Return the drawing the step names, else the item's."""
    revision = ReleaseLog(vault()).revision(view.job.item, view.job.rev)
    here = {one.name for one in view.files if one.here and one.pages}
    candidates = [one for one in revision.files if one.name in here] or list(revision.files)
    chosen = drawings.drawing_of(revision.number, candidates)
    pages = drawings.released_pages(chosen)
    return drawings.picture(_place(token, view), chosen, pages, forms.page_asked())


def _files(token: str, view: FloorView) -> list[FileRow]:
    place = _place(token, view)
    hidden = {"item.toml", "route.toml", "bom.csv", "characteristics.csv"}
    return [
        FileRow(one.name, one.size, "", place.file(one.name), drawings.is_pdf(one.name))
        for one in view.files
        if one.here and one.name not in hidden
    ]
