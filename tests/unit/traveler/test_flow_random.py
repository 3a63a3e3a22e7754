# SPDX-License-Identifier: AGPL-3.0-or-later
"""No piece is lost or doubled: the verbs against a bag of pieces that knows where each one is.

The model is not the code once more: it moves single named pieces from place to place, and knows
nothing of counts that are subtracted from one another.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from traveler import jobs, operation_records, rework, skipping, splitting
from traveler.errors import (
    CannotSplit,
    EarlierOperationOpen,
    NoPiecesForRework,
    NothingArrived,
    OperationCannot,
    OperationSkipCannot,
    ReworkOpen,
    TooManyPieces,
)
from traveler.exchange import exporting
from traveler.floor import starting, stopping
from traveler.operation_records import Operation
from traveler.route import Step
from vault.ledger import events

QTY = 6
ROUTE = (10, 20, 30, 40)
SCRAP, MADE = "scrap", "made"


class Pieces(RuleBasedStateMachine):
    """A shop with one job, its lots, and named pieces."""

    shop: ClassVar[Any]

    def __init__(self) -> None:
        """Begin with all pieces at the first operation."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="pieces-")
        self.vault = self.shop.fresh(Path(self.folder.name) / "vault")
        self.people = self.shop.people
        jobs.add(self.vault, self.people["pat"], "J-1", "10-0042", QTY, "2027-03-01")
        jobs.release_job(self.vault, self.people["pat"], "J-1")
        # where each piece is: (job, operation, counted as good there?) or scrap or made
        self.at: dict[int, Any] = dict.fromkeys(range(QTY), ("J-1", 10, "here"))
        self.state: dict[tuple[str, int], str] = {("J-1", seq): "waiting" for seq in ROUTE}
        self.next: dict[tuple[str, int], int] = {
            ("J-1", seq): following for seq, following in zip(ROUTE, (*ROUTE[1:], 0), strict=True)
        }
        self.joins: dict[tuple[str, int], int] = {}
        self.row: dict[tuple[str, int], tuple[str, int]] = {}

    def teardown(self) -> None:
        """Look at the record once more, and throw the shop away."""
        assert list(events.verify(self.vault.ledger)) == []
        assert self._exported() == self._counted()
        self.vault.close()
        self.folder.cleanup()

    # --- the model ------------------------------------------------------------------------------

    def _in(self, job: str, seq: int, how: str) -> list[int]:
        return [one for one, place in self.at.items() if place == (job, seq, how)]

    def _flush(self) -> None:
        """Let good pieces of operations that are over move on, past those that were skipped."""
        moved = True
        while moved:
            moved = False
            for (job, seq), state in self.state.items():
                if state == "skipped":
                    for one in self._in(job, seq, "here"):
                        self.at[one] = (job, seq, "good")
                if state not in {"done", "skipped"} and seq in ROUTE:
                    continue
                if state not in {"done", "skipped"}:
                    continue
                for one in self._in(job, seq, "good"):
                    following = self.next[job, seq]
                    self.at[one] = (job, following, "here") if following else MADE
                    moved = True

    def _operations(self, job: str) -> dict[int, Operation]:
        with self.vault.ledger.reading() as connection:
            return {one.seq: one for one in operation_records.operations(connection, job)}

    def _counted(self) -> dict[tuple[str, int], tuple[int, int]]:
        return {
            (job, seq): (one.good, one.scrap)
            for job in {job for job, _ in self.state}
            for seq, one in self._operations(job).items()
            if one.good or one.scrap
        }

    def _exported(self) -> dict[tuple[str, int], tuple[int, int]]:
        """Return what an ERP comes to that adds up all it was ever told."""
        sums: dict[tuple[str, int], tuple[int, int]] = {}
        for row in exporting.export(self.vault, "completions").rows:
            good, scrap = sums.get((row["job"], row["operation"]), (0, 0))
            sums[row["job"], row["operation"]] = good + row["good"], scrap + row["scrap"]
        return {where: counts for where, counts in sums.items() if any(counts)}

    def _pick(self, data: st.DataObject) -> tuple[str, int]:
        return data.draw(st.sampled_from(sorted(self.state)))

    def _before(self, job: str, seq: int) -> list[int]:
        return [
            other for (own, other), following in self.next.items()
            if own == job and following == seq and (other in ROUTE) == (seq in ROUTE)
        ]  # fmt: skip

    def _all_before_over(self, job: str, seq: int) -> bool:
        before = self._before(job, seq)
        return all(
            self.state[job, one] in {"done", "skipped"} and self._all_before_over(job, one)
            for one in before
        )

    def _coming(self, job: str, seq: int) -> bool:
        """Say whether rework still has to come to an operation of the route."""
        return seq in ROUTE and any(
            own == job and join and join <= seq and self.state[own, one] not in {"done", "skipped"}
            for (own, one), join in self.joins.items()
        )

    # --- what people do -------------------------------------------------------------------------

    @rule(data=st.data())
    def start(self, data: st.DataObject) -> None:
        """Begin an operation, or be told why not."""
        job, seq = self._pick(data)
        state = self.state[job, seq]
        try:
            starting.start(self.vault, self.people["otto"], job, seq)
        except OperationCannot:
            assert state not in {"waiting", "paused"}
            return
        except EarlierOperationOpen:
            assert not self._all_before_over(job, seq)
            return
        except (NothingArrived, ReworkOpen):
            assert not [one for one, at in self.at.items() if at[:2] == (job, seq)]
            return
        assert state in {"waiting", "paused"}
        assert self._all_before_over(job, seq)
        self.state[job, seq] = "running"

    @rule(data=st.data(), finish=st.booleans())
    def stop(self, data: st.DataObject, finish: bool) -> None:
        """Count some pieces as good, scrap or for rework, and pause or finish."""
        running = sorted(one for one, state in self.state.items() if state == "running")
        if not running:
            return
        job, seq = data.draw(st.sampled_from(running))
        here = self._in(job, seq, "here")
        wished = data.draw(st.lists(st.sampled_from(["good", "good", "scrap", "aside"]),
                                    max_size=len(here) + (not finish)))  # fmt: skip
        counts = {name: wished.count(name) for name in ("good", "scrap", "aside")}
        act = stopping.finish if finish else stopping.pause
        more = {"why": "dropped behind the bench"} if finish else {}
        try:
            act(
                self.vault,
                self.people["otto"],
                job,
                seq,
                counts["good"],
                counts["scrap"],
                rework=counts["aside"],
                **more,
            )  # type: ignore[operator]
        except TooManyPieces:
            assert len(wished) > len(here)
            return
        except ReworkOpen:
            assert finish
            assert self._coming(job, seq)
            return
        assert len(wished) <= len(here)
        for one, how in zip(here, wished, strict=False):
            self.at[one] = SCRAP if how == "scrap" else (job, seq, how)
        if finish:  # what is not accounted for is lost by its reason, and said so
            for one in here[len(wished) :]:
                self.at[one] = SCRAP
        self.state[job, seq] = "done" if finish else "paused"
        self._flush()

    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        """Leave an operation out."""
        job, seq = self._pick(data)
        try:
            skipping.skip(self.vault, self.people["pat"], job, seq, "not needed")
        except OperationSkipCannot:
            assert self.state[job, seq] not in {"waiting", "paused"}
            return
        self.state[job, seq] = "skipped"
        self._flush()

    @precondition(lambda self: len({job for job, _ in self.state}) < 3)
    @rule(data=st.data(), qty=st.integers(1, QTY))
    def split(self, data: st.DataObject, qty: int) -> None:
        """Split pieces off, or be told that too few are there."""
        job = data.draw(st.sampled_from(sorted({job for job, _ in self.state})))
        over = {"done", "skipped"}
        here = next((seq for seq in ROUTE if (job, seq) in self.state
                     and self.state[job, seq] not in over), 0)  # fmt: skip
        free = self._in(job, here, "here")
        try:
            lot = splitting.split(self.vault, self.people["pat"], job, qty, "half goes first").job
        except CannotSplit:
            counted = here and self._operations(job)[here].counted
            assert not here or qty > len(free) - (not counted)
            return
        assert here
        assert qty <= len(free)
        for one in free[:qty]:
            self.at[one] = (lot.number, here, "here")
        own = [seq for seq in ROUTE if seq >= here]
        for seq, following in zip(own, (*own[1:], 0), strict=True):
            self.state[lot.number, seq] = "waiting"
            self.next[lot.number, seq] = following

    @precondition(lambda self: len(self.joins) < 4)
    @rule(data=st.data(), qty=st.integers(1, 3))
    def send_into_rework(self, data: st.DataObject, qty: int) -> None:
        """Plan rework of pieces that were set aside."""
        job, seq = self._pick(data)
        aside = self._in(job, seq, "aside")
        if not aside:
            return
        try:
            numbers = rework.plan(
                self.vault, self.people["quinn"], job, seq, "burr", qty=min(qty, len(aside)),
                steps=[Step(1, "bench", "File")],
            )  # fmt: skip
        except NoPiecesForRework:
            raise AssertionError(job, seq, aside) from None
        loop = self._operations(job)[numbers[0]].loop
        assert loop is not None
        for one, following in zip(numbers, (*numbers[1:], loop.back), strict=True):
            self.state[job, one] = "waiting"
            self.next[job, one] = following
            self.joins[job, one] = loop.back
        for one in aside[: min(qty, len(aside))]:
            self.at[one] = (job, numbers[0], "here")

    # --- what must always hold -------------------------------------------------------------------

    @invariant()
    def every_piece_is_where_the_ledger_says(self) -> None:
        """Each operation has the pieces that are there, and all together are those that began."""
        for job in {job for job, _ in self.state}:
            view = jobs.show(self.vault, job)
            for one in view.operations:
                seq, operation = one.operation.seq, one.operation
                assert operation.state == self.state[job, seq]
                if operation.over:
                    continue
                if self._all_before_over(job, seq):
                    here = len(self._in(job, seq, "here"))
                    assert one.arrived - operation.counted == here, (job, seq)
        assert sum(jobs.show(self.vault, job).out for job in {job for job, _ in self.state}) == len(
            [one for one, at in self.at.items() if at == MADE]
        )
        assert sum(jobs.show(self.vault, job).job.qty for job in {j for j, _ in self.state}) == QTY


class _Fresh:
    """Opens a copy of a stocked vault for every walk."""

    def __init__(self, root: Path, people: dict[str, Any]) -> None:
        self._root = root
        self.people = people

    def fresh(self, place: Path) -> Any:
        """Return a newly copied vault, opened."""
        from vault import home

        shutil.copytree(self._root, place, symlinks=True)
        return home.open_vault(place)


def test_no_piece_is_lost_or_doubled(in_a_row: Path, serial: Any) -> None:
    """Any order of start, pause, finish, split, rework and skip keeps every piece accounted for."""
    Pieces.shop = _Fresh(in_a_row, serial.people)
    case = Pieces.TestCase
    case.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
    case().runTest()
