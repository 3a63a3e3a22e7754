# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets of two PDFs looked at, laid on each other and compared: tasks of the worker process.

Every length that leaves this module is in millimetres from the upper left corner of the sheet as
it is now, and every picture of a pair has the size of that sheet, so that they can be laid on each
other.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from release.redline import laying, pages, raster, words, zones
from release.redline.raster import AS_DRAWN, Picture, Shift
from release.redline.shown import MM, Sheet, sheet, write_png
from release.redline.words import Word
from vault.reading import pdf

DPI: Final = 150
COARSE_DPI: Final = 72
PIXELS: Final = 36_000_000  # an A0 sheet at 150 dpi
MOST_PAGES: Final = 100
MOST_CHANGES: Final = 200
MOST_PLACES: Final = 60
CLOSEMM: Final = 1.5
_LOOK: Final = 16  # fields a side by which a sheet is recognised

Json = dict[str, Any]


def survey(before: str, after: str, name: str) -> Json:
    """Return how the pages of two PDFs belong together; an empty path is a file that is not there.

    ``alike`` is a pair of equal words and equal points at ``COARSE_DPI``, which is not compared yet.

    ``cut`` is how many pages were not looked at, because a document has more than ``MOST_PAGES``.
    """
    every: list[list[_Seen]] = []
    cut = 0
    for path in (before, after):
        seen: list[_Seen] = []
        if path:
            with pdf.opened(path, name) as document, pdf.explained(name):
                cut = max(cut, document.page_count - MOST_PAGES)
                pages_seen = range(1, min(document.page_count, MOST_PAGES) + 1)
                seen += [_seen(sheet(document, page)) for page in pages_seen]
        every.append(seen)
    matches = []
    for one in pages.match([page.look for page in every[0]], [page.look for page in every[1]]):
        old = every[0][one.before - 1] if one.before else None
        now = every[1][one.after - 1] if one.after else None
        matches.append({
            "before": one.before, "after": one.after,
            "size_before": old.size if old else None, "size_after": now.size if now else None,
            "alike": bool(old and now and old.picture == now.picture),
        })  # fmt: skip
    return {"pages": matches, "cut": max(cut, 0)}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page as a survey sees it; ``picture`` is a digest of its points at ``COARSE_DPI``."""

    look: pages.Look
    size: list[float]
    picture: bytes


def _seen(one: Sheet) -> _Seen:
    side = _LOOK * 8
    ink = 255 - one.picture((side, side), side / max(one.width, one.height, 1)).astype(np.uint16)
    coarse = ink.reshape(_LOOK, 8, _LOOK, 8).mean(axis=(1, 3))
    fields = (coarse * (255 / (float(coarse.max()) or 1.0))).astype(np.uint8)
    said = [word.text for word in one.words()]
    zoom = min(COARSE_DPI / 72, 2000 / max(one.width, one.height, 1))
    shape = (max(1, math.ceil(one.height * zoom)), max(1, math.ceil(one.width * zoom)))
    picture = hashlib.sha256(one.picture(shape, zoom).tobytes() + repr((shape, said)).encode())
    return _Seen(
        pages.Look(frozenset(said), fields.tobytes()),
        [round(one.width / MM, 1), round(one.height / MM, 1)], picture.digest(),
    )  # fmt: skip


def compare(
    before: str, after: str, page_before: int, page_after: int, folder: str, name: str
) -> Json:
    """Compare two pages, counted from 1, and write ``before``, ``after`` and ``changes.png``.

    Page 0 is a page that is not there: everything on the other one went, or came.
    """
    with ExitStack() as open_files:
        old = _opened(open_files, before, page_before, name)
        now = _opened(open_files, after, page_after, name)
        with pdf.explained(name):
            frame = now or old
            if frame is None:
                raise ValueError("no page on either side")
            return _compared(old, now, frame, Path(folder))


def _opened(open_files: ExitStack, path: str, page: int, name: str) -> Sheet | None:
    if not page:
        return None
    document = open_files.enter_context(pdf.opened(path, name))
    with pdf.explained(name):
        return sheet(document, page)


def _compared(old: Sheet | None, now: Sheet | None, frame: Sheet, folder: Path) -> Json:
    dpi = _dpi(frame)
    zoom = dpi / 72
    shape = (max(1, math.ceil(frame.height * zoom)), max(1, math.ceil(frame.width * zoom)))
    empty: Picture = np.full(shape, 255, np.uint8)
    after = now.picture(shape, zoom) if now else empty
    if old and now:
        laid = laying.lay(old, now, after, zoom)
        before, shift, went, came = laid.before, laid.shift, laid.went, laid.came
    else:
        before, shift = old.picture(shape, zoom) if old else empty, AS_DRAWN
        went, came = raster.differences(before, after)
    equal = bool(old and now and shift == AS_DRAWN and np.array_equal(before, after))
    both, colours = raster.overlay(before, after, went, came)
    write_png(folder / "before.png", before)
    write_png(folder / "after.png", after)
    write_png(folder / "changes.png", both, colours)
    was = old.words(shift) if old else []
    is_now = now.words() if now else []
    said = words.changes(was, is_now) if old and now else []
    grid = zones.of_sheet(is_now or was, frame.width / MM, frame.height / MM)
    found, more = _changes(said, went, came, grid, dpi) if old and now else ([], 0)
    return {
        "dpi": dpi, "width": shape[1], "height": shape[0],
        "equal": equal, "text_equal": not said, "has_text": bool(was or is_now),
        "shift": {"scale": shift.scale, "right": shift.right, "down": shift.down},
        "printed_zones": grid.printed, "changes": found, "more": more,
    }  # fmt: skip


def _dpi(frame: Sheet) -> int:
    area = max(frame.width * frame.height, 1) / 72 / 72
    longest = max(frame.width, frame.height, 1) / 72
    return max(10, min(DPI, int(math.sqrt(PIXELS / area)), int(16_000 / longest)))


# --- what changed, told ------------------------------------------------------


def _changes(
    said: Sequence[words.Change], went: raster.Mask, came: raster.Mask, grid: zones.Grid, dpi: int
) -> tuple[list[Json], int]:
    """Return changed words first, then the places where lines changed, each with its zone."""
    unit = dpi / 25.4
    found = []
    for one in said:
        for box in one.boxes:
            pad = 0.4
            raster.blank(went, _points(box, unit, pad))
            raster.blank(came, _points(box, unit, pad))
        found.append(_told(one, grid))
    near = max(4, round(CLOSEMM * unit))
    places, more = raster.regions(went, came, near, MOST_PLACES)
    for place in places:
        sides = [place.x0 / unit, place.y0 / unit, place.x1 / unit, place.y1 / unit]
        kind = "removed" if not place.came else "added" if not place.went else "changed"
        found.append(
            {"kind": "lines", "what": kind, "before": "", "after": "",
             "box": [round(side, 1) for side in sides],
             "zone": grid.name((sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2)}
        )  # fmt: skip
    return found[:MOST_CHANGES], more + max(0, len(found) - MOST_CHANGES)


def _points(box: Word, unit: float, pad: float) -> tuple[float, float, float, float]:
    return ((box.x0 - pad) * unit, (box.y0 - pad) * unit,
            (box.x1 + pad) * unit, (box.y1 + pad) * unit)  # fmt: skip


def _told(one: words.Change, grid: zones.Grid) -> Json:
    box = one.boxes[0]
    for other in one.boxes[1:]:
        box = replace(box.joined(other), text=box.text)
    what = "changed" if len(one.boxes) > 1 else "removed" if one.before else "added"
    return {
        "kind": one.kind, "what": "moved" if one.kind == "moved" else what,
        "before": one.before.text if one.before else "",
        "after": one.after.text if one.after else "",
        "box": [round(side, 1) for side in (box.x0, box.y0, box.x1, box.y1)],
        "zone": grid.name(*one.place),
    }  # fmt: skip


def crop(
    before: str, after: str, page_before: int, page_after: int, shift: Json, box: Sequence[float],
    out: str, name: str,
) -> Json:  # fmt: skip
    """Write a part of two pages as one picture, in colours; the box is in millimetres.

    Small parts are drawn larger, so that a dimension can be read on its own.
    """
    with ExitStack() as open_files:
        old = _opened(open_files, before, page_before, name)
        now = _opened(open_files, after, page_after, name)
        with pdf.explained(name):
            left, top, right, bottom = box
            wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
            zoom = min(300 / 25.4, 900 / max(wide, high)) / MM
            shape = (math.ceil(high * MM * zoom), math.ceil(wide * MM * zoom))
            corner = Shift(1.0, -left * MM, -top * MM)
            laid = Shift(shift["scale"], shift["right"] + corner.right, shift["down"] + corner.down)
            empty: Picture = np.full(shape, 255, np.uint8)
            was = old.picture(shape, zoom, laid) if old else empty
            is_now = now.picture(shape, zoom, corner) if now else empty
            both, colours = raster.overlay(was, is_now, *raster.differences(was, is_now))
            write_png(Path(out), both, colours)
            return {"width": shape[1], "height": shape[0], "pair": asdict(laid)}
