# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ledger keeps of shipments and certificates, read as frozen values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import series
from traveler.shipping import tables
from traveler.shipping.rules import Facts
from vault import canonical

_ROW, _ENTRY, _CERTIFICATE = tables.shipment, tables.shipment_entry, tables.certificate


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment as it stands."""

    id: int
    job: str
    state: str
    entries: int
    changed_at: str
    changed_by: str
    facts: Facts

    @property
    def number(self) -> str:
        """Return it as people write it, ``SH-0001``."""
        return series.SHIPMENT.name(self.id)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        told = asdict(self.facts)
        return {
            "shipment": self.number, "job": self.job, "state": self.state,
            **{key: list(value) if isinstance(value, tuple) else value or None
               for key, value in told.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One act on a shipment."""

    number: int
    at: str
    person: str
    act: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of conformance as it was signed; ``replaced`` by a newer one, or not."""

    id: int
    job: str
    shipment: int
    replaces: int | None
    replaced: int | None
    at: str
    person: str
    fields: dict[str, str]

    @property
    def number(self) -> str:
        """Return it as people write it, ``CC-0001``."""
        return series.CERTIFICATE.name(self.id)

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "certificate": self.number, "job": self.job, "shipment": series.SHIPMENT.name(self.shipment),
            "replaces": series.CERTIFICATE.name(self.replaces) if self.replaces else None,
            "replaced_by": series.CERTIFICATE.name(self.replaced) if self.replaced else None,
            "at": self.at, "by": self.person, "fields": self.fields,
        }  # fmt: skip


def shipment(connection: Connection, number: int) -> Shipment | None:
    """Return a shipment by its number."""
    found = _found(connection, [_ROW.c.id == number])
    return found[0] if found else None


def shipments(connection: Connection, job: str = "") -> list[Shipment]:
    """Return the shipments of a job, or all, oldest first."""
    return _found(connection, [_ROW.c.job == job] if job else [])


def shipments_of(connection: Connection, jobs: Sequence[str]) -> defaultdict[str, list[Shipment]]:
    """Return the shipments of several jobs, by job, oldest first."""
    found: defaultdict[str, list[Shipment]] = defaultdict(list)
    for one in _found(connection, [_ROW.c.job.in_(jobs)]):
        found[one.job].append(one)
    return found


def several(connection: Connection, numbers: Sequence[int]) -> list[Shipment]:
    """Return those of these shipments that are there, oldest first."""
    return _found(connection, [_ROW.c.id.in_(numbers)])


def certified(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """Return the certificate that holds for each of these shipments that has one."""
    chosen = sa.select(_CERTIFICATE.c.shipment, sa.func.max(_CERTIFICATE.c.id).label("newest"))
    chosen = chosen.where(_CERTIFICATE.c.shipment.in_(numbers)).group_by(_CERTIFICATE.c.shipment)
    rows = connection.execute(chosen)
    return {row.shipment: series.CERTIFICATE.name(row.newest) for row in rows}


def entries(connection: Connection, number: int) -> list[Entry]:
    """Return all that was done with a shipment, oldest first."""
    chosen = sa.select(_ENTRY).where(_ENTRY.c.shipment == number).order_by(_ENTRY.c.number)
    return [
        Entry(row.number, row.at, row.person, row.act, row.words, row.state)
        for row in connection.execute(chosen)
    ]


def certificates(connection: Connection, job: str = "", shipment_id: int = 0) -> list[Certificate]:
    """Return certificates, oldest first; of a job or a shipment where it is named."""
    newer = _CERTIFICATE.alias("newer")
    chosen = sa.select(_CERTIFICATE, newer.c.id.label("newer")).outerjoin(
        newer, newer.c.replaces == _CERTIFICATE.c.id
    )
    if job:
        chosen = chosen.where(_CERTIFICATE.c.job == job)
    if shipment_id:
        chosen = chosen.where(_CERTIFICATE.c.shipment == shipment_id)
    return [
        Certificate(row.id, row.job, row.shipment, row.replaces, row.newer, row.at, row.person,
                    canonical.loads(row.fields.encode()))
        for row in connection.execute(chosen.order_by(_CERTIFICATE.c.id))
    ]  # fmt: skip


def _found(connection: Connection, conditions: Sequence[sa.ColumnElement[bool]]) -> list[Shipment]:
    newest = sa.and_(_ENTRY.c.shipment == _ROW.c.id, _ENTRY.c.number == _ROW.c.entries)
    chosen = sa.select(_ROW, _ENTRY.c.at, _ENTRY.c.person, _ENTRY.c.facts).join(_ENTRY, newest)
    return [
        Shipment(row.id, row.job, row.state, row.entries, row.at, row.person, _facts(row.facts))
        for row in connection.execute(chosen.where(*conditions).order_by(_ROW.c.id))
    ]


def _facts(text: str) -> Facts:
    told: dict[str, Any] = canonical.loads(text.encode())
    photos: Any = tuple(told.pop("photos", ()))
    return Facts(**told, photos=photos)
