# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of all evidence, for whoever looks whether their bytes are still there."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler.quality.tables import evidence, evidence_file
from traveler.tables import operation
from vault.objects.store import Digest


@dataclass(frozen=True, slots=True)
class FiledBytes:
    """A file of evidence and where that belongs; ``seq`` is the step it was filed at."""

    id: int
    evidence: int
    kind: str
    job: str
    seq: int | None
    nonconformance: int | None
    role: str
    name: str
    digest: Digest


def after(connection: Connection, last: int, most: int) -> list[FiledBytes]:
    """Return files in the order they were filed, after the one with a number; withdrawn ones too."""
    chosen = (
        sa.select(
            evidence_file, evidence.c.kind, evidence.c.job, evidence.c.nonconformance,
            operation.c.seq,
        )
        .join(evidence, evidence.c.id == evidence_file.c.evidence)
        .outerjoin(operation, operation.c.id == evidence.c.operation)
        .where(evidence_file.c.id > last)
        .order_by(evidence_file.c.id)
        .limit(most)
    )  # fmt: skip
    return [
        FiledBytes(
            row.id, row.evidence, row.kind, row.job, row.seq, row.nonconformance, row.role,
            row.name, Digest(row.md5, row.sha256, row.size),
        )
        for row in connection.execute(chosen)
    ]  # fmt: skip
