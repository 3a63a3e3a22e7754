# SPDX-License-Identifier: AGPL-3.0-or-later
"""The characteristics of an item as a grid, what its drawing proposes, and balloons on a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from flask import Response, make_response, render_template, request, url_for

from release.log import ReleaseLog
from traveler.quality import balloons, plan, proposing
from traveler.quality.characteristics import Characteristic
from traveler.quality.proposing import Proposal
from traveler.quality.quantity import unit
from vault.errors import NoSuchFile, Refusal
from web import drawings, forms
from web.drawings import Picture
from web.forms import Answer
from web.headers import sandboxed
from web.views.items import found
from web.visitor import me, vault

COLUMNS: Final = ("balloon", "requirement", "nominal", "lower", "upper", "unit", "gauge", "sampling",
                  "operation", "location", "designator")  # fmt: skip
NEW: Final = 5
"""Empty rows below the others; saving gives as many again."""
MOST: Final = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """What a grid shows: the rows, the drawing with its balloons, and what the drawing proposes.

    ``action`` is where it is sent; ``seen`` names what it was filled from.
    """

    number: str
    action: str
    told: tuple[Characteristic, ...]
    proposals: tuple[Proposal, ...]
    picture: Picture | None
    places: tuple[tuple[str, int, int, int], ...]
    note: str
    seen: str
    columns: tuple[str, ...] = COLUMNS
    extra: int = NEW


def page(number: str) -> Answer:
    """Show the working characteristics in a grid with what the drawing proposes, or check them in."""
    row = found(number)
    if request.method != "POST":
        return _shown(row.number, None)
    try:
        save(row.number)
    except Refusal as refusal:
        return _shown(row.number, refusal), refusal.status
    return forms.gone_on(url_for("characteristics.page", number=row.number, done="1"))


def save(number: str) -> None:
    """Check in what a grid says; raises what a check-in does, BadCharacteristics or PlanMoved."""
    note = forms.needed("note", "The note")
    balloons.save(vault(), me(), number, _numbered([*_typed(), *_taken(number)]), note,
                  forms.text("seen"))  # fmt: skip


def grid(number: str, action: str, page_of: Callable[[int], str], *, refused: bool) -> Grid:
    """Return the grid of an item: what is checked in, or what was typed where that was refused."""
    told = [*_typed(), *_taken(number)] if refused else list(balloons.working(vault(), number))
    file = drawings.drawing_of(number, drawings.working_files(number))
    picture = drawings.picture(
        drawings.place_of(number, "working", page_of), file, drawings.working_pages(file),
        forms.page_asked(),
    )  # fmt: skip
    every = balloons.proposed(vault(), *_drawing(number)) if picture else ()
    placed = proposing.placed(told, every)
    known = {tuple(place[1:]) for place in placed}
    return Grid(
        number, action, tuple(told),
        tuple(one for one in every if (one.sheet, one.x, one.y) not in known), picture,
        tuple(one for one in placed if picture and one[1] == picture.page),
        forms.text("note") if refused else "",
        forms.text("seen") if refused else balloons.stands(vault(), number),
    )  # fmt: skip


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
    return sandboxed(answer)


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


def _shown(number: str, refusal: Refusal | None) -> str:
    here = url_for("characteristics.page", number=number)
    return render_template(
        "characteristics.html", number=number, refusal=str(refusal) if refusal else None,
        plan=grid(number, here, lambda page: url_for("characteristics.page", number=number, page=page),
                  refused=refusal is not None),
        done="The characteristics are checked in; they count once they are released."
        if forms.asked("done") else None,
    )  # fmt: skip
