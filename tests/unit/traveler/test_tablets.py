# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tablets: badges and who stands there, acts that come late or from elsewhere, lots and prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler import jobs, lots, sheet, tokens
from traveler.errors import (
    LotOverfull,
    LotTooLarge,
    NoSuchJob,
    NoSuchLot,
    NoSuchOperation,
    NoSuchPrint,
    TravelerEnded,
)
from traveler.floor import noting, scan, starting, stopping
from traveler.tablet import badges, presence, sending
from traveler.tablet.errors import ActStale, BadgeUnknown, NoSuchBadge, NotForBadges, WrongStation
from traveler.tablet.sending import Sent
from vault import clock, settings
from vault.codes import parse_qr
from vault.errors import BadSettings
from vault.ledger import events, people
from vault.ledger.errors import RoleNeeded, WrongPin

PIN = "4711"


def seen(shop: Any, job: str = "J-1") -> str:
    """Return the mark of a job as a page shows it now."""
    view = jobs.show(shop.vault, job)
    return sending.mark(view.job, [one.operation for one in view.operations], view.ground)


# --- badges and presence ---------------------------------------------------------------------


def test_a_badge_names_its_person_and_the_pin_proves_it(
    shop: Any, refused: Callable[..., Any]
) -> None:
    """Scanned in any case it is otto's; a wrong PIN, a revoked badge and no badge are refused."""
    badge, code = badges.issue(shop.vault, shop.pat, "otto")
    assert badges.owner(shop.vault, code.lower()).name == "otto"
    assert badges.proved(shop.vault, code, PIN).name == "otto"
    with pytest.raises(WrongPin):
        badges.proved(shop.vault, code, "0000")
    with pytest.raises(NoSuchBadge):
        badges.owner(shop.vault, "nonsense")
    badges.revoke(shop.vault, shop.otto, badge.id)
    with refused(NoSuchBadge, "no badge of the shop that is in use"):
        badges.proved(shop.vault, code, PIN)
    (kept,) = badges.listing(shop.vault, "otto")
    assert kept.revoked_at
    assert code not in str(kept.as_json())
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_badge_is_given_by_planners_to_people_of_the_floor(shop: Any) -> None:
    """Operators give none, engineers and customers get none, nobody takes another's away."""
    with pytest.raises(RoleNeeded):
        badges.issue(shop.vault, shop.otto, "otto")
    for name in ("eli", "cora"):
        with pytest.raises(NotForBadges):
            badges.issue(shop.vault, shop.pat, name)
    badge, _code = badges.issue(shop.vault, shop.ada, "quinn")
    with pytest.raises(RoleNeeded):
        badges.revoke(shop.vault, shop.otto, badge.id)
    with pytest.raises(BadgeUnknown):
        badges.revoke(shop.vault, shop.pat, 99)


def test_a_disabled_person_has_no_badge_and_stands_nowhere(shop: Any) -> None:
    """Whoever was disabled is signed out of every tablet at once."""
    _badge, code = badges.issue(shop.vault, shop.pat, "otto")
    secret = presence.arrive(shop.vault, shop.otto, "tablet 1")
    here = presence.present(shop.vault, secret)
    assert here is not None
    assert here.person.name == "otto"
    people.disable(shop.vault.ledger, "ada", "otto")
    assert presence.present(shop.vault, secret) is None
    with pytest.raises(NoSuchBadge):
        badges.owner(shop.vault, code)


def test_a_tablet_signs_out_by_itself_and_an_act_begins_the_minutes_anew(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten minutes after the last act nobody is there, and a secret of somebody else is nobody's."""
    real = clock.now()
    secret = presence.arrive(shop.vault, shop.otto, "tablet 1")

    def at(minutes: int) -> Any:
        later = clock.text(clock.from_epoch(int(clock.moment(real).timestamp()) + 60 * minutes))
        monkeypatch.setattr(clock, "now", lambda: later)
        return presence.present(shop.vault, secret)

    here = at(8)
    assert here is not None
    presence.stay(shop.vault, secret, here)
    assert at(17) is not None
    assert at(19) is None
    assert presence.present(shop.vault, "guessed") is None
    assert presence.present(shop.vault, "") is None


def test_signing_out_is_told_and_engineers_do_not_sign_in(shop: Any) -> None:
    """Both ends are events; leaving twice changes nothing."""
    secret = presence.arrive(shop.vault, shop.otto, "tablet 1")
    presence.leave(shop.vault, secret)
    presence.leave(shop.vault, secret)
    assert presence.present(shop.vault, secret) is None
    kinds = [one.kind for one in events.of(shop.vault.ledger, "person/otto")]
    assert kinds[-2:] == ["tablet.arrived", "tablet.left"]
    with pytest.raises(RoleNeeded):
        presence.arrive(shop.vault, shop.eli, "tablet 1")


# --- acts that come late ---------------------------------------------------------------------


def test_an_act_that_waited_is_done_at_the_moment_it_was_pressed(shop: Any) -> None:
    """Two minutes without contact do not move the times of the operation; the record says both."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10, sent=Sent(seen=seen(shop), ago=120))
    step = jobs.show(shop.vault, "J-1").operations[0]
    told = jobs.history(shop.vault, "J-1")[-1]
    assert step.operation.started_at == told.facts["done_at"] == step.running_since
    waited = clock.moment(told.at) - clock.moment(told.facts["done_at"])
    assert waited.total_seconds() == 120


def test_what_is_not_so_any_more_is_asked_about(shop: Any, refused: Callable[..., Any]) -> None:
    """A held job, another revision and an old act each say so; sure, the record keeps it."""
    shop.job("J-1")
    starting.start(shop.vault, shop.otto, "J-1", 10)
    before = seen(shop)
    jobs.hold(shop.vault, shop.pat, "J-1")
    with refused(ActStale, "the job is held now"):
        stopping.pause(shop.vault, shop.otto, "J-1", 10, 1, sent=Sent(before, 60))
    assert jobs.show(shop.vault, "J-1").operations[0].operation.state == "running"
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 1, sent=Sent(before, 60, sure=True))
    assert jobs.history(shop.vault, "J-1")[-1].facts["in_spite_of"] == "the job is held now"
    jobs.release_job(shop.vault, shop.pat, "J-1")
    shop.release("10-0042", note__txt="second")
    with refused(ActStale, "revision A is superseded now"):
        noting.note(shop.vault, shop.otto, "J-1", 10, "words", sent=Sent(before, 60))
    with refused(ActStale, "it is 9 hours old"):
        noting.note(shop.vault, shop.otto, "J-1", 10, "words", sent=Sent(seen(shop), 9 * 3600))


def test_being_sure_opens_no_gate(shop: Any) -> None:
    """Who wants it all the same still starts nothing on a recalled revision."""
    from traveler.errors import RevisionRecalled

    shop.job("J-1")
    before = seen(shop)
    shop.recall("10-0042", "A")
    with pytest.raises(RevisionRecalled):
        starting.start(shop.vault, shop.otto, "J-1", 10, sent=Sent(before, 60, sure=True))


def test_an_answer_that_was_lost_is_given_again_before_anything_is_asked(shop: Any) -> None:
    """The key is looked up first: what was done once is not asked about afterwards."""
    shop.job("J-1")
    before = seen(shop)
    first = starting.start(
        shop.vault, shop.otto, "J-1", 10, idempotency_key="k", sent=Sent(before, 60)
    )
    jobs.hold(shop.vault, shop.pat, "J-1")
    again = starting.start(
        shop.vault, shop.otto, "J-1", 10, idempotency_key="k", sent=Sent(before, 600)
    )
    assert again == first


def test_another_station_is_asked_about_and_kept(shop: Any, refused: Callable[..., Any]) -> None:
    """A tablet at the mill does not start the saw's step unless told to; the record says where."""
    shop.job("J-1")
    mill = frozenset({"MILL-2"})
    with refused(WrongStation, "stands at MILL-2, but operation 10 of job J-1 is planned at saw-1"):
        starting.start(shop.vault, shop.otto, "J-1", 10, sent=Sent(stations=mill))
    starting.start(shop.vault, shop.otto, "J-1", 10, sent=Sent(stations=mill, sure=True))
    assert jobs.history(shop.vault, "J-1")[-1].facts["at_station"] == "MILL-2"


@given(
    ago=st.integers(-10, 10**6),
    before=st.lists(st.none() | st.integers(-(10**6), 10**6), max_size=3),
)
def test_an_act_is_never_before_what_came_before_it_nor_in_the_future(
    ago: int, before: list[int | None]
) -> None:
    """Whatever a tablet's clock says, time on an operation runs forward."""
    now = 1_800_000_000
    earlier = [None if one is None else clock.text(clock.from_epoch(now + one)) for one in before]
    here = clock.text(clock.from_epoch(now))
    done = sending.moment(Sent(ago=ago), here, earlier)
    assert done <= here
    assert all(one is None or min(one, here) <= done for one in earlier)


# --- lots and prints -------------------------------------------------------------------------


def test_a_lot_travels_by_itself_and_counts_no_more_than_it_has(
    shop: Any, tmp_path: Path, refused: Callable[..., Any]
) -> None:
    """Two lots of a job have travelers of their own; the third does not fit."""
    shop.job("J-1", qty=10)
    lots.make(shop.vault, shop.pat, "J-1", 6)
    lots.make(shop.vault, shop.pat, "J-1", 4)
    with refused(LotTooLarge, "make it at most 0"):
        lots.make(shop.vault, shop.pat, "J-1", 1)
    with pytest.raises(RoleNeeded):
        lots.make(shop.vault, shop.otto, "J-1", 1)
    printed = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf", lot=2)
    with refused(NoSuchLot, "it has 1, 2"):
        sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf", lot=3)
    code = parse_qr(printed.addresses[0][1])[1]
    view = scan.look(shop.vault, code)
    assert view.lot is not None
    assert (view.lot.number, view.lot.qty, view.left) == (2, 4, 4)
    starting.start(shop.vault, shop.otto, "J-1", 10, token=code)
    with refused(LotOverfull, "Lot 2 of job J-1 is 4 pieces, but 5 would be counted"):
        stopping.pause(shop.vault, shop.otto, "J-1", 10, 5, token=code)
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 3, token=code)
    assert scan.look(shop.vault, code).left == 1
    starting.start(shop.vault, shop.otto, "J-1", 10, token=code)
    stopping.pause(shop.vault, shop.otto, "J-1", 10, 0, 1, token=code)
    assert scan.look(shop.vault, code).left == 0
    whole = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    assert scan.look(shop.vault, parse_qr(whole.addresses[0][1])[1]).left == 6
    starting.start(shop.vault, shop.otto, "J-1", 10, token=code)
    with pytest.raises(LotOverfull):
        stopping.pause(shop.vault, shop.otto, "J-1", 10, 1, token=code)
    stopping.finish(shop.vault, shop.otto, "J-1", 10, 6)
    assert list(events.verify(shop.vault.ledger)) == []


def test_every_print_has_a_number_and_is_withdrawn_alone(
    shop: Any, tmp_path: Path, refused: Callable[..., Any]
) -> None:
    """The second print goes on when the first is lost; its number stands in the list."""
    shop.job("J-1")
    first, second = (
        sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf") for _ in range(2)
    )
    with refused(NoSuchPrint, "it has 1, 2"):
        tokens.withdraw(shop.vault, shop.pat, "J-1", 3)
    assert tokens.withdraw(shop.vault, shop.pat, "J-1", 1) == len(first.addresses)
    with pytest.raises(TravelerEnded):
        scan.look(shop.vault, parse_qr(first.addresses[0][1])[1])
    assert scan.look(shop.vault, parse_qr(second.addresses[0][1])[1]).job.number == "J-1"
    with shop.vault.ledger.reading() as connection:
        found = [(one.number, one.state) for one in tokens.prints(connection, "J-1")]
    assert found == [(1, "withdrawn"), (2, "live")]


def test_a_typed_number_opens_a_job_for_people_of_the_floor_only(shop: Any) -> None:
    """The code lasts a shift, counts as no print, reaches its own operation and is withdrawn too."""
    shop.job("J-1")
    code = tokens.open_by_hand(shop.vault, shop.otto, "j-1", 20, "tablet 1")
    view = scan.look(shop.vault, code)
    assert view.scope == 20
    with shop.vault.ledger.reading() as connection:
        assert tokens.prints(connection, "J-1") == []
    for person in (shop.eli, shop.cora):
        with pytest.raises(RoleNeeded):
            tokens.open_by_hand(shop.vault, person, "J-1", None, "")
    with pytest.raises(NoSuchJob):
        tokens.open_by_hand(shop.vault, shop.otto, "J-9", None, "")
    with pytest.raises(NoSuchOperation):
        tokens.open_by_hand(shop.vault, shop.otto, "J-1", 15, "")
    tokens.withdraw(shop.vault, shop.pat, "J-1")
    with pytest.raises(TravelerEnded):
        scan.look(shop.vault, code)


@pytest.mark.parametrize(
    "wrong",
    [{"floor_networks": ["shop"]}, {"floor_networks": ["10.0.0.1/8"]}, {"floor_minutes": 0},
     {"badge_pin": "maybe"}],
)  # fmt: skip
def test_settings_of_the_floor_are_checked(wrong: dict[str, Any], tmp_path: Path) -> None:
    """A network that is none, no minutes at all, and a third way with badges are refused."""
    with pytest.raises(BadSettings, match=next(iter(wrong))):
        settings.checked(tmp_path / settings.FILE, **wrong)
