# SPDX-License-Identifier: AGPL-3.0-or-later
"""One result as a file brings it, before anybody knows which balloon it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST: Final = 200_000
"""Results a file may bring; more of them are a mistake or an attack."""


@dataclass(frozen=True, slots=True)
class Result:
    """A value of one characteristic of one piece.

    ``name`` is what the file calls the characteristic (a balloon number where it comes from this
    shop), ``piece`` the serial number or the place in the lot, ``text`` the value as written or
    ``pass`` and ``fail``, ``unit`` empty where the file names none.  ``where`` is its place in
    the file, for a person to look it up.
    """

    name: str
    piece: str
    text: str
    unit: str = ""
    gauge: str = ""
    at: str = ""
    where: str = ""
