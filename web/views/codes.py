# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QRs on drawings: CURRENT, SUPERSEDED or RECALLED, to whoever holds the print.

A release's stamp answers for its revision; a numbered copy answers for itself besides: for which
job it is, and whether it should exist at all.
"""

from __future__ import annotations

from typing import Final

from flask import render_template, request, url_for

from release import settling
from release.log import ReleaseLog, Revision
from traveler.copies import register
from traveler.copies.register import CopyView
from traveler.recalls import successor
from vault import codes
from vault.errors import NotFound, Refusal
from web import badge, forms, present
from web.badge import Ask
from web.doors import STAFF
from web.forms import Answer
from web.visitor import device, has_role, vault

FACES: Final = {
    "current": ("go", "check", "CURRENT"),
    "superseded": ("halt", "stop", "SUPERSEDED"),
    "recalled": ("halt", "hand", "RECALLED"),
}
CLOSED: Final = {
    "destroyed": "was destroyed",
    "collected": "was collected",
    "missing": "was declared missing",
}
ACTS: Final = {"destroy": ("Destroyed it", "cross"), "collect": ("Collected it", "box")}


def release(code: str) -> str:
    """Answer a scanned stamp; the public learns no more than the print in its hand says."""
    settling.settle(vault())
    log = ReleaseLog(vault())
    revision = log.by_code(codes.normal_code(code))
    standing = log.standing(revision.number, revision.rev)
    current = log.current(revision.number)
    tone, mark, word = FACES[standing]
    recall = log.recall(revision.number, revision.rev)
    return render_template(
        "code.html", revision=revision, standing=standing, current=current, tone=tone, mark=mark,
        word=word, sentence=_sentence(log, revision, standing, why=has_role(*STAFF)),
        order=recall.order if recall else "", staff=has_role(*STAFF), checked=_checked(),
    )  # fmt: skip


def copy(copy_code: str) -> Answer:
    """Answer a scanned copy; ``?act=`` asks by badge and PIN what became of it."""
    view = register.by_code(vault(), copy_code)
    if request.method != "POST":
        act = forms.asked("act")
        return badge.asking(_ask(copy_code, view, act)) if act in ACTS else _shown(copy_code, view)
    act = forms.text("act")
    try:
        register.act(vault(), badge.who(), copy_code, act, forms.text("note"), device())
    except NotFound:
        raise
    except Refusal as refusal:
        ask = _ask(copy_code, view, act if act in ACTS else "destroy")
        return badge.asking(ask, refusal), refusal.status
    return forms.gone_on(url_for("codes.copy", copy_code=copy_code))


def _shown(code: str, view: CopyView) -> str:
    log = ReleaseLog(vault())
    tone, mark, word = FACES[view.standing]
    gone = _gone(view)
    if gone:
        tone, mark, word = "halt", "cross", "DO NOT USE"
    return render_template(
        "copy_code.html", view=view, copy=view.copy, revision=view.revision, tone=tone, mark=mark,
        word=word, gone=gone, sentence=_sentence(log, view.revision, view.standing, why=True), code=code,
        order=view.recall.order if view.recall else "", staff=has_role(*STAFF), checked=_checked(),
    )  # fmt: skip


def _gone(view: CopyView) -> str:
    """Say that this copy should not exist any more, and since when; nothing while it is out."""
    if not view.closed or view.copy.last is None:
        return ""
    shop = present.zone(vault().settings.time_zone)
    at = present.local(view.copy.last.at, shop)
    return f"This copy {CLOSED[view.copy.state]} on {at}."


def _ask(code: str, view: CopyView, act: str) -> Ask:
    word, mark = ACTS[act]
    here = url_for("codes.copy", copy_code=code)
    return Ask(
        word, mark, "act",
        f"Copy {view.copy.number} of {view.copy.item} {view.copy.rev}: "
        + ("I destroyed it myself." if act == "destroy" else "I have it, and it will not be used."),
        here, here, act, note="Anything to be known about it?",
    )  # fmt: skip


def _checked() -> str:
    return present.now_time(present.zone(vault().settings.time_zone))


def _sentence(log: ReleaseLog, revision: Revision, standing: str, *, why: bool) -> str:
    """Say how a revision stands; ``why`` it was superseded is for the shop and whoever got a copy."""
    number, rev = revision.number, revision.rev
    if standing == "current":
        return f"{number} revision {rev} is released and current."
    if standing == "superseded":
        later = successor(log, revision)
        told = f" {later.rev}: {later.notes}" if why else ""
        return (
            f"Do not make parts from {number} revision {rev}: a later revision was released.{told}"
        )
    withdrawn = log.recall(number, rev)
    reason = withdrawn.reason if withdrawn else "no reason is on record"
    return f"{number} revision {rev} was withdrawn: {reason}. Do not make parts from it."
