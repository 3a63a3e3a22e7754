# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the floor page leads to beside the operations: a copy of the drawing, and a read receipt."""

from __future__ import annotations

from flask import Response, url_for

from traveler import gate, readers
from traveler.copies import issuing
from traveler.copies.issuing import Wanted
from traveler.floor import scan
from traveler.floor.scan import FloorView
from traveler.gate import Part
from web import badge, forms
from web.badge import Ask
from web.forms import Answer
from web.views.copies import sent
from web.visitor import device, vault


def copy(token: str, name: str) -> Answer:
    """Ask who takes a copy of the job's drawing, and hand it out."""
    view, part = _not_recalled(token)
    job, one = view.job, part.item
    step = view.step.operation.seq if view.step else None
    ask = Ask(
        "Take a copy", "print", "act",
        f"{name} of {one.item} {one.rev}, for job {job.number}"
        + (f" step {step}" if step is not None else ""),
        url_for("floor_copies.copy", token=token, name=name, item=forms.asked("item") or None),
        url_for("floor.page", token=token), stays=True,
        warning="" if part.workable else
        f"{one.item} {one.rev} is superseded, and the copy will say so.",
    )  # fmt: skip
    wanted = Wanted(one.item, one.rev, name, job.number, step)
    return forms.answered(
        lambda: sent(issuing.issue(vault(), badge.who(), wanted, device(), forms.text("key"))),
        lambda refusal: badge.asking(ask, refusal),
    )


def read(token: str) -> Answer:
    """Ask who has read the job's revision, and put it on record."""
    _view, part = _not_recalled(token)
    one = part.item
    ask = Ask(
        "I have read it", "check", "act",
        f"{one.item} revision {one.rev}: I looked at the drawing and know what changed.",
        url_for("floor_copies.read", token=token, item=forms.asked("item") or None),
        url_for("floor.page", token=token),
    )  # fmt: skip

    def acknowledged() -> Response:
        readers.acknowledge(vault(), badge.who(), one.item, one.rev, device())
        return forms.gone_on(url_for("floor.page", token=token, done="read"))

    return forms.answered(acknowledged, lambda refusal: badge.asking(ask, refusal))


def _not_recalled(token: str) -> tuple[FloorView, Part]:
    """Return the traveler's page, and what of the job ``?item=`` asks for; raises NotInKit too."""
    view = scan.look(vault(), token)
    part = view.pinned(forms.asked("item"))
    if part.standing.state == "recalled":
        raise gate.recalled(part.item.item, part.item.rev, part.standing)
    return view, part
