# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page behind a traveler's QR: anybody may look, badge and PIN act, GET changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from flask import Response, jsonify, make_response, render_template, request, url_for

from release.log import ReleaseLog
from traveler import gate
from traveler.blockers import kinds
from traveler.floor import acting, noting, scan, starting, stopping, watching
from traveler.floor.acting import Progress
from traveler.floor.scan import FloorView
from traveler.memory import desk as memory
from traveler.operation_records import Operation
from traveler.quality import evidence, proof
from traveler.quality.evidence import Wanted
from traveler.tablet import presence
from traveler.tablet.sending import Sent
from traveler.views import OperationView
from traveler.work_records import Elsewhere
from vault import codes
from vault.errors import NotFound, Refusal
from vault.ledger.people import Person
from web import badge, drawings, forms, present, tablet, uploads, viewing
from web.drawings import FileRow, Picture, Place
from web.errors import MissingField, NotReadable, NotWhileAway
from web.forms import Answer
from web.present import State
from web.views import blockers, files, floor_blockers, floor_quality, floor_viewer, nc
from web.visitor import device, vault

WORDS: Final = {
    "start": ("Start", "play", "begin", "go"),
    "pause": ("Pause", "pause", "pause", "wait"),
    "finish": ("Finish", "flag", "begin", "act"),
    "override": ("Start anyway", "warn", "pause", "wait"),
}
AWAY: Final = {
    "start": ("Send out", "truck", "begin", "go"),
    "pause": ("Part is back", "box", "pause", "wait"),
    "finish": ("It is back", "box", "begin", "act"),
}
"""The same acts where the work is done at a vendor's."""
FEW, NEWEST = 4, 20
"""What else people are on, and notes, told on a page that has to be read in a second."""
SENT: Final = ("start", "pause", "finish", "note", "block", "shot", "measure", "nc")
"""What a tablet may keep and send later; never a sign-off, a release, or a start past a blocker."""
DONE: Final = {
    "evidence": "It is on record with this job.",
    "block": "The blocker is raised; its owner finds it on the first page.",
    "start": "Started.",
    "pause": "Paused; the pieces are counted.",
    "finish": "Finished.",
    "note": "Noted.",
    "photo": "The photo is kept with the job.",
    "nc": "Reported: quality decides what happens to the pieces.",
    "proof": "It is on record that you vouch for it.",
    "read": "It is on record that you have read this revision.",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to give what a step still owes: what to tap, and where that leads."""

    word: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the floor page: it leads to a page that asks who and how many."""

    word: str
    icon: str
    look: str
    href: str
    act: str


def page(token: str) -> Answer:
    """Show the floor page; ``?act=`` the page that asks for badge and PIN; or act."""
    if request.method == "POST":
        return _acted(token)
    tag, view = watching.tagged(vault(), token)
    act = forms.asked("act")
    if view.step is not None and (
        act in view.acts or (act == "override" and view.blocked)
        or (act == "start" and view.step.operation.state == "running")
    ):  # fmt: skip
        return _asking(token, view, view.step, act, None)
    return _shown(token, view, tag)


def state(token: str) -> Response:
    """Say whether the page is still so: its tag, and nothing more where the asker has it already."""
    tag = _tag(*watching.tagged(vault(), token))
    answer = make_response(jsonify(tag=tag))
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer


def act(token: str) -> Response:
    """Do what was pressed at a tablet, now or a while ago; told to the page's program as JSON."""
    wanted = forms.text("act")
    if wanted not in SENT:
        raise NotWhileAway(act=wanted)
    if wanted == "block":
        return jsonify(said=floor_blockers.kept(token))
    if wanted == "shot":
        return jsonify(said=floor_blockers.shot(token))
    if wanted == "nc":
        return jsonify(said=nc.kept(token))
    if wanted == "measure":
        return jsonify(floor_quality.measured(token))
    seq, person = forms.whole("seq", "The step"), badge.who()
    done = _sent(token, person, wanted, seq)
    return jsonify(state=done.state, good=done.good, scrap=done.scrap, said=DONE[wanted])


def photo(token: str) -> Response:
    """Keep photos of the step as evidence of the job; told to the page's program as JSON."""
    seq, person = forms.whole("seq", "The step"), badge.who()
    job, _operations = scan.opened(vault(), token)
    wanted = Wanted("photo", job.number, seq, words=forms.text("words"))
    with uploads.sent("photo") as files:
        if not files:
            raise MissingField(what="A photo")
        made = evidence.add(vault(), person, wanted, files, device=device(), token=token,
                            idempotency_key=forms.needed("key", "The key"))  # fmt: skip
    return jsonify(evidence=[one.root for one in made], said=DONE["photo"])


def _sent(token: str, person: Person, wanted: str, seq: int) -> Progress:
    opened, operations = scan.opened(vault(), token)
    job, step = opened.number, next((one for one in operations if one.seq == seq), None)
    more: dict[str, Any] = {
        "device": device(), "idempotency_key": forms.needed("key", "The key"), "token": token,
        "sent": Sent(
            seen=forms.text("seen"), ago=forms.whole("ago", "The seconds", 0),
            stations=tablet.places(), sure=bool(forms.text("sure")),
        ),
    }  # fmt: skip
    if wanted == "start":
        on = tablet.machine(step.station) if step else ""
        return starting.start(vault(), person, job, seq, machine=on, **more)
    if wanted == "note":
        return noting.note(vault(), person, job, seq, forms.text("words"), **more)
    good, scrap = forms.whole("good", "Good", 0), forms.whole("scrap", "Scrap", 0)
    more["rework"] = forms.whole("rework", "Rework", 0)
    if wanted == "pause":
        return stopping.pause(vault(), person, job, seq, good, scrap, **more)
    return stopping.finish(vault(), person, job, seq, good, scrap, why=forms.text("why"), **more)


def picture(token: str, name: str, page: int) -> Response:
    """Send a page of a released drawing of the traveler's job; nothing of a recalled one.

    Only where a deviation lets the job go on does an overtaken drawing come without its mark.
    """
    return viewing.picture(floor_viewer.of_floor(watching.view(vault(), token), name), page)


def file(token: str, name: str) -> Response:
    """Send a released file of the traveler's job; a drawing is taken as a numbered copy.

    What cannot carry a mark is not sent once its revision is overtaken; the refusal says why.
    """
    view = scan.look(vault(), token)
    part = floor_viewer.asked(view)
    revision = floor_viewer.revision(part)
    marked = revision.file(name).stamped is not None
    if refusal := gate.file_refusal(view.job, part, name, marked=marked):
        raise refusal
    if marked:
        item = forms.asked("item") or None
        return forms.sent_to(url_for("floor_copies.copy", token=token, name=name, item=item))
    return files.released(revision, name)


def _acted(token: str) -> Response | tuple[str, int]:
    view, act = scan.look(vault(), token), forms.text("act")
    seq = forms.whole("seq", "The step")
    step = view.view.operation(seq)
    if step is None or act not in WORDS:
        raise NotReadable(why="the form does not say what to do on which step")
    try:
        _do(view, badge.who(), act, seq, token)
    except NotFound:
        raise
    except Refusal as refusal:
        return _asking(token, view, step, act, refusal), refusal.status
    return forms.gone_on(url_for("floor.page", token=token, done=act))


def _do(view: FloorView, person: Person, act: str, seq: int, token: str) -> None:
    """Ask the one verb; the key makes a form that is sent twice count once."""
    job, step = view.job.number, view.view.operation(seq)
    more: dict[str, Any] = {
        "device": device(), "idempotency_key": forms.text("key"), "token": token,
        "sent": Sent(stations=tablet.places(), sure=bool(forms.text("sure"))),
    }  # fmt: skip
    if act == "start":
        on = tablet.machine(step.operation.station) if step else ""
        starting.start(vault(), person, job, seq, machine=on, **more)
        return
    if act == "override":
        starting.start(
            vault(), person, job, seq, override=forms.needed("why", "The reason"), **more
        )
        return
    good, scrap = forms.whole("good", "Good", 0), forms.whole("scrap", "Scrap", 0)
    more["rework"] = forms.whole("rework", "Rework", 0)
    if act == "pause":
        stopping.pause(vault(), person, job, seq, good, scrap, **more)
    else:
        stopping.finish(vault(), person, job, seq, good, scrap, why=forms.text("why"), **more)


def _shown(token: str, view: FloorView, seen: str) -> str:
    log = ReleaseLog(vault())
    shop = present.zone(vault().settings.time_zone)
    recalled = view.stop and view.standing.state == "recalled"
    return render_template(
        "floor.html", view=view, job=view.job, step=view.step,
        current=log.current(view.job.item) if view.stop else None,
        face=_face(view), said=_said(view), acts=_buttons(token, view),
        picture=None if recalled else _picture(token, view),
        files=[] if recalled else _files(token, view), kit_files=_kit_files(token, view),
        done=DONE.get(forms.asked("done")), self_url=url_for("floor.page", token=token),
        checked=present.now_time(shop), held=view.step.held if view.step else (),
        token_code=token, block_url=url_for("floor_blockers.page", token=token),
        urls={name: url_for(f"floor.{name}", token=token) for name in ("state", "act", "photo")}
        | {"plan": url_for("floor_quality.plan", token=token)},
        largest=vault().settings.largest_file,
        tag=_tag(seen, view), ways=_ways(token, view), busy=_busy(view),
        here=tablet.here(), station=tablet.station(),
        seconds=tablet.seconds_left(), minutes=vault().settings.floor_minutes,
        left=view.left, notes=view.step.notes[::-1] if view.step else (),
        elsewhere=_elsewhere(view), code=token, few=FEW, newest=NEWEST, kinds=kinds.KINDS,
        owners=blockers.owners() if tablet.here() else [],
        remembered=memory.of_job(vault(), view.job.number).at(_seq(view)),
    )  # fmt: skip


def _asking(
    token: str, view: FloorView, step: OperationView, act: str, refusal: Refusal | None
) -> str:
    word, mark, look, tone = _words(step, act)
    typed = forms.typed("operator", "good", "scrap", "rework", "why")
    typed["good"] = typed["good"] or (str(view.left) if act == "finish" else "0")
    typed["scrap"], typed["rework"] = typed["scrap"] or "0", typed["rework"] or "0"
    return render_template(
        "floor_act.html", view=view, job=view.job, step=step, act=act, word=word, mark=mark,
        look=look, tone=tone, typed=typed,
        who=badge.asked(acting.PASSERS if act == "override" else acting.ROLES),
        amounts=act in {"pause", "finish"}, sure=type(refusal).__name__ == "WrongStation",
        refusal=str(refusal) if refusal else None, back=url_for("floor.page", token=token),
        key=forms.text("key") or codes.new_code(),
    )  # fmt: skip


def _seq(view: FloorView) -> int | None:
    return view.step.operation.seq if view.step is not None else None


def _ways(token: str, view: FloorView) -> list[Way]:
    """Return how to give the proof without which the running step cannot be finished."""
    found: dict[str, Way] = {}
    for line in view.step.owing if view.owing and view.step else ():
        kind = line.required.kind
        if kind == proof.MEASURED:
            href = url_for("floor_quality.measure_page", token=token)
            found[href] = Way("Measure", "caliper", href)
        elif line.vouched:
            href = url_for("floor_proof.page", token=token, kind=kind)
            found[href] = Way(f"{kind}: I saw it", "check", href)
        else:
            href = url_for("floor_quality.evidence_page", token=token, kind=kind)
            found[href] = Way(f"Give {kind}", "camera" if kind == "photo" else "file", href)
    return list(found.values())


def _busy(view: FloorView) -> list[Elsewhere]:
    """Return what those on this step, and whoever stands here, are on besides.

    Only for somebody who is signed in: the paper alone tells nothing of other jobs.
    """
    here = tablet.here()
    if here is None:
        return []
    on_it = {one.person for one in view.step.people} if view.step else set()
    step = view.step.operation.id if view.step else 0
    return presence.elsewhere(vault(), on_it | {here.person.name}, step)


def _tag(seen: str, view: FloorView) -> str:
    """Return the tag of a page, which also changes when somebody begins or ends elsewhere."""
    busy = _busy(view)
    if not busy:
        return seen
    return f"{seen}-{hashlib.sha256(repr(busy).encode()).hexdigest()[:8]}"


def _elsewhere(view: FloorView) -> str:
    """Return the station the step is planned at, where this tablet stands at another."""
    here = tablet.places()
    if not here or view.step is None or view.step.operation.station in here:
        return ""
    return view.step.operation.station


def _words(step: OperationView | None, act: str) -> tuple[str, str, str, str]:
    outside = step is not None and step.operation.outside
    return AWAY.get(act, WORDS[act]) if outside else WORDS[act]


def _face(view: FloorView) -> State:
    if view.job.state == "cancelled":  # quiet in a list, but here somebody may be at work on it
        return replace(present.state("job", view.job.state), tone="halt", icon="stop")
    if view.job.state != "released":
        return present.state("job", view.job.state)
    if view.step is None:
        return present.state("job", "done")
    if view.blocked:
        return present.state("op", "blocked")
    step = view.step.operation
    if step.outside and step.state == "running":
        return State("go", "truck", "Sent out")
    return present.state("op", "ready" if step.state == "waiting" and view.acts else step.state)


def _said(view: FloorView) -> str:
    step = view.step
    if view.job.state == "cancelled":
        return "Nothing more is made for it. Stop, put the pieces aside, and ask your planner."
    if step is not None and step.running_by:
        shop = present.zone(vault().settings.time_zone)
        people = step.running_by
        if step.operation.outside:
            return _away(step.operation, people)
        return f"by {people} since {present.local(step.running_since, shop)}"
    if view.blocked and step is not None:
        first, *others = step.held
        more = f" {len(others)} more below." if others else ""
        return f"{first.blocker.what.rstrip('.')}. {first.blocker.owner} sees to it.{more}"
    if step is not None and step.operation.outside and view.acts:
        return f"It is done at {step.operation.vendor or 'a vendor'}."
    now = view.view.step
    if step is not None and step.operation.over and now is not None:
        at = now.operation
        return f"The job is at step {at.seq}, {at.title}, at {at.station}; scan that one."
    return view.why_not


def _away(step: Operation, people: str) -> str:
    back = (
        f", back on {present.day_text(date.fromisoformat(step.expected))}" if step.expected else ""
    )
    return f"to {step.vendor or 'the vendor'} by {people}{back}"


def _buttons(token: str, view: FloorView) -> list[Button]:
    found = []
    for act in view.acts:
        word, mark, look, _tone = _words(view.step, act)
        if act == "start" and view.step and view.step.operation.state == "paused":
            word = "Go on"
        href = url_for("floor.page", token=token, act=act)
        found.append(Button(word, mark, look, href, act))
    here = tablet.here()
    running = view.step is not None and view.step.operation.state == "running"
    on_it = {one.person for one in view.step.people} if view.step else set()
    outside = view.step is not None and view.step.operation.outside
    if here and running and not outside and here.person.name not in on_it and not view.stop:
        href = url_for("floor.page", token=token, act="start")
        found.append(Button("Join", "plus", "", href, "start"))
    if view.blocked:
        word, mark, _look, _tone = WORDS["override"]
        href = url_for("floor.page", token=token, act="override")
        found.append(Button(word, mark, "", href, "override"))
    return sorted(found, key=lambda one: one.act == "pause")


def _place(token: str, view: FloorView) -> Place:
    return Place(
        title=f"{view.job.item} {view.job.rev}",
        picture=lambda name, page, width: url_for(
            "floor.picture", token=token, name=name, page=page, w=width
        ),
        file=lambda name: url_for("floor.file", token=token, name=name),
        page=lambda page: url_for("floor.page", token=token, page=page),
        file_word="Copy",
        view=lambda name, page: url_for(
            "floor_viewer.page", token=token, name=name, page=page if page > 1 else None
        ),
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


def _kit_files(token: str, view: FloorView) -> dict[str, list[Way]]:
    """Return the released files of the items of a kit, by item; none of what was recalled."""
    log, found = ReleaseLog(vault()), dict[str, list[Way]]()
    for part in view.view.ground.kit:
        one = part.item
        if part.standing.state == "recalled" and not part.workable:
            continue
        found[one.item] = [
            Way(
                file.name, "file",
                url_for("floor_viewer.page", token=token, name=file.name, item=one.item),
            )
            for file in log.revision(one.item, one.rev).files
            if file.name not in floor_viewer.UNSHOWN
        ]  # fmt: skip
    return found


def _files(token: str, view: FloorView) -> list[FileRow]:
    hidden = {"item.toml", "route.toml", "bom.csv", "characteristics.csv"}
    return [
        FileRow(
            one.name,
            one.size,
            "",
            url_for("floor_viewer.page", token=token, name=one.name),
            drawings.is_pdf(one.name),
        )
        for one in view.files
        if one.here and one.name not in hidden
    ]
