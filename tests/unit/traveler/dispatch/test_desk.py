# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as a process keeps it: what it says of jobs, and how it follows events."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from traveler.blockers import handling
from traveler.dispatch import desk as desks
from traveler.dispatch import snapshot, wording
from traveler.dispatch.board import Board, Wanted, at_station
from traveler.floor import starting, stopping
from vault import clock


def day(away: int) -> str:
    """Return a day so many days from today."""
    return (datetime.now(UTC).date() + timedelta(days=away)).isoformat()


def plan(shop: Any, number: str, due: int, qty: int = 5, **more: Any) -> str:
    """Plan and release a job of 10-0042, due in some days."""
    from traveler import jobs

    jobs.add(shop.vault, shop.pat, number, "10-0042", qty, day(due), **more)
    jobs.release_job(shop.vault, shop.pat, number)
    return number


def block(shop: Any, job: str, seq: int | None, **facts: str) -> int:
    """Raise a material blocker on a step of a job."""
    wanted = handling.Wanted(
        kind="material", owner="pat", what="no bar", job=job, seq=seq, facts=facts
    )
    return handling.raise_blocker(shop.vault, shop.pat, wanted).id


def whole(shop: Any) -> Board:
    """Return the board as a process that has just started counts it."""
    return desks.Desk().board(shop.vault)


def jobs_of(board: Board, section: Any) -> list[str]:
    """Return the jobs of a list, in its order."""
    return [one.line.number for one in board.section(section)]


# --- what it says -----------------------------------------------------------------------------


def test_a_job_due_yesterday_is_late_and_says_what_is_left(shop: Any) -> None:
    """It stands in the list of the late ones with the step, the delay and the work."""
    plan(shop, "J-1", -1)
    entry = whole(shop).section("late")[0].as_json()
    assert (entry["job"], entry["op"], entry["station"]) == ("J-1", 10, "saw-1")
    assert "behind need-by: due " in entry["why"]
    assert "of work is left" in entry["why"]


@pytest.mark.parametrize("due", ["0001-01-01", "9999-12-31"])
def test_a_day_nobody_can_mean_takes_no_board_down(shop: Any, due: str) -> None:
    """Older releases took such days from ERPs that have no empty one; the job is on the board."""
    from traveler import jobs, tables

    plan(shop, "J-1", 3, 5000)
    plan(shop, "J-2", 3)
    with shop.vault.ledger.writing("pat") as writing:
        writing.update(tables.job, "J-1", due=due)
        writing.record("job.amended", "job/J-1")
    told = {one.line.number: one.as_json() for one in whole(shop).section("next")}
    assert told.keys() == {"J-1", "J-2"}
    assert told["J-1"]["due"] == due
    assert len([one.as_json() for one in jobs.listing(shop.vault)]) == 2


def test_a_blocked_step_says_what_blocks_and_until_when(shop: Any) -> None:
    """The sentence names the kind and the day; the job is at risk where that is too late."""
    plan(shop, "J-1", 2)
    block(shop, "J-1", 10, eta=day(9))
    board = whole(shop)
    shown = wording.day(snapshot.day_number(day(9)), board.now)
    risk, blocked = board.section("at_risk")[0], board.section("blocked")[0]
    assert risk.why.startswith("Cut bar is ")
    assert f"behind need-by: blocked, material, ETA {shown}" in risk.why
    assert blocked.why == f"Cut bar is blocked, material, ETA {shown}"
    assert "pat: Ask for a confirmed day (no bar)." in board.section("next")[0].why
    assert jobs_of(board, "ready") == []


def test_a_blocker_without_a_day_leaves_no_date(shop: Any) -> None:
    """Nobody can say when it will be done, and the sentence says so."""
    plan(shop, "J-1", 300)
    block(shop, "J-1", 20)
    line = whole(shop).lines["J-1"]
    assert (line.found.verdict, line.found.finish) == ("unknown", None)
    assert line.why == "Mill first side has no date: blocked, material, no ETA"
    assert line.act == (
        "Start Cut bar at saw-1; for Mill first side, pat: Ask for a confirmed day (no bar)"
    )


def test_a_step_that_is_late_hides_no_later_one_without_a_date(shop: Any) -> None:
    """Both are in the sentence, or the mark “no date” beside it could not be understood."""
    plan(shop, "J-1", 1)
    block(shop, "J-1", 10, eta=day(9))
    block(shop, "J-1", 20)
    why = whole(shop).lines["J-1"].why
    assert why.startswith("Cut bar is ")
    assert "; Mill first side has no date: " in why


def test_a_day_that_has_passed_is_no_date_any_more(shop: Any) -> None:
    """What should have come yesterday and still blocks may come any day, or never."""
    plan(shop, "J-1", 300)
    block(shop, "J-1", 10, eta=day(-1))
    line = whole(shop).lines["J-1"]
    assert line.found.verdict == "unknown"
    assert "has passed" in line.why


def test_work_that_waits_for_other_work_says_so(shop: Any) -> None:
    """The station and the hours that go first are named."""
    for number in range(8):
        plan(shop, f"J-{number}", 2, qty=200)
    line = whole(shop).ranked[-1]
    assert line.found.verdict in {"at risk", "late"}
    assert "of other work goes first at " in line.why


def test_planned_held_and_undecided_jobs_say_who_has_to_act(shop: Any) -> None:
    """Neither can be started; each has another next action."""
    from traveler import jobs

    shop.job("J-1", released=False)
    shop.job("J-2")
    jobs.hold(shop.vault, shop.pat, "J-2", "the customer asked")
    shop.job("J-3")
    board = whole(shop)
    assert [board.lines[one].act for one in ("J-1", "J-2")] == [
        "Release the job to the floor", "Take the job off hold, or close it",
    ]  # fmt: skip
    assert jobs_of(board, "ready") == ["J-3"]
    shop.release("10-0042", setup__txt="Vice, hard jaws.")
    after = whole(shop)
    assert jobs_of(after, "ready") == []
    assert after.section("blocked")[-1].why == (
        "Cut bar waits: revision A is superseded by B, nobody has decided"
    )


def test_parallel_steps_have_their_turn_together(shop: Any) -> None:
    """Milling and deburring stand side by side; sawing comes before both."""
    from traveler.floor import starting, stopping

    shop.job("J-1")
    assert [one.operation.seq for one in whole(shop).lines["J-1"].steps] == [10]
    starting.start(shop.vault, shop.otto, "J-1", 10)
    step = whole(shop).lines["J-1"].steps[0]
    assert (step.state, step.who) == ("running", "otto")
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    assert [(one.operation.seq, one.state) for one in whole(shop).lines["J-1"].steps] == [
        (20, "ready"), (30, "ready"),
    ]  # fmt: skip


def test_what_the_board_calls_ready_the_gate_lets_start_and_nothing_else(shop: Any) -> None:
    """Through a job's whole life with blockers the two never disagree."""
    from traveler import jobs
    from traveler.floor import starting, stopping

    shop.job("J-1")
    block(shop, "J-1", 30)

    def agree() -> None:
        view = jobs.show(shop.vault, "J-1")
        can = {one.operation.seq for one in view.operations if "start" in one.acts}
        ready = {one.seq for one in whole(shop).section("ready")}
        assert ready == can

    agree()
    for seq in (10, 20):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        agree()
        stopping.pause(shop.vault, shop.otto, "J-1", seq, 2)
        agree()
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
        agree()
    handling.resolve(shop.vault, shop.pat, 1, "came")
    agree()


def test_need_by_stays_put_while_work_goes_on(shop: Any) -> None:
    """Starting, counting pieces, scrap and blockers move the forecast and no need-by."""
    from traveler import jobs
    from traveler.floor import starting, stopping

    plan(shop, "J-1", 20)

    def needs() -> dict[int, str]:
        told = jobs.show(shop.vault, "J-1").as_json()["operations"]
        return {one["seq"]: one["need_by"] for one in told if one["state"] != "done"}

    before = needs()
    starting.start(shop.vault, shop.otto, "J-1", 10)
    stopping.finish(shop.vault, shop.otto, "J-1", 10, 4, 1)
    block(shop, "J-1", 40, eta=day(12))
    starting.start(shop.vault, shop.otto, "J-1", 20)
    stopping.pause(shop.vault, shop.otto, "J-1", 20, 2)
    assert needs() == {seq: need for seq, need in before.items() if seq != 10}


def test_a_stopped_station_holds_everything_there(shop: Any) -> None:
    """Its jobs are blocked, its load says that it stands still, its light is red."""
    plan(shop, "J-1", 30)
    handling.raise_blocker(shop.vault, shop.otto, handling.Wanted(
        kind="machine", owner="pat", what="saw blade broke", station="saw-1",
        facts={"up": day(3)}))  # fmt: skip
    board = whole(shop)
    assert jobs_of(board, "blocked") == ["J-1"]
    seen = at_station(board, "saw-1")
    assert seen.red
    assert seen.reason.startswith("Stopped, machine, ETA ")
    assert seen.reason.endswith(": saw blade broke")
    assert seen.load is not None
    assert "stands still" in seen.load.why


def test_a_station_shows_now_next_and_coming(shop: Any) -> None:
    """What runs, what can start and what is still elsewhere, each in its list."""
    from traveler.floor import starting, stopping

    for number, due in (("J-1", 20), ("J-2", 30), ("J-3", 40)):
        plan(shop, number, due)
    for number in ("J-1", "J-2"):
        starting.start(shop.vault, shop.otto, number, 10)
        stopping.finish(shop.vault, shop.otto, number, 10)
    starting.start(shop.vault, shop.otto, "J-1", 20)
    seen = at_station(whole(shop), "mill-2")
    lists = (seen.running, seen.ready, seen.coming)
    assert [[one.line.number for one in all_] for all_ in lists] == [["J-1"], ["J-2"], ["J-3"]]
    assert (seen.red, seen.reason) == (False, "J-1 in work")


def test_an_idle_station_with_late_work_is_red(shop: Any) -> None:
    """Nothing runs, and what could run should have: the light says which and since when."""
    plan(shop, "J-1", -1)
    seen = at_station(whole(shop), "saw-1")
    assert seen.red
    assert "Idle: J-1 should have started " in seen.reason
    starting.start(shop.vault, shop.otto, "J-1", 10)
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 1)
    assert "Idle: J-1 is paused, needed by " in at_station(whole(shop), "saw-1").reason


def test_a_station_is_red_for_time_lost_there_and_nowhere_else(shop: Any) -> None:
    """Work that will wait further on is no reason to stand red before it gets there."""
    plan(shop, "J-1", 30)
    block(shop, "J-1", 20, eta=day(60))
    starting.start(shop.vault, shop.otto, "J-1", 10)
    board = whole(shop)
    assert board.lines["J-1"].found.verdict == "at risk"
    seen = at_station(board, "saw-1")
    assert (seen.red, seen.reason) == (False, "J-1 in work")


def test_a_station_is_red_where_what_is_needed_waits_for_other_work(shop: Any) -> None:
    """It works, and on the wrong thing: the job that comes too late by it is named."""
    plan(shop, "J-1", 300, qty=4000)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    plan(shop, "J-2", 2)
    seen = at_station(whole(shop), "saw-1")
    assert seen.red
    assert seen.reason.startswith("J-2: Cut bar is ")
    assert seen.reason.endswith(" behind need-by, and other work goes first")


def test_filters_narrow_by_station_customer_person_and_words(shop: Any) -> None:
    """Each alone, in any case of letters; what nobody has leaves nothing."""
    plan(shop, "J-1", 20, customer="Halvard Robotics")
    plan(shop, "J-2", 30, customer="Orrin")
    block(shop, "J-2", 10)
    board = whole(shop)

    def shown(**wanted: str) -> set[str]:
        found = board.section("next", Wanted(**wanted))
        return {one.line.number for one in found}

    assert shown(station="SAW-1") == {"J-1", "J-2"}
    assert shown(customer="halvard") == {"J-1"}
    assert shown(person="pat") == {"J-2"}
    assert shown(words="orrin bracket") == {"J-2"}
    assert shown(words="nobody") == set()


def test_a_running_step_says_which_proof_it_owes(shop: Any) -> None:
    """Nobody can finish it without, so the board says so while it runs."""
    from traveler.floor import starting, stopping

    shop.job("J-1")
    for seq in (10, 20, 30):
        starting.start(shop.vault, shop.otto, "J-1", seq)
        stopping.finish(shop.vault, shop.otto, "J-1", seq)
    starting.start(shop.vault, shop.otto, "J-1", 40)
    step = whole(shop).lines["J-1"].steps[0]
    assert step.why.startswith("otto is at work, owes ")
    assert "photo" in step.why


def test_a_step_that_never_gets_done_says_what_is_missing(shop: Any) -> None:
    """Hours of its station, or the days a vendor takes; not the work that is left."""
    from traveler import calendars, jobs, stations

    plan(shop, "J-1", 20)
    calendars.tell_hours(shop.vault, shop.pat, "closed", "saw-1")
    assert whole(shop).lines["J-1"].why == "Cut bar has no date: saw-1 has no working hours"
    calendars.tell_hours(shop.vault, shop.pat, "as the shop", "saw-1")
    stations.add(shop.vault, shop.pat, "plating", outside=True)
    shop.release("10-0060", route__toml=(
        '[[operation]]\nseq = 10\nstation = "plating"\ntitle = "Zinc"\n'
    ))  # fmt: skip
    jobs.add(shop.vault, shop.pat, "J-2", "10-0060", 5, day(20))
    why = whole(shop).lines["J-2"].why
    assert why == "Zinc has no date: nobody has said how many days it takes at plating"


def test_a_step_is_not_ready_while_the_one_before_it_owes_proof(shop: Any) -> None:
    """What was asked for or taken back since is named, with what to do; the gate says the same."""
    from traveler import jobs
    from traveler.errors import EarlierProofOwed
    from traveler.quality import proof_desk

    quinn = shop.people["quinn"]
    steps = (
        '[[operation]]\nseq = 10\nstation = "saw-1"\ntitle = "Cut"\nproof = ["first piece"]\n'
        '[[operation]]\nseq = 20\nstation = "bench"\ntitle = "Deburr"\n'
    )
    shop.release("10-0060", route__toml=steps)
    jobs.add(shop.vault, shop.pat, "J-1", "10-0060", 5, day(20))
    jobs.release_job(shop.vault, shop.pat, "J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    proof_desk.vouch(shop.vault, quinn, "J-1", "first piece", seq=10)
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    desk = desks.Desk()
    assert jobs_of(desk.board(shop.vault), "ready") == ["J-1"]
    (word,) = (
        int(given.ref.rpartition("/")[2])
        for line in proof_desk.show(shop.vault, "J-1").have for given in line.given
    )  # fmt: skip
    proof_desk.take_back(shop.vault, quinn, word, "looked at the wrong piece")
    for board in (desk.board(shop.vault), whole(shop)):
        assert jobs_of(board, "ready") == []
        (entry,) = board.section("blocked")
        assert entry.why == "Deburr waits for proof: first piece at step 10"
        assert entry.line.act == "Give the proof: first piece at step 10"
    with pytest.raises(EarlierProofOwed, match="operation 10 before it owes proof, first piece"):
        starting.start(shop.vault, shop.otto, "J-1", 20)
    proof_desk.waive(shop.vault, quinn, "J-1", "first piece", "seen since", seq=10)
    assert jobs_of(desk.board(shop.vault), "ready") == jobs_of(whole(shop), "ready") == ["J-1"]
    proof_desk.ask(shop.vault, shop.pat, "photo", job="J-1", seq=10)
    assert jobs_of(desk.board(shop.vault), "ready") == jobs_of(whole(shop), "ready") == []


# --- how it follows -----------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every shop a large one: jobs are counted one by one, never the whole beside."""
    monkeypatch.setattr(desks, "QUICK_S", 0.0)
    monkeypatch.setattr(desks, "REST_S", 1e9)


@pytest.mark.usefixtures("slow")
def test_one_event_counts_one_job_and_says_it_is_provisional(shop: Any) -> None:
    """The others keep their very values; the touched one reads as a full count would."""
    from traveler.floor import starting

    for number in ("J-1", "J-2"):
        plan(shop, number, 20)
    desk = desks.Desk()
    before = desk.board(shop.vault)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    after, anew = desk.board(shop.vault), whole(shop)
    assert after.head > before.head
    assert after.lines["J-2"] is before.lines["J-2"], "nobody counted it again"
    assert after.lines["J-1"].found.provisional
    assert after.lines["J-1"].why == anew.lines["J-1"].why
    assert before.lines["J-1"].steps[0].state == "ready", "a board never changes under a reader"


@pytest.mark.usefixtures("slow")
def test_a_closed_job_leaves_and_a_new_one_comes(shop: Any) -> None:
    """No job is lost and none stays that is closed."""
    from traveler import jobs

    plan(shop, "J-1", 20)
    desk = desks.Desk()
    desk.board(shop.vault)
    jobs.close(shop.vault, shop.pat, "J-1", "cancelled")
    plan(shop, "J-2", 20)
    assert set(desk.board(shop.vault).lines) == {"J-2"}


@pytest.mark.usefixtures("slow")
def test_what_concerns_everybody_counts_the_whole_shop(shop: Any) -> None:
    """A station, a pin, the rules and a release: nothing is provisional after them."""
    from release import rulebook
    from traveler import stations
    from traveler.dispatch import pins

    plan(shop, "J-1", 20)
    desk = desks.Desk()
    desk.board(shop.vault)
    text, _blob = rulebook.text(shop.vault)
    for act in (
        lambda: stations.change(shop.vault, shop.pat, "mill-2", minutes=960),
        lambda: pins.pin(shop.vault, shop.pat, "J-1", 1, "first"),
        lambda: rulebook.edit(shop.vault, shop.ada, text + '\n[dispatch]\nranking = ["due"]\n'),
        lambda: shop.release("10-0050", note__txt="Bought elsewhere."),
    ):
        played = desk._rested
        act()
        desk.board(shop.vault)
        assert desk._rested > played
    assert desk.board(shop.vault).ranking == ("due",)


@pytest.mark.usefixtures("slow")
def test_what_moves_no_date_counts_nothing(shop: Any) -> None:
    """People sign in all day; the board only notes that it has seen it."""
    from vault.ledger import sessions

    plan(shop, "J-1", 20)
    desk = desks.Desk()
    before = desk.board(shop.vault)
    sessions.open_session(shop.vault.ledger, shop.pat, "test")
    after = desk.board(shop.vault)
    assert after.head == before.head + 1
    assert after.lines["J-1"] is before.lines["J-1"]


def test_two_processes_say_the_same(shop: Any) -> None:
    """A desk that only heard of events through the ledger agrees with the one that wrote them."""
    from traveler.floor import starting

    plan(shop, "J-1", 20)
    one, other = desks.Desk(), desks.Desk()
    one.board(shop.vault)
    other.board(shop.vault)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    block(shop, "J-1", 20, eta=day(5))
    assert one.board(shop.vault).as_json() == other.board(shop.vault).as_json()


def test_many_threads_read_while_work_goes_on(shop: Any) -> None:
    """Every board is whole, none is older than what was written before it was asked for."""
    from traveler.floor import starting

    for number in range(6):
        plan(shop, f"J-{number}", 20)
    desk, faults = desks.Desk(), []
    stop = threading.Event()

    def read() -> None:
        seen = 0
        while not stop.is_set():
            board = desk.board(shop.vault)
            if board.head < seen or len(board.lines) != 6:
                faults.append((seen, board.head, len(board.lines)))
            seen = board.head

    readers = [threading.Thread(target=read) for _ in range(4)]
    for one in readers:
        one.start()
    for number in range(6):
        starting.start(shop.vault, shop.otto, f"J-{number}", 10)
        assert desk.board(shop.vault).lines[f"J-{number}"].steps[0].state == "running"
    stop.set()
    for one in readers:
        one.join()
    assert not faults


def test_many_events_are_followed_job_by_job_and_the_whole_comes_after(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop that was just counted whole is not counted again at once, and nobody has to act for it."""
    from traveler.floor import starting

    for number in ("J-1", "J-2"):
        plan(shop, number, 20)
    desk = desks.Desk()
    before = desk.board(shop.vault)
    monkeypatch.setattr(desks, "FREE_S", -1.0)  # so the rest is twenty seconds, whatever it took
    starting.start(shop.vault, shop.otto, "J-1", 10)
    touched = desk.board(shop.vault)
    assert touched.lines["J-1"].found.provisional
    assert touched.lines["J-2"] is before.lines["J-2"]
    assert desk.board(shop.vault) is touched, "it is too early"
    monkeypatch.setattr(desk, "_rested", desk._rested - 30)
    after = desk.board(shop.vault)
    assert (after.head, after.lines["J-1"].found.provisional) == (touched.head, False)
    assert desk.board(shop.vault) is after, "nothing is owed any more"


def test_a_screen_is_told_when_the_whole_follows_within_the_minute(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event and no new minute: only the version says that nothing is provisional any more."""
    from traveler.floor import starting

    noon = snapshot.now("UTC")
    monkeypatch.setattr(snapshot, "now", lambda _zone: noon)
    plan(shop, "J-1", 20)
    desk = desks.Desk()
    desk.board(shop.vault)
    monkeypatch.setattr(desks, "FREE_S", -1.0)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    touched = desk.board(shop.vault)
    monkeypatch.setattr(desk, "_rested", desk._rested - 30)
    after = desk.board(shop.vault)
    assert (touched.head, touched.counted) == (after.head, after.counted)
    assert (touched.revised, after.revised) == (True, False)
    assert touched.version != after.version


@pytest.mark.usefixtures("slow")
def test_time_alone_has_the_shop_counted_beside(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while the count is made anew without anybody waiting for it."""
    plan(shop, "J-1", 20)
    desk = desks.Desk()
    old = desk.board(shop.vault)
    monkeypatch.setattr(desks, "REST_S", 0.0)
    monkeypatch.setattr(desks, "AGED_MIN", 0)
    assert desk.board(shop.vault) is old
    desk.settled()
    monkeypatch.setattr(desks, "AGED_MIN", 1000)
    assert desk.board(shop.vault) is not old


def test_running_work_counts_what_has_passed(shop: Any) -> None:
    """Half an hour into the work half an hour less is left, never less than a minute."""
    from traveler.floor import starting

    plan(shop, "J-1", 20, qty=100)
    starting.start(shop.vault, shop.otto, "J-1", 10)
    now = snapshot.now("UTC")
    with shop.vault.ledger.reading() as connection:
        floor_now = snapshot.floor(connection)
        from release.log import ReleaseLog

        facts = snapshot.jobs(connection, snapshot.standings(ReleaseLog(shop.vault)), now.day)[0]
    task = snapshot.load(facts, floor_now, now, None).tasks[0]
    assert task.running
    assert task.minutes == 50  # the set-up is done by who started; 100 pieces of half a minute
    later = snapshot.Moment(now.minute + 40 * 1440, now.day, now.zone, now.at)
    assert snapshot.load(facts, floor_now, later, None).tasks[0].minutes == 1
    counted = desks.count_shop(floor_now, [facts], {}, ("due",), now)
    assert counted.lines["J-1"].steps[0].state == "running"


# --- stations, hours, children, outside ---------------------------------------------------------


def test_hours_and_holidays_of_the_shop_move_need_by_and_forecast(shop: Any) -> None:
    """A shutdown told today moves both at once, without anything stored being stale."""
    from traveler import calendars

    plan(shop, "J-1", 30, qty=100)
    desk = desks.Desk()
    before = desk.board(shop.vault).lines["J-1"]
    calendars.tell_day(shop.vault, shop.pat, day(0), "closed", last=day(9), name="shutdown")
    after = desk.board(shop.vault).lines["J-1"]
    assert after.found.finish is not None
    assert before.found.finish is not None
    assert after.found.finish >= snapshot.day_number(day(10)) * 1440 > before.found.finish
    calendars.tell_day(shop.vault, shop.pat, day(15), "closed", last=day(30))
    last = desk.board(shop.vault).lines["J-1"]
    assert last.need_by is not None
    assert last.need_by <= snapshot.day_number(day(15)) * 1440


def test_a_group_has_the_lanes_of_its_stations_and_shows_at_each(shop: Any) -> None:
    """Two saws halve the wait; what can start is seen at both, what runs at its own alone."""
    from traveler import stations
    from traveler.floor import starting

    for number in range(4):
        plan(shop, f"J-{number}", 20, qty=400)
    desk = desks.Desk()
    alone = max(one.found.slots[10].start for one in desk.board(shop.vault).lines.values())
    for code in ("saw-a", "saw-b"):
        stations.add(shop.vault, shop.pat, code, group="saw-1")
    board = desk.board(shop.vault)
    assert max(one.found.slots[10].start for one in board.lines.values()) < alone
    assert len(at_station(board, "saw-a").ready) == len(at_station(board, "saw-b").ready) == 4
    starting.start(shop.vault, shop.otto, "J-0", 10, machine="saw-a")
    board = desk.board(shop.vault)
    assert [one.line.number for one in at_station(board, "saw-a").running] == ["J-0"]
    assert at_station(board, "saw-b").running == ()
    assert at_station(board, "saw-1").running != ()


def test_a_blocked_station_of_a_group_is_no_lane_while_nobody_knows_until_when(shop: Any) -> None:
    """Later than with both, never later than without a group; with both blocked the group stops."""
    from traveler import stations

    for number in range(4):
        plan(shop, f"J-{number}", 20, qty=400)
    desk = desks.Desk()

    def last() -> int:
        return max(one.found.slots[10].start for one in desk.board(shop.vault).lines.values())

    alone = last()
    for code in ("saw-a", "saw-b"):
        stations.add(shop.vault, shop.pat, code, group="saw-1")
    both = last()

    def block(code: str) -> int:
        wanted = handling.Wanted("machine", "pat", "loud", station=code)
        return handling.raise_blocker(shop.vault, shop.pat, wanted).id

    first = block("saw-a")
    assert both < last() == alone
    board = desk.board(shop.vault)
    (load,) = (one for one in board.loads if one.code == "saw-1")
    assert load.why.endswith("; not at saw-a (machine, no ETA)")
    assert load.blockers == ()
    assert at_station(board, "saw-a").reason == "Stopped, machine, no ETA: loud"
    assert not at_station(board, "saw-b").reason.startswith("Stopped")
    assert "saw-1" not in board.stopped
    handling.correct(shop.vault, shop.pat, first, "they come", facts={"up": day(1)})
    assert last() == both
    second = block("saw-b")
    board = desk.board(shop.vault)
    assert [one.id for one in board.stopped["saw-1"]] == [first, second]
    assert {one.steps[0].state for one in board.lines.values()} == {"blocked"}
    for one in (first, second):
        handling.resolve(shop.vault, shop.pat, one, "oiled")
    assert last() == both


def test_what_escalated_says_so_on_the_board(shop: Any) -> None:
    """In the sentence of the job and in the list of what is blocked, from its hour on."""
    plan(shop, "J-1", 20)
    wanted = handling.Wanted("labor", "pat", "nobody may saw", "J-1", 10, escalate_hours=2,
                             escalate_to="mchen")  # fmt: skip
    made = handling.raise_blocker(shop.vault, shop.pat, wanted)

    def told(hours: float) -> list[str]:
        with clock.standing_at(clock.instant() + timedelta(hours=hours)):
            board = desks.Desk().board(shop.vault)
            return [entry.why for name in ("at_risk", "blocked") for entry in board.section(name)]

    before, after = told(1), told(3)
    assert len(before) == len(after) == 2
    assert [one + f"; escalated: blocker {made.id} to mchen" for one in before] == after
