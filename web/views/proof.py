# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proof a job owes: what is there, what is missing, what was waived by whom and why."""

from __future__ import annotations

from typing import Final

from flask import Response, render_template, url_for

from release import rulebook
from traveler import jobs
from traveler.quality import proof, proof_desk
from vault.errors import Refusal
from web import forms
from web.errors import NotReadable
from web.forms import Answer
from web.visitor import device, has_role, me, vault

DONE: Final = {
    "vouch": "It is on record that you vouch for it.",
    "waive": "Waived; who and why stays on the job.",
    "withdraw": "The waiver is taken back: the proof is owed again.",
    "ask": "Asked for.",
    "drop": "The demand is dropped.",
}


def page(job: str) -> Answer:
    """Show what a job owes, or waive, ask, or take either back."""
    return forms.answered(lambda: _acted(job), lambda refusal: _shown(job, refusal))


def _acted(job: str) -> Response:
    act = forms.text("act")
    why, before = forms.text("why"), forms.text("before")
    seq = forms.whole("seq", "The step") if forms.text("seq") else None
    if act == "waive":
        proof_desk.waive(vault(), me(), job, forms.needed("kind", "The kind of proof"), why,
                         seq=seq, before=before, device=device())  # fmt: skip
    elif act == "vouch":
        proof_desk.vouch(vault(), me(), job, forms.needed("kind", "The kind of proof"), seq=seq,
                         said=forms.text("said"), device=device(),
                         idempotency_key=forms.text("key"))  # fmt: skip
    elif act == "withdraw":
        proof_desk.withdraw(vault(), me(), forms.whole("waiver", "The waiver"), why)
    elif act == "drop":
        proof_desk.drop(vault(), me(), forms.whole("demand", "The demand"), why)
    elif act == "ask":
        found = jobs.show(vault(), job).job
        whole = forms.text("of") == "customer"
        proof_desk.ask(vault(), me(), forms.needed("kind", "The kind of proof"), before=before,
                       customer=found.customer if whole else "", job="" if whole else job,
                       seq=seq, why=why)  # fmt: skip
    else:
        raise NotReadable(why="the form does not say what to do")
    return forms.gone_on(url_for("proof.page", job=job, done=act))


def _shown(number: str, refusal: Refusal | None) -> str:
    view = jobs.show(vault(), number)
    return render_template(
        "proof.html", job=view.job, found=view.ground.proof, suggested=proof.SUGGESTED,
        waives=has_role(*rulebook.current(vault()).quality.may_waive),
        vouches=has_role(*proof_desk.STAFF), asks=has_role(*proof_desk.ASKERS),
        here_url=url_for("proof.page", job=view.job.number),
        typed=forms.typed("kind", "before", "seq", "of", "why"),
        refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip
