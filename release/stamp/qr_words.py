# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses as QR codes, quickly: what segno makes of them, in a tenth of its time.

Every release, copy and traveler has an address of its own, in capitals, digits and a few signs, so
its code is most of the work of a stamp.  The squares that are the same in all codes of a size are
taken from one that segno made; only words and their correction are laid out here (ISO/IEC 18004,
7.4 to 7.7).  A test compares the outcome with segno's, square by square.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

SIGNS = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
# of level Q: words of correction in a block, and the words of data of each block (table 9)
BLOCKS = {
    1: (13, (13,)), 2: (22, (22,)), 3: (18, (17, 17)), 4: (26, (24, 24)), 5: (18, (15, 15, 16, 16)),
    6: (24, (19, 19, 19, 19)),
}  # fmt: skip

Matrix = tuple[tuple[bool, ...], ...]


def version_for(text: str) -> int | None:
    """Return the smallest size for a text; None where segno has to make the code."""
    if not SIGNS.keys() >= set(text) or not text or text.isdigit():  # digits are packed closer
        return None
    bits = 4 + 9 + 11 * (len(text) // 2) + 6 * (len(text) % 2)
    return next((one for one, (_ec, data) in BLOCKS.items() if bits <= 8 * sum(data)), None)


def matrix(text: str, version: int, mask: int, example: Callable[[int], Matrix]) -> Matrix:
    """Return the code of a text in level Q; ``example`` makes any code of a version and this mask."""
    form = _form(version, mask, example)
    bits = int.from_bytes(_words(text, version), "big") << form.spare
    shown = f"{bits ^ form.mask:0{len(form.places)}b}".encode()
    flat = bytearray(form.squares)
    for place, bit in zip(form.places, shown, strict=True):
        flat[place] = bit & 1
    side = form.side
    return tuple(tuple(map(bool, flat[at : at + side])) for at in range(0, side * side, side))


@dataclass(frozen=True, slots=True)
class _Form:
    """What all codes of a version and mask share: squares, the order of data, its mask."""

    side: int
    squares: bytes
    places: tuple[int, ...]
    mask: int
    spare: int  # bits at the end that carry nothing


@lru_cache(maxsize=8)
def _form(version: int, mask: int, example: Callable[[int], Matrix]) -> _Form:
    side = 17 + 4 * version
    fixed = _fixed(side, version)
    places = tuple(
        row * side + column for row, column in _snake(side) if (row, column) not in fixed
    )
    if mask != 3:
        raise ValueError(mask)
    turned = "".join("01"[(at // side + at % side) % 3 == 0] for at in places)
    squares = bytes(square for row in example(version) for square in row)
    words, blocks = BLOCKS[version]
    spare = len(places) - 8 * (sum(blocks) + words * len(blocks))
    return _Form(side, squares, places, int(turned, 2), spare)


def _fixed(side: int, version: int) -> set[tuple[int, int]]:
    """Return rows and columns of finders, timing, alignment and format."""
    found = {
        (row, column)
        for top, left in ((0, 0), (0, side - 8), (side - 8, 0))
        for row in range(top, top + 9 - (top > 0))
        for column in range(left, left + 9 - (left > 0))
    }
    found |= {(6, at) for at in range(side)} | {(at, 6) for at in range(side)}
    if version > 1:
        found |= {(r, c) for r in range(side - 9, side - 4) for c in range(side - 9, side - 4)}
    return found


def _snake(side: int) -> Sequence[tuple[int, int]]:
    """Return all squares in the order of data: two columns at a time, up and down by turns."""
    found: list[tuple[int, int]] = []
    upward = True
    for right in (*range(side - 1, 6, -2), 5, 3, 1):
        rows = range(side - 1, -1, -1) if upward else range(side)
        found += [(row, column) for row in rows for column in (right, right - 1)]
        upward = not upward
    return found


def _words(text: str, version: int) -> bytes:
    """Return data and correction, the blocks' words by turns."""
    correction, sizes = BLOCKS[version]
    data = _data(text, sum(sizes))
    blocks, begin = [], 0
    for size in sizes:
        blocks.append(data[begin : begin + size])
        begin += size
    checks = [_correction(block, correction) for block in blocks]
    return bytes(
        word
        for parts in (blocks, checks)
        for turn in zip_longest(*parts)
        for word in turn
        if word is not None
    )


def _data(text: str, room: int) -> bytes:
    """Return the words of a text: mode, length, pairs of signs, and padding."""
    values = [SIGNS[sign] for sign in text]
    bits = 0b0010 << 9 | len(text)
    length = 13
    for first, second in zip(values[::2], values[1::2], strict=False):
        bits = bits << 11 | 45 * first + second
    length += 11 * (len(text) // 2)
    if len(text) % 2:
        bits, length = bits << 6 | values[-1], length + 6
    ended = min(4, 8 * room - length)
    filled = 8 - (length + ended) % 8  # a whole word where none is needed, as segno has it
    bits, length = bits << ended + filled, length + ended + filled
    words = bits.to_bytes(length // 8, "big")
    return (words + b"\xec\x11" * room)[:room]


def _correction(block: bytes, words: int) -> bytes:
    """Return the words of correction: what is left of the block by the generator (Reed–Solomon)."""
    table = _table(words)
    left, top, kept = 0, 8 * (words - 1), (1 << 8 * (words - 1)) - 1
    for word in block:
        left = (left & kept) << 8 ^ table[left >> top ^ word]
    return left.to_bytes(words, "big")


@lru_cache(maxsize=8)
def _table(words: int) -> tuple[int, ...]:
    """Return multiples of the generator for each word, its first term left out."""
    powers, logs, value = [0] * 512, [0] * 256, 1
    for power in range(255):
        powers[power] = powers[power + 255] = value
        logs[value] = power
        value = value << 1 ^ (0x11D if value > 127 else 0)
    generator = [1]
    for power in range(words):
        times = [powers[logs[term] + power] if term else 0 for term in generator]
        generator = [a ^ b for a, b in zip([*generator, 0], [0, *times], strict=True)]
    return tuple(
        int.from_bytes(
            bytes(
                powers[logs[term] + logs[word]] if word and term else 0 for term in generator[1:]
            ),
            "big",
        )
        for word in range(256)
    )
