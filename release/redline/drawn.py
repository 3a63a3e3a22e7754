# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two DXF drawings drawn as PDFs of one size, and their entities compared: a worker task.

Both are drawn by ezdxf into one frame, the box around both, so that equal coordinates lie on each
other whatever else is on the sheets.  Texts are set by us in Helvetica at the width the drawing
gives them: no font file of the machine is read, so that every machine draws the same, and the words
can be compared like those of any PDF.  Nothing a drawing refers to is opened.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pymupdf

from vault.errors import UnreadableFile

# While it is imported, ezdxf looks for a list of the machine's fonts: it is shown one name, which
# is enough: no font is opened, see _Lettering.
_cache = os.environ.get("XDG_CACHE_HOME")
with tempfile.TemporaryDirectory() as _place:
    (Path(_place) / "ezdxf").mkdir()
    _list = {"version": 2, "font-faces": [["Arial.ttf", "Arial", "Regular", 400, 5]]}
    (Path(_place) / "ezdxf" / "font_manager_cache.json").write_text(json.dumps(_list), "utf-8")
    os.environ["XDG_CACHE_HOME"] = _place
    from ezdxf import filemanagement, recover
    from ezdxf.addons.drawing import config as drawing
    from ezdxf.addons.drawing import layout, pipeline
    from ezdxf.addons.drawing import pymupdf as onto_pdf
    from ezdxf.addons.drawing.frontend import UniversalFrontend
    from ezdxf.addons.drawing.properties import RenderContext
    from ezdxf.fonts import fonts
    from ezdxf.lldxf.tagwriter import TagCollector
    from ezdxf.math import BoundingBox2d, Matrix44, Vec2
if _cache is None:
    del os.environ["XDG_CACHE_HOME"]
else:
    os.environ["XDG_CACHE_HOME"] = _cache

MARGIN_MM: Final = 10.0
SMALLEST_MM, LARGEST_MM = 150.0, 1100.0
SCALES: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
"""The scales of ISO 5455."""
UNITS: Final = {0: ("millimetres, which the file does not say", 1.0), 1: ("inches", 25.4),
                2: ("feet", 304.8), 4: ("millimetres", 1.0), 5: ("centimetres", 10.0),
                6: ("metres", 1000.0)}  # fmt: skip
MOST_ENTITIES: Final = 200_000
_CAP: Final = 0.718  # height of Helvetica's capitals, of its size
_UNTOLD: Final = frozenset({5, 100, 102, 105, 310, 330, 340, 350, 360})
"""Group codes that differ without a difference: handles, owners, reactors, previews."""
_MM: Final = 72 / 25.4
_HELVETICA: Final = pymupdf.Font("helv")

Json = dict[str, Any]


class _Lettering(fonts.MonospaceFont):
    """Measures as Helvetica does, which is what texts are set in."""

    def text_width_ex(self, text: str, cap_height: float, width_factor: float = 1.0) -> float:
        """Return the width of a line in drawing units."""
        width = float(_HELVETICA.text_length(_plain(text), fontsize=cap_height / _CAP))
        return width * abs(width_factor)

    def space_width(self) -> float:
        """Return the width of a blank."""
        return self.text_width(" ")


def _lettering(font_name: str, cap_height: float, width_factor: float = 1.0) -> fonts.AbstractFont:
    del font_name  # whatever the drawing asks for
    return _Lettering(cap_height, width_factor)


fonts.make_font = _lettering


@dataclass(frozen=True, slots=True)
class _Text:
    """A line of text, and where the drawing puts it: drawing units to sheet by a matrix."""

    said: str
    transform: Matrix44
    cap_height: float


class _Pipeline(pipeline.RenderPipeline2d):
    """Draws everything but texts, which it keeps."""

    def __init__(self, backend: Any) -> None:
        super().__init__(backend)
        self.texts: list[_Text] = []

    def draw_text(
        self, text: str, transform: Matrix44, properties: Any, cap_height: float,
        dxftype: str = "TEXT",
    ) -> None:  # fmt: skip
        """Keep a line of text with its place."""
        said = _plain(pipeline.prepare_string_for_rendering(text, dxftype))
        if said.strip() and properties.is_visible:
            self.texts.append(_Text(said, transform.copy(), cap_height))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A drawing that was read and drawn, before it is put on a sheet."""

    document: Any
    backend: Any
    texts: list[_Text]
    box: BoundingBox2d


def both(before: str, after: str, folder: str, name: str) -> Json:
    """Write ``before.pdf`` and ``after.pdf`` into a folder; an empty path is a file not there.

    Returns the scale, the units, layouts that were not drawn, and entities that went or came by
    layer and kind.

    Raises:
        UnreadableFile: one of them is no DXF, is damaged, or has nothing that can be drawn.
    """
    read = {"before": _read(before, name), "after": _read(after, name)}
    there = {side: one for side, one in read.items() if one is not None}
    box = BoundingBox2d(corner for one in there.values() if one.box.has_data for corner in one.box)
    if not box.has_data:
        raise UnreadableFile(name=name, reason="there is nothing in its model space to be drawn")
    latest = list(there.values())[-1]
    told, unit = UNITS.get(latest.document.units, UNITS[0])
    scale = _scale(max(box.size) * unit)
    for side, one in there.items():
        _put(one, box, unit * scale * _MM, Path(folder) / f"{side}.pdf")
    kinds = {side: _entities(one.document) for side, one in there.items()}
    return {
        "scale": f"{scale:g}:1" if scale >= 1 else f"1:{1 / scale:g}",
        "units": told,
        "layouts": sorted(
            {one.name for side in there.values() for one in side.document.layouts
             if one.name != "Model" and any(e.dxftype() != "VIEWPORT" for e in one)}
        ),
        "entities": _compared(kinds.get("before", Counter()), kinds.get("after", Counter())),
        "count": sum(kinds.get("after", Counter()).values()),
    }  # fmt: skip


def _read(path: str, name: str) -> _Drawing | None:
    if not path:
        return None
    try:
        document = _document(path)
        if len(document.modelspace()) > MOST_ENTITIES:
            reason = f"it has more than {MOST_ENTITIES} entities"
            raise UnreadableFile(name=name, reason=reason)
        return _drawn(document)
    except (UnreadableFile, MemoryError):
        raise
    except Exception as fault:  # the reader of a foreign format fails in more ways than it tells
        raise UnreadableFile(name=name, reason="it is no DXF, or is damaged") from fault


def _document(path: str) -> Any:
    if Path(path).read_bytes()[:22].startswith(b"AutoCAD Binary DXF"):
        return filemanagement.readfile(path)
    document, _auditor = recover.readfile(path)
    return document


def _drawn(document: Any) -> _Drawing:
    backend = onto_pdf.PyMuPdfBackend()
    kept = _Pipeline(backend)
    settings = drawing.Configuration(
        background_policy=drawing.BackgroundPolicy.WHITE,
        color_policy=drawing.ColorPolicy.BLACK,
        image_policy=drawing.ImagePolicy.RECT,  # a picture is a path to any file of this machine
    )
    space = document.modelspace()
    UniversalFrontend(RenderContext(document), kept, config=settings).draw_layout(space)
    player = backend.player()
    box = BoundingBox2d(player.bbox())
    box.extend(point for text in kept.texts for point in _corners(text))
    return _Drawing(document, backend, kept.texts, box)


def _corners(text: _Text) -> list[Vec2]:
    width = _HELVETICA.text_length(text.said, fontsize=text.cap_height / _CAP)
    return [Vec2(text.transform.transform(point))
            for point in ((0, 0, 0), (width, text.cap_height, 0))]  # fmt: skip


def _scale(longest: float) -> float:
    """Return the scale at which the longest side, in millimetres, suits a sheet."""
    if SMALLEST_MM <= longest <= LARGEST_MM:
        return 1
    fitting = [scale for scale in SCALES if longest * scale <= LARGEST_MM]
    large = [scale for scale in fitting if longest * scale >= SMALLEST_MM]
    return large[0] if large else fitting[-1] if fitting else LARGEST_MM / longest


def _put(one: _Drawing, box: BoundingBox2d, points: float, out: Path) -> None:
    """Write a drawing as a PDF whose sheet is the box and a margin; points are of one unit."""
    margin = MARGIN_MM * _MM
    wide, high = box.size.x * points + 2 * margin, box.size.y * points + 2 * margin
    page = layout.Page(math.ceil(wide) / _MM + 0.01, math.ceil(high) / _MM + 0.01)
    place = Matrix44.chain(
        Matrix44.translate(-box.extmin.x, -box.extmax.y, 0),
        Matrix44.scale(points, -points, 1),
        Matrix44.translate(margin, margin, 0),
    )
    player = one.backend.player()
    player.transform(place)
    sheet = onto_pdf.PyMuPdfRenderBackend(page, layout.Settings())
    player.replay(sheet)
    for text in one.texts:
        _set(sheet.page, text, place)
    sheet.doc.set_metadata({})
    sheet.doc.save(out, garbage=1, no_new_id=True, deflate=True)


def _set(page: Any, text: _Text, place: Matrix44) -> None:
    """Set a line of text where the drawing has it, turned and stretched as it is there."""
    whole = text.transform @ place
    start, right, up = (Vec2(whole.transform(point)) for point in ((0, 0, 0), (1, 0, 0), (0, 1, 0)))
    across, upward = right - start, up - start
    size = text.cap_height / _CAP
    if not 0.05 < size * upward.magnitude < 5000 or across.magnitude < 1e-9:
        return
    turned = pymupdf.Matrix(across.x, across.y, -upward.x, -upward.y, 0, 0)
    origin = pymupdf.Point(start.x, start.y)
    writer = pymupdf.TextWriter(page.rect)
    writer.append(origin, text.said, font=_HELVETICA, fontsize=size)
    writer.write_text(page, morph=(origin, turned))


def _plain(text: str) -> str:
    return text.replace("⌀", "Ø").replace("\t", " ")


# --- entities ----------------------------------------------------------------


def _entities(document: Any) -> Counter[tuple[str, str, str]]:
    """Count the entities of the model space by layer, kind, and all they say but their handles."""
    blocks = {
        block.name: hash(tuple(_told(entity) for entity in block))
        for block in document.blocks if not block.name.startswith("*")
    }  # fmt: skip
    counted: Counter[tuple[str, str, str]] = Counter()
    for entity in document.modelspace():
        said = _told(entity)
        if entity.dxftype() == "INSERT":
            said += f"|{blocks.get(entity.dxf.name, 0)}"
        counted[entity.dxf.get("layer", "0"), entity.dxftype(), said] += 1
    return counted


def _told(entity: Any) -> str:
    """Return what an entity says, numbers to a millionth, without names made up by programs."""
    made_up = {2} if entity.dxftype() in {"DIMENSION", "ACAD_TABLE"} else set()
    parts = []
    for code, value in TagCollector.dxftags(entity):
        if code in _UNTOLD or code in made_up or code >= 1000:
            continue
        number = isinstance(value, float)
        parts.append(f"{code}={round(value, 6) + 0.0:.6g}" if number else f"{code}={value}")
    return "|".join(parts)


def _compared(
    before: Counter[tuple[str, str, str]], after: Counter[tuple[str, str, str]]
) -> list[Json]:
    """Return for each layer and kind how many entities went and came, where any did."""
    went: Counter[tuple[str, str]] = Counter()
    came: Counter[tuple[str, str]] = Counter()
    for (layer, kind, _said), count in (before - after).items():
        went[layer, kind] += count
    for (layer, kind, _said), count in (after - before).items():
        came[layer, kind] += count
    return [
        {"layer": layer, "kind": kind, "removed": went[layer, kind], "added": came[layer, kind]}
        for layer, kind in sorted(went.keys() | came.keys())
    ]
