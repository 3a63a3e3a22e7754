# SPDX-License-Identifier: AGPL-3.0-or-later
"""The planner's side of what the floor scans: prints and lots of a job, and badges of people."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from flask import Response, render_template, request, url_for

from traveler import jobs, lots, sheet, tokens
from traveler.tablet import badges, card
from traveler.tablet.badges import Badge
from vault.errors import Refusal, WrongUse
from vault.ledger import people
from vault.ledger.people import Person
from web import forms, paging
from web.errors import NoSuchAct
from web.forms import Answer
from web.visitor import has_role, me, vault

DONE: Final = {
    "withdraw": "Withdrawn: those codes open nothing any more.",
    "lot": "The lot is made; print its traveler.",
    "revoke": "Revoked: that badge says nobody any more.",
}


def of_job(job: str) -> Answer:
    """Show the travelers and lots of a job, or print, withdraw or make one."""
    return forms.answered(lambda: _acted(job), lambda refusal: _of_job(job, refusal))


def cards() -> Answer:
    """Show the badges of the shop, or print or revoke one."""
    if request.method != "POST":
        return _cards(None)
    act = forms.text("act")
    try:
        if act == "issue":
            return _card(forms.needed("name", "Whose badge it is"))
        if act == "revoke":
            badges.revoke(vault(), me(), forms.whole("badge", "The badge"))
        else:
            raise NoSuchAct(act=act)
    except WrongUse:
        raise
    except Refusal as refusal:
        return _cards(refusal), refusal.status
    return forms.gone_on(url_for("travelers.cards", done=act))


def _acted(job: str) -> Response:
    act = forms.text("act")
    if act == "print":
        return _printed(job, forms.whole("lot", "The lot"))
    if act == "withdraw":
        only = forms.text("print")
        tokens.withdraw(vault(), me(), job, forms.whole("print", "The print") if only else None)
    elif act == "lot":
        lots.make(vault(), me(), job, forms.whole("qty", "The quantity"))
    else:
        raise NoSuchAct(act=act)
    return forms.gone_on(url_for("travelers.of_job", job=job, done=act))


def _of_job(number: str, refusal: Refusal | None) -> str:
    job = jobs.show(vault(), number).job
    with vault().ledger.reading() as connection:
        prints = tokens.prints(connection, job.number)
        parts = lots.of_job(connection, job.number)
    return render_template(
        "travelers.html", job=job, prints=list(reversed(prints)), lots=parts,
        left=job.qty - sum(one.qty for one in parts), plans=has_role("planner"),
        refusal=str(refusal) if refusal else None, typed=forms.typed("qty"),
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _printed(job: str, lot: int) -> Response:
    with tempfile.TemporaryDirectory(prefix="traveler-") as folder:
        made = sheet.print_traveler(vault(), me(), job, Path(folder) / "traveler.pdf", lot=lot)
        return forms.handed_out(made.path, f"{job}_lot-{lot}_traveler.pdf")


def _card(name: str) -> Response:
    with tempfile.TemporaryDirectory(prefix="badge-") as folder:
        place = Path(folder) / "badge.pdf"
        made = card.print_badge(vault(), me(), name, place)
        return forms.handed_out(place, f"badge_{made.badge.person}_{made.badge.id}.pdf")


def _cards(refusal: Refusal | None) -> str:
    everybody = people.everybody(vault().ledger)
    names = {one.name: one for one in everybody}

    def text(one: Badge) -> str:
        return f"{one.id} {one.person} {names[one.person].shown} {one.issued_by}"

    return render_template(
        "badges.html", badges=paging.paged(badges.listing(vault()), text), names=names,
        floor=[one for one in everybody if _works_there(one)], typed=forms.typed("name"),
        refusal=str(refusal) if refusal else None, waived=vault().settings.badge_pin == "waived",
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _works_there(person: Person) -> bool:
    return not person.disabled and bool(person.roles & {"admin", *badges.FLOOR})
