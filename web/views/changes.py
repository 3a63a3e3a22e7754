# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders: the list, the forms, and the page where they are reviewed and released."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template, request, url_for

from release import desk, parties, review, rulebook, scope, settling
from release.change import CLASSES, IN_PROCESS, STOCK, Delegation, Order
from release.gate import Judgement
from release.inquiry import APPROVER
from release.requirements import SignedOff
from release.scope import Wanted
from release.terms import Terms
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.records import Nonconformance
from vault import canonical
from vault.catalogue_rows import OrderRow
from vault.errors import Refusal
from vault.ledger import people
from vault.ledger.people import Person
from web import forms, order_page
from web.errors import MissingField, NotReadable
from web.forms import Answer
from web.views import characteristics
from web.visitor import me, vault

PAGE: Final = 50
TABS: Final = (
    ("open", "In review"), ("withdrawn", "Back at work"), ("rejected", "Rejected"),
    ("released", "Released"), ("cancelled", "Cancelled"), ("", "All"),
)  # fmt: skip
DONE: Final = {
    "open": "The change order is open; its approval owners sign it here.",
    "sign": "Signed.",
    "review": "Signed as reviewed.",
    "reject": "Rejected; its author sees why.",
    "withdraw": "Taken back to work; amending it asks for new sign-offs.",
    "cancel": "Cancelled; it stays on record.",
    "amend": "Taken up again with what is checked in now.",
    "comment": "Your comment stands in the story.",
    "delegate": "Handed on for this one order.",
    "take-back": "Taken back; who signs is as it was before.",
    "override": "Overridden, visible for ever.",
    "plan": "The characteristics are checked in; what was signed of this item is void.",
    "release": "Released. The stamped drawings are ready, and older prints answer SUPERSEDED.",
}
HELD: Final = frozenset({"open", "rejected", "withdrawn"})
"""States in which an order can still change."""
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
class Step:
    """One step on the way of an order; ``mark`` is done, now, no or nothing."""

    word: str
    mark: str
    icon: str
    said: str


@dataclass(frozen=True, slots=True)
class Acts:
    """What the page offers this person; the verbs decide again whatever the page showed."""

    sign: bool
    comment: bool
    release: bool
    cancel: bool
    amend: bool
    edit: bool
    withdraw: bool
    delegate: tuple[str, ...]
    take_back: tuple[Delegation, ...]
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


def new() -> Answer:
    """Show the form for a change order, show what it would be, or open one."""
    typed = forms.typed("numbers", "folder", "notes", "change_class", "observers", "readers",
                        "differing", "children", "leave_out")  # fmt: skip
    typed["numbers"] = typed["numbers"] or forms.asked("number")
    facts = {"typed": typed, "classes": CLASSES, "stocks": STOCK, "jobs": IN_PROCESS}
    empty: dict[str, Any] = {"judgement": None, "items": [], "groups": [], "left_out": ()}
    if request.method != "POST":
        return render_template("change_new.html", refusal=None, **empty, **facts)
    looks = forms.text("act") == "look"
    try:
        found = scope.chosen(vault(), _wanted(typed))
        verb = desk.propose if looks else desk.open_change
        terms = _terms(observers=bool(typed["observers"]), readers=bool(typed["readers"]))
        judgement = verb(vault(), me(), found.numbers, typed["notes"], terms)
    except Refusal as refusal:
        return forms.shown_again(refusal, "change_new.html", **empty, **facts)
    if not looks:
        return forms.gone_on(url_for("changes.page", change=judgement.order.change, done="open"))
    return render_template(
        "change_new.html", refusal=None, judgement=judgement,
        items=order_page.items_of(judgement), groups=order_page.groups_of(judgement.findings),
        left_out=found.left_out, **facts,
    )  # fmt: skip


def page(change: str) -> Answer:
    """Show a change order with its findings, or act on it."""

    def acted() -> Response:
        act = forms.text("act")
        _act(change, act)
        return forms.gone_on(url_for("changes.page", change=change, done=act))

    return forms.answered(acted, lambda refusal: _shown(change, refusal))


def plan(change: str, number: str) -> Answer:
    """Show the order with the characteristics of one of its items in a grid, or check them in.

    A check-in voids what was signed of the item; the order takes it up by itself while in review.
    """
    order = desk.judge(vault(), change, me()).order
    row = next((one for one in order.items if one.number.casefold() == number.casefold()), None)
    if row is None or order.state not in HELD:
        return forms.gone_on(url_for("changes.page", change=order.change))
    if request.method != "POST":
        return _shown(order.change, None, row.number)
    try:
        characteristics.save(row.number)
    except Refusal as refusal:
        return _shown(order.change, refusal, row.number), refusal.status
    return forms.gone_on(
        url_for("changes.plan", change=order.change, number=row.number, done="plan")
    )


def edit(change: str) -> Answer:
    """Show the form that changes an order, or change it: items, class, notes, who watches."""
    judgement = desk.judge(vault(), change, me())
    order = judgement.order
    facts = {"order": order, "classes": CLASSES, "stocks": STOCK, "jobs": IN_PROCESS,
             "items": order_page.items_of(judgement)}  # fmt: skip
    typed = forms.typed("notes", "add")
    if request.method != "POST":
        return render_template("change_edit.html", refusal=None, typed=typed, **facts)
    if forms.text("act") != "amend":
        raise NotReadable(why="the form does not say what to do")
    gone = [name.removeprefix("out-") for name in request.form if name.startswith("out-")]
    try:
        notes = typed["notes"] if typed["notes"] != order.notes else ""
        desk.amend(vault(), me(), change, notes, _terms(), _numbers(typed["add"]), gone)
    except Refusal as refusal:
        return forms.shown_again(refusal, "change_edit.html", typed=typed, **facts)
    return forms.gone_on(url_for("changes.page", change=order.change, done="amend"))


def _act(change: str, act: str) -> None:
    password, comment, reason = (
        forms.secret("password"),
        forms.text("comment"),
        forms.text("reason"),
    )
    if act in {"sign", "review", "reject"}:
        _sign(change, act, password, comment)
    elif act == "comment":
        review.comment(vault(), me(), change, comment)
    elif act == "delegate":
        review.delegate(vault(), me(), change, forms.needed("to", "The name"), reason)
    elif act == "take-back":
        by, _, to = forms.text("handing").partition(" ")
        review.take_back(vault(), me(), change, to, reason, by)
    elif act == "release":
        desk.release(vault(), me(), change)
    elif act == "withdraw":
        review.withdraw(vault(), me(), change, reason)
    elif act == "cancel":
        desk.cancel(vault(), me(), change, reason)
    elif act == "amend":
        desk.amend(vault(), me(), change, reason)
    elif act == "override":
        review.check_signer(me(), forms.text("signer"))
        desk.override(vault(), me(), password, change, forms.text("requirement"), reason)
    else:
        raise NotReadable(why="the form does not say what to do")


def _sign(change: str, act: str, password: str, comment: str) -> None:
    """Sign with name and password, both typed: a signature takes two components."""
    seen = order_page.trees_seen(request.form.get("seen", ""))
    review.check_signer(me(), forms.text("signer"))
    if act == "reject":
        desk.reject(vault(), me(), password, change, comment, seen)
        return
    meaning = "approved" if act == "sign" else "reviewed"
    desk.sign(vault(), me(), password, change, comment, seen, meaning)


def _wanted(typed: dict[str, str]) -> Wanted:
    wanted = Wanted(
        numbers=tuple(_numbers(typed["numbers"])),
        folders=(typed["folder"],) if typed["folder"] else (),
        differing=bool(typed["differing"]), with_children=bool(typed["children"]),
        leave_out=bool(typed["leave_out"]),
    )  # fmt: skip
    if not wanted.numbers and not wanted.folders and not wanted.differing:
        raise MissingField(what="The item")
    return wanted


def _terms(*, observers: bool = True, readers: bool = True) -> Terms:
    """Return what the form says of an order; lists of people are whole where they are asked for."""

    def by_number(prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): forms.text(name)
                for name in request.form if name.startswith(prefix)}  # fmt: skip

    return Terms(
        change_class=forms.text("change_class"), notes=by_number("note-"),
        stock=by_number("stock-"), in_process=by_number("in_process-"),
        observers=tuple(_numbers(forms.text("observers"))) if observers else None,
        readers=tuple(_numbers(forms.text("readers"))) if readers else None,
    )  # fmt: skip


def _numbers(text: str) -> list[str]:
    return [one for one in _BETWEEN.split(text) if one]


def _shown(change: str, refusal: Refusal | None, planned: str = "") -> str:
    judgement = desk.judge(vault(), change, me())
    order = judgement.order
    return render_template(
        "change.html", plan=_grid(order.change, planned, refusal) if planned else None,
        editable=order.state in HELD, order=order, judgement=judgement, seen=order_page.seen(order),
        items=order_page.items_of(judgement), groups=order_page.groups_of(judgement.findings),
        lists=order_page.lists_of(judgement), signatures=order_page.signatures_of(order),
        steps=_steps(judgement), ncs=_behind(order),
        at_once=order_page.AT_ONCE, acts=_acts(judgement, me()),
        typed=forms.typed("comment", "reason", "requirement", "signer", "to"),
        refusal=str(refusal) if refusal else None,
        done=None if refusal else DONE.get(forms.asked("done")),
    )  # fmt: skip


def _grid(change: str, number: str, refusal: Refusal | None) -> characteristics.Grid:
    return characteristics.grid(
        number, url_for("changes.plan", change=change, number=number),
        lambda page: url_for("changes.plan", change=change, number=number, page=page),
        refused=refusal is not None,
    )  # fmt: skip


def _behind(order: Order) -> list[Nonconformance]:
    """Return the nonconformances that led to an order."""
    return nc_views.behind(vault(), [one.number for one in order.items], change=order.change)


def _steps(judgement: Judgement) -> list[Step]:
    order = judgement.order
    opened = Step("Opened", "done", "check", order.author)
    if order.state == "rejected":
        return [opened, Step("Rejected", "no", "cross", "Check in what was asked for, then amend")]
    if order.state == "withdrawn":
        return [opened, Step("Back at work", "now", "pen", "Its author amends it when it is done")]
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
    order, state = judgement.order, judgement.order.state
    held = state in HELD
    observes = person.name in order.observers
    owners = {one.owner for one in order.items}
    alone = not observes and (person.name == order.author or "admin" in person.roles)
    own = alone or (not observes and person.name in owners)
    told = rulebook.current(vault())
    override = tuple(dict.fromkeys(
        one.requirement for one in judgement.open
        if (rule := told.requirement(one.requirement)) is not None
        and rule.may_override & person.roles
    ))  # fmt: skip
    delegates = state == "open" and not observes and APPROVER in person.roles and any(
        isinstance(rule, SignedOff) and rule.delegation for rule in told.requirements
    )  # fmt: skip
    return Acts(
        sign=state == "open" and APPROVER in person.roles and not observes,
        comment=held and _may_comment(person, order),
        release=judgement.passes and own,
        cancel=held and own,
        amend=state in {"rejected", "withdrawn"} and own,
        edit=held and own,
        withdraw=state == "open" and alone,
        delegate=_others(order, person) if delegates else (),
        take_back=tuple(
            one
            for one in order.delegations
            if one.holds() and (person.name in {one.by, one.to} or "admin" in person.roles)
        )
        if state == "open" and not observes
        else (),
        override=override if state == "open" and not observes else (),
    )


def _may_comment(person: Person, order: Order) -> bool:
    try:
        parties.may_comment(person, order)
    except Refusal:
        return False
    return True


def _others(order: Order, person: Person) -> tuple[str, ...]:
    """Return the approvers who may be asked to sign in somebody's place."""
    barred = {person.name, order.author, *order.observers}
    return tuple(
        one.name for one in people.everybody(vault().ledger)
        if APPROVER in one.roles and not one.disabled and one.name not in barred
    )  # fmt: skip
