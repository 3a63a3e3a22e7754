# SPDX-License-Identifier: AGPL-3.0-or-later
"""A kit is asked about item by item, by the same gate, blocker and decision as a plain job."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from traveler import following, jobs, readers, recalls, sheet
from traveler.blockers import handling
from traveler.blockers.records import Blocker
from traveler.copies import issuing
from traveler.copies.errors import CopyOfAnotherRevision
from traveler.decisions import deciding
from traveler.decisions.errors import ChoiceNotOpen, NothingToDecide, NotTheirDecision
from traveler.dispatch import desk as dispatch
from traveler.errors import (
    DeviationUsedUp,
    KitOvertaken,
    NotInKit,
    RevisionRecalled,
    RevisionUndecided,
)
from traveler.family import Family, Wanted
from traveler.floor import starting, stopping
from traveler.shipping import desk as shipping
from traveler.shipping.errors import RevisionMayNotLeave
from vault.ledger import events

WORD = "correct horse 7"


@pytest.fixture
def kit(serial: Any) -> Any:
    """Return the shop with J-9 on the floor: 10-0042 with four 10-0050 A to each piece."""
    jobs.add(serial.vault, serial.pat, "J-9", "10-0042", 5, "2027-03-01",
             family=Family(kit=(Wanted("10-0050", qty=4),)))  # fmt: skip
    jobs.release_job(serial.vault, serial.pat, "J-9")
    return serial


def overtake(shop: Any) -> None:
    """Release 10-0050 B."""
    shop.release("10-0050", note__txt="Bought elsewhere.")


def asked(shop: Any) -> list[Blocker]:
    """Return the blockers that ask for a decision on J-9."""
    following.follow(shop.vault)
    found = [one.blocker for one in handling.listing(shop.vault)]
    return [one for one in found if one.job == "J-9" and one.decides]


def test_a_superseded_item_of_a_kit_raises_the_blocker_a_plain_job_gets(kit: Any) -> None:
    """One approval blocker that names item and way, on the board too, told once and not twice."""
    overtake(kit)
    (one,) = asked(kit)
    assert (one.kind, one.about, one.owner, one.escalate_to) == (
        "approval", "10-0050", "pat", "mchen",
    )  # fmt: skip
    assert "10-0050 A in the kit is superseded, B is current" in one.what
    assert len(asked(kit)) == 1
    view = jobs.show(kit.vault, "J-9")
    assert view.ground.undecided
    assert view.as_json()["kit"][0]["standing"] == "superseded"
    entry = next(
        row for row in dispatch.board(kit.vault).section("next") if row.as_json()["job"] == "J-9"
    )
    assert "10-0050 A in the kit is superseded by B, nobody has decided" in entry.why


def test_a_deviation_lets_a_kit_go_on_with_what_it_has(
    kit: Any, refused: Callable[..., Any]
) -> None:
    """By an approver or its owner, with the password, within pieces; recorded like any other."""
    overtake(kit)
    with refused(KitOvertaken, "take B into the kit, go on by deviation"):
        starting.start(kit.vault, kit.otto, "J-9", 10)
    with pytest.raises(NotTheirDecision):
        deciding.deviate(kit.vault, kit.pat, WORD, "J-9", "why", item="10-0050")
    made = deciding.deviate(kit.vault, kit.mchen, WORD, "J-9", "same bolt", 2, item="10-0050")
    assert made.sentence == "goes on with 10-0050 A by deviation, at most 2 good pieces"
    assert asked(kit) == []
    starting.start(kit.vault, kit.otto, "J-9", 10)
    with refused(DeviationUsedUp, "10-0050 A"):
        stopping.finish(kit.vault, kit.otto, "J-9", 10, 3, why="two are short")
    assert deciding.question(kit.vault, "J-9", "10-0050").held == made
    kit.release("10-0050", note__txt="And once more.")  # another revision: decide anew
    (again,) = asked(kit)
    assert "C is current" in again.what
    assert list(events.verify(kit.vault.ledger)) == []


def test_a_hold_and_a_newer_revision_answer_for_a_kit(
    kit: Any, refused: Callable[..., Any]
) -> None:
    """A hold closes the question until the job is taken up; taking B closes it for good."""
    overtake(kit)
    deciding.hold(kit.vault, kit.pat, "J-9", "ask the customer", "10-0050")
    assert asked(kit) == []
    assert jobs.show(kit.vault, "J-9").job.state == "held"
    with refused(ChoiceNotOpen, "B was released meanwhile"):
        deciding.renew(kit.vault, kit.pat, "J-9", "10-0050", "new bolt", to="A")
    made = deciding.renew(kit.vault, kit.pat, "J-9", "10-0050", "new bolt", to="B")
    assert (made.item, made.rev, made.current) == ("10-0050", "A", "B")
    jobs.release_job(kit.vault, kit.pat, "J-9")
    starting.start(kit.vault, kit.otto, "J-9", 10)
    with pytest.raises(NothingToDecide):
        deciding.hold(kit.vault, kit.pat, "J-9", "x", "10-0050")
    with pytest.raises(NothingToDecide):
        deciding.renew(kit.vault, kit.pat, "J-9", "10-0050", "x")
    with pytest.raises(NotInKit):
        deciding.question(kit.vault, "J-9", "10-0060")


def test_both_questions_of_a_job_are_asked_and_answered_alone(kit: Any) -> None:
    """Its own revision and its kit's: two blockers, each closed by its own decision."""
    overtake(kit)
    kit.release("10-0042", setup__txt="Vice, hard jaws.")
    assert sorted(one.about for one in asked(kit)) == ["", "10-0050"]
    own = deciding.question(kit.vault, "J-9")
    assert (own.part, own.others) == (None, ("10-0050",))
    with pytest.raises(RevisionUndecided):
        starting.start(kit.vault, kit.otto, "J-9", 10)
    deciding.move(kit.vault, kit.pat, "J-9", "new jaws")
    assert [one.about for one in asked(kit)] == ["10-0050"]
    left = deciding.question(kit.vault, "J-9")  # without a word it is about what is open
    assert (left.number, left.rev, left.others) == ("10-0050", "A", ())
    with pytest.raises(KitOvertaken):
        starting.start(kit.vault, kit.otto, "J-9", 10)


def test_a_recalled_item_of_a_kit_stops_the_floor_the_shipment_and_is_listed(kit: Any) -> None:
    """The recall lists the job until it is decided; nothing leaves; the deviation is not open."""
    for seq in (10, 20, 30, 40):
        starting.start(kit.vault, kit.otto, "J-9", seq)
        stopping.finish(kit.vault, kit.otto, "J-9", seq)
    packed = shipping.pack(kit.vault, kit.otto, "J-9", 5)
    kit.release("10-0050", note__txt="Better steel.")
    kit.recall("10-0050", "A")
    with pytest.raises(RevisionMayNotLeave, match="10-0050"):
        shipping.ship(kit.vault, kit.otto, packed.number, carrier="Hermes")
    found = recalls.of(kit.vault, "10-0050", "A")
    assert [(one.kind, one.name, one.done) for one in found.tasks] == [("job", "J-9", False)]
    assert ("10-0050", "A") in {(one.number, one.rev) for one in recalls.listing(kit.vault)}
    choices = {one.choice: one for one in deciding.question(kit.vault, "J-9").options}
    assert not choices["deviation"].open
    deciding.renew(kit.vault, kit.pat, "J-9", "10-0050", "changed all bolts")
    (task,) = recalls.of(kit.vault, "10-0050", "A").tasks
    assert (task.done, task.outcome) == (True, "takes 10-0050 B into the kit instead of A")
    assert shipping.ship(kit.vault, kit.otto, packed.number, carrier="Hermes").state == "shipped"


def test_a_kit_is_not_planned_with_what_was_recalled(kit: Any) -> None:
    """As a job's own revision is not; one that is superseded is planned, and asked about at once."""
    overtake(kit)
    old = Family(kit=(Wanted("10-0050", "A"),))
    jobs.add(kit.vault, kit.pat, "J-10", "10-0042", 1, "2027-03-01", family=old)
    found = [one.blocker for one in handling.listing(kit.vault)]
    assert [one.about for one in found if one.job == "J-10" and one.decides] == ["10-0050"]
    kit.recall("10-0050", "A")
    with pytest.raises(RevisionRecalled, match="10-0050 A"):
        jobs.add(kit.vault, kit.pat, "J-11", "10-0042", 1, "2027-03-01", family=old)


def test_copies_and_readers_know_the_items_of_a_kit(
    drawn: Any, refused: Callable[..., Any]
) -> None:
    """A copy of a kit's drawing is handed out for the job; of any other revision it is not."""
    jobs.add(drawn.vault, drawn.pat, "J-9", "10-0050", 2, "2027-03-01",
             family=Family(kit=(Wanted("10-0042"),)))  # fmt: skip
    wanted = issuing.Wanted("10-0042", "B", "bracket.pdf", "J-9")
    made = issuing.issue(drawn.vault, drawn.otto, wanted)
    assert (made.copy.job, made.copy.item, made.copy.rev) == ("J-9", "10-0042", "B")
    drawn.release_drawing("THIRD")
    with refused(CopyOfAnotherRevision, "10-0042 C"):
        issuing.issue(drawn.vault, drawn.otto, issuing.Wanted("10-0042", "C", "bracket.pdf", "J-9"))
    assert issuing.deviation(drawn.vault, _log(drawn), made.copy) == ""
    deciding.deviate(drawn.vault, drawn.mchen, WORD, "J-9", "fits", item="10-0042")
    assert "by deviation (mchen)" in issuing.deviation(drawn.vault, _log(drawn), made.copy)


def test_whoever_has_to_read_an_item_of_the_kit_reads_it_first(
    kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate of readers asks for every revision the job is pinned to."""
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(
        readers, "refusal", lambda _vault, _log, _connection, _person, *pin: seen.append(pin)
    )
    starting.start(kit.vault, kit.otto, "J-9", 10)
    assert seen == [("10-0042", "B"), ("10-0050", "A")]


def test_a_kit_is_decided_at_the_terminal(kit: Any) -> None:
    """``decide --item`` shows and decides; ``job kit`` is the same as taking the newer one."""
    from vault import cli

    overtake(kit)

    def run(who: str, *words: str) -> Any:
        given = ["--vault", str(kit.vault.root), "--as", who, *words, "--json"]
        done = CliRunner().invoke(cli.trunk(), given)
        if done.exception is not None:
            raise done.exception
        return json.loads(done.stdout)

    shown = run("pat", "job", "decide", "J-9")
    assert (shown["number"], shown["rev"], shown["in_kit"], shown["open"]) == (
        "10-0050", "A", True, True,
    )  # fmt: skip
    made = run("pat", "job", "decide", "J-9", "move", "--item", "10-0050", "-m", "new bolt")
    assert (made["choice"], made["item"], made["current"]) == ("move", "10-0050", "B")
    assert run("pat", "job", "show", "J-9")["kit"][0]["rev"] == "B"


def test_the_travelers_sheet_names_the_kit_and_warns_of_it(kit: Any, tmp_path: Any) -> None:
    """Which items, how many to each piece, at which revision; what is not current is said at its head."""
    import pymupdf

    out = tmp_path / "t.pdf"

    def printed() -> str:
        sheet.print_traveler(kit.vault, kit.pat, "J-9", out)
        with pymupdf.open(out) as document:
            return " ".join(document[0].get_text().split())

    assert "Also in the kit: 4 × 10-0050 A" in printed()
    assert "Ask before you start" not in printed()
    overtake(kit)
    assert "10-0050 A in the kit is superseded. Ask before you start." in printed()


def _log(shop: Any) -> Any:
    from release.log import ReleaseLog

    return ReleaseLog(shop.vault)
