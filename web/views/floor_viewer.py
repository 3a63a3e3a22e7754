# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor looks closer: the released files of a traveler's job, and nothing else.

Whoever holds the traveler may look, as on its page; nothing of a recalled revision is shown, and an
overtaken drawing says so across the page unless a deviation lets the job go on.
"""

from __future__ import annotations

from flask import Response, render_template, url_for

from release import showing
from release.log import ReleaseLog, Revision
from release.showing import Shown
from traveler import gate
from traveler.floor import FloorView
from traveler.tablet import watching
from web import forms, present, viewing
from web.viewing import Room, Way
from web.views.viewer import tiles_below
from web.visitor import vault

UNSHOWN = frozenset({"item.toml", "route.toml", "bom.csv", "characteristics.csv"})
"""Files of the office, which the floor page says in its own words."""


def page(token: str, name: str) -> str:
    """Show a released file of the traveler's job."""
    looked = watching.view(vault(), token)
    shown = of_floor(looked, name)
    ways = [Way("Copy", url_for("floor_copies.copy", token=token, name=name), "print")]
    if _revision(looked).file(name).stamped is None:
        ways = [Way("Download", url_for("floor.file", token=token, name=name), "down")]
    names = [one.name for one in looked.files if one.here and one.name not in UNSHOWN]
    view = viewing.view(shown, _room(looked, token), ways, names, forms.page_asked())
    shop = present.zone(vault().settings.time_zone)
    return render_template(
        "floor_view.html", job=looked.job, look=looked, v=view, back=url_for("floor.page", token=token),
        state_url=url_for("floor.state", token=token),
        self_url=url_for("floor_viewer.page", token=token, name=name),
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
    revision = _revision(looked)
    if looked.stop:
        return showing.as_it_stands(vault(), revision, name)
    return showing.released(vault(), revision, name)


def _revision(looked: FloorView) -> Revision:
    if looked.stop and looked.standing.state == "recalled":
        raise gate.recalled(looked.job.item, looked.job.rev, looked.standing)
    return ReleaseLog(vault()).revision(looked.job.item, looked.job.rev)


def _room(looked: FloorView, token: str) -> Room:
    return Room(
        title=f"{looked.job.item} {looked.job.rev}",
        picture=lambda name, page, width: url_for(
            "floor.picture", token=token, name=name, page=page, w=width
        ),
        tiles=lambda name: tiles_below(
            url_for("floor_viewer.tile", token=token, name=name, page=1, wide=0, column=0, row=0)
        ),
        model=lambda name: url_for("floor_viewer.model", token=token, name=name),
        page=lambda name, page: url_for(
            "floor_viewer.page", token=token, name=name, page=page if page > 1 else None
        ),
    )
