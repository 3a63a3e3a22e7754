# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving one's word on the floor: the first piece is right, the inspector has seen it."""

from __future__ import annotations

from flask import Response, url_for

from traveler.floor import scan
from traveler.quality import proof, proof_desk
from web import badge, forms
from web.badge import Ask
from web.forms import Answer
from web.visitor import device, vault


def page(token: str, kind: str) -> Answer:
    """Ask who vouches for a kind of proof the traveler's step owes, and put it on record."""
    view = scan.look(vault(), token)
    job, kind = view.job, proof.named(kind)
    seq = view.step.operation.seq if view.step else None
    where = f" step {seq}" if seq is not None else ""
    said = "Quality saw it" if kind == proof.INSPECTOR else "I looked myself: it is right"
    ask = Ask(
        kind.capitalize(), "check", "act", f"Job {job.number}{where}: {kind}. {said}.",
        url_for("floor_proof.page", token=token, kind=kind), url_for("floor.page", token=token),
        note="What you looked at, if it is worth a word",
    )  # fmt: skip

    def vouched() -> Response:
        proof_desk.vouch(
            vault(), badge.who(), job.number, kind, seq=seq, said=forms.text("note"),
            device=device(), idempotency_key=forms.text("key"), token=token,
        )  # fmt: skip
        return forms.gone_on(url_for("floor.page", token=token, done="proof"))

    return forms.answered(vouched, lambda refusal: badge.asking(ask, refusal))
