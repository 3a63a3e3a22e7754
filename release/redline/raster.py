# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two pictures of a sheet compared point by point: how one lies on the other, and what differs.

Ink is compared after a slight blur and against the neighbourhood, so that the same line drawn half
a point aside is the same line, while a faint tint that went is seen.  A task of the worker process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads reserve more than a task may have

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Sums = NDArray[np.uint16]

FAINTEST: Final = 24
"""How many of 255 steps of grey the blurred ink must differ to be told."""
SMALLEST: Final = 4
"""Fewer points than this are dust."""
_BAND: Final = 256  # rows at once: they stay in the processor's cache, and memory stays small
_BLURRED: Final = 9


@dataclass(frozen=True, slots=True)
class Region:
    """A place where lines differ, in points of the picture; how many went, and how many came."""

    x0: int
    y0: int
    x1: int
    y1: int
    went: int
    came: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How the picture before has to be laid on the picture after: scaled, then moved (points)."""

    scale: float
    right: float
    down: float


AS_DRAWN: Final = Shift(1.0, 0.0, 0.0)


def differences(before: Picture, after: Picture) -> tuple[Mask, Mask]:
    """Return where ink went and where ink came, for two pictures of one size.

    A point is told where its blurred ink exceeds that of every neighbour in the other picture by an
    eighth and ``FAINTEST`` steps: moved by less than a point or smoothed in another way is no difference.
    """
    went = np.zeros(before.shape, np.bool_)
    came = np.zeros(before.shape, np.bool_)
    for inner, outer, kept in _bands(before.shape[0]):
        if np.array_equal(before[outer], after[outer]):
            continue
        old, now = _blurred(before[outer]), _blurred(after[outer])
        went[inner] = (old > _allowed(now))[kept]
        came[inner] = (now > _allowed(old))[kept]
    return went, came


def _bands(rows: int) -> Iterator[tuple[slice, slice, slice]]:
    """Yield bands of rows: where they are, with two rows more on both sides, and back."""
    for begin in range(0, rows, _BAND):
        end = min(begin + _BAND, rows)
        first = max(begin - 2, 0)
        yield (
            slice(begin, end), slice(first, min(end + 2, rows)),
            slice(begin - first, end - first),
        )  # fmt: skip


def _blurred(picture: Picture) -> Sums:
    """Return the sum of the ink of each point and its eight neighbours."""
    ink = (255 - picture).astype(np.uint16)
    across = ink.copy()
    across[:, 1:] += ink[:, :-1]
    across[:, :-1] += ink[:, 1:]
    both = across.copy()
    both[1:] += across[:-1]
    both[:-1] += across[1:]
    return both


def _allowed(sums: Sums) -> Sums:
    """Return how much ink is explained by the other picture at each point.

    An eighth more than there is: how dark a stroke of three points comes out depends on where
    between the points it lies.
    """
    greatest = _greatest(sums)
    greatest += greatest >> 3
    greatest += FAINTEST * _BLURRED
    return greatest


def _greatest(sums: Sums) -> Sums:
    """Return the greatest value of each point and its eight neighbours."""
    across = sums.copy()
    np.maximum(across[:, 1:], sums[:, :-1], out=across[:, 1:])
    np.maximum(across[:, :-1], sums[:, 1:], out=across[:, :-1])
    both = across.copy()
    np.maximum(both[1:], across[:-1], out=both[1:])
    np.maximum(both[:-1], across[1:], out=both[:-1])
    return both


def share(before: Picture, after: Picture, went: Mask, came: Mask) -> float:
    """Return the share of both pictures' ink that the other one does not explain, 0 to 1."""
    every = int(np.count_nonzero(before < 192)) + int(np.count_nonzero(after < 192))
    apart = int(np.count_nonzero(went)) + int(np.count_nonzero(came))
    return min(1.0, apart / every) if every else 0.0


# --- lying one on the other --------------------------------------------------


def moved(before: Picture, after: Picture) -> tuple[float, float]:
    """Return how far right and down the first has to be moved to lie on the second, in points.

    By phase correlation (Kuglin and Hines, 1975), to about a tenth of a point.
    """
    rows, columns = after.shape
    old, now = _spectrum(before), _spectrum(after)
    cross = now * old.conj()
    cross /= np.maximum(np.abs(cross), 1e-6)
    peak = np.fft.irfft2(cross, s=(rows, columns))
    down, right = divmod(int(peak.argmax()), columns)
    return (
        _signed(right + _between(peak[down], right), columns),
        _signed(down + _between(peak[:, right], down), rows),
    )


def _spectrum(picture: Picture) -> NDArray[np.complex64]:
    ink = (255 - picture).astype(np.float32)
    ink -= ink.mean()
    return np.fft.rfft2(ink).astype(np.complex64)


def _between(line: NDArray[Any], place: int) -> float:
    """Return how far beside its greatest point a line really peaks, by its neighbours."""
    left, top, right = (float(line[(place + by) % len(line)]) for by in (-1, 0, 1))
    bend = left - 2 * top + right
    return 0.0 if bend >= 0 else max(-0.5, min(0.5, 0.5 * (left - right) / bend))


def _signed(place: float, size: int) -> float:
    return place - size if place > size / 2 else place


def extent(picture: Picture) -> tuple[int, int, int, int] | None:
    """Return the box of all ink (left, top, right, bottom), None where the sheet is empty."""
    dark = picture < 160
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


# --- what differs, as places -------------------------------------------------


def blank(mask: Mask, box: tuple[float, float, float, float]) -> None:
    """Forget what differs inside a box (left, top, right, bottom)."""
    left, top, right, bottom = (round(side) for side in box)
    mask[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = False


def regions(went: Mask, came: Mask, near: int, most: int) -> tuple[list[Region], int]:
    """Return the places where lines differ, the largest first, and how many were left out.

    Points nearer than about ``near`` to each other are one place.
    """
    either = np.logical_or(went, came)
    fields = _fields(either, near)
    groups = _groups(fields)
    found = []
    for cells in groups:
        top, bottom = int(cells[:, 0].min()), int(cells[:, 0].max()) + 1
        left, right = int(cells[:, 1].min()), int(cells[:, 1].max()) + 1
        box = slice(top * near, bottom * near), slice(left * near, right * near)
        tight = extent(np.where(either[box], np.uint8(0), np.uint8(255)))
        old, now = int(went[box].sum()), int(came[box].sum())
        if tight is not None and old + now >= SMALLEST:
            x, y = left * near, top * near
            found.append(Region(tight[0] + x, tight[1] + y, tight[2] + x, tight[3] + y, old, now))
    found.sort(key=lambda one: (-(one.went + one.came), one.y0, one.x0))
    return found[:most], max(0, len(found) - most)


def _fields(mask: Mask, side: int) -> Mask:
    """Return which square fields of a mask hold anything."""
    rows, columns = -(-mask.shape[0] // side), -(-mask.shape[1] // side)
    whole = np.zeros((rows * side, columns * side), np.bool_)
    whole[: mask.shape[0], : mask.shape[1]] = mask
    fields: Mask = np.any(whole.reshape(rows, side, columns, side), axis=(1, 3))
    return fields


def _groups(fields: Mask) -> list[NDArray[np.intp]]:
    """Return the fields that touch each other, corners included, group by group."""
    left = {(int(row), int(column)) for row, column in np.argwhere(fields)}
    groups = []
    while left:
        waiting = [min(left)] if len(left) < 2000 else [next(iter(left))]
        left.discard(waiting[0])
        group = []
        while waiting:
            row, column = waiting.pop()
            group.append((row, column))
            for by_row in (-1, 0, 1):
                for by_column in (-1, 0, 1):
                    beside = (row + by_row, column + by_column)
                    if beside in left:
                        left.discard(beside)
                        waiting.append(beside)
        groups.append(np.array(group))
    return groups


# --- the picture of both -----------------------------------------------------

ORANGE: Final = (0xC8, 0x4B, 0x00)
BLUE: Final = (0x00, 0x5A, 0xB5)
"""Removed and added, apart for every kind of colour vision (after Okabe and Ito), on white."""
_SHADES: Final = 85


def overlay(before: Picture, after: Picture, went: Mask, came: Mask) -> tuple[Picture, bytes]:
    """Return both pictures as one of 255 colours, and the colours: grey, orange, blue.

    What stayed is grey as it is now; what went is orange, what came is blue, each as dark as its
    ink; around a difference the whole stroke is coloured, not only the point that told it.
    """
    ink = np.minimum(before, after) // 3
    both: Picture = np.minimum(after // 3, _SHADES - 1)
    gone, new = _stroke(went, before, after), _stroke(came, after, before)
    ink = np.minimum(ink, _SHADES - 1)
    both[gone] = ink[gone] + _SHADES
    both[new] = ink[new] + 2 * _SHADES
    return both, palette()


def _stroke(mask: Mask, has: Picture, other: Picture) -> Mask:
    """Return a mask grown by one point, over what is darker there than in the other picture."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wider = wide.copy()
    wider[:, 1:] |= wide[:, :-1]
    wider[:, :-1] |= wide[:, 1:]
    wider &= has < other
    return wider


def palette() -> bytes:
    """Return the 255 colours of an overlay: paper to half grey, to orange, to blue."""
    told = []
    for dark in ((0x6B, 0x6B, 0x6B), ORANGE, BLUE):
        for shade in range(_SHADES):
            light = shade / (_SHADES - 1)
            told += [round(one + (255 - one) * light) for one in dark]
    return bytes(told)
