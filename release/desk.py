# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk: every verb of release control, and the only place that writes orders and releases.

Command line, web, hooks and import all come through here, so each gate stands
once.  A verb checks who may, reads what is there, judges, and files one event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from release import gate, lifecycle, orders, requirements, rulebook, settling, transaction
from release.change import Bound, Event, Order, OrderItem, Override, Signoff
from release.errors import (
    BadInstruction,
    ChangedSinceSeen,
    ChangedSinceSigned,
    InAnotherChange,
    NoNotes,
    NotAnApprover,
    NothingChanged,
    NothingToRelease,
    NotTheAuthor,
    RequirementsOpen,
    RevisionWrongState,
)
from release.finding import Finding
from release.gate import Judgement
from release.log import INSTRUCTIONS, Recall, ReleaseLog, Revision
from release.orders import Filed
from release.requirements import SignedOff
from vault import checkin, clock, errors, importing, item
from vault.checkin import CheckIn
from vault.home import Vault
from vault.importing import Imported, Plan
from vault.item import Item
from vault.ledger import people
from vault.ledger.people import Person

# --- items ------------------------------------------------------------------


def add_item(
    vault: Vault, actor: Person, number: str, title: str, owner: str, kind: str = "part",
    path: str | None = None, metadata: Mapping[str, Any] | None = None,
) -> Item:  # fmt: skip
    """Make a new item; its approval owner has to be somebody who is here.

    Raises NoSuchPerson and what ``vault.checkin.add_item`` refuses.
    """
    made = Item(number=number, title=title, kind=kind, owner=owner, metadata=metadata or {})
    item.check(made, item.FILE)
    people.get(vault.ledger, owner)
    checkin.add_item(vault, actor, made, path)
    return made


def check_in(
    vault: Vault, actor: Person, number: str, files: Mapping[str, Path], message: str,
    remove: Sequence[str] = (),
) -> CheckIn:  # fmt: skip
    """Check in files; sign-offs on the item in open orders become void at once.

    Raises what ``vault.checkin.check_in`` refuses.
    """
    made = checkin.check_in(vault, actor, number, files, message, remove)
    void_overtaken(vault, actor, [made.number])
    return made


def void_overtaken(vault: Vault, actor: Person, numbers: Sequence[str]) -> list[Order]:
    """File at once that items in open orders changed, and return those orders.

    Sign-offs are bound to bytes and count no more in any case; this puts it on record.
    """
    changes = [
        row.change for number in numbers
        for row in vault.catalogue.orders(lifecycle.OPEN_STATES, number=number)
    ]  # fmt: skip
    filed = [orders.load(vault, change) for change in dict.fromkeys(changes)]
    return [_up_to_date(vault, actor, one).order for one in filed]


def restore(vault: Vault, actor: Person, number: str, commit: str, why: str) -> CheckIn:
    """Make an item's files what they were at an earlier commit, as a new iteration, with a reason."""
    if not why.strip():
        raise NoNotes(what="restored iteration")
    made = checkin.restore(vault, actor, number, commit, why)
    void_overtaken(vault, actor, [made.number])
    return made


def import_tree(
    vault: Vault, actor: Person, source: Path, made: Plan, progress: Callable[[int], None]
) -> Imported:
    """Import what a plan says; sign-offs on items it changes become void at once."""
    done = importing.run(vault, actor, source, made, progress)
    for row in vault.catalogue.orders(lifecycle.OPEN_STATES):
        _up_to_date(vault, actor, orders.load(vault, row.change))
    return done


# --- change orders ----------------------------------------------------------


def open_change(vault: Vault, actor: Person, numbers: Sequence[str], notes: str) -> Judgement:
    """Open a change order for items as they lie on ``main`` now.

    Raises NoNotes, NoSuchItem, InAnotherChange, NothingChanged or NothingToRelease.
    """
    people.require(actor, "engineer")
    if not notes.strip():
        raise NoNotes(what="change order")
    main = settling.settle(vault)
    log = ReleaseLog(vault)
    items = tuple(_joining(vault, log, main, number) for number in dict.fromkeys(numbers))
    if not items:
        raise NothingToRelease(number="the order")
    at = clock.now()
    names = ", ".join(one.number for one in items)
    event = Event(at, actor.name, "open", f"opened for {names}: {notes.strip()}")

    def make(name: str) -> Order:
        empty = Order(name, "new", notes.strip(), actor.name, at, items)
        return empty.acted(event)

    return gate.judge(vault, orders.open_new(vault, actor, make).order)


def judge(vault: Vault, name: str) -> Judgement:
    """Return an order with every finding on what lies on ``main`` now; changes nothing."""
    filed = orders.load(vault, name)
    if filed.order.state in lifecycle.OPEN_STATES:
        settling.settle(vault)
        filed = orders.load(vault, name)  # settling may have closed it
    if filed.order.state not in lifecycle.OPEN_STATES:
        return Judgement(filed.order, _as_released(vault, filed.order), {})
    return gate.judge(vault, _refreshed(vault, filed.order)[0])


def sign(
    vault: Vault, actor: Person, password: str, name: str, comment: str = "",
    seen: Mapping[str, str] | None = None,
) -> Judgement:  # fmt: skip
    """Approve an order: the password again, bound to the tree and bytes of each item.

    ``seen`` maps item numbers to the trees the person was shown; raises
    ChangedSinceSeen where they are not there any more, WrongPassword,
    TooManyAttempts, NotAnApprover or WrongState.
    """
    return _signed(vault, actor, password, name, requirements.APPROVED, comment, seen)


def reject(
    vault: Vault, actor: Person, password: str, name: str, comment: str,
    seen: Mapping[str, str] | None = None,
) -> Judgement:  # fmt: skip
    """Reject an order with the reason; it can be amended or cancelled afterwards."""
    if not comment.strip():
        raise NoNotes(what="rejection")
    return _signed(vault, actor, password, name, requirements.REJECTED, comment, seen)


def amend(vault: Vault, actor: Person, name: str, notes: str = "") -> Judgement:
    """Take an order up again with what lies on ``main`` now, after a rejection too."""
    filed = orders.load(vault, name)
    _by_author(vault, actor, filed.order, "amend")
    order, _changed = _refreshed(vault, filed.order)
    text = notes.strip() or "amended"
    event = Event(clock.now(), actor.name, "amend", text)
    order = order.acted(event, notes=notes.strip() or order.notes)
    return gate.judge(vault, orders.append(vault, actor, filed, order).order)


def may_amend(vault: Vault, actor: Person, name: str) -> Order:
    """Return an order this person may amend as it stands; changes nothing.

    Raises NoSuchChange, NotTheAuthor or WrongState.
    """
    order = orders.load(vault, name).order
    _by_author(vault, actor, order, "amend")
    order.acted(Event("", actor.name, "amend", ""))
    return order


def cancel(vault: Vault, actor: Person, name: str, reason: str) -> Judgement:
    """Cancel an order; it stays on record."""
    filed = orders.load(vault, name)
    _by_author(vault, actor, filed.order, "cancel")
    if not reason.strip():
        raise NoNotes(what="cancellation")
    order = filed.order.acted(Event(clock.now(), actor.name, "cancel", reason.strip()))
    return Judgement(orders.append(vault, actor, filed, order).order, (), {})


def override(
    vault: Vault, actor: Person, password: str, name: str, requirement: str, reason: str
) -> Judgement:
    """Set one requirement aside, where the rules allow it to this person's role, visible for ever.

    Raises NoNotes, NotAnApprover, WrongPassword or WrongState.
    """
    filed = _up_to_date(vault, actor, orders.load(vault, name))
    found = rulebook.current(vault).requirement(requirement)
    if found is None or not found.may_override & actor.roles or actor.disabled:
        why = f"the rules let nobody of their role override “{requirement}”"
        raise NotAnApprover(name=actor.name, change=name, why=why)
    if not reason.strip():
        raise NoNotes(what="override")
    people.check_password(vault.ledger, actor.name, password)
    at = clock.now()
    trees = {one.number: one.tree for one in filed.order.items}
    event = Event(at, actor.name, "override", f"overrode “{requirement}”: {reason.strip()}")
    order = filed.order.acted(
        event, overrides=(*filed.order.overrides,
                          Override(requirement, actor.name, at, reason.strip(), trees)),
    )  # fmt: skip
    return gate.judge(vault, orders.append(vault, actor, filed, order).order)


def release(
    vault: Vault, actor: Person, name: str, progress: Callable[[str], None] | None = None
) -> list[Revision]:
    """Release every item of an order, or none.

    By its author or an approval owner of it, once no requirement is open.  Raises
    NotTheAuthor, WrongState, RequirementsOpen, ChangedSinceSigned, ReleaseLost,
    UnstampableFile, MissingObject or DamagedObject.
    """
    settling.settle(vault)
    filed = orders.load(vault, name)
    _by_author(vault, actor, filed.order, "release")
    filed.order.acted(Event("", actor.name, "release", ""))  # the lifecycle refuses before the work
    order, changed = _refreshed(vault, filed.order)
    if changed:
        _up_to_date(vault, actor, filed)
        raise ChangedSinceSigned(
            number=changed[0], change=order.change, by=_last_by(vault, changed[0])
        )
    told = rulebook.current(vault)
    judgement = gate.judge(vault, order)
    if not judgement.passes:
        open_ones = "; ".join(f"{one.item}: {one.reason}" for one in judgement.open)
        raise RequirementsOpen(change=order.change, open=open_ones or "no rule is configured")
    made = transaction.release(
        vault, actor, filed, judgement, told.blob, progress or (lambda _line: None)
    )
    settling.settle(vault)
    return made


def recall(
    vault: Vault, actor: Person, number: str, rev: str, reason: str,
    instruction: str = INSTRUCTIONS[0], ask: str = "",
) -> Recall:  # fmt: skip
    """Withdraw a released revision; by its approval owner or an administrator, with a reason.

    ``instruction`` tells the floor what to do with what is in work, ``ask`` whom to ask.  Raises
    NoSuchRevision, NotAnApprover, NoNotes, BadInstruction, NoSuchPerson or RevisionWrongState.
    """
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.revision(number, rev)
    if actor.disabled or (actor.name != revision.owner and "admin" not in actor.roles):
        why = f"only its approval owner {revision.owner} or an administrator recalls"
        raise NotAnApprover(name=actor.name, change=f"{number} {rev}", why=why)
    if not reason.strip():
        raise NoNotes(what="recall")
    if instruction not in INSTRUCTIONS or (instruction == "ask" and not ask):
        raise BadInstruction(instruction=instruction or "nothing", known=", ".join(INSTRUCTIONS))
    asked = people.get(vault.ledger, ask).name if ask else ""
    standing = log.standing(number, rev)
    if lifecycle.after(lifecycle.REVISION, standing, "recall") is None:
        raise RevisionWrongState(number=number, rev=rev, state=standing, act="recalled")
    made = transaction.recall(vault, actor, revision, reason.strip(), instruction, asked)
    settling.settle(vault)
    return made


def listing(vault: Vault, state: str | None = None) -> list[Order]:
    """Return change orders, the newest first; ``open`` means every one that waits for something."""
    states = frozenset({state}) if state else None
    return [orders.load(vault, row.change).order for row in vault.catalogue.orders(states)]


# --- inside -----------------------------------------------------------------


def _joining(vault: Vault, log: ReleaseLog, main: str, number: str) -> OrderItem:
    row = vault.catalogue.item(number)
    if row is None:
        raise errors.NoSuchItem(number=number)
    for other in vault.catalogue.orders(lifecycle.OPEN_STATES, number=row.number):
        raise InAnotherChange(number=row.number, change=other.change, author=other.author)
    one = gate.gathered(vault, log, row, main)
    released = log.current(row.number)
    if released is not None and released.tree == one.tree:
        raise NothingChanged(number=row.number, rev=released.rev)
    if all(file.name == item.FILE for file in one.files):
        raise NothingToRelease(number=row.number)
    return one


def _refreshed(vault: Vault, order: Order) -> tuple[Order, list[str]]:
    """Return an order with its items as they lie on ``main`` now, and which of them changed."""
    main = settling.settle(vault)
    log = ReleaseLog(vault)
    changed, items = [], []
    for one in order.items:
        row = vault.catalogue.item(one.number)
        if row is not None and row.tree == one.tree and log.latest(one.number) == one.from_rev:
            items.append(one)
            continue
        if row is None:
            raise errors.NoSuchItem(number=one.number)
        fresh = gate.gathered(vault, log, row, main)
        items.append(replace(fresh, notes=one.notes, stock=one.stock, in_process=one.in_process))
        if row.tree != one.tree:
            changed.append(one.number)
    return replace(order, items=tuple(items)), changed


def _up_to_date(vault: Vault, actor: Person, filed: Filed) -> Filed:
    """File that items of an order changed: their sign-offs are void, automatically and on record."""
    order, changed = _refreshed(vault, filed.order)
    if not changed:
        return filed
    at = clock.now()
    by = _last_by(vault, changed[0])
    why = f"voided automatically at {at}: {by}"
    signoffs = tuple(
        replace(one, voided={**one.voided, **{n: why for n in changed
                                              if n in one.items and n not in one.voided}})
        for one in order.signoffs
    )  # fmt: skip
    text = f"{', '.join(changed)} changed ({by}); sign-offs on it are void"
    event = Event(at, actor.name, "void", text, automatic=True)
    return orders.append(vault, actor, filed, order.acted(event, signoffs=signoffs))


def _signed(
    vault: Vault, actor: Person, password: str, name: str, meaning: str, comment: str,
    seen: Mapping[str, str] | None,
) -> Judgement:  # fmt: skip
    filed = _up_to_date(vault, actor, orders.load(vault, name))
    order = filed.order
    at = clock.now()
    act = "sign" if meaning == requirements.APPROVED else "reject"
    event = Event(at, actor.name, act, comment.strip() or meaning)
    acted = order.acted(event)
    mine = _mine(vault, actor, order)
    for one in order.items:
        if seen is not None and seen.get(one.number) != one.tree:
            raise ChangedSinceSeen(number=one.number, change=order.change,
                                   by=_last_by(vault, one.number))  # fmt: skip
    people.check_password(vault.ledger, actor.name, password)
    signoff = Signoff(
        by=actor.name, full_name=actor.shown, meaning=meaning, at=at, comment=comment.strip(),
        items={one.number: Bound(one.tree, one.digest) for one in mine},
    )  # fmt: skip
    acted = replace(acted, signoffs=(*order.signoffs, signoff))
    return gate.judge(vault, orders.append(vault, actor, filed, acted).order)


def _mine(vault: Vault, actor: Person, order: Order) -> list[OrderItem]:
    """Return the items of an order this person's signature counts for; raises NotAnApprover."""
    if actor.disabled or gate.APPROVER not in actor.roles:
        raise NotAnApprover(name=actor.name, change=order.change, why="it takes the role approver")
    told, log = rulebook.current(vault), ReleaseLog(vault)
    found, barred = [], False
    for one in order.items:
        released = log.current(one.number)
        case = gate.case_of(vault, told, order, one, released)
        rules = [rule for rule in told.requirements if isinstance(rule, SignedOff)]
        if any(actor.name in rule.able(case) for rule in rules):
            found.append(one)
        barred = barred or any(actor.name in rule.asked(case) for rule in rules)
    if not found:
        why = ("who made a change cannot approve it" if barred
               else "they are no approval owner of its items")  # fmt: skip
        raise NotAnApprover(name=actor.name, change=order.change, why=why)
    return found


def _by_author(vault: Vault, actor: Person, order: Order, act: str) -> None:
    owners = {one.owner for one in order.items}
    allowed = actor.name == order.author or actor.name in owners or "admin" in actor.roles
    if actor.disabled or not allowed:
        raise NotTheAuthor(name=actor.name, act=act, change=order.change, author=order.author)


def _last_by(vault: Vault, number: str) -> str:
    newest = vault.catalogue.iterations(number, limit=1)
    return f"checked in by {newest[0].by} at {newest[0].at}" if newest else "it was removed"


def _as_released(vault: Vault, order: Order) -> tuple[Finding, ...]:
    if order.state != "released":
        return ()
    log = ReleaseLog(vault)
    return tuple(
        finding
        for one in order.items
        for revision in log.revisions(one.number)
        if revision.change == order.change
        for finding in revision.findings
    )
