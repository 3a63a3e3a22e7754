# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the shop remembers of an item: all of it, and what was set aside with the reason."""

from __future__ import annotations

from typing import Final

from flask import Response, jsonify, render_template, url_for

from traveler.memory import desk, rules
from vault.errors import Refusal
from web import forms
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

PAGE: Final = 100
DONE: Final = {"dismiss": "Set aside: no job tells it any more. The record stays.",
               "restore": "Told again."}  # fmt: skip
TABS: Final = (
    ("", "All that is told"), (rules.NOTE, "Notes"), (rules.NONCONFORMANCE, "Nonconformances"),
    (rules.RESULT, "Results"), (rules.REWORK, "Rework"), (rules.SCRAP, "Scrap"),
    (rules.BLOCKER, "Blockers"), ("dismissed", "Set aside"),
)  # fmt: skip


def page(number: str) -> Answer:
    """Show what is remembered of an item, or set some of it aside, or have it told again."""
    return forms.answered(lambda: _acted(number), lambda refusal: _shown(number, refusal))


def api_item(number: str) -> Response:
    """Return what is remembered of an item, the newest first; what was set aside only with ``all=1``."""
    found = desk.of_item(vault(), number, dismissed=forms.asked("all") == "1")
    return jsonify({"number": number, "told": [one.as_json() for one in found]})


def api_job(job: str) -> Response:
    """Return what earlier jobs of its item tell a job, by its steps."""
    return jsonify({"job": job, **desk.of_job(vault(), job).as_json()})


def _acted(number: str) -> Response:
    desk.of_item(vault(), number)
    act = forms.text("act")
    if act not in DONE:
        raise NotReadable(why="the form does not say what to do")
    deed = desk.dismiss if act == "dismiss" else desk.restore
    deed(vault(), me(), number, forms.text("ref"), forms.text("why"), device())
    return forms.gone_on(url_for("memory.page", number=number, done=act))


def _shown(number: str, refusal: Refusal | None) -> str:
    chosen, skipped = forms.asked("kind"), forms.number_asked("skip")
    found = desk.of_item(vault(), number)
    gone = chosen == "dismissed"
    rows = [
        one for one in found
        if (one.dismissal is not None) == gone and (gone or not chosen or one.kind == chosen)
    ]  # fmt: skip
    more = url_for("memory.page", number=number, kind=chosen or None, skip=skipped + PAGE)
    return render_template(
        "memory.html", number=number, rows=rows[skipped : skipped + PAGE], tabs=TABS,
        chosen=chosen, more=more if len(rows) > skipped + PAGE else "", first=skipped + 1,
        of=len(rows), may_dismiss=has_role(*desk.MAY), typed=forms.typed("why", "ref"),
        refusal=str(refusal) if refusal else None, done=DONE.get(forms.asked("done")),
    )  # fmt: skip
