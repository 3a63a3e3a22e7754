# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an author says of an order beside its items: class, notes and dispositions, who watches.

The command line and a push say it in text, and both grammars stand here: ``NUMBER=TEXT`` for what
is said of one item, and trailers such as ``Change-Class: minor`` at the end of a commit message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from release.change import CLASSES, IN_PROCESS, STOCK, Order, OrderItem
from release.errors import BadChangeClass, BadDisposition, BadPair, NotInThisOrder
from vault import names

DEFAULT_CLASS: Final = CLASSES[0]
"""A change nobody has classed is judged by the strictest class."""
_TRAILER = re.compile(r"([A-Za-z]+(?:-[A-Za-z]+)*): *(\S.*)")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is to be said of an order; what is empty, or None, stays as it is.

    ``notes``, ``stock`` and ``in_process`` are by item number; an empty text takes one back.
    ``observers`` and ``readers`` are whole lists.
    """

    change_class: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    stock: Mapping[str, str] = field(default_factory=dict)
    in_process: Mapping[str, str] = field(default_factory=dict)
    observers: tuple[str, ...] | None = None
    readers: tuple[str, ...] | None = None

    @property
    def numbers(self) -> set[str]:
        """Return the item numbers something is said of, as they were typed."""
        return {*self.notes, *self.stock, *self.in_process}


NONE: Final = Terms()


def applied(terms: Terms, order: Order) -> Order:
    """Return an order with the terms in it; raises what ``check`` raises."""
    check(terms, order.change, [one.number for one in order.items])
    return replace(
        order,
        change_class=terms.change_class or order.change_class,
        items=tuple(_said(terms, one) for one in order.items),
        observers=order.observers if terms.observers is None else _once(terms.observers),
        readers=order.readers if terms.readers is None else _once(terms.readers),
    )


def check(terms: Terms, change: str, numbers: Iterable[str]) -> None:
    """Raise BadChangeClass, BadDisposition or NotInThisOrder where an order cannot have the terms."""
    if terms.change_class not in ("", *CLASSES):
        raise BadChangeClass(given=terms.change_class, known=", ".join(CLASSES))
    held = {names.fold(one) for one in numbers}
    for number in sorted(terms.numbers):
        if names.fold(number) not in held:
            raise NotInThisOrder(number=number, change=change)
    for what, known, told in (("stock", STOCK, terms.stock),
                              ("jobs in process", IN_PROCESS, terms.in_process)):  # fmt: skip
        for number, given in told.items():
            if given not in known:
                raise BadDisposition(what=what, number=number, given=given,
                                     known=", ".join(one for one in known if one))  # fmt: skip


def decided_anew(before: Order, after: Order) -> dict[str, str]:
    """Return the items whose sign-offs a change of terms voids, each with why.

    Whoever signed agreed to the class of the change, which demands more or less, and to what
    becomes of stock and jobs.  Words may be corrected without asking them again.
    """
    if before.change_class != after.change_class:
        why = f"the class was changed from {before.change_class} to {after.change_class}"
        return {one.number: why for one in before.items}
    old = {one.number: (one.stock, one.in_process) for one in before.items}
    return {
        one.number: "what becomes of stock or jobs in process was changed"
        for one in after.items
        if old.get(one.number, (one.stock, one.in_process)) != (one.stock, one.in_process)
    }


def told(before: Order, after: Order) -> list[str]:
    """Return what a change of terms changed, in words for the order's story."""
    said = []
    if before.change_class != after.change_class:
        said.append(f"class {after.change_class}")
    old = {one.number: one for one in before.items}
    for one in after.items:
        was = old.get(one.number)
        for word, now, then in (
            ("note", one.notes, was.notes if was else ""),
            ("stock", one.stock, was.stock if was else ""),
            ("in process", one.in_process, was.in_process if was else ""),
        ):
            if now != then:
                said.append(f"{one.number} {word}: {now or 'taken back'}")
    for word, people, known in (("observers", after.observers, before.observers),
                                ("readers", after.readers, before.readers)):  # fmt: skip
        if people != known:
            said.append(f"{word}: {', '.join(people) or 'nobody'}")
    return said


# --- as text ----------------------------------------------------------------


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """Return the texts of an option that reads ``NUMBER=TEXT``, by number; raises BadPair."""
    found = {}
    for one in given:
        number, sign, text = one.partition("=")
        if not sign or not number.strip():
            raise BadPair(option=option, given=one)
        found[number.strip()] = text.strip()
    return found


def trailers(terms: Terms) -> str:
    """Return terms as the trailers of a commit message."""
    lines = [f"Change-Class: {terms.change_class}"] if terms.change_class else []
    for key, by_number in (("Item-Note", terms.notes), ("Stock", terms.stock),
                           ("In-Process", terms.in_process)):  # fmt: skip
        lines += [f"{key}: {number}={text}" for number, text in by_number.items()]
    for key, people in (("Observer", terms.observers), ("Reader", terms.readers)):
        lines += [f"{key}: {name}" for name in people or ()]
    return "\n".join(lines)


def of_message(message: str) -> tuple[str, Terms]:
    """Return the note in a commit message and the terms its last paragraph gives.

    Other trailers, such as ``Signed-off-by``, stay in the note.  Raises BadPair.
    """
    head, gap, last = message.strip().rpartition("\n\n")
    lines = last.splitlines()
    found = [_TRAILER.fullmatch(line.strip()) for line in lines]
    if not gap or not all(found):
        return message.strip(), NONE
    by_key: dict[str, list[str]] = {}
    rest = []
    for line, match in zip(lines, found, strict=True):
        if match is not None and match[1].lower() in _KEYS:
            by_key.setdefault(match[1].lower(), []).append(match[2].strip())
        else:
            rest.append(line)
    note = "\n\n".join(one for one in (head.strip(), "\n".join(rest)) if one)
    return note, Terms(
        change_class=by_key.get("change-class", [""])[-1].lower(),
        notes=pairs(by_key.get("item-note", ()), "Item-Note:"),
        stock=pairs(by_key.get("stock", ()), "Stock:"),
        in_process=pairs(by_key.get("in-process", ()), "In-Process:"),
        observers=_people(by_key.get("observer")), readers=_people(by_key.get("reader")),
    )  # fmt: skip


_KEYS: Final = frozenset({"change-class", "item-note", "stock", "in-process", "observer", "reader"})


def _people(found: list[str] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(found)


def _said(terms: Terms, one: OrderItem) -> OrderItem:
    def of(told: Mapping[str, str], kept: str) -> str:
        by_fold = {names.fold(number): text for number, text in told.items()}
        return by_fold.get(names.fold(one.number), kept).strip()

    if not terms.numbers:
        return one
    return replace(
        one, notes=of(terms.notes, one.notes), stock=of(terms.stock, one.stock),
        in_process=of(terms.in_process, one.in_process),
    )  # fmt: skip


def _once(people: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in people if one.strip()))
