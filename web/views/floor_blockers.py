# SPDX-License-Identifier: AGPL-3.0-or-later
"""Raising a blocker from the floor, with gloves on: a picture, a few words, a badge and its PIN."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Response, render_template, request, url_for

from traveler.blockers import handling, kinds
from traveler.blockers.handling import Wanted
from traveler.errors import NoSuchOperation
from traveler.floor import scan
from traveler.floor.scan import FloorView
from traveler.tablet.sending import Sent
from traveler.views import OperationView
from vault import codes
from vault.errors import NotFound, Refusal
from web import badge, forms
from web.views import blockers
from web.visitor import device, vault

_FIELDS: Final = ("type", "what", "where", "owner", "operator")


def page(token: str) -> Response | str | tuple[str, int]:
    """Ask what blocks the traveler's step, or raise it."""
    view = scan.look(vault(), token)
    if request.method != "POST":
        return _asking(token, view, None)
    try:
        wanted = _wanted(view)
        handling.raise_blocker(vault(), badge.who(), wanted, device=device(),
                               idempotency_key=forms.text("key"), token=token)  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return _asking(token, view, refusal), refusal.status
    return forms.gone_on(url_for("floor.page", token=token, done="block"))


def kept(token: str) -> str:
    """Raise the blocker that was pressed at a tablet, now or a while ago; returns what to say."""
    view = scan.look(vault(), token)
    sent = Sent(
        seen=forms.text("seen"), ago=forms.whole("ago", "The seconds", 0),
        sure=bool(forms.text("sure")),
    )  # fmt: skip
    made = handling.raise_blocker(
        vault(), badge.who(), _wanted(view), device=device(), token=token, sent=sent,
        idempotency_key=forms.needed("key", "The key"),
    )  # fmt: skip
    return f"Blocker {made.id} is raised; {made.owner} sees to it."


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
