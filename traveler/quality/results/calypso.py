# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of characteristics a Calypso measuring machine writes: ``…_chr.txt``.

Tab-separated text with a line of heads (``planid partnb id type actual nominal uppertol lowertol
… unit``) and a last line ``END``.  Its decimal separator is that of the machine's country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traveler.quality import quantity
from traveler.quality.errors import BadResults
from traveler.quality.results import text_table
from traveler.quality.results.result import MOST, Result

_NEEDED: Final = ("id", "actual")
_END: Final = "END"


def looks_like(data: bytes) -> bool:
    """Say whether these bytes seem to be such a table."""
    first = data[:4096].splitlines()[:1]
    heads = first[0].lower().split(b"\t") if first else []
    return b"actual" in heads and b"id" in heads


def read(data: bytes, where: str) -> tuple[Result, ...]:
    """Return every result of a table; raises BadResults naming the line at fault."""
    lines = text_table.decoded(data, where).splitlines()
    heads = [head.strip().lower() for head in lines[0].split("\t")] if lines else []
    missing = [head for head in _NEEDED if head not in heads]
    if missing:
        raise BadResults(where=where, why=f"its first line has no head {' and '.join(missing)}")
    found = tuple(_results(lines, heads, where))
    if not found:
        raise BadResults(where=where, why="it has no line with an actual value")
    return found


def _results(lines: list[str], heads: list[str], where: str) -> Iterator[Result]:
    for place, line in enumerate(lines[1:], 2):
        if line.strip() == _END or not line.strip():
            continue
        if place > MOST:
            raise BadResults(where=where, why=f"it has more than {MOST} lines")
        cells = dict(zip(heads, (cell.strip() for cell in line.split("\t")), strict=False))
        name, text = cells.get("id", ""), cells.get("actual", "")
        if not name:
            raise BadResults(where=where, why=f"line {place} names no characteristic")
        if text:
            yield Result(
                name=name, piece=cells.get("partnb", ""), text=text,
                unit=quantity.unit(cells.get("unit", "")), at=_moment(cells),
                where=f"line {place}",
            )  # fmt: skip


def _moment(cells: dict[str, str]) -> str:
    return " ".join(filter(None, (cells.get("date", ""), cells.get("time", ""))))
