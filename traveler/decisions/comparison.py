# SPDX-License-Identifier: AGPL-3.0-or-later
"""The route of a job beside the route of another revision: what is the same, what differs.

Pure: operations as the job has them, steps as the revision released them.  Operations are matched
by their number; one that is the same keeps what was done, any other has to be done again, unless
the planner says otherwise and gives the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from traveler.operation_records import Operation
from traveler.route import Step

_NAMED: Final = (
    ("station", "station"), ("title", "title"), ("setup_minutes", "setup minutes"),
    ("run_minutes", "minutes a piece"), ("files", "files"), ("proof", "proof owed"),
    ("parallel", "side by side"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One operation in both routes: ``same``, ``changed``, ``new`` or ``gone``, and how.

    ``begun`` says that the job has done something on it; ``keep`` what the rule proposes.
    """

    seq: int
    what: str
    differences: tuple[str, ...]
    operation: Operation | None
    step: Step | None

    @property
    def begun(self) -> bool:
        """Say whether something was done that can be kept or lost."""
        return self.operation is not None and self.operation.state not in {"waiting", "dropped"}

    @property
    def keep(self) -> bool:
        """Say whether what was done stays, if nobody says otherwise."""
        return self.what == "same"

    @property
    def title(self) -> str:
        """Return the title as it will be, or was."""
        if self.step is not None:
            return self.step.title
        return self.operation.title if self.operation is not None else ""

    @property
    def sentence(self) -> str:
        """Return what differs in one line; empty where nothing does."""
        if self.what == "new":
            return f"{self.seq} {self.title} is new"
        if self.what == "gone":
            return f"{self.seq} {self.title} is gone"
        return f"{self.seq} {self.title}: {'; '.join(self.differences)}" if self.differences else ""


def compared(
    operations: Sequence[Operation], steps: Sequence[Step], changed_files: Collection[str]
) -> tuple[Compared, ...]:
    """Return every operation of both routes in order.

    A step that names a file is not the same where that file's bytes changed.
    """
    old = {one.seq: one for one in operations}
    new = {one.seq: one for one in steps}
    return tuple(
        _compared(seq, old.get(seq), new.get(seq), changed_files)
        for seq in sorted(old.keys() | new.keys())
    )


def _compared(
    seq: int, operation: Operation | None, step: Step | None, changed_files: Collection[str]
) -> Compared:
    if operation is None:
        return Compared(seq, "new", (), None, step)
    if step is None:
        return Compared(seq, "gone", (), operation, None)
    found = tuple(_differences(operation, step, changed_files))
    return Compared(seq, "changed" if found else "same", found, operation, step)


def _differences(operation: Operation, step: Step, changed_files: Collection[str]) -> Iterator[str]:
    for name, label in _NAMED:
        was, now = getattr(operation, name), getattr(step, name)
        if was != now:
            yield f"{label} {_told(was)} → {_told(now)}"
    if operation.notes != step.notes:
        yield "other notes"
    for name in step.files:
        if name in changed_files and name in operation.files:
            yield f"{name} changed"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) or "none" if isinstance(value, tuple) else str(value)
