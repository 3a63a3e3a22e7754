# SPDX-License-Identifier: AGPL-3.0-or-later
"""A writer of DXF R12 (AC1009), the dialect every cutter and every CAD program opens.

Millimetres. Entities only on named layers; nothing is written that R12 does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sample_vault.drafting.geometry import Outline
from sample_vault.drafting.pdf import number

Point = tuple[float, float]
_LINETYPES = (
    ("CONTINUOUS", "Solid line", ()),
    ("DASHED", "__ __ __", (3.0, -1.0)),
    ("CENTER", "____ _ ____", (8.0, -1.2, 0.6, -1.2)),
)
_DASHED = {"HIDDEN": "DASHED", "CENTRE": "CENTER"}


@dataclass(slots=True)
class Dxf:
    """A drawing in the making: its layers (name: colour number) and its entities."""

    layers: dict[str, int]
    entities: list[str] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def _add(self, kind: str, layer: str, *pairs: tuple[int, float | str]) -> None:
        body = [f"0\n{kind}\n8\n{layer}\n"]
        body += [f"{code}\n{v if isinstance(v, str) else number(v)}\n" for code, v in pairs]
        self.entities.append("".join(body))

    def line(self, layer: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line."""
        self.points += [(x1, y1), (x2, y2)]
        self._add("LINE", layer, (10, x1), (20, y1), (11, x2), (21, y2))

    def circle(self, layer: str, x: float, y: float, r: float) -> None:
        """A circle."""
        self.points += [(x - r, y - r), (x + r, y + r)]
        self._add("CIRCLE", layer, (10, x), (20, y), (40, r))

    def arc(self, layer: str, x: float, y: float, r: float, start: float, end: float) -> None:
        """An arc, anticlockwise, in degrees."""
        self.points += [(x, y)]
        pairs = ((10, x), (20, y), (40, r), (50, start % 360), (51, end % 360))
        self._add("ARC", layer, *pairs)

    def outline(self, layer: str, points: list[Point], closed: bool = True) -> None:
        """A polyline of straight segments."""
        self.points += points
        self._add("POLYLINE", layer, (66, "1"), (70, "1" if closed else "0"))
        for x, y in points:
            self._add("VERTEX", layer, (10, x), (20, y))
        self.entities.append(f"0\nSEQEND\n8\n{layer}\n")

    def text(self, layer: str, x: float, y: float, words: str, height: float) -> None:
        """One line of text; R12 has no Unicode, the diameter sign becomes %%c."""
        words = words.replace("Ø", "%%c").replace("°", "%%d").replace("±", "%%p")
        words.encode("ascii")
        self._add("TEXT", layer, (10, x), (20, y), (40, height), (1, words))

    def outline_view(self, view: Outline, x: float, y: float) -> None:
        """All edges of a projected view, moved to x, y, on VISIBLE and HIDDEN."""
        for kind, layer in (("visible", "VISIBLE"), ("hidden", "HIDDEN")):
            edges = view.edges(kind)
            for x1, y1, x2, y2 in edges.lines:
                self.line(layer, x + x1, y + y1, x + x2, y + y2)
            for cx, cy, r, start, end in edges.arcs:
                if end - start > 359.9:
                    self.circle(layer, x + cx, y + cy, r)
                else:
                    self.arc(layer, x + cx, y + cy, r, start, end)
            for chain in edges.chains:
                self.outline(layer, [(x + px, y + py) for px, py in chain], closed=False)

    def write(self) -> bytes:
        """The finished file, with the extent of what is in it."""
        xs, ys = [p[0] for p in self.points], [p[1] for p in self.points]
        head = (
            "999\nTitleblock sample vault, millimetres\n"
            "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n"
            f"9\n$EXTMIN\n10\n{number(min(xs))}\n20\n{number(min(ys))}\n30\n0\n"
            f"9\n$EXTMAX\n10\n{number(max(xs))}\n20\n{number(max(ys))}\n30\n0\n"
            "0\nENDSEC\n"
        )
        body = "".join(self.entities)
        tables = self._tables()
        text = f"{head}{tables}0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n"
        return text.encode("ascii")

    def _tables(self) -> str:
        out = f"0\nSECTION\n2\nTABLES\n0\nTABLE\n2\nLTYPE\n70\n{len(_LINETYPES)}\n"
        for name, words, dashes in _LINETYPES:
            out += f"0\nLTYPE\n2\n{name}\n70\n0\n3\n{words}\n72\n65\n73\n{len(dashes)}\n"
            out += f"40\n{number(sum(abs(d) for d in dashes))}\n"
            out += "".join(f"49\n{number(d)}\n" for d in dashes)
        out += f"0\nENDTAB\n0\nTABLE\n2\nLAYER\n70\n{len(self.layers)}\n"
        for name, colour in self.layers.items():
            line = _DASHED.get(name, "CONTINUOUS")
            out += f"0\nLAYER\n2\n{name}\n70\n0\n62\n{colour}\n6\n{line}\n"
        out += "0\nENDTAB\n0\nTABLE\n2\nSTYLE\n70\n1\n0\nSTYLE\n2\nSTANDARD\n70\n0\n40\n0\n41\n1\n"
        return out + "50\n0\n71\n0\n42\n2.5\n3\ntxt\n4\n\n0\nENDTAB\n0\nENDSEC\n"
