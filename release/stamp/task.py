# SPDX-License-Identifier: AGPL-3.0-or-later
"""One try at stamping a file: open, disarm, draw, save, check.  A task of the worker process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from release.errors import UnstampableFile
from release.stamp import check, draw, engine, pages, ways
from release.stamp.place import Token
from release.stamp.template import Stamp
from release.stamp.templates import Templates, heard
from vault.errors import UnreadableFile
from vault.reading import pdf
from vault.reading.active import disarm

MOST_PAGES = 2000


def press(
    path: str,
    out: str,
    name: str,
    stamp: dict[str, Any],
    way: str,
    templates: list[dict[str, Any]] | None = None,
    password: str = "",
) -> dict[str, Any]:
    """Stamp the file one way and check what came out; ``fault`` says why it is no good.

    Raises:
        UnreadableFile: it is no PDF, is locked, or has no pages.
        UnstampableFile: no way will ever work, as where a page is too small.
    """
    wanted = Stamp(**{**stamp, "extra": tuple(map(tuple, stamp["extra"]))})
    looks = heard(templates or [])
    with ways.opened(path, name, password, way) as document:
        if document.page_count > MOST_PAGES:
            reason = f"it has {document.page_count} pages, more than {MOST_PAGES}"
            raise UnstampableFile(name=name, reason=reason)
        try:
            with pdf.explained(name):
                return _tried(document, path, out, name, wanted, way, looks)
        except UnreadableFile as unreadable:
            return {"fault": str(unreadable.facts["reason"])}


def _tried(
    document: Any, path: str, out: str, name: str, stamp: Stamp, way: str, templates: Templates
) -> dict[str, Any]:
    count = document.page_count
    pages.mend(document, name)
    frames = pages.frames(document)
    sheets = [pages.sheet_of(pages.page_object(document, index)) for index in range(count)]
    looks = [_look(document, index, frames.get(index)) for index in range(count)]
    if way == "in place" and any(seen.strays for seen in looks if seen):
        return {"fault": "its content closes more than it opens"}
    removed = disarm(document)
    if document.get_sigflags() > 0:
        removed.add("signature")  # it would not hold for the copy; the original keeps it
        label = templates.of(stamp.state, 0, 0).label
        stamp = replace(stamp, extra=(*stamp.extra, ("signature", label("signature kept"))))
    source = ways.prepared(document, way)
    if source.page_count != count:
        return {"fault": f"{source.page_count} of {count} pages came out"}
    marks = draw.mark(source, stamp, name, looks, templates)
    ways.save(source, out, Path(path), stamp, templates)
    places = [mark.place for mark in marks]
    return {
        "fault": check.fault(out, stamp, sheets, marks),
        "pages": count,
        "covered": [index + 1 for index, place in enumerate(places) if place.covers > 0],
        "small": [index + 1 for index, place in enumerate(places) if place.scale < 1],
        "removed": sorted(removed),
        "engine": engine.name(),
    }


def _look(document: Any, index: int, frame: Token | None) -> pages.Look | None:
    """Return the picture of a page, None where only another way may be able to show it."""
    try:
        with pdf.explained("page"):
            seen = pages.look(document, index)
    except UnreadableFile:
        return None
    return replace(seen, token=frame) if frame else seen
