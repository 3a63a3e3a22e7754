# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor looks closer: the released files of a traveler's job, and nothing else.

Whoever holds the traveler may look, as on its page; nothing of a recalled revision is shown, and an
overtaken drawing says so across the page unless a deviation lets the job go on.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, render_template, url_for

from release import showing
from release.log import ReleaseLog, Revision
from release.showing import Shown
from traveler import gate
from traveler.floor import watching
from traveler.floor.scan import FloorView
from traveler.gate import Part
from web import forms, present, viewing
from web.viewing import Room, Way
from web.views.viewer import tiles_below
from web.visitor import vault

UNSHOWN = frozenset({"item.toml", "route.toml", "bom.csv", "characteristics.csv"})
"""Files of the office, which the floor page says in its own words."""


def page(token: str, name: str) -> str:
    """Show a released file of the traveler's job, or with ``?item=`` of an item of its kit."""
    looked = watching.view(vault(), token)
    part = asked(looked)
    shown, more = _shown(part, name), _more(looked, part)
    ways = [Way("Copy", url_for("floor_copies.copy", token=token, name=name, item=more), "print")]
    own = revision(part)
    if own.file(name).stamped is None:
        ways = [Way("Download", url_for("floor.file", token=token, name=name, item=more), "down")]
    names = [one.name for one in looked.files if one.here and one.name not in UNSHOWN]
    if more:
        names = [one.name for one in own.files if one.name not in UNSHOWN]
    view = viewing.view(shown, _room(part, token, more), ways, names, forms.page_asked())
    shop = present.zone(vault().settings.time_zone)
    return render_template(
        "floor_view.html", job=looked.job, part=part, v=view, back=url_for("floor.page", token=token),
        state_url=url_for("floor.state", token=token),
        self_url=url_for("floor_viewer.page", token=token, name=name, item=more),
        checked=present.now_time(shop),
    )  # fmt: skip


def tile(token: str, name: str, page: int, wide: int, column: int, row: int) -> Response:
    """Send a square of a page, drawn closer."""
    return viewing.tile(of_floor(watching.view(vault(), token), name), page, wide, column, row)


def model(token: str, name: str) -> Response:
    """Send the mesh of a model, or its measures."""
    return viewing.model(of_floor(watching.view(vault(), token), name))


def of_floor(looked: FloorView, name: str) -> Shown:
    """Return a file of the traveler's job as the floor may look at it; raises what is against it."""
    return _shown(asked(looked), name)


def asked(looked: FloorView) -> Part:
    """Return what ``?item=`` asks for: an item of the kit, else the job's own; raises NotInKit."""
    return looked.pinned(forms.asked("item"))


def _shown(part: Part, name: str) -> Shown:
    if part.workable:
        return showing.released(vault(), revision(part), name)
    return showing.as_it_stands(vault(), revision(part), name)


def revision(part: Part) -> Revision:
    """Return the revision of what is looked at; raises RevisionRecalled."""
    one = part.item
    if not part.workable and part.standing.state == "recalled":
        raise gate.recalled(one.item, one.rev, part.standing)
    return ReleaseLog(vault()).revision(one.item, one.rev)


def _more(looked: FloorView, part: Part) -> str | None:
    """Return what every address carries that is about an item of the kit: its number."""
    return None if part.item.item == looked.job.item else part.item.item


def _room(part: Part, token: str, more: str | None) -> Room:
    return Room(
        title=f"{part.item.item} {part.item.rev}",
        picture=lambda name, page, width: url_for(
            "floor.picture", token=token, name=name, page=page, w=width, item=more
        ),
        tiles=lambda name: tiles_below(
            url_for("floor_viewer.tile", token=token, name=name, page=1, wide=0, column=0, row=0)
        ),
        model=lambda name: url_for("floor_viewer.model", token=token, name=name, item=more),
        page=lambda name, page: url_for(
            "floor_viewer.page", token=token, name=name, page=page if page > 1 else None, item=more
        ),
        more=f"&item={quote(more)}" if more else "",
    )
