# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules where they are kept: who saves them, their history, what is odd, what they would decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from release.errors import BadDay
from release.rules.errors import RulesMoved
from release.rules.example import DEFAULT

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

People = dict[str, "Person"]
QUALITY = '\n[[sign-off]]\nname = "quality"\nby = "role:quality"\n'


def released(vault: Vault, people: People, number: str, password: str) -> str:
    """Take an item through an order, and return that."""
    from release import desk

    change = desk.open_change(vault, people["eli"], [number], "because").order.change
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    return change


def test_the_history_says_who_when_why_and_what(vault: Vault, people: People) -> None:
    """Every version stays, the newest first, with its difference."""
    from release import rulebook

    rulebook.edit(vault, people["ada"], DEFAULT + QUALITY, "  audit\nfinding 7 ")
    first, second = rulebook.story(vault)
    assert (first.by, first.why) == ("ada", "audit finding 7")
    assert '+name = "quality"' in first.difference
    assert second.difference[1].startswith("+# The rules of release")


def test_two_people_do_not_overwrite_each_other(vault: Vault, people: People) -> None:
    """Who began with an older text is told who was first."""
    from release import rulebook
    from vault import errors

    _text, seen = rulebook.text(vault)
    rulebook.edit(vault, people["ada"], DEFAULT + QUALITY, seen=seen)
    with pytest.raises(RulesMoved, match="saved by ada"):
        rulebook.edit(vault, people["ada"], DEFAULT + "\n", seen=seen)
    with pytest.raises(errors.Refused):
        rulebook.edit(vault, people["ada"], DEFAULT + QUALITY)
    with pytest.raises(errors.NotAllowed):
        rulebook.edit(vault, people["eli"], DEFAULT)


def test_rules_nobody_can_satisfy_are_named_when_they_are_edited(
    vault: Vault, people: People, bracket: str
) -> None:
    """A role nobody has, a group of strangers, deputies that are over, conditions that never hold."""
    from release.rules import grammar, reach

    del bracket
    text = (
        DEFAULT.replace("count = 1", "count = 2")
        + QUALITY
        + """
[[sign-off]]
name = "board"
by = "group:board"

[[require]]
check = "route"
when = { kind = "fixture" }

[groups]
board = ["quinn", "nobody"]

[deputies]
mchen = [{ name = "ada", until = "2020-01-01" }]
gone = ["mchen"]
"""
    )
    found = "\n".join(reach.warnings(vault, grammar.read(text)))
    for said in (
        "group board: nobody and quinn is not an active person",
        "the deputies of mchen: ada is not an active person",
        "ada stood in for mchen until 2020-01-01, which is over",
        "nobody active is called gone",
        "“quality”: nobody can satisfy this rule, 0 of 1",
        "“board”: nobody can satisfy this rule",
        "“approval owner”: nobody can satisfy this rule for 10-0042",
        "“route” applies to none of the 1 items",
    ):
        assert said in found
    assert reach.warnings(vault, grammar.read(DEFAULT)) == []


def test_items_no_sign_off_asks_for_are_named(vault: Vault, people: People, bracket: str) -> None:
    """They could never be released, and that is said before somebody tries."""
    from release.rules import grammar, reach

    del people, bracket
    text = DEFAULT.replace('by = "owner"', 'by = "owner"\nwhen = { class = "minor" }')
    found = reach.warnings(vault, grammar.read(text))
    assert [one.split(" in a ")[0] for one in found] == ["no sign-off applies to 10-0042"] * 2


def test_a_trial_says_what_rules_would_have_decided(
    vault: Vault, people: People, bracket: str, password: str, titled: Callable[..., Path]
) -> None:
    """One released, one open order: more sign-offs would have blocked the first; nothing is changed."""
    from release import desk, rulebook
    from release.rules import grammar, trial

    past = released(vault, people, bracket, password)
    files = {"drawing.pdf": titled("drawing.pdf", bracket, "B")}
    desk.check_in(vault, people["eli"], bracket, files, "B")
    waiting = desk.open_change(vault, people["eli"], [bracket], "next").order.change
    now = rulebook.current(vault)
    changes = trial.candidates(vault)
    assert changes == [waiting, past]
    same = trial.run(vault, now, now, changes)
    assert (same.tried, same.differing, same.left) == (2, (), 0)
    assert [one.before for one in same.outcomes] == ["is blocked", "passes"]
    told = trial.run(vault, now, grammar.read(DEFAULT + QUALITY), changes)
    assert [(one.change, one.before, one.after) for one in told.differing] == [
        (waiting, "is blocked", "is blocked"), (past, "passes", "is blocked")]  # fmt: skip
    (difference,) = told.differing[1].differences
    assert (difference.item, difference.requirement, difference.before, difference.after) == (
        bracket, "quality", "not asked", "unsatisfied")  # fmt: skip
    assert trial.candidates(vault, "2999-01-01") == []
    with pytest.raises(BadDay):
        trial.candidates(vault, "yesterday")
    assert trial.run(vault, now, now, changes, seconds=-1).left == 2


def test_the_past_is_judged_by_the_log_of_that_moment(
    vault: Vault, people: People, bracket: str, password: str, titled: Callable[..., Path]
) -> None:
    """The second release differed from the first then, and its drawing said its own letter."""
    from release import desk, rulebook
    from release.rules import grammar, trial
    from vault import locks
    from vault.ledger import people as ledger_people

    released(vault, people, bracket, password)
    files = {"drawing.pdf": titled("drawing.pdf", bracket, "B")}
    desk.check_in(vault, people["eli"], bracket, files, "B")
    released(vault, people, bracket, password)
    tom = ledger_people.add(vault.ledger, "ada", "tom", ["engineer"])
    locks.take(vault, tom, bracket, "held today, and not then")
    strict = grammar.read(
        DEFAULT + '\n[[require]]\ncheck = "title block agrees"\nrequired = true\n'
        '\n[[require]]\ncheck = "no open lock"\n'
    )
    told = trial.run(vault, rulebook.current(vault), strict, trial.candidates(vault))
    assert [one.after for one in told.outcomes] == ["passes", "passes"]


def test_the_past_is_judged_by_the_people_of_that_moment(
    vault: Vault, people: People, bracket: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who signed then and left since still signed as an approver; a role given later proves nothing."""
    from release import rulebook
    from release.rules import grammar, trial
    from vault import clock
    from vault.ledger import past_people
    from vault.ledger import people as ledger_people

    past = released(vault, people, bracket, password)
    later = clock.text(clock.moment(clock.now()) + timedelta(days=30))
    monkeypatch.setattr(clock, "now", lambda: later)
    ledger_people.disable(vault.ledger, "ada", "mchen")
    ledger_people.set_roles(vault.ledger, "ada", "quinn", ["approver", "quality"])
    now = rulebook.current(vault)
    told = trial.run(vault, now, now, [past])
    assert (told.differing, told.as_today) == ((), ())
    assert told.of_whom.startswith("Past orders by the people and roles of their time;")
    asks = DEFAULT + QUALITY
    (difference,) = trial.run(vault, now, grammar.read(asks), [past]).differing[0].differences
    assert "nobody is role quality" in difference.reason
    assert past_people.of(vault.ledger).at(later)["quinn"] == {"approver", "quality"}
    assert "mchen" not in past_people.of(vault.ledger).at(later)
    assert past_people.of(vault.ledger).at("2000-01-01T00:00:00Z") == {}


def test_people_whose_beginning_is_on_no_record_count_as_today_and_that_is_said(
    vault: Vault, people: People, bracket: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that does not tell when somebody came is not taken to say that they were not there."""
    from release import rulebook
    from release.rules import trial
    from vault.ledger import events

    past = released(vault, people, bracket, password)
    real = events.of_kinds
    monkeypatch.setattr(events, "of_kinds", lambda ledger, kinds: (
        one for one in real(ledger, kinds) if one.subject != "person/mchen"))  # fmt: skip
    now = rulebook.current(vault)
    told = trial.run(vault, now, now, [past])
    assert (told.differing, told.as_today) == ((), ("mchen",))
    assert "but mchen, of whom only today's roles are known" in told.of_whom
    assert told.told(everything=False)["people_as_today"] == ["mchen"]


def test_the_check_of_characteristics_holds_an_order_until_they_can_be_read_and_releases_them(
    vault: Vault, people: People, bracket: str, password: str, tmp_path: Path
) -> None:
    """Missing: open, with the remedy. Unreadable: refused at check-in. Right: released byte for byte."""
    from release import desk, rulebook
    from release.errors import RequirementsOpen
    from release.log import ReleaseLog
    from vault import errors

    asks = DEFAULT + '\n[[require]]\ncheck = "characteristics"\nwhen = { kind = "part" }\n'
    rulebook.edit(vault, people["ada"], asks)
    change = desk.open_change(vault, people["eli"], [bracket], "because").order.change
    desk.sign(vault, people["mchen"], password, change)
    with pytest.raises(RequirementsOpen, match=r"there is no characteristics\.csv"):
        desk.release(vault, people["eli"], change)
    place = tmp_path / "characteristics.csv"
    head = "balloon,requirement,nominal,lower,upper,unit,gauge\n"
    place.write_text(head + "1,Ø6.5,six and a half,0,0.1,mm,plug\n")
    with pytest.raises(errors.BadInput, match="six and a half"):
        desk.check_in(vault, people["eli"], bracket, {place.name: place}, "list")
    place.write_text(head + "1,Ø6.5,6.5,0,0.1,mm,plug\n")
    desk.check_in(vault, people["eli"], bracket, {place.name: place}, "list")
    judged = desk.sign(vault, people["mchen"], password, change)
    assert {one.requirement: one.verdict for one in judged.findings}[
        "characteristics"
    ] == "satisfied"
    (made,) = desk.release(vault, people["eli"], change)
    log = ReleaseLog(vault)
    assert log.read(log.revision(bracket, made.rev), place.name) == place.read_bytes()


def test_what_rules_mean_for_an_item_is_told(vault: Vault, people: People, bracket: str) -> None:
    """Which apply, who can sign today, why not."""
    from release import rulebook
    from release.rules import reach
    from vault import errors

    rulebook.edit(vault, people["ada"], DEFAULT + QUALITY + 'when = { class = "major" }\n')
    owner, quality, *_rest = reach.reached(vault, bracket)
    assert (owner.applies, owner.signers, owner.why) == (True, ("mchen",), "")
    assert (quality.applies, quality.signers) == (True, ())
    assert quality.why
    assert not reach.reached(vault, bracket, "minor")[1].applies
    with pytest.raises(errors.NoSuchItem):
        reach.reached(vault, "nothing")


def test_the_command_line_shows_checks_tries_saves_and_remembers(
    vault: Vault, people: People, bracket: str, password: str, tmp_path: Path
) -> None:
    """Every verb of `rules`, for people and as JSON."""
    from click.testing import CliRunner

    from vault.cli import trunk

    past = released(vault, people, bracket, password)
    file = tmp_path / "new.toml"
    file.write_text(DEFAULT + QUALITY)

    def told(*words: str) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(vault.root), "--as", "ada", "rules", *words, "--json"]
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert told("show")["rules"] == DEFAULT
    assert "flight board" in told("show", "--example")["rules"]
    assert told("show", "--for", bracket)["rules"][0]["signers"] == ["mchen"]
    assert any("“quality”" in one for one in told("check", str(file))["warnings"])
    tried = told("test", str(file))
    assert [one["change"] for one in tried["orders"]] == [past]
    assert told("test", str(file), "--since", "2999-01-01")["tried"] == 0
    assert told("edit", str(file), "-m", "audit")["requirements"][:2] == [
        "approval owner",
        "quality",
    ]
    assert [one["why"] for one in told("history")] == ["audit", "Rules to start with"]
    file.write_text("schema = 2\ncolour = 3")
    bad = CliRunner().invoke(trunk(), ["--vault", str(vault.root), "rules", "check", str(file)])
    assert bad.exit_code != 0
    assert "colour" in bad.output or "colour" in str(bad.exception)
