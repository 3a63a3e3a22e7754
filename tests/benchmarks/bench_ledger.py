# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many durable, hash-chained events a second, beside what the disk gives plain sqlite3.

Run with ``python tests/benchmarks/bench_ledger.py [ROWS] [FOLDER]``; both are measured in turns in
the same run, because only the ratio keeps its meaning on another machine.
"""

from __future__ import annotations

import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vault import canonical
from vault.ledger import engine, events

ROUNDS = 21
FLOOR = 2500  # events a second


def plain(place: Path) -> Callable[[int], None]:
    """Return a writer of single rows by sqlite3 alone: WAL, FULL, one commit a row, no chain."""
    connection = sqlite3.connect(place, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    columns = "at, actor, device, kind, subject, facts"
    connection.execute(f"CREATE TABLE event (seq INTEGER PRIMARY KEY, {columns})")
    connection.execute("CREATE INDEX ix ON event (subject, seq)")

    def write(count: int) -> None:
        facts = canonical.dumps({"seq": 10, "good": count, "scrap": 0}).decode()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            f"INSERT INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?)",
            ("2027-03-01T09:30:00Z", "otto", "tablet", "operation.finish", "job/J-1", facts),
        )
        connection.execute("COMMIT")

    return write


def ours(ledger: engine.Ledger) -> Callable[[int], None]:
    """Return a writer of single events through the ledger."""

    def write(count: int) -> None:
        with ledger.writing("otto", "tablet") as writing:
            writing.record("operation.finish", "job/J-1", seq=10, good=count, scrap=0)

    return write


def pace(write: Callable[[int], None], rows: int) -> float:
    """Return how many rows a second a writer manages."""
    begun = time.perf_counter()
    for count in range(rows):
        write(count)
    return rows / (time.perf_counter() - begun)


def main(rows: int, folder: Path) -> None:
    """Measure both in turns and print medians and their ratio."""
    place = Path(tempfile.mkdtemp(prefix="bench-ledger-", dir=folder))
    ledger = engine.create(f"sqlite:///{place}/ledger.db")
    try:
        writers = {"plain": plain(place / "plain.db"), "ours": ours(ledger)}
        for write in writers.values():
            pace(write, 200)
        paces: dict[str, list[float]] = {name: [] for name in writers}
        for _ in range(ROUNDS):
            for name, write in writers.items():
                paces[name].append(pace(write, rows))
        begun = time.perf_counter()
        faults = list(events.verify(ledger))
        checked = events.head(ledger)[0] / (time.perf_counter() - begun)
    finally:
        ledger.close()
        shutil.rmtree(place)
    usual = {name: statistics.median(values) for name, values in paces.items()}
    ratio = statistics.median(
        mine / theirs for mine, theirs in zip(paces["ours"], paces["plain"], strict=True)
    )
    sys.stdout.write(
        f"plain sqlite3, WAL, FULL   {usual['plain']:8.0f} rows/s   {spread(paces['plain'])}\n"
        f"hash-chained ledger        {usual['ours']:8.0f} events/s {spread(paces['ours'])}\n"
        f"ratio, turn by turn        {ratio:8.2f}   (floor {FLOOR}/s)\n"
        f"verify                     {checked:8.0f} events/s, {len(faults)} faults\n"
    )


def spread(values: list[float]) -> str:
    """Return the slowest and the fastest round."""
    return f"({min(values):.0f} to {max(values):.0f})"


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 200, Path(given[1]) if len(given) > 1 else Path.cwd())
