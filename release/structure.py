# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a product is made of, and where a part is used, over several levels and at a revision.

A released structure is that of one moment: each child has the revision that was current when the
revision asked for was released, on every level, and beside it stands what is current now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

from release import settling
from release.errors import NoSuchRevision
from vault import errors, names
from vault.home import Vault
from vault.uses import WORKING, Use

DEEPEST: Final = 20
MOST: Final = 5_000
"""Lines of one answer; parts shared on many levels multiply without end in sight."""
NOW: Final = 2**62
Note = Literal["", "unknown", "never released", "recalled", "contains itself"]


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a structure: ``rev`` is the child's revision then, ``now`` the current one.

    ``note`` says what keeps the line from being followed further, if anything does.
    """

    level: int
    number: str
    title: str
    qty: str
    find: str
    rev: str
    now: str
    note: Note


@dataclass(frozen=True, slots=True)
class Parent:
    """A line upwards: so many in a parent, at a revision that stands so now, or ``working``."""

    level: int
    number: str
    title: str
    rev: str
    standing: str
    qty: str
    find: str
    child: str
    note: Note


@dataclass(frozen=True, slots=True)
class Structure:
    """A product and its lines; ``rev`` is empty for what lies on ``main``, ``whole`` says if all."""

    number: str
    rev: str
    lines: tuple[Part, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """A part and the parents that use it; ``rev`` is empty where none was asked for."""

    number: str
    rev: str
    lines: tuple[Parent, ...]
    whole: bool


def bom(vault: Vault, number: str, rev: str | None = None, levels: int = DEEPEST) -> Structure:
    """Return what an item is made of: its current revision, a named one, or what is on ``main``.

    ``rev`` may be ``working``; without one an item that has nothing current is shown as it lies on
    ``main``.  Raises NoSuchItem or NoSuchRevision.
    """
    settling.settle(vault)
    number = _known(vault, number)
    row = None if rev == "working" else vault.catalogue.current_at(number, NOW)
    if rev not in {None, "current", "working"}:
        row = next((one for one in vault.catalogue.revisions(number) if one.rev == rev), None)
    if row is None and rev not in {None, "working"}:
        raise NoSuchRevision(number=number, rev=rev)
    top, at = (row.rev, row.sequence) if row else (WORKING, NOW)
    walk = _parts(vault, number, top, at, (names.fold(number),), _deep(levels))
    lines = tuple(islice(walk, MOST + 1))
    return Structure(number, top, lines[:MOST], len(lines) <= MOST)


def where_used(vault: Vault, number: str, rev: str | None = None, levels: int = DEEPEST) -> Usage:
    """Return what uses an item.

    With a revision: every released parent that took exactly that one.  Without: the current
    revisions of parents, and ``main`` where its line is another.  Raises NoSuchItem, NoSuchRevision.
    """
    settling.settle(vault)
    if vault.catalogue.item(number) is not None or not vault.catalogue.uses.using(number):
        number = _known(vault, number)
    if rev == "current":
        row = vault.catalogue.current_at(number, NOW)
        rev = row.rev if row else ""
    if rev is not None and not any(one.rev == rev for one in vault.catalogue.revisions(number)):
        raise NoSuchRevision(number=number, rev=rev or "current")
    walk = _parents(vault, number, rev, (names.fold(number),), _deep(levels))
    lines = tuple(islice(walk, MOST + 1))
    return Usage(number, rev or "", lines[:MOST], len(lines) <= MOST)


def _parts(
    vault: Vault, parent: str, rev: str, at: int, above: tuple[str, ...], levels: int
) -> Iterator[Part]:
    for use in vault.catalogue.uses.of(parent, rev):
        child, found = vault.catalogue.item(use.child), vault.catalogue.revisions(use.child)
        then = vault.catalogue.current_at(use.child, at)
        now = next((one.rev for one in found if one.state == "current"), "")
        note: Note = ""
        if names.fold(use.child) in above:
            note = "contains itself"
        elif child is None and not found:
            note = "unknown"
        elif then is None:
            recalled = any(0 < one.recalled <= at for one in found if one.sequence <= at)
            note = "recalled" if recalled else "never released"
        number, title = (child.number, child.title) if child else (use.child, "")
        yield Part(
            len(above), number, title, use.qty, use.find, then.rev if then else "", now, note
        )
        goes_on = not note or (note == "never released" and at == NOW)
        if goes_on and len(above) < levels:
            below = (*above, names.fold(number))
            yield from _parts(vault, number, then.rev if then else WORKING, at, below, levels)


def _parents(
    vault: Vault, child: str, rev: str | None, below: tuple[str, ...], levels: int
) -> Iterator[Parent]:
    for use, standing in _uses(vault, child, rev):
        known = vault.catalogue.item(use.parent)
        again = names.fold(use.parent) in below
        number, title = (known.number, known.title) if known else (use.parent, "")
        yield Parent(len(below), number, title, use.rev, standing, use.qty, use.find, child,
                     "contains itself" if again else "")  # fmt: skip
        if not again and len(below) < levels:
            above = None if rev is None else use.rev
            yield from _parents(vault, number, above, (*below, names.fold(number)), levels)


def _uses(vault: Vault, child: str, rev: str | None) -> Iterator[tuple[Use, str]]:
    """Yield the lines that name a child, each with how its parent's revision stands."""
    lines: dict[str, list[Use]] = {}
    for use in vault.catalogue.uses.using(child):
        lines.setdefault(names.fold(use.parent), []).append(use)
    for uses in lines.values():
        rows = {one.rev: one for one in vault.catalogue.revisions(uses[0].parent)}
        shown: set[tuple[str, str]] = set()
        for use in sorted(uses, key=lambda one: rows[one.rev].sequence if one.rev in rows else NOW):
            row = rows.get(use.rev)
            if rev is None and row is None:
                if (use.qty, use.find) not in shown:
                    yield use, "working"
            elif row is not None and (
                row.state == "current" if rev is None else _took(vault, child, row.sequence) == rev
            ):
                shown.add((use.qty, use.find))
                yield use, row.state


def _took(vault: Vault, child: str, sequence: int) -> str | None:
    row = vault.catalogue.current_at(child, sequence)
    return row.rev if row else None


def _known(vault: Vault, number: str) -> str:
    row = vault.catalogue.item(number)
    if row is not None:
        return row.number
    revisions = vault.catalogue.revisions(number)
    if not revisions:
        raise errors.NoSuchItem(number=number)
    return revisions[0].number


def _deep(levels: int) -> int:
    return max(1, min(levels, DEEPEST))
