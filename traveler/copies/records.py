# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of copies, read as frozen values; all selects on copies are here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import lifecycle, tables
from vault import codes
from vault.errors import BadCode

_NUMBER: Final = re.compile(r"C-(\d{1,9})\Z", re.IGNORECASE | re.ASCII)
_table = tables.drawing_copy.c


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did with a copy: issued, collected, destroyed, declared missing, corrected."""

    copy: int
    act: str
    at: str
    person: str
    note: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A numbered copy: of which file, for which job and step, to whom, and what became of it.

    ``marked`` is the state its stamp says, ``sha256`` that of the very bytes handed out, ``last``
    the newest thing done with it.
    """

    id: int
    item: str
    rev: str
    file: str
    marked: str
    job: str | None
    seq: int | None
    station: str
    qty: int | None
    person: str
    device: str
    at: str
    sha256: str
    size: int
    state: str
    last: Act | None = None

    @property
    def number(self) -> str:
        """Return its number as it is printed, ``C-000123``."""
        return written(self.id)

    @property
    def work(self) -> str:
        """Return the job, step and station it is for, as one short text; empty where there is none."""
        if self.job is None:
            return ""
        step = f" step {self.seq}" if self.seq is not None else ""
        return f"{self.job}{step}{f', {self.station}' if self.station else ''}"

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        last = self.last if self.last and self.last.act != "issue" else None
        return {
            "copy": self.number,
            "number": self.item,
            "rev": self.rev,
            "file": self.file,
            "marked": self.marked,
            "sha256": self.sha256,
            "size": self.size,
            "job": self.job,
            "op": self.seq,
            "station": self.station or None,
            "qty": self.qty,
            "person": self.person,
            "at": self.at,
            "state": self.state,
            "closed": last and {"by": last.person, "at": last.at, "note": last.note},
        }


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """Which copies to list; an empty field does not restrict.  ``state`` is ``open`` and so on."""

    item: str = ""
    rev: str = ""
    job: str = ""
    person: str = ""
    state: str = ""


def written(serial: int) -> str:
    """Return the number of a copy as it is printed; ``serial`` reads it back."""
    return f"C-{serial:06d}"


def serial(text: str) -> int | None:
    """Return the serial of a copy's number in any spelling of case, or None where it is none."""
    found = _NUMBER.match(text.strip())
    return int(found[1]) if found else None


def digest(text: str) -> str | None:
    """Return the digest of a typed code or scanned address of a copy, or None where it is neither."""
    try:
        kind, code = codes.parse_qr(text) if "/" in text else ("c", text)
        return codes.hashed(code) if kind == "c" else None
    except BadCode:
        return None


def by_id(connection: Connection, number: int) -> Copy | None:
    """Return a copy by its serial."""
    return _one(connection, _table.id == number)


def by_hash(connection: Connection, found: str) -> Copy | None:
    """Return a copy by the digest of its code."""
    return _one(connection, _table.hash == found)


def copies(
    connection: Connection, wanted: CopyFilter, limit: int | None = None, offset: int = 0
) -> list[Copy]:
    """Return the copies that were handed out and fit, the newest first."""
    chosen = sa.select(tables.drawing_copy).where(*_conditions(wanted)).order_by(_table.id.desc())
    rows = connection.execute(chosen.limit(limit).offset(offset)).all()
    return _told(connection, rows)


def count(connection: Connection, wanted: CopyFilter) -> int:
    """Return how many copies were handed out and fit."""
    chosen = sa.select(sa.func.count()).select_from(tables.drawing_copy)
    return int(connection.execute(chosen.where(*_conditions(wanted))).scalar_one())


def revisions(connection: Connection, state: str = "") -> list[tuple[str, str]]:
    """Return item and label of every revision with copies, those in one state where it is named."""
    chosen = sa.select(_table.item, _table.rev).where(*_conditions(CopyFilter(state=state)))
    return [(row.item, row.rev) for row in connection.execute(chosen.distinct())]


def acts(connection: Connection, number: int) -> list[Act]:
    """Return all that was done with a copy, oldest first."""
    table = tables.copy_act
    chosen = sa.select(table).where(table.c.copy == number).order_by(table.c.id)
    return [_act(row) for row in connection.execute(chosen)]


def _one(connection: Connection, condition: sa.ColumnElement[bool]) -> Copy | None:
    rows = connection.execute(sa.select(tables.drawing_copy).where(condition)).all()
    return next(iter(_told(connection, rows)), None)


def _conditions(wanted: CopyFilter) -> list[sa.ColumnElement[bool]]:
    given = {
        _table.item: wanted.item,
        _table.rev: wanted.rev,
        _table.job: wanted.job,
        _table.person: wanted.person,
        _table.state: wanted.state,
    }
    found: list[sa.ColumnElement[bool]] = [
        column == value for column, value in given.items() if value
    ]
    if not wanted.state:
        found.append(_table.state.not_in(lifecycle.NEVER_OUT))
    return found


def _told(connection: Connection, rows: Sequence[Any]) -> list[Copy]:
    newest = _newest(connection, [row.id for row in rows])
    return [
        Copy(
            row.id, row.item, row.rev, row.file, row.marked, row.job, row.seq, row.station, row.qty,
            row.person, row.device, row.at, row.sha256, row.size, row.state, newest.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _newest(connection: Connection, ids: Sequence[int]) -> dict[int, Act]:
    table = tables.copy_act.c
    found: dict[int, Act] = {}
    for start in range(0, len(ids), 500):
        chosen = sa.select(tables.copy_act).where(table.copy.in_(ids[start : start + 500]))
        found |= {row.copy: _act(row) for row in connection.execute(chosen.order_by(table.id))}
    return found


def _act(row: Any) -> Act:
    return Act(row.copy, row.act, row.at, row.person, row.note)
