# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders: the list, the form, and the page where they are signed and released."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask import Response, render_template, request, url_for

from release import desk, rulebook, settling
from release.change import Order, OrderItem
from release.errors import NoSuchRevision
from release.gate import Judgement
from release.log import ReleaseLog, Revision
from vault import canonical
from vault.catalogue import OrderRow
from vault.errors import NotFound, Refusal, WrongUse
from vault.ledger.people import Person
from web import drawings, forms
from web.drawings import Picture
from web.errors import NotReadable
from web.visitor import me, vault

PAGE: Final = 50
TABS: Final = (
    ("open", "In review"), ("rejected", "Rejected"), ("released", "Released"),
    ("cancelled", "Cancelled"), ("", "All"),
)  # fmt: skip
DONE: Final = {
    "open": "The change order is open; its approval owners sign it here.",
    "sign": "Signed.",
    "reject": "Rejected; its author sees why.",
    "cancel": "Cancelled; it stays on record.",
    "amend": "Taken up again with what is checked in now.",
    "override": "Overridden, visible for ever.",
    "release": "Released. The stamped drawings are ready, and older prints answer SUPERSEDED.",
}
_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order in the list."""

    change: str
    state: str
    notes: str
    author: str
    opened_at: str
    numbers: list[str]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of an order, and how it differs from the release before: new, changed, removed."""

    name: str
    size: int
    sha256: str
    change: str
    href: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of an order as the page shows it."""

    number: str
    title: str
    tree: str
    from_rev: str | None
    next: str
    files: list[FileLine]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way of an order; ``mark`` is done, now, no or nothing."""

    word: str
    mark: str
    icon: str
    said: str


@dataclass(frozen=True, slots=True)
class Acts:
    """What the page offers this person; the desk decides again whatever the page showed."""

    sign: bool
    release: bool
    cancel: bool
    amend: bool
    override: tuple[str, ...]


def listing() -> str:
    """Show change orders, those in review first."""
    settling.settle(vault())
    chosen = forms.asked("state") if "state" in request.args else "open"
    if chosen not in dict(TABS):
        chosen = ""
    rows = vault().catalogue.orders(
        {chosen} if chosen else None, before=forms.asked("before") or None, limit=PAGE + 1
    )
    more = ""
    if len(rows) > PAGE:
        rows = rows[:PAGE]
        more = url_for("changes.listing", state=chosen, before=rows[-1].change)
    lines = [order_line(row) for row in rows]
    return render_template("changes.html", orders=lines, tabs=TABS, chosen=chosen, more=more)


def order_line(row: OrderRow) -> OrderLine:
    """Return a catalogue row of an order as lists show it."""
    numbers = canonical.loads(row.items.encode())
    return OrderLine(row.change, row.state, row.notes, row.author, row.opened_at, numbers)


def new() -> Response | str | tuple[str, int]:
    """Show the form for a change order, or open one."""
    typed = forms.typed("numbers", "notes")
    typed["numbers"] = typed["numbers"] or forms.asked("number")
    if request.method != "POST":
        return render_template("change_new.html", refusal=None, typed=typed)
    try:
        numbers = [one for one in _BETWEEN.split(forms.needed("numbers", "The item")) if one]
        judgement = desk.open_change(vault(), me(), numbers, forms.text("notes"))
    except Refusal as refusal:
        return forms.shown_again(refusal, "change_new.html", typed=typed)
    return forms.gone_on(url_for("changes.page", change=judgement.order.change, done="open"))


def page(change: str) -> Response | str | tuple[str, int]:
    """Show a change order with its findings, or act on it."""
    if request.method != "POST":
        return _shown(change, None)
    act = forms.text("act")
    try:
        _act(change, act)
    except (NotFound, WrongUse):
        raise
    except Refusal as refusal:
        return _shown(change, refusal), refusal.status
    return forms.gone_on(url_for("changes.page", change=change, done=act))


def _act(change: str, act: str) -> None:
    password, comment = forms.secret("password"), forms.text("comment")
    if act == "sign":
        desk.sign(vault(), me(), password, change, comment, _seen())
    elif act == "reject":
        desk.reject(vault(), me(), password, change, comment, _seen())
    elif act == "release":
        desk.release(vault(), me(), change)
    elif act == "cancel":
        desk.cancel(vault(), me(), change, forms.text("reason"))
    elif act == "amend":
        desk.amend(vault(), me(), change, forms.text("reason"))
    elif act == "override":
        desk.override(
            vault(), me(), password, change, forms.text("requirement"), forms.text("reason")
        )
    else:
        raise NotReadable(why="the form does not say what to do")


def _seen() -> dict[str, str]:
    """Return the trees the person was shown, so that they sign what they saw and nothing else."""
    return {
        name.removeprefix("seen-"): tree
        for name, tree in request.form.items()
        if name.startswith("seen-")
    }


def _shown(change: str, refusal: Refusal | None) -> str:
    judgement = desk.judge(vault(), change)
    order, log = judgement.order, ReleaseLog(vault())
    return render_template(
        "change.html", order=order, findings=judgement.findings, open_count=len(judgement.open),
        items=[_item(log, judgement, one) for one in order.items], steps=_steps(judgement),
        acts=_acts(judgement, me()), typed=forms.typed("comment", "reason", "requirement"),
        refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _item(log: ReleaseLog, judgement: Judgement, one: OrderItem) -> ItemLine:
    order = judgement.order
    made = _made_by(log, order, one.number)
    before = _revision(log, one.number, made.supersedes if made else one.from_rev)
    rev = made.rev if made else "working"
    where = made.rev if made else "working"

    def address(_page: int) -> str:
        return url_for("items.revision", number=one.number, rev=rev)

    current = order.state in {"open", "rejected"} or made is not None
    shown = None
    if made is not None:
        shown = drawings.released_picture(made, address, 1)
    elif current:
        shown = drawings.working_picture(one.number, one.files, address, 1)
    return ItemLine(
        number=one.number, title=one.title, tree=one.tree,
        from_rev=made.supersedes if made else one.from_rev,
        next=made.rev if made else judgement.next.get(one.number, "–"),
        files=_files(one, before, where if current else ""), picture=shown,
    )  # fmt: skip


def _files(one: OrderItem, before: Revision | None, rev: str) -> list[FileLine]:
    old = {file.name: file for file in before.files} if before else {}
    lines = []
    for file in one.files:
        was = old.pop(file.name, None)
        change = "new" if was is None else "same" if was.sha256 == file.sha256 else "changed"
        href = url_for("files.one", number=one.number, rev=rev, name=file.name) if rev else ""
        lines.append(FileLine(file.name, file.size, file.sha256, change, href))
    lines += [FileLine(name, was.size, was.sha256, "removed", "") for name, was in old.items()]
    return lines


def _made_by(log: ReleaseLog, order: Order, number: str) -> Revision | None:
    if order.state != "released":
        return None
    return next((one for one in log.revisions(number) if one.change == order.change), None)


def _revision(log: ReleaseLog, number: str, rev: str | None) -> Revision | None:
    try:
        return log.revision(number, rev) if rev else None
    except NoSuchRevision:
        return None


def _steps(judgement: Judgement) -> list[Step]:
    order = judgement.order
    opened = Step("Opened", "done", "check", order.author)
    if order.state == "rejected":
        return [opened, Step("Rejected", "no", "cross", "Check in what was asked for, then amend")]
    if order.state == "cancelled":
        return [opened, Step("Cancelled", "no", "dash", "Kept on record")]
    if order.state == "released":
        at = order.events[-1]
        return [opened, Step("Signed", "done", "check", _signers(order)),
                Step("Released", "done", "check", at.by)]  # fmt: skip
    waiting = "; ".join(dict.fromkeys(one.reason for one in judgement.open))
    if judgement.passes:
        return [opened, Step("Signed", "done", "check", _signers(order)),
                Step("Release", "now", "right", "Nothing is open: it can be released")]  # fmt: skip
    return [
        opened,
        Step("Sign", "now", "pen", waiting[:140]),
        Step("Release", "", "ring", "After that"),
    ]


def _signers(order: Order) -> str:
    return ", ".join(dict.fromkeys(one.by for one in order.signoffs if one.meaning == "approved"))


def _acts(judgement: Judgement, person: Person) -> Acts:
    order = judgement.order
    owners = {one.owner for one in order.items}
    own = person.name == order.author or person.name in owners or "admin" in person.roles
    told = rulebook.current(vault())
    override = tuple(dict.fromkeys(
        one.requirement for one in judgement.open
        if (rule := told.requirement(one.requirement)) is not None
        and rule.may_override & person.roles
    ))  # fmt: skip
    return Acts(
        sign=order.state == "open" and "approver" in person.roles,
        release=judgement.passes and own,
        cancel=order.state in {"open", "rejected"} and own,
        amend=order.state == "rejected" and own,
        override=override if order.state == "open" else (),
    )
