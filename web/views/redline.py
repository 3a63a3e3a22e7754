# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redlines: what differs in one file, of a change order or between two revisions of an item.

One pair of pages is shown at a time and compared when it is first looked at, so that the first
picture does not wait for the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Response, render_template, send_file, url_for

from release import settling
from release.errors import RedlineTooLong
from release.redline import compare, sides, telling
from release.redline.compare import FileRedline, PageRedline
from release.redline.sides import Sides
from vault import derived, trimming
from vault.errors import Refusal
from web import forms
from web.headers import sandboxed
from web.visitor import vault

MOST_BOUND: Final = 100
"""How many changed files are bound as PDF while a browser waits."""
MOST_SHOWN: Final = 60
"""How many changes of a page have a picture of their own."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a redline belongs: what it is of, the way back, and makers of its addresses."""

    title: str
    back: str
    file: Callable[[str, int], str]
    picture: Callable[[str, int, str], str]
    pdf: str


@dataclass(frozen=True, slots=True)
class FileLink:
    """Another file of the same item, and how it differs."""

    name: str
    change: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    """A pair of pages that can be chosen; ``note`` says what is known of it already."""

    place: int
    word: str
    note: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change of the page: what is said of it, its picture, and its box in shares of the sheet."""

    number: int
    zone: str
    what: str
    before: str
    after: str
    crop: str
    wide: int
    high: int
    box: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of a drawing that is looked at: pictures, changes, or why there are none."""

    pictures: dict[str, str]
    width: int
    height: int
    changes: tuple[ChangeLine, ...]
    verdict: str
    notes: tuple[str, ...]
    same: bool
    more: int
    fault: str = ""


def order_file(change: str, number: str, name: str) -> str:
    """Show what a change order changes in a file."""
    return _page(*_of_order(change, number), name)


def order_picture(change: str, number: str, name: str, page: int, what: str) -> Response:
    """Send a picture of a pair of pages: before, after, changes, or one change."""
    both, _where = _of_order(change, number)
    return _picture(both, name, page, what)


def order_pdf(change: str) -> Response:
    """Send the redline of a whole change order as PDF."""
    settling.settle(vault())
    every = sides.all_of_order(vault(), change)
    count = sum(one.change(name) != "same" for one in every for name in one.names())
    if count > MOST_BOUND:
        raise RedlineTooLong(change=change, count=count)
    return _pdf(f"Redline of {change}", every, f"{change}_redline.pdf")


def item_file(number: str, rev: str, name: str) -> str:
    """Show what differs in a file between a revision and the one before it, or ``?from``."""
    return _page(*_of_item(number, rev), name)


def item_picture(number: str, rev: str, name: str, page: int, what: str) -> Response:
    """Send a picture of a pair of pages of two revisions."""
    both, _where = _of_item(number, rev)
    return _picture(both, name, page, what)


def item_pdf(number: str, rev: str) -> Response:
    """Send the redline between two revisions of an item as PDF."""
    both, where = _of_item(number, rev)
    name = f"{both.number}_{both.from_label}_{both.after.label}_redline.pdf"
    return _pdf(f"Redline of {where.title}", [both], name)


# --- where it belongs ----------------------------------------------------------


def _of_order(change: str, number: str) -> tuple[Sides, Where]:
    settling.settle(vault())
    both = sides.of_order(vault(), change, number)
    return both, Where(
        title=change, back=url_for("changes.page", change=change),
        file=lambda name, page: url_for(
            "redline.order_file", change=change, number=number, name=name,
            page=page if page > 1 else None,
        ),
        picture=lambda name, page, what: url_for(
            "redline.order_picture", change=change, number=number, name=name, page=page, what=what
        ),
        pdf=url_for("redline.order_pdf", change=change),
    )  # fmt: skip


def _of_item(number: str, rev: str) -> tuple[Sides, Where]:
    asked = forms.asked("from")
    both = sides.between(vault(), number, asked or sides.before(vault(), number, rev), rev)
    came_from: dict[str, Any] = {"from": asked or None}
    return both, Where(
        title=f"{both.number}, {both.from_label} to {both.after.label}",
        back=url_for("items.revision", number=both.number, rev=rev),
        file=lambda name, page: url_for(
            "redline.item_file", number=both.number, rev=rev, name=name,
            page=page if page > 1 else None, **came_from,
        ),
        picture=lambda name, page, what: url_for(
            "redline.item_picture", number=both.number, rev=rev, name=name, page=page, what=what,
            **came_from,
        ),
        pdf=url_for("redline.item_pdf", number=both.number, rev=rev, **came_from),
    )  # fmt: skip


# --- what is shown ---------------------------------------------------------------


def _page(both: Sides, where: Where, name: str) -> str:
    file = compare.file(vault(), both, name)
    place = min(max(forms.number_asked("page", 1), 1), max(len(file.pages), 1))
    shown = _shown(both, where, file, place) if file.pages else None
    return render_template(
        "redline.html", file=file, number=both.number, item_title=both.title, where=where,
        before=both.from_label, after=both.after.label, shown=shown, verdict=_verdict(file),
        files=[FileLink(one, both.change(one), where.file(one, 1), one == name)
               for one in both.names()],
        pages=[_link(where, file, one.place, place) for one in file.pages],
        solids=[(side, where.picture(name, 1, side)) for side in file.found.get("pictures", ())],
        cells=telling.cells(file.found["table"]) if file.found.get("table") else [],
    )  # fmt: skip


def _verdict(file: FileRedline) -> str:
    if file.change == "same":
        return "No difference: both files are equal byte for byte."
    if file.change != "changed":
        return f"The file is {file.change}."
    if file.kind == "text":
        table = file.found.get("table", {})
        if not (file.found.get("lines") or table.get("rows")):
            return "No difference in what the file says; its bytes differ."
        return f"{table['same']} lines stayed as they were." if table else ""
    return "" if file.kind in {"pages", "drawing"} else "The bytes of both files differ."


def _link(where: Where, file: FileRedline, place: int, here: int) -> PageLink:
    pair = file.page(place)
    note = pair.what if pair.what != "paired" else "looks equal" if pair.alike else ""
    return PageLink(
        place, str(pair.after or pair.before), note, where.file(file.name, place), place == here
    )


def _shown(both: Sides, where: Where, file: FileRedline, place: int) -> Shown:
    try:
        seen = compare.page(vault(), both, file, place)
    except Refusal as refusal:
        if refusal.exit_code == 5:
            raise
        return Shown({}, 0, 0, (), "", (), same=False, more=0, fault=str(refusal))
    names = {"paired": compare.PICTURES, "inserted": ("changes", "after"),
             "removed": ("changes", "before")}[seen.pair.what]  # fmt: skip
    return Shown(
        pictures={what: where.picture(file.name, place, what) for what in names},
        width=seen.width, height=seen.height, same=seen.same, more=seen.more,
        changes=tuple(_line(where, file, seen, place, number, one)
                      for number, one in enumerate(seen.changes[:MOST_SHOWN], 1)),
        verdict=seen.verdict, notes=tuple(filter(None, (seen.pair.resized, seen.laid, _zones(seen)))),
    )  # fmt: skip


def _zones(seen: PageRedline) -> str:
    if not seen.changes:
        return ""
    if seen.printed_zones:
        return "Zones are those printed on the sheet."
    return "The sheet carries no zones; they are those ISO 5457 gives a sheet of this size."


def _line(
    where: Where, file: FileRedline, seen: PageRedline, place: int, number: int,
    one: dict[str, Any],
) -> ChangeLine:  # fmt: skip
    left, top, right, bottom = compare.around(one["box"])
    wide, high = seen.width * 25.4 / seen.dpi, seen.height * 25.4 / seen.dpi
    shares = (left / wide, top / high, right / wide, bottom / high)
    return ChangeLine(
        number=number, zone=one["zone"], what=telling.what(one), before=one["before"],
        after=one["after"], crop=where.picture(file.name, place, f"change-{number}"),
        wide=max(1, round((right - left) * 10)), high=max(1, round((bottom - top) * 10)),
        box=",".join(f"{share:.4f}" for share in shares),
    )  # fmt: skip


def _picture(both: Sides, name: str, page: int, what: str) -> Response:
    file = compare.file(vault(), both, name)
    path = compare.picture(vault(), both, file, page, what)
    answer = send_file(path, mimetype="image/png", conditional=True)
    return sandboxed(answer, "private, no-cache")


def _pdf(title: str, every: list[Sides], name: str) -> Response:
    """Bind a redline once for its content; it is kept like every other part of a redline."""
    told = [(one, telling.whole(vault(), one)) for one in every]
    content = repr([title, compare.VERSION, [
        (one.number, one.title, one.from_label, one.after.label,
         [(file.name, file.sha256) for file in (*(one.before.files if one.before else ()), None,
                                                *one.after.files) if file])
        for one in every
    ]])  # fmt: skip
    key = hashlib.sha256(content.encode()).hexdigest()
    kept: Path = vault().cache / "redline" / "bound" / f"{key}.pdf"
    if not trimming.used(kept):
        kept.parent.mkdir(parents=True, exist_ok=True)
        telling.bind(vault(), title, told, kept)
        derived.added(vault().root, kept)
    answer = send_file(kept, mimetype="application/pdf", as_attachment=True, download_name=name)
    return sandboxed(answer)
