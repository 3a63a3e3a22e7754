# SPDX-License-Identifier: AGPL-3.0-or-later
"""One piece of evidence: its photo with marks over it, its files, and what was said before."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response, render_template, request, url_for

from traveler.quality import evidence, internal
from traveler.quality.errors import BadMarks
from vault.errors import Refusal
from web import forms, handing
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

DONE: Final = {
    "mark": "The marks are on record beside the photo.",
    "correct": "Corrected; what was said first stays on record.",
    "withdraw": "Withdrawn; it stays to be read.",
    "internal": "It stays in the shop: no packet takes it along.",
    "release": "It may leave the shop again, in packets that are issued from now on.",
}


def page(kept: int) -> Answer:
    """Show evidence, or correct, withdraw or mark it."""
    return forms.answered(lambda: _acted(kept), lambda refusal: _shown(kept, refusal))


def file(kept: int, role: str) -> Response:
    """Send a file: pictures drawn anew to be seen, everything as it came as an attachment only."""
    standing, _line = evidence.show(vault(), kept)
    one = evidence.file(standing, role)
    return handing.kept(one, f"{standing.job}-{standing.root}-{one.name}")


def _acted(number: int) -> Response:
    evidence.show(vault(), number)
    act = forms.text("act")
    if act == "mark":
        evidence.mark(vault(), me(), number, _marks(), device=device())
    elif act == "correct":
        evidence.correct(vault(), me(), number, forms.text("why"), words=forms.text("words"),
                         heat=forms.text("heat"), seen=forms.whole("seen", "What was shown"),
                         device=device())  # fmt: skip
    elif act == "withdraw":
        evidence.withdraw(vault(), me(), number, forms.text("why"),
                          seen=forms.whole("seen", "What was shown"), device=device())  # fmt: skip
    elif act in {"internal", "release"}:
        internal.mark(vault(), me(), number, forms.text("why"), internal=act == "internal",
                      device=device())  # fmt: skip
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("evidence.page", kept=number, done=act))


def _marks() -> list[dict[str, Any]]:
    try:
        told = json.loads(request.form.get("marks", ""))
    except ValueError:
        raise BadMarks(why="they are not readable") from None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise BadMarks(why="they are no list")
    return told


def _shown(number: int, refusal: Refusal | None) -> str:
    standing, line = evidence.show(vault(), number)
    return render_template(
        "evidence.html", one=standing, line=list(reversed(line)), original=standing.file("original"),
        shown=standing.file("shown"), may_act=has_role(*evidence.STAFF) and not standing.withdrawn,
        may_keep=has_role(*internal.KEEPERS) and not standing.withdrawn,
        refusal=str(refusal) if refusal else None, done=DONE.get(forms.asked("done")),
        typed={"words": forms.text("words") or standing.words,
               "heat": forms.text("heat") or standing.heat, "why": forms.text("why")},
    )  # fmt: skip
