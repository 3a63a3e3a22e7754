# SPDX-License-Identifier: AGPL-3.0-or-later
"""Release control against a model of a page: whatever people do in whatever order, both agree.

Check-ins, pushes past the desk, orders opened, amended, withdrawn, commented, delegated, cancelled,
signed, rejected, overridden, released, revisions recalled, by the right and by the wrong people.
After each act the vault is asked what is current and what an order lacks; at the end it is verified
as a whole.  ``SOAK=1`` takes many more and longer stories.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

SOAK = bool(os.environ.get("SOAK"))
ONE_LETTER = "ABCDEFGHJKLMNPRTUVWY"
LETTERS = [*ONE_LETTER, *(f"{one}{two}" for one in ONE_LETTER[:3] for two in ONE_LETTER)]
OWNERS = {"10-0001": "mchen", "10-0002": "mchen", "10-0003": "eve"}
"""``eve`` is an engineer and an approver: an author among the owners."""
PEOPLE = st.sampled_from(["eli", "eli", "eli", "eve", "ada", "mchen", "otto"])
SIGNERS = st.sampled_from(["mchen", "mchen", "mchen", "eve", "ada", "eli", "otto"])
NUMBERS = st.sampled_from(sorted(OWNERS))
PLACES = st.integers(0, 3)


@dataclass
class Part:
    """An item as the model sees it: its bytes as a count, who made them, and its releases."""

    content: int = 0
    by: list[tuple[int, str]] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    recalled: set[int] = field(default_factory=set)

    @property
    def current(self) -> int | None:
        """Return the place of the current release."""
        last = len(self.released) - 1
        return None if last < 0 or last in self.recalled else last

    @property
    def makers(self) -> set[str]:
        """Return who brought what is not released."""
        since = 0 if self.current is None else self.released[self.current]
        return {who for content, who in self.by if content > since}


@dataclass
class Paper:
    """A change order as the model sees it: which bytes its owner signed, or somebody overrode."""

    name: str
    author: str
    numbers: list[str]
    state: str = "open"
    signed: dict[str, int] = field(default_factory=dict)
    overridden: dict[str, int] = field(default_factory=dict)


class Shop(RuleBasedStateMachine):
    """Acts on a vault and on the model at once."""

    founded: Path
    password: str
    done: Counter[str]

    @initialize()
    def open_shop(self) -> None:
        """Make a copy of the vault with three items in it."""
        from release import desk, rulebook
        from release.rules import example
        from vault import home
        from vault.ledger import people

        self.place = Path(tempfile.mkdtemp(prefix="titleblock-model-"))
        shutil.copytree(self.founded, self.place / "vault", symlinks=True)
        self.vault: Vault = home.open_vault(self.place / "vault")
        people.add(self.vault.ledger, "ada", "eve", ["engineer", "approver"], "Eve Ito")
        people.set_password(self.vault.ledger, "ada", "eve", self.password)
        self.person: dict[str, Person] = {
            one.name: one for one in people.everybody(self.vault.ledger)
        }
        rules = example.DEFAULT.replace("count = 1", 'count = 1\nmay_override = ["admin"]')
        rulebook.edit(self.vault, self.person["ada"], rules, "the model may override")
        self.parts = {number: Part() for number in OWNERS}
        self.papers: list[Paper] = []
        self.count = 0
        for number, owner in OWNERS.items():
            desk.add_item(self.vault, self.person["eli"], number, "Part", owner)
            self.parts[number].by.append((1, "eli"))
            self.checks_in(number, "eli")
        self.opens(["10-0001"], "eli")

    def teardown(self) -> None:
        """Verify everything there is, and take it away."""
        from release import audit, settling

        if not hasattr(self, "vault"):
            return
        try:
            settling.settle(self.vault)
            assert audit.verify(self.vault).faults == ()
        finally:
            self.vault.close()
            shutil.rmtree(self.place)

    @contextmanager
    def attempt(self, allowed: bool, what: str) -> Iterator[None]:
        """Do something that the model says is allowed, or is refused with a sentence."""
        from vault.errors import Refusal

        try:
            yield
            refused = ""
        except Refusal as refusal:
            refused = str(refusal)
        assert allowed == (not refused), f"{what}: {refused or 'it was allowed'}"
        self.done[f"{what.split(maxsplit=1)[0]} {'done' if allowed else 'refused'}"] += 1

    def paper(self, place: int) -> Paper:
        """Return an order, the newest first."""
        return self.papers[-1 - place % len(self.papers)]

    def holding(self, number: str) -> Paper | None:
        """Return the order that holds an item."""
        return next((one for one in self.papers if number in one.numbers
                     and one.state in ("open", "rejected", "withdrawn")), None)  # fmt: skip

    def able(self, paper: Paper, who: str) -> list[str]:
        """Return the items of an order somebody's signature counts for."""
        if who == paper.author:
            return []
        return [number for number in paper.numbers
                if OWNERS[number] == who and who not in self.parts[number].makers]  # fmt: skip

    def may(self, who: str, paper: Paper) -> bool:
        """Say whether somebody acts on an order as its author may."""
        return who != "otto" and (
            who in (paper.author, "ada") or who in {OWNERS[one] for one in paper.numbers}
        )

    def lacks(self, paper: Paper) -> set[str]:
        """Return the items of an order nobody has signed for, or overridden, as they are."""
        return {number for number in paper.numbers
                if self.parts[number].content not in
                (paper.signed.get(number), paper.overridden.get(number))}  # fmt: skip

    # --- acts ----------------------------------------------------------------

    @rule(number=NUMBERS, who=PEOPLE)
    def checks_in(self, number: str, who: str) -> None:
        """Check new bytes in at the desk, which files that sign-offs are void."""
        from release import desk

        self.count += 1
        model = self.place / "model.step"
        model.write_text(f"{number} {self.count}")
        with self.attempt(who in ("ada", "eli", "eve"), f"check-in by {who}"):
            files = {"model.step": model}
            desk.check_in(self.vault, self.person[who], number, files, "drawn")
            self.changes(number, who)

    @rule(number=NUMBERS, who=st.sampled_from(["eli", "eve"]))
    def pushes(self, number: str, who: str) -> None:
        """Move ``main`` as a push does, without anybody being told."""
        from vault.history.repository import MAIN, Author

        self.count += 1
        row = self.vault.catalogue.item(number)
        assert row is not None
        self.vault.history.commit(
            MAIN, {f"{row.path}/notes.txt": f"{self.count}".encode()}, message="pushed\n",
            author=Author(who, ""), expect=self.vault.history.tip(MAIN),
        )  # fmt: skip
        self.changes(number, who)

    def changes(self, number: str, who: str) -> None:
        """Note that an item has other bytes."""
        part = self.parts[number]
        part.content = self.count + 1
        part.by.append((part.content, who))

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=3, unique=True), who=PEOPLE)
    def opens(self, numbers: list[str], who: str) -> None:
        """Open an order, where each item has something new and is in no other."""
        from release import desk

        def ready(number: str) -> bool:
            part = self.parts[number]
            fresh = part.current is None or part.released[part.current] != part.content
            return part.content > 0 and fresh and self.holding(number) is None

        allowed = who in ("ada", "eli", "eve") and all(ready(one) for one in numbers)
        with self.attempt(allowed, f"opening {numbers} by {who}"):
            made = desk.open_change(self.vault, self.person[who], numbers, "because")
            self.papers.append(Paper(made.order.change, who, numbers))

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=SIGNERS)
    def signs(self, place: int, who: str) -> None:
        """Sign as what only an owner may who made nothing of it."""
        from release import desk

        paper = self.paper(place)
        able = self.able(paper, who)
        with self.attempt(paper.state == "open" and bool(able), f"sign {paper.name} by {who}"):
            desk.sign(self.vault, self.person[who], self.password, paper.name)
            paper.signed |= {number: self.parts[number].content for number in able}

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=SIGNERS)
    def rejects(self, place: int, who: str) -> None:
        """Reject, which takes one's own approval back."""
        from release import desk

        paper = self.paper(place)
        allowed = paper.state == "open" and bool(self.able(paper, who))
        with self.attempt(allowed, f"reject {paper.name} by {who}"):
            desk.reject(self.vault, self.person[who], self.password, paper.name, "no")
            paper.state = "rejected"
            paper.signed = {n: c for n, c in paper.signed.items() if OWNERS[n] != who}

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=st.sampled_from(["ada", "ada", "mchen"]))
    def overrides(self, place: int, who: str) -> None:
        """Set the sign-off aside for the bytes of now: by an administrator who made none of it."""
        from release import desk

        paper = self.paper(place)
        made = {paper.author} | {by for one in paper.numbers for by in self.parts[one].makers}
        allowed = paper.state == "open" and who == "ada" and "ada" not in made
        with self.attempt(allowed, f"override {paper.name} by {who}"):
            desk.override(
                self.vault, self.person[who], self.password, paper.name, "approval owner", "urgent"
            )
            paper.overridden = {number: self.parts[number].content for number in paper.numbers}

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=PEOPLE)
    def amends(self, place: int, who: str) -> None:
        """Take an order up again, after a rejection or a withdrawal too."""
        from release import desk

        paper = self.paper(place)
        state = paper.state in ("open", "rejected", "withdrawn")
        with self.attempt(state and self.may(who, paper), f"amend {paper.name} by {who}"):
            desk.amend(self.vault, self.person[who], paper.name)
            paper.state = "open"

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=PEOPLE)
    def withdraws(self, place: int, who: str) -> None:
        """Take an order back to work: all sign-offs on it are void."""
        from release import review

        paper = self.paper(place)
        allowed = paper.state == "open" and who in (paper.author, "ada")
        with self.attempt(allowed, f"withdraw {paper.name} by {who}"):
            review.withdraw(self.vault, self.person[who], paper.name, "not yet")
            paper.state, paper.signed = "withdrawn", {}

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES)
    def comments_and_delegates(self, place: int) -> None:
        """Say something, which changes nothing; hand a signature on, which these rules forbid."""
        from release import review

        paper = self.paper(place)
        state = paper.state in ("open", "rejected", "withdrawn")
        with self.attempt(state, f"comment on {paper.name}"):
            review.comment(self.vault, self.person["mchen"], paper.name, "look at the slot")
        with self.attempt(False, f"delegate {paper.name}"):
            review.delegate(self.vault, self.person["mchen"], paper.name, "eve", "away")

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=PEOPLE)
    def cancels(self, place: int, who: str) -> None:
        """Cancel an order; its items are free again."""
        from release import desk

        paper = self.paper(place)
        state = paper.state in ("open", "rejected", "withdrawn")
        with self.attempt(state and self.may(who, paper), f"cancel {paper.name} by {who}"):
            desk.cancel(self.vault, self.person[who], paper.name, "no need")
            paper.state = "cancelled"

    @precondition(lambda self: bool(self.papers))
    @rule(place=PLACES, who=PEOPLE)
    def releases(self, place: int, who: str) -> None:
        """Release all of an order or nothing of it."""
        from release import desk

        paper = self.paper(place)
        allowed = paper.state == "open" and self.may(who, paper) and not self.lacks(paper)
        with self.attempt(allowed, f"release {paper.name} by {who}"):
            made = desk.release(self.vault, self.person[who], paper.name)
            paper.state = "released"
            letters = {
                number: LETTERS[len(self.parts[number].released)] for number in paper.numbers
            }
            assert {one.number: one.rev for one in made} == letters
            for number in paper.numbers:
                self.parts[number].released.append(self.parts[number].content)

    @rule(number=st.sampled_from(["10-0001", "10-0002"]))
    def goes_the_plain_way(self, number: str) -> None:
        """Check in, open, sign, release, whatever else is in the way of it."""
        self.checks_in(number, "eli")
        if self.holding(number) is None:
            self.opens([number], "eli")
        place = self.papers[::-1].index(self.holding(number) or self.papers[-1])
        if place < 4:
            self.signs(place, "mchen")
            self.releases(place, "ada")

    @precondition(lambda self: any(part.released for part in self.parts.values()))
    @rule(number=NUMBERS, place=PLACES, who=SIGNERS)
    def recalls(self, number: str, place: int, who: str) -> None:
        """Withdraw a revision, current or not, once."""
        from release import desk

        part = self.parts[number]
        if not part.released or (OWNERS[number] == "eve" and self.holding(number)):
            return  # who made what counts anew from then on; the model does not say when it is asked
        which = place % len(part.released)
        allowed = which not in part.recalled and who in (OWNERS[number], "ada")
        with self.attempt(allowed, f"recall of {number} {LETTERS[which]} by {who}"):
            desk.recall(self.vault, self.person[who], number, LETTERS[which], "wrong hole")
            part.recalled.add(which)

    # --- what always holds ---------------------------------------------------

    @invariant()
    def the_log_says_what_the_model_says(self) -> None:
        """What is current, and the standing of every revision."""
        from release.log import ReleaseLog

        log = ReleaseLog(self.vault)
        for number, part in self.parts.items():
            now = log.current(number)
            assert (now and now.rev) == (None if part.current is None else LETTERS[part.current])
            standings = [log.standing(number, one.rev) for one in log.revisions(number)]
            assert standings == [
                "recalled" if place in part.recalled
                else "current" if place == len(part.released) - 1 else "superseded"
                for place in range(len(part.released))
            ]  # fmt: skip

    @invariant()
    def an_order_lacks_what_the_model_says(self) -> None:
        """Its state, and for each item whether its sign-off is there for the bytes of now."""
        from release import desk

        for paper in self.papers[-2:]:
            judged = desk.judge(self.vault, paper.name)
            assert judged.order.state == paper.state
            if paper.state == "open":
                open_ones = {one.item for one in judged.findings if not one.passes}
                assert open_ones == self.lacks(paper), judged.findings


@pytest.mark.timeout(7200 if SOAK else 600)
def test_release_control_does_what_its_model_does(founded: Path, password: str) -> None:
    """Every story: the same refusals, the same revisions, and a vault that verifies at its end."""
    told = {"founded": founded, "password": password, "done": Counter[str]()}

    def shop() -> Any:
        made: Callable[[], Shop] = type("Told", (Shop,), told)
        return made()

    settings = hypothesis.settings(
        max_examples=150 if SOAK else 12, stateful_step_count=60 if SOAK else 30, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if SOAK else [])],
    )  # fmt: skip
    run_state_machine_as_test(shop, settings=settings)
    sys.stderr.write(f"\n{dict(sorted(told['done'].items()))}\n")
