# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to a job whose revision was superseded or recalled: the choices, side by side."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, request, url_for

from traveler.decisions import deciding
from traveler.decisions.deciding import Question
from vault.errors import Refusal
from vault.ledger.people import Person
from web import forms
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import has_role, me, vault

PROPOSED: Final = {
    "continue": "go on with the revision they are on",
    "move": "move to the new revision",
    "hold": "hold",
}


def page(job: str) -> Answer:
    """Show what is to be decided about a job and how both routes differ, or decide."""
    return forms.answered(lambda: _decided(job), lambda refusal: _shown(job, refusal))


def _decided(job: str) -> Response:
    deciding.question(vault(), job, _item())
    choice, why = forms.text("choice"), forms.text("why")
    if choice == "deviation":
        qty = forms.whole("qty", "The number of pieces") if forms.text("qty") else None
        deciding.deviate(vault(), me(), forms.secret("password"), job, why, qty,
                         forms.text("until"), _item())  # fmt: skip
    elif choice == "hold":
        deciding.hold(vault(), me(), job, why, _item())
    elif choice == "move" and deciding.question(vault(), job, _item()).part is not None:
        deciding.renew(vault(), me(), job, _item(), why, to=forms.text("to"))
    elif choice == "move":
        kept = {int(one) for one in request.form.getlist("kept") if one.isascii() and one.isdigit()}
        steps = deciding.question(vault(), job).steps
        both = {one.seq for one in steps if one.begun and one.step is not None}
        deciding.move(vault(), me(), job, why, to=forms.text("to"),
                      keep=kept & both, again=both - kept)  # fmt: skip
    else:
        raise NotReadable(why="the form does not say what was decided")
    return forms.gone_on(url_for("jobs.page", job=job, done=choice))


def _shown(job: str, refusal: Refusal | None) -> str:
    asked = deciding.question(vault(), job, _item())
    return render_template(
        "decision.html", asked=asked, job=asked.job, standing=asked.standing,
        options={one.choice: one for one in asked.options},
        proposed=PROPOSED.get(asked.proposal, ""), plans=has_role("planner"),
        approves=_approves(me(), asked), typed=forms.typed("why", "qty", "until", "choice"),
        refusal=str(refusal) if refusal else None,
    )  # fmt: skip


def _item() -> str:
    """Return the item of the kit that is asked about, empty for whatever is open."""
    return forms.text("item") or forms.asked("item")


def _approves(person: Person, asked: Question) -> bool:
    return "approver" in person.roles or person.name == asked.owner
