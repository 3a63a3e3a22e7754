# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which reader a file of results needs, told by what is in it and never by its name."""

from __future__ import annotations

from traveler.quality.results import calypso, qif, text_table
from traveler.quality.results.result import Result


def read(data: bytes, where: str) -> tuple[Result, ...]:
    """Return every result of a file; raises BadResults saying what is wrong and where."""
    if qif.looks_like(data):
        return qif.read(data, where)
    if calypso.looks_like(data):
        return calypso.read(data, where)
    return text_table.read(data, where)
