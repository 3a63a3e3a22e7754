# SPDX-License-Identifier: AGPL-3.0-or-later
"""ZPL II for label printers: a label as one graphic, exactly as the PDF of it looks.

A printer's own letters know few scripts and every model has others; dots are the same on all.
Written and read in this one file, the data in the printer's own shorthand for runs of nibbles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

DENSITIES: Final = (8, 12, 24)  # dots a millimetre: printers of 203, 300 and 600 dpi
_LABEL = re.compile(
    r"\^XA\^PW(\d+)\^LL(\d+)\^LH0,0\^FO0,0\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS\^PQ1\^XZ\n"
)
_RUN = re.compile(r"([g-z]?)([G-Y]?)([0-9A-F])|([,!:])")
_SAME = re.compile(r"(.)\1*")


@dataclass(frozen=True, slots=True)
class Dots:
    """A black and white picture: rows of bits, eight to a byte, a set one is black."""

    width: int
    rows: tuple[bytes, ...]


def written(labels: Sequence[Dots]) -> str:
    """Return the ZPL that prints these labels one after the other."""
    return "".join(map(_written, labels))


def read(text: str) -> list[Dots]:
    """Return the pictures of ZPL as ``written`` made it; raises ValueError for any other."""
    found: list[Dots] = []
    at = 0
    while at < len(text):
        label = _LABEL.match(text, at)
        if label is None:
            raise ValueError(f"no label at {at}")
        width, height, size, again, across = map(int, label.groups()[:5])
        rows = tuple(_read_rows(label[6], across))
        if size != again or size != height * across or len(rows) != height:
            raise ValueError(f"the label at {at} has another size than it says")
        found.append(Dots(width, rows))
        at = label.end()
    return found


def _written(label: Dots) -> str:
    across = (label.width + 7) // 8
    size = across * len(label.rows)
    data = "".join(_shortened(label.rows))
    head = f"^XA^PW{label.width}^LL{len(label.rows)}^LH0,0^FO0,0"
    return f"{head}^GFA,{size},{size},{across},{data}^FS^PQ1^XZ\n"


def _shortened(rows: Sequence[bytes]) -> Iterator[str]:
    before: bytes | None = None
    for row in rows:
        yield ":" if row == before else _row(row.hex().upper())
        before = row


def _row(nibbles: str) -> str:
    """Return one row: runs as count and nibble, what is left of the same to the end as one sign."""
    end = ""
    for sign, short in (("0", ","), ("F", "!")):
        if nibbles.endswith(sign):
            nibbles, end = nibbles.rstrip(sign), short
            break
    return "".join(_run(found[0]) for found in _SAME.finditer(nibbles)) + end


def _run(same: str) -> str:
    sign, count, text = same[0], len(same), ""
    while count > 419:  # the largest count that can be written at once
        text, count = f"{text}zY{sign}", count - 419
    twenties, ones = divmod(count, 20)
    if twenties:
        text += chr(ord("g") + twenties - 1)
    if ones and (twenties or ones > 1):
        text += chr(ord("G") + ones - 1)
    return text + sign


def _read_rows(data: str, across: int) -> Iterator[bytes]:
    row, before = "", ""
    at = 0
    while at < len(data):
        found = _RUN.match(data, at)
        if found is None or (found[4] == ":" and (row or not before)):
            raise ValueError(f"no run at {at}")
        at = found.end()
        if found[4] == ":":
            row = before
        elif found[4]:
            row = row.ljust(2 * across, "0" if found[4] == "," else "F")
        else:
            twenties = ord(found[1]) - ord("g") + 1 if found[1] else 0
            ones = ord(found[2]) - ord("G") + 1 if found[2] else 0
            row += found[3] * ((20 * twenties + ones) or 1)
        if len(row) > 2 * across:
            raise ValueError(f"a row is too long at {at}")
        if len(row) == 2 * across:
            yield bytes.fromhex(row)
            row, before = "", row
    if row:
        raise ValueError("the last row is too short")
