# SPDX-License-Identifier: AGPL-3.0-or-later
"""A push to ``refs/for/release``: the commits go to ``main``, then an order holds their items.

The items are those the pushed commits touch; where all of it was on ``main`` before, the ones
the pusher changed last.  Only those that differ from their last release count.  Everything
that could be refused is looked at before ``main`` moves.  Trailers of the commit message give the
order its class, notes and observers, see ``release.terms``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hooks import items, pushed
from hooks.errors import MainMovesForward, ManyOrders, NothingForRelease, NotInTheOrder
from hooks.pushed import Trees
from release import desk, lifecycle, orders, parties, settling, terms
from release.gate import Judgement
from release.log import ReleaseLog
from release.terms import Terms
from vault import durable, item, locks, pushes
from vault.checkin import author
from vault.history.repository import CHANGES, MAIN
from vault.home import Vault
from vault.ledger.people import Person


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of the push: the order and what moved."""

    judgement: Judgement
    amended: bool
    order_was: str | None
    order_is: str
    main_was: str
    main_is: str

    @property
    def ref(self) -> str:
        """Return the ref of the order."""
        return CHANGES + self.judgement.order.change


def received(vault: Vault, actor: Person, commit: str, named: str) -> Opened:
    """Take pushed commits to ``main`` and open an order for their items, or amend the one named.

    Raises MainMovesForward, NothingForRelease, NotInTheOrder, ManyOrders, or what the desk and
    ``release.terms`` refuse; nothing has changed then.
    """
    main = settling.settle(vault)
    fresh = not vault.history.contains(main, commit)
    if fresh and not vault.history.contains(commit, main):
        raise MainMovesForward(new=commit[:12], old=main[:12])
    touched = _touched(vault, main, commit) if fresh else _mine(vault, actor, main)
    numbers, change = _chosen(vault, actor, touched, named, commit, fresh)
    notes, said = _said(vault, actor, commit, change, numbers)
    before = vault.history.tip(CHANGES + change) if change else None
    if fresh:
        _take_to_main(vault, actor, main, commit)
        desk.void_overtaken(vault, actor, numbers)
    if change:
        judgement = desk.amend(vault, actor, change, notes, said)
    else:
        judgement = desk.open_change(vault, actor, numbers, notes, said)
    filed = orders.load(vault, judgement.order.change)
    return Opened(judgement, bool(change), before, filed.commit, main,
                  commit if fresh else main)  # fmt: skip


def told(vault: Vault, opened: Opened) -> list[str]:
    """Return the answer: what the order holds, the letters to be, who signs, where to look."""
    order = opened.judgement.order
    rows = [
        (one.number, f"{one.from_rev or '–'} → {opened.judgement.next.get(one.number, '')}",
         one.title, f"approval owner {one.owner}")
        for one in order.items
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["", f"{order.change} {'amended' if opened.amended else 'opened'}:", ""]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append(f"  {'  '.join(cells)}".rstrip())
    lines += ["", f"Class: {order.change_class}"]
    lines += [f"Review it at {vault.settings.public_url}/changes/{order.change}"]
    for one in opened.judgement.open:
        lines.append(f"  {one.item}: {one.reason}; {one.remedy}" if one.remedy
                     else f"  {one.item}: {one.reason}")  # fmt: skip
    return [*lines, ""]


def _touched(vault: Vault, main: str, commit: str) -> list[str]:
    """Return the items that commits beyond ``main`` touch and that may be released."""
    trees = Trees(vault.history)
    before, after = (vault.history.commit_at(one).tree for one in (main, commit))
    changes = pushed.changed(trees, before, after)
    told = items.manifests(vault.history, changes)
    found = items.touched(vault, trees, before, after, changes, told)
    return _unreleased(vault, commit, sorted(found.items()))


def _mine(vault: Vault, actor: Person, main: str) -> list[str]:
    """Return the items somebody changed last and that may be released."""
    found: list[tuple[str, str]] = []
    page = vault.catalogue.items(limit=1000)
    while page:
        found += [(row.number, row.path) for row in page if row.changed_by == actor.name]
        page = vault.catalogue.items(after=page[-1].number, limit=1000)
    return _unreleased(vault, main, found)


def _unreleased(vault: Vault, commit: str, found: Iterable[tuple[str, str]]) -> list[str]:
    log, numbers = ReleaseLog(vault), []
    for number, folder in found:
        here = vault.history.folder(commit, folder)
        released = log.current(number)
        tree = vault.history.tree(commit, folder)
        if set(here) > {item.FILE} and (released is None or released.tree != tree):
            numbers.append(number)
    return numbers


def _chosen(
    vault: Vault, actor: Person, numbers: list[str], named: str, commit: str, fresh: bool
) -> tuple[list[str], str]:
    """Return the items for an order, and the open order that is amended, or nothing."""
    holding = {
        number: row.change
        for number in numbers
        for row in vault.catalogue.orders(lifecycle.OPEN_STATES, number=number)
    }
    if named:
        order = desk.may_amend(vault, actor, named)
        held = {one.number for one in order.items}
        if fresh and (further := sorted(set(numbers) - held)):
            raise NotInTheOrder(numbers=", ".join(further), change=order.change)
        return [number for number in numbers if number in held], order.change
    free = [number for number in numbers if number not in holding]
    if free and (not holding or not fresh):
        return free, ""
    changes = sorted(set(holding.values()))
    if not changes:
        raise NothingForRelease(commit=commit[:12])
    if len(changes) > 1:
        raise ManyOrders(changes=", ".join(changes), first=changes[0])
    if free:
        raise NotInTheOrder(numbers=", ".join(free), change=changes[0])
    desk.may_amend(vault, actor, changes[0])
    return numbers, changes[0]


def _said(
    vault: Vault, actor: Person, commit: str, change: str, numbers: list[str]
) -> tuple[str, Terms]:
    """Return the note and the terms of a commit message, once an order may have them."""
    notes, said = terms.of_message(vault.history.commit_at(commit).message)
    order = orders.load(vault, change).order if change else None
    held = [one.number for one in order.items] if order else numbers
    terms.check(said, change or "the new order", held)
    author_is = order.author if order else actor.name
    watching = (said.observers or (), said.readers or ())
    parties.check_watching(vault, change or "the new order", author_is, *watching)
    return notes, said


def _take_to_main(vault: Vault, actor: Person, main: str, commit: str) -> None:
    by = author(actor)
    durable.fsync_folder(vault.history.git_dir / "objects" / "pack")
    pushes.record(vault.history, main, commit, by)
    trees = Trees(vault.history)
    before, after = (vault.history.commit_at(one).tree for one in (main, commit))
    changes = pushed.changed(trees, before, after)
    told = items.manifests(vault.history, changes)
    mine = locks.seen(vault, actor, items.touched(vault, trees, before, after, changes, told))
    orders.signer(vault).move(MAIN, commit, main, mine)
    settling.settle(vault)
