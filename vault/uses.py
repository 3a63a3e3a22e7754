# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which item is used in which: the catalogue's table of what every ``bom.csv`` says.

A released revision keeps the lines it was released with; what lies on ``main`` has the empty
revision.  Levels are not walked here: what a child's revision is depends on the day one asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vault.bom import Line
from vault.names import fold
from vault.rebuildable import RebuildableFile

WORKING: Final = ""
"""The revision of lines that are not released."""


@dataclass(frozen=True, slots=True)
class Use:
    """A line of a bill of materials: so many of a child in one parent, at a revision of that."""

    parent: str
    rev: str
    child: str
    qty: str
    find: str


class Uses:
    """The uses in a catalogue."""

    def __init__(self, file: RebuildableFile) -> None:
        """Keep them in the catalogue's file."""
        self._file = file
        self._execute = file.execute

    def put(self, parent: str, rev: str, lines: Iterable[Line]) -> None:
        """Write what a parent is made of at a revision, instead of what was known before."""
        key = (fold(parent), rev)
        with self._file.transaction():
            self._execute("DELETE FROM uses WHERE fold = ? AND rev = ?", key)
            for place, line in enumerate(lines):
                self._execute(
                    "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*key, place, parent, fold(line.number), line.number, line.qty, line.find),
                )

    def drop_working(self, parent: str) -> None:
        """Forget what an item that left ``main`` was made of; its releases are history and stay."""
        with self._file.transaction():
            self._execute("DELETE FROM uses WHERE fold = ? AND rev = ''", (fold(parent),))

    def of(self, parent: str, rev: str = WORKING) -> list[Use]:
        """Return what a parent is made of at a revision, in the order of its file."""
        sql = "SELECT parent, rev, child, qty, find FROM uses WHERE fold = ? AND rev = ? ORDER BY place"
        return [Use(*row) for row in self._execute(sql, (fold(parent), rev))]

    def using(self, child: str) -> list[Use]:
        """Return every line that names a child, of all revisions and of ``main``, by parent."""
        sql = (
            "SELECT parent, rev, child, qty, find FROM uses WHERE child_fold = ?"
            " ORDER BY fold, rev, place"
        )
        return [Use(*row) for row in self._execute(sql, (fold(child),))]
