# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copying a ledger that is in use into a file: one moment of it, whatever it is kept in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from vault import durable
from vault.ledger import backing, moving
from vault.ledger.engine import Ledger


def copy(url: str, target: Path) -> None:
    """Put a copy of the ledger at ``url`` into a SQLite file, as a whole.

    Raises LedgerNotSpoken, LedgerAway or DamagedLedger.
    """
    _kept, parsed = backing.of(url)
    aside = target.with_name(f".{target.name}.aside")
    _forget(aside)
    if parsed.get_backend_name() == "sqlite":
        _copy_file(parsed, aside)
    else:
        _copy_rows(url, aside)
    durable.fsync_file(aside)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    aside.replace(target)
    durable.fsync_folder(target.parent)


def _copy_file(parsed: URL, aside: Path) -> None:
    """Use SQLite's own backup, which sees one moment of a file in use."""
    source = f"{Path(str(parsed.database)).as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(source, uri=True)) as read,
        closing(sqlite3.connect(aside)) as made,
    ):
        read.backup(made)


def _copy_rows(url: str, aside: Path) -> None:
    source = Ledger(url)
    try:
        moving.copy(source, f"sqlite:///{aside}")
    finally:
        source.close()


def _forget(aside: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        aside.with_name(aside.name + ending).unlink(missing_ok=True)
