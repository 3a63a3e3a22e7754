# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a recall or a supersession leaves to do, and that it closes when nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PASSWORD = "correct horse 7"


def issue(shop: Any, who: str = "otto", **more: Any) -> str:
    """Hand out a copy of the drawing of 10-0042 B and return its number."""
    from traveler.copies import issuing
    from traveler.copies.issuing import Wanted

    wanted = Wanted("10-0042", more.pop("rev", "B"), "bracket.pdf", **more)
    return str(issuing.issue(shop.vault, shop.people[who], wanted).copy.number)


def close(shop: Any, copy: str, what: str, note: str = "") -> None:
    """Put on record what became of a copy."""
    from traveler.copies import register

    register.act(shop.vault, shop.pat, copy, what, note)


def left(shop: Any, rev: str = "B") -> tuple[str, list[str]]:
    """Return the state of a withdrawn revision and the names of what is still to be done."""
    from traveler import recalls

    found = recalls.of(shop.vault, "10-0042", rev)
    return found.state, [one.name for one in found.open]


def test_a_recall_with_three_copies_and_two_jobs_closes_after_five_decisions(drawn: Any) -> None:
    """Not after four, and again not once the fifth is put right; every one says who and when."""
    from traveler import recalls
    from traveler.decisions import deciding

    drawn.job("J-2")
    copies = [issue(drawn, job="J-1", seq=20), issue(drawn, job="J-2"), issue(drawn, "eli")]
    drawn.recall("10-0042", "B", "finish lot", "mchen")
    assert left(drawn) == ("open", [*copies, "J-1", "J-2"])
    close(drawn, copies[0], "collect")
    close(drawn, copies[1], "destroy", "shredded")
    deciding.hold(drawn.vault, drawn.pat, "J-1", "wait for C")
    close(drawn, copies[2], "miss", "not on his desk")
    assert left(drawn) == ("open", ["J-2"])
    deciding.deviate(drawn.vault, drawn.mchen, PASSWORD, "J-2", "hole is not used here", qty=5)
    assert left(drawn) == ("closed", [])
    told = recalls.of(drawn.vault, "10-0042", "B")
    assert told.closed_at
    assert told.order == "Finish the lot you are on; start no new one. Ask mchen."
    assert {(one.name, one.outcome, one.done_by) for one in told.tasks} == {
        (copies[0], "collected", "pat"), (copies[1], "destroyed", "pat"),
        (copies[2], "missing", "pat"), ("J-1", "held on B, which was recalled", "pat"),
        ("J-2", "goes on with B by deviation, at most 5 good pieces", "mchen"),
    }  # fmt: skip
    close(drawn, copies[0], "correct", "it was another one")
    assert left(drawn) == ("open", [copies[0]])


def test_a_job_that_moves_on_stays_in_the_story_of_the_old_revision(drawn: Any) -> None:
    """After a supersession a moved job is done, and still told with who decided and why."""
    from traveler import recalls
    from traveler.decisions import deciding

    drawn.release_drawing("THIRD")
    assert left(drawn) == ("open", ["J-1"])
    deciding.move(drawn.vault, drawn.pat, "J-1", "nothing made yet")
    assert left(drawn) == ("closed", [])
    (task,) = recalls.of(drawn.vault, "10-0042", "B").tasks
    assert (task.name, task.outcome, task.note) == ("J-1", "moved from B to C", "nothing made yet")


def test_a_supersession_says_what_replaced_the_revision_and_why(drawn: Any) -> None:
    """Reason, who and when are those of the next revision, also when that was recalled since."""
    from traveler import recalls

    issue(drawn)
    drawn.release_drawing("Slot moved")
    one = recalls.of(drawn.vault, "10-0042", "B")
    assert (one.standing, one.current, one.by, one.reason, one.order) == (
        "superseded", "C", "eli", "C was released: Slot moved", "",
    )  # fmt: skip
    drawn.recall("10-0042", "C")
    assert recalls.of(drawn.vault, "10-0042", "B").current is None


def test_a_closed_job_of_long_ago_is_nothing_to_decide(drawn: Any, monkeypatch: Any) -> None:
    """Only what was in work when the revision was withdrawn is asked for."""
    from traveler import jobs, recalls
    from vault import clock

    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: "2026-01-01T00:00:00Z")
    jobs.close(drawn.vault, drawn.pat, "J-1", "cancelled")
    monkeypatch.setattr(clock, "now", real)
    drawn.recall("10-0042", "B")
    assert recalls.of(drawn.vault, "10-0042", "B").tasks == ()
    assert left(drawn) == ("closed", [])


def test_the_list_shows_what_is_open_and_on_demand_what_is_closed(drawn: Any) -> None:
    """A recall without any copy or job is closed at once, but it is there."""
    from traveler import recalls

    def listed(**more: bool) -> list[tuple[str, str, str]]:
        found = recalls.listing(drawn.vault, **more)
        return [(one.number, one.rev, one.state) for one in found]

    drawn.recall("10-0050", "A")
    assert listed() == []
    assert listed(closed=True) == [("10-0050", "A", "closed")]
    issue(drawn)
    assert listed() == []  # it is current
    drawn.release_drawing("THIRD")
    assert listed() == [("10-0042", "B", "open")]
    assert ("10-0042", "B", "open") in listed(closed=True)


def test_a_current_revision_leaves_nothing_to_do(drawn: Any, refused: Callable[..., Any]) -> None:
    """Asking for it is answered by a sentence, and an unknown one too."""
    from release.errors import NoSuchRevision
    from traveler import recalls
    from traveler.errors import NoWithdrawal

    with refused(NoWithdrawal, "10-0042 B is current"):
        recalls.of(drawn.vault, "10-0042", "B")
    with pytest.raises(NoSuchRevision):
        recalls.of(drawn.vault, "10-0042", "Z")


# --- the instruction --------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((), "Stop work now. Set aside and mark what you have."),
        (("stop", "mchen"), "Stop work now. Set aside and mark what you have. Ask mchen."),
        (("finish lot",), "Finish the lot you are on; start no new one."),
        (("scrap",), "Stop work now. Scrap what was made from it."),
        (("ask", "quinn"), "Stop work now and ask quinn."),
    ],
)
def test_a_recall_tells_the_floor_what_to_do(drawn: Any, told: tuple[str, ...], said: str) -> None:
    """Each instruction is one sentence, in the signed log, in the tag and on the floor."""
    from release.log import ReleaseLog
    from traveler import jobs

    drawn.recall("10-0042", "B", *told)
    recall = ReleaseLog(drawn.vault).recall("10-0042", "B")
    assert recall is not None
    assert recall.order == said
    assert jobs.show(drawn.vault, "J-1").standing.order == said


def test_an_instruction_nobody_knows_is_refused(drawn: Any, refused: Callable[..., Any]) -> None:
    """Another word, “ask” without whom, a person who is not here: nothing is recalled."""
    from release.errors import BadInstruction
    from release.log import ReleaseLog
    from vault.ledger.errors import NoSuchPerson

    for told in (("burn",), ("ask",), ("",)):
        with refused(BadInstruction, "choose one of stop, finish lot, scrap, ask"):
            drawn.recall("10-0042", "B", *told)
    with pytest.raises(NoSuchPerson):
        drawn.recall("10-0042", "B", "ask", "nobody")
    assert ReleaseLog(drawn.vault).standing("10-0042", "B") == "current"


def test_a_recall_from_before_there_were_instructions_says_stop() -> None:
    """Records as they were written by the first version are read as they were meant."""
    from release.log import Recall

    old = {"number": "1", "rev": "A", "by": "ada", "at": "x", "reason": "r", "sequence": 3}
    recall = Recall(**old)
    assert (recall.instruction, recall.ask) == ("stop", "")
    assert recall.order.startswith("Stop work now.")
