# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several orders signed in one sitting, and the sheet of an order for paper."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Response, render_template, request

from release import desk, orders, review, settling
from release.change import MEANINGS
from release.gate import Judgement
from release.printed import order as printed
from release.review import Choice, Outcome
from release.signing import Intent
from vault import clock
from vault.errors import Refusal
from web import forms, order_page
from web.order_page import Group, ItemLine
from web.visitor import me, vault

AT_ONCE: Final = 20
"""Orders in one sitting; more cannot be read with care."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An order of the sitting as the page shows it; ``why`` says why it cannot be shown."""

    change: str
    judgement: Judgement | None
    items: list[ItemLine]
    open: list[Group]
    seen: str
    choice: str
    comment: str
    why: str = ""


def several() -> str | tuple[str, int]:
    """Show the orders that wait for this person's signature, and sign those they mark."""
    settling.settle(vault())
    if request.method != "POST":
        return _page(_asked(), None, [])
    names = [one.removeprefix("choice-") for one in request.form if one.startswith("choice-")]
    choices = [
        Choice(name, Intent(meaning, forms.text(f"comment-{name}"),
                            order_page.trees_seen(request.form.get(f"seen-{name}", ""))))
        for name in names[:AT_ONCE] if (meaning := forms.text(f"choice-{name}")) in MEANINGS
    ]  # fmt: skip
    try:
        outcomes = review.sign_several(
            vault(), me(), forms.secret("password"), choices, forms.text("signer")
        )
    except Refusal as refusal:
        return _page(names[:AT_ONCE], refusal, []), refusal.status
    failed = [one.change for one in outcomes if one.refusal is not None]
    signed = {one.change for one in outcomes} - set(failed)
    left = [name for name in names[:AT_ONCE] if name not in signed]
    return _page(left, None, outcomes)


def sheet(change: str) -> str:
    """Show a change order as the sheet that is printed and filed."""
    judgement = desk.judge(vault(), change, me())
    order = judgement.order
    return render_template(
        "change_sheet.html", order=order, items=order_page.items_of(judgement),
        groups=order_page.groups_of(judgement.findings), judgement=judgement,
        lists=order_page.lists_of(judgement),
        signatures=order_page.signatures_of(order),
        commit=orders.load(vault(), order.change).commit, printed_at=clock.now(),
    )  # fmt: skip


def sheet_pdf(change: str) -> Response:
    """Return the sheet of a change order as PDF."""
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        made = printed.print_order(vault(), me(), change, Path(folder) / "sheet.pdf")
        return forms.handed_out(made.path, f"{made.change}.pdf")


def _asked() -> list[str]:
    named = [one.strip().upper() for one in request.args.getlist("change")]
    return list(dict.fromkeys(named)) or review.waiting_for(vault(), me(), AT_ONCE + 1)


def _page(names: list[str], refusal: Refusal | None, outcomes: list[Outcome]) -> str:
    return render_template(
        "change_sign.html", more=len(names) > AT_ONCE,
        orders=[_shown(name) for name in names[:AT_ONCE]], outcomes=outcomes,
        refusal=str(refusal) if refusal else None, signer=forms.text("signer"),
    )  # fmt: skip


def _shown(name: str) -> Shown:
    choice, comment = forms.text(f"choice-{name}"), forms.text(f"comment-{name}")
    try:
        judged = desk.judge(vault(), name, me())
    except Refusal as refusal:
        return Shown(name, None, [], [], "", choice, comment, str(refusal))
    groups = [one for one in order_page.groups_of(judged.findings) if not one.passes]
    return Shown(judged.order.change, judged, order_page.items_of(judged), groups,
                 order_page.seen(judged.order), choice, comment)  # fmt: skip
