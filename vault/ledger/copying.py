# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copying a ledger that is in use: SQLite's own backup, which sees one moment of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from vault import durable
from vault.ledger.errors import LedgerNotSpoken


def copy(url: str, target: Path) -> None:
    """Put a copy of the ledger at ``url`` into a file, as a whole; raises LedgerNotSpoken."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise LedgerNotSpoken(url=url)
    aside = target.with_name(f".{target.name}.aside")
    aside.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{Path(parsed.database).as_uri()}?mode=ro", uri=True)) as read,
        closing(sqlite3.connect(aside)) as written,
    ):
        read.backup(written)
    durable.fsync_file(aside)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    aside.replace(target)
    durable.fsync_folder(target.parent)
