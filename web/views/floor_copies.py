# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the floor page leads to beside the operations: a copy of the drawing, and a read receipt."""

from __future__ import annotations

from flask import Response, request, url_for

from traveler import floor, gate, readers
from traveler.copies import issuing
from traveler.copies.issuing import Wanted
from traveler.floor import FloorView
from vault.errors import NotFound, Refusal
from web import badge, forms
from web.badge import Ask
from web.views.copies import sent
from web.visitor import device, vault


def copy(token: str, name: str) -> Response | str | tuple[str, int]:
    """Ask who takes a copy of the job's drawing, and hand it out."""
    view = _not_recalled(token)
    job = view.job
    step = view.step.operation.seq if view.step else None
    ask = Ask(
        "Take a copy", "print", "act",
        f"{name} of {job.item} {job.rev}, for job {job.number}"
        + (f" step {step}" if step is not None else ""),
        url_for("floor_copies.copy", token=token, name=name), url_for("floor.page", token=token),
        warning=f"{job.item} {job.rev} is superseded, and the copy will say so." if view.stop else "",
        stays=True,
    )  # fmt: skip
    if request.method != "POST":
        return badge.asking(ask)
    wanted = Wanted(job.item, job.rev, name, job.number, step)
    try:
        return sent(issuing.issue(vault(), badge.who(), wanted, device(), forms.text("key")))
    except NotFound:
        raise
    except Refusal as refusal:
        return badge.asking(ask, refusal), refusal.status


def read(token: str) -> Response | str | tuple[str, int]:
    """Ask who has read the job's revision, and put it on record."""
    view = _not_recalled(token)
    job = view.job
    ask = Ask(
        "I have read it", "check", "act",
        f"{job.item} revision {job.rev}: I looked at the drawing and know what changed.",
        url_for("floor_copies.read", token=token), url_for("floor.page", token=token),
    )  # fmt: skip
    if request.method != "POST":
        return badge.asking(ask)
    try:
        readers.acknowledge(vault(), badge.who(), job.item, job.rev, device())
    except NotFound:
        raise
    except Refusal as refusal:
        return badge.asking(ask, refusal), refusal.status
    return forms.gone_on(url_for("floor.page", token=token, done="read"))


def _not_recalled(token: str) -> FloorView:
    view = floor.look(vault(), token)
    if view.standing.state == "recalled":
        raise gate.recalled(view.job.item, view.job.rev, view.standing)
    return view
