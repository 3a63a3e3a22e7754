# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was decided about jobs on revisions that are not the one to work from; all selects on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from traveler import tables
from vault import canonical

_TABLE = tables.job_decision
_OF_JOBS: Final = (
    sa.select(_TABLE)
    .where(_TABLE.c.job.in_(sa.bindparam("jobs", expanding=True)))
    .order_by(_TABLE.c.id)
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: on which standing it was made, what was chosen, by whom, why, within what.

    ``rev`` is the revision the job was on, ``current`` the one that was current then, empty where
    there was none; a move leads to ``current``.  ``pieces`` is how many good pieces a deviation
    lets through, ``until`` its last day; ``differences`` what the two routes did not have alike.
    ``item`` is the further item of a kit it is about, empty for the job's own.
    """

    id: int
    job: str
    rev: str
    standing: str
    current: str
    choice: str
    at: str
    person: str
    why: str
    pieces: int | None
    until: str
    differences: tuple[str, ...]
    item: str = ""

    @property
    def sentence(self) -> str:
        """Return it as people read it."""
        rev = f"{self.item} {self.rev}" if self.item else self.rev
        if self.choice == "move" and self.item:
            return f"takes {self.item} {self.current} into the kit instead of {self.rev}"
        if self.choice == "move":
            return f"moved from {self.rev} to {self.current}"
        if self.choice == "hold":
            return f"held on {rev}, which was {self.standing}"
        pieces = f", at most {self.pieces} good pieces" if self.pieces is not None else ""
        until = f", until {self.until}" if self.until else ""
        return f"goes on with {rev} by deviation{pieces}{until}"

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "choice": self.choice, "item": self.item or None, "rev": self.rev, "standing": self.standing,
            "current": self.current or None, "at": self.at, "by": self.person, "why": self.why,
            "pieces": self.pieces, "until": self.until or None,
            "differences": list(self.differences),
        }  # fmt: skip


def decisions(connection: Connection, jobs: Sequence[str]) -> defaultdict[str, list[Decision]]:
    """Return what was decided about these jobs, by job, oldest first."""
    found: defaultdict[str, list[Decision]] = defaultdict(list)
    for row in connection.execute(_OF_JOBS, {"jobs": jobs}):
        found[row.job].append(
            Decision(
                row.id, row.job, row.rev, row.standing, row.current, row.choice, row.at,
                row.person, row.why, row.pieces, row.until,
                tuple(canonical.loads(row.differences.encode())), row.item or "",
            )
        )  # fmt: skip
    return found


def dated(connection: Connection) -> set[str]:
    """Return the jobs that were allowed to go on until some day."""
    chosen = sa.select(_TABLE.c.job).where(_TABLE.c.until != "").distinct()
    return set(connection.execute(chosen).scalars())
