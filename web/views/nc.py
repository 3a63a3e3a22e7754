# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nonconformances: the list, the form to open one, and the page on which it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response, jsonify, render_template, request, url_for

from release import rulebook
from traveler.floor import scan
from traveler.nonconformance import closing, disposing, opening, rules
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.disposing import Rework, Share
from traveler.nonconformance.opening import Wanted
from traveler.nonconformance.records import Filter, Outside
from traveler.quality import evidence, views
from traveler.route import Step
from vault import codes
from vault.errors import Refusal
from web import badge, forms, tablet, uploads
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

PAGE: Final = 100
TABS: Final = (("open", "To be done"), ("proposed", "Wait for the owner"), ("closed", "Closed"),
               ("", "All"))  # fmt: skip
DONE: Final = {
    "open": "It is open; what has to wait is held.",
    "correct": "Corrected; what was said before stays on record.",
    "explain": "Written down.",
    "dispose": "Disposed of; what is scrapped or returned is written off at the step.",
    "propose": "Proposed: it holds once the approval owner has signed.",
    "approve": "Signed.",
    "refuse": "Turned down; dispose of it anew.",
    "reconsider": "Open again.",
    "close": "Closed.",
    "reopen": "Open again.",
    "photo": "The photos are kept with it.",
}
SAID: Final = {
    "open": "opened it", "correct": "corrected it", "explain": "explained it",
    "dispose": "disposed of it", "propose": "proposed what to do", "approve": "signed",
    "refuse": "turned the proposal down", "reconsider": "took the decision back",
    "close": "closed it", "reopen": "reopened it",
}  # fmt: skip
_FIELDS: Final = ("job", "op", "qty", "what", "place", "pieces", "containment", "holds",
                  "balloons", "results")  # fmt: skip


def board() -> str:
    """Show nonconformances, the newest first."""
    chosen = forms.asked("state", "open")
    job, skipped = forms.asked("job"), forms.number_asked("skip")
    found = nc_views.listing(vault(), wanted(), PAGE + 1, skipped)
    more = url_for("nc.board", state=chosen, job=job or None, skip=skipped + PAGE)
    return render_template(
        "nc_list.html", found=found[:PAGE], tabs=TABS, chosen=chosen, job=job,
        more=more if len(found) > PAGE else "",
    )  # fmt: skip


def wanted() -> Filter:
    """Return which nonconformances the address asks for; open ones where it does not say."""
    chosen = forms.asked("state", "open")
    states = {"open": rules.OPEN, "": frozenset[str]()}.get(chosen, frozenset({chosen}))
    return Filter(job=forms.asked("job"), states=states)


def api_list() -> Response:
    """List nonconformances, the newest first; ``job`` and ``state`` restrict, ``skip`` goes on.

    Without a state those that still want something; ``all`` are all.
    """
    state, skipped = forms.asked("state"), forms.number_asked("skip")
    states = {"": rules.OPEN, "all": frozenset[str]()}.get(state, frozenset({state}))
    wanted = Filter(job=forms.asked("job"), states=states)
    found = nc_views.listing(vault(), wanted, PAGE, skipped)
    return jsonify({"nonconformances": [one.as_json() for one in found],
                    "next": skipped + PAGE if len(found) == PAGE else None})  # fmt: skip


def api_one(nc: str) -> Response:
    """Return a nonconformance with all that was done about it."""
    return jsonify(nc_views.show(vault(), nc).as_json())


def new() -> Answer:
    """Show the form to open one, or open it."""
    typed = _typed()
    if request.method != "POST":
        outside = nc_views.proposed(vault(), typed["job"]) if typed["job"] else []
        typed |= _taken(outside)
        return render_template("nc_new.html", refusal=None, typed=typed, outside=outside)
    try:
        made = opening.open_new(vault(), me(), _wanted(), device=device(),
                             idempotency_key=forms.text("key"))  # fmt: skip
    except Refusal as refusal:
        return forms.shown_again(refusal, "nc_new.html", typed=typed, outside=[])
    return forms.gone_on(url_for("nc.page", nc=made.number, done="open"))


def page(nc: str) -> Answer:
    """Show a nonconformance with all that was done about it, or act on it."""

    def acted() -> Response:
        nc_views.show(vault(), nc)
        done = _act(nc, forms.text("act"))
        return forms.gone_on(url_for("nc.page", nc=nc, done=done))

    return forms.answered(acted, lambda refusal: _shown(nc, refusal))


def on_floor(token: str) -> Answer:
    """Ask on the floor what is not right with how many pieces, and open it."""
    view = scan.look(vault(), token)

    def opened() -> Response:
        opening.open_new(vault(), badge.who(), _on_floor(view), device=device(),
                         idempotency_key=forms.text("key"), token=token)  # fmt: skip
        return forms.gone_on(url_for("floor.page", token=token, done="nc"))

    return forms.answered(opened, lambda refusal: _asking(token, view, refusal))


def kept(token: str) -> str:
    """Open the nonconformance that was pressed at a tablet, now or a while ago; returns what to say."""
    wanted = _on_floor(scan.look(vault(), token))
    made = opening.open_new(vault(), badge.who(), wanted, device=device(), token=token,
                         idempotency_key=forms.needed("key", "The key"), sent=tablet.sent())  # fmt: skip
    return f"{made.number} is reported: quality decides what happens to the pieces."


# --- inside -----------------------------------------------------------------


def _taken(outside: Sequence[Outside]) -> dict[str, str]:
    """Return what the form says of the result somebody came from, while nothing names it yet."""
    wanted = forms.number_asked("result")
    return next((
        {"what": one.sentence, "op": str(one.seq or ""), "qty": "1", "pieces": one.piece,
         "balloons": one.balloon, "results": str(one.id)}
        for one in outside if one.id == wanted
    ), {})  # fmt: skip


def _named(job: str) -> dict[str, Any]:
    """Return piece, characteristic and result a report from the floor names, as they are on record."""
    told = forms.text("results")
    return next((
        {"pieces": one.piece, "balloons": [one.balloon], "results": [one.id]}
        for one in nc_views.proposed(vault(), job) if str(one.id) == told
    ), {})  # fmt: skip


def _on_floor(view: scan.FloorView) -> Wanted:
    """Return what was typed on the floor, of the step it was pressed on."""
    pressed = forms.whole("seq", "The step", 0)
    step = view.step.operation.seq if view.step else None
    return Wanted(job=view.job.number, what=forms.needed("what", "What is not right"),
                  qty=forms.whole("qty", "How many pieces"), seq=pressed or step,
                  containment=forms.text("containment"), **_named(view.job.number))  # fmt: skip


def _asking(token: str, view: scan.FloorView, refusal: Refusal | None) -> str:
    typed = forms.typed("what", "qty", "containment", "operator", "results")
    if refusal is None and forms.number_asked("result"):
        typed |= _taken(nc_views.proposed(vault(), view.job.number))
    return render_template(
        "floor_nc.html", view=view, job=view.job, step=view.step, typed=typed,
        who=badge.asked(opening.STAFF), refusal=str(refusal) if refusal else None,
        back=url_for("floor.page", token=token), here=url_for("nc.on_floor", token=token),
        key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def _typed() -> dict[str, str]:
    typed = {name: forms.text(name) or forms.asked(name) for name in _FIELDS}
    return typed | {"key": forms.text("key") or codes.new_code()}


def _wanted() -> Wanted:
    return Wanted(
        job=forms.needed("job", "The job"), what=forms.needed("what", "What is not right"),
        qty=forms.whole("qty", "How many pieces"),
        seq=forms.whole("op", "The operation") if forms.text("op") else None,
        place=forms.text("place"), pieces=forms.text("pieces"),
        containment=forms.text("containment"), holds=forms.text("holds") or "rest",
        balloons=forms.text("balloons").replace(",", " ").split(),
        results=[int(one) for one in forms.text("results").split() if one.isdecimal()],
    )  # fmt: skip


def _act(nc: str, act: str) -> str:
    why, seen = forms.text("why"), forms.whole("seen", "What was shown", 0) or None
    if act == "photo":
        return _photos(nc)
    if act == "explain":
        opening.explain(vault(), me(), nc, cause=forms.text("cause"), action=forms.text("action"),
                     change=forms.text("change"), recall=forms.text("recall"),
                     containment=forms.text("containment"), seen=seen)  # fmt: skip
    elif act == "correct":
        opening.correct(vault(), me(), nc, why, seen, qty=forms.whole("qty", "How many pieces"),
                     what=forms.needed("what", "What is not right"), place=forms.text("place"),
                     pieces=forms.text("pieces"))  # fmt: skip
    elif act == "dispose":
        done = disposing.dispose_parts(vault(), me(), nc, _shares(), why,
                                  password=forms.secret("password"), seen=seen)  # fmt: skip
        return "propose" if done.state == "proposed" else "dispose"
    elif act == "approve":
        disposing.approve(vault(), me(), nc, forms.secret("password"), why, seen)
    elif act in {"refuse", "reopen"}:
        (disposing.refuse if act == "refuse" else closing.reopen)(vault(), me(), nc, why)
    elif act in {"reconsider", "close"}:
        (disposing.reconsider if act == "reconsider" else closing.close)(
            vault(), me(), nc, why, seen
        )
    else:
        raise NotReadable(why="the form does not say what to do")
    return act


def _photos(nc: str) -> str:
    one = nc_views.show(vault(), nc).one
    with uploads.sent("files") as files:
        wanted = evidence.Wanted("photo", one.job, one.seq, nonconformance=one.id,
                                 words=forms.text("words"))  # fmt: skip
        evidence.add(vault(), me(), wanted, files, device=device(),
                     idempotency_key=forms.text("key"))  # fmt: skip
    return "photo"


def _shares() -> list[Share]:
    """Return what the form decides: one thing for all pieces, or how many of each."""
    work, counted = _work(), bool(forms.text("counted"))
    told = [(name, forms.whole(f"qty {name}", name.capitalize(), 0)) for name in rules.DISPOSITIONS]
    several = [(name, qty) for name, qty in told if qty]
    if not several:
        chosen = forms.needed("disposition", "The disposition")
        return [Share(chosen, work=work, counted=counted)]
    worked = [name for name, _ in several if name in rules.WORKED]
    return [
        Share(name, qty, work=work if name in worked or not worked else None, counted=counted)
        for name, qty in several
    ]


def _work() -> Rework | None:
    """Return the steps of the form: a line each, ``STATION: what to do``, and what is repeated."""
    lines = [one for one in forms.text("steps").splitlines() if one.strip()]
    repeat = [int(one) for one in forms.text("repeat").replace(",", " ").split() if one.isdecimal()]
    if not lines and not repeat:
        return None
    steps = []
    for place, one in enumerate(lines, 1):
        station, _, title = one.partition(":")
        steps.append(Step(place, station.strip(), title.strip() or station.strip()))
    return Rework(steps, repeat)


def _shown(nc: str, refusal: Refusal | None) -> str:
    view = nc_views.show(vault(), nc)
    one = view.one
    photos = [each for each in views.evidence_of(vault(), one.job) if each.nonconformance == one.id]
    return render_template(
        "nc.html", view=view, one=one, facts=one.facts, said=SAID, photos=photos,
        acts=_acts(one), owns=disposing.owns(vault(), me(), one),
        dispositions=rules.DISPOSITIONS, gone=rules.GONE,
        entries=list(reversed(view.entries)), changed=_changed(refusal),
        refusal=str(refusal) if refusal else None, key=codes.new_code(),
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _changed(refusal: Refusal | None) -> dict[str, str]:
    names = ("why", "disposition", "steps", "repeat", "cause", "action", "change", "recall",
             "containment", "qty", "what", "place", "pieces", "counted",
             *(f"qty {name}" for name in rules.DISPOSITIONS))  # fmt: skip
    return {name: forms.text(name) if refusal else "" for name in names}


def _acts(one: Any) -> set[str]:
    """Return what this person may do with it now."""
    acts = {deed for (state, deed) in rules.NONCONFORMANCE if state == one.state}
    if not has_role(*rulebook.current(vault()).quality.may_dispose):
        acts -= {"close", "reconsider"}
        if not disposing.owns(vault(), me(), one):
            acts -= {"dispose"}
    if not disposing.owns(vault(), me(), one):
        acts -= {"approve", "refuse"}
    return acts
