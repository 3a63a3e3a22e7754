# SPDX-License-Identifier: AGPL-3.0-or-later
"""Raising a blocker from the floor, with gloves on: a picture, a few words, a badge and its PIN."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Response, render_template, url_for

from traveler.blockers import handling, kinds, photos
from traveler.blockers.errors import NoSuchBlocker, NoSuchPhoto
from traveler.blockers.handling import Wanted
from traveler.blockers.telling import BlockerView
from traveler.errors import NoSuchOperation
from traveler.floor import scan, watching
from traveler.floor.scan import FloorView
from traveler.views import OperationView
from vault import codes
from vault.errors import Refusal
from web import badge, forms, handing, tablet, uploads
from web.forms import Answer
from web.views import blockers
from web.visitor import device, vault

SHOWN: Final = ("shown", "thumb")
"""The pictures of a photo that whoever holds the traveler may see."""
_FIELDS: Final = ("type", "what", "where", "owner", "operator")


def page(token: str) -> Answer:
    """Ask what blocks the traveler's step, or raise it."""
    view = scan.look(vault(), token)

    def raised() -> Response:
        wanted, person = _wanted(view), badge.who()
        with uploads.sent("photo") as files:
            handling.raise_blocker(vault(), person, wanted, device=device(), files=files,
                                   idempotency_key=forms.text("key"), token=token)  # fmt: skip
        return forms.gone_on(url_for("floor.page", token=token, done="block"))

    return forms.answered(raised, lambda refusal: _asking(token, view, refusal))


def kept(token: str) -> str:
    """Raise the blocker that was pressed at a tablet, now or a while ago; returns what to say."""
    wanted, person = _wanted(scan.look(vault(), token)), badge.who()
    with uploads.sent("photo") as files:
        made = handling.raise_blocker(
            vault(), person, wanted, device=device(), token=token, sent=tablet.sent(), files=files,
            idempotency_key=forms.needed("key", "The key"),
        )  # fmt: skip
    return f"Blocker {made.id} is raised; {made.owner} sees to it."


def shot(token: str) -> str:
    """Keep photos with a blocker that holds the traveler's job; returns what to say."""
    number, person = forms.whole("blocker", "The blocker"), badge.who()
    with uploads.sent("photo") as files:
        handling.add_photos(vault(), person, number, files, device=device(), token=token,
                            idempotency_key=forms.needed("key", "The key"))  # fmt: skip
    return f"The photo is kept with blocker {number}."


def photo(token: str, blocker: int, photo: int, role: str) -> Response:
    """Send a photo of what holds the traveler's job, as it is shown; never as it came."""
    those = _held(watching.view(vault(), token), blocker).photos
    found = photos.one(those, blocker, photo)
    if role not in SHOWN:
        raise NoSuchPhoto(id=blocker, photo=f"{photo} {role}", photos=" and ".join(SHOWN))
    return handing.kept(found.file(role), f"blocker-{blocker}-{photo}.jpg")


def _held(view: FloorView, number: int) -> BlockerView:
    """Return a blocker of the traveler's job; raises NoSuchBlocker for any other."""
    for one in view.view.blockers:
        if one.blocker.id == number:
            return one
    raise NoSuchBlocker(id=number)


def _wanted(view: FloorView) -> Wanted:
    """Return what was tapped; ``where`` is the step, the whole job, or the station of the step."""
    step, where = _step(view), forms.text("where")
    wanted = Wanted(
        kind=forms.needed("type", "What kind of blocker it is"),
        owner=forms.needed("owner", "Who sees to it"),
        what=forms.needed("what", "What is missing or wrong"),
    )
    if step is not None and where == "station":
        return replace(wanted, station=step.operation.station)
    seq = step.operation.seq if step is not None and where != "job" else None
    return replace(wanted, job=view.job.number, seq=seq)


def _step(view: FloorView) -> OperationView | None:
    """Return the step it was pressed on, which need not be the one in hand any more."""
    pressed = forms.whole("seq", "The step", 0)
    if not pressed:
        return view.step
    found = view.view.operation(pressed)
    if found is None:
        shown = ", ".join(str(one.operation.seq) for one in view.view.operations) or "none"
        raise NoSuchOperation(job=view.job.number, seq=pressed, operations=shown)
    return found


def _asking(token: str, view: FloorView, refusal: Refusal | None) -> str:
    typed = forms.typed(*_FIELDS)
    typed["owner"] = typed["owner"] or view.job.added_by
    return render_template(
        "floor_block.html", view=view, job=view.job, step=view.step, kinds=kinds.KINDS,
        typed=typed, who=badge.asked(handling.STAFF), owners=blockers.owners(),
        refusal=str(refusal) if refusal else None, back=url_for("floor.page", token=token),
        here=url_for("floor_blockers.page", token=token),
        key=forms.text("key") or codes.new_code(),
    )  # fmt: skip
