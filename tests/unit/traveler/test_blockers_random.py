# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers in any order of acts by anybody, held against a model of twenty lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traveler import jobs, lifecycle
from traveler.blockers import filing, handling
from traveler.blockers.handling import Wanted
from traveler.blockers.records import BlockerFilter
from vault.errors import Refusal
from vault.ledger import events

PEOPLE = ("otto", "pat", "eli", "mchen", "ada", "quinn")
SCOPES = ("job", "step 10", "step 20", "saw-1", "all at saw-1")
DEEDS = ("acknowledge", "step", "correct", "resolve", "close", "reopen", "clear")
_NUMBERS = count(1)


@dataclass(slots=True)
class Model:
    """What a blocker should be: its state, its owner, how many entries, what it holds."""

    scope: str
    owner: str
    raiser: str
    state: str = "open"
    entries: int = 1
    ticked: set[int] = field(default_factory=set)

    def may(self, who: str, deed: str) -> bool:
        """Say whether somebody may, as the rules are told to people."""
        if deed in {"reopen", "clear"} or who in {"pat", "ada"}:
            return True
        return who == self.owner or (deed != "acknowledge" and who == self.raiser)

    def done(self, who: str, deed: str, step: int) -> bool:
        """Do it where it can be done, and say whether it was."""
        after = lifecycle.BLOCKER.get((self.state, deed))
        if after is None or not self.may(who, deed):
            return False
        if deed == "step":
            if step in self.ticked:
                return False
            self.ticked.add(step)
        self.state, self.entries = after, self.entries + 1
        return True

    def holds(self) -> set[int]:
        """Return which of operations 10 and 20 it keeps from starting."""
        if self.state not in {"open", "acknowledged"}:
            return set()
        return {"job": {10, 20, 30, 40}, "step 20": {20}}.get(self.scope, {10})


ACT = st.tuples(
    st.sampled_from(("raise", *DEEDS)), st.integers(0, 3), st.sampled_from(PEOPLE),
    st.sampled_from(SCOPES), st.integers(1, 2),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACT, min_size=1, max_size=25))
def test_whatever_is_done_blockers_are_what_the_model_says(
    shop: Any, acts: list[tuple[str, int, str, str, int]]
) -> None:
    """State, entries and what is held agree after every act; the chain of events holds."""
    job = shop.job(f"R-{next(_NUMBERS)}")
    made: dict[int, Model] = {}
    for deed, place, who, scope, step in acts:
        if deed == "raise" or not made:
            number = _raise(shop, job, who, scope)
            made[number] = Model(scope, "eli", who)
        else:
            number = sorted(made)[place % len(made)]
            expected = made[number].done(who, deed, step)
            assert _done(lambda n=number, w=who, d=deed, s=step: _act(shop, n, w, d, s)) == expected
        _agree(shop, job, made)
    for number in made:  # so that station blockers do not reach into the next example
        _done(lambda n=number: _act(shop, n, "pat", "clear", 1))
    assert list(events.verify(shop.vault.ledger)) == []


def _raise(shop: Any, job: str, who: str, scope: str) -> int:
    seq = int(scope.split()[1]) if scope.startswith("step") else None
    station = "saw-1" if "saw" in scope else ""
    named = "" if scope.startswith("all") else job
    said = Wanted("material", "eli", "bar", named, seq, station, path=("one", "two"))
    return int(handling.raise_blocker(shop.vault, shop.people[who], said).id)


def _act(shop: Any, number: int, who: str, deed: str, step: int) -> None:
    vault, actor = shop.vault, shop.people[who]
    if deed == "clear":
        with vault.ledger.writing("titleblock") as writing:
            filing.act(writing, number, "clear", "gone")
    elif deed == "step":
        handling.tick(vault, actor, number, step)
    elif deed == "correct":
        handling.correct(vault, actor, number, "so", what=f"bar {next(_NUMBERS)}")
    else:
        verbs: dict[str, Callable[..., Any]] = {
            "acknowledge": handling.acknowledge, "resolve": handling.resolve,
            "close": handling.close, "reopen": handling.reopen,
        }  # fmt: skip
        verbs[deed](vault, actor, number, "so")


def _done(act: Callable[[], Any]) -> bool:
    try:
        act()
    except Refusal:
        return False
    return True


def _agree(shop: Any, job: str, made: dict[int, Model]) -> None:
    everything = BlockerFilter(states=frozenset())
    found = {one.blocker.id: one.blocker for one in handling.listing(shop.vault, everything, 9999)}
    for number, model in made.items():
        assert (found[number].state, found[number].entries) == (model.state, model.entries)
        assert len(handling.show(shop.vault, number)[1]) == model.entries
    held = set[int]().union(*(model.holds() for model in made.values()))
    view = jobs.show(shop.vault, job)
    assert {one.operation.seq for one in view.operations if one.held} == held
    assert (view.operations[0].acts == ("start",)) == (10 not in held)
