# SPDX-License-Identifier: AGPL-3.0-or-later
"""The QR of a release stamp: CURRENT, SUPERSEDED or RECALLED, to whoever holds the print."""

from __future__ import annotations

from typing import Final

from flask import render_template

from release import settling
from release.log import ReleaseLog
from vault import codes
from web import present
from web.doors import STAFF
from web.visitor import has_role, vault

FACES: Final = {
    "current": ("go", "check", "CURRENT"),
    "superseded": ("halt", "stop", "SUPERSEDED"),
    "recalled": ("halt", "hand", "RECALLED"),
}


def release(code: str) -> str:
    """Answer a scanned stamp; the public learns no more than the print in its hand says."""
    settling.settle(vault())
    log = ReleaseLog(vault())
    revision = log.by_code(codes.normal_code(code))
    standing = log.standing(revision.number, revision.rev)
    current = log.current(revision.number)
    tone, mark, word = FACES[standing]
    return render_template(
        "code.html", revision=revision, standing=standing, current=current, tone=tone, mark=mark,
        word=word, sentence=_sentence(log, revision.number, revision.rev, standing),
        staff=has_role(*STAFF), checked=present.now_time(present.zone(vault().settings.time_zone)),
    )  # fmt: skip


def _sentence(log: ReleaseLog, number: str, rev: str, standing: str) -> str:
    if standing == "current":
        return f"{number} revision {rev} is released and current."
    if standing == "superseded":
        return f"Do not make parts from {number} revision {rev}: a later revision was released."
    withdrawn = log.recall(number, rev)
    reason = withdrawn.reason if withdrawn else "no reason is on record"
    return f"{number} revision {rev} was withdrawn: {reason}. Do not make parts from it."
