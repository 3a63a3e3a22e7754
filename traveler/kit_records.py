# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of kits: the further released revisions a job is made of, beside its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import job_records, lifecycle, tables
from traveler.job_records import Job


@dataclass(frozen=True, slots=True)
class JobItem:
    """A further released revision of a kit, ``qty`` of it to each piece of the job."""

    job: str
    item: str
    rev: str
    title: str
    qty: int


def items(connection: Connection, numbers: Sequence[str]) -> defaultdict[str, list[JobItem]]:
    """Return the further items of kits, by job, in the order they were named."""
    found: defaultdict[str, list[JobItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"jobs": numbers}):
        found[row.job].append(JobItem(row.job, row.item, row.rev, row.title, row.qty))
    return found


def in_kits(connection: Connection, item: str) -> list[tuple[Job, JobItem | None]]:
    """Return every job that has an item in its kit, the earliest due first, with that item."""
    kit, own = tables.job_item, tables.job
    chosen = sa.select(own, kit.c.rev, kit.c.title, kit.c.qty)
    chosen = chosen.join(kit, kit.c.job == own.c.number).where(kit.c.item == item)
    found: list[tuple[Job, JobItem | None]] = []
    for *row, rev, title, qty in connection.execute(chosen.order_by(own.c.due, own.c.fold)):
        job = job_records.as_job(row)
        found.append((job, JobItem(job.number, item, rev, title, qty)))
    return found


def kits_in_process(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Return item and revision of the further items of every kit that has not ended, by job."""
    kit, found = tables.job_item.c, defaultdict[str, list[tuple[str, str]]](list)
    chosen = sa.select(kit.job, kit.item, kit.rev).join(tables.job, tables.job.c.number == kit.job)
    chosen = chosen.where(tables.job.c.state.not_in(lifecycle.ENDED)).order_by(kit.id)
    for row in connection.execute(chosen):
        found[row.job].append((row.item, row.rev))
    return found


def item_row(connection: Connection, number: str, item: str) -> int:
    """Return the key of a further item of a kit that is there."""
    table = tables.job_item.c
    chosen = sa.select(table.id).where(table.job == number, table.item == item)
    return int(connection.execute(chosen).scalar_one())


_ITEMS: Final = (
    sa.select(tables.job_item)
    .where(tables.job_item.c.job.in_(sa.bindparam("jobs", expanding=True)))
    .order_by(tables.job_item.c.id)
)
