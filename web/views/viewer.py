# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk looks at a file: sheets, models, programs, tables, pictures; and thumbnails of items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, url_for

from release import settling, shelf, showing
from release.errors import NeverReleased, NoSuchRevision, NothingCurrent
from release.log import ReleaseLog, Revision
from release.showing import Shown
from web import drawings, forms, viewing
from web.drawings import FileRow
from web.viewing import Room, Way
from web.views.items import found, sees_work
from web.visitor import vault


def page(number: str, rev: str, name: str) -> Response | str:
    """Show a file of a revision, released (``current`` too) or ``working``."""
    settling.settle(vault())
    row = found(number)
    revision = _revision(row.number, rev)
    label = revision.rev if revision else rev
    if row.number != number or label != rev:
        return forms.sent_to(url_for("viewer.page", number=row.number, rev=label, name=name), 302)
    shown = _shown(row.number, revision, name)
    log = ReleaseLog(vault())
    standing = log.standing(row.number, revision.rev) if revision else "working"
    recalled = standing == "recalled"
    rows = (
        drawings.released_rows(revision, revision.rev, originals=sees_work(), recalled=recalled)
        if revision
        else drawings.working_rows(row.number, drawings.working_files(row.number))
    )
    view = viewing.view(
        shown, _room(row.number, label), _ways(rows, name), [one.name for one in rows],
        forms.page_asked(),
    )  # fmt: skip
    return render_template(
        "view.html", item=row, rev=label, standing=standing, v=view,
        current=log.current(row.number) if standing in {"superseded", "recalled"} else None,
    )  # fmt: skip


def tile(number: str, rev: str, name: str, page: int, wide: int, column: int, row: int) -> Response:
    """Send a square of a page, drawn closer."""
    return viewing.tile(looked_at(number, rev, name), page, wide, column, row)


def model(number: str, rev: str, name: str) -> Response:
    """Send the mesh of a model, or its measures."""
    return viewing.model(looked_at(number, rev, name))


def thumb(number: str, rev: str) -> Response:
    """Send the small picture of an item: its model, else its drawing; a plain sheet for none.

    ``current`` is the working files for who may see them, before the first release.
    """
    settling.settle(vault())
    row = found(number)
    try:
        revision = _revision(row.number, rev)
    except NothingCurrent:  # every revision was recalled, and nobody is to recognise the part by it
        return viewing.placeholder()
    except (NeverReleased, NoSuchRevision):
        if rev != "current" or not sees_work():
            return viewing.placeholder()
        revision = None
    return viewing.thumb(_faces(row.number, revision))


def looked_at(number: str, rev: str, name: str) -> Shown:
    """Return a file as this person may look at it now; raises what there is against it."""
    settling.settle(vault())
    row = found(number)
    return _shown(row.number, _revision(row.number, rev), name)


def _revision(number: str, rev: str) -> Revision | None:
    """Return a released revision, None for ``working`` where this person may see that."""
    if rev != "working":
        return ReleaseLog(vault()).wanted(number, rev)
    if not sees_work():
        raise NoSuchRevision(number=number, rev=rev)
    return None


def _shown(number: str, revision: Revision | None, name: str) -> Shown:
    if revision is None:
        return showing.working(vault(), number, name)
    return showing.as_it_stands(vault(), revision, name)


def _faces(number: str, revision: Revision | None) -> Iterator[Shown]:
    """Yield what an item is recognised by, the best first."""
    names = (
        [one.name for one in revision.files]
        if revision
        else [told["name"] for told in shelf.files(vault(), number, None)]
    )
    for name in showing.faces(names, number):
        yield _shown(number, revision, name)


def _room(number: str, rev: str) -> Room:
    where: dict[str, Any] = {"number": number, "rev": rev}
    return Room(
        title=f"{number} {rev}",
        picture=lambda name, page, width: url_for(
            "files.picture", **where, name=name, page=page, w=width
        ),
        tiles=lambda name: tiles_below(
            url_for("viewer.tile", **where, name=name, page=1, wide=0, column=0, row=0)
        ),
        model=lambda name: url_for("viewer.model", **where, name=name),
        page=lambda name, page: url_for(
            "viewer.page", **where, name=name, page=page if page > 1 else None
        ),
    )


def tiles_below(address: str) -> str:
    """Return what stands before page, width and place in the address of a square."""
    return address.removesuffix("/1/0/0-0.png")


def _ways(rows: list[FileRow], name: str) -> list[Way]:
    row = next((one for one in rows if one.name == name), None)
    if row is None:
        return []
    ways = []
    if row.copy:
        ways.append(Way("Take a copy", row.copy, "print", copy=True))
    if row.href:
        ways.append(Way("Download", row.href, "down"))
    if row.original:
        ways.append(Way("Unstamped", row.original, "down"))
    return ways
