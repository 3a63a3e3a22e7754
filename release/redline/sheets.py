# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets of two PDFs looked at, laid on each other and compared: tasks of the worker process.

Every length that leaves this module is in millimetres from the upper left corner of the sheet as
it is now, and every picture of a pair has the size of that sheet, so that they can be laid on each
other.
"""

from __future__ import annotations

import hashlib
import math
import struct
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pymupdf

from release.redline import pages, raster, words, zones
from release.redline.raster import Picture, Shift
from release.redline.words import Word
from vault.reading import pdf

DPI: Final = 150
COARSE_DPI: Final = 72
PIXELS: Final = 36_000_000  # an A0 sheet at 150 dpi
MOST_PAGES: Final = 100
MOST_WORDS: Final = 20_000
MOST_CHANGES: Final = 200
MOST_PLACES: Final = 60
SIDEWAYS: Final = 0.0005  # the size of a sheet plotted anew is found to about this
CLOSE_MM: Final = 1.5
_LOOK: Final = 16  # fields a side by which a sheet is recognised
_MM: Final = 72 / 25.4
_AS_DRAWN: Final = Shift(1.0, 0.0, 0.0)
_FLAGS: Final = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that was interpreted once: how it is drawn, and its size in points as seen."""

    shown: Any
    width: float
    height: float

    def picture(self, shape: tuple[int, int], zoom: float, shift: Shift = _AS_DRAWN) -> Picture:
        """Return it as grey points of a picture of this shape, shifted by points of the sheet."""
        matrix = pymupdf.Matrix(
            zoom * shift.scale, 0, 0, zoom * shift.scale, zoom * shift.right, zoom * shift.down
        )
        drawn = self.shown.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=0)
        points = np.frombuffer(bytes(drawn.samples_mv), np.uint8)
        points = points.reshape(drawn.height, drawn.stride)[:, : drawn.width]
        whole = np.full(shape, 255, np.uint8)
        left, top = max(drawn.x, 0), max(drawn.y, 0)
        right, low = min(drawn.x + drawn.width, shape[1]), min(drawn.y + drawn.height, shape[0])
        if right > left and low > top:
            whole[top:low, left:right] = points[
                top - drawn.y : low - drawn.y, left - drawn.x : right - drawn.x
            ]
        return whole

    def words(self, shift: Shift = _AS_DRAWN) -> list[Word]:
        """Return its words in millimetres, shifted by points of the sheet."""
        text = pymupdf.TextPage(self.shown.get_textpage(flags=_FLAGS)).extractWORDS()
        return [
            Word(
                " ".join(sign for sign in said.split() if sign.isprintable())[:200],
                (x0 * shift.scale + shift.right) / _MM, (y0 * shift.scale + shift.down) / _MM,
                (x1 * shift.scale + shift.right) / _MM, (y1 * shift.scale + shift.down) / _MM,
                block * 10_000 + line,
            )
            for x0, y0, x1, y1, said, block, line, _place in text[:MOST_WORDS]
            if said.strip()
        ]  # fmt: skip


def sheet(document: Any, page: int) -> Sheet:
    """Interpret a page, counted from 1; raises UnreadableFile through ``pdf.explained``."""
    found = document.load_page(page - 1)
    return Sheet(found.get_displaylist(), float(found.rect.width), float(found.rect.height))


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
        [round(one.width / _MM, 1), round(one.height / _MM, 1)], picture.digest(),
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
    before, shift = (
        _laid(old, after, now, shape, zoom) if old and now
        else (old.picture(shape, zoom) if old else empty, _AS_DRAWN)
    )  # fmt: skip
    equal = bool(old and now and shift == _AS_DRAWN and np.array_equal(before, after))
    went, came = raster.differences(before, after)
    both, colours = raster.overlay(before, after, went, came)
    write_png(folder / "before.png", before)
    write_png(folder / "after.png", after)
    write_png(folder / "changes.png", both, colours)
    was = old.words(shift) if old else []
    is_now = now.words() if now else []
    said = words.changes(was, is_now) if old and now else []
    grid = zones.of_sheet(is_now or was, frame.width / _MM, frame.height / _MM)
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


# --- laying the sheet before on the sheet now --------------------------------


def _laid(
    old: Sheet, after: Picture, now: Sheet, shape: tuple[int, int], zoom: float
) -> tuple[Picture, Shift]:
    """Return the picture before where it explains the picture after best, and how it was laid.

    The sheet as it was drawn stands unless another way leaves a third less unexplained.
    """
    before = old.picture(shape, zoom)
    same_size = abs(old.width - now.width) < 1 and abs(old.height - now.height) < 1
    apart = raster.unlike(before, after)
    if apart <= (0.02 if same_size else 0.0):
        return before, _AS_DRAWN
    best, least = _AS_DRAWN, apart * 0.67
    for scale in _scales(old, now, before, after):
        shift = _moved(old, after, shape, zoom, scale)
        left = raster.unlike(old.picture(shape, zoom, shift), after)
        if left < least:
            best, least = shift, left
    if best == _AS_DRAWN:
        return before, best
    if best.scale != 1.0:
        best = _refined(old, after, shape, zoom, best, least)
    return old.picture(shape, zoom, best), best


def _scales(old: Sheet, now: Sheet, before: Picture, after: Picture) -> list[float]:
    """Return the scales worth trying: none, that of the paper, that of the drawn frame."""
    found = [1.0]
    across, down = now.width / old.width, now.height / old.height
    if abs(across / down - 1) < 0.02:
        found.append(across)
    was, is_now = raster.extent(before), raster.extent(after)
    if was and is_now:
        across = (is_now[2] - is_now[0]) / (was[2] - was[0])
        down = (is_now[3] - is_now[1]) / (was[3] - was[1])
        if abs(across / down - 1) < 0.01:
            found.append((across + down) / 2)
    kept: list[float] = []
    for scale in found:
        if 0.2 < scale < 5 and all(abs(scale - other) > SIDEWAYS / 2 for other in kept):
            kept.append(scale)
    return kept


def _moved(old: Sheet, after: Picture, shape: tuple[int, int], zoom: float, scale: float) -> Shift:
    """Return the movement at a scale, found on pictures of half the size where they are large."""
    step = 2 if shape[0] * shape[1] > 2_000_000 else 1
    rows, columns = shape[0] // step, shape[1] // step
    small = after[: rows * step, : columns * step].reshape(rows, step, columns, step)
    coarse: Picture = small.mean(axis=(1, 3)).astype(np.uint8) if step > 1 else after
    scaled = Shift(scale, 0.0, 0.0)
    before = old.picture((rows, columns), zoom / step, scaled)
    right, down = raster.moved(before, coarse[:rows, :columns])
    unit = step / zoom
    snapped = [0.0 if abs(by) < 0.3 / step else by * unit for by in (right, down)]
    return Shift(scale, snapped[0], snapped[1])


def _refined(
    old: Sheet, after: Picture, shape: tuple[int, int], zoom: float, found: Shift, least: float
) -> Shift:
    """Try scales a hair larger and smaller; a sheet plotted anew has no round one."""
    best = found
    for by in (-SIDEWAYS, SIDEWAYS):
        near = _moved(old, after, shape, zoom, found.scale * (1 + by))
        left = raster.unlike(old.picture(shape, zoom, near), after)
        if left < least:
            best, least = near, left
    return best


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
    near = max(4, round(CLOSE_MM * unit))
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
            zoom = min(300 / 25.4, 900 / max(wide, high)) / _MM
            shape = (math.ceil(high * _MM * zoom), math.ceil(wide * _MM * zoom))
            corner = Shift(1.0, -left * _MM, -top * _MM)
            laid = Shift(shift["scale"], shift["right"] + corner.right, shift["down"] + corner.down)
            empty: Picture = np.full(shape, 255, np.uint8)
            was = old.picture(shape, zoom, laid) if old else empty
            is_now = now.picture(shape, zoom, corner) if now else empty
            both, colours = raster.overlay(was, is_now, *raster.differences(was, is_now))
            write_png(Path(out), both, colours)
            return {"width": shape[1], "height": shape[0], "pair": asdict(laid)}


def write_png(out: Path, picture: Picture, colours: bytes = b"") -> None:
    """Write grey or palette points as PNG (ISO/IEC 15948), deflated lightly."""
    high, wide = picture.shape
    rows = np.zeros((high, wide + 1), np.uint8)  # each row starts with the filter type 0
    rows[:, 1:] = picture
    header = struct.pack(">IIBBBBB", wide, high, 8, 3 if colours else 0, 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if colours:
        chunks.append((b"PLTE", colours))
    chunks += [(b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b"")]
    out.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )
