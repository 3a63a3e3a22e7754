# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns given by hand, rules in words, and what either would change before it is done."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.errors import BadRules
from release.rules import grammar
from release.rules.example import DEFAULT
from traveler.dispatch import desk as desks
from traveler.dispatch import pins, rules, whatif
from traveler.dispatch.errors import BadDispatchRules, BadPlace, BadTrial, CannotPin, NotPinned
from traveler.dispatch.records import Pin
from traveler.errors import NoReason, NoSuchJob
from traveler.schedule.errors import BadRanking
from vault.ledger.errors import RoleNeeded


def turns(shop: Any) -> list[str]:
    """Return the jobs in the order in which they get their turn."""
    return [one.number for one in desks.board(shop.vault).ranked]


@pytest.fixture
def three(shop: Any) -> Any:
    """Return the shop with three jobs, J-1 due first."""
    from traveler import jobs

    for number in (1, 2, 3):
        jobs.add(shop.vault, shop.pat, f"J-{number}", "10-0042", 50, f"2027-0{number + 2}-01")
        jobs.release_job(shop.vault, shop.pat, f"J-{number}")
    return shop


def test_a_pin_goes_first_and_stays_on_record(three: Any) -> None:
    """Who, when and why stand on it; the newest record of a job counts."""
    from traveler import jobs

    assert turns(three) == ["J-1", "J-2", "J-3"]
    pins.pin(three.vault, three.pat, "j-3", 1, "the customer waits at the gate")
    assert turns(three) == ["J-3", "J-1", "J-2"]
    made = desks.board(three.vault).pinned()[0].pin
    assert made is not None
    assert (made.person, made.why, made.position) == ("pat", "the customer waits at the gate", 1)
    pins.unpin(three.vault, three.pat, "J-3", "fetched")
    assert turns(three) == ["J-1", "J-2", "J-3"]
    assert [one.kind for one in jobs.history(three.vault, "J-3")][-2:] == [
        "job.pinned", "job.unpinned",
    ]  # fmt: skip


def test_a_new_pin_pushes_what_stood_there_down(three: Any) -> None:
    """Places are those people see, however often jobs change theirs."""
    for job, place, wanted in (
        ("J-1", 1, ["J-1"]), ("J-2", 1, ["J-2", "J-1"]), ("J-3", 2, ["J-2", "J-3", "J-1"]),
        ("J-2", 3, ["J-3", "J-1", "J-2"]), ("J-1", 9, ["J-3", "J-2", "J-1"]),
    ):  # fmt: skip
        pins.pin(three.vault, three.pat, job, place, "moved")
        found = desks.board(three.vault).pinned()
        assert [one.number for one in found] == wanted
        assert [one.pin.position for one in found if one.pin] == [*range(1, len(wanted) + 1)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 12)), max_size=40))
def test_places_do_what_a_plain_list_does(moves: list[tuple[int, int]]) -> None:
    """Taking out and putting in at a place, forty times over, keeps the order of a list."""
    plain: list[int] = []
    kept: list[Pin] = []
    for job, place in moves:
        plain = [one for one in plain if one != job]
        plain.insert(place - 1, job)
        others = [one for one in kept if one.job != str(job)]
        made = Pin(str(job), pins.between(others, place), 0, "", "", "")
        kept = sorted([made, *others], key=lambda one: one.place)
        assert [one.job for one in kept] == [str(one) for one in plain]
        assert all(a.place < b.place for a, b in pairwise(kept))


def test_pins_are_refused_with_a_sentence(three: Any, refused: Any) -> None:
    """No role, no reason, no such job or place, a closed job, and one that is not pinned."""
    from traveler import jobs

    vault, pat = three.vault, three.pat
    with refused(RoleNeeded, "planner"):
        pins.pin(vault, three.otto, "J-1", 1, "me first")
    with refused(NoReason, "The pin needs a reason"):
        pins.pin(vault, pat, "J-1", 1, " ")
    with refused(NoSuchJob, "J-9"):
        pins.pin(vault, pat, "J-9", 1, "why")
    with refused(BadPlace, "“0” is no place"):
        pins.pin(vault, pat, "J-1", 0, "why")
    with refused(NotPinned, "J-1 is not pinned"):
        pins.unpin(vault, pat, "J-1", "why")
    jobs.close(vault, pat, "J-1", "cancelled")
    with refused(CannotPin, "Job J-1 is closed"):
        pins.pin(vault, pat, "J-1", 1, "why")


def test_a_pin_ends_with_its_job(three: Any) -> None:
    """A closed job holds no place."""
    from traveler import jobs

    pins.pin(three.vault, three.pat, "J-1", 1, "why")
    jobs.close(three.vault, three.pat, "J-1", "cancelled")
    assert desks.board(three.vault).pinned() == []


# --- what if ------------------------------------------------------------------------------------


def test_what_is_shown_before_is_what_comes_after(three: Any) -> None:
    """The ends a trial promises are those the board has once the pin is made."""
    promised = whatif.run(three.vault, whatif.Trial({"J-3": 1}))
    assert {one.job for one in promised.moved} == {"J-1", "J-2", "J-3"}
    before = desks.board(three.vault)
    assert all(one.before.finish == before.lines[one.job].found.finish for one in promised.moved)
    pins.pin(three.vault, three.pat, "J-3", 1, "why")
    after = desks.board(three.vault)
    assert all(one.after.finish == after.lines[one.job].found.finish for one in promised.moved)
    assert "earlier" in next(one.sentence for one in promised.moved if one.job == "J-3")
    assert "later" in next(one.sentence for one in promised.moved if one.job == "J-1")
    assert whatif.run(three.vault, whatif.Trial({"J-3": 1})).sentence == (
        "No job would be done earlier or later."
    )


def test_trying_writes_nothing(three: Any) -> None:
    """Not an event, whatever is tried."""
    from vault.ledger import events

    before = events.head(three.vault.ledger)
    whatif.run(three.vault, whatif.Trial({"J-3": 1, "J-1": 0}, ("shortest",)))
    assert events.head(three.vault.ledger) == before


def test_trials_are_read_strictly(three: Any, refused: Any) -> None:
    """A job, an equals sign, a place; a job that is there; rules that are known."""
    assert whatif.parse(("J-1=2", "A=B=0")) == {"J-1": 2, "A=B": 0}
    for text in ("J-1", "=1", "J-1=first", "J-1=-1"):
        with refused(BadTrial, f"“{text}” cannot be tried"):
            whatif.parse((text,))
    with refused(NoSuchJob, "J-9"):
        whatif.run(three.vault, whatif.Trial({"J-9": 1}))
    with refused(BadRanking, "“biggest” is no rule"):
        rules.split("pinned, biggest")


# --- rules --------------------------------------------------------------------------------------


def test_the_ranking_stands_in_the_rules_and_holds_at_once(three: Any) -> None:
    """An administrator changes it; who was due last can come first by it."""
    from release import rulebook

    text, _blob = rulebook.text(three.vault)
    said = '\n[dispatch]\nranking = ["pinned", "customer Orrin", "due"]\n'
    rulebook.edit(three.vault, three.ada, text + said, "Orrin has a contract")
    three.job("J-0", customer="Orrin")
    assert turns(three)[0] == "J-0"
    assert grammar.read(grammar.written(rulebook.current(three.vault))).further == {
        "dispatch": {"ranking": ["pinned", "customer Orrin", "due"]}
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('[dispatch]\nranking = ["biggest"]', "“biggest” is no rule for what goes first"),
        ("[dispatch]\nranking = []", "is no rule"),
        ('[dispatch]\nranking = "due"', "is no list of names"),
        ('[dispatch]\norder = ["due"]', "“order” is not known"),
        ("dispatch = 3", "it is no table"),
        ('[dispatsch]\nranking = ["due"]', "“dispatsch” is not known"),
    ],
)
def test_rules_nobody_can_follow_are_refused_when_they_are_saved(said: str, why: str) -> None:
    """A misspelt rule must not silently be no rule."""
    text = (
        said + "\n" + DEFAULT if "=" in said.split("\n", maxsplit=1)[0] else DEFAULT + "\n" + said
    )
    with pytest.raises(BadRules) as refusal:
        grammar.read(text)
    assert why in str(refusal.value)
    if "dispatsch" not in said:
        assert "dispatch" in str(refusal.value)


def test_a_long_list_of_rules_is_refused() -> None:
    """Twenty rules tell any two jobs apart."""
    with pytest.raises(BadDispatchRules, match="more than 20"):
        rules.read({"ranking": ["due"] * 21})


def test_without_a_part_of_its_own_a_shop_has_the_rules_it_started_with(shop: Any) -> None:
    """Pinned, then late, then by need."""
    assert rules.names(shop.vault) == ("pinned", "late first", "need-by")


# --- the terminal -------------------------------------------------------------------------------


def test_dispatch_at_the_terminal(three: Any) -> None:
    """Lists for people, JSON for programs; pinning and trying by the same verbs."""
    import json

    from click.testing import CliRunner

    from vault.cli import trunk

    def run(*words: str) -> str:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(three.vault.root), "--as", "pat", *words]
        )
        assert done.exit_code == 0, done.output
        return done.output

    assert "READY (3)" in run("dispatch")
    told = json.loads(run("dispatch", "--station", "SAW-1", "--json"))
    assert set(told) >= {"late", "blocked", "ready", "at_risk", "load", "next"}
    for name in ("ready", "next", "load"):
        assert all(set(one) >= {"job", "op", "station", "why"} for one in told[name])
    assert [one["station"] for one in told["load"]] == ["saw-1"]
    tried = run("dispatch", "--what-if", "--pin", "J-3=1")
    assert "1 job would be done earlier, 2 later" in tried
    assert "place 1" in run("dispatch", "pin", "J-3", "-m", "waits at the gate")
    assert json.loads(run("dispatch", "--json"))["ready"][0]["pin"] == 1
    run("dispatch", "unpin", "J-3", "-m", "fetched")
    shown = json.loads(run("job", "show", "J-1", "--json"))
    assert shown["need_by"] is not None
    assert shown["forecast"] is not None
    assert all(one["need_by"] and one["forecast"] for one in shown["operations"])
