# SPDX-License-Identifier: AGPL-3.0-or-later
"""The numbers the shop counts on in: ``NC-0001``, ``FA-0001``, ``SH-0001``, ``CC-0001``.

Written with four digits or more and read back in any case; a near miss as ``NC-1`` names nothing,
so that nobody gets somebody else's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = re.compile(r"[1-9][0-9]{3,8}|0[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Series:
    """One series of numbers, told from the others by its mark."""

    mark: str

    def name(self, number: int) -> str:
        """Return a number as people write it."""
        return f"{self.mark}-{number:04d}"

    def number(self, text: str) -> int | None:
        """Return which one a text names, whatever its case; None where it names none."""
        mark, _, digits = text.strip().partition("-")
        if mark.upper() != self.mark or not _DIGITS.fullmatch(digits):
            return None
        return int(digits) or None


NONCONFORMANCE: Final = Series("NC")
FIRST_ARTICLE: Final = Series("FA")
SHIPMENT: Final = Series("SH")
CERTIFICATE: Final = Series("CC")
