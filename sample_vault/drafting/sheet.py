# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blank sheets: trimmed sizes, border, zones and centring marks (ISO 5457), title block (ISO 7200)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_vault.drafting.canvas import FINE, FRAME, NARROW, WIDE, Canvas
from sample_vault.drafting.font import lettering
from sample_vault.drafting.pdf import Document
from sample_vault.drafting.symbols import edge_symbol, projection_symbol, surface

LEGAL_OWNER = "Fernhill Motion Works"
SIZES = {
    "A4": (210.0, 297.0),
    "A3": (420.0, 297.0),
    "A2": (594.0, 420.0),
    "A1": (841.0, 594.0),
    "ANSI B": (431.8, 279.4),
}
_ZONES = {"A4": (4, 6), "A3": (8, 6), "A2": (12, 8), "A1": (16, 12), "ANSI B": (8, 6)}
_LETTERS = "ABCDEFGHJKLMNPRTUVWY"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the revision table (ASME Y14.35): letter, zone, what changed, day and people."""

    rev: str
    zone: str
    what: str
    date: str
    by: str
    approved: str


@dataclass(frozen=True, slots=True)
class Title:
    """What the title block says; the field names are those of ISO 7200."""

    number: str
    title: str
    kind: str
    history: tuple[Change, ...]
    extra: str = ""
    material: str = "-"
    finish: str = "-"
    mass: str = "-"
    scale: str = "1:1"
    projection: str = "first"
    tolerance: str = "ISO 2768-mK"
    edges: str = "ISO 13715"
    roughness: str = "Ra 3.2"
    units: str = "mm"
    reference: str = "-"
    department: str = "Engineering"

    @property
    def revision(self) -> Change:
        """The newest line of the revision table: what this drawing is."""
        return self.history[-1]


@dataclass(slots=True)
class Drawing:
    """A document of one or more sheets about one item at one revision."""

    title: Title
    document: Document = field(init=False)
    canvases: list[Canvas] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Open an empty document dated with the newest change."""
        t = self.title
        name = f"{t.number} {t.revision.rev} {t.title}"
        self.document = Document(lettering(), name, LEGAL_OWNER, t.revision.date)

    def sheet(self, size: str, n: int = 1, of: int = 1, turned: bool = False) -> Canvas:
        """Add a sheet with border, title block and (on the first) the revision table."""
        width, height = SIZES[size]
        page = self.document.page(width, height, turned)
        canvas = Canvas(self.document, page, self.title.units)
        self.canvases.append(canvas)
        _border(canvas, size)
        _title_block(canvas, self.title, size, n, of)
        if n == 1:
            _revision_table(canvas, self.title, size)
        return canvas

    def write(self) -> bytes:
        """The finished PDF."""
        return self.document.write()


def _border(c: Canvas, size: str) -> None:
    """Frame 20 mm from the filing edge and 10 mm from the others, with zones and centring marks."""
    w, h = c.page.width, c.page.height
    left, low, right, high = 20.0, 10.0, w - 10, h - 10
    c.box(left, low, right - left, high - low, FRAME)
    c.box(left - 5, low - 5, right - left + 10, high - low + 10, FINE)
    columns, rows = _ZONES[size]
    for i in range(columns):
        a, b = (left + (right - left) * k / columns for k in (i, i + 1))
        for y, edge in ((low - 5, low), (high, high + 5)):
            c.text((a + b) / 2, y + 1.6, str(i + 1), 1.8, "centre")
            if i:
                c.line(a, y, a, y + (edge - y if edge > y else 5), FINE)
    for i in range(rows):
        a, b = (high - (high - low) * k / rows for k in (i, i + 1))
        for x in (left - 5, right):
            c.text(x + 2.5, (a + b) / 2 - 0.9, _LETTERS[i], 1.8, "centre")
            if i:
                c.line(x, a, x + 5, a, FINE)
    for x, y, dx, dy in (
        (w / 2, low - 5, 0, 5),
        (w / 2, high + 5, 0, -5),
        (left - 5, h / 2, 10, 0),
        (right + 5, h / 2, -10, 0),
    ):
        c.line(x, y, x + dx, y + dy, FRAME)


def _cell(
    c: Canvas, x: float, y: float, w: float, h: float, label: str, value: str, big: float = 2.5
) -> None:
    """One field of the title block: small label above, value below, narrowed until it fits."""
    c.box(x, y, w, h, NARROW)
    c.text(x + 1, y + h - 2.6, label, 1.5)
    while big > 1.8 and c.width(value, big) > w - 2.4:
        big -= 0.1
    c.text(x + 1.4, y + 1.7, value, big)


def _title_block(c: Canvas, t: Title, size: str, n: int, of: int) -> None:
    """The block of ISO 7200, 180 mm wide, in the lower right corner of the frame."""
    x, y = c.page.width - 190, 10.0
    rev = t.revision
    general = t.tolerance
    _cell(c, x, y + 45, 62, 9, "Material", t.material)
    _cell(c, x + 62, y + 45, 58, 9, "Surface treatment", t.finish)
    _cell(c, x + 120, y + 45, 22, 9, "Mass", t.mass)
    _cell(c, x + 142, y + 45, 38, 9, "Method of projection", "")
    projection_symbol(c, x + 170, y + 48.2, t.projection)
    _cell(c, x, y + 36, 62, 9, "General tolerances unless stated", general)
    _cell(c, x + 62, y + 36, 34, 9, "Edges", t.edges)
    if t.edges.startswith("ISO"):
        edge_symbol(c, x + 86, y + 38.2)
    _cell(c, x + 96, y + 36, 24, 9, "Surface", "")
    if t.roughness != "-":
        surface(c, x + 108, y + 36.6, t.roughness, 1.8)
    _cell(c, x + 120, y + 36, 22, 9, "Scale", t.scale)
    _cell(c, x + 142, y + 36, 19, 9, "Units", t.units)
    _cell(c, x + 161, y + 36, 19, 9, "Paper size", size)
    _cell(c, x, y + 27, 34, 9, "Responsible department", t.department)
    _cell(c, x + 34, y + 27, 40, 9, "Technical reference", t.reference)
    _cell(c, x + 74, y + 27, 34, 9, "Creator", rev.by)
    _cell(c, x + 108, y + 27, 34, 9, "Approval person", rev.approved)
    _cell(c, x + 142, y + 27, 38, 9, "Classification", "Internal")
    c.box(x, y, 52, 27, NARROW)
    c.text(x + 1, y + 24.4, "Legal owner", 1.5)
    _mark(c, x + 26, y + 15.5)
    c.text(x + 26, y + 3.2, LEGAL_OWNER, 2.8, "centre")
    _cell(c, x + 52, y + 18, 66, 9, "Document type", t.kind)
    c.box(x + 52, y, 66, 18, NARROW)
    c.text(x + 53, y + 15.4, "Title, supplementary title", 1.5)
    big = 4.0
    while c.width(t.title, big) > 63:
        big -= 0.1
    c.text(x + 53.6, y + 8.4, t.title, big)
    c.text(x + 53.6, y + 2.4, t.extra, 2.5)
    _cell(c, x + 118, y + 18, 44, 9, "Identification number", t.number, 3.8)
    _cell(c, x + 162, y + 18, 18, 9, "Rev", rev.rev, 3.8)
    _cell(c, x + 118, y + 9, 44, 9, "Date of issue", rev.date)
    _cell(c, x + 162, y + 9, 18, 9, "Lang.", "en")
    _cell(c, x + 118, y, 44, 9, "Sheet", f"{n} / {of}")
    _cell(c, x + 162, y, 18, 9, "Segment", "-")
    c.box(x, y, 180, 54, WIDE)


def _mark(c: Canvas, x: float, y: float) -> None:
    """The sign of the invented company: a fern of five strokes over a rail."""
    c.line(x - 12, y - 5, x + 12, y - 5, WIDE)
    c.line(x, y - 5, x, y + 6, WIDE)
    for rise, reach in ((-2.5, 8.0), (0.5, 6.0), (3.5, 3.5)):
        for side in (-1, 1):
            c.line(x, y + rise, x + side * reach, y + rise + reach * 0.55, NARROW)


def _revision_table(c: Canvas, t: Title, size: str) -> None:
    """The revision history in the upper right corner, newest at the bottom."""
    columns = [("Rev", 9.0), ("Zone", 11.0), ("Description", 72.0), ("Date", 22.0)]
    columns += [("By", 18.0), ("Approved", 18.0)]
    total = sum(w for _, w in columns)
    x0, y = c.page.width - 10 - total, c.page.height - 10
    rows = [tuple(name for name, _ in columns)]
    rows += [(r.rev, r.zone, r.what, r.date, r.by, r.approved) for r in t.history]
    for i, row in enumerate(rows):
        x = x0
        for (_, w), value in zip(columns, row, strict=True):
            c.box(x, y - 6, w, 6, NARROW)
            tall = 1.8 if i == 0 else 2.2
            while tall > 1.5 and c.width(value, tall) > w - 1.6:
                tall -= 0.05
            c.text(x + 0.9, y - 4.2, value, tall)
            x += w
        y -= 6
    c.box(x0, y, total, c.page.height - 10 - y, WIDE)
