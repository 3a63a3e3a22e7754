# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every drawing starts with: its title block from the register and its views from the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sample_vault.drafting.canvas import NARROW, Canvas
from sample_vault.drafting.geometry import Projections, projections
from sample_vault.drafting.sheet import Drawing, Title
from sample_vault.drafting.view import View
from sample_vault.register import Entry, register

DENSITIES = {
    "EN AW": 2.7, "1.": 7.85, "DC01": 7.85, "42Cr": 7.85, "100Cr": 7.85, "Cf53": 7.85,
    "S355": 7.85, "AISI": 7.85, "6061": 2.7, "C45": 7.85, "11SMn": 7.85, "16Mn": 7.85,
}  # fmt: skip


@dataclass(slots=True)
class Job:
    """One drawing in the making: the register's entry, the revision, the views, the sheets."""

    entry: Entry
    rev: str
    drawing: Drawing
    scale: float = 1.0
    canvas: Canvas = field(init=False)

    @property
    def shown(self) -> Projections:
        """The views of the model at this revision."""
        return projections(self.entry.number, self.rev)

    def sheet(self, size: str, n: int = 1, of: int = 1, turned: bool = False) -> Canvas:
        """Start a sheet and make it the one that views go to."""
        self.canvas = self.drawing.sheet(size, n, of, turned)
        return self.canvas

    def view(
        self,
        name: str,
        x: float,
        y: float,
        scale: float = 0,
        hidden: bool = True,
        hatch: float = 2.5,
    ) -> View:
        """Place a view with the model's origin at x, y of the paper, and draw it."""
        found = View(self.canvas, self.shown.views[name], (x, y), scale or self.scale)
        found.draw(hidden, hatch)
        return found

    def picture(self, name: str, x: float, y: float, w: float, h: float) -> View:
        """Fit a pictorial view into a box of the paper, at most at the scale of the sheet."""
        left, low, right, high = self.shown.views[name].box()
        room = min(w / (right - left), h / (high - low))
        scale = max(s for s in (2, 1.5, 1, 0.75, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.1) if s <= room)
        scale = min(scale, max(self.scale, 0.25))
        at_x = x + w / 2 - (left + right) / 2 * scale
        return self.view(name, at_x, y + h / 2 - (low + high) / 2 * scale, scale, hidden=False)

    def notes(self, x: float, y: float, *lines: str, head: str = "Notes") -> None:
        """A numbered list of notes, downwards from its heading."""
        c = self.canvas
        c.text(x, y, head, 3.5)
        y -= 6.5
        for i, line in enumerate(lines, start=1):
            for k, part in enumerate(line.split("\n")):
                if k == 0:
                    c.text(x, y, f"{i}", 2.5)
                c.text(x + 5, y, part, 2.5)
                y -= 4.6

    def table(
        self,
        x: float,
        y: float,
        widths: tuple[float, ...],
        rows: list[tuple[str, ...]],
        row: float = 6,
    ) -> float:
        """A ruled table downwards from its upper left corner; gives the y below it."""
        c = self.canvas
        for i, cells in enumerate(rows):
            at = x
            for w, words in zip(widths, cells, strict=True):
                tall = 2.5
                while tall > 1.6 and c.width(words, tall) > w - 2:
                    tall -= 0.05
                c.box(at, y - row, w, row, NARROW)
                c.text(at + 1, y - row + (row - tall) / 2, words, tall)
                at += w
            if i == 0:
                c.line(x, y - row, at, y - row)
            y -= row
        return y

    def parts_list(self, x: float, y: float) -> None:
        """The bill of the register above the title block (ISO 7573)."""
        rows: list[tuple[str, ...]] = [("Find", "Qty", "Number", "Title", "Material")]
        for row in self.entry.at(self.rev, self.entry.bom):
            part = register()[row["number"]]
            material = part.metadata.get("material", "-")
            rows.append((str(row["find"]), str(row["qty"]), part.number, part.title, material))
        self.table(x, y + 6 * len(rows), (12, 12, 24, 76, 56), rows)


def start(number: str, rev: str, ratio: str = "1:1", **title: Any) -> Job:
    """Open the drawing of an item at a revision."""
    entry = register()[number]
    meta = entry.metadata
    up, down = (float(v) for v in ratio.split(":"))
    filled = Title(
        number,
        entry.title,
        "Part drawing",
        entry.until(rev),
        material=entry.material(rev),
        finish=meta.get("finish", "-"),
        mass=_mass(number, rev, entry.material(rev)),
        scale=ratio,
    )
    return Job(entry, rev, Drawing(replace(filled, **title)), up / down)


def _mass(number: str, rev: str, material: str) -> str:
    for begins, density in DENSITIES.items():
        if material.startswith(begins):
            return projections(number, rev).mass(density)
    return "-"
