# SPDX-License-Identifier: AGPL-3.0-or-later
"""Jobs are pinned to a released revision, and say how it stands now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from release.errors import NeverReleased, NoSuchRevision
from traveler import jobs, stations
from traveler.errors import (
    BadDueDate,
    BadJobNumber,
    BadQuantity,
    BadWords,
    FileNotReleased,
    JobCannot,
    JobExists,
    NoSuchJob,
    OperationsOpen,
    RevisionRecalled,
)
from traveler.job_records import JobFilter
from vault.errors import NoSuchItem
from vault.ledger import events
from vault.ledger.errors import RoleNeeded


def test_a_job_copies_the_released_route(shop: Any) -> None:
    """Operations, times, notes and proof come from the released file, in its order."""
    view = jobs.add(
        shop.vault, shop.pat, "J-1", "10-0042", 5, "2027-03-01", customer="Nord", order="PO 1"
    )
    assert (view.job.rev, view.job.state, view.standing.state) == ("A", "planned", "current")
    assert (view.job.customer, view.job.order, view.job.added_by) == ("Nord", "PO 1", "pat")
    told = [(one.operation.seq, one.operation.station, one.minutes) for one in view.operations]
    assert told == [(10, "saw-1", 7.5), (20, "mill-2", 50.0), (30, "bench", 0.0), (40, "cmm", 0.0)]
    assert view.operations[1].operation.files == ("setup.txt",)
    assert view.operations[2].operation.parallel
    assert view.operations[3].operation.proof == ("measurements", "photo")


def test_the_json_of_a_job_has_the_promised_keys(shop: Any) -> None:
    """What programs rely on is there, also what later parts fill."""
    told = jobs.show(shop.vault, shop.job()).as_json()
    assert {"job", "number", "rev", "state", "blockers", "proof", "need_by", "forecast"} <= set(
        told
    )
    assert {"seq", "station", "state", "good", "scrap"} <= set(told["operations"][0])


def test_an_unreleased_item_gets_no_job(shop: Any, refused: Callable[..., Any]) -> None:
    """Neither never released, nor unknown, nor a letter that was never given; nothing is kept."""
    with refused(NeverReleased, "10-0060 has never been released"):
        jobs.add(shop.vault, shop.pat, "J-1", "10-0060", 5, "2027-03-01")
    with refused(NoSuchItem, "There is no item 99-9999"):
        jobs.add(shop.vault, shop.pat, "J-1", "99-9999", 5, "2027-03-01")
    with refused(NoSuchRevision, "10-0042 has no released revision Z"):
        jobs.add(shop.vault, shop.pat, "J-1", "10-0042", 5, "2027-03-01", rev="Z")
    assert jobs.listing(shop.vault) == []


def test_a_later_release_changes_how_a_job_stands_and_not_the_job(shop: Any) -> None:
    """It keeps its letter and steps, says superseded, names the current letter, and starts none."""
    shop.job()
    before = jobs.show(shop.vault, "J-1")
    shop.release("10-0042", route__toml='[[operation]]\nseq=5\nstation="laser"\n')
    after = jobs.show(shop.vault, "J-1")
    assert after.job == before.job
    steps = [[one.operation for one in view.operations] for view in (before, after)]
    assert steps[0] == steps[1]
    assert [one.acts for one in after.operations] == [()] * 4
    assert (after.standing.state, after.standing.current) == ("superseded", "B")
    assert jobs.listing(shop.vault)[0].standing.state == "superseded"
    assert jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 1, "2027-03-01").job.rev == "B"
    old = jobs.add(shop.vault, shop.pat, "J-3", "10-0042", 1, "2027-03-01", rev="A")
    assert (old.job.rev, len(old.operations)) == ("A", 4)


def test_a_recalled_revision_takes_no_job_and_releases_none(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """Planned jobs on it cannot be released, new ones cannot be made; both hear the reason."""
    shop.job("J-1", released=False)
    shop.recall("10-0042", "A")
    with refused(RevisionRecalled, "10-0042 A was recalled (hole in the wrong place)"):
        jobs.release_job(shop.vault, shop.pat, "J-1")
    with refused(RevisionRecalled, "nothing may be made from it"):
        jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 1, "2027-03-01", rev="A")


def test_an_item_without_a_route_gets_a_job_without_steps(shop: Any) -> None:
    """It can be planned, released and closed; there is just nothing to scan into."""
    jobs.add(shop.vault, shop.pat, "J-1", "10-0050", 5, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-1")
    assert jobs.close(shop.vault, shop.pat, "J-1").job.state == "closed"


def test_a_route_may_only_name_released_files(shop: Any, refused: Callable[..., Any]) -> None:
    """A step that points to a file nobody released is found before the floor looks for it."""
    shop.release("10-0050", route__toml='[[operation]]\nseq=10\nstation="s"\nfiles=["x.nc"]\n')
    with refused(FileNotReleased, "Operation 10 of the route names the file x.nc"):
        jobs.add(shop.vault, shop.pat, "J-1", "10-0050", 5, "2027-03-01")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"job": "a/b"}, BadJobNumber),
        ({"job": ""}, BadJobNumber),
        ({"job": "CON"}, BadJobNumber),
        ({"qty": 0}, BadQuantity),
        ({"qty": 10_000_000}, BadQuantity),
        ({"due": "1.3.2027"}, BadDueDate),
        ({"due": "2027-02-30"}, BadDueDate),
        ({"customer": "x" * 81}, BadWords),
        ({"order": "a\u202eb"}, BadWords),
    ],
)
def test_what_cannot_be_planned_is_refused(shop: Any, change: dict[str, Any], kind: Any) -> None:
    """Each wrong fact is refused by its own sentence and nothing is kept."""
    facts = {"job": "J-1", "number": "10-0042", "qty": 5, "due": "2027-03-01"} | change
    with pytest.raises(kind):
        jobs.add(shop.vault, shop.pat, **facts)
    assert jobs.listing(shop.vault) == []


def test_job_numbers_are_unique_without_regard_to_case(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """j-1 is J-1: it is found by either, and made only once."""
    shop.job("J-1")
    with refused(JobExists, "There is already a job J-1"):
        shop.job("j-1")
    assert jobs.show(shop.vault, "j-1").job.number == "J-1"
    with refused(NoSuchJob, "There is no job J-2"):
        jobs.show(shop.vault, "J-2")


def test_only_planners_plan(shop: Any) -> None:
    """Operators, engineers and customers neither add, release, hold nor close."""
    shop.job("J-1", released=False)
    for person in (shop.otto, shop.eli, shop.cora, shop.quinn, shop.mchen):
        for verb in (jobs.release_job, jobs.hold, jobs.close):
            with pytest.raises(RoleNeeded):
                verb(shop.vault, person, "J-1")
        with pytest.raises(RoleNeeded):
            jobs.add(shop.vault, person, "J-9", "10-0042", 1, "2027-03-01")


def test_a_job_goes_through_its_life(shop: Any, refused: Callable[..., Any]) -> None:
    """Planned, released, held, released again, closed with a reason; each told by an event."""
    shop.job("J-1")
    jobs.hold(shop.vault, shop.pat, "J-1", "material is late")
    with refused(JobCannot, "Job J-1 is held, so it cannot be held"):
        jobs.hold(shop.vault, shop.pat, "J-1")
    jobs.release_job(shop.vault, shop.pat, "J-1")
    with refused(OperationsOpen, "unfinished operations (10, 20, 30, 40)"):
        jobs.close(shop.vault, shop.pat, "J-1")
    closed = jobs.close(shop.vault, shop.pat, "J-1", "customer cancelled").job
    assert closed.closed_at is not None
    told = [(one.kind, one.facts.get("why")) for one in jobs.history(shop.vault, "J-1")]
    assert told == [
        ("job.added", None),
        ("job.released", None),
        ("job.held", "material is late"),
        ("job.released", None),
        ("job.closed", "customer cancelled"),
    ]
    assert list(events.verify(shop.vault.ledger)) == []


def test_jobs_are_found_by_what_people_know(shop: Any) -> None:
    """State, item, customer, station with open work, day and words narrow the list."""
    shop.job("J-1", customer="Nord", order="PO 88_1")
    jobs.add(shop.vault, shop.pat, "J-2", "10-0050", 5, "2027-01-15", customer="Süd")

    def found(**wanted: str) -> list[str]:
        return [one.job.number for one in jobs.listing(shop.vault, JobFilter(**wanted))]

    assert found() == ["J-2", "J-1"]
    assert found(state="released") == ["J-1"]
    assert found(item="10-0050") == ["J-2"]
    assert found(customer="Nord") == ["J-1"]
    assert found(station="cmm") == ["J-1"]
    assert found(due_by="2027-02-01") == ["J-2"]
    assert found(words="bracket nord") == ["J-1"]
    assert found(words="88_1") == ["J-1"]
    assert found(words="88%") == []
    assert jobs.count(shop.vault, JobFilter(state="planned")) == 1
    assert [one.job.number for one in jobs.listing(shop.vault, limit=1, offset=1)] == ["J-1"]
    for number, due in (("J-3", "2026-12-24"), ("J-4", "2026-12-31"), ("J-5", "2027-01-10")):
        jobs.add(shop.vault, shop.pat, number, "10-0050", 1, due)
    jobs.cancel(shop.vault, shop.pat, "J-3", "ordered twice")
    jobs.cancel(shop.vault, shop.pat, "J-4", "ordered twice")
    assert found() == ["J-5", "J-2", "J-1", "J-4", "J-3"], "what ended comes last, the latest first"
    assert found(state="cancelled") == ["J-4", "J-3"]


def test_a_line_of_the_list_shows_the_step(shop: Any) -> None:
    """How many steps are done, and which one is next."""
    shop.job("J-1")
    (line,) = jobs.listing(shop.vault)
    assert (line.done, line.of) == (0, 4)
    assert line.as_json()["step"] == {"seq": 10, "station": "saw-1", "state": "waiting"}


def test_stations_of_a_released_route_come_into_being_and_can_be_described(shop: Any) -> None:
    """A job makes the stations it needs; a known one is found whatever its case."""
    stations.add(shop.vault, shop.pat, "SAW-1", "Band saw", 900)
    shop.job("J-1")
    assert [one.code for one in stations.listing(shop.vault)] == ["bench", "cmm", "mill-2", "SAW-1"]
    assert jobs.show(shop.vault, "J-1").operations[0].operation.station == "SAW-1"
    changed = stations.change(shop.vault, shop.pat, "cmm", name="Measuring room", retired=True)
    assert changed == stations.get(shop.vault, "CMM")
    assert list(events.verify(shop.vault.ledger)) == []
