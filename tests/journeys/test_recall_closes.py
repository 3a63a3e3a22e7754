# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recall with three copies out and two jobs in work closes after five decisions, not before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse 7"
ROUTE = '[[operation]]\nseq = 10\nstation = "mill"\ntitle = "Mill"\nrun_minutes = 2\n'


def release(vault: Any, people: dict[str, Any], pdf: Path, route: Path) -> str:
    """Check in, sign and release 10-0042; return the letter."""
    from release import desk

    desk.check_in(
        vault, people["eli"], "10-0042", {"10-0042.pdf": pdf, "route.toml": route}, "drawn"
    )
    change = desk.open_change(vault, people["eli"], ["10-0042"], "as drawn").order.change
    desk.sign(vault, people["mchen"], PASSWORD, change)
    return str(desk.release(vault, people["eli"], change)[0].rev)


def test_a_recall_closes_after_five_decisions(
    vault: Any, people: dict[str, Any], draw: Callable[..., Path], tmp_path: Path
) -> None:
    """Each copy is accounted for and each job decided by who may; one left keeps it open."""
    from release import desk
    from traveler import jobs, recalls
    from traveler.blockers import handling
    from traveler.copies import issuing, register
    from traveler.decisions import deciding
    from traveler.decisions.errors import ChoiceNotOpen
    from traveler.errors import RevisionRecalled
    from traveler.floor import starting, stopping
    from vault.ledger import events

    pat, otto, quinn, mei = (people[name] for name in ("pat", "otto", "quinn", "mchen"))
    _in_work(vault, people, draw, tmp_path)
    copies = [
        issuing.issue(
            vault, who, issuing.Wanted("10-0042", "A", "10-0042.pdf", job, seq)
        ).copy.number
        for who, job, seq in ((otto, "J-1", 10), (quinn, "J-2", 10), (pat, "", None))
    ]
    desk.recall(vault, mei, "10-0042", "A", "hole in the wrong place", instruction="stop")

    def left() -> set[str]:
        found = recalls.of(vault, "10-0042", "A")
        assert found.state == ("open" if found.open else "closed")
        return {one.name for one in found.open}

    assert left() == {*copies, "J-1", "J-2"}
    register.act(vault, quinn, copies[0], "collect")
    assert left() == {copies[1], copies[2], "J-1", "J-2"}
    with pytest.raises(ChoiceNotOpen, match="with the instruction “stop”"):
        deciding.deviate(vault, mei, PASSWORD, "J-1", "nearly done")
    with pytest.raises(ChoiceNotOpen, match="operation 10 is running"):
        deciding.move(vault, pat, "J-1", "to B")
    stopping.pause(vault, otto, "J-1", 10, 0, 1)
    deciding.move(vault, pat, "J-1", "to B, the one begun is scrap", again=[10])
    assert left() == {copies[1], copies[2], "J-2"}
    register.act(vault, quinn, copies[1], "destroy")
    with pytest.raises(RevisionRecalled):
        starting.start(vault, otto, "J-2", 10)
    deciding.hold(vault, pat, "J-2", "customer decides")
    assert left() == {copies[2]}
    assert handling.listing(vault) == []
    register.act(vault, quinn, copies[2], "miss", "was in a toolbox that was sold")
    assert left() == set()
    assert recalls.of(vault, "10-0042", "A").state == "closed"
    assert jobs.show(vault, "J-1").job.rev == "B"
    assert list(events.verify(vault.ledger)) == []


def _in_work(vault: Any, people: dict[str, Any], draw: Callable[..., Path], tmp_path: Path) -> None:
    """Release A, put two jobs on it, start one of them, and release B."""
    from release import desk
    from traveler import jobs
    from traveler.floor import starting

    pat, otto = people["pat"], people["otto"]
    route = tmp_path / "route.toml"
    route.write_text(ROUTE)
    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen")
    assert release(vault, people, draw("a.pdf"), route) == "A"
    for job in ("J-1", "J-2"):
        jobs.add(vault, pat, job, "10-0042", 5, "2027-03-01")
        jobs.release_job(vault, pat, job)
    starting.start(vault, otto, "J-1", 10)
    assert release(vault, people, draw("b.pdf", "BRACKET B"), route) == "B"
