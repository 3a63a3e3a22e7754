# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers: raised with facts, owned, ticked, resolved, closed, reopened; nothing is ever lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from PIL import Image

from release import desk
from release.errors import NoSuchChange
from traveler import jobs, lifecycle, stations
from traveler.blockers import filing, handling, kinds, records, stats, telling
from traveler.blockers.errors import (
    BadBlockerFact,
    BadHours,
    BadOwner,
    BlockerCannot,
    BlockerDecides,
    BlockerHoldsNothing,
    BlockerMoved,
    BlockerNowhere,
    NoSuchBlocker,
    NoSuchBlockerType,
    NoSuchTick,
    NothingCorrected,
    NotTheirBlocker,
    StepOfNoJob,
)
from traveler.blockers.handling import Wanted
from traveler.blockers.records import BlockerFilter
from traveler.errors import (
    BadDueDate,
    BadWords,
    JobCannot,
    NoReason,
    NoSuchJob,
    NoSuchOperation,
    NoSuchStation,
    OperationBlocked,
    OutsideTraveler,
)
from traveler.floor import starting, stopping
from vault import clock
from vault.errors import NoSuchItem
from vault.ledger import events, people
from vault.ledger.errors import NoSuchPerson, RoleNeeded

ACTS = (
    "acknowledge",
    "step",
    "correct",
    "resolve",
    "close",
    "reopen",
    "clear",
    "photo",
    "withdraw",
)


def raised(shop: Any, who: str = "otto", **more: Any) -> Any:
    """Raise a blocker of material on J-1, owned by pat."""
    told = {"kind": "material", "owner": "pat", "what": "no bar Ø40", "job": "J-1"} | more
    return handling.raise_blocker(shop.vault, shop.people[who], Wanted(**told))


def act(shop: Any, number: int, deed: str) -> Any:
    """Do something to a blocker as the planner, or as the system."""
    vault, pat = shop.vault, shop.pat
    if deed == "clear":
        with vault.ledger.writing("titleblock") as writing:
            return filing.act(writing, number, "clear", "gone")
    if deed == "photo":
        place = shop.folder / "spindle.png"
        Image.new("RGB", (9, 9)).save(place)
        return handling.add_photos(vault, pat, number, {"spindle.png": place})
    if deed == "withdraw":
        return handling.withdraw_photo(vault, pat, number, 1, "the wrong one")
    if deed == "step":
        return handling.tick(vault, pat, number, 1)
    if deed == "correct":
        return handling.correct(vault, pat, number, "call back", until="2027-03-04")
    words = {"acknowledge": handling.acknowledge, "resolve": handling.resolve,
             "close": handling.close, "reopen": handling.reopen}  # fmt: skip
    return words[deed](vault, pat, number, "so it is")


WAYS: dict[str, tuple[str, ...]] = {
    "open": (), "acknowledged": ("acknowledge",), "resolved": ("resolve",),
    "closed": ("resolve", "close"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "deed"), list(product(WAYS, ACTS)))
def test_every_act_is_in_the_table_or_refused(shop: Any, state: str, deed: str) -> None:
    """Through the real verbs, every pair of state and act does what the table says, or nothing."""
    shop.job("J-1")
    made = raised(shop)
    act(shop, made.id, "photo")
    for before in WAYS[state]:
        act(shop, made.id, before)
    if (state, deed) in lifecycle.BLOCKER:
        assert act(shop, made.id, deed).state == lifecycle.BLOCKER[state, deed]
    else:
        before = handling.show(shop.vault, made.id)
        with pytest.raises(BlockerCannot, match=f"Blocker {made.id} is {state}"):
            act(shop, made.id, deed)
        assert handling.show(shop.vault, made.id)[1] == before[1]
    assert list(events.verify(shop.vault.ledger)) == []


def test_the_table_holds_every_state_and_nothing_else() -> None:
    """Four states, each reached from open."""
    assert set(lifecycle.states(lifecycle.BLOCKER)) == set(WAYS)
    assert lifecycle.BLOCKING | {"resolved"} == records.ACTIVE


def test_a_blocked_step_is_started_by_nobody_until_it_is_resolved(shop: Any) -> None:
    """Not by the operator, the planner or an administrator; pausing what runs stays possible."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    made = raised(shop)
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 2)
    for name in ("otto", "pat", "ada"):
        with pytest.raises(OperationBlocked, match="blocked: material: no bar Ø40"):
            starting.start(shop.vault, shop.people[name], "J-1", 10)
    assert jobs.show(shop.vault, "J-1").operations[0].acts == ()
    handling.resolve(shop.vault, shop.pat, made.id, "came by courier")
    assert starting.start(shop.vault, shop.otto, "J-1", 10).state == "running"


def test_an_override_needs_a_planner_and_a_reason_and_stays_visible(shop: Any) -> None:
    """An operator cannot, a blank reason is none; the job shows it for ever, also when closed."""
    shop.job("J-1")
    made = raised(shop)
    with pytest.raises(RoleNeeded):
        starting.start(shop.vault, shop.otto, "J-1", 10, override="just do it")
    with pytest.raises(OperationBlocked):
        starting.start(shop.vault, shop.pat, "J-1", 10, override="  ")
    starting.start(shop.vault, shop.pat, "J-1", 10, override="enough bar for ten")
    handling.resolve(shop.vault, shop.pat, made.id, "came")
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    jobs.close(shop.vault, shop.pat, "J-1", "enough")
    (kept,) = jobs.show(shop.vault, "J-1").as_json()["overrides"]
    assert (kept["seq"], kept["by"], kept["why"], kept["blockers"]) == (
        10, "pat", "enough bar for ten", [made.id],
    )  # fmt: skip
    told = [one for one in jobs.history(shop.vault, "J-1") if one.kind == "operation.start"]
    assert told[0].facts["past_blockers"] == [made.id]


def test_an_override_on_what_is_not_blocked_is_no_override(shop: Any) -> None:
    """A reason given for nothing leaves no mark."""
    shop.job("J-1")
    starting.start(shop.vault, shop.pat, "J-1", 10, override="in a hurry")
    assert jobs.show(shop.vault, "J-1").overrides == ()


def test_a_station_that_is_down_holds_every_job_there_and_no_other(shop: Any) -> None:
    """A blocker without a job stops all work at the station; both jobs show it."""
    shop.job("J-1")
    shop.job("J-2")
    made = raised(shop, job="", station="SAW-1", kind="machine", what="blade broken")
    assert (made.job, made.station) == (None, "saw-1")
    for job in ("J-1", "J-2"):
        with pytest.raises(OperationBlocked, match="blade broken"):
            starting.start(shop.vault, shop.otto, job, 10)
        assert [one["id"] for one in jobs.show(shop.vault, job).as_json()["blockers"]] == [made.id]
    lines = jobs.listing(shop.vault)
    assert [one.held for one in lines] == [1, 1]
    handling.resolve(shop.vault, shop.pat, made.id, "new blade")
    assert starting.start(shop.vault, shop.otto, "J-2", 10).state == "running"


def test_a_step_that_is_blocked_leaves_the_others_free(shop: Any) -> None:
    """Only 20 is held; 10 starts."""
    shop.job("J-1")
    made = raised(shop, seq=20)
    view = jobs.show(shop.vault, "J-1")
    assert [[held.blocker.id for held in one.held] for one in view.operations] == [
        [], [made.id], [], [],
    ]  # fmt: skip
    assert starting.start(shop.vault, shop.otto, "J-1", 10).state == "running"


REFUSED: tuple[tuple[dict[str, Any], type[Exception], str], ...] = (
    ({"kind": "weather"}, NoSuchBlockerType, "“weather” is no type of blocker"),
    ({"owner": "nobody"}, NoSuchPerson, "nobody"),
    ({"owner": "cora"}, BadOwner, "they are a customer"),
    ({"what": " "}, NoReason, "The blocker needs a reason"),
    ({"what": "x" * 301}, BadWords, "longer than 300"),
    ({"what": "a\u202eb"}, BadWords, "cannot be seen"),
    ({"job": "J-9"}, NoSuchJob, "There is no job J-9"),
    ({"job": ""}, BlockerNowhere, "belongs to a job"),
    ({"job": "", "seq": 10, "station": "saw-1"}, StepOfNoJob, "Step 10 belongs to a job"),
    ({"seq": 10, "station": "bench"}, BlockerHoldsNothing, "step 10 of job J-1 is at saw-1"),
    ({"station": "idle-1"}, BlockerHoldsNothing, "no step still to be done at idle-1"),
    ({"path": ["again"] * 21}, BadWords, "it has 21 steps, and 20 are the most"),
    ({"kind": "approval", "facts": {"change": "CO-9999"}}, NoSuchChange, "no change order CO-9999"),
    ({"kind": "approval", "facts": {"change": "CO-0001"}}, BadBlockerFact, "CO-0001 is released"),
    ({"kind": "approval", "facts": {"item": "99-1"}}, NoSuchItem, "no item 99-1"),
    ({"kind": "approval", "facts": {"vote": "nobody"}}, NoSuchPerson, "nobody called nobody"),
    (
        {"kind": "outside", "facts": {"sent": "2027-03-05", "back": "2027-03-04"}},
        BadBlockerFact,
        "2027-03-04 is before 2027-03-05, when it was sent",
    ),
    ({"kind": "shipping", "facts": {"shipment": "9"}}, BadBlockerFact, "write it as SH-0012"),
    ({"kind": "shipping", "facts": {"shipment": "sh-0099"}}, BadBlockerFact, "no shipment SH-0099"),
    ({"seq": 15}, NoSuchOperation, "has no operation 15"),
    ({"station": "moon"}, NoSuchStation, "no station moon"),
    ({"until": "Thursday"}, BadDueDate, "“Thursday” is not a day"),
    ({"next_check": "3"}, BadDueDate, "is not a day"),
    ({"facts": {"price": "12"}}, BadBlockerFact, "its facts are po, eta"),
    ({"facts": {"eta": "soon"}}, BadDueDate, "“soon” is not a day"),
    ({"kind": "approval", "facts": {"change": "12"}}, BadBlockerFact, "write it as CO-0012"),
    ({"escalate_hours": 4}, BadHours, "Nobody is named to hear of it after 4 h"),
    (
        {"escalate_hours": 0, "escalate_to": "ada"},
        BadHours,
        "ada is named, and not after how many hours",
    ),
    ({"escalate_hours": 2001, "escalate_to": "ada"}, BadHours, "2001"),
)


@pytest.mark.parametrize(("given", "kind", "words"), REFUSED)
def test_what_cannot_be_said_is_refused(
    shop: Any, refused: Callable[..., Any], given: dict[str, Any], kind: Any, words: str
) -> None:
    """Every wrong field is told in a sentence and nothing is written."""
    shop.job("J-1")
    stations.add(shop.vault, shop.pat, "idle-1")
    head = events.head(shop.vault.ledger)
    with refused(kind, words):
        raised(shop, **given)
    assert events.head(shop.vault.ledger) == head


def test_a_blocker_holds_something_where_it_is_raised(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """Not a step that is done or a station that is retired; at a station's own step it may be."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    assert raised(shop, seq=10, station="saw-1").seq == 10
    stopping.finish(shop.vault, shop.otto, "J-1", 10)
    said = "step 10 of job J-1 is done; name a step still to be done (20, 30, 40), or the job"
    with refused(BlockerHoldsNothing, said):
        raised(shop, seq=10)
    with refused(BlockerHoldsNothing, "no step still to be done at saw-1"):
        raised(shop, station="saw-1")
    (view,) = handling.listing(shop.vault)  # raised while it ran: it may still be loud
    assert (view.blocker.state, view.place) == ("open", "J-1 step 10 (over) at saw-1")
    assert jobs.listing(shop.vault)[0].held == 0
    stations.change(shop.vault, shop.pat, "saw-1", retired=True)
    with refused(BlockerHoldsNothing, "saw-1 is retired; name a station in use"):
        raised(shop, job="", station="saw-1")


def test_a_correction_says_something_new_and_answers_only_for_that(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """A press without a change is told so; a fact that stood is not asked about again."""
    shop.job("J-1")
    made = raised(shop, kind="approval", facts={"vote": "mchen"}, until="2027-03-04")
    with refused(NothingCorrected, f"Nothing about blocker {made.id} would be different"):
        handling.correct(shop.vault, shop.pat, made.id, "why", until="2027-03-04", what=made.what)
    people.disable(shop.vault.ledger, "ada", "mchen")
    now = handling.correct(shop.vault, shop.pat, made.id, "later", until="2027-03-05",
                           facts={"vote": "mchen"})  # fmt: skip
    assert (now.until, dict(now.facts)) == ("2027-03-05", {"vote": "mchen"})
    with refused(BadBlockerFact, "mchen is disabled"):
        raised(shop, kind="approval", facts={"vote": "mchen"})


@pytest.mark.parametrize(("end", "ended"), [(jobs.close, "closed"), (jobs.cancel, "cancelled")])
def test_a_job_that_ended_takes_no_blocker_and_closes_those_it_has(
    end: Any, ended: str, shop: Any
) -> None:
    """The end of a job is the end of what blocked it; it is not reopened either."""
    shop.job("J-1")
    made = raised(shop)
    end(shop.vault, shop.pat, "J-1", "order cancelled")
    view, entries = handling.show(shop.vault, made.id)
    assert view.blocker.state == "closed"
    assert (entries[-1].act, entries[-1].words) == ("clear", f"job J-1 is {ended}")
    with pytest.raises(JobCannot, match=f"Job J-1 is {ended}, so it cannot be blocked"):
        raised(shop)
    with pytest.raises(BlockerCannot, match="nothing waits for it"):
        handling.reopen(shop.vault, shop.pat, made.id, "again")


def test_who_may_do_what(shop: Any) -> None:
    """Owner, who raised it, who it was escalated to, planner, administrator; reopening anybody."""
    shop.job("J-1")
    made = raised(shop, who="otto", owner="eli", escalate_hours=4, escalate_to="mchen")
    with pytest.raises(NotTheirBlocker, match="otto cannot acknowledge"):
        handling.acknowledge(shop.vault, shop.otto, made.id)
    with pytest.raises(NotTheirBlocker, match=r"quinn cannot resolve .* eli, mchen, otto"):
        handling.resolve(shop.vault, shop.quinn, made.id, "no")
    with pytest.raises(RoleNeeded):
        handling.resolve(shop.vault, shop.cora, made.id, "no")
    handling.acknowledge(shop.vault, shop.eli, made.id)
    handling.tick(shop.vault, shop.mchen, made.id, 1)
    handling.resolve(shop.vault, shop.otto, made.id, "found one")
    handling.close(shop.vault, shop.ada, made.id)
    assert handling.reopen(shop.vault, shop.quinn, made.id, "it was bent").state == "open"
    people.disable(shop.vault.ledger, "ada", "eli")
    with pytest.raises(BadOwner, match="they are disabled"):
        raised(shop, owner="eli")


def test_a_correction_is_a_newer_record(shop: Any) -> None:
    """What was said before stays; a second person who looked at the older state is told."""
    shop.job("J-1")
    made = raised(shop, facts={"po": "4711"})
    now = handling.correct(shop.vault, shop.pat, made.id, "vendor called", seen=1,
                           facts={"eta": "2027-03-04"}, owner="eli", path=["fetch it"],
                           escalate_hours=8, escalate_to="mchen")  # fmt: skip
    assert (now.facts, now.owner, now.expected) == (
        {"po": "4711", "eta": "2027-03-04"}, "eli", "2027-03-04",
    )  # fmt: skip
    with pytest.raises(BlockerMoved, match="was changed by pat meanwhile"):
        handling.correct(shop.vault, shop.otto, made.id, "no, friday", seen=1, until="2027-03-05")
    _view, entries = handling.show(shop.vault, made.id)
    assert [(one.act, one.owner, one.facts) for one in entries] == [
        ("raise", "pat", {"po": "4711"}),
        ("correct", "eli", {"po": "4711", "eta": "2027-03-04"}),
    ]
    (changed,) = telling.changes(_view.kind, entries).values()
    assert [one.sentence for one in changed] == [
        "Owner: eli, before pat",
        "Expected on: 2027-03-04",
        "The way out: fetch it, before Ask for a confirmed day; Book it in and bring it to the station",
        "Escalation: after 8 h to mchen",
    ]
    told = telling.history_json(_view.kind, entries)
    assert [len(one["changed"]) for one in told] == [0, 4]
    assert told[1]["changed"][0] == {"label": "Owner", "before": "pat", "now": "eli"}
    with pytest.raises(NoReason, match="The correction needs a reason"):
        handling.correct(shop.vault, shop.pat, made.id, " ", until="")
    assert handling.correct(shop.vault, shop.pat, made.id, "x", facts={"eta": ""}).expected == ""


def test_reasons_are_demanded(shop: Any) -> None:
    """A resolution and a reopening say why."""
    shop.job("J-1")
    made = raised(shop)
    with pytest.raises(NoReason, match="The resolution needs a reason"):
        handling.resolve(shop.vault, shop.pat, made.id, "  ")
    handling.resolve(shop.vault, shop.pat, made.id, "came")
    with pytest.raises(NoReason, match="The reopening needs a reason"):
        handling.reopen(shop.vault, shop.pat, made.id, "")
    for deed in (handling.acknowledge, handling.close):
        with pytest.raises(NoSuchBlocker, match="There is no blocker 99"):
            deed(shop.vault, shop.pat, 99)


def test_steps_are_ticked_once(shop: Any) -> None:
    """Who and when stays with the step; a correction of the path keeps what was done."""
    shop.job("J-1")
    made = raised(shop, path=["Call the mill", "Fetch it"])
    now = handling.tick(shop.vault, shop.pat, made.id, 1)
    assert [(one.text, one.done_by) for one in now.steps] == [
        ("Call the mill", "pat"), ("Fetch it", ""),
    ]  # fmt: skip
    for wrong in (0, 1, 3):
        with pytest.raises(NoSuchTick, match="it has 2"):
            handling.tick(shop.vault, shop.pat, made.id, wrong)
    longer = handling.correct(
        shop.vault, shop.pat, made.id, "one more", path=["Call the mill", "Fetch it", "Saw it"]
    )
    assert [bool(one.done_by) for one in longer.steps] == [True, False, False]


def test_lists_find_by_job_station_owner_type_and_state(shop: Any) -> None:
    """Each filter alone and together; a step's blocker is found by its station too."""
    shop.job("J-1")
    shop.job("J-2")
    a = raised(shop).id
    b = raised(shop, job="J-2", seq=20, kind="labor", owner="eli").id
    c = raised(shop, job="", station="mill-2", kind="machine").id
    handling.resolve(shop.vault, shop.pat, a, "came")

    def found(**wanted: Any) -> list[int]:
        return [one.blocker.id for one in handling.listing(shop.vault, BlockerFilter(**wanted))]

    assert found() == [a, b, c]
    assert found(job="j-2") == [b]
    assert found(station="MILL-2") == [b, c]
    assert found(owner="eli") == [b]
    assert found(kind="machine") == [c]
    assert found(states=frozenset({"resolved"})) == [a]
    assert found(states=frozenset(), owner="pat") == [a, c]
    assert found(station="bench") == []
    slips: tuple[tuple[str, str, type[Exception]], ...] = (
        ("job", "J-9", NoSuchJob), ("station", "moon", NoSuchStation), ("owner", "me", NoSuchPerson),
    )  # fmt: skip
    for name, value, kind in slips:  # an empty list would read as if nothing blocked there
        with pytest.raises(kind):
            found(**{name: value})


def test_what_is_late_unknown_or_escalated_is_read_off_the_clock(shop: Any) -> None:
    """Age, overdue check, missing facts, passed day and escalation need no program to run."""
    shop.job("J-1")
    made = raised(shop, facts={"eta": "2026-03-05"}, next_check="2026-03-03", escalate_hours=24,
                  escalate_to="mchen")  # fmt: skip
    late = telling.BlockerView(made, "2099-03-04T09:00:00Z", "2026-03-04")
    assert (late.check, late.overdue, late.escalated, late.late) == (
        "check is 1 d overdue", True, True, False,
    )  # fmt: skip
    assert late.missing == ("Purchase order",)
    now = telling.BlockerView(made, made.raised_at, "2026-03-03")
    assert (now.check, now.escalated, now.age) == ("check today", False, "0 min")
    assert telling.BlockerView(made, made.raised_at, "2026-03-06").late
    assert telling.BlockerView(made, made.raised_at, "2026-03-01").check == "check in 2 d"


def test_an_escalation_is_told_before_it_comes_and_after(shop: Any) -> None:
    """Four hours on it is mchen's too, on every page; resolved, it is nobody's any more."""
    shop.job("J-1")
    begun = datetime(2026, 3, 2, 8, tzinfo=UTC)
    with clock.standing_at(begun):
        made = raised(shop, escalate_hours=4, escalate_to="mchen")

    def told(minutes: int) -> tuple[bool, str]:
        with clock.standing_at(begun + timedelta(minutes=minutes)):
            view = handling.show(shop.vault, made.id)[0]
            return view.escalated, view.escalates

    assert told(60) == (False, "goes to mchen too in 3 h")
    assert told(239) == (False, "goes to mchen too in 1 min")
    assert told(240) == (True, "escalated to mchen 0 min ago")
    assert told(300) == (True, "escalated to mchen 60 min ago")
    assert handling.acknowledge(shop.vault, shop.mchen, made.id).state == "acknowledged"
    handling.resolve(shop.vault, shop.mchen, made.id, "came")
    assert told(300) == (False, "")


def test_what_is_done_already_says_so(shop: Any, refused: Callable[..., Any]) -> None:
    """Seen to is not resolved, and what blocks is not reopened: neither sends people to resolve it."""
    shop.job("J-1")
    made = raised(shop)
    handling.acknowledge(shop.vault, shop.pat, made.id)
    with refused(BlockerCannot, "nobody can acknowledge it; pat owns it and sees to it"):
        handling.acknowledge(shop.vault, shop.pat, made.id)
    with refused(BlockerCannot, "nobody can reopen it; it blocks already"):
        handling.reopen(shop.vault, shop.pat, made.id, "x")


def test_a_scan_raises_a_blocker_once_and_within_its_paper(shop: Any, tmp_path: Any) -> None:
    """The same key twice is one blocker; another job's paper raises none here."""
    from traveler import sheet

    shop.job("J-1")
    shop.job("J-2")
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    code = {seq: address.rpartition("/")[2] for seq, address in printed.addresses}

    def scanned(token: str, key: str, **more: Any) -> Any:
        told = {"kind": "labor", "owner": "pat", "what": "nobody here", "job": "J-1"} | more
        return handling.raise_blocker(
            shop.vault, shop.otto, Wanted(**told), idempotency_key=key, token=token, device="tablet"
        )

    first = scanned(code[None], "k1", seq=10)
    assert scanned(code[None], "k1", seq=10).id == first.id
    scanned(code[20], "k2")
    scanned(code[20], "k3", job="", station="mill-2")
    for more in ({"job": "J-2"}, {"seq": 10}, {"job": "", "station": "laser"}):
        with pytest.raises((OutsideTraveler, NoSuchStation)):
            scanned(code[20], "k4", **more)
    assert len(handling.listing(shop.vault)) == 3
    assert handling.show(shop.vault, first.id)[1][0].device == "tablet"


def test_an_approval_that_waits_for_a_change_closes_when_it_is_released(shop: Any) -> None:
    """Named by order or by item; what was released before it was raised does not count."""
    from release import desk

    shop.job("J-1")
    shop.check_in("10-0060", lid__txt="drawn")
    change = desk.open_change(shop.vault, shop.eli, ["10-0060"], "lid").order.change
    by_order = raised(shop, kind="approval", facts={"change": change.lower(), "vote": "mchen"})
    by_item = raised(shop, kind="approval", facts={"item": "10-0060"})
    released_before = raised(shop, kind="approval", facts={"item": "10-0050"})
    desk.sign(shop.vault, shop.mchen, "correct horse 7", change)
    desk.release(shop.vault, shop.eli, change)
    states = {one.blocker.id for one in handling.listing(shop.vault)}
    assert states == {released_before.id}
    assert handling.show(shop.vault, by_order.id)[1][-1].words == f"{change} is released"
    last = handling.show(shop.vault, by_item.id)[1][-1]
    assert (last.person, last.act) == ("titleblock", "clear")
    assert last.words == f"10-0060 A is released ({change})"


CLOSER = """
import sys
from pathlib import Path
from traveler.blockers import handling
from vault import home
from vault.errors import Refusal
from vault.ledger import people
vault = home.open_vault(Path(sys.argv[1]))
who = people.get(vault.ledger, sys.argv[2])
sys.stdin.readline()
try:
    handling.close(vault, who, int(sys.argv[3]), "seen")
    print("closed")
except Refusal as refusal:
    print(type(refusal).__name__, refusal)
"""


def test_two_people_close_one_and_one_of_them_does(shop: Any) -> None:
    """From two processes at once: one closes it, the other is told who did."""
    shop.job("J-1")
    made = raised(shop, who="otto")
    handling.resolve(shop.vault, shop.pat, made.id, "came")
    closers = [
        subprocess.Popen(
            [sys.executable, "-c", CLOSER, str(shop.vault.root), who, str(made.id)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in ("otto", "pat")
    ]  # fmt: skip
    answers = sorted(one.communicate("go\n", timeout=120)[0].strip() for one in closers)
    assert answers[1] == "closed"
    assert answers[0].startswith(f"BlockerCannot Blocker {made.id} is closed, so nobody can close")
    assert "did that at" in answers[0]
    _view, entries = handling.show(shop.vault, made.id)
    assert [one.act for one in entries] == ["raise", "resolve", "close"]
    assert list(events.verify(shop.vault.ledger)) == []


def test_counts_of_types_ages_and_owners(shop: Any) -> None:
    """What blocks, what was raised, the typical time; reopened ones take longer."""
    lives = [
        stats.Life("material", "pat", "open", "2026-03-01T00:00:00Z"),
        stats.Life("material", "pat", "closed", "2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z"),
        stats.Life("machine", "eli", "acknowledged", "2026-03-08T00:00:00Z"),
    ]
    found = stats.of(lives, "2026-03-09T00:00:00Z")
    assert [(one.name, one.blocking, one.raised, one.hours) for one in found.types] == [
        ("material", 1, 2, 6.0), ("machine", 1, 1, None),
    ]  # fmt: skip
    assert [one.blocking for one in found.ages] == [0, 1, 0, 1]
    assert [(one.name, one.oldest) for one in found.owners] == [("pat", "8 d"), ("eli", "24 h")]
    shop.job("J-1")
    made = raised(shop)
    handling.resolve(shop.vault, shop.pat, made.id, "came")
    assert stats.counted(shop.vault).types[0].hours == 0.0
    handling.reopen(shop.vault, shop.pat, made.id, "bent")
    assert stats.counted(shop.vault).types[0].hours is None


def test_every_kind_can_be_raised_with_all_its_facts(shop: Any) -> None:
    """The seven types, each with what lets somebody act; nothing is missing then."""
    shop.job("J-1")
    shop.check_in("10-0042", setup__txt="Other jaws.")
    change = desk.open_change(shop.vault, shop.eli, ["10-0042"], "jaws").order.change
    sample = {"text": "X-1", "day": "2027-03-04", "person": "mchen", "change": change,
              "item": "10-0042"}  # fmt: skip
    for kind in kinds.KINDS.values():
        facts = {one.key: sample[one.form] for one in kind.facts if one.form in sample}
        made = raised(shop, kind=kind.name.replace(" ", "-").upper(), facts=facts)
        view = telling.seen(made, "2027-03-01")
        assert view.missing == ()
        assert view.blocker.expected == ("2027-03-04" if any(f.ends for f in kind.facts) else "")
    assert len(handling.listing(shop.vault)) == 7


def test_a_question_is_not_closed_by_hand(shop: Any) -> None:
    """What only asks for a decision is answered by the decision."""
    shop.job("J-1")
    shop.release("10-0042", setup__txt="Other jaws.")
    (asked,) = handling.listing(shop.vault)
    for name in ("pat", "ada", "mchen"):
        with pytest.raises(BlockerDecides, match="closes by itself once job J-1 is decided"):
            handling.resolve(shop.vault, shop.people[name], asked.blocker.id, "no matter")
