# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue: what lists, searches and look-ups need, in a local SQLite file.

Nothing in it is the truth; all of it is made from history, so the file may be lost at any time.

sqlite-utils makes the schema (``vault.catalogue_schema``); the statements here are SQLite's own.
"""

# ruff: noqa: S608 - names of tables and columns come from this file, values are always bound
from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from vault import catalogue_schema, search
from vault.catalogue_rows import (
    Facets,
    Hit,
    ItemRow,
    IterationRow,
    OrderRow,
    RevisionRow,
    Row,
    cells,
    names_of,
    upsert,
)
from vault.names import fold
from vault.rebuildable import RebuildableFile
from vault.uses import Uses

VERSION = 2
NO_LIMIT = -1


BROAD = 8_000  # finds; words that so many items have tell nothing, and are not ranked
FACETED = 2_000  # finds that are counted; more would cost a search more than the search itself
FACET_VALUES = 12  # of each kind of fact
_RANK = "bm25(item_fts, 10.0, 5.0, 1.0, 0.4)"  # weights of number, title, words, text of drawings
_RANKED = """
WITH hit AS MATERIALIZED (
    SELECT item_fts.rowid AS id, {rank} AS score FROM item_fts {further}
    WHERE {conditions}
)
SELECT id FROM hit WHERE {bound} ORDER BY score, id LIMIT ?
"""
_UNRANKED = """
SELECT item_fts.rowid FROM item_fts {further}
WHERE {conditions} AND item_fts.rowid > ? ORDER BY item_fts.rowid LIMIT ?
"""
_HAS_CURRENT = "EXISTS (SELECT 1 FROM revision r WHERE r.state = 'current' AND r.fold = item.fold)"
ITEM_STATES = {
    "released": _HAS_CURRENT,
    "recalled": f"fold IN (SELECT fold FROM revision WHERE state = 'recalled') AND NOT {_HAS_CURRENT}",
    "never released": "NOT EXISTS (SELECT 1 FROM revision r WHERE r.fold = item.fold)",
}
"""What an item may be asked to be in a list: has a current revision, lost it, never had one."""
_STATE = f"""CASE WHEN {_HAS_CURRENT} THEN 'released'
WHEN EXISTS (SELECT 1 FROM revision r WHERE r.fold = item.fold AND r.state = 'recalled')
THEN 'recalled' ELSE 'never released' END"""


def open_catalogue(path: Path) -> Catalogue:
    """Open the catalogue in a file, begun anew where it is missing, broken or of another version."""
    file = RebuildableFile(path, VERSION, catalogue_schema.statements)
    file.make_ready()
    return Catalogue(file)


class Catalogue:
    """The rows of one vault; may be used by several threads and processes at once."""

    def __init__(self, file: RebuildableFile) -> None:
        """Keep rows in a file; ``open_catalogue`` makes it ready."""
        self._file = file
        self._execute = file.execute
        self.uses = Uses(file)

    # --- items -------------------------------------------------------------------------------

    def item(self, number: str) -> ItemRow | None:
        """Return the item of a number, in whatever case it is asked for."""
        return self._one(ItemRow, "item", "WHERE fold = ?", fold(number))

    def item_at(self, path: str) -> ItemRow | None:
        """Return the item in a folder."""
        return self._one(ItemRow, "item", "WHERE path = ?", path)

    def items(
        self,
        after: str | None = None,
        limit: int = 100,
        words: str = "",
        *,
        kind: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        material: str | None = None,
    ) -> list[ItemRow]:
        """Return items by number, or by rank where words are searched for, after a given number.

        A page is asked for by the last number of the page before it, so the thousandth costs no
        more than the first.  ``state`` is one of ITEM_STATES.
        """
        if words.strip():
            return [
                hit.item for hit in self.search(words, after, limit, kind, owner, state, material)
            ]
        where, values = _conditions(kind, owner, state, material)
        if after:
            where, values = [*where, "fold > ?"], [*values, fold(after)]
        clause = f"{_where(where)} ORDER BY fold LIMIT ?"
        return self._all(ItemRow, "item", clause, *values, limit)

    def search(
        self,
        words: str,
        after: str | None = None,
        limit: int = 100,
        kind: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        material: str | None = None,
    ) -> list[Hit]:
        """Return the items that have all the words, or words beginning so, the best first.

        An item asked for by its whole number comes before all others.
        """
        match = search.query(words)
        if match is None or limit <= 0:
            return []
        where, values = _conditions(kind, owner, state, material)
        with self._file.snapshot():
            whole = self._ids(["fold = ?", *where], [fold(words.strip()), *values])
            begun = self._ids(["fold = ?"], [fold(after)]) if after else []
            if after and not begun:
                return []
            start = begun[0] if begun and begun != whole else None
            rest = self._ranked([match, *values], where, start, limit + len(whole))
            ids = [*(whole if not begun else ()), *(one for one in rest if one not in whole)]
            return self._hits(ids[:limit], words)

    def _ids(self, where: list[str], values: list[Any]) -> list[int]:
        return [
            int(row[0]) for row in self._execute(f"SELECT id FROM item {_where(where)}", values)
        ]

    def _ranked(
        self, values: list[Any], where: list[str], start: int | None, limit: int
    ) -> list[int]:
        """Return the ids of what matches after a given one, the best first."""
        some = "SELECT 1 FROM item_fts WHERE item_fts MATCH ? LIMIT ?"
        count = self._execute(f"SELECT count(*) FROM ({some})", (values[0], BROAD + 1))[0][0]
        bound, bounds = "TRUE", []
        if start is not None:
            one = f"SELECT {_RANK} FROM item_fts WHERE item_fts MATCH ? AND rowid = ?"
            scores = self._execute(one, (values[0], start))
            if not scores:
                return []
            bound, bounds = "(score, id) > (?, ?)", [scores[0][0], start]
        # CROSS keeps the index outermost: asked for one item at a time it would take minutes
        further = "CROSS JOIN item ON item.id = item_fts.rowid" if where else ""
        conditions = " AND ".join(["item_fts MATCH ?", *where])
        if count > BROAD:  # in the order of the index, which ends with the last one asked for
            sql = _UNRANKED.format(further=further, conditions=conditions)
            return [row[0] for row in self._execute(sql, (*values, start or 0, limit))]
        sql = _RANKED.format(rank=_RANK, further=further, conditions=conditions, bound=bound)
        return [row[0] for row in self._execute(sql, (*values, *bounds, limit))]

    def _hits(self, ids: list[int], words: str) -> list[Hit]:
        some = "id IN (SELECT value FROM json_each(?))"
        sql = f"SELECT id, words, drawn, {names_of(ItemRow)} FROM item WHERE {some}"
        rows = {row[0]: row for row in self._execute(sql, (json.dumps(ids),))}
        return [_hit(ItemRow(*rows[one][3:]), rows[one][1], rows[one][2], words) for one in ids]

    def facets(
        self,
        words: str = "",
        kind: str | None = None,
        owner: str | None = None,
        state: str | None = None,
        material: str | None = None,
    ) -> Facets:
        """Return how what a search or list finds divides by kind, state, owner and material."""
        match = search.query(words) if words.strip() else ""
        if match is None:
            return Facets((), (), (), (), False)
        where, values = _conditions(kind, owner, state, material)
        source = "item_fts CROSS JOIN item ON item.id = item_fts.rowid" if match else "item"
        where, values = (
            (["item_fts MATCH ?", *where], [match, *values]) if match else (where, values)
        )
        told = self._execute(
            f"SELECT kind, {_STATE}, owner, material FROM {source} {_where(where)} LIMIT ?",
            (*values, FACETED + 1),
        )
        counted = [Counter(row[column] for row in told[:FACETED]) for column in range(4)]
        one, two, three, four = (
            tuple((str(name), count) for name, count in counter.most_common(FACET_VALUES) if name)
            for counter in counted
        )
        return Facets(one, two, three, four, len(told) > FACETED)

    def put_item(self, row: ItemRow) -> None:
        """Write an item; another item that stood in its folder is no longer there."""
        told = json.loads(row.metadata)
        words = f"{search.text_of(told)} {row.kind} {row.owner} {row.changed_by}"
        material = told.get("material", "")
        further = (words, material.strip()[:80] if isinstance(material, str) else "")
        with self.transaction():
            gone = "SELECT number FROM item WHERE path = ? AND fold <> ?"
            for (number,) in self._execute(gone, (row.path, row.fold)):
                self.drop_item(number)
            self._execute(upsert("item", ItemRow, "fold", "words", "material"),
                          (*cells(row), *further))  # fmt: skip

    def drop_item(self, number: str) -> None:
        """Remove an item from lists; its iterations and revisions are history and stay."""
        with self.transaction():
            self._execute("DELETE FROM item WHERE fold = ?", (fold(number),))
            self._execute("DELETE FROM unread WHERE fold = ?", (fold(number),))
            self.uses.drop_working(number)

    # --- the text of their files -------------------------------------------------------------

    def queue_reading(self, number: str, tree: str) -> None:
        """Remember that the files of an item, as in a tree, are to be read for the search."""
        self._execute("INSERT OR REPLACE INTO unread VALUES (?, ?)", (fold(number), tree))

    def unread(self, after: str = "", limit: int = 100) -> list[ItemRow]:
        """Return items with files that were not read yet, by number, after a given one."""
        clause = "WHERE fold IN (SELECT fold FROM unread WHERE fold > ? ORDER BY fold LIMIT ?) ORDER BY fold"
        return self._all(ItemRow, "item", clause, fold(after), limit)

    def unread_count(self) -> int:
        """Return how many items have files that were not read yet."""
        return int(self._execute("SELECT count(*) FROM unread")[0][0])

    def put_drawn(self, row: ItemRow, files: Mapping[str, str]) -> None:
        """Write the text of an item's files, by name; nothing where the item has changed since."""
        drawn = search.joined(files)
        with self.transaction():
            self._execute(
                "UPDATE item SET drawn = ? WHERE fold = ? AND tree = ? AND drawn <> ?",
                (drawn, row.fold, row.tree, drawn),
            )
            self._execute(
                "DELETE FROM unread WHERE fold = ?"
                " AND EXISTS (SELECT 1 FROM item WHERE fold = ? AND tree = ?)",
                (row.fold, row.fold, row.tree),
            )

    # --- what happened to them ---------------------------------------------------------------

    def iterations(self, number: str, limit: int = NO_LIMIT) -> list[IterationRow]:
        """Return the commits that touched an item, the newest first."""
        clause = "WHERE fold = ? ORDER BY id DESC LIMIT ?"
        return self._all(IterationRow, "iteration", clause, fold(number), limit)

    def put_iteration(self, row: IterationRow) -> None:
        """Write a commit that touched an item; they are written oldest first."""
        columns = names_of(IterationRow)
        self._execute(
            f"INSERT INTO iteration ({columns}, fold) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (*cells(row), fold(row.number)),
        )

    def revisions(self, number: str) -> list[RevisionRow]:
        """Return the revisions of an item in the order of the release log."""
        clause = "WHERE fold = ? ORDER BY sequence"
        return self._all(RevisionRow, "revision", clause, fold(number))

    def current(self, numbers: Sequence[str]) -> dict[str, str]:
        """Return the label of the current revision of each of these items that has one."""
        rows = self._execute(
            "SELECT number, rev FROM revision WHERE state = 'current' "
            "AND fold IN (SELECT value FROM json_each(?))",
            (json.dumps([fold(one) for one in numbers]),),
        )
        return {str(number): str(rev) for number, rev in rows}

    def revision_by_code(self, code: str) -> RevisionRow | None:
        """Return the revision whose stamp carries a code, in its normal spelling."""
        return self._one(RevisionRow, "revision", "WHERE code = ?", code)

    def put_revision(self, row: RevisionRow) -> None:
        """Write a revision as it stands now."""
        with self.transaction():
            statement = upsert("revision", RevisionRow, "fold, rev", "fold")
            self._execute(statement, (*cells(row), fold(row.number)))

    def put_entry(self, sequence: int, at: str) -> None:
        """Write the moment an entry of the release log says it was made."""
        with self.transaction():
            self._execute("INSERT OR REPLACE INTO log_entry VALUES (?, ?)", (sequence, at))

    def entry_by(self, at: str) -> int:
        """Return the last entry of the release log that was made by a moment, 0 where none was.

        An entry was made before all that follow it, whatever the clock said when it was written.
        """
        return int(
            self._execute("SELECT coalesce(max(sequence), 0) FROM log_entry WHERE at <= ?", (at,))[
                0
            ][0]
        )

    def entry_moment(self, sequence: int) -> str:
        """Return the moment an entry of the release log says it was made; empty: there is none."""
        found = self._execute("SELECT at FROM log_entry WHERE sequence = ?", (sequence,))
        return str(found[0][0]) if found else ""

    def current_at(self, number: str, sequence: int) -> RevisionRow | None:
        """Return the revision that was current after an entry of the release log."""
        clause = "WHERE fold = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1"
        row = self._one(RevisionRow, "revision", clause, fold(number), sequence)
        return None if row is None or 0 < row.recalled <= sequence else row

    # --- change orders -----------------------------------------------------------------------

    def order(self, change: str) -> OrderRow | None:
        """Return a change order."""
        return self._one(OrderRow, "change_order", "WHERE change = ?", change)

    def orders(
        self,
        states: Collection[str] | None = None,
        *,
        number: str | None = None,
        before: str | None = None,
        limit: int = NO_LIMIT,
    ) -> list[OrderRow]:
        """Return change orders, the newest first: of some states, of an item, before another one."""
        where, values = [], []
        if states is not None:
            where.append(f"state IN ({', '.join('?' * len(states))})")
            values += sorted(states)
        if number is not None:
            where.append("change IN (SELECT change FROM order_item WHERE fold = ?)")
            values.append(fold(number))
        if before is not None:
            where.append("(length(change), change) < (length(?), ?)")
            values += [before, before]
        clause = f"{_where(where)} ORDER BY length(change) DESC, change DESC LIMIT ?"
        return self._all(OrderRow, "change_order", clause, *values, limit)

    def put_order(self, row: OrderRow) -> None:
        """Write a change order as it stands now."""
        with self.transaction():
            self._execute(upsert("change_order", OrderRow, "change"), cells(row))
            self._execute("DELETE FROM order_item WHERE change = ?", (row.change,))
            for number in set(json.loads(row.items)):
                self._execute("INSERT INTO order_item VALUES (?, ?)", (row.change, fold(number)))

    # --- where it stands ---------------------------------------------------------------------

    def cursor(self, ref: str) -> str | None:
        """Return the commit of a ref that everything here was made from, or None."""
        rows = self._execute('SELECT "commit" FROM cursor WHERE ref = ?', (ref,))
        return str(rows[0][0]) if rows else None

    def set_cursor(self, ref: str, commit: str) -> None:
        """Say up to which commit of a ref everything is in here."""
        with self.transaction():
            self._execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (ref, commit))

    def counts(self) -> dict[str, int]:
        """Return how much is in here."""
        counted = {"items": "item", "iterations": "iteration", "revisions": "revision"}
        return {
            name: int(self._execute(f"SELECT count(*) FROM {table}")[0][0])
            for name, table in counted.items()
        }

    def transaction(self) -> AbstractContextManager[None]:
        """Do all that is within, or nothing; within another transaction it becomes part of that."""
        return self._file.transaction()

    def forget(self) -> None:
        """Begin anew: nothing is in here afterwards, and no cursor."""
        self._file.forget()

    @contextlib.contextmanager
    def remade(self) -> Iterator[Catalogue]:
        """Give an empty catalogue to be filled, and take over all of it at once at the end."""
        with self._file.remade() as fresh:
            yield Catalogue(fresh)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    # --- inside ------------------------------------------------------------------------------

    def _one(self, kind: type[Row], table: str, clause: str, *values: object) -> Row | None:
        return next(iter(self._all(kind, table, clause, *values)), None)

    def _all(self, kind: type[Row], table: str, clause: str, *values: object) -> list[Row]:
        sql = f"SELECT {names_of(kind)} FROM {table} {clause}"
        return [kind(*row) for row in self._execute(sql, values)]


def _hit(row: ItemRow, words: str, drawn: str, wanted: str) -> Hit:
    """Return a find with the text that explains it: of a drawing, where only that has a word."""
    file, snippet = search.in_files(drawn, wanted, f"{row.number} {row.title} {words}")
    return Hit(row, snippet or search.marked(words, wanted), file)


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _conditions(
    kind: str | None, owner: str | None, state: str | None, material: str | None
) -> tuple[list[str], list[Any]]:
    told = [("kind = ?", kind), ("owner = ?", owner), ("material = ?", material)]
    where = [condition for condition, value in told if value is not None]
    values: list[Any] = [value for _condition, value in told if value is not None]
    return where + ([ITEM_STATES[state]] if state is not None else []), values
