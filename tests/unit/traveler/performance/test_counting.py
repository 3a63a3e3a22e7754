# SPDX-License-Identifier: AGPL-3.0-or-later
"""The book against a real ledger: acts of people, corrections, other ledgers and zones, damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest


@contextmanager
def then(text: str) -> Iterator[None]:
    """Let it be ``2026-03-02 07:00`` (UTC) for what is done within."""
    from vault import clock

    with clock.standing_at(datetime.fromisoformat(text).replace(tzinfo=UTC)):
        yield


@pytest.fixture
def made(serial: Any) -> Any:
    """Return a shop whose job J-1 of five pieces was begun, paused, joined and finished in March.

    Saw: 5 + 0.5 × 5 = 7.5 min planned, 10 taken.  Mill: 30 + 4 × 5 = 50 planned, 80 taken in two
    parts, 100 of people, one piece scrapped.  Bench and CMM have no planned time.  Due 2026-03-20.
    """
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.shipping import desk
    from vault.ledger import people

    nadia = people.add(serial.vault.ledger, "ada", "nadia", ["operator"])
    vault, pat, otto = serial.vault, serial.pat, serial.otto

    def act(when: str, verb: Callable[..., Any], who: Any, seq: int, *given: Any) -> None:
        with then(when):
            verb(vault, who, "J-1", seq, *given, device="tablet-1")

    with then("2026-03-01 07:00"):
        jobs.add(vault, pat, "J-1", "10-0042", 5, "2026-03-20", customer="Halvard")
        jobs.release_job(vault, pat, "J-1")
    act("2026-03-02 07:00", starting.start, otto, 10)
    act("2026-03-02 07:10", stopping.finish, otto, 10)
    act("2026-03-02 08:00", starting.start, otto, 20)
    act("2026-03-02 08:30", starting.start, nadia, 20)
    act("2026-03-02 08:50", stopping.pause, nadia, 20, 2)
    act("2026-03-02 09:00", stopping.pause, otto, 20, 1)
    act("2026-03-03 08:00", starting.start, otto, 20)
    act("2026-03-03 08:20", stopping.finish, otto, 20, 1, 1)
    for seq, hour in ((30, 10), (40, 12)):
        act(f"2026-03-03 {hour}:00", starting.start, otto, seq)
        act(f"2026-03-03 {hour}:30", stopping.finish, otto, seq)
    with then("2026-03-10 12:00"):
        packed = desk.pack(vault, pat, "J-1", 4, carrier="Post")
        desk.ship(vault, pat, packed.number)
    return serial


def report(shop: Any, **told: Any) -> Any:
    """Return the figures of the first half of 2026."""
    from traveler.performance import counting, desk

    counting.catch_up(shop.vault)
    wanted = {"first": "2026-01-01", "last": "2026-06-30", **told}
    return desk.report(shop.vault, desk.Wanted(**wanted))


def test_figures_of_a_job_as_they_were_worked_by_hand(made: Any) -> None:
    """Every sum of the report is the one on paper."""
    total = report(made).total
    assert (total.steps, total.timed, total.jobs) == (4, 2, 1)
    assert (total.planned, total.spent) == (57.5, 90.0)
    assert (total.worked, total.labour) == (150.0, 170.0)
    assert (total.good, total.scrap) == (5 + 4 + 4 + 4, 1)
    assert total.first_pass_yield == 4 / 5
    assert total.lead_days == pytest.approx(2 + 5.5 / 24)
    assert total.on_time == 0.0  # four of five left: it is past due and not complete


def test_figures_lie_in_their_month_and_at_their_station(made: Any) -> None:
    """Others are empty, and empty is not nought."""
    found = report(made)
    assert [one.name for one in found.periods if not one.figures.is_empty] == ["2026-03"]
    assert {one.name: one.figures.steps for one in found.stations} == {
        "bench": 1, "cmm": 1, "mill-2": 1, "saw-1": 1,
    }  # fmt: skip
    (mill,) = report(made, station="mill-2").stations
    assert mill.figures.plan_ratio == pytest.approx(50 / 80)
    assert mill.figures.step_yield == 4 / 5
    assert report(made, item="10-9999").why_empty == (
        "Nothing was counted from 2026-01-01 to 2026-06-30 for what was chosen."
    )
    assert (
        "the first day with figures is 2026-03-02"
        in report(made, first="2020-01-01", last="2020-06-30").why_empty
    )


def test_an_empty_shop_says_why_there_is_nothing(shop: Any) -> None:
    """No job was ever finished."""
    assert "nothing to count" in report(shop).why_empty


def test_a_correction_changes_what_was_counted_before(made: Any, refused: Any) -> None:
    """A good piece found bad on the mill goes into rework: yields fall, and a recount agrees."""
    from traveler import jobs, rework
    from traveler.performance import counting
    from traveler.route import Step

    before = report(made).total
    made.job("J-2", 4)
    from traveler.floor import starting, stopping

    with then("2026-04-01 08:00"):
        starting.start(made.vault, made.otto, "J-2", 10)
    with then("2026-04-01 08:10"):
        stopping.finish(made.vault, made.otto, "J-2", 10)
    assert report(made).total.good == before.good + 4
    rework.plan(made.vault, made.quinn, "J-2", 10, "burr", qty=1, steps=[Step(1, "bench", "File")])
    after = report(made).total
    assert (after.good, after.aside) == (before.good + 3, 1)
    jobs.cancel(made.vault, made.pat, "J-2", "customer went away")
    assert counting.check(made.vault) > 0


def test_a_due_date_moved_after_the_last_piece_left_helps_nobody(made: Any) -> None:
    """Amending is a newer record; what was late stays late by the date of that day."""
    from traveler import amending
    from traveler.shipping import desk

    made.prove("J-1")
    with then("2026-03-11 12:00"):
        amending.amend(made.vault, made.pat, "J-1", due="2026-03-05")
    assert report(made).total.on_time == 0.0
    _ = desk


def test_blocked_time_is_counted_by_type_owner_and_calendar(made: Any) -> None:
    """Friday noon to Monday ten: 70 hours by the clock, six of work; of whole stations too."""
    from traveler.blockers import handling
    from traveler.blockers.handling import Wanted

    facts = {"asset": "mill-2", "up": "2026-03-09"}
    with then("2026-03-06 12:00"):
        made.job("J-3", 1)
        one = handling.raise_blocker(made.vault, made.otto, Wanted(
            kind="machine", owner="pat", what="spindle", station="mill-2", facts=facts))  # fmt: skip
    with then("2026-03-09 10:00"):
        handling.resolve(made.vault, made.pat, one.id, "new bearing")
    found = report(made)
    (kind,) = found.kinds
    assert (kind.name, kind.figures.blockers) == ("machine", 1)
    assert (kind.figures.blocked / 60, kind.figures.manned / 60) == (70, 6)
    assert [(one.name, one.figures.manned) for one in found.owners] == [("pat", 360.0)]
    assert report(made, station="saw-1").kinds == ()
    assert report(made, station="mill-2").kinds[0].figures.manned == 360.0


def test_a_new_ledger_event_is_followed_and_nothing_else_is_read(made: Any) -> None:
    """After the first count an act costs one part, and none where nothing happened."""
    from traveler.performance import counting

    assert counting.catch_up(made.vault).is_whole
    made.job("J-4", 1)
    now = counting.advance(made.vault)
    assert now.is_whole
    assert not now.is_first


def test_a_lost_or_damaged_book_is_counted_anew(made: Any) -> None:
    """It holds nothing that the ledger does not."""
    from traveler.performance.book import FILE

    before = report(made).total
    (made.vault.root / FILE).write_bytes(b"rust" * 5000)
    assert report(made).total == before


def test_another_ledger_or_time_zone_begins_the_book_anew(made: Any) -> None:
    """A ledger put back from a backup lacks the event the book stands at; days may shift too."""
    from dataclasses import replace

    from traveler.performance import counting, desk
    from traveler.performance.book import opened
    from traveler.performance.reading import Head

    before = report(made).total
    with opened(made.vault) as book:
        place = book.place()
        assert place is not None
        book.move(replace(place, head=Head(place.head.seq + 100, "0" * 64)))
        book.file.execute("DELETE FROM step")
    assert report(made).total == before
    far = replace(made.vault, settings=replace(made.vault.settings, time_zone="Asia/Tokyo"))
    counting.catch_up(far)
    days = desk.report(far, desk.Wanted("2026-01-01", "2026-06-30")).total
    assert days.steps == before.steps
    with opened(far) as book:
        assert {one.zone for one in [book.place()] if one} == {"Asia/Tokyo"}


def test_a_difference_is_named(made: Any, refused: Any) -> None:
    """A row changed behind the book's back is found, and a recount mends it."""
    from traveler.performance import counting
    from traveler.performance.book import opened
    from traveler.performance.errors import FiguresDiffer

    report(made)
    with opened(made.vault) as book:
        book.file.execute("UPDATE step SET good = good + 1 WHERE seq = 20")
    with refused(FiguresDiffer, "in 2 rows, first step"):
        counting.check(made.vault)
    counting.recount(made.vault)
    assert counting.check(made.vault) > 0


def test_figures_of_people_are_their_own_until_the_rules_name_a_role(
    made: Any, refused: Any
) -> None:
    """Otto sees otto; pat sees nobody else before an administrator wrote it down."""
    from release import rulebook
    from traveler.performance import desk
    from traveler.performance.errors import BadPerformanceRules, FiguresOfOthers
    from traveler.performance.rules import read

    told = {"first": "2026-01-01", "last": "2026-06-30"}
    report(made)
    own = desk.of_person(made.vault, made.otto, desk.Wanted(**told, person="otto"))
    assert (own.total.labour, own.total.good) == (150.0, 5 + 2 + 4 + 4)
    assert [
        one.name for one in desk.of_people(made.vault, made.pat, desk.Wanted(**told)).people
    ] == []
    for actor in (made.pat, made.ada, made.quinn):
        with refused(FiguresOfOthers, "Figures of a person are seen by that person"):
            desk.of_person(made.vault, actor, desk.Wanted(**told, person="otto"))
    text, _ = rulebook.text(made.vault)
    rulebook.edit(made.vault, made.ada, f'{text}\n[performance]\npeople = ["planner"]\n', "agreed")
    seen = desk.of_people(made.vault, made.pat, desk.Wanted(**told)).people
    assert [(one.name, one.figures.labour) for one in seen] == [("otto", 150.0), ("nadia", 20.0)]
    assert sum(one.figures.planned for one in seen) == pytest.approx(57.5)
    with refused(BadPerformanceRules, "“boss” is no role that may"):
        read({"people": ["boss"]})
    with refused(BadPerformanceRules, "“customer” is no role that may"):
        read({"people": ["customer"]})
    with refused(BadPerformanceRules, "“persons” is not known"):
        read({"persons": []})


def test_a_ledger_on_a_server_is_counted_the_same(postgres: Any, tmp_path: Any) -> None:
    """The same acts in a PostgreSQL database give the same figures, and a recount agrees."""
    from release import desk as office
    from traveler import jobs
    from traveler.blockers import handling
    from traveler.blockers.handling import Wanted
    from traveler.floor import starting, stopping
    from traveler.performance import counting, desk
    from vault import founding
    from vault.ledger import people

    vault = founding.found(tmp_path / "vault", "ada", ledger=postgres.database())
    ada = people.get(vault.ledger, "ada")
    mei = people.add(vault.ledger, "ada", "mchen", ["approver"])
    people.set_password(vault.ledger, "ada", "mchen", "correct horse 7")
    (tmp_path / "route.toml").write_text(
        '[[operation]]\nseq = 10\nstation = "saw"\ntitle = "Cut"\nrun_minutes = 6\n'
    )
    office.add_item(vault, ada, "10-0042", "Bracket", "mchen")
    office.check_in(vault, ada, "10-0042", {"route.toml": tmp_path / "route.toml"}, "drawn")
    order = office.open_change(vault, ada, ["10-0042"], "drawn").order
    office.sign(vault, mei, "correct horse 7", order.change)
    office.release(vault, ada, order.change)
    with then("2026-03-02 07:00"):
        jobs.add(vault, ada, "J-1", "10-0042", 5, "2026-03-20", customer="Halvard")
        jobs.release_job(vault, ada, "J-1")
        held = handling.raise_blocker(vault, ada, Wanted(
            kind="labor", owner="ada", what="nobody", job="J-1", seq=10))  # fmt: skip
    with then("2026-03-02 08:00"):
        handling.resolve(vault, ada, held.id, "found somebody")
        starting.start(vault, ada, "J-1", 10)
    with then("2026-03-02 09:00"):
        stopping.finish(vault, ada, "J-1", 10, 4, 1)
    counting.catch_up(vault)
    total = desk.report(vault, desk.Wanted("2026-01-01", "2026-06-30")).total
    assert (total.planned, total.spent, total.good, total.scrap) == (30.0, 60.0, 4, 1)
    assert (total.blocked, total.manned) == (60.0, 60.0)
    assert total.first_pass_yield == 4 / 5
    assert counting.check(vault) > 0
    vault.close()
