# SPDX-License-Identifier: AGPL-3.0-or-later
"""The characteristics of an item as a grid, what its drawing proposes, and balloons on a copy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from flask import Response, make_response, render_template, request, url_for

from release import desk
from release.log import ReleaseLog
from traveler.quality import balloons, plan, proposing
from traveler.quality.characteristics import Characteristic
from traveler.quality.quantity import unit
from vault.errors import NoSuchFile, Refusal
from web import drawings, forms
from web.headers import SANDBOX
from web.views.items import found
from web.visitor import me, vault

COLUMNS: Final = ("balloon", "requirement", "nominal", "lower", "upper", "unit", "gauge", "sampling",
                  "operation", "location", "designator")  # fmt: skip
NEW: Final = 5
"""Empty rows below the others; saving gives as many again."""
MOST: Final = 400


def page(number: str) -> Response | str | tuple[str, int]:
    """Show the working characteristics in a grid with what the drawing proposes, or check them in."""
    row = found(number)
    if request.method != "POST":
        return _shown(row.number, list(balloons.working(vault(), row.number)), None)
    told = [*_typed(), *_taken(row.number)]
    try:
        note = forms.needed("note", "The note")
        balloons.save(vault(), me(), row.number, _numbered(told), note)
    except Refusal as refusal:
        return _shown(row.number, told, refusal), refusal.status
    change = forms.text("change") or None
    return forms.gone_on(
        url_for("characteristics.page", number=row.number, change=change, done="1")
    )


def ballooned(number: str, rev: str) -> Response:
    """Send a copy of a drawing with its balloons, released or as checked in."""
    row = found(number)
    if rev == "working":
        path, name = _drawing(row.number)
        told, said = balloons.working(vault(), row.number), f"{row.number}, not released"
    else:
        log = ReleaseLog(vault())
        revision = log.wanted(row.number, rev)
        file = drawings.drawing_of(revision.number, revision.files)
        if file is None:
            raise NoSuchFile(where=f"{revision.number} {revision.rev}", name="drawing")
        path, name = log.path(revision, file.name, stamped=False), file.name
        told = plan.of_revision(log, revision.number, revision.rev).characteristics
        said = f"{revision.number} {revision.rev}"
    data = balloons.ballooned(
        vault(), path, name, told,
        f"Balloons of {said}: a copy for inspection; the released drawing counts.",
    )  # fmt: skip
    answer = make_response(data)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.number}-balloons.pdf"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _change(number: str) -> str:
    """Return the open change order somebody came from, where the item is in it."""
    wanted = forms.text("change") or forms.asked("change")
    found = [one for one in desk.listing(vault(), "open") if one.change == wanted]
    return next((one.change for one in found for it in one.items if it.number == number), "")


def _drawing(number: str) -> tuple[Path, str]:
    file = drawings.drawing_of(number, drawings.working_files(number))
    if file is None or not drawings.working_pages(file):
        raise NoSuchFile(where=f"{number} working", name="drawing")
    return vault().objects.path(drawings.digest(file), file.name), file.name


def _typed() -> list[Characteristic]:
    """Return the rows of the grid that are not empty; a ticked row is taken out."""
    rows = []
    for at in range(min(forms.whole("rows", "The rows", 0), MOST)):
        cells = {name: forms.text(f"{name}-{at}") for name in COLUMNS}
        if any(cells.values()) and not forms.text(f"out-{at}"):
            rows.append(Characteristic(**{**cells, "unit": unit(cells["unit"])}))
    return rows


def _taken(number: str) -> list[Characteristic]:
    """Return the proposals somebody ticked, read from the drawing again and not from the form."""
    wanted = set(request.form.getlist("take"))
    if not wanted:
        return []
    path, name = _drawing(number)
    every = balloons.proposed(vault(), path, name)
    return [replace(one.characteristic, balloon="") for one in every
            if one.characteristic.location in wanted]  # fmt: skip


def _numbered(told: list[Characteristic]) -> list[Characteristic]:
    """Give every row without a balloon the next free number."""
    used = {one.balloon for one in told}
    free = (str(number) for number in range(1, 10_000) if str(number) not in used)
    return [one if one.balloon else replace(one, balloon=next(free)) for one in told]


def _shown(number: str, told: list[Characteristic], refusal: Refusal | None) -> str:
    file = drawings.drawing_of(number, drawings.working_files(number))
    page_number = forms.page_asked()
    pages = drawings.working_pages(file)
    picture = drawings.picture(
        drawings.place_of(number, "working",
                          lambda page: url_for("characteristics.page", number=number, page=page)),
        file, pages, page_number,
    )  # fmt: skip
    every = balloons.proposed(vault(), *_drawing(number)) if picture else ()
    placed = proposing.placed(told, every)
    known = {tuple(place[1:]) for place in placed}
    return render_template(
        "characteristics.html", number=number, told=told, columns=COLUMNS, extra=NEW,
        proposals=[one for one in every if (one.sheet, one.x, one.y) not in known],
        picture=picture,
        places=[one for one in placed if picture and one[1] == picture.page],
        refusal=str(refusal) if refusal else None, note=forms.text("note"), change=_change(number),
        done="The characteristics are checked in; they count once they are released."
        if forms.asked("done") else None,
    )  # fmt: skip
