# SPDX-License-Identifier: AGPL-3.0-or-later
"""How wide words are in the stamp's type, so that the layout needs no font and no library.

Helvetica and Helvetica-Bold are among the fourteen fonts every PDF reader has (ISO 32000-1,
9.6.2.2); their advance widths, in thousandths of the type size, stand here in the order of Windows
code page 1252 from 32 to 255.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

FIRST = 32


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split())


PLAIN = _numbers(
    """
    278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556
    556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667
    556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556
    556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722
    500 500 500 334 260 334 584 0 556 0 222 556 333 1000 556 556 333 1000 667 333 1000 0 611 0
    0 222 222 333 333 350 556 1000 333 1000 500 333 944 0 500 667 278 333 556 556 556 556 260
    556 333 737 370 556 584 333 737 333 400 584 333 333 333 556 537 278 333 333 365 556 834
    834 834 611 667 667 667 667 667 667 1000 722 667 667 667 667 278 278 278 278 722 722 778
    778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556 556 889 500 556
    556 556 556 278 278 278 278 556 556 556 556 556 556 556 584 611 556 556 556 556 500 556
    500
    """
)
BOLD = _numbers(
    """
    278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556
    556 556 556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722
    611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556
    611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778
    556 556 500 389 280 389 584 0 556 0 278 556 500 1000 556 556 333 1000 667 333 1000 0 611 0
    0 278 278 500 500 350 556 1000 333 1000 556 333 944 0 500 667 278 333 556 556 556 556 280
    556 333 737 370 556 584 333 737 333 400 584 333 333 333 611 556 278 333 333 365 556 834
    834 834 611 722 722 722 722 722 722 1000 722 667 667 667 667 278 278 278 278 722 722 778
    778 778 778 778 584 778 722 722 722 722 667 667 611 556 556 556 556 556 556 889 556 556
    556 556 556 278 278 278 278 611 611 611 611 611 611 611 584 611 611 611 611 611 556 611
    556
    """
)


def _by_sign(widths: tuple[int, ...]) -> dict[str, int]:
    signs = (bytes([FIRST + place]).decode("cp1252", "replace") for place in range(len(widths)))
    return {sign: wide for sign, wide in zip(signs, widths, strict=True) if sign != "\ufffd"}


_PLAIN, _BOLD = _by_sign(PLAIN), _by_sign(BOLD)


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return the width of words in the unit of the size.

    Signs outside code page 1252 are set from another font, so their width is taken on the safe
    side: a full square for East Asian signs, two thirds to three quarters for others.
    """
    return _units(words, bold) * size / 1000


@lru_cache(maxsize=1024)  # every stamp has the same labels
def _units(words: str, bold: bool) -> int:
    table = _BOLD if bold else _PLAIN
    other = 750 if bold else 680
    return sum(table.get(sign) or (1000 if sign >= "\u1100" else other) for sign in words)


def fit(
    words: str, size: float, room: float, *, bold: bool = False, least: float = 0.6
) -> tuple[str, float]:
    """Return words and a size that fit into the room: smaller first, then cut with an ellipsis.

    ``least`` is the smallest share of the size that is still used before words are cut.
    """
    wide = width(words, size, bold=bold)
    if wide <= room:
        return words, size
    size = max(size * room / wide, size * least)
    if width(words, size, bold=bold) <= room * 1.001:
        return words, size
    while words and width(words + "…", size, bold=bold) > room:
        words = words[:-1].rstrip()
    return (words + "…") if words else "", size


def wrapped(words: str, size: float, room: float, most: int) -> list[str]:
    """Return the lines of a text in a room, broken between words; too much ends in an ellipsis."""
    lines = [""]
    for word in _breakable(words, size, room):
        longer = f"{lines[-1]} {word}".lstrip()
        if width(longer, size) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    return lines


def _breakable(words: str, size: float, room: float) -> Iterator[str]:
    """Yield the words; one that fills more than a line, as without spaces in Chinese, in parts."""
    for word in words.split():
        part = ""
        for sign in word:
            if part and width(part + sign, size) > room:
                yield part
                part = ""
            part += sign
        yield part
