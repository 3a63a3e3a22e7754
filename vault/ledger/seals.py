# SPDX-License-Identifier: AGPL-3.0-or-later
"""The digests of the ledger: links bind each event to the one before, seals bind rows to events.

The chain of links alone proves what was *said*; a row of another table could still be edited by
hand.  So every event carries the seal of each row it wrote, and ``events.verify`` compares the
rows of today with their last seals.  Columns without a value are left out of a seal, so a later
migration may add a column that may be empty without breaking older ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from vault import canonical

GENESIS = "0" * 64


def link(event: Mapping[str, object]) -> str:
    """Return the hash an event must carry: SHA-256 over the canonical JSON of its other columns."""
    bound = {name: value for name, value in event.items() if name != "hash"}
    return hashlib.sha256(canonical.dumps(bound)).hexdigest()


def key(table: str, primary_key: Iterable[object]) -> str:
    """Return the name of a row in an event, ``operation/12``."""
    return "/".join((table, *(str(part) for part in primary_key)))


def seal(row: Mapping[str, object]) -> str:
    """Return the SHA-256 of a row's canonical JSON, its empty columns left out.

    Whole floats count as integers: SQLite answers the same cell with 5 or 5.0, depending on how
    it was asked.
    """
    filled = {name: _plain(value) for name, value in row.items() if value is not None}
    return hashlib.sha256(canonical.dumps(filled)).hexdigest()


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value
