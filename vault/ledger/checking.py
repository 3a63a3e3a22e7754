# SPDX-License-Identifier: AGPL-3.0-or-later
"""The check of the ledger: does the chain hold, and is every sealed row what its event left?

Everything is read in one pass over the events and one over each sealed table, so that a ledger of
a million events is checked in a minute and never held in memory, seals apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from vault import canonical
from vault.ledger import backing, seals
from vault.ledger.tables import event, event_head

MOST_MOVED = 200
"""Rows among which a move is looked for; more broken rows than that are named as altered."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One disagreement found by a check: its kind, where it stands, and what is wrong there."""

    kind: str
    where: str
    what: str


@dataclass(slots=True)
class _Walk:
    """What a walk along the chain has seen so far."""

    seq: int = 0
    hash: str = seals.GENESIS
    gaps: list[int] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    last_seals: dict[str, tuple[str, int]] = field(default_factory=dict)


def faults(connection: Connection, witnesses: Mapping[int, str]) -> Iterator[Fault]:
    """Yield every fault, one after another: structure, triggers, chain, heads, sealed rows."""
    kept = backing.behind(connection)
    for said in kept.soundness(connection):
        yield Fault("database", "ledger", said)
    for name, what in kept.fence_faults(connection):
        yield Fault("trigger", f"trigger {name}", f"the trigger {what}")
    walk = _Walk()
    for row in connection.execute(sa.select(event).order_by(event.c.seq)).mappings():
        yield from _step(walk, dict(row), witnesses)
    yield from _broken(walk)
    yield from _heads(connection, walk, witnesses)
    yield from _rows(connection, walk.last_seals)


def _step(walk: _Walk, row: dict[str, Any], witnesses: Mapping[int, str]) -> Iterator[Fault]:
    seq = row["seq"]
    if seq > walk.seq + 1:
        walk.gaps.extend(range(walk.seq + 1, min(seq, walk.seq + 1 + MOST_MOVED)))
        missing = f"event {walk.seq + 1}" + (f" to {seq - 1}" if seq > walk.seq + 2 else "")
        yield Fault("deleted", missing, "is gone from the middle of the chain")
    if not _sound(row):
        walk.broken.append(row)
    elif seq == walk.seq + 1 and row["prev_hash"] != walk.hash:
        # The row fits itself but not its predecessor: that one was rewritten with a new hash.
        what = f"its hash is not the one event {seq} was bound to"
        yield Fault("altered", f"event {seq - 1}", what)
    if seq in witnesses and witnesses[seq] != row["hash"]:
        yield Fault("altered", f"event {seq}", "its hash is not the one kept outside the ledger")
    walk.seq, walk.hash = seq, row["hash"]
    for name, seal in _seals(row).items():
        walk.last_seals[name] = (seal, seq)


def _sound(row: Mapping[str, Any]) -> bool:
    try:
        return seals.link(row) == str(row["hash"])
    except (TypeError, ValueError):  # a column that holds bytes or nonsense is not sound
        return False


def _seals(row: Mapping[str, Any]) -> dict[str, str]:
    try:
        found = canonical.loads(row["seals"].encode())
    except (AttributeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _broken(walk: _Walk) -> Iterator[Fault]:
    places = [row["seq"] for row in walk.broken] + walk.gaps
    for row in walk.broken:
        others = places if len(places) <= MOST_MOVED else []
        came = next((seq for seq in others if _sound({**row, "seq": seq})), None)
        where = f"event {row['seq']}"
        if came is None:
            yield Fault("altered", where, "its content does not match its hash")
        else:
            yield Fault("reordered", where, f"it was written as event {came}")


def _heads(connection: Connection, walk: _Walk, witnesses: Mapping[int, str]) -> Iterator[Fault]:
    kept = connection.execute(sa.select(event_head.c.seq, event_head.c.hash)).one_or_none()
    if kept is None:
        yield Fault("deleted", "event_head", "the kept head of the chain is gone")
    elif kept.seq > walk.seq:
        where = f"event {walk.seq + 1} to {kept.seq}"
        yield Fault("deleted", where, "is cut off the end of the chain")
    elif (kept.seq, kept.hash) != (walk.seq, walk.hash):
        yield Fault("altered", f"event {walk.seq}", "it is not the kept head of the chain")
    for seq in sorted(witnesses):
        if seq > walk.seq:
            what = f"is cut off: the chain ends at {walk.seq}, a head kept outside says otherwise"
            yield Fault("deleted", f"event {walk.seq + 1} to {seq}", what)


def _rows(connection: Connection, last_seals: Mapping[str, tuple[str, int]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for table in sorted({name.partition("/")[0] for name in last_seals}):
        if not sa.inspect(connection).has_table(table):
            yield Fault("deleted", f"table {table}", "the whole table is gone")
            continue
        yield from _table(connection, table, last_seals, seen)
    for name in sorted(last_seals.keys() - seen):
        yield Fault("deleted", name, f"the row that event {last_seals[name][1]} left is gone")


def _table(
    connection: Connection, table: str, last_seals: Mapping[str, tuple[str, int]], seen: set[str]
) -> Iterator[Fault]:
    primary = sa.inspect(connection).get_pk_constraint(table)["constrained_columns"]
    every = sa.select(sa.text("*")).select_from(sa.table(table))
    for row in connection.execute(every).mappings():
        name = seals.key(table, [row[column] for column in primary])
        seen.add(name)
        if name not in last_seals:
            yield Fault("added", name, "no event knows this row")
        elif _seal(dict(row)) != last_seals[name][0]:
            seq = last_seals[name][1]
            yield Fault("altered", name, f"the row is not what event {seq} left")


def _seal(row: Mapping[str, object]) -> str:
    try:
        return seals.seal(row)
    except (TypeError, ValueError):
        return ""
