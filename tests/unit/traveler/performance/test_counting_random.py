# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a shop does, what was carried on act by act is what a recount from nothing finds.

And what both find is checked against the ledger's own rows, added up without any rule of theirs.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from traveler import amending, jobs, rework, skipping, splitting, tables
from traveler.blockers import handling
from traveler.blockers.handling import Wanted
from traveler.floor import starting, stopping
from traveler.performance import counting
from traveler.performance.book import opened
from traveler.route import Step
from traveler.shipping import desk as shipping
from vault import clock
from vault.errors import Refusal

SEQS = st.sampled_from([10, 20, 30, 40])
NAMES = st.sampled_from(["J-1", "J-2", "J-1.2"])
PEOPLE = st.sampled_from(["otto", "quinn", "pat"])


class Floor(RuleBasedStateMachine):
    """Two jobs and those split off them, acted on in any order; what is refused changes nothing."""

    shop: ClassVar[Any]

    def __init__(self) -> None:
        """Begin on a Monday in March, with two jobs on the floor."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="figures-")
        self.vault = self.shop.fresh(Path(self.folder.name) / "vault")
        self.people = self.shop.people
        self.now = datetime(2026, 3, 2, 7, tzinfo=UTC)
        self.blockers: list[int] = []
        for number in ("J-1", "J-2"):
            self.do(jobs.add, "pat", number, "10-0042", 6, "2026-03-12")
            self.do(jobs.release_job, "pat", number)

    def teardown(self) -> None:
        """Compare once more, and throw the shop away."""
        counting.check(self.vault)
        self.vault.close()
        self.folder.cleanup()

    def do(self, verb: Any, who: str, *given: Any, **more: Any) -> Any:
        """Do something at this moment; a refusal is an answer too."""
        self.now += timedelta(minutes=7)
        with clock.standing_at(self.now):
            try:
                return verb(self.vault, self.people[who], *given, **more)
            except Refusal:
                return None

    @rule(hours=st.integers(1, 90))
    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)

    @rule(job=NAMES, seq=SEQS, who=PEOPLE)
    def start(self, job: str, seq: int, who: str) -> None:
        """Begin, or join."""
        self.do(starting.start, who, job, seq)

    @rule(job=NAMES, seq=SEQS, who=PEOPLE, good=st.integers(0, 3), scrap=st.integers(0, 1))
    def pause(self, job: str, seq: int, who: str, good: int, scrap: int) -> None:
        """Interrupt, counting a part."""
        self.do(stopping.pause, who, job, seq, good, scrap)

    @rule(job=NAMES, seq=SEQS, who=PEOPLE, scrap=st.integers(0, 1), again=st.integers(0, 1))
    def finish(self, job: str, seq: int, who: str, scrap: int, again: int) -> None:
        """End it, some pieces lost or set aside."""
        self.do(stopping.finish, who, job, seq, None, scrap, rework=again)

    @rule(job=NAMES, seq=SEQS)
    def redo(self, job: str, seq: int) -> None:
        """Send a piece into rework, also one that was counted good before."""
        self.do(rework.plan, "quinn", job, seq, "burr", qty=1, steps=[Step(1, "bench", "File")])

    @rule(job=st.sampled_from(["J-1", "J-2"]), qty=st.integers(1, 3))
    def split(self, job: str, qty: int) -> None:
        """Split pieces off."""
        self.do(splitting.split, "pat", job, qty, "in a hurry")

    @rule(job=NAMES, seq=SEQS)
    def skip(self, job: str, seq: int) -> None:
        """Leave a step out."""
        self.do(skipping.skip, "pat", job, seq, "not needed")

    @rule(job=NAMES, day=st.integers(1, 28))
    def amend(self, job: str, day: int) -> None:
        """Move the due date and the customer."""
        self.do(amending.amend, "pat", job, due=f"2026-03-{day:02}", customer=f"C{day % 3}")

    @rule(job=NAMES, qty=st.integers(1, 6))
    def ship(self, job: str, qty: int) -> None:
        """Pack and send a part."""
        packed = self.do(shipping.pack, "pat", job, qty)
        if packed is not None:
            self.do(shipping.ship, "pat", packed.number, carrier="Post")

    @rule(job=NAMES, give_up=st.booleans())
    def end(self, job: str, give_up: bool) -> None:
        """Close or cancel."""
        self.do(jobs.cancel if give_up else jobs.close, "pat", job, "enough")

    @rule(job=st.sampled_from(["J-1", "J-2", ""]), who=PEOPLE)
    def block(self, job: str, who: str) -> None:
        """Raise a blocker on a job or on a whole station."""
        where = {"job": job} if job else {"station": "mill-2"}
        made = self.do(handling.raise_blocker, "otto", Wanted(
            kind="labor", owner=who, what="nobody", facts={"skill": "milling"}, **where))  # fmt: skip
        if made is not None:
            self.blockers.append(made.id)

    @rule(data=st.data(), act=st.sampled_from(["resolve", "reopen"]))
    def unblock(self, data: st.DataObject, act: str) -> None:
        """Resolve a blocker, or open it again."""
        if self.blockers:
            one = data.draw(st.sampled_from(self.blockers))
            verb = handling.resolve if act == "resolve" else handling.reopen
            self.do(verb, "pat", one, "because")

    @rule()
    def look(self) -> None:
        """Take in what is new; whenever that happens changes nothing about what is found."""
        counting.advance(self.vault)

    @rule()
    def lose(self) -> None:
        """Lose the book."""
        with opened(self.vault) as book:
            book.file.forget()

    @invariant()
    def pieces_and_minutes_are_those_of_the_ledger(self) -> None:
        """Every finished operation is there once, with its pieces; every ended stretch once."""
        counting.catch_up(self.vault)
        with opened(self.vault) as book:
            mine = book.file.execute(
                "SELECT operation, good, scrap, aside FROM step WHERE operation IN"
                " (SELECT operation FROM step) ORDER BY 1"
            )
            minutes = book.file.execute("SELECT count(*), sum(minutes) FROM stint")[0]
        step, stint = tables.operation.c, tables.stint.c
        with self.vault.ledger.reading() as connection:
            done = list(connection.execute(
                sa.select(step.id, step.good, step.scrap, sa.func.coalesce(step.rework, 0))
                .where(step.state == "done")))  # fmt: skip
            ended = list(connection.execute(
                sa.select(stint.started_at, stint.ended_at).where(stint.ended_at.is_not(None))))  # fmt: skip
        assert {tuple(one) for one in done} <= set(mine)
        assert len({one[0] for one in mine}) == len(mine)
        spent = [
            (clock.moment(to) - clock.moment(since)).total_seconds() / 60 for since, to in ended
        ]
        assert minutes[0] >= len(spent)
        assert (minutes[1] or 0.0) >= sum(spent) - 1e-6


def test_carried_on_is_counted_anew(in_a_row: Path, serial: Any) -> None:
    """Acts in any order, corrections, splits, losses of the book: always the same figures."""
    from types import SimpleNamespace

    from vault import home

    def fresh(root: Path) -> Any:
        shutil.copytree(in_a_row, root, symlinks=True)
        return home.open_vault(root)

    Floor.shop = SimpleNamespace(fresh=fresh, people=serial.people)
    case: Any = Floor.TestCase
    case.settings = settings(
        max_examples=12, stateful_step_count=40, deadline=None, phases=[Phase.generate]
    )
    case().runTest()
